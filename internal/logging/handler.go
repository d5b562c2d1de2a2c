package logging

import (
	"context"
	"log/slog"

	"github.com/paypush/paypush/internal/request"
)

// requestID is the attribute that every line of a request bears.
const requestID = "request_id"

// handler adds the request's id to the lines that are logged with its context.
type handler struct{ next slog.Handler }

// Enabled implements [slog.Handler].
func (h handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

// Handle implements [slog.Handler].
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if id := request.ID(ctx); id != "" && !has(r, requestID) {
		r = r.Clone()
		r.AddAttrs(slog.String(requestID, id))
	}
	return h.next.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler { return handler{h.next.WithAttrs(attrs)} }

// WithGroup implements [slog.Handler].
func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name)} }

func has(r slog.Record, key string) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == key
		return !found
	})
	return found
}
