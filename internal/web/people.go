package web

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

// input is a form as it was filled in, with what was wrong with it.
type input struct {
	locale  locale
	Values  map[string]string // never a password
	Errors  map[string]string // sentence by field
	Code    string            // of an error that belongs to no field, or of the first
	Summary string            // its sentence; empty for none
}

// wrong notes err in the form: beside its fields where it has some that the
// form shows, otherwise above.
func (in *input) wrong(err error, fields ...string) {
	in.Code = fault.CodeOf(err)
	in.Errors = map[string]string{}
	var f *fault.Error
	if errors.As(err, &f) {
		for _, one := range f.Fields {
			name := strings.TrimPrefix(one.Pointer, "/")
			if slices.Contains(fields, name) && in.Errors[name] == "" {
				in.Errors[name] = in.locale.FaultCode(one.Code, one.Message)
			}
		}
	}
	if len(in.Errors) == 0 {
		in.Summary = in.locale.Fault(err)
	}
}

// entrance is the page for signing in or registering.
type entrance struct {
	Base
	input
	Next string
	New  bool // registering
}

func (s *Site) entrance(r *http.Request, isNew bool) entrance {
	e := entrance{Base: s.base(r, "login"), Next: localPath(r.FormValue("next")), New: isNew}
	e.input = input{locale: e.Locale, Values: map[string]string{}}
	e.Title, e.Self = e.T("login.title"), "/login"
	if isNew {
		e.Title, e.Self, e.Section = e.T("register.title"), "/register", "register"
	}
	if e.Next != "/" {
		e.Self += "?next=" + queryEscape(e.Next)
	}
	return e
}

func (s *Site) registerForm(w http.ResponseWriter, r *http.Request) error {
	return s.showEntrance(w, r, true)
}

func (s *Site) loginForm(w http.ResponseWriter, r *http.Request) error {
	return s.showEntrance(w, r, false)
}

func (s *Site) showEntrance(w http.ResponseWriter, r *http.Request, isNew bool) error {
	e := s.entrance(r, isNew)
	if e.Who.SignedIn() {
		return seeOther(w, r, e.Next)
	}
	s.render(w, http.StatusOK, "entrance", e)
	return nil
}

func (s *Site) register(w http.ResponseWriter, r *http.Request) error {
	return s.enter(w, r, true, func(name, pwd string) (member.Member, error) {
		return s.Members.Register(r.Context(), name, pwd)
	})
}

func (s *Site) login(w http.ResponseWriter, r *http.Request) error {
	return s.enter(w, r, false, func(name, pwd string) (member.Member, error) {
		return s.Members.SignIn(r.Context(), name, pwd, originOf(r))
	})
}

// enter reads the two fields, lets find say who it is, and begins a session or
// shows the form again.
func (s *Site) enter(w http.ResponseWriter, r *http.Request, isNew bool,
	find func(name, pwd string) (member.Member, error)) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	m, err := find(form.Get("user"), form.Get("pwd"))
	if err == nil {
		if err := s.begin(r.Context(), m); err != nil {
			return err
		}
		return seeOther(w, r, localPath(form.Get("next")))
	}
	status := statusOf(err)
	if status >= http.StatusInternalServerError {
		return err
	}
	e := s.entrance(r, isNew)
	e.Values["user"] = form.Get("user")
	e.wrong(err, "user", "pwd")
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	s.render(w, status, "entrance", e)
	return nil
}

// originOf is the address by which failed sign-ins are counted.
func originOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (s *Site) logout(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if visitOf(r).who.SignedIn() {
		if err := s.Members.Revoke(ctx, s.sessionName(ctx)); err != nil {
			return err
		}
	}
	if err := s.Sessions.Destroy(ctx); err != nil {
		return fault.Wrap("web.logout", err)
	}
	return seeOther(w, r, "/")
}
