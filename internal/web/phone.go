package web

import (
	"errors"
	"net/http"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/member"
)

// What the phone that scanned the code sees. It is another device than the
// desk's and has no session: the secret in its address is all its authority.

// confirmPage asks the person on the phone, in both languages, since it can't
// be fetched a second time to switch. It has one form with one button.
type confirmPage struct {
	Base
	Second   locale // the other language
	Member   string
	Nickname string
	Secret   string
}

// openLink leads a phone to the platform's consent page. Looking at it uses
// nothing up, since previews of links do that.
func (s *Site) openLink(w http.ResponseWriter, r *http.Request) error {
	to, err := s.Members.Open(r.Context(), r.PathValue("secret"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusFound)
	return nil
}

// consented takes a phone back from the consent page and asks whether to bind.
func (s *Site) consented(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	state, code := q.Get("state"), q.Get("code")
	if state == "" {
		return errCallback
	}
	if code == "" {
		return s.declined(w, r, state)
	}
	l, m, secret, err := s.Members.Consented(r.Context(), state, code)
	if err != nil {
		return err
	}
	p := confirmPage{Base: s.base(r, ""), Second: s.other(visitOf(r).locale), Member: m.Name, Nickname: l.Nickname, Secret: secret}
	p.Title, p.Self, p.Phone = p.T("confirm.title"), "", true
	s.render(w, http.StatusOK, "confirm", p)
	return nil
}

// declined answers a person who did not agree; their link stays good.
func (s *Site) declined(w http.ResponseWriter, r *http.Request, state string) error {
	if _, err := s.Members.Open(r.Context(), state); err != nil {
		return err
	}
	n := note{Base: s.base(r, ""), Tone: "calm"}
	n.Heading, n.Lead = n.T("declined.title"), n.T("declined.lead")
	n.Title, n.Self, n.Phone = n.Heading, "", true
	s.render(w, http.StatusOK, "note", n)
	return nil
}

// confirm binds. Pressing again after it worked shows the same page.
func (s *Site) confirm(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	l, err := s.Members.Confirming(r.Context(), form.Get("confirm"))
	if err != nil {
		return err
	}
	ctx := r.Context()
	if l.Status == member.LinkConsented {
		ctx = audit.Note(ctx, audit.Entry{Actor: audit.OpenIDActor + audit.Mask(l.OpenID), Action: audit.Bind, Object: l.MemberID, Became: l.Account})
	}
	b, err := s.Members.Confirm(ctx, form.Get("confirm"))
	if errors.Is(err, member.ErrNoBinding) {
		err = member.ErrLinkUsed // it was undone on the desk in between
	}
	if err != nil {
		return err
	}
	m, err := s.Members.Member(r.Context(), b.MemberID)
	if err != nil {
		return err
	}
	n := note{Base: s.base(r, ""), Tone: "good"}
	n.Heading, n.Lead = n.T("confirmed.title"), n.T("confirmed.lead", m.Name)
	n.Title, n.Self, n.Phone = n.Heading, "", true
	s.render(w, http.StatusOK, "note", n)
	return nil
}

func (s *Site) other(l locale) locale {
	for _, one := range s.locales {
		if one.Tag != l.Tag {
			return one
		}
	}
	return l
}
