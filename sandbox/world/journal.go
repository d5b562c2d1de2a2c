package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

const journalName = "world.jsonl"

// errJournalClosed is what Put answers after Close.
var errJournalClosed = errors.New("world: the journal is closed")

// journal is one append-only file of lines. What it held when the world was
// opened is its settled part, with every key once; new lines follow it.
type journal struct {
	path    string
	settled int64
	write   sync.Mutex
	file    *os.File
}

// line is one value in the journal.
type line struct {
	Kind  string          `json:"k"`
	ID    string          `json:"i"`
	Value json.RawMessage `json:"v"`
	// raw is the whole line, with its line feed, when it was read.
	raw []byte
}

func (j *journal) open(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("world: journal: %w", err)
	}
	j.path = filepath.Join(dir, journalName)
	settled, err := settle(j.path)
	if err != nil {
		return fmt.Errorf("world: journal: %w", err)
	}
	j.settled = settled
	j.file, err = os.OpenFile(j.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("world: journal: %w", err)
	}
	return nil
}

func (j *journal) close() error {
	j.write.Lock()
	defer j.write.Unlock()
	if j.file == nil {
		return nil
	}
	err := errors.Join(j.file.Sync(), j.file.Close())
	j.file = nil
	return err
}

// Put keeps v, encoded as JSON, as the value of (kind, id). When it returns,
// the value has been handed to the operating system and outlives a killed
// process. A nil v forgets the key. Without a data folder it does nothing.
func (j *journal) Put(kind, id string, v any) error {
	if j.path == "" {
		return nil
	}
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("world: put %s: %w", kind, err)
	}
	out, err := json.Marshal(line{Kind: kind, ID: id, Value: value})
	if err != nil {
		return fmt.Errorf("world: put %s: %w", kind, err)
	}
	out = append(out, '\n')
	j.write.Lock()
	defer j.write.Unlock()
	if j.file == nil {
		return errJournalClosed
	}
	// One write call per line: a kill can lose the line, never half of it.
	if _, err := j.file.Write(out); err != nil {
		return fmt.Errorf("world: put %s: %w", kind, err)
	}
	return nil
}

// Load calls each for every value of kind that the journal held when the world
// was opened, in the order of their last writing; values put since are not
// among them. Raw is good until each returns. An error of each ends it and is
// returned.
func (j *journal) Load(kind string, each func(id string, raw json.RawMessage) error) error {
	if j.path == "" || j.settled == 0 {
		return nil
	}
	_, err := scan(j.path, j.settled, linePrefix(kind), func(_ int64, l line) error {
		if l.Kind != kind {
			return nil
		}
		return each(l.ID, l.Value)
	})
	if err != nil {
		return fmt.Errorf("world: load %s: %w", kind, err)
	}
	return nil
}
