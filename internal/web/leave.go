package web

import (
	"net/http"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
)

// leavePage asks a member for the password before they are deleted.
type leavePage struct {
	Base
	input
}

func (s *Site) leaveForm(w http.ResponseWriter, r *http.Request) error {
	return s.showLeave(w, r, nil)
}

func (s *Site) showLeave(w http.ResponseWriter, r *http.Request, why error) error {
	p := leavePage{Base: s.base(r, "me")}
	p.Self, p.Title = "/me/delete", p.T("leave.title")
	p.input = input{locale: p.Locale}
	if why != nil {
		p.wrong(why, "old")
	}
	return s.show(w, "leave", why, p)
}

// leave deletes whoever sent the request, and says so on a page that needs no
// session any more.
func (s *Site) leave(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), visitOf(r).who
	form, err := formOf(r)
	if err != nil {
		return err
	}
	err = s.Members.Leave(audit.Note(ctx, audit.Entry{Action: audit.MemberDelete, Object: who.ID, Was: string(who.Role)}), who.ID, form.Get("old"))
	if err != nil {
		if statusOf(err) >= http.StatusInternalServerError {
			return err
		}
		return s.showLeave(w, r, err)
	}
	if err := s.Sessions.Destroy(ctx); err != nil {
		return fault.Wrap("web.leave", err)
	}
	visitOf(r).who = person{}
	n := note{Base: s.base(r, ""), Tone: "good"}
	n.Heading, n.Lead, n.Self = n.T("left.me.title"), n.T("left.me.lead"), ""
	n.Title = n.Heading
	s.render(w, http.StatusOK, "note", n)
	return nil
}
