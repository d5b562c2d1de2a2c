package web

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/push"
)

// newTemplatePage maps a template of the account to one of ours: first which,
// then what goes into each keyword.
type newTemplatePage struct {
	board
	Offered []push.PlatformTemplate // of the account; nil once one is chosen
	Chosen  bool
	From    string // the template of which this is the next version; empty for a new one
	Layout  push.Layout
	Rows    []keywordRow
	Worded  []keywordRow // of a template of words alone
}

// keywordRow is what goes into one keyword.
type keywordRow struct {
	Keyword, Label, Kind string
	Source, Sample       string // the name of a value, or = and a text; and an example of the value
	Type                 string // of the value
}

// textOnly chooses to have no template of the account.
const textOnly = "-"

func (s *Site) newTemplate(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	p := newTemplatePage{board: s.board(r, "templates"), From: q.Get("from")}
	p.Title = p.T("template.new")
	var old push.Template
	var err error
	if p.From != "" {
		if old, _, err = s.templateAt(ctx, p.From, ""); err != nil {
			return err
		}
		p.Title = p.T("template.next", p.From)
		p.Values["name"], p.Values["zh"], p.Values["en"] = old.Name, old.Zh, old.En
	}
	id := q.Get("id")
	if id == "" && p.From != "" {
		id = cmp.Or(old.Layouts[s.WeChat].ID, textOnly)
	}
	if id == textOnly {
		p.Chosen, p.Worded = true, textValues(old)
		return s.show(w, "admin-template-new", nil, p)
	}
	if p.Offered, err = s.Push.PlatformTemplates(ctx); err != nil {
		p.wrong(err)
	}
	for _, one := range p.Offered {
		if one.ID == id {
			p.choose(one, old, s.WeChat)
		}
	}
	if l := old.Layouts[s.WeChat]; !p.Chosen && id != "" && l.ID == id {
		p.choose(offered(l), old, s.WeChat)
	}
	return s.show(w, "admin-template-new", nil, p)
}

// offered makes out of a layout what the platform would have said of it.
func offered(l push.Layout) push.PlatformTemplate {
	one := push.PlatformTemplate{ID: l.ID, Title: l.Title}
	for _, keyword := range l.Keywords() {
		one.Keywords = append(one.Keywords, push.Keyword{Name: keyword, Label: l.Labels[keyword]})
	}
	return one
}

// choose begins to map a template of the account, as an older version of ours
// did where there is one.
func (p *newTemplatePage) choose(one push.PlatformTemplate, old push.Template, account string) {
	p.Chosen = true
	p.Layout = push.Layout{ID: one.ID, Title: one.Title}
	examples := examplesOf(one)
	for _, k := range one.Keywords {
		source := old.Layouts[account].Fields[k.Name]
		if old.Name == "" {
			source = suggested(k.Name)
		}
		kind := typeOf(old, source, k.Name)
		p.Rows = append(p.Rows, keywordRow{Keyword: k.Name, Label: k.Label, Kind: p.KindName(k.Name), Source: source, Type: kind,
			Sample: cmp.Or(old.Sample[source], sampleOf(kind, examples[k.Label]))})
	}
}

// examplesOf reads the platform's example, line by line, by what stands before
// the colon.
func examplesOf(one push.PlatformTemplate) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(one.Example) {
		label, value, found := strings.Cut(strings.ReplaceAll(line, "：", ":"), ":")
		if found {
			all[strings.TrimSpace(label)] = strings.TrimSpace(value)
		}
	}
	return all
}

// suggested is a name for what goes into a keyword. The first and last words
// of old templates are not shown any more.
func suggested(keyword string) string {
	switch kind := push.KeywordKind(keyword); kind {
	case "first", "remark":
		return ""
	case "character_string":
		return "number"
	case "thing", "keyword", "short_thing":
		return strings.ReplaceAll(keyword, kind, "text")
	default:
		return kind
	}
}

// templateFields are the fields of the form beside the rows.
var templateFields = []string{"name", "zh", "en"}

// saveTemplate stores what was mapped as the next version of its name.
func (s *Site) saveTemplate(w http.ResponseWriter, r *http.Request) error {
	if _, err := formOf(r); err != nil {
		return err
	}
	t := s.templateOf(r)
	saved, err := s.Push.SaveTemplate(audit.Note(r.Context(), audit.Entry{Action: audit.TemplateSave, Object: t.Name}), t)
	return s.answered(w, r, err, "/admin/templates/"+saved.Name, "template_saved", s.showNewTemplate)
}

// showNewTemplate shows the form again as it was filled in.
func (s *Site) showNewTemplate(w http.ResponseWriter, r *http.Request, why error) error {
	p := newTemplatePage{board: s.board(r, "templates"), Chosen: true, From: r.PostForm.Get("from")}
	p.Title, p.Self = p.T("template.new"), "/admin/new-template"
	for _, f := range templateFields {
		p.Values[f] = r.PostForm.Get(f)
	}
	p.Layout = push.Layout{ID: r.PostForm.Get("id"), Title: r.PostForm.Get("title")}
	for _, keyword := range r.PostForm["keyword"] {
		p.Rows = append(p.Rows, keywordRow{Keyword: keyword, Label: r.PostForm.Get("label." + keyword), Kind: p.KindName(keyword),
			Source: r.PostForm.Get("source." + keyword), Sample: r.PostForm.Get("sample." + keyword), Type: r.PostForm.Get("type." + keyword)})
	}
	if p.Layout.ID == "" {
		p.Worded = postedTextValues(r)
	}
	p.wrong(why, templateFields...)
	return s.show(w, "admin-template-new", why, p)
}
