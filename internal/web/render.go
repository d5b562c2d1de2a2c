package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
)

//go:embed templates/*.html
var templateFiles embed.FS

// loadPages parses every page together with the layout and the parts.
func loadPages(a assets) map[string]*template.Template {
	shared := template.Must(template.New("").Funcs(template.FuncMap{"asset": a.path}).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic("web: templates: " + err.Error())
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".html")
		if base == "layout" || base == "parts" {
			continue
		}
		pages[base] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, name))
	}
	return pages
}

// Base is what every page shows around its own part.
type Base struct {
	Locale    locale
	Title     string
	Who       person
	Self      string // where the language links lead; empty for none
	Section   string // the entry of the navigation that is current
	Board     string // the console's page that is current; empty outside the console
	Refresh   int    // seconds after which a browser without scripts looks again; 0 for never
	Mode      string
	Phone     bool // shown on the phone that scanned, which needs no navigation
	Demo      bool
	CanBind   bool
	Console   bool   // the console is open to the viewer
	CanTell   bool   // campaigns can be sent
	CanFollow bool   // followers are known
	CanWish   bool   // people are asked what they want to be told
	Sandbox   string // address of the sandbox; empty for none
}

// T gives a text in the page's language.
func (b Base) T(key string, args ...any) string { return b.Locale.T(key, args...) }

// Locales lists the languages that one can switch to, with their own names.
func (b Base) Locales() []struct{ Tag, Name string } {
	return []struct{ Tag, Name string }{{"zh", "中文"}, {"en", "English"}}
}

// SelfIn is the address of this page in a language.
func (b Base) SelfIn(tag string) string {
	sep := "?"
	if strings.Contains(b.Self, "?") {
		sep = "&"
	}
	return b.Self + sep + "lang=" + tag
}

func (s *Site) base(r *http.Request, section string) Base {
	v := visitOf(r)
	b := Base{Locale: v.locale, Who: v.who, Self: localPath(r.URL.RequestURI()), Section: section, Mode: s.Mode,
		Demo: s.Demo, CanBind: s.WeChat != "", Console: s.Desk != nil && v.who.Operates(),
		CanTell: s.Desk != nil && s.Desk.Campaigns != nil, CanFollow: s.Desk != nil && s.Desk.Followers != nil, CanWish: s.Wishes != nil && s.WeChat != ""}
	if s.Mode == ModeSandbox {
		b.Sandbox = s.SandboxURL
	}
	return b
}

// note is a page that says one thing.
type note struct {
	Base
	Tone       string // "good", "bad" or "calm"
	Heading    string
	Lead       string
	Code       string // of an error
	RequestID  string // of an error
	Action     string // where to go on; empty for the start page
	ActionText string
}

// render writes a page, or a bare line where the page itself is broken, so
// that no half page is ever sent with a good status.
func (s *Site) render(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, "layout", data); err != nil {
		s.Log.Error("a page did not render", slog.String("request_id", w.Header().Get("X-Request-Id")), slog.String("page", name),
			slog.Any("error", err))
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
}
