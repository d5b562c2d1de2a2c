package web

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/qrcode"
)

// The states in which the bind page stands.
const (
	bindOpen    = "open"    // a code is shown
	bindScanned = "scanned" // a phone has it; to be confirmed there
	bindRefused = "refused" // it could not be bound
	bindExpired = "expired" // the code is too old
	bindNone    = "none"    // there is no code
	bindDone    = "bound"
)

// bindPage is the desk's side of binding.
type bindPage struct {
	Base
	State   string
	ByCode  bool          // the parametric form: one scan follows and binds
	Both    bool          // the other form can be had too
	Follow  template.HTML // QR by which one follows the account; empty for none
	Code    template.HTML // the QR code that binds
	Link    string        // what it holds, as text
	Seconds int           // that the link still lives
	Reason  string        // why it was refused, or why there is no parametric code
	Why     string        // its stable code
	Binding member.Binding
}

// standing is where binding stands for one session.
type standing struct {
	State   string
	Link    member.Link
	Binding member.Binding
}

// standing looks at the binding first: it counts however it came about.
func (s *Site) standing(ctx context.Context, memberID, session string) (standing, error) {
	b, err := s.Members.Binding(ctx, memberID, s.WeChat)
	if err == nil {
		return standing{State: bindDone, Binding: b}, nil
	}
	if !errors.Is(err, member.ErrNoBinding) {
		return standing{}, err
	}
	l, err := s.Members.LinkOf(ctx, session)
	if errors.Is(err, member.ErrNoLink) || err == nil && (l.MemberID != memberID || l.Status == member.LinkDone) {
		return standing{State: bindNone}, nil
	}
	if err != nil {
		return standing{}, err
	}
	st := standing{State: bindOpen, Link: l}
	switch {
	case l.Status == member.LinkRefused:
		st.State = bindRefused
	case !s.Now().Before(l.ExpiresAt):
		st.State = bindExpired
	case l.Status == member.LinkScanned || l.Status == member.LinkClaimed || l.Status == member.LinkConsented:
		st.State = bindScanned
	}
	return st, nil
}

// The two forms of binding: by a link alone, and by a parametric code, whose
// link comes into the chat of who scanned it.
const (
	pathLink = "/bind/link"
	pathCode = "/bind/code"
)

// makesCode tells the pages that make a new code when they are opened.
func makesCode(r *http.Request) bool {
	return r.URL.Path == "/bind" || r.URL.Path == pathLink || r.URL.Path == pathCode
}

// Again is where a new code of the same form is had, and Other where one of the
// other form is.
func (p bindPage) Again() string { return pathOf(p.ByCode) + "?new=1" }

// Other is described with [bindPage.Again].
func (p bindPage) Other() string { return pathOf(!p.ByCode) + "?new=1" }

func pathOf(byCode bool) string {
	if byCode {
		return pathCode
	}
	return pathLink
}

// bindPage shows where binding stands. It makes a new code where somebody
// opens it or asks for one, and never for a script that only wants to know.
func (s *Site) bindPage(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	p := bindPage{Base: s.base(r, "bind"), Both: s.Members.CanCode(s.WeChat)}
	p.ByCode = p.Both && (r.URL.Path == pathCode || r.URL.Path != pathLink && s.BindByCode)
	p.Title, p.Self = p.T("bind.title"), r.URL.Path
	st, err := s.standing(ctx, p.Who.ID, s.sessionName(ctx))
	if err != nil {
		return err
	}
	showing := st.State == bindScanned || st.State == bindRefused || st.State == bindDone
	fresh := q.Get("new") == "1" && st.State != bindDone
	if fresh {
		if err := s.Members.Revoke(ctx, s.sessionName(ctx)); err != nil {
			return err
		}
	}
	if q.Get("live") != "1" && (!showing || fresh) {
		if st, err = s.invite(ctx, &p); err != nil {
			return err
		}
	}
	if err := s.fillBind(&p, st); err != nil {
		return err
	}
	s.render(w, http.StatusOK, "bind", p)
	return nil
}

