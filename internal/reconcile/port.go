package reconcile

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/pay"
)

// Money asks platforms about money and brings their answers into the ledger.
// [pay.Service] is one; see there for what each does.
type Money interface {
	AskPayment(ctx context.Context, id string) (pay.Payment, error)
	AskTrade(ctx context.Context, account, number string) (pay.Report, error)
	AskRefund(ctx context.Context, id string) (pay.Refund, error)
	CheckRefund(ctx context.Context, id string) (pay.RefundState, error)
	RepeatRefund(ctx context.Context, id string) (pay.RefundState, error)
	AdoptRefund(ctx context.Context, paymentID, requestNo string, amount pay.Amount, by string) (pay.Refund, error)
}

// Store keeps reconciliations, the lines of bills, and differences. Both
// engines behave alike.
type Store interface {
	Reader
	Sheets
	// Update runs fn in one transaction. It commits when fn returns nil, and
	// only then returns nil: the changes are durable. Where fn, or the engine,
	// says [ErrStale], everything is undone and fn runs again, so fn must have
	// no effect outside tx.
	Update(ctx context.Context, fn func(tx Tx) error) error
	// Lease hands out one reconciliation whose DueAt is at or before due, and
	// that nobody holds at real time now, until the real time until. It
	// reports false where there is none.
	Lease(ctx context.Context, holder string, due, now, until time.Time) (Reconciliation, bool, error)
	// LeaseAsks answers up to limit open differences whose AskAt is at or
	// before now, and moves it to until in the same step.
	LeaseAsks(ctx context.Context, now, until time.Time, limit int) ([]Difference, error)
	// Lined answers the first reconciliation after an id whose bill has lines
	// here, by id. It reports false where there is none.
	Lined(ctx context.Context, after string) (Reconciliation, bool, error)
}

// Reader reads what is there. Missing things are [ErrNoReconciliation] and
// [ErrNoDifference].
type Reader interface {
	Reconciliation(ctx context.Context, id string) (Reconciliation, error)
	ReconciliationOf(ctx context.Context, account string, day pay.Day) (Reconciliation, error)
	Reconciliations(ctx context.Context, f Filter) ([]Reconciliation, error)
	Difference(ctx context.Context, id string) (Difference, error)
	Differences(ctx context.Context, f DifferenceFilter) ([]Difference, error)
	// Steps lists a difference's history, oldest first, at most 200.
	Steps(ctx context.Context, differenceID string) ([]Step, error)
	// FirstPayment is when the first payment of all was made, zero where there
	// is none.
	FirstPayment(ctx context.Context) (time.Time, error)
}

// Sheets reads both sides of a comparison, a batch at a time, each beginning
// behind the thing at which the one before ended.
type Sheets interface {
	// Pairs lists what a bill has, by key, each with the ledger's side.
	Pairs(ctx context.Context, reconciliationID string, after Key, limit int) ([]Pair, error)
	// Payments lists the payments of a day that succeeded, by time and id.
	// Billed tells whether one of the account's bills of the days near has it.
	Payments(ctx context.Context, account string, day pay.Day, near Span, after Position, limit int) ([]Entry, error)
	// Refunds does the same for refunds, of all accounts.
	Refunds(ctx context.Context, day pay.Day, near Span, after Position, limit int) ([]Entry, error)
	// Elsewhere lists open differences of the kind missing there of other days
	// of the account that a bill has after all, by id.
	Elsewhere(ctx context.Context, r Reconciliation, near Span, limit int) ([]Difference, error)
	// Unseen lists the open and ignored differences of a reconciliation that
	// were last found before a run, by id.
	Unseen(ctx context.Context, reconciliationID string, run int64, limit int) ([]Difference, error)
}

// Span is a range of days, both included.
type Span struct{ From, To pay.Day }

// Position is a place in a list by time and id.
type Position struct {
	At time.Time
	ID string
}

// Tx is everything inside one transaction.
type Tx interface {
	Reader
	// InsertReconciliation adds one where its account and day have none, and
	// reports whether it did.
	InsertReconciliation(ctx context.Context, r Reconciliation) (bool, error)
	// UpdateReconciliation writes r where the stored version is r.Version and
	// raises it; otherwise it fails with [ErrStale].
	UpdateReconciliation(ctx context.Context, r Reconciliation) error
	// Hold renews a lease and fails with [ErrLost] where another holds it.
	Hold(ctx context.Context, id, holder string, until time.Time) error
	// Release ends a lease.
	Release(ctx context.Context, id string) error
	// AddLines stores lines of a bill.
	AddLines(ctx context.Context, reconciliationID string, lines []pay.BillLine) error
	// DropLines deletes up to limit lines of a bill and tells how many.
	DropLines(ctx context.Context, reconciliationID string, limit int) (int64, error)
	// DifferenceOf finds a difference of a reconciliation by what it is about.
	DifferenceOf(ctx context.Context, reconciliationID string, kind Kind, k Key) (Difference, bool, error)
	InsertDifference(ctx context.Context, d Difference) error
	// UpdateDifference writes d where the stored version is d.Version and
	// raises it; otherwise it fails with [ErrStale].
	UpdateDifference(ctx context.Context, d Difference) error
	// CountOpen adds to the count of a reconciliation's open differences.
	CountOpen(ctx context.Context, reconciliationID string, more int) error
	AddStep(ctx context.Context, s Step) error
	// AddEvent adds an event to the outbox.
	AddEvent(ctx context.Context, e event.Event) error
}
