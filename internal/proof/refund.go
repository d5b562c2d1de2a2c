package proof

import (
	"fmt"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/pay"
)

func refundFindings(r pay.Refund, told map[event.Type]int, gone time.Time) (all []Finding) {
	add := func(c Code, format string, args ...any) {
		all = append(all, find(c, r.ID, r.OrderID, fmt.Sprintf(format, args...)))
	}
	final := false
	switch r.Status {
	case pay.RefundSucceeded, pay.RefundFailed, pay.RefundRefused:
		final = true
	case pay.RefundApproving, pay.RefundPending, pay.RefundUnknown:
	default:
		add(RefundStatus, "state %q", r.Status)
		return all
	}
	if final == r.DoneAt.IsZero() {
		add(RefundTimes, "%s, done %s", r.Status, said(r.DoneAt))
	}
	if sent := r.Status == pay.RefundPending || r.Status == pay.RefundUnknown; sent == r.NextAt.IsZero() {
		add(RefundUnwatched, "%s, next %s", r.Status, said(r.NextAt))
	}
	want := map[event.Type]bool{event.RefundCreated: true, event.RefundSucceeded: r.Status == pay.RefundSucceeded,
		event.RefundFailed: r.Status == pay.RefundFailed, event.RefundRefused: r.Status == pay.RefundRefused}
	for _, t := range []event.Type{event.RefundCreated, event.RefundSucceeded, event.RefundFailed, event.RefundRefused} {
		if !once(told[t], want[t], r.CreatedAt, gone) {
			add(RefundEvents, "%d of %s for a refund that is %s", told[t], t, r.Status)
		}
	}
	return all
}
