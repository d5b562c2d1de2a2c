package main

import (
	"context"
	"crypto/tls"
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
	TLSListen  string  `help:"A second address that speaks TLS for the platforms' real host names, such as 127.0.0.1:443; clients must trust /sandbox/ca.pem." name:"tls-listen"`
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
	if c.TLSListen != "" {
		if err := box.listenTLS(c.TLSListen); err != nil {
			return errors.Join(err, box.close())
		}
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
	failed chan error // of either listener
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
	s := &runningSandbox{url: "http://" + l.Addr().String(), box: box, failed: make(chan error, 2),
		server: &http.Server{Handler: box, ReadHeaderTimeout: 10 * time.Second}}
	box.SetBaseURL(s.url)
	go s.serve(l)
	return s, nil
}

func (s *runningSandbox) serve(l net.Listener) {
	if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		s.failed <- err
	}
}

// listenTLS stands in for the platforms' real hosts, for clients whose host is
// a constant: a hosts entry leads them here.
func (s *runningSandbox) listenTLS(address string) error {
	l, err := tls.Listen("tcp", address, s.box.TLSConfig())
	if err != nil {
		return fmt.Errorf("sandbox: %w; choose another --tls-listen", err)
	}
	go s.serve(l)
	return nil
}

// close lets requests that have begun end, cuts live pages, and keeps the world.
func (s *runningSandbox) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		s.server.Close() //nolint:errcheck // whoever still listens is cut off
	}
	return s.box.Close()
}
