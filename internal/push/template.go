package push

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/fault"
)

// Layout is how an account's template is filled in: the platform's id of it,
// and for each keyword what goes in: the name of a value, or after an equals
// sign a text in which {name} stands for a value. Title and Labels are what the
// platform shows, for people who look at the template here.
type Layout struct {
	ID     string            `json:"id"`
	Fields map[string]string `json:"fields"`
	Title  string            `json:"title,omitempty"`
	Labels map[string]string `json:"labels,omitempty"` // by keyword
}

// Fill gives the text of each keyword.
func (l Layout) Fill(values map[string]string) map[string]string {
	all := make(map[string]string, len(l.Fields))
	for keyword, from := range l.Fields {
		if text, fixed := strings.CutPrefix(from, "="); fixed {
			all[keyword] = fillIn(text, values)
		} else {
			all[keyword] = values[from]
		}
	}
	return all
}

// Template is something of ours to say, in one version, which never changes.
// Version 0 is one of the configuration, whose layouts the channels know.
type Template struct {
	Name      string
	Version   int64
	Zh, En    string            // the text where there is no layout, such as in a customer service message, with {name} for values
	Params    map[string]Param  // its values by name and type; empty to take whatever comes
	Layouts   map[string]Layout // by account
	Sample    map[string]string // values to show it with
	CreatedAt time.Time
}

// Text is the text in both languages, Chinese first.
func (t Template) Text(values map[string]string) string {
	return strings.TrimSpace(fillIn(t.Zh, values) + "\n" + fillIn(t.En, values))
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

func fillIn(text string, values map[string]string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(s string) string { return values[s[1:len(s)-1]] })
}

// TemplateStore keeps templates.
type TemplateStore interface {
	// Template finds the newest version, or fails with [ErrNoTemplate].
	Template(ctx context.Context, name string) (Template, error)
	// TemplateVersion finds a certain one, or fails with [ErrNoTemplate].
	TemplateVersion(ctx context.Context, name string, version int64) (Template, error)
	// TemplateVersions lists the versions of a name, newest first, at most 100.
	TemplateVersions(ctx context.Context, name string) ([]Template, error)
	// Templates lists the newest versions by name; there are few.
	Templates(ctx context.Context) ([]Template, error)
	// AddTemplate adds a version and fails with [ErrStale] where there is one
	// with that number.
	AddTemplate(ctx context.Context, t Template) error
}

// Line is one keyword of a message as a person would see it, and what the
// platform would have against it, in English; empty for nothing.
type Line struct {
	Keyword, Value, Fault string
}

// Previewer is what a [Channel] is besides when it can judge a layout without
// sending.
type Previewer interface {
	// Preview fills a layout in as Send would, keyword by keyword in order.
	Preview(l Layout, values map[string]string) []Line
}

// Preview is a template as its recipients would see it.
type Preview struct {
	Text     string            // in both languages
	Accounts map[string][]Line // by account, those with a layout
}

// OK reports whether no platform would refuse it.
func (p Preview) OK() bool {
	for _, lines := range p.Accounts {
		for _, l := range lines {
			if l.Fault != "" {
				return false
			}
		}
	}
	return true
}

var (
	templateName = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,63}$`)
	keywordName  = regexp.MustCompile(`^[a-z_]{1,20}[0-9]{0,3}$`)
)

// ErrTemplate tells what a template must be.
var ErrTemplate = fault.Input("/", "template_invalid",
	"A template has a name of a-z, 0-9, _ . and -, a text of at most 600 characters, parameters of type text, number, money or time, and for each account a template id with 1 to 20 keywords.")

// ErrSample tells that the platform would refuse a template's sample.
var ErrSample = fault.Input("/sample", "sample_refused", "The platform would refuse the template filled in with its sample; preview it to see why.")

// Template finds the newest version of a template. One that only the
// configuration knows has version 0.
func (s *Service) Template(ctx context.Context, name string) (Template, error) {
	if s.book != nil {
		t, err := s.book.Template(ctx, name)
		if fault.KindOf(err) != fault.Invalid {
			return t, fault.Wrap("push.Template "+name, err)
		}
	}
	if slices.Contains(s.templates, name) {
		return s.configured(name), nil
	}
	return Template{}, ErrNoTemplate
}

// Templates lists the newest version of every template, those of the
// configuration included, by name.
func (s *Service) Templates(ctx context.Context) ([]Template, error) {
	byName := map[string]Template{}
	for _, name := range s.templates {
		byName[name] = s.configured(name)
	}
	if s.book != nil {
		stored, err := s.book.Templates(ctx)
		if err != nil {
			return nil, fault.Wrap("push.Templates", err)
		}
		for _, t := range stored {
			byName[t.Name] = t
		}
	}
	all := make([]Template, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		all = append(all, byName[name])
	}
	return all, nil
}

// TemplateVersions lists the stored versions of a template, newest first, at
// most 100, or fails with [ErrNoTemplate].
func (s *Service) TemplateVersions(ctx context.Context, name string) ([]Template, error) {
	newest, err := s.Template(ctx, name)
	if err != nil || newest.Version == 0 {
		return nil, err
	}
	all, err := s.book.TemplateVersions(ctx, name)
	return all, fault.Wrap("push.TemplateVersions "+name, err)
}

// SaveTemplate checks a template, its sample included, and stores it as the
// next version of its name. What was drafted before keeps what it said.
func (s *Service) SaveTemplate(ctx context.Context, t Template) (Template, error) {
	if err := t.check(); err != nil {
		return Template{}, err
	}
	if len(t.Sample) > 0 && (t.checkValues(t.Sample) != nil || !s.Preview(t, t.Sample).OK()) {
		return Template{}, ErrSample
	}
	for {
		newest, err := s.Template(ctx, t.Name)
		if err != nil && fault.KindOf(err) != fault.Invalid {
			return Template{}, err
		}
		t.Version, t.CreatedAt = newest.Version+1, s.now()
		if err = s.book.AddTemplate(ctx, t); !errors.Is(err, ErrStale) {
			return t, fault.Wrap("push.SaveTemplate "+t.Name, err)
		}
	}
}

// Preview shows a template filled in with values, and what the platforms would
// have against it. It sends nothing.
func (s *Service) Preview(t Template, values map[string]string) Preview {
	values = t.Written(values)
	p := Preview{Text: t.Text(values), Accounts: map[string][]Line{}}
	for account, l := range t.Layouts {
		if channel, ok := s.channels[account].(Previewer); ok {
			p.Accounts[account] = channel.Preview(l, values)
		}
	}
	return p
}

func (t Template) check() error {
	long := utf8.RuneCountInString(t.Zh) > 600 || utf8.RuneCountInString(t.En) > 600
	if !templateName.MatchString(t.Name) || long || len(t.Params) > 20 || len(t.Layouts) > 20 || len(t.Sample) > 20 || t.Zh+t.En == "" && len(t.Layouts) == 0 {
		return ErrTemplate
	}
	for name, p := range t.Params {
		if !placeholder.MatchString("{"+name+"}") || !slices.Contains([]Param{ParamText, ParamNumber, ParamMoney, ParamTime}, p) {
			return ErrTemplate
		}
	}
	for account, l := range t.Layouts {
		if account == "" || l.ID == "" || len(l.ID) > 64 || len(l.Fields) == 0 || len(l.Fields) > 20 || !l.labelled() {
			return ErrTemplate
		}
		for keyword := range l.Fields {
			if !keywordName.MatchString(keyword) {
				return ErrTemplate
			}
		}
	}
	return nil
}
