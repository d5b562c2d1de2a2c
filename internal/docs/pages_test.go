package docs_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/paypush/paypush/internal/docs"
)

const small = `{"openapi":"3.1.0","info":{"title":"t","version":"1.2","description":"d"},"paths":{
"/v1/orders":{"get":{"operationId":"list-orders","summary":"List <b>orders</b>","parameters":[{"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":100,"default":20}}],
"responses":{"200":{"description":"OK","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Order"}}}},"204":{"description":"Empty"}}}},
"/v1/moons/{id}":{"post":{"operationId":"move-moon","summary":"Move","requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Order"}}}},"responses":{}}}},
"components":{"schemas":{"Order":{"type":"object","required":["id"],"properties":{"at":{"type":["string","null"],"format":"date-time"},"id":{"type":"string","enum":["a","b"]},"all":{"type":"array","items":{"$ref":"#/components/schemas/Order"}}}}}}}`

func serve(t *testing.T, target string, headers ...string) (*http.Response, string) {
	t.Helper()
	pages, err := docs.New(docs.Config{OpenAPI: []byte(small), Stylesheet: "/static/site.css", Icon: "/static/mark.svg"})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	pages.Register(mux)
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

func TestTheReferenceShowsEveryCall(t *testing.T) {
	r, body := serve(t, "/docs?lang=en")
	if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%d %v", r.StatusCode, r.Header)
	}
	for _, want := range []string{`id="list-orders"`, `List &lt;b&gt;orders&lt;/b&gt;`, `id="move-moon"`, `<h2 id="orders">Orders</h2>`, `<h2 id="moons">moons</h2>`,
		`integer (1 to 100; default 20)`, `string: a, b`, `array of Order`, `string | null, RFC 3339`, `<html lang="en">`, `href="/openapi.json"`, `Body (optional)`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if policy := r.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
}

func TestTheLanguageIsChosen(t *testing.T) {
	for _, c := range []struct{ target, name, value, want string }{
		{"/docs", "", "", "zh-CN"}, {"/docs", "Accept-Language", "en-GB,en", "en"}, {"/docs", "Accept-Language", "zh-TW", "zh-CN"},
		{"/docs", "Accept-Language", "%%", "zh-CN"}, {"/docs/errors", "Cookie", "lang=en", "en"}, {"/docs/errors?lang=zh", "Cookie", "lang=en", "zh-CN"},
	} {
		if _, body := serve(t, c.target, c.name, c.value); !strings.Contains(body, `<html lang="`+c.want+`">`) {
			t.Errorf("%s with %s %q is not in %s", c.target, c.name, c.value, c.want)
		}
	}
}

func TestEveryErrorHasItsPlace(t *testing.T) {
	_, body := serve(t, "/docs/errors")
	for _, c := range docs.Errors() {
		if !strings.Contains(body, `<tr id="`+c.Code+`">`) || c.Zh == "" || c.En == "" {
			t.Errorf("%s is not whole", c.Code)
		}
	}
}

// Links within a page lead somewhere, ids are there once, nothing is loaded
// from elsewhere, and nothing needs a script.
func TestThePagesAreWhole(t *testing.T) {
	for _, target := range []string{"/docs", "/docs/errors", "/docs?lang=en", "/docs/errors?lang=en"} {
		_, body := serve(t, target)
		root, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		ids, links := map[string]int{}, []string{}
		for n := range root.Descendants() {
			if n.Data == "script" {
				t.Errorf("%s has a script", target)
			}
			for _, a := range n.Attr {
				switch a.Key {
				case "id":
					ids[a.Val]++
				case "href", "src":
					links = append(links, a.Val)
				case "style":
					t.Errorf("%s has a style attribute", target)
				}
			}
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s has the id %s %d times", target, id, n)
			}
		}
		for _, l := range links {
			if at, ok := strings.CutPrefix(l, "#"); ok && ids[at] == 0 {
				t.Errorf("%s: %s leads nowhere", target, l)
			}
			if strings.Contains(l, "//") {
				t.Errorf("%s: %s is elsewhere", target, l)
			}
		}
	}
}

func TestABrokenDocumentIsAnError(t *testing.T) {
	if _, err := docs.New(docs.Config{OpenAPI: []byte("{")}); err == nil {
		t.Error("it was taken")
	}
}
