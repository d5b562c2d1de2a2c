package world

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

var errNoLine = errors.New("this is no line of a journal")

// digest stands for a key: a million of them, which may be long, take little
// room, and no two keys have the same.
type digest [16]byte

func (l line) digest() digest {
	sum := sha256.Sum256([]byte(l.Kind + "\x00" + l.ID))
	return digest(sum[:16])
}

// settle rewrites the journal so that every key stands in it once, with its
// last value, and returns the length. An unfinished last line is dropped.
func settle(path string) (int64, error) {
	last := map[digest]int64{}
	stale := false
	whole, err := scan(path, -1, "", func(at int64, l line) error {
		key := l.digest()
		_, again := last[key]
		stale = stale || again || isNull(l.Value)
		last[key] = at
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if !stale {
		return whole, os.Truncate(path, whole)
	}
	return rewrite(path, whole, last)
}

func rewrite(path string, length int64, last map[digest]int64) (int64, error) {
	next := path + ".next"
	file, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	size, err := copyLast(file, path, length, last)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return 0, err
	}
	return size, os.Rename(next, path)
}

func copyLast(to io.Writer, path string, length int64, last map[digest]int64) (int64, error) {
	out := bufio.NewWriterSize(to, 1<<20)
	var size int64
	_, err := scan(path, length, "", func(at int64, l line) error {
		if last[l.digest()] != at || isNull(l.Value) {
			return nil
		}
		n, err := out.Write(l.raw)
		size += int64(n)
		return err
	})
	return size, errors.Join(err, out.Flush())
}

// linePrefix is how every line of a kind begins, so that lines of other kinds
// are passed over without being decoded.
func linePrefix(kind string) string {
	name, err := json.Marshal(kind)
	if err != nil {
		return ""
	}
	return `{"k":` + string(name) + ","
}

// scan reads the lines of the first limit bytes (all of them when limit is
// negative) that begin with prefix, tells each where it begins, and returns
// where the last whole line ends. A line is good until each returns: the next
// is read into the same memory.
func scan(path string, limit int64, prefix string, each func(at int64, l line) error) (int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var from io.Reader = file
	if limit >= 0 {
		from = io.LimitReader(file, limit)
	}
	in := bufio.NewReaderSize(from, 1<<20)
	var at int64
	var long []byte
	for {
		raw, err := readLine(in, &long)
		if errors.Is(err, io.EOF) {
			return at, nil
		}
		if err != nil {
			return at, err
		}
		begins := at
		at += int64(len(raw))
		if !bytes.HasPrefix(raw, []byte(prefix)) {
			continue
		}
		l, err := parseLine(raw)
		if err != nil {
			return begins, fmt.Errorf("line at byte %d: %w", begins, err)
		}
		if err := each(begins, l); err != nil {
			return begins, err
		}
	}
}

// readLine reads up to a line feed. What the buffer holds at once is not
// copied; a longer line is put together in long.
func readLine(in *bufio.Reader, long *[]byte) ([]byte, error) {
	part, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return part, err
	}
	*long = (*long)[:0]
	for errors.Is(err, bufio.ErrBufferFull) {
		*long = append(*long, part...)
		part, err = in.ReadSlice('\n')
	}
	*long = append(*long, part...)
	return *long, err
}

// parseLine cuts a line where its value begins. The value itself is left to
// those who know what it is; quotes within the names are escaped, so the mark
// cannot occur before it.
func parseLine(raw []byte) (line, error) {
	const mark = `","v":`
	at := bytes.Index(raw, []byte(mark))
	if at < 0 || len(raw) < at+len(mark)+2 || !bytes.HasSuffix(raw, []byte("}\n")) {
		return line{}, errNoLine
	}
	var l line
	if err := json.Unmarshal(append(raw[:at+1:at+1], '}'), &l); err != nil {
		return line{}, err
	}
	l.Value, l.raw = raw[at+len(mark):len(raw)-2], raw
	return l, nil
}

func isNull(raw json.RawMessage) bool { return bytes.Equal(raw, []byte("null")) }
