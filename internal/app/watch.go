package app

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// watched counts and logs every request by the pattern of its route. Paths
// are not logged, since some of them are secrets: links that sign in or bind,
// and a payer's own cashier page.
func (s *Server) watched(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		a := &answer{ResponseWriter: w, opened: s.metrics.StreamOpened}
		defer func() {
			took := time.Since(began)
			s.noteRequest(r, a, took)
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
			slog.Int("status", a.code()), slog.Int64("bytes", a.bytes), slog.Duration("took", took))
	}
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

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
		if strings.HasPrefix(a.Header().Get("Content-Type"), "text/event-stream") {
			a.closed = a.opened()
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
