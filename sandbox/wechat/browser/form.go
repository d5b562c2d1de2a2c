package browser

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Form is one form of a page, filled in as it comes.
type Form struct {
	Post    bool
	Action  *url.URL // absolute
	Fields  url.Values
	Buttons []Button
}

// Button is one way to submit a form; a nameless one adds nothing.
type Button struct{ Name, Value string }

// Press answers the fields as they are sent when b is pressed.
func (f Form) Press(b Button) url.Values {
	out := url.Values{}
	for key, values := range f.Fields {
		out[key] = append([]string(nil), values...)
	}
	if b.Name != "" {
		out.Add(b.Name, b.Value)
	}
	return out
}

// Forms answers the forms of a page in their order, none when it is no HTML.
func (p Page) Forms() []Form {
	if !strings.Contains(p.Type, "html") {
		return nil
	}
	doc, err := html.Parse(bytes.NewReader(p.Body))
	if err != nil {
		return nil
	}
	base := baseOf(doc, p.URL)
	var forms []Form
	for n := range doc.Descendants() {
		if n.DataAtom == atom.Form && n.Type == html.ElementNode {
			forms = append(forms, readForm(n, base))
		}
	}
	return forms
}

func readForm(n *html.Node, base *url.URL) Form {
	f := Form{Post: strings.EqualFold(attr(n, "method"), "post"), Action: base, Fields: url.Values{}}
	if action := attr(n, "action"); action != "" {
		if u, err := base.Parse(action); err == nil {
			f.Action = u
		}
	}
	for c := range n.Descendants() {
		if c.Type == html.ElementNode {
			f.readControl(c)
		}
	}
	return f
}

func (f *Form) readControl(c *html.Node) {
	name := attr(c, "name")
	if has(c, "disabled") {
		return
	}
	switch c.DataAtom {
	case atom.Button:
		if kind := attr(c, "type"); kind == "" || kind == "submit" {
			f.Buttons = append(f.Buttons, Button{name, attr(c, "value")})
		}
	case atom.Textarea:
		f.add(name, text(c))
	case atom.Select:
		f.add(name, chosen(c))
	case atom.Input:
		f.readInput(c, name)
	}
}

func (f *Form) readInput(c *html.Node, name string) {
	switch strings.ToLower(attr(c, "type")) {
	case "submit", "image":
		f.Buttons = append(f.Buttons, Button{name, attr(c, "value")})
	case "button", "reset", "file":
	case "checkbox", "radio":
		if !has(c, "checked") {
			return
		}
		value := attr(c, "value")
		if !has(c, "value") {
			value = "on"
		}
		f.add(name, value)
	default:
		f.add(name, attr(c, "value"))
	}
}

func (f *Form) add(name, value string) {
	if name != "" {
		f.Fields.Add(name, value)
	}
}

// chosen is the value of a select's marked option, or of its first.
func chosen(sel *html.Node) string {
	value, found := "", false
	for o := range sel.Descendants() {
		if o.DataAtom != atom.Option || (found && !has(o, "selected")) {
			continue
		}
		found, value = true, text(o)
		if has(o, "value") {
			value = attr(o, "value")
		}
	}
	return value
}

func baseOf(doc *html.Node, page *url.URL) *url.URL {
	for n := range doc.Descendants() {
		if n.DataAtom == atom.Base {
			if u, err := page.Parse(attr(n, "href")); err == nil {
				return u
			}
		}
	}
	return page
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
