package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/web"
)

// asRole makes a browser that is signed in as a new person with a role.
func (w *world) asRole(role web.Role) *browser {
	w.t.Helper()
	b := w.browser()
	if role == web.Visitor {
		return b
	}
	as := map[web.Role]member.Role{web.Member: member.RoleMember, web.Operator: member.RoleOperator, web.Admin: member.RoleAdmin}[role]
	m, err := w.members.Create(w.t.Context(), "r"+id.New("x")[2:30], as)
	if err != nil {
		w.t.Fatal(err)
	}
	secret, err := w.db.SignInLinks().Create(w.t.Context(), m.ID, signInLife)
	if err != nil {
		w.t.Fatal(err)
	}
	b.post("/sign-in/" + secret).want(http.StatusSeeOther)
	return b
}

// order is the order of the roles, each having what those before it have.
var order = []web.Role{web.Visitor, web.Member, web.Operator, web.Admin}

// refused tells whether somebody was turned away for who they are.
func refused(path string, a answer) bool {
	toLogin := strings.HasPrefix(a.location, "/login?next="+url.QueryEscape(path))
	unknown := a.status == http.StatusUnauthorized && !strings.HasPrefix(path, "/login") && !strings.HasPrefix(path, "/sign-in")
	return toLogin || unknown || a.status == http.StatusForbidden
}

// Every route is tried with every role. Whoever lacks the role is turned away
// and nothing else; whoever has it is never turned away for who they are.
func TestInvariant17EveryRouteWithEveryRole(t *testing.T) {
	w := start(t)
	cashier := w.browser().buy("tea", "1.00")
	w.asRole(web.Admin) // so that none of the others is the last
	routes := w.site.Routes()
	if len(routes) < 40 {
		t.Fatalf("only %d routes", len(routes))
	}
	for _, route := range routes {
		path := strings.NewReplacer("/pay/{order}", cashier, "{order}", strings.TrimPrefix(cashier, "/pay/"), "{account}", "alipay",
			"{secret}", "x", "{$}", "", "{payment}", "pay_x", "{refund}", "ref_x", "{notice}", "ntc_x", "{member}", "mem_x",
			"{key}", "key_x", "{endpoint}", "whe_x", "{delivery}", "whd_x", "{campaign}", "cmp_x", "{act}", "start", "{message}", "msg_x", "{rule}", "rul_x",
			"{template}", "none", "{reconciliation}", "rec_x", "{difference}", "dif_x", "{openid}", "o_x").Replace(route.Path)
		if !slices.Contains(order, route.Role) || strings.Contains(path, "{") {
			t.Errorf("%s %s: role %q", route.Method, path, route.Role)
		}
		for i, role := range order {
			t.Run(route.Method+" "+route.Path+" as "+string(role), func(t *testing.T) {
				r, err := http.NewRequestWithContext(t.Context(), route.Method, w.url+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := w.asRole(role).client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				a := answer{t: t, status: resp.StatusCode, location: resp.Header.Get("Location")}
				resp.Body.Close()
				if want := i < slices.Index(order, route.Role); refused(path, a) != want {
					t.Errorf("refused %v, want %v (status %d)", !want, want, a.status)
				}
				if a.status >= 500 {
					t.Errorf("status %d", a.status)
				}
			})
		}
	}
}

// What the console can change has routes of its own, and none of them is open
// to members.
func TestTheConsoleIsForTheTeam(t *testing.T) {
	w := start(t)
	for _, route := range w.site.Routes() {
		console := route.Path == "/admin" || strings.HasPrefix(route.Path, "/admin/")
		if team := route.Role == web.Operator || route.Role == web.Admin; console != team {
			t.Errorf("%s %s is for %s", route.Method, route.Path, route.Role)
		}
	}
	if a := w.asRole(web.Member).get("/"); a.has("nav-admin") {
		t.Error("a member sees the way to the console")
	}
	if a := w.asRole(web.Operator).get("/admin"); !a.has("nav-admin") || a.has("board-keys") || a.has("board-trail") {
		t.Error("an operator's navigation is wrong")
	}
	if a := w.asRole(web.Admin).get("/admin"); !a.has("board-keys") || !a.has("board-trail") {
		t.Error("an administrator's navigation is wrong")
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
