package store

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/reconcile"
)

const (
	differenceColumns = `id, reconciliation_id, account, day, number, of_kind, request_no, kind, state, suggested,
		order_id, payment_id, refund_id, trade_no, ledger_state, ledger_amount, bill_amount, bill_fee, agreed_fee,
		owner, note, run, asks, ask_at, version, found_at, closed_at`

	sqlDifferenceInsert statement = `INSERT INTO differences (` + differenceColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`
	sqlDifferenceUpdate statement = `UPDATE differences SET state = $3, suggested = $4, order_id = $5, payment_id = $6, refund_id = $7,
		trade_no = $8, ledger_state = $9, ledger_amount = $10, bill_amount = $11, bill_fee = $12, agreed_fee = $13,
		owner = $14, note = $15, run = $16, asks = $17, ask_at = $18, closed_at = $19, version = version + 1
		WHERE id = $1 AND version = $2`
	sqlDifferenceByID statement = `SELECT ` + differenceColumns + ` FROM differences WHERE id = $1`
	sqlDifferenceOf   statement = `SELECT ` + differenceColumns + ` FROM differences
		WHERE reconciliation_id = $1 AND number = $2 AND of_kind = $3 AND request_no = $4 AND kind = $5`
	sqlDifferences statement = `SELECT ` + differenceColumns + ` FROM differences
		WHERE id > $1 AND ($3 = '' OR kind = $3) AND ($4 = '' OR owner = $4) ORDER BY id LIMIT $2`
	sqlDifferencesInState statement = `SELECT ` + differenceColumns + ` FROM differences
		WHERE state = $5 AND id > $1 AND ($3 = '' OR kind = $3) AND ($4 = '' OR owner = $4) ORDER BY id LIMIT $2`
	sqlDifferencesOf statement = `SELECT ` + differenceColumns + ` FROM differences
		WHERE reconciliation_id = $6 AND id > $1 AND ($3 = '' OR kind = $3) AND ($4 = '' OR owner = $4) AND ($5 = '' OR state = $5)
		ORDER BY id LIMIT $2`
	sqlDifferencesOfOrder statement = `SELECT ` + differenceColumns + ` FROM differences
		WHERE order_id = $1 AND order_id <> '' AND id > $2 ORDER BY id LIMIT $3`
	sqlDifferencesUnseen statement = `SELECT ` + differenceColumns + ` FROM differences
		WHERE reconciliation_id = $1 AND state IN ('open', 'ignored') AND run < $2 ORDER BY id LIMIT $3`
	sqlDifferencesElsewhere statement = `SELECT ` + differenceColumns + ` FROM differences
		WHERE account = $1 AND day >= $2 AND day <= $3 AND state = 'open' AND kind = 'missing_there' AND reconciliation_id <> $4
		AND EXISTS (SELECT 1 FROM bill_lines AS l WHERE l.reconciliation_id = $4 AND l.number = differences.number
			AND l.kind = differences.of_kind AND l.request_no = differences.request_no)
		ORDER BY day, id LIMIT $5`
	// Chosen once and apart, as every lease; see due.go.
	sqlLeaseAsks statement = `WITH oldest AS MATERIALIZED (
			SELECT id AS oldest_id FROM differences WHERE ask_at > 0 AND ask_at <= $1
			ORDER BY ask_at LIMIT $3 /*skip locked*/)
		UPDATE differences SET ask_at = $2, version = version + 1 FROM oldest
		WHERE id = oldest_id AND +ask_at > 0 AND +ask_at <= $1
		RETURNING ` + differenceColumns
	sqlStepInsert statement = `INSERT INTO difference_steps (difference_id, id, at, actor, what, note) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlSteps      statement = `SELECT difference_id, id, at, actor, what, note FROM difference_steps
		WHERE difference_id = $1 ORDER BY id LIMIT 200`
)

// Difference implements [reconcile.Reader].
func (r reconciliationReader) Difference(ctx context.Context, id string) (reconcile.Difference, error) {
	return one(ctx, r.x, reconcile.ErrNoDifference, scanDifference, sqlDifferenceByID, id)
}

// Differences implements [reconcile.Reader].
func (r reconciliationReader) Differences(ctx context.Context, f reconcile.DifferenceFilter) ([]reconcile.Difference, error) {
	args := []any{f.After, page(f.Limit), string(f.Kind), f.Owner}
	switch {
	case f.OrderID != "":
		return many(ctx, r.x, scanDifference, sqlDifferencesOfOrder, f.OrderID, f.After, page(f.Limit))
	case f.ReconciliationID != "":
		return many(ctx, r.x, scanDifference, sqlDifferencesOf, append(args, string(f.State), f.ReconciliationID)...)
	case f.State != "":
		return many(ctx, r.x, scanDifference, sqlDifferencesInState, append(args, string(f.State))...)
	}
	return many(ctx, r.x, scanDifference, sqlDifferences, args...)
}

