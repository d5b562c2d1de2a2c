package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// The states in which the cashier shows an order.
const (
	statePending = "pending" // may be paid
	stateAsking  = "asking"  // the payer came back; the platform is being asked
	stateExpired = "expired" // its time is over, and it is being closed
	statePaid    = "paid"
	stateClosed  = "closed"
)

// cashierPage is the hosted cashier of one order.
type cashierPage struct {
	Base
	Order    pay.Order
	State    string
	Ways     []way
	WeChat   bool          // shown inside WeChat, where Alipay can't be opened
	Surplus  []pay.Payment // money that came and did not pay this order
	Settling *pay.Payment  // the payment that paid it
}

// way is one way to pay.
type way struct {
	Channel, Link string
}

// Account is the platform of the way, without the kind of page.
func (w way) Account() string { a, _, _ := strings.Cut(w.Channel, "."); return a }

func (s *Site) cashier(w http.ResponseWriter, r *http.Request) error {
	p, err := s.cashierPage(r)
	if err != nil {
		return err
	}
	if p.State == statePending && !p.WeChat {
		if p.Ways, err = s.ways(r, p.Order.ID); err != nil {
			return err
		}
		s.remember(w, p.Order.ID)
	}
	s.render(w, http.StatusOK, "cashier", p)
	return nil
}

func (s *Site) cashierPage(r *http.Request) (cashierPage, error) {
	ctx := r.Context()
	o, err := s.Pay.Reader().Order(ctx, r.PathValue("order"))
	if err != nil {
		return cashierPage{}, fault.Wrap("web.cashier", err)
	}
	payments, err := s.Pay.Reader().Payments(ctx, o.ID)
	if err != nil {
		return cashierPage{}, fault.Wrap("web.cashier", err)
	}
	p := cashierPage{Base: s.base(r, ""), Order: o, State: s.stateOf(o), WeChat: inWeChat(r)}
	if p.State == statePending && r.URL.Query().Get("from") == "return" {
		p.State, p.Refresh = stateAsking, 3
	}
	if p.State == statePending || p.State == stateExpired {
		p.Refresh = 10
	}
	p.Title = p.Heading()
	for _, one := range payments {
		switch {
		case one.Settles:
			p.Settling = &one
		case one.Surplus != pay.SurplusNone:
			p.Surplus = append(p.Surplus, one)
		}
	}
	return p, nil
}

// Final reports whether nothing more will happen that the page could show.
func (p cashierPage) Final() bool { return p.State == statePaid || p.State == stateClosed }

func (s *Site) stateOf(o pay.Order) string {
	switch {
	case o.Status == pay.OrderPaid:
		return statePaid
	case o.Status == pay.OrderClosed:
		return stateClosed
	case !s.Now().Before(o.ExpiresAt):
		return stateExpired
	}
	return statePending
}

// ways makes the links out. An order that was paid or closed a moment ago has
// none, and the page then looks again by itself.
func (s *Site) ways(r *http.Request, orderID string) ([]way, error) {
	var all []way
	for _, channel := range suitable(s.Pay.Channels(), onPhone(r)) {
		_, link, err := s.Pay.Checkout(r.Context(), orderID, channel)
		if errors.Is(err, pay.ErrNotPayable) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, way{channel, link})
	}
	return all, nil
}

// suitable picks for each platform the kind of page that fits the device, or
// the other one where there is no choice.
func suitable(channels []string, phone bool) []string {
	best := map[string]string{}
	var order []string
	for _, c := range channels {
		account, kind, _ := strings.Cut(c, ".")
		if kind != "page" && kind != "wap" {
			continue
		}
		if best[account] == "" {
			order = append(order, account)
		}
		if best[account] == "" || (kind == "wap") == phone {
			best[account] = c
		}
	}
	for i, account := range order {
		order[i] = best[account]
	}
	return order
}

func onPhone(r *http.Request) bool {
	return strings.Contains(r.UserAgent(), "Mobile") || r.Header.Get("Sec-Ch-Ua-Mobile") == "?1"
}

func inWeChat(r *http.Request) bool { return strings.Contains(r.UserAgent(), "MicroMessenger") }

// payStatus is what scripts see of an order.
type payStatus struct {
	ID     string          `json:"id"`
	Status pay.OrderStatus `json:"status"`
	Amount pay.Amount      `json:"amount"` // fen
	PaidAt *time.Time      `json:"paid_at"`
}

func (s *Site) readStatus(ctx context.Context, id string) (payStatus, pay.Order, error) {
	o, err := s.Pay.Reader().Order(ctx, id)
	if err != nil {
		return payStatus{}, o, fault.Wrap("web.payStatus", err)
	}
	st := payStatus{ID: o.ID, Status: o.Status, Amount: o.Amount}
	if !o.PaidAt.IsZero() {
		at := o.PaidAt.UTC()
		st.PaidAt = &at
	}
	return st, o, nil
}

func (s *Site) payStatus(w http.ResponseWriter, r *http.Request) error {
	st, _, err := s.readStatus(r.Context(), r.PathValue("order"))
	if err == nil {
		writeJSON(w, http.StatusOK, st)
	}
	return err
}

// payEvents streams the status of an order until it is final.
func (s *Site) payEvents(w http.ResponseWriter, r *http.Request) error {
	return s.stream(w, r, func(ctx context.Context) (update, error) {
		st, o, err := s.readStatus(ctx, r.PathValue("order"))
		state := s.stateOf(o)
		return update{State: state, Final: state == statePaid || state == stateClosed, Data: struct {
			payStatus
			State string `json:"state"`
		}{st, state}}, err
	})
}
