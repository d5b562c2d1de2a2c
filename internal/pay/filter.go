package pay

import (
	"context"
	"time"
)

// OrderFilter selects a page of orders, newest first. What is left empty does
// not narrow it.
type OrderFilter struct {
	MemberID string      // only this member's
	Status   OrderStatus // only in this state
	Number   string      // only the order that this number, its own or a payment's, was given to
	TradeNo  string      // only with a payment that a platform knows by this number
	From     time.Time   // only created then or later
	Until    time.Time   // only created before
	Before   string      // only behind the order with this id, which must exist
	Limit    int         // 1 to 100
}

// Ranged reports whether f narrows by the time of creation.
func (f OrderFilter) Ranged() bool { return !f.From.IsZero() || !f.Until.IsZero() }

// Selects reports whether o is one that f asks for, its place in the list and
// TradeNo left aside.
func (f OrderFilter) Selects(o Order) bool {
	return (f.MemberID == "" || f.MemberID == o.MemberID) && (f.Status == "" || f.Status == o.Status) &&
		(f.From.IsZero() || !o.CreatedAt.Before(f.From)) && (f.Until.IsZero() || o.CreatedAt.Before(f.Until))
}

// RefundFilter selects a page of refunds, newest first.
type RefundFilter struct {
	OrderID string
	Status  RefundStatus
	Before  string // only refunds whose id sorts below this one
	Limit   int    // 1 to 100
}

// SurplusFilter selects a page of payments that settle nothing, oldest first.
type SurplusFilter struct {
	State SurplusState
	After string // only payments whose id sorts above this one
	Limit int    // 1 to 100
}

// NoticeSearch selects a page of genuine notices, newest first.
type NoticeSearch struct {
	Verdict   Verdict
	Account   string
	PaymentID string
	Number    string // the out_trade_no in it
	Before    string // only notices whose id sorts below this one
	Limit     int    // 1 to 100
}

// NoticeReader reads genuine notices. A missing one is [ErrNoNotice].
type NoticeReader interface {
	Notice(ctx context.Context, id string) (Notice, error)
	NoticePage(ctx context.Context, f NoticeSearch) ([]Notice, error)
	// NoticeSeen finds the verdict over a notice with this hash that is kept
	// for the account, or answers false.
	NoticeSeen(ctx context.Context, account, bodyHash string) (Verdict, bool, error)
}
