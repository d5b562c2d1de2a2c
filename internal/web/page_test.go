package web_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// answer is a response, read to its end.
type answer struct {
	t        testing.TB
	status   int
	location string
	header   http.Header
	body     string
}

func read(t testing.TB, resp *http.Response) answer {
	t.Helper()
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{t, resp.StatusCode, resp.Header.Get("Location"), resp.Header, string(b)}
}

// want fails unless the status is as expected.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d (%s)\n%s", a.status, status, a.location, a.body)
	}
	return a
}

// all finds the elements that match a selector of one step: a tag, [attr],
// [attr=value], or a tag with either.
func (a answer) all(selector string) []*html.Node {
	a.t.Helper()
	root, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		a.t.Fatal(err)
	}
	tag, rest, _ := strings.Cut(selector, "[")
	name, value, valued := strings.Cut(strings.TrimSuffix(rest, "]"), "=")
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || tag != "" && n.Data != tag {
			continue
		}
		if got, ok := attr(n, name); name != "" && (!ok || valued && got != value) {
			continue
		}
		found = append(found, n)
	}
	return found
}

// id finds the one element with a data-testid.
func (a answer) id(testid string) *html.Node {
	a.t.Helper()
	found := a.all("[data-testid=" + testid + "]")
	if len(found) != 1 {
		a.t.Fatalf("%d elements with data-testid %q, want 1\n%s", len(found), testid, a.body)
	}
	return found[0]
}

func (a answer) has(testid string) bool { return len(a.all("[data-testid="+testid+"]")) > 0 }

func (a answer) text(testid string) string { a.t.Helper(); return textOf(a.id(testid)) }

func attr(n *html.Node, name string) (string, bool) {
	for _, at := range n.Attr {
		if at.Key == name {
			return at.Val, true
		}
	}
	return "", false
}

func value(n *html.Node, name string) string { v, _ := attr(n, name); return v }

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
