package trace_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/request"
	"github.com/paypush/paypush/internal/trace"
	"github.com/paypush/paypush/internal/trace/tracetest"
)

func open(t *testing.T, c trace.Config) *trace.Tracer {
	t.Helper()
	if c.Share == 0 {
		c.Share = 1
	}
	tracer, err := trace.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return tracer
}

// one closes the tracer and expects a single span.
func one(t *testing.T, tracer *trace.Tracer, c *tracetest.Collector) *tracepb.Span {
	t.Helper()
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := c.Spans()
	if len(all) != 1 {
		t.Fatalf("%d spans arrived", len(all))
	}
	return all[0]
}

const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
	callers      = "00-" + callersTrace + "-" + callersSpan + "-01"
)

func ask(path, traceparent string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r = r.WithContext(request.WithID(r.Context()))
	if traceparent != "" {
		r.Header.Set("Traceparent", traceparent)
		r.Header.Set("Tracestate", "vendor=stranger")
	}
	return r
}

func TestARequestIsNamedByItsRoute(t *testing.T) {
	c := tracetest.New(t)
	tracer := open(t, trace.Config{Endpoint: c.URL, Service: "shop", Headers: "x-key=a%20b, x-other=c"})
	r := ask("/b/geheim?code=geheim", "")
	ctx, end := tracer.Request(r, false)
	if id := trace.ID(ctx); len(id) != 32 {
		t.Errorf("the trace's id is %q", id)
	}
	end("GET /b/{token}", http.StatusBadGateway)
	s := one(t, tracer, c)
	if s.Name != "GET /b/{token}" || tracetest.Attribute(s, "http.route") != "/b/{token}" || s.Kind != tracepb.Span_SPAN_KIND_SERVER ||
		s.Status.GetCode() != tracepb.Status_STATUS_CODE_ERROR || tracetest.Attribute(s, "paypush.request_id") != request.ID(r.Context()) {
		t.Errorf("the span is %v", s)
	}
	if hex.EncodeToString(s.TraceId) != trace.ID(ctx) {
		t.Errorf("the span's trace is %x", s.TraceId)
	}
	if strings.Contains(c.Raw(), "geheim") {
		t.Error("the path or its query left")
	}
	if service, header := c.Last(); service != "shop" || header.Get("X-Key") != "a b" || header.Get("X-Other") != "c" {
		t.Errorf("%q sent %v", service, header)
	}
}

// A trusted caller's trace goes on; a stranger's is only pointed at, and what
// it says about sampling decides nothing.
func TestTheCallersTrace(t *testing.T) {
	for _, c := range []struct {
		name, parent string
		trusted      bool
		part, linked bool
	}{
		{"trusted", callers, true, true, false}, {"stranger", callers, false, false, true},
		{"stranger who wants nothing kept", strings.TrimSuffix(callers, "1") + "0", false, false, true},
		{"nobody", "", true, false, false}, {"broken", "00-zz-1-01", true, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := tracetest.New(t)
			tracer := open(t, trace.Config{Endpoint: in.URL})
			_, end := tracer.Request(ask("/", c.parent), c.trusted)
			end("GET /{$}", http.StatusOK)
			s := one(t, tracer, in)
			if part := hex.EncodeToString(s.TraceId) == callersTrace && hex.EncodeToString(s.ParentSpanId) == callersSpan; part != c.part {
				t.Errorf("part of the caller's trace: %v, %v", part, s)
			}
			if linked := len(s.Links) == 1 && hex.EncodeToString(s.Links[0].TraceId) == callersTrace; linked != c.linked {
				t.Errorf("linked: %v, %v", linked, s)
			}
			if !c.trusted && strings.Contains(in.Raw(), "vendor") {
				t.Error("a stranger's state was taken over")
			}
		})
	}
}

func TestCallsTellThePlatformNothing(t *testing.T) {
	headers := make(chan http.Header, 2)
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers <- r.Header
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer platform.Close()
	c := tracetest.New(t)
	tracer := open(t, trace.Config{Endpoint: c.URL})
	client := &http.Client{Transport: tracer.Calls(http.DefaultTransport)}
	ctx, end := tracer.Request(ask("/", callers), true)
	for _, path := range []string{"/gateway.do?method=alipay.trade.query&sign=geheim", "/cgi-bin/user/info?access_token=geheim"} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, platform.URL+path, strings.NewReader("geheim"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		h := <-headers
		for _, name := range []string{"Traceparent", "Tracestate", "Baggage"} {
			if h.Get(name) != "" {
				t.Errorf("the platform got %s %s", name, h.Get(name))
			}
		}
	}
	end("GET /", http.StatusOK)
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"alipay.trade.query", "/cgi-bin/user/info"} {
		if all := c.Named(name); len(all) != 1 || hex.EncodeToString(all[0].TraceId) != callersTrace ||
			all[0].Kind != tracepb.Span_SPAN_KIND_CLIENT || all[0].Status.GetCode() != tracepb.Status_STATUS_CODE_ERROR {
			t.Errorf("%s: %v", name, all)
		}
	}
	if strings.Contains(c.Raw(), "geheim") {
		t.Error("a query or a body left")
	}
}

