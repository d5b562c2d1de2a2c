// Package trace tells a collector of OpenTelemetry how long what took, and
// what belonged together: requests, calls to the platforms, transactions and
// jobs. It sends spans by OTLP over HTTP.
//
// It is not for counting, which package metrics does, and not for debugging
// values: a span names the pattern of a route, the name of a call and how it
// ended, and never a path, a query, a body or an error's text, because those
// may hold secrets.
//
// The rule that surprises: a nil [Tracer] is one that is off. All its methods
// may be called; they hand back what they were given and cost nothing.
package trace

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
)

// Config is what a [Tracer] works with.
type Config struct {
	Endpoint string       // the collector's base address, to which /v1/traces is added; empty for off
	Headers  string       // sent along with every export, as name=value,name=value with percent-encoded values
	Service  string       // what we are called; empty for paypush
	Version  string       // of the program
	Mode     string       // of the server
	Share    float64      // which part of the traces is kept, 0 to 1
	Log      *slog.Logger // told when the collector does not take spans; nil for none
}

// Tracer makes spans and sends them in the background. It is safe for any
// number of goroutines.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   api.Tracer
}

// How long the collector may keep us.
const (
	exportTimeout  = 5 * time.Second
	exportPatience = 20 * time.Second
)

// Open makes a tracer, and nil where no endpoint is given. It connects to
// nobody yet: a collector that is away costs its spans and nothing else. It
// fails where the endpoint or the headers can't be read; the error shows
// neither.
func Open(ctx context.Context, c Config) (*Tracer, error) {
	if c.Endpoint == "" {
		return nil, nil
	}
	target, err := url.Parse(c.Endpoint)
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return nil, fmt.Errorf("the endpoint is not an address such as http://127.0.0.1:4318")
	}
	headers, err := parseHeaders(c.Headers)
	if err != nil {
		return nil, err
	}
	out, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(target.JoinPath("v1", "traces").String()),
		otlptracehttp.WithHeaders(headers), otlptracehttp.WithTimeout(exportTimeout),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: true, InitialInterval: time.Second,
			MaxInterval: exportTimeout, MaxElapsedTime: exportPatience}))
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(newExporter(out, c.Log)), sdk.WithResource(described(c)),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(c.Share))))
	return &Tracer{provider: provider, tracer: provider.Tracer("github.com/paypush/paypush", api.WithInstrumentationVersion(c.Version))}, nil
}

// described says who sends the spans.
func described(c Config) *resource.Resource {
	name := c.Service
	if name == "" {
		name = "paypush"
	}
	return resource.NewSchemaless(attribute.String("service.name", name), attribute.String("service.version", c.Version),
		attribute.String("deployment.environment.name", c.Mode))
}

// parseHeaders reads what OTEL_EXPORTER_OTLP_HEADERS holds.
func parseHeaders(text string) (map[string]string, error) {
	all := map[string]string{}
	for pair := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, found := strings.Cut(pair, "=")
		plain, err := url.PathUnescape(strings.TrimSpace(value))
		name = strings.TrimSpace(name)
		if !found || err != nil || name == "" || strings.ContainsAny(name, " \t:") || strings.ContainsAny(name+plain, "\r\n\x00") {
			return nil, fmt.Errorf("the headers are not of the form name=value,name=value")
		}
		all[name] = plain
	}
	return all, nil
}

// Close sends what is still held and ends the sending. What the collector does
// not take until ctx ends is lost, and is the error.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// ID is the id of the trace that ctx belongs to, 32 hexadecimal digits, and
// empty where there is none that is kept.
func ID(ctx context.Context) string {
	if c := api.SpanContextFromContext(ctx); c.IsValid() && c.IsSampled() {
		return c.TraceID().String()
	}
	return ""
}