// Steps implements [reconcile.Reader].
func (r reconciliationReader) Steps(ctx context.Context, differenceID string) ([]reconcile.Step, error) {
	return many(ctx, r.x, func(r row) (s reconcile.Step, err error) {
		err = r.Scan(&s.DifferenceID, &s.ID, moment{&s.At}, &s.By, &s.What, &s.Note)
		return s, err
	}, sqlSteps, differenceID)
}

// Elsewhere implements [reconcile.Sheets].
func (r reconciliationReader) Elsewhere(ctx context.Context, v reconcile.Reconciliation, near reconcile.Span, limit int) ([]reconcile.Difference, error) {
	return many(ctx, r.x, scanDifference, sqlDifferencesElsewhere, v.Account, string(near.From), string(near.To), v.ID, limit)
}

// Unseen implements [reconcile.Sheets].
func (r reconciliationReader) Unseen(ctx context.Context, reconciliationID string, run int64, limit int) ([]reconcile.Difference, error) {
	return many(ctx, r.x, scanDifference, sqlDifferencesUnseen, reconciliationID, run, limit)
}

// LeaseAsks implements [reconcile.Store].
func (r Reconciliations) LeaseAsks(ctx context.Context, now, until time.Time, limit int) ([]reconcile.Difference, error) {
	return lease(ctx, r.db, scanDifference, sqlLeaseAsks, now, until, limit)
}

// DifferenceOf implements [reconcile.Tx].
func (r reconciliationTx) DifferenceOf(ctx context.Context, reconciliationID string, kind reconcile.Kind, k reconcile.Key) (d reconcile.Difference, found bool, err error) {
	all, err := many(ctx, r.txn, scanDifference, sqlDifferenceOf, reconciliationID, k.Number, string(k.Of), k.RequestNo, string(kind))
	if found = len(all) == 1; found {
		d = all[0]
	}
	return d, found, err
}

// InsertDifference implements [reconcile.Tx].
func (r reconciliationTx) InsertDifference(ctx context.Context, d reconcile.Difference) error {
	_, err := change(ctx, r.txn, sqlDifferenceInsert, d.ID, d.ReconciliationID, d.Account, string(d.Day), d.Number, string(d.Of), d.RequestNo,
		string(d.Kind), string(d.State), string(d.Suggested), d.OrderID, d.PaymentID, d.RefundID, d.TradeNo, d.LedgerState,
		int64(d.LedgerAmount), int64(d.BillAmount), int64(d.BillFee), int64(d.AgreedFee), d.Owner, d.Note, d.Run, d.Asks,
		micros(d.AskAt), d.Version, micros(d.FoundAt), micros(d.ClosedAt))
	return err
}

// UpdateDifference implements [reconcile.Tx].
func (r reconciliationTx) UpdateDifference(ctx context.Context, d reconcile.Difference) error {
	return must(ctx, r.txn, reconcile.ErrStale, sqlDifferenceUpdate, d.ID, d.Version, string(d.State), string(d.Suggested), d.OrderID,
		d.PaymentID, d.RefundID, d.TradeNo, d.LedgerState, int64(d.LedgerAmount), int64(d.BillAmount), int64(d.BillFee),
		int64(d.AgreedFee), d.Owner, d.Note, d.Run, d.Asks, micros(d.AskAt), micros(d.ClosedAt))
}

// AddStep implements [reconcile.Tx].
func (r reconciliationTx) AddStep(ctx context.Context, s reconcile.Step) error {
	_, err := change(ctx, r.txn, sqlStepInsert, s.DifferenceID, s.ID, micros(s.At), s.By, s.What, s.Note)
	return err
}

func scanDifference(r row) (d reconcile.Difference, err error) {
	err = r.Scan(&d.ID, &d.ReconciliationID, &d.Account, &d.Day, &d.Number, &d.Of, &d.RequestNo, &d.Kind, &d.State, &d.Suggested,
		&d.OrderID, &d.PaymentID, &d.RefundID, &d.TradeNo, &d.LedgerState, &d.LedgerAmount, &d.BillAmount, &d.BillFee, &d.AgreedFee,
		&d.Owner, &d.Note, &d.Run, &d.Asks, moment{&d.AskAt}, &d.Version, moment{&d.FoundAt}, moment{&d.ClosedAt})
	return d, err
}
