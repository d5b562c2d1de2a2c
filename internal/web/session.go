package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

// What a session holds.
const (
	sessionMember = "member" // the member's id
	sessionStamp  = "stamp"  // of the password that was right when the session began
)

// person is who sent a request.
type person struct {
	ID, Name string
	Role     member.Role
}

// Operates reports whether the console is open to the person.
func (p person) Operates() bool { return admit(p, Operator) == nil }

// Administers reports whether the person may deal with people and keys.
func (p person) Administers() bool { return admit(p, Admin) == nil }

// SignedIn reports whether it is somebody we know.
func (p person) SignedIn() bool { return p.ID != "" }

// identify finds who a session belongs to. A session that began under another
// password, or whose member is gone, is ended.
func (s *Site) identify(ctx context.Context, v *visit) error {
	id := s.Sessions.GetString(ctx, sessionMember)
	if id == "" {
		return nil
	}
	m, err := s.Members.Member(ctx, id)
	if err != nil && !errors.Is(err, member.ErrNoMember) {
		return err
	}
	if err != nil || s.Sessions.GetString(ctx, sessionStamp) != stampOf(m) {
		return fault.Wrap("web.identify", s.Sessions.Destroy(ctx))
	}
	v.who = person{ID: m.ID, Name: m.Name, Role: m.Role}
	return nil
}

// stampOf condenses a member's password hash, so that a session can tell
// whether the password was changed since.
func stampOf(m member.Member) string { return member.HashSecret(m.ID + " " + m.PasswordHash)[:24] }

// begin signs a member in: a new token, so that one planted before is worth
// nothing, and nothing of what an earlier session held.
func (s *Site) begin(ctx context.Context, m member.Member) error {
	if err := s.Sessions.Clear(ctx); err != nil {
		return fault.Wrap("web.begin", err)
	}
	if err := s.Sessions.RenewToken(ctx); err != nil {
		return fault.Wrap("web.begin", err)
	}
	if s.Owners != nil {
		s.Owners.SetOwner(ctx, m.ID)
	}
	s.Sessions.Put(ctx, sessionMember, m.ID)
	s.Sessions.Put(ctx, sessionStamp, stampOf(m))
	return nil
}

// sessionName is the name under which this session makes bind links: a hash,
// so that no database row holds a cookie.
func (s *Site) sessionName(ctx context.Context) string {
	return member.HashSecret("bind " + s.Sessions.Token(ctx))
}

// localPath gives next where it is a path of ours, and the start page for
// anything else, so that a link to us can't lead to another site.
func localPath(next string) string {
	u, err := url.Parse(next)
	bad := err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || len(next) > 512 ||
		strings.ContainsFunc(next, func(r rune) bool { return r == '\\' || unicode.IsControl(r) })
	if bad || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

func seeOther(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