// invite makes a new code of the page's form. Where the platform has none to
// give, the page says so and offers the other form.
func (s *Site) invite(ctx context.Context, p *bindPage) (st standing, err error) {
	if st.State = bindOpen; p.ByCode {
		p.Link, st.Link, err = s.Members.InviteByCode(ctx, p.Who.ID, s.sessionName(ctx), s.WeChat)
		if err == nil || statusOf(err) == http.StatusInternalServerError || errors.Is(err, member.ErrBoundAlready) {
			return st, err
		}
		s.Log.WarnContext(ctx, "no parametric code", "error", err)
		p.Reason, p.Why = p.Locale.Fault(err), fault.CodeOf(err)
		return standing{State: bindNone}, nil
	}
	var secret string
	secret, st.Link, err = s.Members.Invite(ctx, p.Who.ID, s.sessionName(ctx), s.WeChat)
	p.Link = s.origin + "/b/" + secret
	return st, err
}

// draw gives a QR code as a part of a page.
func draw(text string) (template.HTML, error) {
	svg, err := qrcode.SVG(text)
	return template.HTML(svg), err //nolint:gosec // ours, and nothing of the text is in it
}

func (s *Site) fillBind(p *bindPage, st standing) (err error) {
	p.State, p.Binding = st.State, st.Binding
	if st.Link.ID != "" {
		p.ByCode = st.Link.IsCode()
	}
	p.Seconds = max(0, int(st.Link.ExpiresAt.Sub(s.Now())/time.Second))
	if st.State == bindRefused {
		p.Why, p.Reason = st.Link.Reason, p.Locale.FaultCode(st.Link.Reason, "")
	}
	if st.State == bindScanned {
		p.Refresh = 3
	}
	if p.Link != "" {
		if p.Code, err = draw(p.Link); err != nil {
			return fault.Wrap("web.bind", err)
		}
	}
	if s.FollowQR != "" {
		p.Follow, err = draw(s.FollowQR)
	}
	return fault.Wrap("web.bind", err)
}

// bindCode answers a new code for a page that draws the QR by itself.
func (s *Site) bindCode(w http.ResponseWriter, r *http.Request) error {
	p := bindPage{Base: s.base(r, "")}
	if _, err := s.invite(r.Context(), &p); err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, struct {
		Code int    `json:"code"`
		Data string `json:"data"`
	}{1000, p.Link})
	return nil
}

// bound is what scripts see of a binding.
type bound struct {
	Bound  bool   `json:"bound"`
	OpenID string `json:"openid"`
}

func (s *Site) bindStatus(w http.ResponseWriter, r *http.Request) error {
	b, err := s.binding(r)
	if err != nil {
		return err
	}
	st := bound{}
	if b != nil {
		st = bound{true, b.OpenID}
	}
	writeJSON(w, http.StatusOK, st)
	return nil
}

// bindEvents streams where binding stands for the session that asks.
func (s *Site) bindEvents(w http.ResponseWriter, r *http.Request) error {
	id, session := visitOf(r).who.ID, s.sessionName(r.Context())
	return s.stream(w, r, func(ctx context.Context) (update, error) {
		st, err := s.standing(ctx, id, session)
		return update{State: st.State, Data: struct {
			bound
			State string `json:"state"`
		}{bound{st.State == bindDone, st.Binding.OpenID}, st.State}}, err
	})
}

// unbind takes the binding away, which is also the desk's undo. Where it is
// gone already there is nothing to complain of.
func (s *Site) unbind(w http.ResponseWriter, r *http.Request) error {
	id := visitOf(r).who.ID
	ctx := audit.Note(r.Context(), audit.Entry{Action: audit.Unbind, Object: id, Was: s.WeChat})
	err := s.Members.Unbind(ctx, id, s.WeChat)
	if err != nil && !errors.Is(err, member.ErrNoBinding) {
		return err
	}
	return seeOther(w, r, "/bind")
}
