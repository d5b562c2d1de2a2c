package logging

import (
	"context"
	"log/slog"

	"github.com/paypush/paypush/internal/request"
	"github.com/paypush/paypush/internal/trace"
)

// The attributes that every line of a request bears, and every line of a trace
// that is kept.
const (
	requestID = "request_id"
	traceID   = "trace_id"
)

// handler adds the ids of the request and of the trace to the lines that are
// logged with their context.
type handler struct{ next slog.Handler }

// Enabled implements [slog.Handler].
func (h handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

// Handle implements [slog.Handler].
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	r = with(r, requestID, request.ID(ctx))
	return h.next.Handle(ctx, with(r, traceID, trace.ID(ctx)))
}

// WithAttrs implements [slog.Handler].
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler { return handler{h.next.WithAttrs(attrs)} }

// WithGroup implements [slog.Handler].
func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name)} }

// with adds an id to a line that does not have one yet.
func with(r slog.Record, key, id string) slog.Record {
	if id == "" || has(r, key) {
		return r
	}
	r = r.Clone()
	r.AddAttrs(slog.String(key, id))
	return r
}

func has(r slog.Record, key string) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == key
		return !found
	})
	return found
}
