package pay

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// Provider is a way to collect money at one merchant account. Every method is
// safe for any number of goroutines.
type Provider interface {
	// Link returns the address at which the payer pays p through its channel.
	// It calls nobody: the platform hears of the payment when the payer opens
	// the link. A [fault.Invalid] tells that the channel does not exist here.
	Link(ctx context.Context, p Payment, subject, orderID string) (string, error)
	// Query asks the platform what became of the payment with this number. A
	// trade that the platform does not know is a report, not an error. An
	// error of kind unknown or unavailable says nothing of the trade.
	Query(ctx context.Context, number string) (Report, error)
	// Close asks the platform to take no more money under this number and
	// reports what it says of the trade then: closed, absent, or succeeded
	// where the payer was faster.
	Close(ctx context.Context, number string) (Report, error)
}

// Listener verifies what a platform posts to one account. It is pure: it
// calls nobody and may be used from any number of goroutines.
type Listener interface {
	// ReadNotice verifies a posted notice. It fails with [ErrForged] where the
	// signature is missing or bad or the text can't be read.
	ReadNotice(p Posted) (Report, error)
	// ReadReturn verifies the query string with which a payer's browser comes
	// back and tells the payment's number. It proves that the platform made
	// the link, never that the payment succeeded.
	ReadReturn(query string) (number string, err error)
}

// Store keeps orders, payments and notices. Both engines behave alike.
type Store interface {
	// Update runs fn in one transaction. It commits when fn returns nil, and
	// only then returns nil: the changes are durable. Where fn, or the engine,
	// says [ErrStale], everything is undone and fn runs again, so fn must have
	// no effect outside tx. A cancelled context undoes the transaction unless
	// the commit was already under way.
	Update(ctx context.Context, fn func(tx Tx) error) error
	// Repeated notes that a notice which is kept came again: soon after it
	// raises Deliveries and sets LastAt. It never fails the caller, and loses
	// what it has not written yet when the process dies.
	Repeated(account, bodyHash string, at time.Time)
	Settler
	Reader
}

// Reader reads the ledger; what it answers may be older than the newest
// commit by an instant. Missing things are [ErrNoOrder] and [ErrNoPayment].
type Reader interface {
	Order(ctx context.Context, id string) (Order, error)
	OrderByNumber(ctx context.Context, number string) (Order, error)
	Payment(ctx context.Context, id string) (Payment, error)
	PaymentByNumber(ctx context.Context, number string) (Payment, error)
	Payments(ctx context.Context, orderID string) ([]Payment, error)
	Orders(ctx context.Context, f OrderFilter) ([]Order, error)
	RefundReader
	NoticeReader
}

// Tx is the ledger inside one transaction.
type Tx interface {
	Reader
	OrderWriter
	PaymentWriter
	NoticeWriter
	RefundWriter
	// AddEvent adds an event to the outbox.
	AddEvent(ctx context.Context, e event.Event) error
}

// OrderWriter writes orders.
type OrderWriter interface {
	// InsertOrder adds an order and fails with [ErrNumberTaken] where another
	// order or payment has its number.
	InsertOrder(ctx context.Context, o Order) error
	// UpdateOrder writes o where the stored version is o.Version and raises
	// it; otherwise it fails with [ErrStale]. The caller's copy keeps the old
	// version.
	UpdateOrder(ctx context.Context, o Order) error
}

// PaymentWriter writes payments.
type PaymentWriter interface {
	// InsertPayment adds a payment and fails with [ErrNumberTaken] where
	// another payment has its number.
	InsertPayment(ctx context.Context, p Payment) error
	// UpdatePayment writes p where the stored version is p.Version, like
	// UpdateOrder.
	UpdatePayment(ctx context.Context, p Payment) error
}

// NoticeWriter keeps what platforms posted.
type NoticeWriter interface {
	// InsertNotice adds a notice and fails with [ErrStale] where one with the
	// same account and body hash came in between.
	InsertNotice(ctx context.Context, n Notice) error
	// SetFinding writes down what the platform answered when it was asked
	// about a notice that matched no payment, and asks no more.
	SetFinding(ctx context.Context, noticeID, finding string) error
}

// Due hands out work whose time has come, in small batches.
type Due interface {
	// LeaseQueries answers up to limit payments whose NextQueryAt is at or
	// before now, oldest first, and moves it to until in the same step, so
	// that no two workers on any node ask for one at once.
	LeaseQueries(ctx context.Context, now, until time.Time, limit int) ([]Payment, error)
	// LeaseExpired does the same for pending orders by their CloseAt.
	LeaseExpired(ctx context.Context, now, until time.Time, limit int) ([]Order, error)
	// LeaseRefunds does the same for refunds by their NextAt.
	LeaseRefunds(ctx context.Context, now, until time.Time, limit int) ([]Refund, error)
	// LeaseSurpluses does the same for payments by their ActAt.
	LeaseSurpluses(ctx context.Context, now, until time.Time, limit int) ([]Payment, error)
	// LeaseInquiries does the same for notices by their AskAt.
	LeaseInquiries(ctx context.Context, now, until time.Time, limit int) ([]Notice, error)
}

// Persons tells who stands behind what acts for others.
type Persons interface {
	// Behind gives the person behind an actor: of an API key who made it,
	// otherwise the actor itself.
	Behind(ctx context.Context, actor string) (string, error)
}

// Rejects counts forged notices and keeps a bounded sample of them.
type Rejects interface {
	// Reject notes one forged notice. It never fails the caller.
	Reject(ctx context.Context, p Posted, reason string)
}
