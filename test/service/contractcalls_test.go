package service_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/test/harness"
)

func (c *contract) orders() {
	o := c.good("create-order", "", `{"amount":1200,"subject":"茶","out_trade_no":"CONTRACT0001","metadata":{"a":"b"},"expires_in":3600}`)
	c.good("create-order", "", `{"amount":1200,"subject":"茶","out_trade_no":"CONTRACT0001","metadata":{"a":"b"},"expires_in":3600}`)
	c.good("create-order", "", `{"amount":1,"subject":"x","channel":"alipay.page","return_url":"https://shop.example/back"}`)
	c.good("get-order", "", "", id(o))
	if one := c.good("list-orders", "?out_trade_no=CONTRACT0001", ""); len(one["data"].([]any)) != 1 {
		c.t.Errorf("by number: %v", one)
	}
	first := c.good("list-orders", "?limit=1&status=pending&created_from=2020-01-01T00:00:00Z", "")
	if next := c.good("list-orders", "?limit=1&cursor="+first["next_cursor"].(string), ""); next["data"].([]any)[0].(map[string]any)["id"] != id(o) {
		c.t.Errorf("the second page: %v", next)
	}
	c.good("list-orders", "?member=mem_none&created_until=2020-01-01T00:00:00Z&trade_no=1", "")
	c.good("query-order", "", "", id(o))
	c.good("close-order", "", "", id(o))

	list := c.ops["list-orders"]
	for _, query := range []string{"?limit=0", "?limit=101", "?limit=x", "?status=lost", "?cursor=ord_1", "?cursor=%00", "?created_from=yesterday",
		"?created_from=2026-01-01T00:00:00Z&created_until=2026-01-01T00:00:00Z",
		"?created_from=2026-01-01T00:00:00Z&cursor=ord_" + strings.Repeat("0", 32)} {
		c.bad(list, http.StatusUnprocessableEntity, list.path+query, "")
	}
	create := c.ops["create-order"]
	for _, body := range []string{`{}`, `[]`, `null`, `{"amount":-1,"subject":"x"}`, `{"amount":1,"subject":"x","channel":"moon"}`, `{"amount":1,"subject":"\u0000"}`} {
		c.bad(create, http.StatusUnprocessableEntity, create.path, body)
	}
	c.bad(create, http.StatusConflict, create.path, `{"amount":1,"subject":"x","out_trade_no":"CONTRACT0001"}`)
	c.existing(create)
	c.bad(create, http.StatusUnprocessableEntity, create.path, `{"amount":1,"subject":"x"}`, "Idempotency-Key", "a b")
	c.call(create, create.path, `{"amount":1,"subject":"x"}`, "Idempotency-Key", "c1")
	c.bad(create, http.StatusConflict, create.path, `{"amount":2,"subject":"x"}`, "Idempotency-Key", "c1")
}

// existing creates an order again under its number, with a key of its own: it
// is the first order whoever asks, and stays so when that is repeated.
func (c *contract) existing(create *operation) {
	const body = `{"amount":5,"subject":"x","out_trade_no":"CONTRACT0002","channel":"alipay.page"}`
	ids := map[any]bool{}
	for _, key := range []string{"e1", "e1", "e2", "e2", "e2"} {
		var o map[string]any
		a := c.call(create, create.path, body, "Idempotency-Key", key)
		if err := json.Unmarshal([]byte(a.body), &o); err != nil || a.status >= 300 {
			c.t.Fatalf("%d %s", a.status, a.body)
		}
		ids[o["id"]] = true
	}
	if len(ids) != 1 {
		c.t.Errorf("one number, these orders: %v", ids)
	}
}

