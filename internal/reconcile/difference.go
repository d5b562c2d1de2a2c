package reconcile

import (
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// Kind is how the ledger and a bill differ about one thing.
type Kind string

// The kinds of differences. One thing has one difference at most: the first of
// these that holds.
const (
	MissingHere  Kind = "missing_here"  // the bill has it, the ledger does not
	MissingThere Kind = "missing_there" // the ledger has it, the bill does not
	OtherState   Kind = "state"         // the bill says that it succeeded, the ledger does not
	OtherAmount  Kind = "amount"        // both say that it succeeded, with other amounts
	OtherFee     Kind = "fee"           // the platform charged another fee than was agreed
)

// Kinds lists every kind, for filters and pages.
func Kinds() []Kind { return []Kind{MissingHere, MissingThere, OtherState, OtherAmount, OtherFee} }

// State is where a difference stands.
type State string

// The states of a difference.
const (
	Open     State = "open"     // nobody has explained it
	Resolved State = "resolved" // the platform's answer to a question explained it
	Ignored  State = "ignored"  // a person explained it, in a note
	Gone     State = "gone"     // a later run, or a later day's bill, did not find it any more
)

// States lists every state, for filters and pages.
func States() []State { return []State{Open, Resolved, Ignored, Gone} }

var differenceMoves = map[State][]State{
	Open:     {Resolved, Ignored, Gone},
	Resolved: {Open},
	Ignored:  {Open, Gone},
	Gone:     {Open},
}

// CanBecome reports whether a difference may move from s to next.
func (s State) CanBecome(next State) bool {
	for _, m := range differenceMoves[s] {
		if m == next {
			return true
		}
	}
	return false
}

// Action is what can be done about a difference.
type Action string

// The actions.
const (
	Query  Action = "query"  // ask the platform, and settle by what it says
	Refund Action = "refund" // send a refund again that the bill lacks, under its own number
	Ignore Action = "ignore" // close it with a note
)

// Key names a thing as both sides know it.
type Key struct {
	Number    string       // out_trade_no
	Of        pay.BillKind // trade or refund
	RequestNo string       // out_request_no of a refund
}

// Difference is one thing about which the ledger and a bill do not agree.
// Amounts are fen; those of a side that does not have the thing are 0.
type Difference struct {
	ID               string // dif_...
	ReconciliationID string
	Account          string
	Day              pay.Day
	Key
	Kind         Kind
	State        State
	Suggested    Action
	OrderID      string // empty where no payment here has the number
	PaymentID    string // likewise
	RefundID     string // empty where no refund here has the number
	TradeNo      string // the platform's own number
	LedgerState  string // of the payment or refund; empty where there is none
	LedgerAmount pay.Amount
	BillAmount   pay.Amount
	BillFee      pay.Amount
	AgreedFee    pay.Amount // of a difference in fees
	Owner        string     // who looks after it; a name, empty for nobody
	Note         string     // the last that somebody said
	Run          int64      // the last run that found it
	Asks         int        // how often the platform was asked
	AskAt        time.Time  // when it is asked next by itself; zero for never
	Version      int64
	FoundAt      time.Time
	ClosedAt     time.Time // when it was last not open any more
}

// What happened to a difference.
const (
	StepFound    = "found"
	StepAgain    = "found_again"
	StepGone     = "gone"
	StepAsked    = "asked"
	StepResolved = "resolved"
	StepRefunded = "refund_repeated"
	StepIgnored  = "ignored"
	StepAssigned = "assigned"
	StepReopened = "reopened"
)

// Step is one line of a difference's history, which only grows.
type Step struct {
	ID           string // dfs_...
	DifferenceID string
	At           time.Time
	By           string // "key:...", "member:..." or "reconciliation"
	What         string // one of the Step constants
	Note         string // the platform's answer, or what a person said
}

// DifferenceFilter selects a page of differences, oldest first.
type DifferenceFilter struct {
	ReconciliationID string // only this one's; empty for all
	OrderID          string // only those about this order, whatever else is asked; empty for all
	State            State
	Kind             Kind
	Owner            string
	After            string // only behind the difference with this id
	Limit            int    // 1 to 100
}
