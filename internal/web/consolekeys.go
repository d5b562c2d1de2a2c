package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

// keysPage lists the API keys, and shows a new one's secret once.
type keysPage struct {
	board
	Keys   []keyRow
	Secret string // of the key that was just made
}

// keyRow is a key with the name of who made it.
type keyRow struct {
	member.Key
	By string // empty for nobody
}

var errKeyName = fault.Input("/name", "key_name_invalid", "Name the key in 1 to 64 characters.")

func (s *Site) keysBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showKeys(w, r, nil, "")
}

func (s *Site) showKeys(w http.ResponseWriter, r *http.Request, why error, secret string) error {
	p := keysPage{board: s.board(r, "keys"), Secret: secret}
	p.Self = "/admin/keys"
	if why != nil {
		p.Values["name"] = r.PostFormValue("name")
		p.wrong(why, "name")
	}
	all, err := s.Desk.Keys.List(r.Context())
	if err != nil {
		return fault.Wrap("web.keysBoard", err)
	}
	slices.SortStableFunc(all, func(a, b member.Key) int {
		return cmp.Compare(a.RevokedAt.UnixMicro(), b.RevokedAt.UnixMicro()) // those that work come first
	})
	for _, k := range all {
		p.Keys = append(p.Keys, keyRow{k, s.actorName(r.Context(), k.MadeBy)})
	}
	return s.show(w, "admin-keys", why, p)
}

func (s *Site) createKey(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(form.Get("name"))
	if n := utf8.RuneCountInString(name); !utf8.ValidString(name) || n < 1 || n > 64 || strings.ContainsFunc(name, unicode.IsControl) {
		return s.showKeys(w, r, errKeyName, "")
	}
	ctx := audit.Note(r.Context(), audit.Entry{Action: audit.KeyCreate, Became: name})
	secret, _, err := s.Desk.Keys.Create(ctx, name, member.RoleOperator, audit.ActorOf(ctx))
	if err != nil {
		return fault.Wrap("web.createKey", err)
	}
	return s.showKeys(w, r, nil, secret)
}

func (s *Site) revokeKey(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("key")
	err := s.Desk.Keys.Revoke(audit.Note(r.Context(), audit.Entry{Action: audit.KeyRevoke, Object: id}), id)
	return s.answered(w, r, err, "/admin/keys", "revoked", func(w http.ResponseWriter, r *http.Request, why error) error {
		return s.showKeys(w, r, why, "")
	})
}

// trailPage lists who changed what.
type trailPage struct {
	board
	Entries []trailRow
}

// trailRow is an entry with the name of who did it.
type trailRow struct {
	audit.Entry
	Name string
}

func (s *Site) trailBoard(w http.ResponseWriter, r *http.Request) error {
	p := trailPage{board: s.board(r, "trail")}
	p.filled(r, "q")
	f := audit.Filter{Object: strings.TrimSpace(p.Values["q"]), Before: r.URL.Query().Get("cursor"), Limit: rowsPerPage}
	if strings.Contains(f.Object, ":") || f.Object == audit.Command {
		f.Object, f.Actor = "", f.Object
	}
	found, err := s.Desk.Trail.Entries(r.Context(), f)
	if err != nil {
		return fault.Wrap("web.trailBoard", err)
	}
	for _, e := range found {
		p.Entries = append(p.Entries, trailRow{e, s.actorName(r.Context(), e.Actor)})
	}
	p.more(r, len(found), func() string { return found[len(found)-1].ID })
	return s.show(w, "admin-trail", nil, p)
}
