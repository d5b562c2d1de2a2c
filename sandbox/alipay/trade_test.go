package alipay_test

import (
	"encoding/json"
	"testing"
	"time"
)

// lines of the table of answers: what is done to an order, and what comes.
func TestCloseAndCancel(t *testing.T) {
	b := newBench(t)
	for _, number := range []string{"open", "open2", "shut"} {
		b.openLink(order(number, "10"), nil)
	}
	b.paid("paid", "10")
	b.paid("paid2", "10")
	b.do("alipay.trade.close", map[string]any{"out_trade_no": "shut"}).want(t, "10000", "")
	tests := []struct{ name, method, number, code, sub, action string }{
		{"close an unknown order", "close", "nobody", "40004", "ACQ.TRADE_NOT_EXIST", ""},
		{"close a paid one", "close", "paid", "40004", "ACQ.TRADE_STATUS_ERROR", ""},
		{"close a closed one", "close", "shut", "40004", "ACQ.TRADE_STATUS_ERROR", ""},
		{"close an open one", "close", "open", "10000", "", ""},
		{"cancel an unknown order", "cancel", "nobody", "10000", "", ""},
		{"cancel an open one", "cancel", "open2", "10000", "", "close"},
		{"cancel a paid one", "cancel", "paid2", "10000", "", "refund"},
		{"cancel it again", "cancel", "paid2", "10000", "", "refund"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.do("alipay.trade."+tt.method, map[string]any{"out_trade_no": tt.number})
			a.want(t, tt.code, tt.sub)
			if a.field("out_trade_no") != tt.number || a.field("action") != tt.action {
				t.Errorf("answered %s", a.inner)
			}
			if retry := a.field("retry_flag"); tt.method == "cancel" && retry != "N" {
				t.Errorf("retry_flag is %q", retry)
			}
		})
	}
	b.status("paid2", "TRADE_CLOSED")
	b.status("open", "TRADE_CLOSED")
}

// status demands a trade_status.
func (b *bench) status(number, want string) {
	b.t.Helper()
	a := b.do("alipay.trade.query", map[string]any{"out_trade_no": number})
	if a.field("trade_status") != want {
		b.t.Errorf("%s is %s, want %s", number, a.inner, want)
	}
}

func TestTradeNoWinsOverOutTradeNo(t *testing.T) {
	b := newBench(t)
	b.openLink(order("one", "1"), nil)
	b.openLink(order("two", "2"), nil)
	one := b.do("alipay.trade.query", map[string]any{"out_trade_no": "one"}).field("trade_no")
	a := b.do("alipay.trade.query", map[string]any{"out_trade_no": "two", "trade_no": one})
	if a.field("out_trade_no") != "one" {
		t.Errorf("found %s", a.inner)
	}
	for _, unknown := range []string{"2026010122000000000000000000", "1", one[:27] + "9"} {
		b.do("alipay.trade.query", map[string]any{"out_trade_no": "two", "trade_no": unknown}).want(t, "40004", "ACQ.TRADE_NOT_EXIST")
	}
}

func TestAnUnknownOrderStillHasItsAmounts(t *testing.T) {
	b := newBench(t)
	a := b.do("alipay.trade.query", map[string]any{"out_trade_no": "nobody"})
	for _, name := range []string{"buyer_pay_amount", "invoice_amount", "point_amount", "receipt_amount"} {
		if a.field(name) != "0.00" {
			t.Errorf("%s is %q", name, a.field(name))
		}
	}
	if a.field("out_trade_no") != "nobody" {
		t.Errorf("answered %s", a.inner)
	}
}

func TestAmountsThatAreTaken(t *testing.T) {
	b := newBench(t)
	tests := []struct {
		amount any
		want   string
		sub    string
	}{
		{"0.01", "0.01", ""}, {0.1, "0.10", ""}, {12, "12.00", ""}, {"100000000", "100000000.00", ""},
		{"100000000.01", "", "ACQ.TOTAL_FEE_EXCEED"}, {"99999999999999999999999", "", "ACQ.TOTAL_FEE_EXCEED"},
		{"0", "", "ACQ.INVALID_PARAMETER"}, {"-1", "", "ACQ.INVALID_PARAMETER"}, {"1.234", "", "ACQ.INVALID_PARAMETER"},
		{"1e2", "", "ACQ.INVALID_PARAMETER"}, {"1.", "", "ACQ.INVALID_PARAMETER"}, {".5", "", "ACQ.INVALID_PARAMETER"},
		{"", "", "ACQ.INVALID_PARAMETER"}, {nil, "", "ACQ.INVALID_PARAMETER"}, {" 1", "", "ACQ.INVALID_PARAMETER"},
		{"１", "", "ACQ.INVALID_PARAMETER"}, {[]int{1}, "", "ACQ.INVALID_PARAMETER"},
	}
	for i, tt := range tests {
		number := "amount" + string(rune('a'+i))
		a := b.do("alipay.trade.precreate", map[string]any{"out_trade_no": number, "subject": "x", "total_amount": tt.amount})
		if a.field("sub_code") != tt.sub {
			t.Errorf("%v answered %s", tt.amount, a.inner)
		}
		if tt.want == "" {
			continue
		}
		b.pay(number)
		if got := b.do("alipay.trade.query", map[string]any{"out_trade_no": number}).field("total_amount"); got != tt.want {
			t.Errorf("%v became %s", tt.amount, got)
		}
	}
}

