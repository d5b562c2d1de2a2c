package app

import (
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/request"
)

// watched counts, traces and logs every request by the pattern of its route.
// Paths are not told, since some of them are secrets: links that sign in or
// bind, and a payer's own cashier page. From here on the request's RemoteAddr
// is the client's, as far as trusted proxies tell it.
func (s *Server) watched(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, proxies := time.Now(), s.conf.TrustedProxies
		ctx, end := s.tracer.Request(r, request.Trusted(r.RemoteAddr, proxies))
		r = r.WithContext(ctx)
		r.RemoteAddr = request.ClientAddress(r, proxies)
		a := &answer{ResponseWriter: w, opened: s.metrics.StreamOpened}
		defer func() {
			took := time.Since(began)
			s.noteRequest(r, a, took)
			end(r.Pattern, a.code())
			a.end()
		}()
		mux.ServeHTTP(a, r)
	})
}

// noteRequest runs after the mux, which has written the pattern into r by then.
func (s *Server) noteRequest(r *http.Request, a *answer, took time.Duration) {
	if a.closed == nil {
		s.metrics.Answered(r.Pattern, r.Method, a.code(), took)
	}
	level := slog.LevelDebug
	if a.code() >= http.StatusInternalServerError {
		level = slog.LevelInfo
	}
	if s.log.Enabled(r.Context(), level) {
		s.log.LogAttrs(r.Context(), level, "request", slog.String("method", r.Method), slog.String("route", r.Pattern),
			slog.String("client", hostOf(r.RemoteAddr)), slog.Int("status", a.code()), slog.Int64("bytes", a.bytes), slog.Duration("took", took))
	}
}

// hostOf is an address without its port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// answer remembers what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
	opened func() (closed func())
	closed func() // of an event stream
}

// Unwrap lets [http.ResponseController] reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader implements [http.ResponseWriter]. After a body that was too
// large the connection is closed rather than the rest of it read: what
// [http.MaxBytesReader] does so itself it can't do through a writer that is not
// the server's own, since it does not unwrap.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
		if strings.HasPrefix(a.Header().Get("Content-Type"), "text/event-stream") {
			a.closed = a.opened()
		}
		if status == http.StatusRequestEntityTooLarge {
			a.Header().Set("Connection", "close")
		}
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// code is 200 for a handler that wrote nothing, as the server answers then.
func (a *answer) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}

func (a *answer) end() {
	if a.closed != nil {
		a.closed()
	}
}
