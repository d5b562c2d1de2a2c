package trace

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	api "go.opentelemetry.io/otel/trace"

	"github.com/paypush/paypush/internal/fault"
)

// Job begins the span of a job, a trace of its own. The returned function ends
// it with what came of the job: "done", "again", "dropped" or "failed".
func (t *Tracer) Job(ctx context.Context, kind string) (context.Context, func(outcome string)) {
	if t == nil {
		return ctx, func(string) {}
	}
	ctx, span := t.tracer.Start(ctx, "job "+kind, api.WithSpanKind(api.SpanKindConsumer), api.WithAttributes(attribute.String("paypush.job", kind)))
	return ctx, func(outcome string) {
		span.SetAttributes(attribute.String("paypush.outcome", outcome))
		if outcome == "failed" {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Transaction begins the span of a store's transaction inside the trace of
// ctx. Outside of any there is none: the loops that look for work would fill
// the collector with themselves. The returned function ends it with how often
// the transaction was run and what came of it.
func (t *Tracer) Transaction(ctx context.Context) func(runs int, err error) {
	if t == nil || !api.SpanFromContext(ctx).IsRecording() {
		return func(int, error) {}
	}
	_, span := t.tracer.Start(ctx, "transaction", api.WithSpanKind(api.SpanKindClient))
	return func(runs int, err error) {
		span.SetAttributes(attribute.Int("paypush.runs", runs))
		if err != nil {
			kind := fault.KindOf(err)
			span.SetAttributes(attribute.String("error.type", string(kind)))
			if kind == fault.Internal || kind == fault.Unavailable || kind == fault.Unknown {
				span.SetStatus(codes.Error, "")
			}
		}
		span.End()
	}
}
