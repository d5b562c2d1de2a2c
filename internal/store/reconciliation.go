package store

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

const (
	reconciliationColumns = `id, account, day, status, run, stage, cursor, lines,
		bill_trades, bill_gross, bill_refunds, bill_refunded, bill_fees, bill_net,
		ledger_trades, ledger_gross, ledger_refunds, ledger_refunded, ledger_fees, ledger_net,
		found, failure, tries, due_at, version, created_at, started_at, finished_at`

	sqlReconciliationInsert statement = `INSERT INTO reconciliations (` + reconciliationColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)
		ON CONFLICT (account, day) DO NOTHING`
	sqlReconciliationUpdate statement = `UPDATE reconciliations SET status = $3, run = $4, stage = $5, cursor = $6, lines = $7,
		bill_trades = $8, bill_gross = $9, bill_refunds = $10, bill_refunded = $11, bill_fees = $12, bill_net = $13,
		ledger_trades = $14, ledger_gross = $15, ledger_refunds = $16, ledger_refunded = $17, ledger_fees = $18, ledger_net = $19,
		found = $20, failure = $21, tries = $22, due_at = $23, started_at = $24, finished_at = $25, version = version + 1
		WHERE id = $1 AND version = $2`
	sqlReconciliationByID statement = `SELECT ` + reconciliationColumns + `, open FROM reconciliations WHERE id = $1`
	sqlReconciliationOf   statement = `SELECT ` + reconciliationColumns + `, open FROM reconciliations WHERE account = $1 AND day = $2`
	sqlReconciliations    statement = `SELECT ` + reconciliationColumns + `, open FROM reconciliations
		WHERE (day, id) < ($2, $3) AND day >= $1 ORDER BY day DESC, id DESC LIMIT $4`
	sqlReconciliationsAt statement = `SELECT ` + reconciliationColumns + `, open FROM reconciliations
		WHERE account = $4 AND day < $2 AND day >= $1 ORDER BY day DESC LIMIT $3`
	sqlReconciliationHold statement = `UPDATE reconciliations SET lease_until = $3 WHERE id = $1 AND holder = $2`
	sqlReconciliationFree statement = `UPDATE reconciliations SET lease_until = 0 WHERE id = $1`
	sqlReconciliationOpen statement = `UPDATE reconciliations SET open = open + $2 WHERE id = $1`
	// Chosen once and apart, as every lease; see due.go.
	sqlLeaseReconciliation statement = `WITH oldest AS MATERIALIZED (
			SELECT id AS oldest_id FROM reconciliations WHERE due_at > 0 AND due_at <= $2 AND lease_until <= $3
			ORDER BY due_at LIMIT 1 /*skip locked*/)
		UPDATE reconciliations SET holder = $1, lease_until = $4 FROM oldest
		WHERE id = oldest_id AND +due_at > 0 AND +due_at <= $2 AND lease_until <= $3
		RETURNING ` + reconciliationColumns + `, open`
	sqlFirstPayment statement = `SELECT created_at FROM payments ORDER BY id LIMIT 1`
)

// Reconciliations keeps reconciliations, the lines of bills, and differences.
// It implements [reconcile.Store].
type Reconciliations struct {
	reconciliationReader
	db *DB
}

var (
	_ reconcile.Store = Reconciliations{}
	_ reconcile.Tx    = reconciliationTx{}
)

// Reconciliations gives the store of reconciliations.
func (db *DB) Reconciliations() Reconciliations {
	return Reconciliations{reconciliationReader{db.reader()}, db}
}

// Update implements [reconcile.Store].
func (r Reconciliations) Update(ctx context.Context, fn func(tx reconcile.Tx) error) error {
	return r.db.update(ctx, func(tx *txn) error { return fn(reconciliationTx{reconciliationReader{tx}, tx}) })
}

// Lease implements [reconcile.Store].
func (r Reconciliations) Lease(ctx context.Context, holder string, due, now, until time.Time) (v reconcile.Reconciliation, found bool, err error) {
	err = r.db.update(ctx, func(tx *txn) error {
		all, err := many(ctx, tx, scanReconciliation, sqlLeaseReconciliation, holder, micros(due), micros(now), micros(until))
		if found = len(all) == 1; found {
			v = all[0]
		}
		return err
	})
	return v, found, err
}

// reconciliationReader reads, inside a transaction or outside.
type reconciliationReader struct{ x executor }

// Reconciliation implements [reconcile.Reader].
func (r reconciliationReader) Reconciliation(ctx context.Context, id string) (reconcile.Reconciliation, error) {
	return one(ctx, r.x, reconcile.ErrNoReconciliation, scanReconciliation, sqlReconciliationByID, id)
}

// ReconciliationOf implements [reconcile.Reader].
func (r reconciliationReader) ReconciliationOf(ctx context.Context, account string, day pay.Day) (reconcile.Reconciliation, error) {
	return one(ctx, r.x, reconcile.ErrNoReconciliation, scanReconciliation, sqlReconciliationOf, account, string(day))
}

// Reconciliations implements [reconcile.Reader].
func (r reconciliationReader) Reconciliations(ctx context.Context, f reconcile.Filter) ([]reconcile.Reconciliation, error) {
	end := place[string]{at: string(f.Until) + lastID} // behind that day, or all days
	if f.Before != "" {
		last, err := r.Reconciliation(ctx, f.Before)
		if err != nil {
			return nil, err
		}
		end = end.orBefore(place[string]{string(last.Day), last.ID})
	}
	if f.Account != "" {
		return many(ctx, r.x, scanReconciliation, sqlReconciliationsAt, string(f.From), end.at, page(f.Limit), f.Account)
	}
	return many(ctx, r.x, scanReconciliation, sqlReconciliations, string(f.From), end.at, end.id, page(f.Limit))
}

// FirstPayment implements [reconcile.Reader].
func (r reconciliationReader) FirstPayment(ctx context.Context) (t time.Time, err error) {
	all, err := many(ctx, r.x, number, sqlFirstPayment)
	if err == nil && len(all) == 1 {
		t = fromMicros(all[0])
	}
	return t, err
}

// reconciliationTx is reconciliations inside one transaction.
type reconciliationTx struct {
	reconciliationReader
	*txn
}

// InsertReconciliation implements [reconcile.Tx].
func (r reconciliationTx) InsertReconciliation(ctx context.Context, v reconcile.Reconciliation) (bool, error) {
	args := append([]any{v.ID, v.Account, string(v.Day), string(v.Status), v.Run, string(v.Stage), v.Cursor, v.Lines},
		sumsOf(v.Bill, v.Ledger)...)
	n, err := change(ctx, r.txn, sqlReconciliationInsert, append(args, v.Found, v.Failure, v.Tries, micros(v.DueAt), v.Version,
		micros(v.CreatedAt), micros(v.StartedAt), micros(v.FinishedAt))...)
	return n == 1, err
}

// UpdateReconciliation implements [reconcile.Tx].
func (r reconciliationTx) UpdateReconciliation(ctx context.Context, v reconcile.Reconciliation) error {
	args := append([]any{v.ID, v.Version, string(v.Status), v.Run, string(v.Stage), v.Cursor, v.Lines}, sumsOf(v.Bill, v.Ledger)...)
	return must(ctx, r.txn, reconcile.ErrStale, sqlReconciliationUpdate, append(args, v.Found, v.Failure, v.Tries, micros(v.DueAt),
		micros(v.StartedAt), micros(v.FinishedAt))...)
}

func sumsOf(all ...reconcile.Sums) (args []any) {
	for _, s := range all {
		args = append(args, s.Trades, int64(s.Gross), s.Refunds, int64(s.Refunded), int64(s.Fees), int64(s.Net))
	}
	return args
}

// Hold implements [reconcile.Tx].
func (r reconciliationTx) Hold(ctx context.Context, id, holder string, until time.Time) error {
	return must(ctx, r.txn, reconcile.ErrLost, sqlReconciliationHold, id, holder, micros(until))
}

// Release implements [reconcile.Tx].
func (r reconciliationTx) Release(ctx context.Context, id string) error {
	_, err := change(ctx, r.txn, sqlReconciliationFree, id)
	return err
}

// CountOpen implements [reconcile.Tx].
func (r reconciliationTx) CountOpen(ctx context.Context, id string, more int) error {
	return must(ctx, r.txn, reconcile.ErrNoReconciliation, sqlReconciliationOpen, id, more)
}

func scanReconciliation(r row) (v reconcile.Reconciliation, err error) {
	b, l := &v.Bill, &v.Ledger
	err = r.Scan(&v.ID, &v.Account, &v.Day, &v.Status, &v.Run, &v.Stage, &v.Cursor, &v.Lines,
		&b.Trades, &b.Gross, &b.Refunds, &b.Refunded, &b.Fees, &b.Net, &l.Trades, &l.Gross, &l.Refunds, &l.Refunded, &l.Fees, &l.Net,
		&v.Found, &v.Failure, &v.Tries, moment{&v.DueAt}, &v.Version, moment{&v.CreatedAt}, moment{&v.StartedAt}, moment{&v.FinishedAt}, &v.Open)
	return v, err
}
