package pay

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// The errors of bills. [ErrNoBill] is for good; the others may pass.
var (
	ErrNoBill        = fault.Input("/account", "bill_unsupported", "This account's platform draws up no bill of a day.")
	ErrBillNotReady  = fault.New(fault.Unavailable, "bill_not_ready", "The platform has not drawn up this day's bill yet.")
	ErrBillMalformed = fault.New(fault.Rejected, "bill_malformed", "The platform's bill can't be read.")
)

// BillKind is what a line of a bill is about.
type BillKind string

// The kinds of lines.
const (
	BillTrade  BillKind = "trade"  // money that came
	BillRefund BillKind = "refund" // money that went back
)

// BillLine is one line of a platform's bill of a day. Amounts are fen and not
// negative, whatever way the money went.
type BillLine struct {
	Line      int       // counts from 1 within the bill
	Kind      BillKind  //
	Number    string    // out_trade_no
	RequestNo string    // out_request_no of a refund; empty for a trade
	TradeNo   string    // the platform's own number
	Amount    Amount    // what the payer paid or got back
	Received  Amount    // what of it the merchant received or gave
	Fee       Amount    // what the platform charged for a trade, or gave back of it for a refund
	At        time.Time // UTC
}

// Biller is what a [Provider] is besides where its platform draws up a bill of
// each day.
type Biller interface {
	// Bill fetches a day's bill and hands its lines to each, in the order of
	// the bill and in memory that does not grow with it. A day without any is
	// no error. It fails with [ErrBillNotReady] before the platform has drawn
	// it up, with [ErrBillMalformed] where a line can't be read, and with what
	// each returned. Nothing is to be believed of a bill that did not end well.
	Bill(ctx context.Context, day Day, each func(BillLine) error) error
}
