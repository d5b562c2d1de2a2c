package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// lab is what the benchmarks share: a folder of their own, the binary, and how
// long one may take.
type lab struct {
	dir    string
	binary string
	engine string // the one to measure on; empty for both
	length time.Duration
	made   int
}

func newLab(ctx context.Context, binary, engine string, length time.Duration) (*lab, error) {
	dir, err := os.MkdirTemp("", "paypush-bench")
	if err != nil {
		return nil, err
	}
	l := &lab{dir: dir, binary: binary, engine: engine, length: length}
	if binary == "" {
		l.binary = filepath.Join(dir, "paypush")
		say("building")
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", l.binary, "github.com/paypush/paypush/cmd/paypush")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, errors.Join(fmt.Errorf("go build: %w\n%s", err, out), l.close())
		}
	}
	return l, nil
}

func (l *lab) close() error { return os.RemoveAll(l.dir) }

// folder makes a new folder that is gone at the end.
func (l *lab) folder() (string, error) {
	l.made++
	dir := filepath.Join(l.dir, strconv.Itoa(l.made))
	return dir, os.Mkdir(dir, 0o700)
}

// freeAddress finds a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