func TestTradesRunOutOfTime(t *testing.T) {
	b := newBench(t)
	at := b.world.Now().Add(30 * time.Minute).In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05")
	tests := []struct {
		number, field, value string
		lives, gone          time.Duration
	}{
		{"by-time", "time_expire", at, 29 * time.Minute, 31 * time.Minute},
		{"by-minutes", "timeout_express", "90m", 89 * time.Minute, 91 * time.Minute},
		{"by-hours", "timeout_express", "3h", 179 * time.Minute, 181 * time.Minute},
		{"by-days", "timeout_express", "2d", 47 * time.Hour, 49 * time.Hour},
		{"by-default", "", "", 14 * 24 * time.Hour, 16 * 24 * time.Hour},
	}
	for _, tt := range tests {
		biz := order(tt.number, "1")
		if tt.field != "" {
			biz[tt.field] = tt.value
		}
		b.openLink(biz, nil)
	}
	began := b.world.Now()
	for _, tt := range tests {
		b.world.Advance(began.Add(tt.lives).Sub(b.world.Now()))
		b.status(tt.number, "WAIT_BUYER_PAY")
		b.world.Advance(began.Add(tt.gone).Sub(b.world.Now()))
		b.status(tt.number, "TRADE_CLOSED")
		if status := b.control("POST", "/sandbox/alipay/trades/"+tt.number+"/pay", "", nil); status != 409 {
			t.Errorf("paying %s too late answered %d", tt.number, status)
		}
	}
}

func TestAPaidTradeIsFinishedAfterTheRefundWindow(t *testing.T) {
	b := newBench(t)
	b.paid("o1", "5")
	b.world.Advance(364 * 24 * time.Hour)
	b.status("o1", "TRADE_SUCCESS")
	b.world.Advance(2 * 24 * time.Hour)
	b.status("o1", "TRADE_FINISHED")
	b.do("alipay.trade.refund", map[string]any{"out_trade_no": "o1", "refund_amount": "5"}).want(t, "40004", "ACQ.TRADE_HAS_FINISHED")
	b.do("alipay.trade.cancel", map[string]any{"out_trade_no": "o1"}).want(t, "40004", "ACQ.TRADE_HAS_FINISHED")
}

func TestACodeIsNoTradeUntilItIsScanned(t *testing.T) {
	b := newBench(t)
	biz := map[string]any{"out_trade_no": "o1", "subject": "x", "total_amount": "3"}
	a := b.do("alipay.trade.precreate", biz)
	a.want(t, "10000", "")
	if a.field("trade_no") != "" || a.field("qr_code") == "" {
		t.Fatalf("precreate answered %s", a.inner)
	}
	if again := b.do("alipay.trade.precreate", biz); again.field("qr_code") != a.field("qr_code") {
		t.Errorf("the same order has another code: %s", again.inner)
	}
	b.do("alipay.trade.query", map[string]any{"out_trade_no": "o1"}).want(t, "40004", "ACQ.TRADE_NOT_EXIST")
	resp := b.browse(a.field("qr_code"))
	resp.Body.Close()
	if resp.StatusCode != 303 {
		t.Errorf("scanning answered %d", resp.StatusCode)
	}
	b.status("o1", "WAIT_BUYER_PAY")
	b.pay("o1")
	b.do("alipay.trade.precreate", biz).want(t, "40004", "ACQ.TRADE_HAS_SUCCESS")
}

func TestTruthIsInFen(t *testing.T) {
	b := newBench(t)
	b.paid("o1", "12.34")
	b.openLink(order("o2", "1"), nil)
	b.do("alipay.trade.refund", map[string]any{"out_trade_no": "o1", "refund_amount": "2.34", "out_request_no": "r1"}).want(t, "10000", "")
	raw, err := json.Marshal(b.alone.Truth())
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Trades []struct {
			OutTradeNo string `json:"out_trade_no"`
			Status     string
			Paid       int64
			Refunded   int64
		}
		PaidCount int `json:"paid_count"`
		Paid      int64
		Refunded  int64
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Trades) != 2 || got.PaidCount != 1 || got.Paid != 1234 || got.Refunded != 234 {
		t.Errorf("the truth is %s", raw)
	}
	if one := got.Trades[0]; one.OutTradeNo != "o1" || one.Status != "TRADE_SUCCESS" || one.Paid != 1234 {
		t.Errorf("the truth is %s", raw)
	}
}

func TestAnotherAmountCanBePaidForATest(t *testing.T) {
	b := newBench(t)
	b.openLink(order("o1", "10"), nil)
	if status := b.control("POST", "/sandbox/alipay/trades/o1/pay", `{"amount":999}`, nil); status != 200 {
		t.Fatalf("answered %d", status)
	}
	a := b.do("alipay.trade.query", map[string]any{"out_trade_no": "o1"})
	if a.field("total_amount") != "9.99" || a.field("buyer_pay_amount") != "9.99" {
		t.Errorf("the query says %s", a.inner)
	}
	for body, want := range map[string]int{`{"buyer_id":"2088"}`: 400, `{"amount":-1}`: 400, `{"who":"me"}`: 400, `{}`: 409} {
		if got := b.control("POST", "/sandbox/alipay/trades/o1/pay", body, nil); got != want {
			t.Errorf("%s answered %d, want %d", body, got, want)
		}
	}
}
