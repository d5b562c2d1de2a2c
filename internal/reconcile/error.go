package reconcile

import (
	"errors"

	"github.com/paypush/paypush/internal/fault"
)

// The errors of this domain. Test for them with errors.Is.
var (
	ErrNoReconciliation = fault.New(fault.NotFound, "reconciliation_not_found", "There is no such reconciliation.")
	ErrNoDifference     = fault.New(fault.NotFound, "difference_not_found", "There is no such difference.")
	ErrDayNotOver       = fault.Input("/date", "day_not_over", "The day is not over yet, so there is no bill of it.")
	ErrDayTooOld        = fault.Input("/date", "day_too_old", "Platforms keep their bills for six years.")
	ErrLinesGone        = fault.Input("/date", "bill_lines_gone", "The bills of the days around are deleted here, so this day can't be compared any more.")
	ErrNote             = fault.Input("/note", "note_invalid", "The note must be 1 to 500 characters.")
	ErrOwner            = fault.Input("/owner", "owner_invalid", "The owner must be at most 64 characters.")
	ErrClosed           = fault.New(fault.Conflict, "difference_closed", "This difference is not open any more.")
	ErrNotPossible      = fault.New(fault.Conflict, "action_not_possible", "This can't be done about a difference of this kind.")
)

// ErrStale tells that a row changed since it was read. [Store.Update] answers
// it by running the transaction again; it never reaches a caller.
var ErrStale = errors.New("the row changed since it was read")

// ErrLost tells that another node has taken a reconciliation over.
var ErrLost = errors.New("another node goes on with this reconciliation")
