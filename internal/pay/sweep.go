package pay

import (
	"context"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// The sweep leases work for longer than one platform call may take, so that a
// node that dies loses it to another one soon.
const (
	sweepBatch = 20
	sweepLease = time.Minute
)

// Sweep does what has come due: it asks platforms about payments, closes
// orders that expired, and asks about notices that matched nothing. It returns
// how many things it did. It may run on any number of nodes at once; each
// thing is leased to one of them. One failure is logged and stops nothing.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	until := now.Add(sweepLease)
	payments, err := s.due.LeaseQueries(ctx, now, until, sweepBatch)
	if err != nil {
		return 0, fault.Wrap("pay.Sweep", err)
	}
	for _, p := range payments {
		s.note(ctx, "payment query failed", p.Number, s.Ask(ctx, p))
	}
	orders, err := s.due.LeaseExpired(ctx, now, until, sweepBatch)
	if err != nil {
		return len(payments), fault.Wrap("pay.Sweep", err)
	}
	for _, o := range orders {
		_, err := s.Close(ctx, o.ID)
		s.note(ctx, "closing an expired order failed", o.Number, err)
	}
	notices, err := s.due.LeaseInquiries(ctx, now, until, sweepBatch)
	if err != nil {
		return len(payments) + len(orders), fault.Wrap("pay.Sweep", err)
	}
	for _, n := range notices {
		s.note(ctx, "inquiry failed", n.Number, s.inquire(ctx, n))
	}
	return len(payments) + len(orders) + len(notices), nil
}

func (s *Service) note(ctx context.Context, what, number string, err error) {
	if err != nil && ctx.Err() == nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, what, slog.String("out_trade_no", number), slog.Any("error", err))
	}
}
