package proof

import (
	"fmt"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/pay"
)

// sheet is an order with everything that belongs to it.
type sheet struct {
	order    pay.Order
	payments []pay.Payment
	refunds  []pay.Refund
	told     map[event.Type]int
	gone     time.Time // no event that was archived is younger
}

func (s sheet) findings() (all []Finding) {
	add := func(c Code, object, format string, args ...any) {
		all = append(all, find(c, object, s.order.ID, fmt.Sprintf(format, args...)))
	}
	s.checkState(add)
	s.checkSettlement(add)
	s.checkEvents(add)
	for _, p := range s.payments {
		checkPayment(add, s.order, p)
		checkSums(add, p, s.refunds)
	}
	s.checkRefunds(add)
	return all
}

type adder func(c Code, object, format string, args ...any)

func (s sheet) checkState(add adder) {
	o := s.order
	paid, closed := !o.PaidAt.IsZero(), !o.ClosedAt.IsZero()
	fits := false
	switch o.Status {
	case pay.OrderPending:
		fits = !paid && !closed
		if o.CloseAt.IsZero() {
			add(OrderUnwatched, o.ID, "no time to close it is set")
		}
	case pay.OrderPaid:
		fits = paid // one that was closed first keeps that time
	case pay.OrderClosed:
		fits = !paid && closed
	default:
		add(OrderStatus, o.ID, "state %q", o.Status)
		return
	}
	if !fits {
		add(OrderTimes, o.ID, "%s, paid %s, closed %s", o.Status, said(o.PaidAt), said(o.ClosedAt))
	}
}

func said(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return "at " + t.Format(time.RFC3339)
}

func (s sheet) checkSettlement(add adder) {
	settling := 0
	for _, p := range s.payments {
		if p.Settles {
			settling++
		}
	}
	o := s.order
	switch {
	case settling > 1:
		add(OrderTwice, o.ID, "%d payments settle it", settling)
	case settling == 0 && o.Status == pay.OrderPaid:
		add(OrderUnsettled, o.ID, "%d payments, none settles it", len(s.payments))
	case settling == 1 && o.Status != pay.OrderPaid:
		add(OrderUnpaid, o.ID, "it is %s", o.Status)
	}
	if o.Attempts != len(s.payments) {
		add(OrderAttempts, o.ID, "%d begun, %d stored", o.Attempts, len(s.payments))
	}
}

func (s sheet) checkEvents(add adder) {
	want := map[event.Type]bool{event.OrderCreated: true, event.OrderPaid: s.order.Status == pay.OrderPaid,
		event.OrderClosed: !s.order.ClosedAt.IsZero()}
	for _, t := range []event.Type{event.OrderCreated, event.OrderPaid, event.OrderClosed} {
		if !once(s.told[t], want[t], s.order.CreatedAt, s.gone) {
			add(OrderEvents, s.order.ID, "%d of %s for an order that is %s", s.told[t], t, s.order.Status)
		}
	}
}

// once reports whether something that must be told once, or not at all, was.
// Of what was made before the youngest event in the archive it may be there.
func once(count int, must bool, made, gone time.Time) bool {
	if count == 0 {
		return !must || !made.After(gone)
	}
	return must && count == 1
}

func (s sheet) checkRefunds(add adder) {
	ours := map[string]bool{}
	for _, p := range s.payments {
		ours[p.ID] = true
	}
	for _, r := range s.refunds {
		if !ours[r.PaymentID] {
			add(RefundStranger, r.ID, "payment %s", r.PaymentID)
		}
	}
}
