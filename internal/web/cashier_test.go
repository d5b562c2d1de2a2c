package web_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	phoneAgent  = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
	weChatAgent = phoneAgent + " MicroMessenger/8.0.50"
)

func (b *browser) as(agent string) *browser { b.header.Set("User-Agent", agent); return b }

func TestTheWayOutIsALinkThatFitsTheDevice(t *testing.T) {
	w := start(t)
	path := w.browser().buy("tea", "28")
	desk := w.browser().get(path).want(http.StatusOK)
	if href := value(desk.id("pay-alipay.page"), "href"); !strings.HasPrefix(href, "https://platform.example/gateway.do?channel=alipay.page&") {
		t.Errorf("desk link %q", href)
	}
	if again := w.browser().get(path); value(again.id("pay-alipay.page"), "href") != value(desk.id("pay-alipay.page"), "href") {
		t.Error("looking again made another payment")
	}
	phone := w.browser().as(phoneAgent).get(path)
	if !phone.has("pay-alipay.wap") || phone.has("pay-alipay.page") {
		t.Errorf("phone page:\n%s", phone.body)
	}
	chat := w.browser().as(weChatAgent).get(path)
	if !chat.has("in-wechat") || strings.Contains(chat.body, "gateway.do") {
		t.Errorf("inside WeChat:\n%s", chat.body)
	}
	if desk.text("amount") != "¥28.00" || desk.text("subject") != "tea" || len(desk.all("form[action=/pay]")) > 0 {
		t.Errorf("cashier:\n%s", desk.body)
	}
}

func TestAReceiptSaysWhatWasPaidAndWhen(t *testing.T) {
	w := start(t)
	path := w.browser().buy("tea", "1234.50")
	w.browser().get(path)
	o := w.orders()[0]
	w.settle(o.Number, o.Amount)
	a := w.browser().get(path).want(http.StatusOK)
	if a.text("order-state") != "付款成功" || a.text("amount") != "¥1,234.50" || a.text("number") != o.Number ||
		a.text("paid-at") != "2026年3月4日 13:06:07" {
		t.Errorf("receipt:\n%s", a.body)
	}
	en := w.browser()
	en.header.Set("Accept-Language", "en-GB,en;q=0.9")
	if a := en.get(path); a.text("amount") != "CN¥1,234.50" || a.text("paid-at") != "4 Mar 2026, 13:06:07" || a.text("order-state") != "Paid" {
		t.Errorf("receipt in English:\n%s", a.body)
	}
}

func TestInvariant07AReturnAddressSettlesNothing(t *testing.T) {
	w := start(t)
	path := w.browser().buy("tea", "28")
	w.browser().get(path)
	o := w.orders()[0]
	back := "/return/alipay?out_trade_no=" + o.Number + "&trade_status=TRADE_SUCCESS&sign="
	forged := w.browser().get(back + "forged").want(http.StatusBadRequest)
	if forged.text("error-code") != "return_forged" {
		t.Errorf("forged:\n%s", forged.body)
	}
	a := w.browser().get(back + "genuine").want(http.StatusSeeOther)
	if a.location != path+"?from=return" {
		t.Fatalf("led to %s", a.location)
	}
	if page := w.browser().get(a.location); !page.has("asking") || page.has("cashier-paid") || strings.Contains(page.body, "gateway.do") {
		t.Errorf("the page after the return:\n%s", page.body)
	}
	if w.orders()[0].Status != "pending" {
		t.Error("a return address settled the order")
	}
	w.settle(o.Number, o.Amount)
	if page := w.browser().get(a.location); !page.has("cashier-paid") {
		t.Errorf("after the notice:\n%s", page.body)
	}
}

