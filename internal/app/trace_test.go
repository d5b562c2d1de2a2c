package app_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/logging"
	"github.com/paypush/paypush/internal/trace/tracetest"
)

// A whole payment and its message, seen from the collector: what belongs
// together hangs together, and no secret leaves.
func TestTracesTellTheStoryWithoutItsSecrets(t *testing.T) {
	in := tracetest.New(t)
	w := newWorld(t, logging.JSON, func(c *config.Config) { c.Traces.Endpoint, c.Traces.Service = in.URL, "shop" })
	s := w.live(t)
	w.trouble(t, s)
	ctx, cancel := context.WithTimeout(context.Background(), 9*time.Second)
	defer cancel()
	if err := w.close(ctx); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"POST /notify/alipay", "GET /pay/{order}", "POST /pay", "transaction", "job push.deliver",
		"/cgi-bin/message/template/send"} {
		if len(in.Named(name)) == 0 {
			t.Errorf("no span is named %s", name)
		}
	}
	if service, _ := in.Last(); service != "shop" {
		t.Errorf("the service is %q", service)
	}
	belongs(t, in, "transaction", "POST /notify/alipay")
	belongs(t, in, "/cgi-bin/message/template/send", "job push.deliver")
	for name, secret := range s.secrets {
		if strings.Contains(in.Raw(), secret) {
			t.Errorf("the %s left", name)
		}
	}
	if strings.Contains(in.Raw(), s.orderID) {
		t.Error("a path left")
	}
	var line struct {
		TraceID   string `json:"trace_id"`
		RequestID string `json:"request_id"`
	}
	for one := range strings.Lines(w.log.String()) {
		if strings.Contains(one, `"route":"POST /notify/alipay"`) {
			if err := json.Unmarshal([]byte(one), &line); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(line.TraceID) != 32 || line.RequestID == "" {
		t.Errorf("the notice's line bears %+v", line)
	}
}

// belongs wants a span of one name inside one of another.
func belongs(t *testing.T, in *tracetest.Collector, inner, outer string) {
	t.Helper()
	for _, o := range in.Named(outer) {
		for _, i := range in.Named(inner) {
			if string(i.ParentSpanId) == string(o.SpanId) {
				return
			}
		}
	}
	t.Errorf("no %s belongs to a %s", inner, outer)
}
