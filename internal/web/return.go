package web

import (
	"errors"
	"net/http"

	"github.com/paypush/paypush/internal/pay"
)

// leftCookie holds the order whose cashier this browser saw last, so that who
// leaves a platform without paying finds back. It proves nothing.
const leftCookie = "order"

// returned takes a payer back from a platform. What the address says is only
// a reason to ask the platform; it settles nothing.
func (s *Site) returned(w http.ResponseWriter, r *http.Request) error {
	o, err := s.Pay.Returned(r.Context(), r.PathValue("account"), r.URL.RawQuery)
	if errors.Is(err, pay.ErrForged) && r.URL.RawQuery == "" {
		return s.left(w, r)
	}
	if errors.Is(err, pay.ErrForged) {
		return errReturn.Because("web.returned", err)
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, "/pay/"+o.ID+"?from=return")
}

// remember notes which order this browser is about to leave for.
func (s *Site) remember(w http.ResponseWriter, orderID string) {
	http.SetCookie(w, &http.Cookie{Name: leftCookie, Value: orderID, Path: "/return", MaxAge: 60 * 60,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

// left answers an address that claims nothing: somebody left the platform's
// page. They see their order again, or are told where to look.
func (s *Site) left(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(leftCookie); err == nil {
		if o, err := s.Pay.Reader().Order(r.Context(), c.Value); err == nil {
			return seeOther(w, r, "/pay/"+o.ID)
		}
	}
	n := note{Base: s.base(r, ""), Tone: "calm"}
	n.Heading, n.Lead = n.T("left.title"), n.T("left.lead")
	n.Title = n.Heading
	s.render(w, http.StatusOK, "note", n)
	return nil
}
