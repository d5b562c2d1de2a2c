package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
)

func queryEscape(s string) string { return url.QueryEscape(s) }

// indexPage is the start page: who is there, what is bound, and in a demo the
// shop.
type indexPage struct {
	Base
	input
	Binding *member.Binding
	Ticket  string // makes a second press of the button the same order
	Goods   []good
}

// good is something that the demo shop suggests.
type good struct {
	Key, Subject, Money string
}

func (s *Site) toIndex(w http.ResponseWriter, r *http.Request) error { return seeOther(w, r, "/") }

func (s *Site) index(w http.ResponseWriter, r *http.Request) error {
	p, err := s.indexPage(r)
	if err != nil {
		return err
	}
	for _, g := range p.Goods {
		if g.Key == r.URL.Query().Get("good") {
			p.Values["subject"], p.Values["money"] = g.Subject, g.Money
		}
	}
	s.render(w, http.StatusOK, "index", p)
	return nil
}

func (s *Site) indexPage(r *http.Request) (indexPage, error) {
	p := indexPage{Base: s.base(r, "home"), Ticket: newTicket()}
	p.Self, p.Title = "/", p.T("index.title")
	p.input = input{locale: p.Locale, Values: map[string]string{}}
	for _, g := range []good{{"tea", "", "28.00"}, {"book", "", "59.90"}, {"seal", "", "366.00"}} {
		g.Subject = p.T("good." + g.Key)
		p.Goods = append(p.Goods, g)
	}
	var err error
	p.Binding, err = s.binding(r)
	return p, err
}

// buy makes an order of what was typed and leads to its cashier. The same form
// sent twice leads to the same order.
func (s *Site) buy(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	o, err := s.order(r, form)
	if err == nil {
		return seeOther(w, r, "/pay/"+o.ID)
	}
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	p, pageErr := s.indexPage(r)
	if pageErr != nil {
		return pageErr
	}
	p.Values["subject"], p.Values["money"] = form.Get("subject"), form.Get("money")
	p.wrong(renamed(err, "/amount", "/money"), "subject", "money")
	s.render(w, statusOf(err), "index", p)
	return nil
}

// order checks both fields before it answers, so that every fault is shown at
// once, and places the order.
func (s *Site) order(r *http.Request, form url.Values) (pay.Order, error) {
	amount, bad := pay.ParseYuan(form.Get("money"))
	if bad != nil {
		amount = 0 // the draft then reports it beside the others
	}
	in := pay.NewOrder{Amount: amount, Subject: form.Get("subject"), MemberID: visitOf(r).who.ID,
		Number: numberOf(form.Get("ticket"))}
	d, err := s.Pay.Draft(r.Context(), in)
	if err != nil {
		return pay.Order{}, err
	}
	o, _, err := s.Pay.Place(r.Context(), d)
	if errors.Is(err, pay.ErrOrderDiffers) || errors.Is(err, pay.ErrNumberTaken) {
		// Somebody went back and changed the form: that is another order.
		in.Number = ""
		if d, err = s.Pay.Draft(r.Context(), in); err == nil {
			o, _, err = s.Pay.Place(r.Context(), d)
		}
	}
	return o, err
}

// renamed moves a fault's fields from one pointer to another, where a form's
// field is called otherwise than the domain's.
func renamed(err error, from, to string) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	c := *f
	c.Fields = nil
	for _, one := range f.Fields {
		if one.Pointer == from {
			one.Pointer = to
		}
		c.Fields = append(c.Fields, one)
	}
	return &c
}

const ticketBytes = 18

func newTicket() string {
	b := make([]byte, ticketBytes)
	rand.Read(b) //nolint:errcheck // crypto/rand.Read never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// numberOf derives the order's number from a form's ticket, or gives none
// where the ticket is not one of ours. Receipts show the number, so it must
// not be what leads back to the order: only the ticket is.
func numberOf(ticket string) string {
	b, err := base64.RawURLEncoding.DecodeString(ticket)
	if err != nil || len(b) != ticketBytes {
		return ""
	}
	sum := sha256.Sum256(append([]byte("order number "), b...))
	return base32.StdEncoding.EncodeToString(sum[:])[:24]
}
