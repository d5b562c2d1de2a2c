package docs

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"golang.org/x/text/language"
)

//go:embed pages.html
var pagesHTML string

//go:embed docs.css
var docsCSS []byte

// Config is what the pages are made of.
type Config struct {
	OpenAPI    []byte // the document in JSON
	Stylesheet string // the address of the site's own styles
	Icon       string // the address of its icon
}

// Pages serves /docs. It is safe for any number of goroutines.
type Pages struct {
	reference, errors map[string][]byte // HTML by language
}

// New makes the pages. It fails where the document can't be read.
func New(c Config) (*Pages, error) {
	d, err := readDocument(c.OpenAPI)
	if err != nil {
		return nil, err
	}
	t := template.Must(template.New("").Parse(pagesHTML))
	p := &Pages{reference: map[string][]byte{}, errors: map[string][]byte{}}
	for _, lang := range []string{"zh", "en"} {
		v := view{Config: c, Lang: lang, Info: d.Info, Groups: groups(d, lang), Objects: objects(d), Kinds: Kinds(), Codes: Errors()}
		for name, into := range map[string]map[string][]byte{"reference": p.reference, "errors": p.errors} {
			var b bytes.Buffer
			v.Page = name
			if err := t.ExecuteTemplate(&b, name, v); err != nil {
				return nil, err
			}
			into[lang] = b.Bytes()
		}
	}
	return p, nil
}

// Register routes the pages.
func (p *Pages) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /docs", func(w http.ResponseWriter, r *http.Request) { show(w, r, p.reference) })
	mux.HandleFunc("GET /docs/errors", func(w http.ResponseWriter, r *http.Request) { show(w, r, p.errors) })
	mux.HandleFunc("GET /docs/docs.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(docsCSS)
	})
}

func show(w http.ResponseWriter, r *http.Request, pages map[string][]byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Language, Cookie")
	_, _ = w.Write(pages[languageOf(r)])
}

// languageOf picks the language: what the address says, what the person chose
// on another page, what the browser prefers, else Chinese.
func languageOf(r *http.Request) string {
	chosen := r.URL.Query().Get("lang")
	if c, err := r.Cookie("lang"); chosen == "" && err == nil {
		chosen = c.Value
	}
	if chosen == "zh" || chosen == "en" {
		return chosen
	}
	accept := r.Header.Get("Accept-Language")
	tags, _, err := language.ParseAcceptLanguage(accept[:min(len(accept), 200)])
	if err != nil || len(tags) == 0 {
		return "zh"
	}
	_, i, _ := language.NewMatcher([]language.Tag{language.Chinese, language.English}).Match(tags...)
	return []string{"zh", "en"}[i]
}

// view is what the templates show.
type view struct {
	Config
	Lang    string
	Page    string
	Info    info
	Groups  []group
	Objects []object
	Kinds   []Code
	Codes   []Code
}

// Other is the language that the page is not in.
func (v view) Other() string {
	if v.Lang == "zh" {
		return "en"
	}
	return "zh"
}

// T gives a text in the page's language.
func (v view) T(key string) string { return words[key][strings.Index("zhen", v.Lang)/2] }

// Say gives the sentence of a code in the page's language.
func (v view) Say(c Code) string {
	if v.Lang == "zh" {
		return c.Zh
	}
	return c.En
}

// With hands fields to a template together with the page.
func (v view) With(fields []field) map[string]any { return map[string]any{"View": v, "Fields": fields} }
