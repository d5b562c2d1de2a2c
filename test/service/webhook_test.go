package service_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/test/harness"
)

// hook is a team's application that is told by webhook.
type hook struct {
	server *httptest.Server
	mu     sync.Mutex
	answer int
	got    []hooked
}

// hooked is one request that it got.
type hooked struct {
	header http.Header
	body   []byte
	event  struct {
		ID, Type, Object string
		Version          int64
		Timestamp        time.Time
		Data             json.RawMessage
	}
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{answer: http.StatusOK}
	h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		g := hooked{header: r.Header.Clone(), body: body}
		if err := json.Unmarshal(body, &g.event); err != nil {
			t.Errorf("posted %q: %v", body, err)
		}
		h.got = append(h.got, g)
		w.WriteHeader(h.answer)
		io.WriteString(w, "noted") //nolint:errcheck // the sender has what it needs
	}))
	t.Cleanup(func() {
		h.server.CloseClientConnections()
		h.server.Close()
	})
	return h
}

func (h *hook) answers(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = status
}

// of lists what came of a type.
func (h *hook) of(kind string) (all []hooked) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range h.got {
		if g.event.Type == kind {
			all = append(all, g)
		}
	}
	return all
}

func (h *hook) wait(t *testing.T, kind string, n int) []hooked {
	t.Helper()
	harness.Eventually(t, strconv.Itoa(n)+" posts of "+kind, func() bool { return len(h.of(kind)) >= n })
	return h.of(kind)
}

// signedBy is a second implementation of the specification.
func (g hooked) signedBy(t *testing.T, secret string) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(g.header.Get("Webhook-Id") + "." + g.header.Get("Webhook-Timestamp") + "." + string(g.body)))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, s := range strings.Fields(g.header.Get("Webhook-Signature")) {
		if hmac.Equal([]byte(s), []byte(want)) {
			return true
		}
	}
	return false
}

type endpoint struct {
	ID           string     `json:"id"`
	Secret       string     `json:"secret"`
	Enabled      bool       `json:"enabled"`
	Reason       string     `json:"disabled_reason"`
	FailingSince *time.Time `json:"failing_since"`
}

func (p *pair) newEndpoint(t *testing.T, h *hook, types ...string) (e endpoint) {
	t.Helper()
	p.api.Must(t, http.MethodPost, "/v1/webhook_endpoints", map[string]any{"url": h.server.URL + "/hook", "types": types}, &e)
	return e
}

func (p *pair) endpoint(t *testing.T, id string) (e endpoint) {
	t.Helper()
	p.api.Must(t, http.MethodGet, "/v1/webhook_endpoints/"+id, nil, &e)
	return e
}

type attemptRow struct {
	Number     int    `json:"number"`
	HTTPStatus int    `json:"http_status"`
	Response   string `json:"response_body"`
	Request    string `json:"request_body"`
	Event      string `json:"event"`
	Delivery   string `json:"delivery"`
	Status     string `json:"delivery_status"`
	Duration   *int64 `json:"duration_ms"`
	NextAt     *time.Time
}

func (p *pair) attempts(t *testing.T, id string) []attemptRow {
	t.Helper()
	var page struct {
		Data []attemptRow `json:"data"`
	}
	p.api.Must(t, http.MethodGet, "/v1/webhook_endpoints/"+id+"/attempts?limit=100", nil, &page)
	return page.Data
}

// raise adds an event of the team's own.
func (p *pair) raise(t *testing.T, kind string) (id string) {
	t.Helper()
	var e struct{ ID string }
	p.api.Must(t, http.MethodPost, "/v1/events", map[string]any{"type": kind, "object": "c1", "version": 3, "data": map[string]int{"n": 1}}, &e)
	return e.ID
}

func TestAPaidOrderIsPostedSigned(t *testing.T) {
	p, h := newPair(t), newHook(t)
	e := p.newEndpoint(t, h, "order.paid")
	o := p.newOrder(t, 100)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	got := h.wait(t, "order.paid", 1)[0]
	if !got.signedBy(t, e.Secret) || got.event.Object != o.ID || got.event.ID != got.header.Get("Webhook-Id") || got.event.Version == 0 {
		t.Errorf("posted %s with %v", got.body, got.header)
	}
	sent, err := strconv.ParseInt(got.header.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(sent, 0)).Abs() > time.Minute {
		t.Errorf("timestamp %d %v", sent, err)
	}
	if len(h.of("order.created")) > 0 {
		t.Error("a type was posted that was not asked for")
	}
	harness.Eventually(t, "the attempt is logged", func() bool { return len(p.attempts(t, e.ID)) == 1 })
	a := p.attempts(t, e.ID)[0]
	if a.HTTPStatus != 200 || a.Response != "noted" || a.Request != string(got.body) || a.Event != got.event.ID || a.Status != "delivered" || a.Duration == nil {
		t.Errorf("attempt %+v", a)
	}
	if again := p.endpoint(t, e.ID); again.Secret != "" {
		t.Error("the secret is shown again")
	}
}

