package pay

import (
	"context"
	"time"
)

// RefundStatus is where a refund stands. It only moves forward.
type RefundStatus string

// The states of a refund.
const (
	RefundApproving RefundStatus = "approving" // waits for a second person
	RefundPending   RefundStatus = "pending"   // to be sent to the platform
	RefundUnknown   RefundStatus = "unknown"   // sent; only a query will tell
	RefundSucceeded RefundStatus = "succeeded" // the money went back; final
	RefundFailed    RefundStatus = "failed"    // the platform refused it; final
	RefundRefused   RefundStatus = "refused"   // the second person said no; final
)

var refundMoves = map[RefundStatus][]RefundStatus{
	RefundApproving: {RefundPending, RefundRefused},
	RefundPending:   {RefundUnknown, RefundSucceeded, RefundFailed},
	RefundUnknown:   {RefundPending, RefundSucceeded, RefundFailed},
}

// CanBecome reports whether a refund may move from s to next.
func (s RefundStatus) CanBecome(next RefundStatus) bool { return contains(refundMoves[s], next) }

// Refund gives money of one payment back. While it is not failed or refused,
// its amount is reserved on the payment, so that refunds together never exceed
// what came.
type Refund struct {
	ID          string       // ref_...
	OrderID     string       //
	PaymentID   string       //
	RequestNo   string       // out_request_no; the same on every try
	Amount      Amount       // fen
	Reason      string       // 1 to 128 characters, shown to the payer
	Status      RefundStatus //
	Automatic   bool         // of a surplus, by policy
	RequestedBy string       // "key:..." or "member:..." or "policy"
	DecidedBy   string       // who approved or refused it, where somebody had to
	Failure     string       // the platform's reason, where it failed
	Tries       int          //
	NextAt      time.Time    // when it is sent or asked about next; zero for never
	Version     int64        //
	CreatedAt   time.Time
	DoneAt      time.Time // when it became final
}

// RefundCall names a refund to a platform.
type RefundCall struct {
	Number    string // the payment's out_trade_no
	RequestNo string
	Amount    Amount // fen
	Reason    string
}

// RefundState is what a platform says of a refund.
type RefundState string

// The states that a platform may report of a refund.
const (
	RefundStateDone    RefundState = "done"    // the money went back, or surely will
	RefundStateAbsent  RefundState = "absent"  // the platform knows no such refund
	RefundStateRunning RefundState = "running" // accepted, not yet done
)

// Refunder is what a [Provider] is besides when money can go back through it.
type Refunder interface {
	// Refund asks the platform to give money back. Asking again with the same
	// call gives it back once. A fault of kind rejected says that it will not;
	// unknown says that it may have.
	Refund(ctx context.Context, c RefundCall) (RefundState, error)
	// QueryRefund asks what became of a refund.
	QueryRefund(ctx context.Context, c RefundCall) (RefundState, error)
}

// RefundReader reads refunds. Missing ones are [ErrNoRefund].
type RefundReader interface {
	Refund(ctx context.Context, id string) (Refund, error)
	Refunds(ctx context.Context, orderID string) ([]Refund, error)
	// RefundsIn lists refunds in a state, oldest first.
	RefundsIn(ctx context.Context, status RefundStatus, limit int) ([]Refund, error)
	// SurplusesIn lists payments whose surplus is in a state, oldest first.
	SurplusesIn(ctx context.Context, state SurplusState, limit int) ([]Payment, error)
	// RefundPage and SurplusPage list what a filter selects.
	RefundPage(ctx context.Context, f RefundFilter) ([]Refund, error)
	SurplusPage(ctx context.Context, f SurplusFilter) ([]Payment, error)
}

// RefundWriter writes refunds.
type RefundWriter interface {
	// InsertRefund adds a refund and fails with [ErrNumberTaken] where the
	// payment has one with its RequestNo.
	InsertRefund(ctx context.Context, r Refund) error
	// UpdateRefund writes r where the stored version is r.Version and raises
	// it; otherwise it fails with [ErrStale].
	UpdateRefund(ctx context.Context, r Refund) error
	// AutomaticSince sums the automatic refunds that were made after a moment
	// and neither failed nor were refused. It makes other transactions that
	// ask wait until this one has ended, so that a cap on the sum holds.
	AutomaticSince(ctx context.Context, since time.Time) (Amount, error)
}
