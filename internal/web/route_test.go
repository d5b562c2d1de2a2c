package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/web"
)

// Every route is tried by everybody. Whoever lacks the role is turned away and
// nothing else; whoever has it is never turned away for who they are.
func TestInvariant17EveryRouteWithEveryRole(t *testing.T) {
	w := start(t)
	cashier := w.browser().buy("tea", "1.00")
	who := map[web.Role]func() *browser{
		web.Visitor: w.browser,
		web.Member: func() *browser {
			secret, err := w.db.SignInLinks().Create(t.Context(), w.memberNamed("routes"), signInLife)
			if err != nil {
				t.Fatal(err)
			}
			b := w.browser()
			b.get("/sign-in/" + secret).want(http.StatusSeeOther)
			return b
		},
	}
	w.register("routes")
	for _, route := range w.site.Routes() {
		if route.Path == "/logout" {
			continue // ends the session that the others need; people_test has it
		}
		path := strings.NewReplacer("/pay/{order}", cashier, "{account}", "alipay", "{secret}", "x", "{$}", "").Replace(route.Path)
		for role, enter := range who {
			t.Run(route.Method+" "+route.Path+" as "+string(role), func(t *testing.T) {
				r, err := http.NewRequestWithContext(t.Context(), route.Method, w.url+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := enter().client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				refused := resp.StatusCode == http.StatusUnauthorized && !strings.HasPrefix(path, "/login") &&
					!strings.HasPrefix(path, "/sign-in") || strings.HasPrefix(resp.Header.Get("Location"), "/login?next="+url.QueryEscape(path))
				if want := route.Role == web.Member && role == web.Visitor; refused != want {
					t.Errorf("refused %v, want %v (status %d)", refused, want, resp.StatusCode)
				}
				if resp.StatusCode >= 500 {
					t.Errorf("status %d", resp.StatusCode)
				}
			})
		}
	}
}

func TestPagesThatAreNot(t *testing.T) {
	w := start(t)
	for _, one := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/nope", http.StatusNotFound, "page_not_found"},
		{"GET", "/static/site.000000000000.css", http.StatusNotFound, "page_not_found"},
		{"DELETE", "/login", http.StatusMethodNotAllowed, "method_not_allowed"},
		{"PUT", "/", http.StatusMethodNotAllowed, "method_not_allowed"},
		{"GET", "/logout", http.StatusMethodNotAllowed, "method_not_allowed"},
		{"GET", "/pay/ord_unknown", http.StatusNotFound, "order_not_found"},
		{"GET", "/return/nobody", http.StatusNotFound, "account_not_found"},
	} {
		for lang, word := range map[string]string{"zh": "请求号", "en": "Request"} {
			b := w.browser()
			b.header.Set("Accept-Language", lang)
			a := b.do(one.method, one.path, nil).want(one.status)
			if a.text("error-code") != one.code || a.text("request-id") != a.header.Get("X-Request-Id") || !strings.Contains(a.body, word) {
				t.Errorf("%s %s in %s: %s", one.method, one.path, lang, a.body)
			}
		}
	}
	if allow := w.browser().do("PUT", "/login", nil).header.Get("Allow"); allow != "GET, HEAD, POST" {
		t.Errorf("Allow = %q", allow)
	}
	if a := w.browser().get("/v1/nope").want(404); a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("API path answered %s", a.header.Get("Content-Type"))
	}
}

func TestInvariant18NoShopOutsideADemo(t *testing.T) {
	w := start(t, func(c *web.Config) { c.Demo, c.Mode, c.WeChat = false, web.ModeLive, "" })
	for _, path := range []string{"/register", "/bind", "/bind/qrcode", "/b/x", "/pay"} {
		w.browser().get(path).want(http.StatusNotFound)
	}
	w.browser().post("/register", "user", "somebody", "pwd", goodPassword).want(http.StatusNotFound)
	w.browser().post("/pay", "subject", "tea", "money", "1").want(http.StatusNotFound)
	a := w.browser().get("/").want(http.StatusOK)
	if a.has("shop-form") || a.has("nav-register") || a.has("mode") {
		t.Errorf("a live start page shows the demo:\n%s", a.body)
	}
}

func TestVerificationFilesAreServedAsTheyAre(t *testing.T) {
	a := start(t).browser().get("/MP_verify_abc123.txt").want(http.StatusOK)
	if a.body != "abc123" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
		t.Errorf("%q %s", a.body, a.header.Get("Content-Type"))
	}
}
