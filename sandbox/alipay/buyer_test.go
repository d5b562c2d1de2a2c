package alipay_test

import (
	"io"
	"strings"
	"testing"
	"time"
)

type people struct {
	Buyers []struct {
		ID      string `json:"buyer_id"`
		OpenID  string `json:"buyer_open_id"`
		Balance int64
	}
	Seller struct {
		ID      string `json:"seller_id"`
		Balance int64
	}
}

func (b *bench) people() people {
	b.t.Helper()
	var all people
	b.control("GET", "/sandbox/alipay/buyers", "", &all)
	return all
}

func (b *bench) payCode(buyerID string) string {
	b.t.Helper()
	var got struct {
		Code string `json:"auth_code"`
	}
	b.control("POST", "/sandbox/alipay/buyers/"+buyerID+"/code", "", &got)
	return got.Code
}

func TestMoneyIsNeitherMadeNorLost(t *testing.T) {
	b := newBench(t)
	before := b.people()
	b.openLink(order("o1", "100.00"), nil)
	b.pay("o1")
	after := b.people()
	if paid := before.Buyers[0].Balance - after.Buyers[0].Balance; paid != 10000 {
		t.Errorf("the buyer paid %d", paid)
	}
	if got := after.Seller.Balance - before.Seller.Balance; got != 10000-60 {
		t.Errorf("the merchant received %d", got)
	}
	for number, amount := range map[string]string{"r1": "33.33", "r2": "66.67"} {
		b.do("alipay.trade.refund", map[string]any{"out_trade_no": "o1", "refund_amount": amount, "out_request_no": number}).want(t, "10000", "")
	}
	if last := b.people(); last.Buyers[0].Balance != before.Buyers[0].Balance || last.Seller.Balance != before.Seller.Balance {
		t.Errorf("after the refunds there is %+v, before there was %+v", last, before)
	}
}

func TestBalancesOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	first := openBench(t, dir)
	first.paid("o1", "12.34")
	first.do("alipay.trade.refund", map[string]any{"out_trade_no": "o1", "refund_amount": "1", "out_request_no": "r1"}).want(t, "10000", "")
	id := first.people().Buyers[2].ID
	if status := first.control("PUT", "/sandbox/alipay/buyers/"+id, `{"balance":777}`, nil); status != 200 {
		t.Fatalf("giving money answered %d", status)
	}
	want := first.people()
	first.close()
	second := openBench(t, dir)
	defer second.close()
	got := second.people()
	if got.Seller != want.Seller || got.Buyers[0] != want.Buyers[0] || got.Buyers[2] != want.Buyers[2] {
		t.Errorf("balances became %+v, they were %+v", got, want)
	}
}

func TestAPoorBuyerCannotPay(t *testing.T) {
	b := newBench(t)
	b.openLink(order("o1", "10.01"), nil)
	poor := b.people().Buyers[2].ID
	if status := b.control("POST", "/sandbox/alipay/trades/o1/pay", `{"buyer_id":"`+poor+`"}`, nil); status != 409 {
		t.Errorf("paying answered %d", status)
	}
	b.status("o1", "WAIT_BUYER_PAY")
	a := b.do("alipay.trade.pay", map[string]any{
		"out_trade_no": "o2", "total_amount": "10.01", "subject": "x", "auth_code": b.payCode(poor), "scene": "bar_code",
	})
	a.want(t, "40004", "ACQ.BUYER_BALANCE_NOT_ENOUGH")
	b.status("o2", "WAIT_BUYER_PAY")
}

func TestAPoorMerchantCannotRefund(t *testing.T) {
	b := newBench(t)
	b.paid("o1", "10")
	seller := b.people().Seller.ID
	if status := b.control("PUT", "/sandbox/alipay/buyers/"+seller, `{"balance":999}`, nil); status != 200 {
		t.Fatalf("answered %d", status)
	}
	b.do("alipay.trade.refund", map[string]any{"out_trade_no": "o1", "refund_amount": "10"}).want(t, "40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH")
	b.do("alipay.trade.cancel", map[string]any{"out_trade_no": "o1"}).want(t, "40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH")
	b.status("o1", "TRADE_SUCCESS")
}

