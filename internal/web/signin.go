package web

import (
	"net/http"
)

// signInPage asks whoever opened a one-time link to press its one button, so
// that a program that only looks at the link does not use it up.
type signInPage struct {
	Base
	Name string
}

// signInLink shows whom a one-time link signs in. A sandbox's own link, which
// is printed and never sent, asks to go straight on.
func (s *Site) signInLink(w http.ResponseWriter, r *http.Request) error {
	if s.Mode == ModeSandbox && r.URL.Query().Has("go") {
		return s.redeem(w, r)
	}
	id, err := s.SignIn.Owner(r.Context(), r.PathValue("secret"))
	if err != nil {
		return err
	}
	m, err := s.Members.Member(r.Context(), id)
	if err != nil {
		return err
	}
	p := signInPage{Base: s.base(r, "login"), Name: m.Name}
	p.Title = p.T("login.title")
	s.render(w, http.StatusOK, "sign-in", p)
	return nil
}

// redeem uses a one-time link up and signs its owner in.
func (s *Site) redeem(w http.ResponseWriter, r *http.Request) error {
	id, err := s.SignIn.Redeem(r.Context(), r.PathValue("secret"))
	if err != nil {
		return err
	}
	m, err := s.Members.Member(r.Context(), id)
	if err != nil {
		return err
	}
	if err := s.begin(r.Context(), m); err != nil {
		return err
	}
	return seeOther(w, r, "/")
}
