package service_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/paypush/paypush/test/harness"
)

// answer is what a raw request got.
type answer struct {
	status  int
	header  http.Header
	body    string
	problem struct {
		Code      string `json:"code"`
		Status    int    `json:"status"`
		RequestID string `json:"request_id"`
		Errors    []struct {
			Pointer string `json:"pointer"`
			Code    string `json:"code"`
		} `json:"errors"`
	}
}

// send sends a body as it is.
func (p *pair) send(t *testing.T, method, path, body string, headers ...string) (a answer) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.api.Base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+p.api.Key)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a.status, a.header, a.body = resp.StatusCode, resp.Header, string(b)
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") && method != http.MethodHead {
		if err := json.Unmarshal(b, &a.problem); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func TestBadOrdersAreRefusedWithEveryFaultNamed(t *testing.T) {
	p := newPair(t)
	for name, c := range map[string]struct {
		body     string
		status   int
		code     string
		pointers []string
	}{
		"no amount":         {`{"subject":"x"}`, 422, "request_invalid", []string{"/"}},
		"zero":              {`{"amount":0,"subject":"x"}`, 422, "request_invalid", []string{"/amount"}},
		"negative":          {`{"amount":-1,"subject":"x"}`, 422, "request_invalid", []string{"/amount"}},
		"too much":          {`{"amount":10000000001,"subject":"x"}`, 422, "request_invalid", []string{"/amount"}},
		"a fraction":        {`{"amount":12.5,"subject":"x"}`, 422, "request_invalid", []string{"/amount"}},
		"beyond int64":      {`{"amount":1e40,"subject":"x"}`, 422, "request_invalid", nil},
		"text":              {`{"amount":"12","subject":"x"}`, 422, "request_invalid", []string{"/amount"}},
		"two faults":        {`{"amount":0,"subject":""}`, 422, "request_invalid", []string{"/amount", "/subject"}},
		"unknown member":    {`{"amount":1,"subject":"x","colour":"red"}`, 422, "request_invalid", []string{"/colour"}},
		"blank subject":     {`{"amount":1,"subject":"   "}`, 422, "subject_invalid", []string{"/subject"}},
		"control character": {`{"amount":1,"subject":"a\u0000b"}`, 422, "subject_invalid", []string{"/subject"}},
		"bad number":        {`{"amount":1,"subject":"x","out_trade_no":"a-b"}`, 422, "request_invalid", []string{"/out_trade_no"}},
		"unknown channel":   {`{"amount":1,"subject":"x","channel":"alipay.moon"}`, 422, "channel_unknown", []string{"/channel"}},
		"bad return_url":    {`{"amount":1,"subject":"x","return_url":"javascript:alert(1)"}`, 422, "url_invalid", []string{"/return_url"}},
		"too short a life":  {`{"amount":1,"subject":"x","expires_in":5}`, 422, "request_invalid", []string{"/expires_in"}},
		"not JSON":          {`{"amount":`, 400, "request_invalid", nil},
		"a megabyte":        {`{"amount":1,"subject":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "body_too_large", nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.send(t, http.MethodPost, "/v1/orders", c.body)
			if a.status != c.status || a.problem.Code != c.code || a.problem.Status != c.status || a.problem.RequestID == "" {
				t.Fatalf("answered %d %s", a.status, a.body)
			}
			for _, want := range c.pointers {
				found := false
				for _, e := range a.problem.Errors {
					found = found || e.Pointer == want
				}
				if !found {
					t.Errorf("no fault at %s: %s", want, a.body)
				}
			}
		})
	}
	var list struct {
		Data []order `json:"data"`
	}
	p.api.Must(t, http.MethodGet, "/v1/orders", nil, &list)
	if len(list.Data) != 0 {
		t.Errorf("bad input left %d orders", len(list.Data))
	}
}

func TestKeysAreNeeded(t *testing.T) {
	p := newPair(t)
	for name, header := range map[string]string{"none": "", "not a key": "Bearer nonsense", "unknown": "Bearer sk_" + strings.Repeat("A", 43), "basic": "Basic eDp5"} {
		a := p.send(t, http.MethodGet, "/v1/orders", "", "Authorization", header)
		if a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" || a.problem.RequestID == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if a := p.send(t, http.MethodGet, "/v1/orders/ord_unknown", ""); a.status != 404 || a.problem.Code != "order_not_found" {
		t.Errorf("an unknown order: %d %s", a.status, a.body)
	}
}

// Invariant 19, as far as creation goes: the same key and body give the same
// answer, another body is refused, and parallel twins make one order.
func TestInvariant19IdempotencyKeys(t *testing.T) {
	p := newPair(t)
	const body, other = `{"amount":100,"subject":"x","channel":"alipay.page"}`, `{"amount":101,"subject":"x"}`
	first := p.send(t, http.MethodPost, "/v1/orders", body, "Idempotency-Key", "k1")
	again := p.send(t, http.MethodPost, "/v1/orders", body, "Idempotency-Key", "k1")
	if first.status != 201 || again.status != 201 || again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" {
		t.Fatalf("first %d %s\nagain %d %s", first.status, first.body, again.status, again.body)
	}
	if a := p.send(t, http.MethodPost, "/v1/orders", other, "Idempotency-Key", "k1"); a.status != 409 || a.problem.Code != "idempotency_key_reused" {
		t.Errorf("another body: %d %s", a.status, a.body)
	}
	if a := p.send(t, http.MethodPost, "/v1/orders", "{}", "Idempotency-Key", "k2"); a.status != 422 {
		t.Errorf("bad input: %d %s", a.status, a.body)
	}
	if a := p.send(t, http.MethodPost, "/v1/orders", other, "Idempotency-Key", "k2"); a.status != 201 {
		t.Errorf("a refused request must not use its key up: %d %s", a.status, a.body)
	}
	var twins sync.WaitGroup
	bodies := make([]answer, 12)
	for i := range bodies {
		twins.Go(func() { bodies[i] = p.send(t, http.MethodPost, "/v1/orders", body, "Idempotency-Key", "k3") })
	}
	twins.Wait()
	created := ""
	for _, a := range bodies {
		if a.status != 201 && a.status != 409 {
			t.Errorf("a twin: %d %s", a.status, a.body)
		}
		if a.status == 201 && created == "" {
			created = a.body
		}
		if a.status == 201 && a.body != created {
			t.Errorf("two answers to one key:\n%s\n%s", a.body, created)
		}
	}
	harness.Eventually(t, "three orders are in the feed", func() bool { return p.events(t, "order.created") == 3 })
}

// Invariant 11: the same number and data answer the first order, other data 409.
func TestInvariant11SameNumber(t *testing.T) {
	p := newPair(t)
	const body = `{"amount":100,"subject":"x","out_trade_no":"ABCD12345678"}`
	first := p.send(t, http.MethodPost, "/v1/orders", body)
	again := p.send(t, http.MethodPost, "/v1/orders", body)
	var one, two order
	if err := json.Unmarshal([]byte(first.body), &one); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(again.body), &two); err != nil {
		t.Fatal(err)
	}
	if first.status != 201 || again.status != 200 || one.ID != two.ID || one.Number != "ABCD12345678" {
		t.Errorf("first %d %s\nagain %d %s", first.status, first.body, again.status, again.body)
	}
	if a := p.send(t, http.MethodPost, "/v1/orders", strings.Replace(body, "100", "200", 1)); a.status != 409 || a.problem.Code != "order_differs" {
		t.Errorf("other data: %d %s", a.status, a.body)
	}
}

func TestOrdersArePagedNewestFirst(t *testing.T) {
	p := newPair(t)
	var made []string
	for range 5 {
		made = append(made, p.newOrder(t, 100).ID)
	}
	var seen []string
	cursor := ""
	for {
		var page struct {
			Data []order `json:"data"`
			Next string  `json:"next_cursor"`
		}
		p.api.Must(t, http.MethodGet, "/v1/orders?limit=2&cursor="+cursor, nil, &page)
		for _, o := range page.Data {
			seen = append(seen, o.ID)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(seen) != 5 || seen[0] != made[4] || seen[4] != made[0] {
		t.Errorf("made %v, listed %v", made, seen)
	}
}

func TestTextReachesThePhone(t *testing.T) {
	p := newPair(t)
	var phone struct {
		OpenID string `json:"openid"`
	}
	p.box.Must(t, http.MethodPost, "/sandbox/wechat/followers", map[string]string{"nickname": "小红"}, &phone)
	base := "/sandbox/wechat/followers/" + phone.OpenID
	p.box.Must(t, http.MethodPost, base+"/say", map[string]string{"text": "你好"}, nil)
	var m struct {
		ID, Status string
	}
	p.api.Must(t, http.MethodPost, "/v1/messages", map[string]string{"openid": phone.OpenID, "text": "欢迎 <你> & 再见"}, &m, "Idempotency-Key", "m1")
	p.api.Must(t, http.MethodPost, "/v1/messages", map[string]string{"openid": phone.OpenID, "text": "欢迎 <你> & 再见"}, &m, "Idempotency-Key", "m1")
	harness.Eventually(t, "the message is sent", func() bool {
		p.api.Must(t, http.MethodGet, "/v1/messages/"+m.ID, nil, &m)
		return m.Status == "sent"
	})
	var got struct {
		Messages []json.RawMessage `json:"messages"`
	}
	p.box.Must(t, http.MethodGet, base+"/messages", nil, &got)
	if len(got.Messages) != 1 || !strings.Contains(string(got.Messages[0]), `欢迎`) {
		t.Errorf("the phone got %s", got.Messages)
	}
	for name, body := range map[string]string{"nobody": `{"text":"x"}`, "both": `{"openid":"o","member":"m","text":"x"}`,
		"nothing": `{"openid":"o"}`, "unknown template": `{"openid":"o","template":"none"}`, "stranger": `{"member":"mem_none","text":"x"}`} {
		if a := p.send(t, http.MethodPost, "/v1/messages", body); a.status < 400 || a.status >= 500 || a.problem.Code == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestOpenAPIDescribesTheCalls(t *testing.T) {
	p := newPair(t)
	var doc struct {
		OpenAPI string                     `json:"openapi"`
		Paths   map[string]json.RawMessage `json:"paths"`
	}
	p.api.Must(t, http.MethodGet, "/openapi.json", nil, &doc)
	for _, path := range []string{"/v1/orders", "/v1/orders/{id}", "/v1/orders/{id}/close", "/v1/messages", "/v1/messages/{id}", "/v1/events"} {
		if doc.Paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("openapi %q", doc.OpenAPI)
	}
}
