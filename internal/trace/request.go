package trace

import (
	"context"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	api "go.opentelemetry.io/otel/trace"

	"github.com/paypush/paypush/internal/request"
)

// Request begins the span of a request that came in. A traceparent of a
// trusted caller makes it a part of the caller's trace; that of anybody else
// is only linked, so that no stranger decides what we keep or writes into a
// trace of ours. The returned function ends the span with the route's pattern,
// never the path, and the status of the answer.
func (t *Tracer) Request(r *http.Request, trusted bool) (context.Context, func(pattern string, status int)) {
	if t == nil {
		return r.Context(), func(string, int) {}
	}
	method := known(r.Method)
	options := []api.SpanStartOption{api.WithSpanKind(api.SpanKindServer), api.WithAttributes(
		attribute.String("http.request.method", method), attribute.String("paypush.request_id", request.ID(r.Context())))}
	parent := r.Context()
	if from := callerOf(r); from.IsValid() && trusted {
		parent = api.ContextWithRemoteSpanContext(parent, from)
	} else if from.IsValid() {
		options = append(options, api.WithLinks(api.Link{SpanContext: from.WithTraceState(api.TraceState{})}))
	}
	ctx, span := t.tracer.Start(parent, method, options...)
	return ctx, func(pattern string, status int) {
		if _, route, ok := strings.Cut(pattern, "/"); ok {
			span.SetName(method + " /" + route)
			span.SetAttributes(attribute.String("http.route", "/"+route))
		}
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// callerOf is the span that the caller names in its traceparent.
func callerOf(r *http.Request) api.SpanContext {
	if r.Header.Get("Traceparent") == "" {
		return api.SpanContext{}
	}
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(r.Header))
	return api.SpanContextFromContext(ctx)
}

// known keeps strangers from making up names of spans.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "_OTHER"
}
