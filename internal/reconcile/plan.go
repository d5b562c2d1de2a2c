package reconcile

import (
	"context"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// A bill is ready at about nine in the morning after its day. We ask a little
// later, and where a server was away, for the days that it missed as well.
const (
	billHour = 9*time.Hour + 30*time.Minute
	catchUp  = 31
)

// Plan makes sure that every day that is over has its reconciliation, since
// the first payment or, where some were planned before, since the last of
// them. It may run on any number of nodes at once.
func (s *Service) Plan(ctx context.Context) error {
	yesterday := pay.DayOf(s.Now()).Add(-1)
	for account := range s.Accounts {
		if !s.Bills(account) {
			continue
		}
		day, err := s.unplanned(ctx, account, yesterday)
		if err != nil {
			return fault.Wrap("reconcile.Plan", err)
		}
		for ; day != "" && day <= yesterday; day = day.Add(1) {
			r := s.planned(account, day, day.End().Add(billHour))
			err := s.Store.Update(ctx, func(tx Tx) error {
				_, err := tx.InsertReconciliation(ctx, r)
				return err
			})
			if err != nil {
				return fault.Wrap("reconcile.Plan", err)
			}
		}
	}
	return nil
}

// unplanned is the first day of an account that may still need planning, ""
// for none.
func (s *Service) unplanned(ctx context.Context, account string, yesterday pay.Day) (pay.Day, error) {
	_, err := s.Store.ReconciliationOf(ctx, account, yesterday)
	if err == nil || !errors.Is(err, ErrNoReconciliation) {
		return "", err
	}
	oldest := yesterday.Add(1 - catchUp)
	last, err := s.Store.Reconciliations(ctx, Filter{Account: account, From: oldest, Until: yesterday, Limit: 1})
	if err != nil {
		return "", err
	}
	if len(last) == 1 {
		return last[0].Day.Add(1), nil
	}
	first, err := s.Store.FirstPayment(ctx)
	if err != nil || first.IsZero() {
		return "", err
	}
	return max(oldest, pay.DayOf(first)), nil
}
