package app_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/logging"
)

// slowNotice sends a notice whose body is held back until the test goes on.
func slowNotice(t *testing.T, w *world) (finish func() string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.server.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, "POST /notify/alipay HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 7\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	// The server asks for the body once the handler reads it, so the request has begun.
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("the server answers %q, %v", line, err)
	}
	return func() string {
		if _, err := in.ReadString('\n'); err != nil {
			return err.Error()
		}
		if _, err := io.WriteString(conn, "abc=123"); err != nil {
			return err.Error()
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return resp.Status + " " + string(b) + errorText(err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// openStream follows a cashier page's events.
func openStream(t *testing.T, w *world) (ended <-chan error) {
	t.Helper()
	visitor := newVisitor(t, w.server.URL())
	at := visitor.post(t, "/pay", url.Values{"subject": {"茶"}, "money": {"1.00"}})
	resp, err := http.Get(w.server.URL() + at + "/events")
	if err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(resp.Body)
	if line, err := in.ReadString('\n'); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the stream begins with %s %q, %v", resp.Status, line, err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, in)
		done <- errors.Join(err, resp.Body.Close())
	}()
	return done
}

// A server that is told to stop ends live pages at once, lets a request that
// has begun end well, and takes no new one.
func TestDrainEndsStreamsAndFinishesRequests(t *testing.T) {
	w := newWorld(t, logging.Text, nil)
	finish, ended := slowNotice(t, w), openStream(t, w)
	closed := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Second)
	defer cancel()
	began := time.Now()
	go func() { closed <- w.close(ctx) }()
	if err := <-ended; err != nil {
		t.Errorf("the stream was cut instead of ended: %v", err)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(w.server.URL(), "http://")); err == nil {
		t.Error("a server that drains takes new connections")
	}
	select {
	case err := <-closed:
		t.Fatalf("the server closed with a request under way: %v", err)
	default:
	}
	if got := finish(); got != "200 OK fail" {
		t.Errorf("the slow request got %q", got)
	}
	if err := <-closed; err != nil {
		t.Errorf("closing: %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("draining took %s", took)
	}
}

// Somebody who never finishes a request can't hold the server up for longer
// than it was given.
func TestDrainIsBounded(t *testing.T) {
	w := newWorld(t, logging.Text, nil)
	slowNotice(t, w)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := w.close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("closing: %v", err)
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("draining took %s", took)
	}
}

// A server that is about to stop says so where balancers ask, and serves
// everybody else as before, on connections that are not kept.
func TestRetiringSaysNoAndGoesOnServing(t *testing.T) {
	w := newWorld(t, logging.Text, nil)
	for _, retired := range []bool{false, true} {
		if retired {
			w.server.Retire()
		}
		ready := map[bool]int{false: http.StatusOK, true: http.StatusServiceUnavailable}[retired]
		for path, want := range map[string]int{"/readyz": ready, "/healthz": http.StatusOK, "/": http.StatusOK, "/v1/orders": http.StatusUnauthorized} {
			resp, err := http.Get(w.server.URL() + path)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != want || resp.Close != retired {
				t.Errorf("retired %v: %s answers %d, closing %v", retired, path, resp.StatusCode, resp.Close)
			}
		}
	}
}
