package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

// orderPage is one order with everything that happened to it.
type orderPage struct {
	board
	Order    pay.Order
	Name     string // of who owes it; empty for nobody, or for one who left
	Payments []pay.Payment
	Refunds  []pay.Refund
	Line     []happening
	Archived bool       // events and notices of it may be in the archive
	Ticket   string     // makes a second press of the refund button the same refund
	Left     pay.Amount // fen that can still go back
}

func (s *Site) orderBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showOrder(w, r, nil)
}

func (s *Site) showOrder(w http.ResponseWriter, r *http.Request, why error) error {
	p, err := s.orderPage(r)
	if err != nil {
		return fault.Wrap("web.orderBoard", err)
	}
	if why != nil {
		p.Values["amount"], p.Values["reason"] = r.PostFormValue("amount"), r.PostFormValue("reason")
		p.wrong(why, "amount", "reason")
	}
	return s.show(w, "admin-order", why, p)
}

func (s *Site) orderPage(r *http.Request) (p orderPage, err error) {
	ctx, read := r.Context(), s.Pay.Reader()
	p = orderPage{board: s.board(r, "orders"), Ticket: newTicket()}
	if p.Order, err = read.Order(ctx, r.PathValue("order")); err != nil {
		return p, err
	}
	p.Title, p.Self = p.Order.Number, "/admin/orders/"+p.Order.ID
	if p.Payments, err = read.Payments(ctx, p.Order.ID); err != nil {
		return p, err
	}
	if p.Refunds, err = read.Refunds(ctx, p.Order.ID); err != nil {
		return p, err
	}
	for _, one := range p.Payments {
		if one.Settles {
			p.Left = one.PaidAmount - one.Reserved
		}
	}
	p.Values["amount"] = p.Left.Yuan()
	names := map[string]string{}
	if err = s.name(ctx, names, []pay.Order{p.Order}); err != nil {
		return p, err
	}
	p.Name = names[p.Order.MemberID]
	if p.Line, err = s.timeline(ctx, p.Locale, p); err != nil {
		return p, err
	}
	until, err := s.Desk.History.ArchivedUntil(ctx)
	p.Archived = !p.Order.CreatedAt.After(until)
	return p, err
}

// Closable reports whether the order may be closed by hand.
func (p orderPage) Closable() bool { return p.Order.Status == pay.OrderPending }

// Askable reports whether asking the platform may tell something new.
func (p orderPage) Askable() bool { return len(p.Payments) > 0 && p.Order.Status != pay.OrderPaid }

// act is the way of every button on an order's page.
func (s *Site) act(w http.ResponseWriter, r *http.Request, done string, do func(ctx context.Context, id string) error) error {
	if _, err := formOf(r); err != nil {
		return err
	}
	id := r.PathValue("order")
	err := do(r.Context(), id)
	return s.answered(w, r, err, "/admin/orders/"+id, done, s.showOrder)
}

func (s *Site) closeOrder(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "closed", func(ctx context.Context, id string) error {
		o, err := s.Pay.Reader().Order(ctx, id)
		if err != nil || o.Status != pay.OrderPending {
			return err
		}
		ctx = audit.Note(ctx, audit.Entry{Action: audit.OrderClose, Object: o.ID, Was: string(o.Status), Became: string(pay.OrderClosed)})
		_, err = s.Pay.Close(ctx, id)
		return err
	})
}

// queryOrder asks the platform about every payment of an order that has not
// succeeded.
func (s *Site) queryOrder(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "queried", func(ctx context.Context, id string) error {
		_, err := s.Pay.AskOrder(audit.Note(ctx, audit.Entry{Action: audit.PaymentQuery, Object: id}), id)
		return err
	})
}

func (s *Site) refundOrder(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "refund", func(ctx context.Context, id string) error {
		amount, err := pay.ParseYuan(r.PostFormValue("amount"))
		if err != nil {
			amount = 0 // the draft then reports it beside the reason
		}
		in := pay.NewRefund{OrderID: id, Amount: amount, Reason: r.PostFormValue("reason"), By: audit.ActorOf(ctx)}
		f, err := s.Pay.Refund(ctx, in)
		if err != nil {
			return err
		}
		own := f.RequestNo
		if no := numberOf(r.PostFormValue("ticket")); no != "" {
			f.RequestNo = no
		}
		ctx = audit.Note(ctx, audit.Entry{Action: audit.RefundAsk, Object: f.ID, Was: f.OrderID,
			Became: fmt.Sprintf("%s %s %s", f.Status, f.Amount.Yuan(), f.Reason)})
		err = s.Pay.PlaceRefund(ctx, f)
		if !errors.Is(err, pay.ErrNumberTaken) {
			return err
		}
		if same, err := s.askedFor(ctx, f); err != nil || same {
			return err // the button was pressed twice
		}
		// Somebody went back and changed the form: that is another refund.
		f.RequestNo = own
		return s.Pay.PlaceRefund(ctx, f)
	})
}

// askedFor reports whether a refund of this number, amount and reason is there
// already.
func (s *Site) askedFor(ctx context.Context, f pay.Refund) (bool, error) {
	all, err := s.Pay.Reader().Refunds(ctx, f.OrderID)
	return slices.ContainsFunc(all, func(one pay.Refund) bool {
		return one.RequestNo == f.RequestNo && one.Amount == f.Amount && one.Reason == f.Reason
	}), err
}
