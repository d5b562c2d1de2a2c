package pay

import (
	"errors"

	"github.com/paypush/paypush/internal/fault"
)

// The errors of this domain. Test for them with errors.Is.
var (
	ErrNoOrder       = fault.New(fault.NotFound, "order_not_found", "There is no such order.")
	ErrNoPayment     = fault.New(fault.NotFound, "payment_not_found", "There is no such payment.")
	ErrNoAccount     = fault.New(fault.NotFound, "account_not_found", "There is no such merchant account.")
	ErrNoChannel     = fault.Input("/channel", "channel_unknown", "There is no such way to pay here.")
	ErrNumberTaken   = fault.New(fault.Conflict, "number_taken", "This number belongs to another order.")
	ErrOrderDiffers  = fault.New(fault.Conflict, "order_differs", "An order with this number but other data exists.")
	ErrNotPayable    = fault.New(fault.Conflict, "order_not_payable", "This order can no longer be paid.")
	ErrNoRefund      = fault.New(fault.NotFound, "refund_not_found", "There is no such refund.")
	ErrNoNotice      = fault.New(fault.NotFound, "notice_not_found", "There is no such notice.")
	ErrNotRefundable = fault.New(fault.Conflict, "order_not_refundable", "Nothing of this order can be given back.")
	ErrRefundTooMuch = fault.Input("/amount", "refund_too_much", "More would go back than came. Ask for less.")
	ErrRefundRaced   = fault.New(fault.Conflict, "refund_raced", "Another refund of this order was asked for meanwhile. Look at it, then ask again.")
	ErrSamePerson    = fault.New(fault.Forbidden, "second_person_needed", "Somebody else than who asked must approve this refund.")
	ErrDecided       = fault.New(fault.Conflict, "already_decided", "This was decided already, or can't be decided that way.")
	ErrForged        = fault.New(fault.Unauthorized, "notice_forged", "The signature of this notice is not the platform's.")
)

// ErrStale tells that a row changed since it was read. [Store.Update] answers
// it by running the transaction again; it never reaches a caller.
var ErrStale = errors.New("the row changed since it was read")
