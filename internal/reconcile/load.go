package reconcile

import (
	"context"

	"github.com/paypush/paypush/internal/pay"
)

// How much is read or written in one transaction.
const (
	loadBatch    = 1000
	dropBatch    = 2000
	compareBatch = 2000
)

// load fetches the bill of a reconciliation that does not have it yet, in
// place of the lines of an earlier run.
func (s *Service) load(ctx context.Context, r Reconciliation) (Reconciliation, error) {
	if r.Status == Comparing {
		return r, nil
	}
	biller := s.Accounts[r.Account].Biller
	if biller == nil { // the account was taken out of the configuration
		return r, pay.ErrNoAccount
	}
	r, err := s.step(ctx, r.ID, func(_ Tx, r *Reconciliation) error {
		if r.Status == Waiting && r.Tries == 0 {
			r.Run++
			r.StartedAt = s.Now()
		}
		r.Status, r.Lines = Loading, 0
		r.Tries++
		return nil
	})
	for dropped := int64(1); err == nil && dropped > 0; {
		r, err = s.step(ctx, r.ID, func(tx Tx, r *Reconciliation) (err error) {
			dropped, err = tx.DropLines(ctx, r.ID, dropBatch)
			return err
		})
	}
	if err != nil {
		return r, err
	}
	if err := s.fetch(ctx, r, biller); err != nil {
		return r, err
	}
	return s.step(ctx, r.ID, func(_ Tx, r *Reconciliation) error {
		r.Status, r.Stage, r.Cursor, r.Failure = Comparing, stageLines, "", ""
		r.Bill, r.Ledger, r.Found = Sums{}, Sums{}, 0
		return nil
	})
}

func (s *Service) fetch(ctx context.Context, r Reconciliation, biller pay.Biller) error {
	var batch []pay.BillLine
	flush := func() error {
		_, err := s.step(ctx, r.ID, func(tx Tx, r *Reconciliation) error {
			r.Lines += int64(len(batch))
			return tx.AddLines(ctx, r.ID, batch)
		})
		batch = batch[:0]
		return err
	}
	err := biller.Bill(ctx, r.Day, func(l pay.BillLine) error {
		if batch = append(batch, l); len(batch) < loadBatch {
			return nil
		}
		return flush()
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	return err
}
