package proof

import (
	"github.com/paypush/paypush/internal/pay"
)

func checkPayment(add adder, o pay.Order, p pay.Payment) {
	succeeded := p.Status == pay.PaymentSucceeded
	switch p.Status {
	case pay.PaymentCreated, pay.PaymentPending, pay.PaymentUnknown, pay.PaymentClosed, pay.PaymentFailed, pay.PaymentSucceeded:
	default:
		add(PaymentStatus, p.ID, "state %q", p.Status)
		return
	}
	if succeeded == p.PaidAt.IsZero() || p.Status == pay.PaymentClosed && p.ClosedAt.IsZero() {
		add(PaymentTimes, p.ID, "%s, paid %s, closed %s", p.Status, said(p.PaidAt), said(p.ClosedAt))
	}
	if p.Status.Live() && p.NextQueryAt.IsZero() {
		add(PaymentUnwatched, p.ID, "%s, and no time to ask is set", p.Status)
	}
	if succeeded != (p.PaidAmount > 0) || !succeeded && p.Settles || p.Amount != o.Amount || p.Settles && p.PaidAmount != o.Amount {
		add(PaymentMoney, p.ID, "%s, %d of %d fen came for an order of %d, settles: %t", p.Status, p.PaidAmount, p.Amount, o.Amount, p.Settles)
	}
	checkSurplus(add, o, p)
}

// checkSurplus holds that whatever came and did not settle is a surplus with a
// state, and nothing else is one. A late payment that was accepted settles and
// still says that it was late.
func checkSurplus(add adder, o pay.Order, p pay.Payment) {
	accepted := p.Surplus == pay.SurplusLate && p.SurplusState == pay.SurplusAccepted
	fits := false
	switch {
	case p.Status != pay.PaymentSucceeded:
		fits = p.Surplus == pay.SurplusNone && p.SurplusState == ""
	case p.Settles:
		fits = p.Surplus == pay.SurplusNone && p.SurplusState == "" || accepted
	default:
		fits = knownSurplus(p.Surplus) && !accepted && surplusStands(p) && (p.Surplus == pay.SurplusAmount) == (p.PaidAmount != p.Amount)
	}
	if !fits {
		add(SurplusUnclear, p.ID, "%s, settles: %t, surplus %q is %q with %d of %d fen given back", p.Status, p.Settles, p.Surplus, p.SurplusState, p.Refunded, p.PaidAmount)
	}
}

func knownSurplus(k pay.SurplusKind) bool {
	return k == pay.SurplusLate || k == pay.SurplusTwice || k == pay.SurplusAmount
}

// surplusStands reports whether a surplus' state goes with its refunds and
// whether somebody will come back to it.
func surplusStands(p pay.Payment) bool {
	switch p.SurplusState {
	case pay.SurplusFound:
		return !p.ActAt.IsZero()
	case pay.SurplusHeld, pay.SurplusKept:
		return p.Refunded < p.PaidAmount
	case pay.SurplusRefunding:
		return p.Reserved > p.Refunded
	case pay.SurplusRefunded:
		return p.Refunded == p.PaidAmount
	}
	return false
}

func checkSums(add adder, p pay.Payment, refunds []pay.Refund) {
	var reserved, refunded pay.Amount
	for _, r := range refunds {
		if r.PaymentID != p.ID {
			continue
		}
		switch r.Status {
		case pay.RefundSucceeded:
			reserved, refunded = reserved+r.Amount, refunded+r.Amount
		case pay.RefundFailed, pay.RefundRefused:
		default:
			reserved += r.Amount
		}
	}
	if reserved > p.PaidAmount || p.Reserved > p.PaidAmount {
		add(RefundTooMuch, p.ID, "%d fen came, %d go back", p.PaidAmount, max(reserved, p.Reserved))
	}
	if p.Reserved != reserved || p.Refunded != refunded {
		add(RefundSums, p.ID, "reserved %d, refunded %d; the refunds say %d and %d", p.Reserved, p.Refunded, reserved, refunded)
	}
}
