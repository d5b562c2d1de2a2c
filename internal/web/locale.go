package web

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
)

//go:embed locales/*.json
var localeFiles embed.FS

// langCookie holds the language that somebody chose by hand.
const langCookie = "lang"

// locale is one language: its catalog and how it writes money and times.
type locale struct {
	Tag  string // of the html element and of the cookie
	text map[string]string
}

// loadLocales reads the catalogs, the default language first.
func loadLocales() []locale {
	var all []locale
	for _, tag := range []string{"zh", "en"} {
		b, err := localeFiles.ReadFile("locales/" + tag + ".json")
		l := locale{Tag: tag}
		if err == nil {
			err = json.Unmarshal(b, &l.text)
		}
		if err != nil {
			panic("web: catalog " + tag + ": " + err.Error())
		}
		all = append(all, l)
	}
	return all
}

// localeOf picks the language of a request: what the person chose, else what
// the browser prefers, else Chinese.
func (s *Site) localeOf(r *http.Request) locale {
	if c, err := r.Cookie(langCookie); err == nil {
		if l, ok := s.locale(c.Value); ok {
			return l
		}
	}
	accept := r.Header.Get("Accept-Language")
	if len(accept) > 200 {
		return s.locales[0]
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return s.locales[0]
	}
	_, i, _ := language.NewMatcher([]language.Tag{language.Chinese, language.English}).Match(tags...)
	return s.locales[i]
}

func (s *Site) locale(tag string) (locale, bool) {
	for _, l := range s.locales {
		if l.Tag == tag {
			return l, true
		}
	}
	return locale{}, false
}

// switched handles the language link, "?lang=en" on any page: it remembers the
// choice and leads to the same page without the parameter.
func (s *Site) switched(w http.ResponseWriter, r *http.Request) bool {
	q := r.URL.Query()
	if r.Method != http.MethodGet || !q.Has("lang") {
		return false
	}
	if l, ok := s.locale(q.Get("lang")); ok {
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: l.Tag, Path: "/", MaxAge: 365 * 24 * 60 * 60,
			HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
	}
	q.Del("lang")
	to := url.URL{Path: r.URL.Path, RawQuery: q.Encode()}
	http.Redirect(w, r, localPath(to.String()), http.StatusSeeOther)
	return true
}

// T gives the text of a key, with args filled in as fmt does. A key that the
// catalog lacks is shown as it is, which a test prevents.
func (l locale) T(key string, args ...any) string {
	text, ok := l.text[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Has reports whether the catalog has a key.
func (l locale) Has(key string) bool { _, ok := l.text[key]; return ok }

// Fault gives the sentence for an error: the catalog's for its code, else the
// message that the error carries.
func (l locale) Fault(err error) string { return l.FaultCode(fault.CodeOf(err), messageOf(err)) }

// FaultCode gives the sentence for a code, or the fallback.
func (l locale) FaultCode(code, fallback string) string {
	if k := "fault." + code; l.Has(k) {
		return l.T(k)
	}
	if fallback == "" {
		return l.T("fault.internal")
	}
	return fallback
}

func messageOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Message
	}
	return ""
}

// Money writes an amount with its currency and grouped thousands.
func (l locale) Money(a pay.Amount) string {
	whole, cents, _ := strings.Cut(a.Yuan(), ".")
	digits := strings.TrimPrefix(whole, "-")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign = "−"
	}
	return sign + l.T("money", digits, cents)
}

// Count writes a number with grouped thousands.
func (l locale) Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Time writes an instant as people in China read it on a clock.
func (l locale) Time(t time.Time) string { return t.In(china).Format(l.T("time.layout")) }

// Short writes an instant for a table: the day and the clock.
func (l locale) Short(t time.Time) string { return t.In(china).Format(l.T("time.short")) }

// Machine writes an instant for the datetime attribute.
func (l locale) Machine(t time.Time) string { return t.In(china).Format(time.RFC3339) }

// china is the zone in which people are told times, fixed so that no zone
// database is needed.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)
