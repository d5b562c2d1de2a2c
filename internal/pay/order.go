package pay

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// OrderStatus is where an order stands. It only moves forward, along the
// arrows of orderMoves.
type OrderStatus string

// The states of an order.
const (
	OrderPending OrderStatus = "pending" // may be paid
	OrderPaid    OrderStatus = "paid"    // one payment settled it; final
	OrderClosed  OrderStatus = "closed"  // expired or given up
)

// orderMoves holds every move that an order may make.
var orderMoves = map[OrderStatus][]OrderStatus{
	OrderPending: {OrderPaid, OrderClosed},
	OrderClosed:  {OrderPaid}, // a late payment that was accepted
}

// CanBecome reports whether an order may move from s to next.
func (s OrderStatus) CanBecome(next OrderStatus) bool { return contains(orderMoves[s], next) }

// Order is what somebody owes. Times are UTC; a zero time means not yet.
type Order struct {
	ID        string            // ord_..., not to be guessed: it opens the cashier page
	Number    string            // 8 to 32 of [0-9A-Za-z]; the out_trade_no of its first payment
	Amount    Amount            // fen
	Subject   string            // what it is for, 1 to 128 characters
	Status    OrderStatus       //
	MemberID  string            // who owes it; empty when nobody is known
	ReturnURL string            // where the payer goes on afterwards; may be empty
	Metadata  map[string]string // the team's own
	Digest    string            // of the input, to tell a repetition from another order
	Attempts  int               // payments begun so far; numbers the next one
	Version   int64             // rises by one with each change
	CreatedAt time.Time
	ExpiresAt time.Time
	CloseAt   time.Time // when a pending order is to be closed next, at or after ExpiresAt
	PaidAt    time.Time
	ClosedAt  time.Time
}

// digest condenses what the creator asked for. Two requests under one number
// are the same order exactly when their digests agree.
func (in NewOrder) digest() string {
	b, err := json.Marshal(struct {
		A Amount            `json:"a"`
		S string            `json:"s"`
		M string            `json:"m"`
		R string            `json:"r"`
		D map[string]string `json:"d,omitempty"`
		E int64             `json:"e"`
	}{in.Amount, in.Subject, in.MemberID, in.ReturnURL, in.Metadata, int64(in.ExpiresIn / time.Second)})
	if err != nil {
		panic("pay: an order of strings and numbers did not marshal: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func contains[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
