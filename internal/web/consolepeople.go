package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

// rolesPage lists people, and makes new ones.
type rollPage struct {
	board
	People []member.Member
}

// Roles lists the roles that a person may have.
func (p board) Roles() []member.Role {
	return []member.Role{member.RoleMember, member.RoleOperator, member.RoleAdmin}
}

func (s *Site) peopleBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showPeople(w, r, nil)
}

func (s *Site) showPeople(w http.ResponseWriter, r *http.Request, why error) (err error) {
	p := rollPage{board: s.board(r, "people")}
	p.filled(r, "q")
	if why != nil {
		p.Self, p.Values["user"], p.Values["role"] = "/admin/people", r.PostFormValue("user"), r.PostFormValue("role")
		p.wrong(why, "user", "role")
	}
	if q := strings.TrimSpace(p.Values["q"]); q != "" {
		p.People, err = s.Desk.Roll.MembersNamed(r.Context(), q, 100)
	} else if p.People, err = s.Desk.Roll.Members(r.Context(), r.URL.Query().Get("cursor"), rowsPerPage); err == nil {
		p.more(r, len(p.People), func() string { return p.People[len(p.People)-1].ID })
	}
	if err != nil {
		return fault.Wrap("web.peopleBoard", err)
	}
	return s.show(w, "admin-people", why, p)
}

// createMember adds somebody without a password, who signs in by a link.
func (s *Site) createMember(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	role := member.Role(form.Get("role"))
	ctx := audit.Note(r.Context(), audit.Entry{Action: audit.MemberCreate, Became: string(role)})
	m, err := s.Members.Create(ctx, form.Get("user"), role)
	return s.answered(w, r, err, "/admin/people/"+m.ID, "created", s.showPeople)
}

// personPage is one person.
type personPage struct {
	board
	Member   member.Member
	Bindings []member.Binding
	Link     string // a sign-in link that was just made; it is shown once
	Minutes  int    // that it lives
}

func (s *Site) memberBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showMember(w, r, nil)
}

func (s *Site) showMember(w http.ResponseWriter, r *http.Request, why error) error {
	p, err := s.personPage(r)
	if err != nil {
		return err
	}
	if why != nil {
		p.wrong(why)
	}
	return s.show(w, "admin-person", why, p)
}

func (s *Site) personPage(r *http.Request) (p personPage, err error) {
	p = personPage{board: s.board(r, "people")}
	if p.Member, err = s.Members.Member(r.Context(), r.PathValue("member")); err != nil {
		return p, err
	}
	p.Title, p.Self = p.Member.Name, "/admin/people/"+p.Member.ID
	p.Bindings, err = s.Desk.Roll.Bindings(r.Context(), p.Member.ID)
	return p, fault.Wrap("web.memberBoard", err)
}

func (s *Site) changeRole(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	m, err := s.Members.Member(r.Context(), r.PathValue("member"))
	if err != nil {
		return err
	}
	next := member.Role(form.Get("role"))
	if next != m.Role {
		ctx := audit.Note(r.Context(), audit.Entry{Action: audit.RoleChange, Object: m.ID, Was: string(m.Role), Became: string(next)})
		_, err = s.Members.SetRole(ctx, m.ID, next)
	}
	if err == nil && m.ID == visitOf(r).who.ID && next != m.Role {
		return seeOther(w, r, "/") // the console may be closed to them now
	}
	return s.answered(w, r, err, "/admin/people/"+m.ID, "role", s.showMember)
}

// signInLife is how long a sign-in link that an administrator makes may be used.
const signInLife = time.Hour

// makeSignIn makes a one-time link for somebody and shows it once.
func (s *Site) makeSignIn(w http.ResponseWriter, r *http.Request) error {
	p, err := s.personPage(r)
	if err != nil {
		return err
	}
	ctx := audit.Note(r.Context(), audit.Entry{Action: audit.SignInLink, Object: p.Member.ID})
	secret, err := s.Desk.Links.Create(ctx, p.Member.ID, signInLife)
	if err != nil {
		return fault.Wrap("web.makeSignIn", err)
	}
	p.Link, p.Minutes = s.origin+"/sign-in/"+secret, int(signInLife/time.Minute)
	return s.show(w, "admin-person", nil, p)
}