type failing struct{ err error }

// RoundTrip implements [http.RoundTripper].
func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestFailedCallsShowNoText(t *testing.T) {
	for want, err := range map[string]error{"timeout": context.DeadlineExceeded, "cancelled": context.Canceled, "connection": errors.New("geheim")} {
		c := tracetest.New(t)
		tracer := open(t, trace.Config{Endpoint: c.URL})
		if _, got := tracer.Calls(failing{err}).RoundTrip(ask("/x", "")); !errors.Is(got, err) {
			t.Errorf("the error became %v", got)
		}
		if s := one(t, tracer, c); tracetest.Attribute(s, "error.type") != want || strings.Contains(c.Raw(), "geheim") {
			t.Errorf("%v: %v", err, s)
		}
	}
}

func TestTransactionsBelongToWhatBeganThem(t *testing.T) {
	c := tracetest.New(t)
	tracer := open(t, trace.Config{Endpoint: c.URL})
	tracer.Transaction(t.Context())(1, nil) // of a loop, which is not told
	ctx, end := tracer.Job(t.Context(), "push.deliver")
	tracer.Transaction(ctx)(2, fault.New(fault.Conflict, "taken", "geheim"))
	end("failed")
	if err := tracer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	tx, jobs := c.Named("transaction"), c.Named("job push.deliver")
	if len(tx) != 1 || len(jobs) != 1 || !bytes.Equal(tx[0].ParentSpanId, jobs[0].SpanId) {
		t.Fatalf("%v %v", tx, jobs)
	}
	if tracetest.Attribute(tx[0], "error.type") != "conflict" || tx[0].Status.GetCode() == tracepb.Status_STATUS_CODE_ERROR {
		t.Errorf("a conflict is %v", tx[0])
	}
	if tracetest.Attribute(jobs[0], "paypush.outcome") != "failed" || jobs[0].Status.GetCode() != tracepb.Status_STATUS_CODE_ERROR {
		t.Errorf("the job is %v", jobs[0])
	}
	if strings.Contains(c.Raw(), "geheim") {
		t.Error("an error's text left")
	}
}

func TestShareOfNothingKeepsNothing(t *testing.T) {
	c := tracetest.New(t)
	tracer, err := trace.Open(t.Context(), trace.Config{Endpoint: c.URL, Share: 0})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := tracer.Request(ask("/", ""), false)
	if trace.ID(ctx) != "" {
		t.Error("a trace that nobody keeps has an id for the log")
	}
	end("GET /", http.StatusOK)
	if err := tracer.Close(t.Context()); err != nil || len(c.Spans()) > 0 {
		t.Errorf("%v, %v", err, c.Spans())
	}
}

// Off is the default; nothing changes and nothing is made.
func TestOffCostsNothing(t *testing.T) {
	tracer, err := trace.Open(t.Context(), trace.Config{})
	if tracer != nil || err != nil {
		t.Fatalf("%v %v", tracer, err)
	}
	r := ask("/", callers)
	if ctx, _ := tracer.Request(r, true); ctx != r.Context() || trace.ID(ctx) != "" {
		t.Error("the request's context changed")
	}
	if next := http.DefaultTransport; tracer.Calls(next) != next {
		t.Error("calls go another way")
	}
	if n := testing.AllocsPerRun(100, func() {
		ctx, end := tracer.Request(r, true)
		_, done := tracer.Job(ctx, "k")
		tracer.Transaction(ctx)(1, nil)
		done("done")
		end("GET /", 200)
	}); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
	if err := tracer.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// A collector that is away is told of once, and holds nothing up for longer
// than it may.
func TestACollectorThatIsAway(t *testing.T) {
	var out bytes.Buffer
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer refuses.Close()
	tracer := open(t, trace.Config{Endpoint: refuses.URL, Headers: "authorization=geheim", Log: slog.New(slog.NewTextHandler(&out, nil))})
	for range 3 {
		_, end := tracer.Request(ask("/", ""), false)
		end("GET /", http.StatusOK)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := tracer.Close(ctx); err != nil {
		t.Error(err)
	}
	if n := strings.Count(out.String(), "did not take traces"); n != 1 || strings.Contains(out.String(), "geheim") {
		t.Errorf("the log: %s", &out)
	}
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer busy.Close()
	tracer = open(t, trace.Config{Endpoint: busy.URL})
	_, end := tracer.Request(ask("/", ""), false)
	end("GET /", http.StatusOK)
	ctx, cancel = context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	tracer.Close(ctx) //nolint:errcheck // whether it is told depends on who gives up first
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("closing took %s", took)
	}
}

func TestBadConfigurationIsRefusedWithoutShowingIt(t *testing.T) {
	for _, c := range []trace.Config{{Endpoint: "127.0.0.1:4318"}, {Endpoint: "ftp://geheim"}, {Endpoint: "http://"}, {Endpoint: "http://x", Headers: "geheim"},
		{Endpoint: "http://x", Headers: "a=%zz"}, {Endpoint: "http://x", Headers: "a b=geheim"}, {Endpoint: "http://x", Headers: "a=b%0d%0ageheim"}} {
		if tracer, err := trace.Open(t.Context(), c); err == nil || tracer != nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