func (c *contract) refunds() {
	o := c.paidOrder(c.t, 2000)
	small := c.good("create-refund", "", `{"amount":100,"reason":"退货"}`, o.ID)
	refused := c.good("create-refund", "", `{"amount":600,"reason":"退货"}`, o.ID)
	approved := c.good("create-refund", "", `{"amount":700,"reason":"退货"}`, o.ID)
	c.waitRefund(c.t, id(small), "succeeded")
	c.good("get-refund", "", "", id(small))
	if all := c.good("list-refunds", "?status=approving&limit=2&order="+o.ID, ""); len(all["data"].([]any)) != 2 || all["next_cursor"] == nil {
		c.t.Errorf("refunds to approve: %v", all)
	}
	c.bad(c.ops["list-refunds"], http.StatusUnprocessableEntity, "/v1/refunds?cursor="+o.ID, "")
	c.bad(c.ops["approve-refund"], http.StatusForbidden, c.ops["approve-refund"].at(id(approved)), "")
	c.asAnother(func() {
		c.good("approve-refund", "", "", id(approved))
		c.good("refuse-refund", "", "", id(refused))
		c.bad(c.ops["approve-refund"], http.StatusConflict, "/v1/refunds/"+id(refused)+"/approve", "")
	})
	create := c.ops["create-refund"]
	c.bad(create, http.StatusUnprocessableEntity, create.at(o.ID), `{"amount":200000,"reason":"x"}`)
	c.bad(create, http.StatusConflict, create.at(c.newOrder(c.t, 100).ID), `{"amount":1,"reason":"x"}`)
	c.good("get-order", "", "", o.ID)
}

// asAnother runs f with an API key of its own.
func (c *contract) asAnother(f func()) {
	office, err := app.OpenOffice(c.t.Context(), c.conf.DatabaseURL(), slog.New(slog.DiscardHandler))
	if err != nil {
		c.t.Fatal(err)
	}
	key, err := office.CreateKey(c.t.Context(), "another", "")
	if err != nil {
		c.t.Fatal(err)
	}
	if err := office.Close(); err != nil {
		c.t.Fatal(err)
	}
	mine := c.api.Key
	c.api.Key = key
	f()
	c.api.Key = mine
}

func (c *contract) surpluses() {
	late := c.newOrder(c.t, 880)
	c.good("close-order", "", "", late.ID)
	orders := []order{late, c.newOrder(c.t, 500), c.newOrder(c.t, 501)}
	for i, o := range orders {
		c.open(c.t, o)
		c.pay(c.t, o.Number, []int64{0, 400, 401}[i])
	}
	var held []any
	harness.Eventually(c.t, "three surpluses are held", func() bool {
		c.advance(c.t, "20s")
		held = c.good("list-surpluses", "", "")["data"].([]any)
		return len(held) == 3
	})
	payments := map[string]string{}
	for _, h := range held {
		s := h.(map[string]any)
		payments[fmt.Sprint(s["order"])] = fmt.Sprint(s["payment"])
	}
	page := c.good("list-surpluses", "?state=held&limit=1", "")
	c.good("list-surpluses", "?limit=100&cursor="+page["next_cursor"].(string), "")
	c.good("accept-surplus", "", "", payments[late.ID])
	c.good("refund-surplus", "", "", payments[orders[1].ID])
	keep := c.ops["keep-surplus"]
	first := c.call(keep, keep.at(payments[orders[2].ID]), "", "Idempotency-Key", "k")
	again := c.call(keep, keep.at(payments[orders[2].ID]), "", "Idempotency-Key", "k")
	if first.status != http.StatusOK || again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" {
		c.t.Errorf("kept: %d %s\nagain: %d %s", first.status, first.body, again.status, again.body)
	}
	keep.succeeded = true
	for _, what := range []string{"accept-surplus", "refund-surplus", "keep-surplus"} {
		c.bad(c.ops[what], http.StatusConflict, c.ops[what].at(payments[late.ID]), "")
	}
}

