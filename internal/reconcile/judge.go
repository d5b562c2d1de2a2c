package reconcile

import (
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// Pair is what a bill says of one thing, beside what the ledger has of it.
// Lines of a bill under one key are added up, so that a thing that is billed
// twice has twice its amount.
type Pair struct {
	Key
	TradeNo               string
	Lines                 int64
	Amount, Received, Fee pay.Amount // of the bill
	PaymentID, OrderID    string     // empty where no payment here has the number
	Account               string     // of the payment
	PaymentStatus         pay.PaymentStatus
	PaidAmount            pay.Amount
	RefundID              string // empty where the payment has no refund of this number
	RefundStatus          pay.RefundStatus
	RefundAmount          pay.Amount
}

// Terms are what an account and its platform have agreed.
type Terms struct {
	// FeeRate is the platform's part of each payment, in millionths; 0 where
	// fees are not looked at.
	FeeRate int64
}

// fee is what is charged for an amount, rounded to the nearest fen.
func (t Terms) fee(a pay.Amount) pay.Amount {
	const million = 1_000_000
	return (a*pay.Amount(t.FeeRate) + million/2) / million
}

// judge tells how the two sides of a pair differ, if they do.
func (p Pair) judge(t Terms) (Difference, bool) {
	d := Difference{Key: p.Key, OrderID: p.OrderID, PaymentID: p.PaymentID, RefundID: p.RefundID, TradeNo: p.TradeNo,
		BillAmount: p.Amount, BillFee: p.Fee, LedgerState: p.state(), Suggested: Query}
	here := p.here()
	if p.succeeded() {
		d.LedgerAmount = here
	}
	switch {
	case !p.known():
		d.Kind = MissingHere
		if p.PaymentID == "" { // nothing here can be settled by an answer
			d.Suggested = Ignore
		}
	case !p.succeeded():
		d.Kind = OtherState
	case p.Amount != here:
		d.Kind = OtherAmount
	case t.FeeRate > 0 && !p.feeAgrees(t):
		d.Kind, d.Suggested, d.AgreedFee = OtherFee, Ignore, t.fee(p.Received)
	default:
		return Difference{}, false
	}
	return d, true
}

// feeAgrees reports whether a fee is what was agreed. Of the fee for a refund
// only the bounds are known: the platform keeps it, or gives its part back,
// which the fees before it may have rounded by a fen.
func (p Pair) feeAgrees(t Terms) bool {
	if p.Of == pay.BillRefund {
		return p.Fee <= t.fee(p.Received)+1
	}
	return p.Fee == t.fee(p.Received)
}

func (p Pair) known() bool {
	if p.Of == pay.BillRefund {
		return p.RefundID != ""
	}
	return p.PaymentID != ""
}

func (p Pair) succeeded() bool {
	if p.Of == pay.BillRefund {
		return p.RefundStatus == pay.RefundSucceeded
	}
	return p.PaymentStatus == pay.PaymentSucceeded
}

func (p Pair) here() pay.Amount {
	if p.Of == pay.BillRefund {
		return p.RefundAmount
	}
	return p.PaidAmount
}

func (p Pair) state() string {
	if p.Of == pay.BillRefund {
		return string(p.RefundStatus)
	}
	return string(p.PaymentStatus)
}

// Entry is a thing that succeeded in the ledger on a day.
type Entry struct {
	Key
	PaymentID, OrderID string
	RefundID           string
	TradeNo            string
	Amount             pay.Amount
	Account            string
	At                 time.Time // when the money moved: by the platform's clock for a payment, by ours for a refund
	Began              time.Time // of a refund: when it was asked for
	Billed             bool      // a bill of this day, or of one nearby, has it
}

// missing is the difference of an entry that no bill has.
func (e Entry) missing() Difference {
	d := Difference{Key: e.Key, Kind: MissingThere, Suggested: Query, OrderID: e.OrderID, PaymentID: e.PaymentID, RefundID: e.RefundID,
		TradeNo: e.TradeNo, LedgerAmount: e.Amount, LedgerState: "succeeded"}
	if e.Of == pay.BillRefund {
		d.Suggested = Refund
	}
	return d
}