// Retries run on business time, so a clock that is moved shows three days in
// seconds; what is posted again is the same event with the same id.
func TestFailuresAreTriedAgainUntilItWorks(t *testing.T) {
	p, h := newPair(t), newHook(t)
	e := p.newEndpoint(t, h, "course.*")
	h.answers(http.StatusInternalServerError)
	id := p.raise(t, "course.finished")
	h.wait(t, "course.finished", 1)
	harness.Eventually(t, "the endpoint is known to fail", func() bool { return p.endpoint(t, e.ID).FailingSince != nil })
	p.advance(t, "10s")
	h.wait(t, "course.finished", 2)
	harness.Eventually(t, "both are logged", func() bool { return len(p.attempts(t, e.ID)) == 2 })
	h.answers(http.StatusNoContent)
	p.advance(t, "1h")
	got := h.wait(t, "course.finished", 3)
	for _, g := range got {
		if g.header.Get("Webhook-Id") != id || string(g.body) != string(got[0].body) || !g.signedBy(t, e.Secret) {
			t.Errorf("posted %s %v", g.body, g.header)
		}
	}
	harness.Eventually(t, "the endpoint is well", func() bool { return p.endpoint(t, e.ID).FailingSince == nil })
	if all := p.attempts(t, e.ID); len(all) != 3 || all[0].Number != 3 || all[2].HTTPStatus != 500 || all[0].Status != "delivered" {
		t.Errorf("attempts %+v", all)
	}
}

func TestAnEndpointThatKeepsFailingIsDisabledAndReplayed(t *testing.T) {
	p, h := newPair(t), newHook(t)
	e := p.newEndpoint(t, h, "course.finished")
	h.answers(http.StatusBadGateway)
	lost := p.raise(t, "course.finished")
	tries := 1
	h.wait(t, "course.finished", tries)
	harness.Eventually(t, "the endpoint is disabled", func() bool {
		if n := len(p.attempts(t, e.ID)); n >= tries {
			tries = n + 1
			p.advance(t, "11h")
		}
		return !p.endpoint(t, e.ID).Enabled
	})
	if got := p.endpoint(t, e.ID); got.Reason != "failing" || len(h.of("course.finished")) < 6 {
		t.Errorf("endpoint %+v after %d posts", got, len(h.of("course.finished")))
	}
	harness.Eventually(t, "the event is out", func() bool { return p.events(t, "webhook_endpoint.disabled") == 1 })
	before := len(h.of("course.finished"))
	missed := p.raise(t, "course.finished")
	harness.Eventually(t, "the event is kept as skipped", func() bool {
		var page struct {
			Data []struct{ Event, Status string }
		}
		p.api.Must(t, http.MethodGet, "/v1/webhook_endpoints/"+e.ID+"/deliveries?status=skipped", nil, &page)
		return len(page.Data) == 1 && page.Data[0].Event == missed
	})
	replay := "/v1/webhook_endpoints/" + e.ID + "/replay"
	since := map[string]any{"since": "2020-01-01T00:00:00Z"}
	if status, err := p.api.Call(http.MethodPost, replay, since, nil); err != nil || status != http.StatusConflict {
		t.Errorf("replay to a disabled endpoint: %d %v", status, err)
	}
	h.answers(http.StatusOK)
	p.api.Must(t, http.MethodPatch, "/v1/webhook_endpoints/"+e.ID, map[string]any{"enabled": true}, nil)
	var queued struct{ Queued int }
	p.api.Must(t, http.MethodPost, replay, since, &queued)
	got := h.wait(t, "course.finished", before+2)[before:]
	if queued.Queued != 2 || got[0].event.ID == got[1].event.ID || got[0].event.ID != lost && got[1].event.ID != lost {
		t.Errorf("queued %d, posted %s and %s", queued.Queued, got[0].body, got[1].body)
	}
	p.api.Must(t, http.MethodPost, "/v1/events/"+lost+"/replay", nil, &queued)
	h.wait(t, "course.finished", before+3)
}