func (c *contract) notices() {
	settled := c.good("list-notices", "?verdict=settled&limit=1", "")["data"].([]any)[0].(map[string]any)
	one := c.good("get-notice", "", "", id(settled))
	if body := fmt.Sprint(one["body"]); !strings.Contains(body, fmt.Sprint("out_trade_no=", one["out_trade_no"])) || one["body_cut"] != false {
		c.t.Errorf("the notice: %v", one)
	}
	for _, query := range []string{"?payment=" + fmt.Sprint(one["payment"]), "?out_trade_no=" + fmt.Sprint(one["out_trade_no"]), "?account=" + fmt.Sprint(one["account"])} {
		if found := c.good("list-notices", query, "")["data"].([]any); len(found) == 0 {
			c.t.Errorf("%s finds nothing", query)
		}
	}
	if found := c.good("list-notices", "?verdict=mismatched&account=none", "")["data"].([]any); len(found) != 0 {
		c.t.Errorf("found %v", found)
	}
	c.bad(c.ops["list-notices"], http.StatusUnprocessableEntity, "/v1/notices?verdict=forged", "")
}

func (c *contract) people() {
	var phone struct {
		OpenID string `json:"openid"`
	}
	c.box.Must(c.t, http.MethodPost, "/sandbox/wechat/followers", map[string]string{"nickname": "小红"}, &phone)
	m := c.good("create-message", "", `{"to":{"openid":"`+phone.OpenID+`"},"text":"你好"}`)
	c.good("get-message", "", "", id(m))
	if all := c.good("list-messages", "?limit=1", ""); all["data"].([]any)[0].(map[string]any)["id"] != m["id"] {
		c.t.Errorf("the newest message: %v", all)
	}
	c.good("list-messages", "?status=failed&member=mem_none&cursor="+id(m), "")
	create := c.ops["create-message"]
	c.bad(create, http.StatusUnprocessableEntity, create.path, `{"text":"x"}`)
	c.bad(create, http.StatusConflict, create.path, `{"to":{"member":"mem_none"},"text":"x"}`)
	for _, to := range []string{`{"user":"nobody-of-ours"}`, `{"email":"a@example.com"}`, `{"openid":"a","phone":"1"}`} {
		c.bad(create, http.StatusUnprocessableEntity, create.path, `{"to":`+to+`,"text":"x"}`)
	}
}

func (c *contract) webhooks() {
	h := newHook(c.t)
	url := `{"url":"` + h.server.URL + `/hook","types":["course.*"]}`
	e := c.good("create-webhook-endpoint", "", url)
	c.good("list-webhook-endpoints", "", "")
	c.good("get-webhook-endpoint", "", "", id(e))
	c.good("update-webhook-endpoint", "", `{"description":"mine","enabled":true}`, id(e))
	happened := c.good("create-event", "", `{"type":"course.finished","object":"c1","version":3,"data":{"n":1.50,"none":null}}`)
	h.wait(c.t, "course.finished", 1)
	c.good("list-events", "?limit=2", "")
	c.good("list-events", "?after=latest", "")
	var tries []any
	harness.Eventually(c.t, "the attempt is written down", func() bool {
		tries = c.good("list-webhook-attempts", "", "", id(e))["data"].([]any)
		return len(tries) > 0
	})
	c.good("list-webhook-deliveries", "?status=delivered", "", id(e))
	c.good("get-webhook-delivery", "", "", fmt.Sprint(tries[0].(map[string]any)["delivery"]))
	c.good("replay-event", "", `{"endpoint":"`+id(e)+`"}`, id(happened))
	c.good("replay-event", "", "", id(happened))
	c.good("replay-webhook-deliveries", "", `{"since":"2020-01-01T00:00:00Z","statuses":["delivered"]}`, id(e))
	c.good("rotate-webhook-endpoint", "", "", id(e))
	for body, seconds := range map[string]float64{`{"overlap_seconds":0}`: 0, `{"overlap_seconds":60}`: 60, `{}`: 86400} {
		began := time.Now()
		fresh := c.good("rotate-webhook-endpoint", "", body, id(e))
		if until, err := time.Parse(time.RFC3339, fmt.Sprint(fresh["old_secret_until"])); err != nil || until.Sub(began).Seconds() > seconds+3600 || until.Sub(began).Seconds() < seconds-3600 {
			c.t.Errorf("rotated by %s, the old secret goes on until %v", body, fresh["old_secret_until"])
		}
	}
	for _, body := range []string{`{"url":"ftp://x"}`, `{"url":""}`, `{}`} {
		c.bad(c.ops["create-webhook-endpoint"], http.StatusUnprocessableEntity, "/v1/webhook_endpoints", body)
	}
	c.bad(c.ops["create-event"], http.StatusUnprocessableEntity, "/v1/events", `{"type":"order.paid"}`)
	c.good("delete-webhook-endpoint", "", "", id(e))
}

