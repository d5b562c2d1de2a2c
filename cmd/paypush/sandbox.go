package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/paypush/paypush/sandbox"
)

type sandboxCommand struct {
	Listen     string  `help:"Address of the sandbox." default:"127.0.0.1:8081"`
	Data       string  `help:"Folder for everything that is kept; empty for nothing." type:"path"`
	ClockSpeed float64 `help:"Seconds that pass in the sandbox in a real one." default:"1"`
	logFlags
}

// Run serves the sandbox until it is told to stop.
func (c *sandboxCommand) Run(ctx context.Context) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(900 << 20) // a million trades fit; collect sooner rather than grow
	}
	if c.ClockSpeed <= 0 {
		return usageError{errors.New("--clock-speed must be above 0")}
	}
	log, err := c.logger(os.Stderr)
	if err != nil {
		return err
	}
	box, err := startSandbox(c.Listen, c.Data, c.ClockSpeed, log)
	if err != nil {
		return err
	}
	fmt.Printf("paypush sandbox: %s/sandbox/\n", box.url)
	select {
	case <-ctx.Done():
		return box.close()
	case err := <-box.failed:
		return errors.Join(err, box.close())
	}
}

// runningSandbox is a sandbox behind a listener of its own.
type runningSandbox struct {
	url    string
	box    *sandbox.Sandbox
	server *http.Server
	failed chan error
}

func startSandbox(listen, dir string, speed float64, log *slog.Logger) (*runningSandbox, error) {
	box, err := sandbox.New(sandbox.Options{Dir: dir, Speed: speed, Logger: log})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sandbox: %w; choose another address", err), box.Close())
	}
	s := &runningSandbox{url: "http://" + l.Addr().String(), box: box, failed: make(chan error, 1),
		server: &http.Server{Handler: box, ReadHeaderTimeout: 10 * time.Second}}
	box.SetBaseURL(s.url)
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	return s, nil
}

// close lets requests that have begun end, cuts live pages, and keeps the world.
func (s *runningSandbox) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		s.server.Close()
	}
	return s.box.Close()
}
