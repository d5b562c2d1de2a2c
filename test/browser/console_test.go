package browser_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paypush/paypush/test/harness"
)

// The team's pages pass the same audit as those for payers.
func TestConsoleInEveryView(t *testing.T) {
	h, b := dev(t), newBrowser(t)
	desk := b.tab()
	desk.open(h.LoginLink)
	desk.see(id("nav-admin"))
	bindByScanning(desk, b.tab(), h)
	order := prepareConsole(t, h)
	told := desk.preparePush(h)
	hook, delivery := desk.addWebhook(h)
	booked := desk.prepareBooks(h)
	pages := []pageUnderTest{{"home", "/admin"}, {"orders", "/admin/orders"}, {"order", "/admin/orders/" + order}, {"surpluses", "/admin/surpluses?state=refunded"},
		{"refunds", "/admin/refunds?status=succeeded"}, {"notices", "/admin/notices"}, {"forged", "/admin/forged"},
		{"people", "/admin/people"}, {"keys", "/admin/keys"},
		{"webhooks", "/admin/webhooks"}, {"webhook", hook}, {"webhook-settings", hook + "/settings"}, {"delivery", delivery}, {"trail", "/admin/trail"}, {"leave", "/me/delete"}}
	pages = append(append(pages, told...), booked...)
	dir := t.ArtifactDir()
	for _, v := range views {
		desk.as(v)
		for _, p := range pages {
			sep := "?"
			if strings.Contains(p.url, "?") {
				sep = "&"
			}
			desk.open(h.URL + p.url + sep + "lang=" + v.lang)
			desk.check("console "+p.name+" in "+v.name, v)
			desk.shoot(filepath.Join(dir, "console-"+p.name+"-"+v.name+".png"))
		}
	}
	desk.as(views[0])
	desk.followNotice(h)
}

// followNotice goes from the inbox to one notice and from there to its order,
// by the links that the pages show.
func (tb *tab) followNotice(h hello) {
	tb.t.Helper()
	tb.open(h.URL + "/admin/notices?lang=zh")
	tb.click(id("notices") + ` td a`)
	tb.see(id("body"))
	tb.check("one notice", views[0])
	tb.click(id("replay"))
	tb.see(id("done"))
	tb.click(id("to-order"))
	tb.see(id("timeline"))
}

// prepareConsole makes what the console has to show and returns an order that
// was paid and in part given back.
func prepareConsole(t *testing.T, h hello) string {
	t.Helper()
	api, box := harness.NewClient(h.URL, h.APIKey), harness.NewClient(h.SandboxURL, "")
	var o struct {
		ID     string `json:"id"`
		Number string `json:"out_trade_no"`
		Status string `json:"status"`
		PayURL string `json:"pay_url"`
	}
	create := map[string]any{"amount": 128800, "subject": "年度会员 Annual membership", "channel": "alipay.page"}
	late := o
	api.Must(t, http.MethodPost, "/v1/orders", create, &o)
	api.Must(t, http.MethodPost, "/v1/orders", create, &late)
	box.Must(t, http.MethodGet, o.PayURL, nil, nil)
	box.Must(t, http.MethodPost, "/sandbox/alipay/trades/"+o.Number+"/pay", nil, nil)
	harness.Eventually(t, "an order is paid", func() bool {
		api.Must(t, http.MethodGet, "/v1/orders/"+o.ID, nil, &o)
		return o.Status == "paid"
	})
	api.Must(t, http.MethodPost, "/v1/orders/"+late.ID+"/close", nil, nil)
	api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/refunds", map[string]any{"amount": 8800, "reason": "客户取消 Cancelled"}, nil)
	resp, err := http.Post(h.URL+"/notify/alipay", "application/x-www-form-urlencoded", strings.NewReader("out_trade_no=1&sign=bad"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return o.ID
}
