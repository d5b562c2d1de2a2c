package proof

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/pay"
)

// Span is a range of ids, both ends included.
type Span struct{ From, To string }

// Books is the ledger as a checker reads it: by ranges of ids, in order, at
// most limit rows at a time where a limit is named.
type Books interface {
	// OrdersIn lists orders by id.
	OrdersIn(ctx context.Context, ids Span, limit int) ([]pay.Order, error)
	// PaymentsOf and RefundsOf list what belongs to a range of orders.
	PaymentsOf(ctx context.Context, orders Span) ([]pay.Payment, error)
	RefundsOf(ctx context.Context, orders Span) ([]pay.Refund, error)
	// PaymentsIn and RefundsIn list by their own ids.
	PaymentsIn(ctx context.Context, ids Span, limit int) ([]pay.Payment, error)
	RefundsIn(ctx context.Context, ids Span, limit int) ([]pay.Refund, error)
	// Archived tells how far events are archived: none of those is younger than
	// at, and all up to the number seq are, or are about to be.
	Archived(ctx context.Context) (at time.Time, seq int64, err error)
	// ToldOf counts the events about a range of objects.
	ToldOf(ctx context.Context, objects Span) ([]Told, error)
	// RulingsIn lists notices by id, each with its payment.
	RulingsIn(ctx context.Context, ids Span, limit int) ([]Ruling, error)
	// MessagesIn lists what is stored under a range of keys.
	MessagesIn(ctx context.Context, keys Span, limit int) ([]Letter, error)
	// DaysIn lists finished reconciliations by id.
	DaysIn(ctx context.Context, ids Span, limit int) ([]Day, error)
	// Numbers lists the sequence numbers of events above one, in order.
	Numbers(ctx context.Context, after int64, limit int) ([]Numbered, error)
	// LastNumber is the number that was given out last.
	LastNumber(ctx context.Context) (int64, error)
	// Waiting counts the events that have no number yet.
	Waiting(ctx context.Context) (int, error)
	// PaymentByNumber finds a payment or fails with [pay.ErrNoPayment].
	PaymentByNumber(ctx context.Context, number string) (pay.Payment, error)
}

// Told counts the events of one type about one object.
type Told struct {
	Object string
	Type   event.Type
	Count  int
}

// Numbered is a sequence number and how many events bear it.
type Numbered struct {
	Number int64
	Count  int
}

// Ruling is a notice and, where it names one, its payment as it stands.
type Ruling struct {
	NoticeID, PaymentID, Number string
	Verdict                     pay.Verdict
	Found                       bool              // the payment is there
	PaymentNumber               string            //
	Status                      pay.PaymentStatus //
	Settles                     bool
	Surplus                     pay.SurplusKind
	SettledTimes                int // how many notices say that they settled this payment
}

// Letter is what is stored under one key of a message.
type Letter struct {
	Key, ID string
	Count   int             // of messages under this key
	Order   pay.OrderStatus // of the order in the key; empty where there is none
}

// sums add up a ledger of payments, in fen.
type sums struct {
	count, paid, refunded int64
}
