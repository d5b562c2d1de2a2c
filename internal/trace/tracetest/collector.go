// Package tracetest is a collector of OpenTelemetry inside a test: it takes
// spans by OTLP over HTTP and shows what arrived. It is not for production,
// and keeps everything.
package tracetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

// Collector takes spans. It is safe for any number of goroutines.
type Collector struct {
	URL string // its base address

	mu      sync.Mutex
	spans   []*tracepb.Span
	service string
	header  http.Header
	raw     []byte
}

// New starts a collector that ends with the test.
func New(t testing.TB) *Collector {
	t.Helper()
	c := new(Collector)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", c.take)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

func (c *Collector) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var in collector.ExportTraceServiceRequest
	if err != nil || r.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(body, &in) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.header, c.raw = r.Header, append(c.raw, body...)
	for _, resource := range in.ResourceSpans {
		for _, a := range resource.Resource.Attributes {
			if a.Key == "service.name" {
				c.service = a.Value.GetStringValue()
			}
		}
		for _, scope := range resource.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// Spans are those that arrived so far.
func (c *Collector) Spans() []*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.spans)
}

// Named are the spans that arrived under a name.
func (c *Collector) Named(name string) (all []*tracepb.Span) {
	for _, s := range c.Spans() {
		if s.Name == name {
			all = append(all, s)
		}
	}
	return all
}

// Raw is every byte that arrived, one export after the other.
func (c *Collector) Raw() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.raw)
}

// Last is the service that sent last, and the header it sent.
func (c *Collector) Last() (service string, header http.Header) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.service, c.header
}

// Attribute is a span's attribute as text, empty where it has none.
func Attribute(s *tracepb.Span, key string) string {
	for _, a := range s.Attributes {
		if a.Key == key {
			return a.Value.GetStringValue()
		}
	}
	return ""
}
