package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
)

// templatesPage lists what may be said.
type templatesPage struct {
	board
	Templates []push.Template
}

// Drawn names the account's template that one is filled in by; empty for none.
func (p templatesPage) Drawn(t push.Template) string {
	for _, l := range t.Layouts {
		if l.Title != "" {
			return l.Title
		}
		return l.ID
	}
	return ""
}

func (s *Site) templatesBoard(w http.ResponseWriter, r *http.Request) (err error) {
	p := templatesPage{board: s.board(r, "templates")}
	if p.Templates, err = s.Push.Templates(r.Context()); err != nil {
		return err
	}
	return s.show(w, "admin-templates", nil, p)
}

// templatePage is a template in one version, filled in.
type templatePage struct {
	board
	Template push.Template
	Newest   int64
	Layout   push.Layout
	Cards    []card          // in both languages, Chinese first
	Texts    []string        // what is sent where the card can't be, in both languages
	Versions []push.Template // newest first
	Takes    []string
	CanTest  bool // whoever looks has a WeChat bound
	Filled   bool // by other values than the sample
}

func (s *Site) templateBoard(w http.ResponseWriter, r *http.Request) error {
	return s.showTemplate(w, r, nil)
}

func (s *Site) showTemplate(w http.ResponseWriter, r *http.Request, why error) error {
	p, err := s.templatePage(r)
	if err != nil {
		return err
	}
	if why != nil {
		p.wrong(why)
	}
	return s.show(w, "admin-template", why, p)
}

func (s *Site) templatePage(r *http.Request) (p templatePage, err error) {
	ctx := r.Context()
	p = templatePage{board: s.board(r, "templates")}
	if p.Template, p.Newest, err = s.templateAt(ctx, r.PathValue("template"), r.URL.Query().Get("version")); err != nil {
		return p, err
	}
	t := p.Template
	p.Title, p.Layout, p.Takes = t.Name, t.Layouts[s.WeChat], t.Takes()
	values := map[string]string{}
	for _, name := range p.Takes {
		p.Values[valuePrefix+name], values[name] = t.Sample[name], t.Sample[name]
		if q := r.FormValue(valuePrefix + name); q != "" {
			p.Values[valuePrefix+name], values[name], p.Filled = q, q, true
		}
	}
	written := t.Written(values)
	p.Cards = []card{s.draw(t, values, "zh"), s.draw(t, values, "en")}
	p.Texts = []string{push.Template{Zh: t.Zh}.Text(written), push.Template{Zh: t.En}.Text(written)}
	if p.Versions, err = s.Push.TemplateVersions(ctx, t.Name); err != nil {
		return p, err
	}
	p.CanTest, err = s.reachable(ctx, p.Who.ID)
	return p, err
}

// reachable reports whether a member has a WeChat bound.
func (s *Site) reachable(ctx context.Context, memberID string) (bool, error) {
	all, err := s.Desk.Roll.Bindings(ctx, memberID)
	return len(all) > 0, err
}

// templateAt finds a version of a template, the newest where none is asked
// for, and which is the newest.
func (s *Site) templateAt(ctx context.Context, name, version string) (push.Template, int64, error) {
	t, err := s.Push.Template(ctx, name)
	if errors.Is(err, push.ErrNoTemplate) {
		return t, 0, errNoPage
	}
	n, bad := strconv.ParseInt(version, 10, 64)
	if err != nil || version == "" || n == t.Version {
		return t, t.Version, err
	}
	all, err := s.Push.TemplateVersions(ctx, name)
	for _, one := range all {
		if bad == nil && one.Version == n {
			return one, t.Version, nil
		}
	}
	if err == nil {
		err = errNoPage
	}
	return t, 0, err
}

// testTemplate sends a template, filled in as the form says, to whoever
// presses the button.
func (s *Site) testTemplate(w http.ResponseWriter, r *http.Request) error {
	if _, err := formOf(r); err != nil {
		return err
	}
	name, me := r.PathValue("template"), visitOf(r).who.ID
	m, err := s.Push.Draft(r.Context(), push.NewMessage{To: push.To{MemberID: me}, Template: name, Values: postedValues(r)})
	if err == nil {
		m.Key = "sample:" + name + ":" + m.ID
		_, err = s.Push.Place(audit.Note(r.Context(), audit.Entry{Action: audit.MessageTest, Object: name, Became: m.ID}), m)
	}
	return s.answered(w, r, err, "/admin/messages/"+m.ID, "test", s.showTemplate)
}

// Value gives what the form holds for a value of the template.
func (p templatePage) Value(name string) string { return p.Values[valuePrefix+name] }

// Hint says what may stand for a value.
func (p templatePage) Hint(name string) string { return p.valueHint(p.Template, p.Layout, name) }

// valueHint says what type a value has, and what the platform allows where it
// goes.
func (b board) valueHint(t push.Template, l push.Layout, name string) string {
	var parts []string
	if p, ok := t.Params[name]; ok {
		parts = append(parts, b.Locale.T("param."+string(p)))
	}
	for _, keyword := range l.Keywords() {
		if kind := b.KindName(keyword); l.Fields[keyword] == name && !slices.Contains(parts, kind) {
			parts = append(parts, kind)
		}
	}
	return strings.Join(parts, " · ")
}

// KindName says what the platform allows in a keyword, by its type.
func (b board) KindName(keyword string) string {
	key := "keyword." + push.KeywordKind(keyword)
	if !b.Locale.Has(key) {
		key = "keyword.keyword"
	}
	return strings.TrimSpace(b.Locale.T(key))
}