func TestAnEndpointThatIsGoneIsDisabledAtOnce(t *testing.T) {
	p, h := newPair(t), newHook(t)
	e := p.newEndpoint(t, h, "course.finished")
	h.answers(http.StatusGone)
	p.raise(t, "course.finished")
	harness.Eventually(t, "the endpoint is disabled", func() bool { return p.endpoint(t, e.ID).Reason == "gone" })
	p.advance(t, "25h")
	p.raise(t, "course.finished")
	harness.Eventually(t, "the event is out", func() bool { return p.events(t, "webhook_endpoint.disabled") == 1 })
	if n := len(h.of("course.finished")); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func TestSecretsRotateWithOverlap(t *testing.T) {
	p, h := newPair(t), newHook(t)
	e := p.newEndpoint(t, h, "course.finished")
	var fresh endpoint
	rotate := "/v1/webhook_endpoints/" + e.ID + "/rotate"
	p.api.Must(t, http.MethodPost, rotate, map[string]int{"overlap_seconds": 3600}, &fresh, "Idempotency-Key", "r1")
	var again endpoint
	p.api.Must(t, http.MethodPost, rotate, map[string]int{"overlap_seconds": 3600}, &again, "Idempotency-Key", "r1")
	if fresh.Secret == e.Secret || fresh.Secret == "" || again.Secret != fresh.Secret {
		t.Fatalf("secrets %q, %q, %q", e.Secret, fresh.Secret, again.Secret)
	}
	p.raise(t, "course.finished")
	if got := h.wait(t, "course.finished", 1)[0]; !got.signedBy(t, e.Secret) || !got.signedBy(t, fresh.Secret) {
		t.Errorf("during the overlap: %v", got.header)
	}
	p.advance(t, "2h")
	harness.Eventually(t, "the server's clock follows", func() bool {
		before := len(h.of("course.finished"))
		p.raise(t, "course.finished")
		got := h.wait(t, "course.finished", before+1)[before]
		return got.signedBy(t, fresh.Secret) && !got.signedBy(t, e.Secret)
	})
}

func TestEndpointsAreMadeOnceAndChecked(t *testing.T) {
	p, h := newPair(t), newHook(t)
	body := `{"url":"` + h.server.URL + `","types":["order.paid"]}`
	first := p.send(t, http.MethodPost, "/v1/webhook_endpoints", body, "Idempotency-Key", "e1")
	again := p.send(t, http.MethodPost, "/v1/webhook_endpoints", body, "Idempotency-Key", "e1")
	if first.status != 201 || again.body != first.body || !strings.Contains(first.body, "whsec_") {
		t.Errorf("first %d %s\nagain %d %s", first.status, first.body, again.status, again.body)
	}
	for name, body := range map[string]string{
		"no address":     `{"url":"nowhere"}`,
		"another scheme": `{"url":"ftp://x.test"}`,
		"credentials":    `{"url":"https://a:b@x.test"}`,
		"a bad type":     `{"url":"https://x.test","types":["Order Paid"]}`,
		"control text":   `{"url":"https://x.test","description":"a\u0000"}`,
	} {
		if a := p.send(t, http.MethodPost, "/v1/webhook_endpoints", body); a.status != 422 || a.problem.Code == "" || len(a.problem.Errors) == 0 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	var e endpoint
	if err := json.Unmarshal([]byte(first.body), &e); err != nil {
		t.Fatal(err)
	}
	if a := p.send(t, http.MethodDelete, "/v1/webhook_endpoints/"+e.ID, ""); a.status != 204 {
		t.Errorf("delete: %d %s", a.status, a.body)
	}
	for _, path := range []string{"", "/attempts", "/deliveries"} {
		if a := p.send(t, http.MethodGet, "/v1/webhook_endpoints/"+e.ID+path, ""); a.status != 404 || a.problem.Code != "webhook_endpoint_not_found" {
			t.Errorf("after the delete, %q: %d %s", path, a.status, a.body)
		}
	}
}

func TestATeamsOwnEventsAreNotTakenForOurs(t *testing.T) {
	p := newPair(t)
	const body = `{"type":"course.finished","object":"c1","version":3,"data":{"big":12345678901234567890}}`
	first := p.send(t, http.MethodPost, "/v1/events", body, "Idempotency-Key", "v1")
	again := p.send(t, http.MethodPost, "/v1/events", body, "Idempotency-Key", "v1")
	if first.status != 201 || again.body != first.body || !strings.Contains(first.body, "12345678901234567890") {
		t.Errorf("first %d %s\nagain %d %s", first.status, first.body, again.status, again.body)
	}
	harness.Eventually(t, "it is in the feed", func() bool { return p.events(t, "course.finished") == 1 })
	for name, body := range map[string]string{
		"ours":          `{"type":"order.paid"}`,
		"of our family": `{"type":"refund.anything"}`,
		"one word":      `{"type":"course"}`,
		"capitals":      `{"type":"Course.finished"}`,
		"no type":       `{"data":{}}`,
		"too large":     `{"type":"course.finished","data":{"x":"` + strings.Repeat("x", 33<<10) + `"}}`,
		"a list":        `{"type":"course.finished","data":[1]}`,
	} {
		if a := p.send(t, http.MethodPost, "/v1/events", body); a.status != 422 || a.problem.Code == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	var page struct {
		Data []json.RawMessage `json:"data"`
		Next string            `json:"next_cursor"`
	}
	p.api.Must(t, http.MethodGet, "/v1/events?after=latest", nil, &page)
	if len(page.Data) != 0 || page.Next == "" || page.Next == "0" {
		t.Errorf("latest: %+v", page)
	}
}
