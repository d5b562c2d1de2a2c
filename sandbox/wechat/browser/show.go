package browser

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Policy is the Content-Security-Policy under which shown pages are served: no
// script runs, and nothing is loaded but through the phone's own browser.
const Policy = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; form-action 'self'; frame-ancestors 'self'"

// FormField names the hidden field that carries a GET form's real target.
const FormField = "sandbox-form"

// Show rewrites an HTML page or a style sheet so that it can be looked at
// inside another page: links, forms and pictures lead through via, which gets
// an absolute address; scripts and frames are taken out. A <meta
// name="sandbox-url"> tells where the page really is. Other content is
// answered as it is.
func (p Page) Show(via func(address string) string) []byte {
	switch {
	case strings.Contains(p.Type, "html"):
		return p.showHTML(via)
	case strings.Contains(p.Type, "css"):
		return []byte(showCSS(string(p.Body), p.URL, via))
	}
	return p.Body
}

func (p Page) showHTML(via func(string) string) []byte {
	doc, err := html.Parse(bytes.NewReader(p.Body))
	if err != nil {
		return nil
	}
	s := shower{base: baseOf(doc, p.URL), via: via}
	var gone []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && !s.element(n) {
			gone = append(gone, n)
		}
	}
	for _, n := range gone {
		n.Parent.RemoveChild(n)
	}
	s.sign(doc, p.URL)
	var out bytes.Buffer
	if html.Render(&out, doc) != nil {
		return nil
	}
	return out.Bytes()
}

// shower rewrites the elements of one page.
type shower struct {
	base *url.URL
	via  func(string) string
}

// element rewrites n; false means that it must go.
func (s shower) element(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Iframe, atom.Frame, atom.Object, atom.Embed, atom.Base:
		return false
	case atom.Meta:
		return !has(n, "http-equiv")
	case atom.Form:
		s.form(n)
	case atom.Style:
		if n.FirstChild != nil {
			n.FirstChild.Data = showCSS(n.FirstChild.Data, s.base, s.via)
		}
	}
	s.attributes(n)
	return true
}

func (s shower) attributes(n *html.Node) {
	keep := n.Attr[:0]
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "target", a.Key == "srcset", a.Key == "formaction", a.Key == "integrity", a.Key == "nonce":
			continue
		case a.Key == "href", a.Key == "src", a.Key == "poster":
			a.Val = s.address(a.Val)
		}
		keep = append(keep, a)
	}
	n.Attr = keep
}

// address leads a reference through via; those within the page stay.
func (s shower) address(ref string) string {
	ref = strings.TrimSpace(ref)
	if strings.HasPrefix(ref, "#") || strings.HasPrefix(ref, "data:image/") {
		return ref
	}
	u, err := s.base.Parse(ref)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return "#"
	}
	return s.via(u.String())
}

// form leads a form through via. A GET form would lose the query of its
// action, so its target travels in a hidden field.
func (s shower) form(n *html.Node) {
	f := readForm(n, s.base)
	target := s.via(f.Action.String())
	if !f.Post {
		n.AppendChild(&html.Node{Type: html.ElementNode, Data: "input", DataAtom: atom.Input, Attr: []html.Attribute{
			{Key: "type", Val: "hidden"}, {Key: "name", Val: FormField}, {Key: "value", Val: f.Action.String()},
		}})
	}
	keep := n.Attr[:0]
	for _, a := range n.Attr {
		if a.Key != "action" && a.Key != "enctype" {
			keep = append(keep, a)
		}
	}
	n.Attr = append(keep, html.Attribute{Key: "action", Val: target})
}

// sign notes the page's real address in its head.
func (s shower) sign(doc *html.Node, u *url.URL) {
	for n := range doc.Descendants() {
		if n.DataAtom == atom.Head {
			n.AppendChild(&html.Node{Type: html.ElementNode, Data: "meta", DataAtom: atom.Meta, Attr: []html.Attribute{
				{Key: "name", Val: "sandbox-url"}, {Key: "content", Val: u.String()},
			}})
			return
		}
	}
}

var cssURL = regexp.MustCompile(`url\(\s*['"]?([^'")]+)['"]?\s*\)`)

func showCSS(css string, base *url.URL, via func(string) string) string {
	s := shower{base, via}
	return cssURL.ReplaceAllStringFunc(css, func(m string) string {
		return `url("` + s.address(cssURL.FindStringSubmatch(m)[1]) + `")`
	})
}
