package push

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/fault"
)

// PlatformTemplate is a template that an account has at its platform.
type PlatformTemplate struct {
	ID, Title, Example string
	Keywords           []Keyword // in the platform's order
}

// Keyword is a gap in a platform's template: its name, such as thing3, and
// what the platform shows before it.
type Keyword struct{ Name, Label string }

// Librarian is what a [Channel] is besides when its platform lists the
// account's templates, and the configuration fills some of them in.
type Librarian interface {
	PlatformTemplates(ctx context.Context) ([]PlatformTemplate, error)
	// Configured is how the configuration fills a template in; false for one
	// that it does not have.
	Configured(template string) (Layout, bool)
}

// PlatformTemplates asks the platform for the templates of the account that
// sends. Without such an account it fails with [ErrNoAccount].
func (s *Service) PlatformTemplates(ctx context.Context) ([]PlatformTemplate, error) {
	l, ok := s.channels[s.wechat].(Librarian)
	if !ok {
		return nil, ErrNoAccount
	}
	all, err := l.PlatformTemplates(ctx)
	return all, fault.Wrap("push.PlatformTemplates", err)
}

// configured is a template that only the configuration knows.
func (s *Service) configured(name string) Template {
	t := Template{Name: name}
	if c, ok := s.channels[s.wechat].(Librarian); ok {
		if l, ok := c.Configured(name); ok {
			t.Layouts = map[string]Layout{s.wechat: l}
		}
	}
	return t
}

// labelled reports whether what is shown beside the keywords is short enough.
func (l Layout) labelled() bool {
	if utf8.RuneCountInString(l.Title) > 64 {
		return false
	}
	for keyword, label := range l.Labels {
		if _, ok := l.Fields[keyword]; !ok || utf8.RuneCountInString(label) > 32 {
			return false
		}
	}
	return true
}

// KeywordKind is the type that a platform gives a keyword by its name: "thing"
// for "thing3".
func KeywordKind(keyword string) string { return strings.TrimRight(keyword, "0123456789") }

// Keywords lists a layout's keywords in the order in which the platform shows
// them: by their number, what has none before, and "remark" at the end.
func (l Layout) Keywords() []string {
	return slices.SortedFunc(maps.Keys(l.Fields), func(a, b string) int {
		return cmp.Or(keywordPlace(a)-keywordPlace(b), strings.Compare(a, b))
	})
}

func keywordPlace(keyword string) int {
	if keyword == "remark" {
		return 1000
	}
	n := 0
	for _, d := range strings.TrimPrefix(keyword, KeywordKind(keyword)) {
		n = n*10 + int(d-'0')
	}
	return n
}

// Takes lists the names of the values that a template takes, those of its
// keywords first, in the order in which the platform shows them.
func (t Template) Takes() (names []string) {
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, account := range slices.Sorted(maps.Keys(t.Layouts)) {
		l := t.Layouts[account]
		for _, keyword := range l.Keywords() {
			from, fixed := strings.CutPrefix(l.Fields[keyword], "=")
			if !fixed {
				add(from)
				continue
			}
			for _, m := range placeholder.FindAllStringSubmatch(from, -1) {
				add(m[1])
			}
		}
	}
	for _, m := range placeholder.FindAllStringSubmatch(t.Zh+"\n"+t.En, -1) {
		add(m[1])
	}
	return names
}
