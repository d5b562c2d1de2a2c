package service_test

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/paypush/paypush/test/harness"
)

// gate stands between the platforms and the server: the server's public
// address. It keeps the notices that pass, and may hold them back.
type gate struct {
	server  *httptest.Server
	proxy   atomic.Pointer[httputil.ReverseProxy]
	closed  atomic.Bool
	mu      sync.Mutex
	notices []string
}

func newGate(t *testing.T) *gate {
	g := new(gate)
	g.server = httptest.NewServer(http.HandlerFunc(g.pass))
	t.Cleanup(func() {
		g.server.CloseClientConnections()
		g.server.Close()
	})
	return g
}

// leadTo opens the gate to a server and returns the public address.
func (g *gate) leadTo(address string) string {
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: address})
	proxy.FlushInterval, proxy.ErrorLog = -1, log.New(io.Discard, "", 0)
	g.proxy.Store(proxy)
	return g.server.URL
}

func (g *gate) pass(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/notify/") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		g.mu.Lock()
		g.notices = append(g.notices, string(body))
		g.mu.Unlock()
		if g.closed.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	g.proxy.Load().ServeHTTP(w, r)
}

// notice waits for a notice about a payment and returns its body.
func (g *gate) notice(t *testing.T, number string) (body string) {
	t.Helper()
	harness.Eventually(t, "a notice about "+number, func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, n := range g.notices {
			if strings.Contains(n, "out_trade_no="+number+"&") || strings.HasSuffix(n, "out_trade_no="+number) {
				body = n
				return true
			}
		}
		return false
	})
	return body
}

func copyBounded(w io.Writer, r io.Reader) (int64, error) {
	return io.Copy(w, io.LimitReader(r, 1<<20))
}
