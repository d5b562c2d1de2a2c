package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/web"
	"github.com/paypush/paypush/internal/webhook"
)

const hook = "https://shop.example/hook"

// endpoint adds an endpoint by the page and returns its page's path and its
// secret.
func (b *browser) endpoint(kv ...string) (path, secret string) {
	b.w.t.Helper()
	a := b.post("/admin/webhooks", append([]string{"url", hook}, kv...)...).want(http.StatusOK)
	path = strings.TrimSuffix(value(a.id("settings"), "href"), "/settings")
	return path, value(a.id("secret"), "value")
}

// tell hands an order's events to the webhooks, of which there is one, and
// sends until it heard them.
func (w *world) tell(o string) (all []webhook.Delivery) {
	w.t.Helper()
	events, err := w.db.Outbox().Of(w.t.Context(), o)
	if err == nil {
		err = w.webhooks.Enqueue(w.t.Context(), events)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	ended := make(chan struct{})
	go func() { w.webhooks.Run(ctx); close(ended) }()
	for range events {
		select {
		case <-w.listener.heard:
		case <-ctx.Done():
			w.t.Fatal("nothing was posted")
		}
	}
	cancel()
	<-ended // what came of it is written down by now
	for _, e := range events {
		found, err := w.webhooks.Deliveries(w.t.Context(), webhook.Filter{EventID: e.ID, Limit: 10})
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

func TestAnEndpointIsAddedWithASecretShownOnce(t *testing.T) {
	w := start(t)
	admin := w.asRole(web.Admin)
	if !admin.get("/admin/webhooks").has("empty") {
		t.Error("an empty list does not say so")
	}
	path, secret := admin.endpoint("family", "order.*", "types", "parcel.sent, order.*", "description", "the shop")
	if !strings.HasPrefix(secret, "whsec_") {
		t.Fatalf("secret %q", secret)
	}
	a := admin.get(path).want(http.StatusOK)
	if a.has("secret") || strings.Contains(a.body, secret) {
		t.Error("the secret is shown twice")
	}
	id := strings.TrimPrefix(path, "/admin/webhooks/")
	e, err := w.webhooks.Endpoint(t.Context(), id)
	if err != nil || strings.Join(e.Types, " ") != "order.* parcel.sent" || e.Description != "the shop" {
		t.Errorf("%+v, %v", e, err)
	}
	wantDid(t, w.did(id), audit.EndpointCreate)
	for _, bad := range [][3]string{{"url", "http://shop.example/", "url"}, {"url", "https://10.0.0.1/", "url"}, {"types", "Order paid!", "types"},
		{"description", strings.Repeat("x", 201), "description"}} {
		form := map[string]string{"url": hook, bad[0]: bad[1]}
		var kv []string
		for k, v := range form {
			kv = append(kv, k, v)
		}
		a := admin.post("/admin/webhooks", kv...).want(http.StatusUnprocessableEntity)
		if a.text("error-"+bad[2]) == "" {
			t.Errorf("%v: no error beside the field", bad)
		}
	}
	if got := admin.get("/admin/webhooks").text("endpoints"); !strings.Contains(got, hook) || strings.Count(got, "https://") != 1 {
		t.Errorf("the list shows %s", got)
	}
}

func TestAnEndpointIsChangedRotatedPausedAndDeleted(t *testing.T) {
	w := start(t)
	admin, op := w.asRole(web.Admin), w.asRole(web.Operator)
	path, secret := admin.endpoint("family", "refund.*", "types", "order.paid")
	if a := op.get(path).want(http.StatusOK); a.has("settings") || a.has("pause") || op.get("/admin/webhooks").has("new-endpoint") {
		t.Error("an operator is offered what only an administrator may do")
	}
	form := admin.get(path + "/settings").want(http.StatusOK)
	if v := value(form.all("input[name=types]")[0], "value"); v != "order.paid" || len(form.all("input[checked]")) != 1 {
		t.Errorf("the form shows %q and %d ticks", v, len(form.all("input[checked]")))
	}
	admin.post(path+"/settings", "url", "nonsense", "types", "order.paid").want(http.StatusUnprocessableEntity)
	admin.post(path+"/settings", "url", hook+"/2", "types", "").want(http.StatusSeeOther)
	id := strings.TrimPrefix(path, "/admin/webhooks/")
	if e, err := w.webhooks.Endpoint(t.Context(), id); err != nil || e.URL != hook+"/2" || len(e.Types) != 0 {
		t.Errorf("%+v, %v", e, err)
	}

	admin.post(path+"/rotate", "overlap", "200").want(http.StatusUnprocessableEntity)
	fresh := value(admin.post(path+"/rotate", "overlap", "24").want(http.StatusOK).id("secret"), "value")
	if fresh == secret || !strings.HasPrefix(fresh, "whsec_") {
		t.Errorf("the new secret is %q", fresh)
	}
	w.listener.answer = webhook.Reply{Status: 204}
	w.tell(strings.TrimPrefix(w.browser().buy("tea", "1"), "/pay/"))
	if n := len(strings.Fields(w.listener.last.Signature)); n != 2 {
		t.Errorf("while both secrets hold there are %d signatures", n)
	}

	admin.post(path + "/pause").want(http.StatusSeeOther)
	if a := admin.get(path); !a.has("resume") || a.has("range-form") {
		t.Error("a paused endpoint is shown as working")
	}
	admin.post(path + "/resume").want(http.StatusSeeOther)
	admin.post(path + "/delete").want(http.StatusUnprocessableEntity)
	admin.post(path+"/delete", "sure", "yes").want(http.StatusSeeOther)
	admin.get(path).want(http.StatusNotFound)
	wantDid(t, w.did(id), audit.EndpointDelete, audit.EndpointChange, audit.EndpointChange, audit.EndpointChange, audit.EndpointChange, audit.EndpointCreate)
}

func TestEveryTryIsShownAndPostedAgain(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	path, _ := w.asRole(web.Admin).endpoint()
	w.listener.answer = webhook.Reply{Status: 503, Body: "<b>closed</b>", Took: 1500 * time.Millisecond}
	o := strings.TrimPrefix(w.browser().buy("tea", "1"), "/pay/")
	made := w.tell(o)
	if len(made) != 1 {
		t.Fatalf("%d deliveries", len(made))
	}
	one := "/admin/deliveries/" + made[0].ID
	a := op.get(one).want(http.StatusOK)
	for _, want := range []string{"HTTP 503", "1500", "<b>closed</b>"} {
		if !strings.Contains(a.text("attempts"), want) {
			t.Errorf("%q is not among %s", want, a.text("attempts"))
		}
	}
	if !strings.Contains(a.text("body"), `"type": "order.created"`) || value(a.id("to-order"), "href") != "/admin/orders/"+o {
		t.Errorf("the delivery is shown as\n%s", a.body)
	}
	line := op.get("/admin/orders/" + o).want(http.StatusOK)
	if links := line.all("a[href=" + one + "]"); len(links) != 1 || !strings.Contains(line.text("timeline"), hook) {
		t.Error("the order's history does not lead to its delivery")
	}

	w.listener.answer = webhook.Reply{Status: 200}
	op.post(one + "/replay").want(http.StatusSeeOther)
	w.tell(o)
	if got := op.get(one); strings.Count(got.text("attempts"), "HTTP") != 2 {
		t.Errorf("tries: %s", got.text("attempts"))
	}
	wantDid(t, w.did(made[0].EndpointID), audit.EndpointReplay, audit.EndpointCreate)
	for query, rows := range map[string]int{"": 1, "?status=delivered": 1, "?status=failed": 0, "?event=" + made[0].EventID: 1,
		"?event=evt_none": 0, "?event=" + made[0].EventID + "&status=pending": 0} {
		if n := len(op.get(path + query).all("td[class=lead-cell]")); n != rows {
			t.Errorf("%q: %d rows, want %d", query, n, rows)
		}
	}
}

func TestARangeIsPostedAgain(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	path, _ := w.asRole(web.Admin).endpoint()
	w.listener.answer = webhook.Reply{Status: 200}
	o := strings.TrimPrefix(w.browser().buy("tea", "1"), "/pay/")
	w.tell(o)
	for _, bad := range []struct{ since, until, state, field string }{{"yesterday", "", "failed", "since"}, {"2026-03-04T00:00", "late", "failed", "until"},
		{"2026-03-04T00:00", "", "", "state"}, {"2026-03-05T00:00", "2026-03-04T00:00", "failed", "since"}} {
		form := []string{"since", bad.since, "until", bad.until}
		if bad.state != "" {
			form = append(form, "state", bad.state)
		}
		if a := op.post(path+"/replay", form...).want(http.StatusUnprocessableEntity); a.text("error-"+bad.field) == "" {
			t.Errorf("%+v: no error beside the field", bad)
		}
	}
	w.clock.advance(time.Minute)
	again := func(state string) string {
		to, err := url.Parse(op.post(path+"/replay", "since", "2026-03-04T13:00", "state", state).want(http.StatusSeeOther).location)
		if err != nil {
			t.Fatal(err)
		}
		if got := op.get(to.String()).text("done"); !strings.Contains(got, to.Query().Get("again")) {
			t.Errorf("the page says %q", got)
		}
		return to.Query().Get("again")
	}
	if n := again("failed"); n != "0" {
		t.Errorf("%s failed ones were posted again", n)
	}
	if n := again("delivered"); n != "1" {
		t.Errorf("%s delivered ones were posted again", n)
	}
	id := strings.TrimPrefix(path, "/admin/webhooks/")
	wantDid(t, w.did(id), audit.EndpointReplay, audit.EndpointReplay, audit.EndpointCreate)
}