func TestPayingByCode(t *testing.T) {
	b := newBench(t)
	buyer := b.people().Buyers[0].ID
	pay := func(number, amount, code string) answer {
		return b.do("alipay.trade.pay", map[string]any{"out_trade_no": number, "total_amount": amount, "subject": "x", "auth_code": code})
	}
	code := b.payCode(buyer)
	if len(code) != 18 {
		t.Errorf("the code is %q", code)
	}
	a := pay("o1", "3", code)
	a.want(t, "10000", "")
	if a.field("buyer_user_id") != buyer || a.field("receipt_amount") != "3.00" || a.field("gmt_payment") == "" || a.field("trade_no") == "" {
		t.Errorf("answered %s", a.inner)
	}
	pay("o1", "3", b.payCode(buyer)).want(t, "40004", "ACQ.TRADE_HAS_SUCCESS")
	pay("o2", "3", code).want(t, "40004", "ACQ.PAYMENT_AUTH_CODE_INVALID")
	pay("o2", "3", "281234567890123456").want(t, "40004", "ACQ.PAYMENT_AUTH_CODE_INVALID")
	pay("o2", "3", "").want(t, "40004", "ACQ.INVALID_PARAMETER")
	old := b.payCode(buyer)
	b.world.Advance(time.Minute)
	pay("o2", "3", old).want(t, "40004", "ACQ.PAYMENT_AUTH_CODE_INVALID")
	b.do("alipay.trade.query", map[string]any{"out_trade_no": "o2"}).want(t, "40004", "ACQ.TRADE_NOT_EXIST")

	a = pay("big", "2000.01", b.payCode(buyer))
	if a.field("code") != "10003" || a.field("trade_no") == "" {
		t.Errorf("a large amount answered %s", a.inner)
	}
	b.status("big", "WAIT_BUYER_PAY")
	b.pay("big")
	b.status("big", "TRADE_SUCCESS")
}

func TestATradeForAKnownBuyer(t *testing.T) {
	b := newBench(t)
	buyer := b.people().Buyers[1]
	tests := []struct{ name, field, value, sub string }{
		{"by id", "buyer_id", buyer.ID, ""},
		{"by open id", "buyer_open_id", buyer.OpenID, ""},
		{"by logon id", "buyer_logon_id", "buyer2@sandbox.example", ""},
		{"a stranger", "buyer_id", "2088000000000000", "ACQ.BUYER_NOT_EXIST"},
		{"nobody", "body", "x", "ACQ.INVALID_PARAMETER"},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			number := "o" + string(rune('a'+i))
			biz := order(number, "1")
			biz[tt.field] = tt.value
			a := b.do("alipay.trade.create", biz)
			if a.field("sub_code") != tt.sub {
				t.Errorf("answered %s", a.inner)
			}
			if tt.sub != "" {
				return
			}
			if q := b.do("alipay.trade.query", map[string]any{"out_trade_no": number}); q.field("buyer_user_id") != buyer.ID || q.field("trade_no") != a.field("trade_no") {
				t.Errorf("the trade is %s", q.inner)
			}
		})
	}
}

func TestWapPayLeavesToItsQuitURL(t *testing.T) {
	b := newBench(t)
	biz := order("o1", "1")
	biz["product_code"], biz["quit_url"], biz["timeout_express"] = "QUICK_WAP_WAY", "http://shop.example/quit", "1m"
	q := b.call("alipay.trade.wap.pay", biz)
	q["return_url"] = "http://shop.example/back"
	resp := b.browse(b.server.URL + "/gateway.do?" + b.sign(q).Encode())
	resp.Body.Close()
	cashier := resp.Header.Get("Location")
	resp = b.browse(cashier + "/leave")
	resp.Body.Close()
	if to := resp.Header.Get("Location"); to != "http://shop.example/quit" {
		t.Errorf("leaving went to %q", to)
	}
	b.world.Advance(4 * time.Minute)
	b.status("o1", "WAIT_BUYER_PAY")
	b.world.Advance(2 * time.Minute)
	b.status("o1", "TRADE_CLOSED")
}

func TestTheWalletShowsACodeAndWhatWaits(t *testing.T) {
	b := newBench(t)
	buyer := b.people().Buyers[0].ID
	show := func(path string) string {
		resp := b.browse(b.server.URL + "/sandbox/alipay/wallet" + path)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	_, rest, _ := strings.Cut(show(""), `id="code">`)
	code, _, _ := strings.Cut(rest, "<")
	a := b.do("alipay.trade.pay", map[string]any{
		"out_trade_no": "big", "total_amount": "3000", "subject": "电视机", "auth_code": strings.ReplaceAll(code, " ", ""),
	})
	if a.field("code") != "10003" {
		t.Fatalf("the code %q answered %s", code, a.inner)
	}
	if page := show("/" + buyer); !strings.Contains(page, "电视机") || !strings.Contains(page, "¥3000.00") {
		t.Errorf("the wallet shows %s", page)
	}
	if page := show("/2088"); !strings.Contains(page, "no such buyer") {
		t.Errorf("a stranger's wallet shows %s", page)
	}
}
