package remote

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// Order is an order as the server shows it.
type Order struct {
	ID        string     `json:"id"`
	Number    string     `json:"out_trade_no"`
	Status    string     `json:"status"`
	Amount    pay.Amount `json:"amount"`
	Refunded  pay.Amount `json:"refunded"`
	Subject   string     `json:"subject"`
	Member    string     `json:"member"`
	PayURL    string     `json:"pay_url"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	PaidAt    time.Time  `json:"paid_at"`
	ClosedAt  time.Time  `json:"closed_at"`
	Payments  []Payment  `json:"payments"`
	Refunds   []Refund   `json:"refunds"`

	JSON json.RawMessage `json:"-"` // all of it, as it came
}

// Payment is one attempt to pay.
type Payment struct {
	ID         string     `json:"id"`
	Number     string     `json:"out_trade_no"`
	Channel    string     `json:"channel"`
	Status     string     `json:"status"`
	TradeNo    string     `json:"trade_no"`
	PaidAmount pay.Amount `json:"paid_amount"`
	Surplus    string     `json:"surplus"`
}

// Refund is money that goes back.
type Refund struct {
	ID     string     `json:"id"`
	Status string     `json:"status"`
	Amount pay.Amount `json:"amount"`
	Reason string     `json:"reason"`

	JSON json.RawMessage `json:"-"` // all of it, as it came
}

// OrderQuery selects a page of orders, newest first; what is empty does not
// narrow it.
type OrderQuery struct {
	Status, Member, Number, TradeNo string
	From, Until                     time.Time
	Cursor                          string
	Limit                           int // 1 to 100
}

func (q OrderQuery) encode() string {
	v := url.Values{"limit": {strconv.Itoa(q.Limit)}}
	for name, value := range map[string]string{"status": q.Status, "member": q.Member, "out_trade_no": q.Number,
		"trade_no": q.TradeNo, "cursor": q.Cursor} {
		if value != "" {
			v.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"created_from": q.From, "created_until": q.Until} {
		if !at.IsZero() {
			v.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	return v.Encode()
}

// Orders lists a page of orders and where the next one begins; next is empty
// on the last page.
func (c *Client) Orders(ctx context.Context, q OrderQuery) (all []Order, next string, err error) {
	var p struct {
		Data []json.RawMessage `json:"data"`
		Next string            `json:"next_cursor"`
	}
	if err := c.api(ctx, http.MethodGet, "/v1/orders?"+q.encode(), nil, &p); err != nil {
		return nil, "", err
	}
	for _, raw := range p.Data {
		o := Order{JSON: raw}
		if err := json.Unmarshal(raw, &o); err != nil {
			return nil, "", err
		}
		all = append(all, o)
	}
	return all, p.Next, nil
}

// Order shows one order with its payments and refunds.
func (c *Client) Order(ctx context.Context, id string) (Order, error) {
	return c.order(ctx, http.MethodGet, id, "")
}

// CloseOrder closes an order; where it was paid it is settled instead.
func (c *Client) CloseOrder(ctx context.Context, id string) (Order, error) {
	return c.order(ctx, http.MethodPost, id, "/close")
}

// QueryOrder has the server ask the platforms about an order now.
func (c *Client) QueryOrder(ctx context.Context, id string) (Order, error) {
	return c.order(ctx, http.MethodPost, id, "/query")
}

func (c *Client) order(ctx context.Context, method, id, what string) (Order, error) {
	var o Order
	err := c.api(ctx, method, "/v1/orders/"+url.PathEscape(id)+what, nil, &o.JSON)
	if err == nil {
		err = json.Unmarshal(o.JSON, &o)
	}
	return o, err
}

// RefundOrder gives money of a paid order back. Asking again with the same key
// gives it back once.
func (c *Client) RefundOrder(ctx context.Context, id string, amount pay.Amount, reason, key string) (Refund, error) {
	var r Refund
	in := map[string]any{"amount": amount, "reason": reason}
	err := c.call(ctx, http.MethodPost, c.server+"/v1/orders/"+url.PathEscape(id)+"/refunds", "Bearer "+c.key, in, &r.JSON, "Idempotency-Key", key)
	if err == nil {
		err = json.Unmarshal(r.JSON, &r)
	}
	return r, err
}
