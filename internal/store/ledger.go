package store

import (
	"context"

	"github.com/paypush/paypush/internal/pay"
)

// Ledger keeps orders, payments and notices. It implements [pay.Store],
// [pay.Due] and [pay.Rejects].
type Ledger struct {
	ledgerReader
	db *DB
}

var (
	_ pay.Store   = Ledger{}
	_ pay.Due     = Ledger{}
	_ pay.Rejects = Ledger{}
	_ pay.Tx      = ledgerTx{}
)

// Ledger gives the store of the domain of money.
func (db *DB) Ledger() Ledger { return Ledger{ledgerReader{db.reader()}, db} }

// Update implements [pay.Store].
func (l Ledger) Update(ctx context.Context, fn func(tx pay.Tx) error) error {
	return l.db.update(ctx, func(tx *txn) error { return fn(ledgerTx{ledgerReader{tx}, tx}) })
}

// ledgerReader reads orders, payments and notices, inside a transaction or
// outside.
type ledgerReader struct{ x executor }

// ledgerTx is the ledger inside one transaction.
type ledgerTx struct {
	ledgerReader
	*txn
}
