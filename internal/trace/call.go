package trace

import (
	"context"
	"errors"
	"net"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	api "go.opentelemetry.io/otel/trace"
)

// Calls gives every call that goes out through next a span, which is named by
// Alipay's method or by the path of the platform's interface. Nothing is added
// to the call: the platforms do not learn of our traces.
func (t *Tracer) Calls(next http.RoundTripper) http.RoundTripper {
	if t == nil {
		return next
	}
	return calls{t, next}
}

type calls struct {
	t    *Tracer
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper]. The span ends with the answer's
// header.
func (c calls) RoundTrip(r *http.Request) (*http.Response, error) {
	name := r.URL.Path
	if method := r.URL.Query().Get("method"); method != "" {
		name = method
	}
	_, span := c.t.tracer.Start(r.Context(), name, api.WithSpanKind(api.SpanKindClient), api.WithAttributes(
		attribute.String("server.address", r.URL.Hostname()), attribute.String("http.request.method", known(r.Method))))
	defer span.End()
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(attribute.String("error.type", kindOf(err)))
		return resp, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", resp.StatusCode))
	if resp.StatusCode >= http.StatusBadRequest {
		span.SetStatus(codes.Error, "")
	}
	return resp, nil
}

// kindOf tells why no answer came, without the error's text.
func kindOf(err error) string {
	var n net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &n) && n.Timeout():
		return "timeout"
	}
	return "connection"
}
