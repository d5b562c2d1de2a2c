package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/web"
)

func TestEveryPageCarriesTheSecurityHeaders(t *testing.T) {
	w := start(t, func(c *web.Config) { c.PublicURL = "https://pay.example/" })
	member := w.register("headers")
	for _, path := range []string{"/", "/login", "/register", "/me", "/bind", "/nope", "/b/unknown", "/bind/status",
		"/wechat/oauth/callback", member.buy("tea", "1")} {
		h := member.get(path).header
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'",
			"frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: CSP lacks %s: %s", path, part, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("%s: CSP is loose: %s", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store", "Strict-Transport-Security": "max-age=31536000"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
		if !strings.HasPrefix(h.Get("X-Request-Id"), "req_") {
			t.Errorf("%s: no request id", path)
		}
	}
	if hsts := start(t).browser().get("/").header.Get("Strict-Transport-Security"); hsts != "" {
		t.Errorf("HSTS on http: %q", hsts)
	}
}

func TestCrossOriginPostsAreRefusedAndChangeNothing(t *testing.T) {
	w := start(t)
	b := w.register("victim")
	for name, headers := range map[string]http.Header{
		"fetch metadata": {"Sec-Fetch-Site": {"cross-site"}},
		"same site":      {"Sec-Fetch-Site": {"same-site"}},
		"origin":         {"Origin": {"https://evil.example"}},
		"null origin":    {"Origin": {"null"}},
	} {
		b.header = headers
		for _, path := range []string{"/logout", "/pay", "/me/password", "/bind/undo", "/login", "/bind/confirm"} {
			a := b.post(path, "subject", "tea", "money", "1").want(http.StatusForbidden)
			if a.text("error-code") != "cross_origin" {
				t.Errorf("%s: %s", name, a.body)
			}
		}
	}
	b.header = http.Header{}
	if got := b.get("/").text("who"); got != "victim" {
		t.Errorf("signed in as %q after the attack", got)
	}
	b.header = http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {w.url}}
	b.post("/logout").want(http.StatusSeeOther)
}

func TestStaticFilesAreKeptForGoodUnderTheirHash(t *testing.T) {
	w := start(t)
	page := w.browser().get("/")
	paths := []string{}
	for _, link := range page.all("link[href]") {
		paths = append(paths, value(link, "href"))
	}
	for _, script := range page.all("script[src]") {
		paths = append(paths, value(script, "src"))
	}
	if len(paths) != 3 {
		t.Fatalf("files: %v", paths)
	}
	for _, p := range paths {
		a := w.browser().get(p).want(http.StatusOK)
		if !strings.Contains(a.header.Get("Cache-Control"), "immutable") || a.header.Get("Set-Cookie") != "" || a.body == "" {
			t.Errorf("%s: %v", p, a.header)
		}
	}
}

// Nothing inline, nothing from elsewhere: the policy would stop it anyway, and
// a page that relied on it would be broken.
func TestPagesHoldNothingThatThePolicyStops(t *testing.T) {
	w := start(t)
	b := w.register("inline")
	for _, path := range []string{"/", "/me", "/bind", b.buy("tea", "1"), "/nope"} {
		a := b.get(path)
		for _, n := range append(a.all("[style]"), a.all("style")...) {
			t.Errorf("%s: inline style on %s", path, n.Data)
		}
		for _, n := range a.all("script") {
			if !strings.HasPrefix(value(n, "src"), "/static/") {
				t.Errorf("%s: a script that is not ours", path)
			}
		}
		if strings.Contains(a.body, " onclick=") || strings.Contains(a.body, "javascript:") {
			t.Errorf("%s: inline handler", path)
		}
	}
}
