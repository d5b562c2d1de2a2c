package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

// bindingsPage lists whose WeChat is bound to whom.
type bindingsPage struct {
	board
	Bindings []member.Binding
	Names    map[string]string // of members, by id
}

func (s *Site) bindingsBoard(w http.ResponseWriter, r *http.Request) (err error) {
	ctx := r.Context()
	p := bindingsPage{board: s.board(r, "bindings"), Names: map[string]string{}}
	p.filled(r, "q")
	if q := strings.TrimSpace(p.Values["q"]); q != "" {
		p.Bindings, err = s.findBindings(ctx, q)
	} else if p.Bindings, err = s.Desk.Roll.BindingPage(ctx, r.URL.Query().Get("cursor"), rowsPerPage); err == nil {
		p.more(r, len(p.Bindings), func() string { return p.Bindings[len(p.Bindings)-1].ID })
	}
	if err != nil {
		return fault.Wrap("web.bindingsBoard", err)
	}
	for _, b := range p.Bindings {
		if p.Names[b.MemberID], err = s.memberName(ctx, b.MemberID); err != nil {
			return err
		}
	}
	return s.show(w, "admin-bindings", nil, p)
}

// memberName is the name of a member; empty for one who left.
func (s *Site) memberName(ctx context.Context, id string) (string, error) {
	m, err := s.Members.Member(ctx, id)
	if errors.Is(err, member.ErrNoMember) {
		return "", nil
	}
	return m.Name, err
}

// findBindings takes the one field of the search for a member's id, an openid,
// or the beginning of a member's name.
func (s *Site) findBindings(ctx context.Context, q string) (all []member.Binding, err error) {
	if strings.HasPrefix(q, "mem_") {
		return s.Desk.Roll.Bindings(ctx, q)
	}
	b, err := s.Desk.Roll.BindingByOpenID(ctx, s.WeChat, q)
	if err == nil || !errors.Is(err, member.ErrNoBinding) {
		return []member.Binding{b}, err
	}
	people, err := s.Desk.Roll.MembersNamed(ctx, q, rowsPerPage)
	for _, m := range people {
		some, err := s.Desk.Roll.Bindings(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, err
}

// bindingPage is one binding.
type bindingPage struct {
	board
	Binding member.Binding
	Name    string // of the member
}

func (s *Site) bindingBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showBinding(w, r, nil)
}

func (s *Site) showBinding(w http.ResponseWriter, r *http.Request, why error) (err error) {
	p := bindingPage{board: s.board(r, "bindings")}
	if p.Binding, err = s.Desk.Roll.BindingByOpenID(r.Context(), r.PathValue("account"), r.PathValue("openid")); err != nil {
		return err
	}
	if p.Name, err = s.memberName(r.Context(), p.Binding.MemberID); err != nil {
		return err
	}
	p.Title, p.Self = p.T("binding.title", p.Name), "/admin/bindings/"+p.Binding.Account+"/"+p.Binding.OpenID
	if why != nil {
		p.Values["reason"] = r.PostFormValue("reason")
		p.wrong(why, "reason")
	}
	return s.show(w, "admin-binding", why, p)
}

var errUnbindReason = fault.Input("/reason", "reason_invalid", "Give a reason of 1 to 128 visible characters.")

// unbindMember takes somebody's binding away, for a reason that the trail
// keeps. It takes the binding that was shown, not one made since.
func (s *Site) unbindMember(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	account, openid := r.PathValue("account"), r.PathValue("openid")
	b, err := s.Desk.Roll.BindingByOpenID(r.Context(), account, openid)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(form.Get("reason"))
	if n := utf8.RuneCountInString(reason); n < 1 || n > 128 || !utf8.ValidString(reason) {
		return s.showBinding(w, r, errUnbindReason)
	}
	entry := audit.Entry{Action: audit.Unbind, Object: b.MemberID, Was: account + " " + audit.Mask(openid), Became: reason}
	err = s.Members.Unbind(audit.Note(r.Context(), entry), b.MemberID, account)
	return s.answered(w, r, err, "/admin/bindings", "unbound", s.showBinding)
}