// abuse does to an operation what callers do wrong everywhere.
func (c *contract) abuse(o *operation) {
	nobody := o.at(slices.Repeat([]string{"none"}, strings.Count(o.path, "{"))...)
	c.bad(o, http.StatusUnauthorized, nobody, "", "Authorization", "")
	c.bad(o, http.StatusUnauthorized, nobody, "", "Authorization", "Bearer sk_none")
	c.bad(o, http.StatusNotAcceptable, nobody, "", "Accept", "text/html, image/*;q=0.8")
	c.bad(o, http.StatusUnprocessableEntity, nobody+"?colour=red", "{}")
	if !o.hasBody() {
		if strings.Contains(o.path, "{") {
			c.bad(o, http.StatusNotFound, nobody, "")
		}
		return
	}
	c.bad(o, http.StatusBadRequest, nobody, `{"a":`)
	c.bad(o, http.StatusUnsupportedMediaType, nobody, `a=b`, "Content-Type", "application/x-www-form-urlencoded")
	tooMuch := 1 << 17
	if o.id == "create-campaign" { // takes a list of a hundred thousand people
		tooMuch = 9 << 20
	}
	c.bad(o, http.StatusRequestEntityTooLarge, nobody, `{"a":"`+strings.Repeat("x", tooMuch)+`"}`)
	c.bad(o, http.StatusUnprocessableEntity, nobody, `{"colour":"red"}`)
}

// beyond asks for what no operation is.
func (c *contract) beyond() {
	for _, r := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{http.MethodGet, "/v1", 404, ""}, {http.MethodGet, "/v1/", 404, ""}, {http.MethodGet, "/v1/moons", 404, ""}, {http.MethodGet, "/v1/orders/", 404, ""},
		{http.MethodPost, "/v1/orders/x/y/z", 404, ""}, {http.MethodOptions, "/v1/moons", 404, ""}, {http.MethodHead, "/v1/moons", 404, ""},
		{http.MethodPut, "/v1/orders", 405, "GET, HEAD, POST"}, {http.MethodOptions, "/v1/orders", 405, "GET, HEAD, POST"},
		{http.MethodGet, "/v1/orders/x/close", 405, "POST"}, {http.MethodHead, "/v1/orders/x/close", 405, "POST"},
		{http.MethodDelete, "/v1/orders/x", 405, "GET, HEAD"}, {"BREW", "/v1/webhook_endpoints/x", 405, "DELETE, GET, HEAD, PATCH"},
	} {
		a := c.send(c.t, r.method, r.path, "")
		if a.status != r.status || a.header.Get("Allow") != r.allow {
			c.t.Errorf("%s %s: %d, Allow %q", r.method, r.path, a.status, a.header.Get("Allow"))
		}
		if r.method == http.MethodHead {
			if a.header.Get("Content-Type") != "application/problem+json" || a.header.Get("X-Request-Id") == "" {
				c.t.Errorf("HEAD %s: %v", r.path, a.header)
			}
			continue
		}
		c.holdProblem(r.method+" "+r.path, a)
	}
	if a := c.send(c.t, http.MethodHead, "/v1/orders", ""); a.status != http.StatusOK || a.body != "" {
		c.t.Errorf("HEAD of a list: %d %q", a.status, a.body)
	}
}
