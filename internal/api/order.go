package api

import (
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// Order is an order as callers see it.
type Order struct {
	ID        string            `json:"id" example:"ord_0199"`
	Number    string            `json:"out_trade_no" doc:"The number that the platforms know its first payment by"`
	Status    pay.OrderStatus   `json:"status" enum:"pending,paid,closed"`
	Amount    int64             `json:"amount" doc:"In fen"`
	Subject   string            `json:"subject"`
	Member    string            `json:"member,omitempty"`
	PayURL    string            `json:"pay_url,omitempty" doc:"Where the payer pays: our cashier page, or the platform's page where a channel was named"`
	ReturnURL string            `json:"return_url,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	CreatedAt time.Time         `json:"created_at"`
	ExpiresAt time.Time         `json:"expires_at"`
	PaidAt    *time.Time        `json:"paid_at"`
	ClosedAt  *time.Time        `json:"closed_at"`
	Refunded  int64             `json:"refunded" doc:"In fen; what went back of the payment that settled it. Given for one order, not in lists"`
	Payments  []Payment         `json:"payments,omitempty" doc:"Given for one order, not in lists"`
	Refunds   []Refund          `json:"refunds,omitempty" doc:"Given for one order, not in lists"`
}

// Payment is one attempt to pay, as callers see it.
type Payment struct {
	ID         string            `json:"id"`
	Number     string            `json:"out_trade_no"`
	Channel    string            `json:"channel"`
	Status     pay.PaymentStatus `json:"status" enum:"created,pending,unknown,closed,failed,succeeded"`
	TradeNo    string            `json:"trade_no,omitempty"`
	Amount     int64             `json:"amount" doc:"In fen"`
	PaidAmount int64             `json:"paid_amount" doc:"In fen"`
	Settles    bool              `json:"settles" doc:"Whether it is the one that settled the order"`
	Surplus    pay.SurplusKind   `json:"surplus,omitempty" doc:"late, twice or amount, where it succeeded and settles nothing"`
	State      pay.SurplusState  `json:"surplus_state,omitempty" doc:"found, held, refunding, refunded, accepted or kept"`
	Refunded   int64             `json:"refunded" doc:"In fen"`
	CreatedAt  time.Time         `json:"created_at"`
	PaidAt     *time.Time        `json:"paid_at"`
}

// view shows an order; a pending one without a link of its own is paid at the
// cashier page.
func (a *API) view(o pay.Order, link string) Order {
	if link == "" && o.Status == pay.OrderPending {
		link = a.PublicURL + "/pay/" + o.ID
	}
	return Order{ID: o.ID, Number: o.Number, Status: o.Status, Amount: int64(o.Amount), Subject: o.Subject,
		Member: o.MemberID, PayURL: link, ReturnURL: o.ReturnURL, Metadata: o.Metadata, CreatedAt: o.CreatedAt,
		ExpiresAt: o.ExpiresAt, PaidAt: optional(o.PaidAt), ClosedAt: optional(o.ClosedAt)}
}

func viewPayment(p pay.Payment) Payment {
	return Payment{ID: p.ID, Number: p.Number, Channel: p.Channel, Status: p.Status, TradeNo: p.TradeNo,
		Amount: int64(p.Amount), PaidAmount: int64(p.PaidAmount), Settles: p.Settles, Surplus: p.Surplus,
		State: p.SurplusState, Refunded: int64(p.Refunded),
		CreatedAt: p.CreatedAt, PaidAt: optional(p.PaidAt)}
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
