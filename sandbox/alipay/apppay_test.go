package alipay_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestPayingInAnApp(t *testing.T) {
	b, s := newBench(t), newShop(t, "success")
	biz := order("o1", "3")
	biz["product_code"] = "QUICK_MSECURITY_PAY"
	q := b.call("alipay.trade.app.pay", biz)
	q["notify_url"] = s.server.URL
	hand := func(order string, cancel bool) (status, result string) {
		body, err := json.Marshal(map[string]any{"order_string": order, "cancel": cancel})
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ ResultStatus, Result string }
		b.control("POST", "/sandbox/alipay/app_pay", string(body), &got)
		return got.ResultStatus, got.Result
	}
	forged := b.sign(q.changed("sign", "AAAA")).Encode()
	if status, _ := hand(forged, false); status != "4000" {
		t.Errorf("a forged order string ended as %s", status)
	}
	good := b.sign(q).Encode()
	if status, _ := hand(good, true); status != "6001" {
		t.Errorf("turning away ended as %s", status)
	}
	b.status("o1", "WAIT_BUYER_PAY")
	status, result := hand(good, false)
	inner, rest, _ := strings.Cut(strings.TrimPrefix(result, `{"alipay_trade_app_pay_response":`), `,"sign":"`)
	signature, _, _ := strings.Cut(rest, `"`)
	if status != "9000" || !verifies(b.alipay, "RSA2", inner, signature) || !strings.Contains(inner, `"out_trade_no":"o1"`) {
		t.Errorf("paying ended as %s %s", status, result)
	}
	s.next(t)
	if status, _ := hand(good, false); status != "5000" {
		t.Errorf("paying again ended as %s", status)
	}
	if status, _ := hand(b.sign(b.call("alipay.trade.query", biz)).Encode(), false); status != "4000" {
		t.Errorf("another method ended as %s", status)
	}
}

func TestTheCashierLearnsThatAPhoneHasPaid(t *testing.T) {
	b := newBench(t)
	cashier := b.openLink(order("o1", "1"), request{"return_url": "http://shop.example/back"})
	resp, err := http.Get(cashier + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	if !lines.Scan() || lines.Text() != ": waiting" {
		t.Fatalf("the stream begins with %q", lines.Text())
	}
	scanned, err := http.Get(strings.Replace(cashier, "/cashier/", "/qr/", 1))
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(scanned.Body)
	scanned.Body.Close()
	if !strings.Contains(string(page), `class="phone"`) || strings.Contains(string(page), "shop.example") {
		t.Errorf("the phone shows %s", page)
	}
	paid, err := http.PostForm(scanned.Request.URL.String(), url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	paid.Body.Close()
	if paid.Request.URL.String() != scanned.Request.URL.String() {
		t.Errorf("the phone went to %s", paid.Request.URL)
	}
	over := false
	for lines.Scan() {
		over = over || lines.Text() == "event: over"
	}
	if !over {
		t.Error("the cashier was not told")
	}
}
