package alipay

import (
	"sync"
	"time"
)

// The states of a trade, as the platform names them. The empty state is a code
// that nobody has scanned: it cannot be found by a query yet.
const (
	stateHidden   = ""
	stateWaiting  = "WAIT_BUYER_PAY"
	stateSuccess  = "TRADE_SUCCESS"
	stateFinished = "TRADE_FINISHED"
	stateClosed   = "TRADE_CLOSED"
)

// refundWindow is how long after its payment a trade can be refunded.
const refundWindow = 365 * 24 * time.Hour

// trade is one trade with its lock. Everything in the record is read and
// written while the lock is held.
type trade struct {
	mu     sync.Mutex
	expire func()
	record
}

// record is what is kept of a trade.
type record struct {
	OutTradeNo string `json:"out_trade_no"`
	TradeNo    string `json:"trade_no"`
	Subject    string `json:"subject"`
	*route
	Extras   *extras   `json:"extras,omitempty"`
	Amount   fen       `json:"amount"`
	Paid     fen       `json:"paid,omitempty"`
	Refunded fen       `json:"refunded,omitempty"`
	State    string    `json:"state"`
	Created  moment    `json:"created"`
	Expires  moment    `json:"expires"`
	PaidAt   moment    `json:"paid_at,omitempty"`
	ClosedAt moment    `json:"closed_at,omitempty"`
	Refunds  []refund  `json:"refunds,omitempty"`
	Notices  []*notice `json:"notices,omitempty"`
}

// refund is one refund of a trade.
type refund struct {
	RequestNo string `json:"out_request_no"`
	Amount    fen    `json:"amount"`
	Reason    string `json:"reason,omitempty"`
	At        moment `json:"at"`
}

// total is what the trade costs as far as anybody is told: what was paid once
// it is paid, which differs from the order only when a test makes it so.
func (r *record) total() fen {
	if r.PaidAt != 0 {
		return r.Paid
	}
	return r.Amount
}

// exists reports whether the platform shows the trade at all.
func (r *record) exists() bool { return r.State != stateHidden }

// paid reports whether money has come in, refunded or not.
func (r *record) paid() bool { return r.PaidAt != 0 }

// age moves the trade to the state that time alone has brought it to. It
// reports whether the trade has changed.
func (r *record) age(now moment) bool {
	switch {
	case (r.State == stateWaiting || r.State == stateHidden) && now >= r.Expires && r.ClosedAt == 0:
		r.ClosedAt = r.Expires
		if r.State == stateWaiting {
			r.State = stateClosed
		}
		return true
	case r.State == stateSuccess && now >= r.PaidAt.after(refundWindow):
		r.State = stateFinished
		return true
	}
	return false
}

// findRefund returns the refund made under a request number.
func (r *record) findRefund(requestNo string) (refund, bool) {
	for _, each := range r.Refunds {
		if each.RequestNo == requestNo {
			return each, true
		}
	}
	return refund{}, false
}

// addRefund books a refund; one of the last fen closes the trade.
func (r *record) addRefund(done refund) {
	r.Refunds = append(r.Refunds, done)
	r.Refunded += done.Amount
	if r.Refunded >= r.Paid {
		r.State = stateClosed
		r.ClosedAt = done.At
	}
}
