package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// maxBody is the most that any platform accepts in one request; those
	// that accept less say so themselves.
	maxBody = 16 << 20
	// shownBody is how much of a body the history keeps.
	shownBody = 4 << 10
	// shownQuery is how much of a query the history keeps.
	shownQuery = 8 << 10
)

// guard bounds what a caller may send, and keeps pages of other sites from
// operating the control calls through somebody's browser.
func (s *Sandbox) guard(next http.Handler) http.Handler {
	protected := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if strings.HasPrefix(r.URL.Path, "/sandbox/") {
			protected.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// record notes every request except the ones that only look at the sandbox
// itself, which its own pages make all the time.
func (s *Sandbox) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if onlyLooks(r) {
			next.ServeHTTP(w, r)
			return
		}
		began, at := time.Now(), s.world.Now()
		body := &tee{ReadCloser: r.Body}
		r.Body = body
		sw := &statusWriter{ResponseWriter: w}
		defer func() {
			s.history.add(visit{
				Time: at, Method: r.Method, Path: clip(r.URL.Path, 1000), Query: clip(r.URL.RawQuery, shownQuery),
				Headers: shownHeaders(r.Header), Body: body.seen.String(), Truncated: body.more,
				Status: sw.status, Micros: time.Since(began).Microseconds(),
			})
		}()
		next.ServeHTTP(sw, r)
		if sw.status == 0 {
			sw.status = http.StatusOK
		}
	})
}

func onlyLooks(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/sandbox/") &&
		!strings.HasPrefix(r.URL.Path, "/sandbox/alipay/cashier/") // a payer's, not an onlooker's
}

// tee keeps the beginning of what is read through it.
type tee struct {
	io.ReadCloser
	seen bytes.Buffer
	more bool
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	room := min(n, shownBody-t.seen.Len())
	t.seen.Write(p[:room])
	t.more = t.more || room < n
	return n, err
}

// statusWriter remembers the status and stays usable for streams.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Flush sends what is buffered, for handlers that look for http.Flusher.
func (w *statusWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Unwrap lets http.ResponseController reach the server's own writer.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
