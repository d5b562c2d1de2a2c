package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
)

// ordersPage is the console's list of orders with its search.
type ordersPage struct {
	board
	Orders []pay.Order
	Names  map[string]string // of members, by id
}

var errDay = fault.Input("/from", "date_invalid", "Write a day as year-month-day, such as 2026-03-01.")

func (s *Site) ordersBoard(w http.ResponseWriter, r *http.Request) error {
	p := ordersPage{board: s.board(r, "orders"), Names: map[string]string{}}
	p.filled(r, "q", "status", "from", "to")
	f, err := orderFilter(p.Values, r.URL.Query().Get("cursor"))
	if err == nil {
		p.Orders, err = s.findOrders(r.Context(), strings.TrimSpace(p.Values["q"]), f)
	}
	if fault.KindOf(err) == fault.Invalid {
		p.wrong(err, "from", "to")
		return s.show(w, "admin-orders", err, p)
	}
	if err != nil {
		return fault.Wrap("web.ordersBoard", err)
	}
	if err := s.name(r.Context(), p.Names, p.Orders); err != nil {
		return err
	}
	p.more(r, len(p.Orders), func() string { return p.Orders[len(p.Orders)-1].ID })
	return s.show(w, "admin-orders", nil, p)
}

// orderFilter reads the search form. Days are days in China, the last one
// included.
func orderFilter(v map[string]string, before string) (pay.OrderFilter, error) {
	f := pay.OrderFilter{Before: before, Limit: rowsPerPage}
	switch st := pay.OrderStatus(v["status"]); st {
	case pay.OrderPending, pay.OrderPaid, pay.OrderClosed:
		f.Status = st
	}
	var err error
	f.From, f.Until, err = daysOf(v)
	return f, err
}

// daysOf reads the days of a search form, from and to.
func daysOf(v map[string]string) (from, until time.Time, err error) {
	if from, err = dayOf(v["from"]); err != nil {
		return from, until, errDay
	}
	if until, err = dayOf(v["to"]); err != nil {
		return from, until, renamed(errDay, "/from", "/to")
	}
	if !until.IsZero() {
		until = until.AddDate(0, 0, 1)
	}
	return from, until, nil
}

func dayOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, china)
	return t.UTC(), err
}

// findOrders takes the one field of the search for the number of an order or a
// payment, else for a platform's number, else for a member's name.
func (s *Site) findOrders(ctx context.Context, q string, f pay.OrderFilter) ([]pay.Order, error) {
	read := s.Pay.Reader()
	if q == "" {
		return read.Orders(ctx, f)
	}
	if strings.HasPrefix(q, "ord_") {
		o, err := read.Order(ctx, q)
		if errors.Is(err, pay.ErrNoOrder) {
			return nil, nil
		}
		return []pay.Order{o}, err
	}
	for _, edit := range []func(*pay.OrderFilter){func(f *pay.OrderFilter) { f.Number = q }, func(f *pay.OrderFilter) { f.TradeNo = q }} {
		g := f
		edit(&g)
		if found, err := read.Orders(ctx, g); err != nil || len(found) > 0 {
			return found, err
		}
	}
	m, err := s.Desk.Roll.MemberByName(ctx, q)
	if errors.Is(err, member.ErrNoMember) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f.MemberID = m.ID
	return read.Orders(ctx, f)
}

// name finds the names of those who owe orders. Whoever left has none.
func (s *Site) name(ctx context.Context, names map[string]string, orders []pay.Order) error {
	for _, o := range orders {
		if _, known := names[o.MemberID]; known || o.MemberID == "" {
			continue
		}
		m, err := s.Members.Member(ctx, o.MemberID)
		if err != nil && !errors.Is(err, member.ErrNoMember) {
			return err
		}
		names[o.MemberID] = m.Name
	}
	return nil
}
