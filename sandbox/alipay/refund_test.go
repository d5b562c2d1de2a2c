package alipay_test

import "testing"

func TestRefunds(t *testing.T) {
	b := newBench(t)
	b.openLink(order("open", "10"), nil)
	b.openLink(order("shut", "10"), nil)
	b.do("alipay.trade.close", map[string]any{"out_trade_no": "shut"}).want(t, "10000", "")
	for _, number := range []string{"paid", "whole"} {
		b.paid(number, "10")
	}
	// The rows run one after the other: each sees what those above have done.
	tests := []struct {
		name, number, amount, request string
		sub, change, fee, back        string
	}{
		{"an unknown order", "nobody", "1", "r", "ACQ.TRADE_NOT_EXIST", "", "0.00", "0.00"},
		{"an unpaid order", "open", "1", "r", "ACQ.TRADE_STATUS_ERROR", "", "0.00", "0.00"},
		{"a closed order", "shut", "1", "r", "ACQ.TRADE_HAS_CLOSE", "", "0.00", "0.00"},
		{"no amount", "paid", "", "r", "ACQ.INVALID_PARAMETER", "", "0.00", "0.00"},
		{"nothing", "paid", "0", "r", "ACQ.INVALID_PARAMETER", "", "0.00", "0.00"},
		{"three decimals", "paid", "1.001", "r", "ACQ.INVALID_PARAMETER", "", "0.00", "0.00"},
		{"a part without a number", "paid", "1", "", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "", "0.00", "0.00"},
		{"too much", "paid", "10.01", "r", "ACQ.REASON_TRADE_REFUND_FEE_ERR", "", "0.00", "0.00"},
		{"far too much", "paid", "200000000", "r", "ACQ.REASON_TRADE_REFUND_FEE_ERR", "", "0.00", "0.00"},
		{"a part", "paid", "3", "r1", "", "Y", "3.00", "3.00"},
		{"the same again", "paid", "3.00", "r1", "", "N", "3.00", "0.00"},
		{"the same number, another amount", "paid", "4", "r1", "ACQ.DISCORDANT_REPEAT_REQUEST", "", "0.00", "0.00"},
		{"another part", "paid", "2.5", "r2", "", "Y", "5.50", "2.50"},
		{"more than is left", "paid", "4.51", "r3", "ACQ.REASON_TRADE_REFUND_FEE_ERR", "", "0.00", "0.00"},
		{"the rest", "paid", "4.5", "r3", "", "Y", "10.00", "4.50"},
		{"the rest again", "paid", "4.5", "r3", "", "N", "10.00", "0.00"},
		{"after the last fen", "paid", "1", "r4", "ACQ.TRADE_HAS_CLOSE", "", "0.00", "0.00"},
		{"all without a number", "whole", "10", "", "", "Y", "10.00", "10.00"},
		{"all without a number again", "whole", "10", "", "", "N", "10.00", "0.00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.do("alipay.trade.refund", map[string]any{
				"out_trade_no": tt.number, "refund_amount": tt.amount, "out_request_no": tt.request, "refund_reason": "",
			})
			code := "10000"
			if tt.sub != "" {
				code = "40004"
			}
			a.want(t, code, tt.sub)
			if a.field("fund_change") != tt.change || a.field("refund_fee") != tt.fee || a.field("send_back_fee") != tt.back {
				t.Errorf("answered %s", a.inner)
			}
			if a.field("out_trade_no") != tt.number {
				t.Errorf("the order is missing: %s", a.inner)
			}
		})
	}
	b.status("paid", "TRADE_CLOSED")
}

func TestRefundQuery(t *testing.T) {
	b := newBench(t)
	b.paid("o1", "10")
	b.do("alipay.trade.refund", map[string]any{
		"out_trade_no": "o1", "refund_amount": "4", "out_request_no": "r1", "refund_reason": "不想要了",
	}).want(t, "10000", "")
	b.status("o1", "TRADE_SUCCESS")
	ask := func(number, request string) answer {
		return b.do("alipay.trade.fastpay.refund.query", map[string]any{"out_trade_no": number, "out_request_no": request})
	}
	a := ask("o1", "r1")
	a.want(t, "10000", "")
	for name, want := range map[string]string{
		"refund_status": "REFUND_SUCCESS", "refund_amount": "4.00", "total_amount": "10.00",
		"out_request_no": "r1", "refund_reason": "不想要了",
	} {
		if a.field(name) != want {
			t.Errorf("%s is %q", name, a.field(name))
		}
	}
	if a := ask("o1", "r2"); a.inner != `{"code":"10000","msg":"Success"}` {
		t.Errorf("an unknown refund answered %s", a.inner)
	}
	ask("nobody", "r1").want(t, "40004", "ACQ.TRADE_NOT_EXIST")
	ask("o1", "").want(t, "40004", "ACQ.INVALID_PARAMETER")
}