func TestWhoLeavesWithoutPayingFindsBack(t *testing.T) {
	w := start(t)
	b := w.browser()
	path := b.buy("tea", "28")
	b.get(path)
	if a := b.get("/return/alipay").want(http.StatusSeeOther); a.location != path {
		t.Errorf("led to %s, want %s", a.location, path)
	}
	if a := w.browser().get("/return/alipay").want(http.StatusOK); !a.has("note-calm") {
		t.Errorf("a browser that knows no order:\n%s", a.body)
	}
	stray := w.browser()
	stray.header.Set("Cookie", "order=ord_made-up")
	stray.get("/return/alipay").want(http.StatusOK)
}

func TestInvariant04ASurplusIsNeverASuccess(t *testing.T) {
	w := start(t)
	path := w.browser().buy("tea", "28")
	w.browser().get(path)
	o := w.orders()[0]
	if _, err := w.pay.Close(t.Context(), o.ID); err != nil {
		t.Fatal(err)
	}
	w.settle(o.Number, o.Amount)
	a := w.browser().get(path)
	if !a.has("cashier-closed") || !a.has("surplus") || a.has("paid-at") || strings.Contains(a.body, "付款成功") {
		t.Errorf("late money:\n%s", a.body)
	}
}

func TestAnExpiredOrderOffersNoWayToPay(t *testing.T) {
	w := start(t)
	path := w.browser().buy("tea", "28")
	w.clock.advance(time.Hour)
	a := w.browser().get(path)
	if !a.has("cashier-expired") || strings.Contains(a.body, "gateway.do") {
		t.Errorf("expired:\n%s", a.body)
	}
}

func TestStatusForScripts(t *testing.T) {
	w := start(t)
	path := w.browser().buy("tea", "28")
	o := w.orders()[0]
	if got, want := w.browser().get(path+"/status").body, `{"id":"`+o.ID+`","status":"pending","amount":2800,"paid_at":null}`+"\n"; got != want {
		t.Errorf("got %s want %s", got, want)
	}
	w.browser().get(path)
	w.settle(o.Number, o.Amount)
	if got := w.browser().get(path + "/status").body; !strings.Contains(got, `"status":"paid","amount":2800,"paid_at":"2026-03-04T05:06:07Z"`) {
		t.Errorf("got %s", got)
	}
	a := w.browser().get("/pay/ord_none/status").want(http.StatusNotFound)
	var p struct{ Code string }
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.Code != "order_not_found" {
		t.Errorf("problem %s", a.body)
	}
}

// events follows a stream and hands out the state of each event.
func (b *browser) events(path string) (next func() string) {
	b.w.t.Helper()
	r, err := http.NewRequestWithContext(b.w.t.Context(), "GET", b.w.url+path, nil)
	if err != nil {
		b.w.t.Fatal(err)
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	b.w.t.Cleanup(func() { resp.Body.Close() })
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		b.w.t.Fatalf("%s: %d %s", path, resp.StatusCode, got)
	}
	lines := bufio.NewScanner(resp.Body)
	return func() string {
		b.w.t.Helper()
		for lines.Scan() {
			if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var d struct{ State string }
				if err := json.Unmarshal([]byte(text), &d); err != nil {
					b.w.t.Fatal(err)
				}
				return d.State
			}
		}
		return ""
	}
}

func TestTheStreamTellsOfThePayment(t *testing.T) {
	w := start(t)
	path := w.browser().buy("tea", "28")
	w.browser().get(path)
	next := w.browser().events(path + "/events")
	if got := next(); got != "pending" {
		t.Fatalf("first %q", got)
	}
	o := w.orders()[0]
	w.settle(o.Number, o.Amount)
	if got := next(); got != "paid" {
		t.Fatalf("then %q", got)
	}
	if got := next(); got != "" {
		t.Errorf("after the end %q", got)
	}
	w.browser().get("/pay/ord_none/events").want(http.StatusNotFound)
}

func TestClosingTheSiteEndsStreams(t *testing.T) {
	w := start(t)
	next := w.browser().events(w.browser().buy("tea", "28") + "/events")
	next()
	w.site.Close()
	if got := next(); got != "" {
		t.Errorf("after Close %q", got)
	}
}
