package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/logging"
	"github.com/paypush/paypush/sandbox"
	"github.com/paypush/paypush/test/harness"
)

// journal is a log that many write at once.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// world is a server in this process, its sandbox over HTTP, and its log.
type world struct {
	box    *harness.Client
	server *app.Server
	hello  app.Hello
	conf   config.Config
	log    *journal
	closed sync.Once
}

// newWorld starts both; adapt may change the configuration before. The test
// ends them.
func newWorld(t *testing.T, format string, adapt func(*config.Config)) *world {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(box)
	box.SetBaseURL(front.URL)
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{box: harness.NewClient(front.URL, ""), conf: config.Default(), log: new(journal)}
	w.conf.Mode, w.conf.Listen, w.conf.Data, w.conf.SandboxURL = config.Sandbox, "127.0.0.1:0", t.TempDir(), front.URL
	if adapt != nil {
		adapt(&w.conf)
	}
	log, err := logging.New(w.log, logging.Options{Format: format, Level: slog.LevelDebug})
	if err != nil {
		t.Fatal(err)
	}
	if w.server, err = app.Start(t.Context(), w.conf, app.Options{Log: log, Version: "1.2.3"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := w.close(ctx); err != nil {
			t.Error(err)
		}
	})
	if w.hello, err = w.server.Introduce(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// close ends the server once.
func (w *world) close(ctx context.Context) (err error) {
	w.closed.Do(func() { err = w.server.Close(ctx) })
	return err
}
