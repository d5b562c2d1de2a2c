package service_test

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestTheDocumentationIsServed finds every described operation and every kind
// of answer on the pages that problems and people are led to.
func TestTheDocumentationIsServed(t *testing.T) {
	c := newContract(t)
	page := c.send(t, http.MethodGet, "/docs", "")
	if page.status != http.StatusOK || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
		t.Fatalf("%d %s", page.status, page.body)
	}
	ids := map[string]bool{}
	root, err := html.Parse(strings.NewReader(page.body))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "id" {
				ids[a.Val] = true
			}
			if n.Data == "link" && a.Key == "href" {
				if r := c.send(t, http.MethodGet, a.Val, ""); r.status != http.StatusOK {
					t.Errorf("%s: %d", a.Val, r.status)
				}
			}
		}
	}
	for id := range c.ops {
		if !ids[id] {
			t.Errorf("%s is not on the page", id)
		}
	}
	problem := c.send(t, http.MethodGet, "/v1/orders/none", "")
	if table := c.send(t, http.MethodGet, "/docs/errors", ""); !strings.Contains(table.body, `id="`+problem.problem.Code+`"`) {
		t.Errorf("%s is not explained", problem.problem.Code)
	}
}
