package alipay_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestALinkBecomesATradeWhenItIsOpened(t *testing.T) {
	b := newBench(t)
	b.do("alipay.trade.query", map[string]any{"out_trade_no": "o1"}).want(t, "40004", "ACQ.TRADE_NOT_EXIST")
	if status := b.control("POST", "/sandbox/alipay/trades/o1/pay", "", nil); status != http.StatusNotFound {
		t.Errorf("paying an unopened order answered %d", status)
	}
	b.openLink(order("o1", "12.30"), nil)
	a := b.do("alipay.trade.query", map[string]any{"out_trade_no": "o1"})
	a.want(t, "10000", "")
	if a.field("trade_status") != "WAIT_BUYER_PAY" || a.field("total_amount") != "12.30" || a.field("receipt_amount") != "0.00" {
		t.Errorf("opened trade is %s", a.inner)
	}
	if n := a.field("trade_no"); len(n) != 28 || n[8:12] != "2200" {
		t.Errorf("trade_no is %s", n)
	}
}

func TestTheCashierReturnsTheTwelveSignedParameters(t *testing.T) {
	b := newBench(t)
	cashier := b.openLink(order("o1", "0.01"), request{"return_url": "http://shop.example/back?from=a#part"})
	resp, err := http.Get(cashier)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	for _, part := range []string{"0.01", "测试商品 tea", "沙箱商户", "<form method=\"post\""} {
		if !strings.Contains(string(page), part) {
			t.Errorf("the cashier does not show %q", part)
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err = client.PostForm(cashier, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	to, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	if to.Host != "shop.example" || to.Fragment != "part" || to.Query().Get("from") != "a" {
		t.Errorf("went back to %s", to)
	}
	values := to.Query()
	values.Del("from")
	want := []string{
		"app_id", "auth_app_id", "charset", "method", "out_trade_no", "seller_id", "sign", "sign_type",
		"timestamp", "total_amount", "trade_no", "version",
	}
	if got := slices.Sorted(maps.Keys(values)); !slices.Equal(got, want) {
		t.Errorf("return parameters are %v", got)
	}
	if !genuine(b.alipay, values) || values.Get("method") != "alipay.trade.page.pay.return" {
		t.Errorf("the return is not genuine: %v", values)
	}
}

func TestLeavingTheCashierSettlesNothing(t *testing.T) {
	b := newBench(t)
	cashier := b.openLink(order("o1", "5"), request{"return_url": "http://shop.example/back"})
	resp := b.browse(cashier + "/leave")
	resp.Body.Close()
	if to := resp.Header.Get("Location"); to != "http://shop.example/back" {
		t.Errorf("leaving went to %q", to)
	}
	if got := b.do("alipay.trade.query", map[string]any{"out_trade_no": "o1"}).field("trade_status"); got != "WAIT_BUYER_PAY" {
		t.Errorf("after leaving the trade is %s", got)
	}
}

func TestPageErrorsAreGBKPages(t *testing.T) {
	b := newBench(t)
	b.paid("paid", "1")
	b.openLink(order("open", "1"), nil)
	b.openLink(order("closed", "1"), nil)
	b.do("alipay.trade.close", map[string]any{"out_trade_no": "closed"}).want(t, "10000", "")
	with := func(number, amount string, extra map[string]any) request {
		biz := order(number, amount)
		maps.Copy(biz, extra)
		return b.call("alipay.trade.page.pay", biz)
	}
	forged := with("forged", "1", nil)
	forged["sign"] = "AAAA"
	unknown := with("unknown", "1", nil)
	unknown["app_id"] = "2021000000000000"
	tests := []struct {
		name string
		q    request
		code string
	}{
		{"a wrong signature", forged, "invalid-signature"},
		{"an unknown app", unknown, "invalid-app-id"},
		{"a paid order", with("paid", "1", nil), "ACQ.TRADE_HAS_SUCCESS"},
		{"a closed order", with("closed", "1", nil), "ACQ.TRADE_HAS_CLOSE"},
		{"another amount", with("open", "2", nil), "ACQ.CONTEXT_INCONSISTENT"},
		{"another subject", with("open", "1", map[string]any{"subject": "coffee"}), "ACQ.CONTEXT_INCONSISTENT"},
		{"no amount", with("new", "", nil), "ACQ.INVALID_PARAMETER"},
		{"the wrong product", with("new", "1", map[string]any{"product_code": "QUICK_WAP_WAY"}), "ACQ.INVALID_PARAMETER"},
		{"a link past its time", with("new", "1", map[string]any{"time_expire": "2020-01-01 00:00:00"}), "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR"},
		{"too much", with("new", "100000000.01", nil), "ACQ.TOTAL_FEE_EXCEED"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp := b.browse(b.server.URL + "/gateway.do?" + b.sign(tt.q).Encode())
			defer resp.Body.Close()
			raw, _ := io.ReadAll(resp.Body)
			page, err := simplifiedchinese.GBK.NewDecoder().String(string(raw))
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/html;charset=GBK" {
				t.Errorf("answered %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
			}
			if !strings.Contains(page, ">"+tt.code+"<") || !strings.Contains(page, "错误代码") {
				t.Errorf("the page does not name %s: %s", tt.code, page)
			}
		})
	}
}

func TestOpeningALinkAgainIsTheSameTrade(t *testing.T) {
	b := newBench(t)
	first := b.openLink(order("o1", "1.00"), nil)
	again := order("o1", "1.00")
	again["total_amount"] = 1.0
	if second := b.openLink(again, nil); second != first {
		t.Errorf("opened twice: %s and %s", first, second)
	}
}

func TestAFormPostOpensTheCashierToo(t *testing.T) {
	b := newBench(t)
	all := b.sign(b.call("alipay.trade.page.pay", order("o1", "1")))
	body := url.Values{"biz_content": {all.Get("biz_content")}}
	all.Del("biz_content")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(b.server.URL+"/gateway.do?"+all.Encode(), body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		t.Errorf("answered %d", resp.StatusCode)
	}
}
