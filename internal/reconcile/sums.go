package reconcile

import "github.com/paypush/paypush/internal/pay"

func (s *Sums) add(o Sums) {
	s.Trades += o.Trades
	s.Gross += o.Gross
	s.Refunds += o.Refunds
	s.Refunded += o.Refunded
	s.Fees += o.Fees
	s.Net += o.Net
}

// came and went are the sums of one thing.
func came(n int64, a pay.Amount) Sums { return Sums{Trades: n, Gross: a, Net: a} }
func went(n int64, a pay.Amount) Sums { return Sums{Refunds: n, Refunded: a, Net: -a} }

// billed is what the bill says of a pair.
func (p Pair) billed() Sums {
	if p.Of == pay.BillRefund {
		return Sums{Refunds: p.Lines, Refunded: p.Amount, Fees: -p.Fee, Net: p.Fee - p.Received}
	}
	return Sums{Trades: p.Lines, Gross: p.Amount, Fees: p.Fee, Net: p.Received - p.Fee}
}

// booked is what the ledger says of it.
func (p Pair) booked() Sums {
	switch {
	case !p.known() || !p.succeeded():
		return Sums{}
	case p.Of == pay.BillRefund:
		return went(1, p.RefundAmount)
	}
	return came(1, p.PaidAmount)
}

func (e Entry) booked() Sums {
	if e.Of == pay.BillRefund {
		return went(1, e.Amount)
	}
	return came(1, e.Amount)
}

// stranger is p with what the ledger has under the number taken away, since it
// is another merchant's.
func (p Pair) stranger() Pair {
	p.PaymentID, p.OrderID, p.PaymentStatus, p.PaidAmount = "", "", "", 0
	p.RefundID, p.RefundStatus, p.RefundAmount = "", "", 0
	return p
}
