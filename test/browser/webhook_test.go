package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/chromedp/chromedp"

	"github.com/paypush/paypush/test/harness"
)

// addWebhook adds an endpoint at an application that refuses the first call,
// sees how an event is tried, and has it posted again one by one and by a
// range. It returns where the endpoint and the delivery are.
func (tb *tab) addWebhook(h hello) (hook, delivery string) {
	tb.t.Helper()
	var calls atomic.Int32
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if calls.Add(1) == 1 {
			http.Error(w, "The database is being moved. Come back in a minute.", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, `{"received":true}`)
	}))
	tb.t.Cleanup(application.Close)

	tb.open(h.URL + "/admin/webhooks?lang=zh")
	tb.fill("#url", application.URL+"/hooks/paypush")
	tb.click(`input[name="family"][value="order.*"]`)
	tb.fill("#types", "parcel.sent")
	tb.fill("#description", "商城后台 Shop")
	tb.click(id("create"))
	tb.see(id("secret"))
	tb.check("a secret that is shown once", views[0])
	tb.shoot(filepath.Join(tb.t.ArtifactDir(), "console-webhook-made-desk-light-zh.png"))
	hook = strings.TrimSuffix(get(tb, "read the link", chromedp.Evaluate[string](
		`document.querySelector('[data-testid="settings"]').getAttribute("href")`)), "/settings")

	api := harness.NewClient(h.URL, h.APIKey)
	api.Must(tb.t, http.MethodPost, "/v1/orders", map[string]any{"amount": 100, "subject": "茶"}, nil)
	tb.open(h.URL + hook)
	tb.reloadUntil("see the delivery", id("deliveries"))
	tb.click(id("deliveries") + " td a")
	tb.reloadUntil("see both tries", `[data-testid="attempts"] li:nth-child(2)`)
	delivery = strings.TrimPrefix(strings.Split(tb.location(), "?")[0], h.URL)
	tb.click(id("replay"))
	tb.see(id("done"))
	tb.reloadUntil("see a third try", `[data-testid="attempts"] li:nth-child(3)`)
	tb.open(h.URL + hook)
	tb.click("#again-delivered")
	tb.click(id("replay-range"))
	tb.see(id("done"))
	return hook, delivery
}

// reloadUntil loads a page again until it shows something.
func (tb *tab) reloadUntil(what, selector string) {
	tb.t.Helper()
	harness.Eventually(tb.t, what, func() bool {
		tb.open(tb.location())
		return get(tb, what, chromedp.Evaluate[bool](`!!document.querySelector(`+quote(selector)+`)`))
	})
}
