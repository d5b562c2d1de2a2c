package reconcile

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// byItself is who acts where nobody does.
const byItself = "reconciliation"

// toldOneByOne bounds how many events one run raises about single differences;
// the event at its end counts them all.
const toldOneByOne = 1000

// record keeps a difference that this run found: it is new, or it is one of an
// earlier run, which is opened again unless somebody has explained just this.
func (s *Service) record(ctx context.Context, tx Tx, r *Reconciliation, d Difference) error {
	r.Found++
	was, known, err := tx.DifferenceOf(ctx, r.ID, d.Kind, d.Key)
	if err != nil {
		return err
	}
	if !known {
		return s.insert(ctx, tx, r, d)
	}
	explained := was.State == Open || was.State == Ignored && was.BillAmount == d.BillAmount && was.LedgerAmount == d.LedgerAmount && was.BillFee == d.BillFee
	was.Run, was.BillAmount, was.LedgerAmount, was.BillFee, was.AgreedFee = r.Run, d.BillAmount, d.LedgerAmount, d.BillFee, d.AgreedFee
	was.LedgerState, was.TradeNo, was.Suggested = d.LedgerState, d.TradeNo, d.Suggested
	was.OrderID, was.PaymentID, was.RefundID = d.OrderID, d.PaymentID, d.RefundID
	if explained {
		return tx.UpdateDifference(ctx, was)
	}
	was.State, was.ClosedAt, was.AskAt = Open, time.Time{}, s.firstAsk(d)
	return s.move(ctx, tx, was, 1, Step{By: byItself, What: StepAgain})
}

func (s *Service) insert(ctx context.Context, tx Tx, r *Reconciliation, d Difference) error {
	d.ID, d.ReconciliationID, d.Account, d.Day, d.State, d.Run, d.Version = s.NewID("dif"), r.ID, r.Account, r.Day, Open, r.Run, 1
	d.FoundAt, d.AskAt = s.Now(), s.firstAsk(d)
	if err := tx.InsertDifference(ctx, d); err != nil {
		return err
	}
	if err := tx.CountOpen(ctx, r.ID, 1); err != nil {
		return err
	}
	if err := s.remember(ctx, tx, d.ID, Step{By: byItself, What: StepFound}); err != nil || r.Found > toldOneByOne {
		return err
	}
	return s.raise(ctx, tx, event.DifferenceFound, d.ID, d.Version, differenceData(d))
}

// firstAsk is when the platform is asked by itself: at once where its answer
// may settle an order or end a refund, otherwise never.
func (s *Service) firstAsk(d Difference) time.Time {
	if d.Kind == OtherState {
		return s.Now()
	}
	return time.Time{}
}

// vanish closes a difference that is not there any more.
func (s *Service) vanish(ctx context.Context, tx Tx, d Difference, b batch) error {
	more := 0
	if d.State == Open {
		more = -1
	}
	d.State, d.ClosedAt, d.AskAt = Gone, s.Now(), time.Time{}
	if err := s.move(ctx, tx, d, more, Step{By: byItself, What: StepGone, Note: b.why}); err != nil || b.quiet {
		return err
	}
	return s.closed(ctx, tx, d)
}

func (s *Service) closed(ctx context.Context, tx Tx, d Difference) error {
	return s.raise(ctx, tx, event.DifferenceClosed, d.ID, d.Version+1, differenceData(d))
}

// move writes a difference, how many more are open with it, and a line of its
// history.
func (s *Service) move(ctx context.Context, tx Tx, d Difference, more int, step Step) error {
	if err := tx.UpdateDifference(ctx, d); err != nil {
		return err
	}
	if more != 0 {
		if err := tx.CountOpen(ctx, d.ReconciliationID, more); err != nil {
			return err
		}
	}
	return s.remember(ctx, tx, d.ID, step)
}

func (s *Service) remember(ctx context.Context, tx Tx, differenceID string, step Step) error {
	step.ID, step.DifferenceID, step.At = s.NewID("dfs"), differenceID, s.Now()
	return tx.AddStep(ctx, step)
}

// finish ends a run.
func (s *Service) finish(ctx context.Context, tx Tx, r *Reconciliation) error {
	r.Status, r.DueAt, r.FinishedAt = Finished, time.Time{}, s.Now()
	if err := tx.Release(ctx, r.ID); err != nil {
		return err
	}
	counted, err := tx.Reconciliation(ctx, r.ID) // with what this step opened and closed
	if err != nil {
		return err
	}
	r.Open = counted.Open
	return s.raise(ctx, tx, event.ReconciliationFinished, r.ID, r.Version+1, reconciliationData(*r))
}
