package web

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

// card is a message as it looks in WeChat: a template message as a card of
// lines, anything else as a bubble of text.
type card struct {
	Title string // what the platform heads it with
	Lines []cardLine
	Text  string
	Link  string    // what opens at a tap; empty for nothing
	At    time.Time // zero where nothing was sent
	Lang  string    // of what the platform writes around it
}

// cardLine is one keyword with what stands for it.
type cardLine struct{ Keyword, Label, Value, Fault string }

// OK reports whether the platform would take it.
func (c card) OK() bool {
	return !slices.ContainsFunc(c.Lines, func(l cardLine) bool { return l.Fault != "" })
}

// More is what the platform writes under a card that can be tapped.
func (c card) More() string {
	if c.Lang == "en" {
		return "Details"
	}
	return "详情"
}

// cardOf draws a message by the newest version of its template.
func (s *Site) cardOf(ctx context.Context, l locale, m push.Message) (card, error) {
	c := card{Text: m.Text, Link: m.Link, At: m.CreatedAt, Lang: l.Tag}
	if m.Template == "" {
		return c, nil
	}
	t, err := s.Push.Template(ctx, m.Template)
	if errors.Is(err, push.ErrNoTemplate) {
		c.Title, c.Lines = m.Template, plainLines(m.Values)
		return c, nil
	}
	if err != nil {
		return c, fault.Wrap("web.cardOf", err)
	}
	drawn := s.draw(t, m.Values, l.Tag)
	drawn.Link, drawn.At = m.Link, m.CreatedAt
	return drawn, nil
}

// draw fills a template in with values as the account would show it.
func (s *Site) draw(t push.Template, values map[string]string, lang string) card {
	layout, ok := t.Layouts[s.WeChat]
	c := card{Title: cmp.Or(layout.Title, t.Name), Lang: lang}
	if !ok {
		c.Text = s.Push.Preview(t, values).Text
		if c.Text == "" {
			c.Lines = plainLines(values)
		}
		return c
	}
	by := map[string]push.Line{}
	for _, line := range s.Push.Preview(t, values).Accounts[s.WeChat] {
		by[line.Keyword] = line
	}
	for _, keyword := range layout.Keywords() {
		line, ok := by[keyword]
		if !ok {
			line.Value = layout.Fill(values)[keyword]
		}
		c.Lines = append(c.Lines, cardLine{keyword, strings.TrimRight(cmp.Or(layout.Labels[keyword], keyword), ":："), line.Value, line.Fault})
	}
	return c
}

// plainLines lists values where nothing is known of how they are shown.
func plainLines(values map[string]string) (all []cardLine) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, cardLine{name, name, values[name], ""})
	}
	return all
}
