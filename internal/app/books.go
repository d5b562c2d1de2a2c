package app

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/reconcile"
)

// openBooks makes what holds the ledger against the platforms' bills.
func (s *Server) openBooks() {
	s.books = reconcile.New(reconcile.Config{Store: s.db.Reconciliations(), Money: s.pay, Accounts: s.accounts.books,
		Now: s.clock.Now, Real: time.Now, NewID: id.New, Keep: config.Days(s.conf.Retention.Bills), Log: s.log})
}

const booksEvery = 2 * time.Second

// runBooks reconciles what is due for as long as ctx lives; see
// [reconcile.Service.Sweep].
func (s *Server) runBooks(ctx context.Context) {
	every(ctx, booksEvery, func() {
		if _, err := s.books.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("reconciling failed", "error", err)
		}
	})
}
