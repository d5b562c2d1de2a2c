package trace

import (
	"context"
	"log/slog"
	"sync"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// quiet is how long a collector's failure is not told again.
const quiet = time.Minute

// exporter tells our own log when the collector takes nothing. Left to itself
// the library would write to a log of its own, at every batch.
type exporter struct {
	sdk.SpanExporter
	log  *slog.Logger
	mu   sync.Mutex
	told time.Time
}

func newExporter(next sdk.SpanExporter, log *slog.Logger) *exporter {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &exporter{SpanExporter: next, log: log}
}

// ExportSpans implements the library's exporter. The spans of a failed export
// are lost.
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	if err != nil && e.due() {
		e.log.LogAttrs(ctx, slog.LevelWarn, "the collector did not take traces", slog.Int("spans", len(spans)), slog.Any("error", err))
	}
	return nil
}

func (e *exporter) due() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if !e.told.IsZero() && now.Sub(e.told) < quiet {
		return false
	}
	e.told = now
	return true
}
