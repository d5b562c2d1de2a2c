package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// server is a running `paypush serve`.
type server struct {
	*process
	address string
	key     string // an API key
}

// serve starts the server over a sandbox and waits until it has introduced
// itself. An empty database is SQLite in the folder.
func (l *lab) serve(ctx context.Context, sandbox, folder, database string) (*server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := []string{"serve", "--sandbox", sandbox, "--listen", address, "--data", folder}
	if database != "" {
		args = append(args, "--database-url", database)
	}
	p, err := start(l.binary, args...)
	if err != nil {
		return nil, err
	}
	s := &server{process: p, address: address}
	if err = p.answers(ctx, "http://"+address+"/readyz"); err == nil {
		s.key, err = introduction(ctx, p, folder)
	}
	if err != nil {
		p.kill()
		return nil, err
	}
	return s, nil
}

// introduction waits for dev.json, in which the server says how it is reached,
// and takes the API key from it.
func introduction(ctx context.Context, p *process, folder string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var said struct {
			Key string `json:"api_key"`
		}
		if b, err := os.ReadFile(filepath.Join(folder, "dev.json")); err == nil && json.Unmarshal(b, &said) == nil && said.Key != "" {
			return said.Key, nil
		}
		select {
		case <-tick.C:
		case <-p.done:
			return "", errors.New("the server ended:\n" + p.out.String())
		case <-ctx.Done():
			return "", errors.New("the server wrote no dev.json:\n" + p.out.String())
		}
	}
}

// sandbox starts `paypush sandbox`, which keeps nothing unless args say so, and
// tells its address.
func (l *lab) sandbox(ctx context.Context, args ...string) (*process, string, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	p, err := start(l.binary, append([]string{"sandbox", "--listen", address}, args...)...)
	if err != nil {
		return nil, "", err
	}
	url := "http://" + address
	if err := p.answersWithin(ctx, 10*patience, url+"/sandbox/clock"); err != nil {
		p.kill()
		return nil, "", err
	}
	return p, url, nil
}
