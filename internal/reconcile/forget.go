package reconcile

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// forgetMargin is how much earlier a day can't be begun than lines are deleted,
// so that none goes while a day beside it is compared.
const forgetMargin = 7 * 24 * time.Hour

// gone fails with [ErrLinesGone] where a bill of the days near was compared so
// long ago that its lines are deleted, or soon will be: what that bill has
// would be missed now.
func (s *Service) gone(ctx context.Context, tx Tx, account string, day pay.Day) error {
	if s.Keep == 0 {
		return nil
	}
	around := near(day, nearRefund)
	all, err := tx.Reconciliations(ctx, Filter{Account: account, From: around.From, Until: around.To, Limit: 2*nearRefund + 1})
	for _, one := range all {
		if one.Day != day && !one.FinishedAt.IsZero() && one.FinishedAt.Before(s.Now().Add(forgetMargin-s.Keep)) {
			return ErrLinesGone
		}
	}
	return err
}

// Forget deletes the lines of bills that were compared longer ago than
// [Config.Keep] and returns how many. Sums and differences stay. It may run on
// any number of nodes at once; when ctx ends it stops between two batches.
func (s *Service) Forget(ctx context.Context) (int64, error) {
	var lines int64
	for then, after := s.Now().Add(-s.Keep), ""; s.Keep > 0; {
		r, found, err := s.Store.Lined(ctx, after)
		if err != nil || !found || !r.CreatedAt.Before(then) {
			return lines, fault.Wrap("reconcile.Forget", err)
		}
		after = r.ID
		for r.Status == Finished && r.FinishedAt.Before(then) {
			n, err := s.forget(ctx, r)
			if err != nil {
				return lines, fault.Wrap("reconcile.Forget "+r.ID, err)
			}
			if lines += n; n == 0 {
				break
			}
		}
	}
	return lines, nil
}

// forget deletes a batch of lines unless the reconciliation was begun again.
func (s *Service) forget(ctx context.Context, was Reconciliation) (n int64, err error) {
	err = s.Store.Update(ctx, func(tx Tx) error {
		n = 0
		r, err := tx.Reconciliation(ctx, was.ID)
		if err != nil || r.Status != Finished || !r.FinishedAt.Equal(was.FinishedAt) {
			return err
		}
		// Writing it keeps others from beginning it before this is committed.
		if err := tx.UpdateReconciliation(ctx, r); err != nil {
			return err
		}
		n, err = tx.DropLines(ctx, r.ID, dropBatch)
		return err
	})
	return n, err
}
