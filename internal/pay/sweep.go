package pay

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// The sweep leases work for longer than one platform call may take, so that a
// node that dies loses it to another one soon.
const (
	sweepBatch  = 16
	sweepAtOnce = 8 // so that one platform that hangs holds up few
	sweepLease  = 45 * time.Second
)

// Sweep does what has come due: it asks platforms about payments, closes
// orders that expired, sends refunds, deals with surpluses, and asks about
// notices that matched nothing. It returns how many things it did. It may run
// on any number of nodes at once; each thing is leased to one of them. One
// failure is logged and stops nothing.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	due := dueWork{ctx, now, now.Add(sweepLease), s}
	total := 0
	for _, work := range []func() (int, error){
		func() (int, error) {
			return sweepOne(due, s.due.LeaseQueries, "payment query", func(p Payment) (string, error) { return p.Number, s.Ask(ctx, p) })
		},
		func() (int, error) {
			return sweepOne(due, s.due.LeaseExpired, "closing an expired order", func(o Order) (string, error) {
				_, err := s.Close(ctx, o.ID)
				return o.Number, err
			})
		},
		func() (int, error) {
			return sweepOne(due, s.due.LeaseRefunds, "refund", func(r Refund) (string, error) { return r.RequestNo, s.sendRefund(ctx, r) })
		},
		func() (int, error) {
			return sweepOne(due, s.due.LeaseSurpluses, "surplus", func(p Payment) (string, error) { return p.Number, s.dealWith(ctx, p) })
		},
		func() (int, error) {
			return sweepOne(due, s.due.LeaseInquiries, "inquiry", func(n Notice) (string, error) { return n.Number, s.inquire(ctx, n) })
		},
	} {
		n, err := work()
		total += n
		if err != nil {
			return total, fault.Wrap("pay.Sweep", err)
		}
	}
	return total, nil
}

// dueWork is one round of a sweep.
type dueWork struct {
	ctx        context.Context
	now, until time.Time
	s          *Service
}

// sweepOne leases a batch of one sort and does each; do returns the number by
// which a failure is told in the log.
func sweepOne[T any](w dueWork, lease func(context.Context, time.Time, time.Time, int) ([]T, error), what string, do func(T) (string, error)) (int, error) {
	batch, err := lease(w.ctx, w.now, w.until, sweepBatch)
	var working sync.WaitGroup
	places := make(chan struct{}, sweepAtOnce)
	for _, one := range batch {
		places <- struct{}{}
		working.Go(func() {
			number, err := do(one)
			w.s.note(w.ctx, what+" failed", number, err)
			<-places
		})
	}
	working.Wait()
	return len(batch), err
}

func (s *Service) note(ctx context.Context, what, number string, err error) {
	if err != nil && ctx.Err() == nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, what, slog.String("out_trade_no", number), slog.Any("error", err))
	}
}
