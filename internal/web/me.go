package web

import (
	"errors"
	"net/http"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
)

// recent is how many orders and messages a member's page shows.
const recent = 10

// mePage is a member's own page.
type mePage struct {
	Base
	input
	Binding  *member.Binding
	Orders   []pay.Order
	Messages []push.Message
	Changed  bool
	First    bool // there is no password yet
}

func (s *Site) toMe(w http.ResponseWriter, r *http.Request) error { return seeOther(w, r, "/me") }

func (s *Site) me(w http.ResponseWriter, r *http.Request) error {
	p, err := s.mePage(r)
	if err != nil {
		return err
	}
	p.Changed = r.URL.Query().Get("changed") == "1"
	s.render(w, http.StatusOK, "me", p)
	return nil
}

func (s *Site) mePage(r *http.Request) (mePage, error) {
	ctx, who := r.Context(), visitOf(r).who
	p := mePage{Base: s.base(r, "me")}
	p.Self, p.Title = "/me", p.T("me.title")
	p.input = input{locale: p.Locale}
	m, err := s.Members.Member(ctx, who.ID)
	if err != nil {
		return p, err
	}
	p.First = m.PasswordHash == ""
	if p.Binding, err = s.binding(r); err != nil {
		return p, err
	}
	if p.Orders, err = s.Pay.Reader().Orders(ctx, pay.OrderFilter{MemberID: who.ID, Limit: recent}); err != nil {
		return p, fault.Wrap("web.me", err)
	}
	p.Messages, err = s.Push.Recent(ctx, who.ID, recent)
	return p, err
}

// binding finds what is bound to whoever sent the request, nil for nothing.
func (s *Site) binding(r *http.Request) (*member.Binding, error) {
	who := visitOf(r).who
	if s.WeChat == "" || !who.SignedIn() {
		return nil, nil
	}
	b, err := s.Members.Binding(r.Context(), who.ID, s.WeChat)
	if errors.Is(err, member.ErrNoBinding) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &b, nil
}

// changePassword sets a new password and ends the member's other sessions:
// each carries a stamp of the password it began with.
func (s *Site) changePassword(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), visitOf(r).who
	form, err := formOf(r)
	if err != nil {
		return err
	}
	noted := audit.Note(ctx, audit.Entry{Action: audit.PasswordChange, Object: who.ID})
	err = s.Members.ChangePassword(noted, who.ID, form.Get("old"), form.Get("pwd"))
	if err != nil {
		return s.refusePassword(w, r, err)
	}
	m, err := s.Members.Member(ctx, who.ID)
	if err != nil {
		return err
	}
	if err := s.begin(ctx, m); err != nil {
		return err
	}
	if s.Owners != nil {
		if _, err := s.Owners.DeleteOthers(ctx, m.ID, s.Sessions.Token(ctx)); err != nil {
			return fault.Wrap("web.changePassword", err)
		}
	}
	return seeOther(w, r, "/me?changed=1")
}

func (s *Site) refusePassword(w http.ResponseWriter, r *http.Request, why error) error {
	status := statusOf(why)
	if status >= http.StatusInternalServerError {
		return why
	}
	p, err := s.mePage(r)
	if err != nil {
		return err
	}
	p.wrong(why, "old", "pwd")
	s.render(w, status, "me", p)
	return nil
}
