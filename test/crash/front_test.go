package crash_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// entrance is the public address of several servers.
type entrance interface {
	URL() string
	// add takes a server in that is ready.
	add(t *testing.T, base string) *backend
}

// front is the public address of several servers. What platforms call goes to
// all of them at once; anything else to one that is well. It implements entrance.
type front struct {
	server *httptest.Server
	mu     sync.Mutex
	nodes  []*backend
}

// URL implements entrance.
func (f *front) URL() string { return f.server.URL }

type backend struct {
	base string
	sick atomic.Bool
}

// mark notes whether people are to be sent there.
func (b *backend) mark(well bool) { b.sick.Store(!well) }

func newFront(t *testing.T) *front {
	t.Helper()
	f := new(front)
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	return f
}

// add implements entrance; the server counts as well.
func (f *front) add(_ *testing.T, base string) *backend {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := &backend{base: base}
	f.nodes = append(f.nodes, b)
	return b
}

// bases lists those who are well, in random order, or all of them.
func (f *front) bases(all bool) (bases []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, i := range rand.Perm(len(f.nodes)) {
		if n := f.nodes[i]; all || !n.sick.Load() {
			bases = append(bases, n.base)
		}
	}
	return bases
}

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	platform := strings.HasPrefix(r.URL.Path, "/notify/")
	answers := make(chan answer, 8)
	bases := f.bases(platform)
	if !platform {
		bases = bases[:min(1, len(bases))]
	}
	for _, base := range bases {
		go func() { answers <- pass(r, base, body) }()
	}
	last := answer{status: http.StatusBadGateway}
	for range bases {
		if last = <-answers; last.status == http.StatusOK {
			break
		}
	}
	last.write(w)
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = slices.Clone(values)
	}
	w.WriteHeader(a.status)
	w.Write(a.body) //nolint:errcheck // the caller may have gone
}

// pass hands a request on; a server that does not answer is a bad gateway. It
// goes on after the caller has its answer.
func pass(r *http.Request, base string, body []byte) answer {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	bad := answer{status: http.StatusBadGateway, body: []byte("no answer of " + base)}
	out, err := http.NewRequestWithContext(ctx, r.Method, base+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return bad
	}
	out.Header, out.Host, out.GetBody = r.Header.Clone(), r.Host, nil // so that nothing is sent twice
	resp, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		return bad
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return bad
	}
	return answer{resp.StatusCode, resp.Header, b}
}
