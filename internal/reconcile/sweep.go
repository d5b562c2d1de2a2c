package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// A lease is short, so that a node that dies loses its work to another one
// within a minute, and renewed for as long as the work goes on.
const (
	lease      = 45 * time.Second
	leaseRenew = 10 * time.Second
	askBatch   = 20
	askAtOnce  = 4
)

// Sweep plans what has to be reconciled, goes through every reconciliation
// that has come due, and asks platforms about the differences that their
// answers may explain. It returns how many things it did. It may run on any
// number of nodes at once; each thing is leased to one of them. One failure is
// logged and stops nothing; what failed is tried again later.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	if err := s.Plan(ctx); err != nil {
		return 0, err
	}
	for n := 0; ; n++ {
		now := s.Real()
		r, found, err := s.Store.Lease(ctx, s.holder, s.Now(), now, now.Add(lease))
		if err != nil {
			return n, fault.Wrap("reconcile.Sweep", err)
		}
		if !found {
			asked, err := s.sweepAsks(ctx)
			return n + asked, fault.Wrap("reconcile.Sweep", err)
		}
		if err := s.run(ctx, r); err != nil && ctx.Err() == nil {
			s.Log.LogAttrs(ctx, slog.LevelWarn, "reconciliation failed", slog.String("account", r.Account),
				slog.String("day", string(r.Day)), slog.Any("error", err))
		}
		if ctx.Err() != nil {
			return n, ctx.Err()
		}
	}
}

// holding keeps a lease while the work under the context that it returns goes
// on, and cancels that context where the lease was lost.
func (s *Service) holding(ctx context.Context, id string) (work context.Context, done func()) {
	work, cancel := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() {
		t := time.NewTicker(leaseRenew)
		defer t.Stop()
		for {
			select {
			case <-work.Done():
				return
			case <-t.C:
			}
			err := s.Store.Update(work, func(tx Tx) error { return tx.Hold(work, id, s.holder, s.Real().Add(lease)) })
			if errors.Is(err, ErrLost) {
				cancel(err)
			}
		}
	})
	return work, func() { cancel(nil); renewing.Wait() }
}

// run brings one reconciliation to its end, or as far as it goes. What it got
// done is durable; the rest is done when the reconciliation comes due again.
func (s *Service) run(ctx context.Context, r Reconciliation) error {
	work, done := s.holding(ctx, r.ID)
	defer done()
	r, err := s.load(work, r)
	for err == nil && r.Status == Comparing {
		r, err = s.compareBatch(work, r)
	}
	if err == nil || errors.Is(err, ErrLost) || ctx.Err() != nil {
		return err
	}
	return errors.Join(err, s.putOff(ctx, r.ID, err))
}

// How long until a bill that was not ready, or whose server was in trouble, is
// asked for again.
const (
	notReadyWait = 15 * time.Minute
	firstWait    = time.Minute
	longestWait  = time.Hour
)

// putOff has a reconciliation go on later.
func (s *Service) putOff(ctx context.Context, id string, why error) error {
	_, err := s.step(ctx, id, func(tx Tx, r *Reconciliation) error {
		wait := min(longestWait, firstWait<<min(max(r.Tries-1, 0), 10))
		if fault.CodeOf(why) == codeNotReady {
			wait = notReadyWait
		}
		r.Failure, r.DueAt = fault.CodeOf(why), s.Now().Add(wait)
		if r.Status == Loading {
			r.Status = Waiting
		}
		return tx.Release(ctx, id)
	})
	return err
}

// step changes a reconciliation that this node holds, in one transaction.
func (s *Service) step(ctx context.Context, id string, fn func(tx Tx, r *Reconciliation) error) (r Reconciliation, err error) {
	err = s.Store.Update(ctx, func(tx Tx) error {
		if err := tx.Hold(ctx, id, s.holder, s.Real().Add(lease)); err != nil {
			return err
		}
		if r, err = tx.Reconciliation(ctx, id); err != nil {
			return err
		}
		if err := fn(tx, &r); err != nil {
			return err
		}
		return tx.UpdateReconciliation(ctx, r)
	})
	return r, fault.Wrap("reconcile.step", err)
}

// sweepAsks asks about the differences whose time has come.
func (s *Service) sweepAsks(ctx context.Context) (int, error) {
	now := s.Now()
	batch, err := s.Store.LeaseAsks(ctx, now, now.Add(longestWait), askBatch)
	var asking sync.WaitGroup
	places := make(chan struct{}, askAtOnce)
	for _, d := range batch {
		places <- struct{}{}
		asking.Go(func() {
			if _, err := s.query(ctx, d, byItself); err != nil && ctx.Err() == nil {
				s.Log.LogAttrs(ctx, slog.LevelWarn, "asking about a difference failed", slog.String("difference", d.ID),
					slog.String("out_trade_no", d.Number), slog.Any("error", err))
			}
			<-places
		})
	}
	asking.Wait()
	return len(batch), err
}
