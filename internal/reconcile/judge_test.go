package reconcile

import (
	"testing"

	"github.com/paypush/paypush/internal/pay"
)

func TestJudge(t *testing.T) {
	trade := Pair{Key: Key{Number: "N", Of: pay.BillTrade}, Lines: 1, Amount: 1000, Received: 1000, Fee: 6, PaymentID: "pay_1", OrderID: "ord_1",
		PaymentStatus: pay.PaymentSucceeded, PaidAmount: 1000}
	refund := Pair{Key: Key{Number: "N", Of: pay.BillRefund, RequestNo: "R"}, Lines: 1, Amount: 300, Received: 300, Fee: 2, PaymentID: "pay_1",
		PaymentStatus: pay.PaymentSucceeded, PaidAmount: 1000, RefundID: "ref_1", RefundStatus: pay.RefundSucceeded, RefundAmount: 300}
	with := func(p Pair, change func(*Pair)) Pair { change(&p); return p }
	tests := map[string]struct {
		pair    Pair
		rate    int64
		kind    Kind
		suggest Action
	}{
		"both agree":                 {trade, 6000, "", ""},
		"a refund agrees":            {refund, 6000, "", ""},
		"nobody knows it":            {trade.stranger(), 6000, MissingHere, Ignore},
		"a stranger's refund":        {refund.stranger(), 6000, MissingHere, Ignore},
		"a refund made there":        {with(refund, func(p *Pair) { p.RefundID, p.RefundStatus, p.RefundAmount = "", "", 0 }), 0, MissingHere, Query},
		"still created here":         {with(trade, func(p *Pair) { p.PaymentStatus, p.PaidAmount = pay.PaymentCreated, 0 }), 0, OtherState, Query},
		"closed here":                {with(trade, func(p *Pair) { p.PaymentStatus, p.PaidAmount = pay.PaymentClosed, 0 }), 0, OtherState, Query},
		"unknown here":               {with(trade, func(p *Pair) { p.PaymentStatus, p.PaidAmount = pay.PaymentUnknown, 0 }), 0, OtherState, Query},
		"a refund that failed here":  {with(refund, func(p *Pair) { p.RefundStatus = pay.RefundFailed }), 0, OtherState, Query},
		"a fen more":                 {with(trade, func(p *Pair) { p.Amount++ }), 6000, OtherAmount, Query},
		"billed twice":               {with(trade, func(p *Pair) { p.Lines, p.Amount = 2, 2000 }), 6000, OtherAmount, Query},
		"a fen less went back":       {with(refund, func(p *Pair) { p.Amount-- }), 6000, OtherAmount, Query},
		"a fen more in fees":         {with(trade, func(p *Pair) { p.Fee++ }), 6000, OtherFee, Ignore},
		"a fen less in fees":         {with(trade, func(p *Pair) { p.Fee-- }), 6000, OtherFee, Ignore},
		"fees are not looked at":     {with(trade, func(p *Pair) { p.Fee = 900 }), 0, "", ""},
		"the merchant gave discount": {with(trade, func(p *Pair) { p.Received, p.Fee = 500, 3 }), 6000, "", ""},
		"the fee was kept":           {with(refund, func(p *Pair) { p.Fee = 0 }), 6000, "", ""},
		"the fee was rounded":        {with(refund, func(p *Pair) { p.Fee = 3 }), 6000, "", ""},
		"more fee than there was":    {with(refund, func(p *Pair) { p.Fee = 4 }), 6000, OtherFee, Ignore},
	}
	for name, tt := range tests {
		d, differs := tt.pair.judge(Terms{FeeRate: tt.rate})
		if differs != (tt.kind != "") || d.Kind != tt.kind || d.Suggested != tt.suggest {
			t.Errorf("%s: %q, suggesting %q; want %q, %q", name, d.Kind, d.Suggested, tt.kind, tt.suggest)
		}
	}
}

func TestAFeeIsRoundedToTheNearestFen(t *testing.T) {
	terms := Terms{FeeRate: 6000}
	for amount, want := range map[pay.Amount]pay.Amount{0: 0, 1: 0, 83: 0, 84: 1, 1000: 6, 10_000_000_000: 60_000_000} {
		if got := terms.fee(amount); got != want {
			t.Errorf("of %d the fee is %d, want %d", amount, got, want)
		}
	}
}

func TestCursorsComeBack(t *testing.T) {
	for _, k := range []Key{{}, {Number: "N", Of: pay.BillTrade}, {Number: "N", Of: pay.BillRefund, RequestNo: "R 1"}, {Number: "", Of: pay.BillRefund, RequestNo: "R"}} {
		if got := keyOf(k.cursor()); got != k {
			t.Errorf("%+v came back as %+v", k, got)
		}
	}
	if p := positionOf(""); !p.At.IsZero() || p.ID != "" {
		t.Errorf("the beginning is %+v", p)
	}
}
