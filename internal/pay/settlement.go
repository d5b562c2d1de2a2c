package pay

import (
	"context"

	"github.com/paypush/paypush/internal/event"
)

// Settler settles the plain case, a notice that pays its order, together with
// those that others bring at the same moment.
type Settler interface {
	// Settle finds the payment with a number and its order, asks judge what a
	// notice about it writes, and makes that durable, all of it or nothing. It
	// fails with [ErrStale] and has changed nothing where judge refuses, where
	// there is no payment, where something moved meanwhile or the notice is
	// kept already, and where it could not be written together with others';
	// then it is for [Store.Update]. A cancelled context undoes it unless it
	// was under way already. judge may run several times, on another
	// goroutine, and must have no effect.
	Settle(ctx context.Context, number string, judge func(Found) (Settlement, bool)) error
}

// Found is what the ledger holds about a notice.
type Found struct {
	Payment Payment // with the notice's number
	Order   Order   // the payment's
}

// Settlement is everything that a notice changes which settles its order.
// Payment and Order are as they become, and still bear the version in which
// they were found. Of a payment its Status, TradeNo, Buyer, PaidAmount, Settles,
// NextQueryAt and PaidAt are written, of an order Status and PaidAt: a
// settlement changes nothing else.
type Settlement struct {
	Notice  Notice
	Payment Payment
	Order   Order
	Event   event.Event
}
