package reconcile

import (
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// Status is where a reconciliation stands. A finished one may begin again.
type Status string

// The states of a reconciliation.
const (
	Waiting   Status = "waiting"   // for its time, or for the platform's bill
	Loading   Status = "loading"   // the bill is being fetched
	Comparing Status = "comparing" // the bill is here
	Finished  Status = "finished"
)

var moves = map[Status][]Status{
	Waiting:   {Loading},
	Loading:   {Waiting, Comparing},
	Comparing: {Finished},
	Finished:  {Waiting},
}

// CanBecome reports whether a reconciliation may move from s to next.
func (s Status) CanBecome(next Status) bool {
	for _, m := range moves[s] {
		if m == next {
			return true
		}
	}
	return false
}

// Sums add up one side of a day. All are fen, and none is negative but Net.
type Sums struct {
	Trades   int64      // how many payments
	Gross    pay.Amount // what they come to
	Refunds  int64      // how many refunds
	Refunded pay.Amount // what they come to
	Fees     pay.Amount // what the platform kept, less what it gave back; the ledger knows none
	Net      pay.Amount // what remains for the merchant
}

// Reconciliation compares one account's ledger with the bill of one day. Times
// are UTC; a zero time means not yet.
type Reconciliation struct {
	ID         string    // rec_...
	Account    string    //
	Day        pay.Day   //
	Status     Status    //
	Run        int64     // how often it was begun
	Stage      Stage     // what is compared now, and
	Cursor     string    // behind which thing it goes on
	Lines      int64     // of the bill
	Bill       Sums      // what the platform says, without what is another account's of ours
	Ledger     Sums      // what the ledger says
	Found      int64     // differences that the last run found
	Open       int64     // differences that are open now
	Failure    string    // the code of what stopped the last try; empty where nothing did
	Tries      int       // since it was last begun
	DueAt      time.Time // business time at which it goes on; zero for never
	Version    int64
	CreatedAt  time.Time
	StartedAt  time.Time // of the last run
	FinishedAt time.Time // of the last run
}

// Filter selects a page of reconciliations, the newest day first.
type Filter struct {
	Account string  // only this account's; empty for all
	From    pay.Day // only this day or later; empty for all
	Until   pay.Day // only this day or earlier; empty for all
	Before  string  // only behind the reconciliation with this id, which must exist
	Limit   int     // 1 to 100
}
