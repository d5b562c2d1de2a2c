package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/web"
)

const signInLife = time.Hour

func (w *world) memberNamed(name string) string {
	w.t.Helper()
	m, err := w.db.People().MemberByName(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return m.ID
}

func (b *browser) cookie(name string) string {
	u, err := url.Parse(b.w.url)
	if err != nil {
		b.w.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestRegisterSignOutSignIn(t *testing.T) {
	w := start(t)
	b := w.register("林小满")
	if got := b.get("/").text("who"); got != "林小满" {
		t.Errorf("signed in as %q", got)
	}
	before := b.cookie("paypush_session")
	b.post("/logout").want(http.StatusSeeOther)
	if a := b.get("/"); a.has("who") {
		t.Error("still signed in")
	}
	b.post("/login", "user", "林小满", "pwd", goodPassword).want(http.StatusSeeOther)
	if after := b.cookie("paypush_session"); after == "" || after == before {
		t.Error("the session's token was not renewed")
	}
	stale := w.browser()
	stale.header.Set("Cookie", "paypush_session="+before)
	if stale.get("/").has("who") {
		t.Error("the old token still works")
	}
}

func TestSignInAgainRenewsTheToken(t *testing.T) {
	w := start(t)
	b := w.register("renewed")
	before := b.cookie("paypush_session")
	b.post("/login", "user", "renewed", "pwd", goodPassword).want(http.StatusSeeOther)
	if b.cookie("paypush_session") == before {
		t.Error("same token after signing in")
	}
}

func TestBadRegistrationsShowTheForm(t *testing.T) {
	w := start(t)
	w.register("taken")
	for _, one := range []struct{ user, pwd, field string }{
		{"", goodPassword, "user"}, {"a", goodPassword, "user"}, {"a b", goodPassword, "user"}, {"<b>x</b>", goodPassword, "user"},
		{"TAKEN", goodPassword, "user"}, {"fresh", "short", "pwd"}, {"freshname", "freshname", "pwd"}, {"fresh", "aaaaaaaaaa", "pwd"},
		{"fresh", strings.Repeat("ab", 65), "pwd"},
	} {
		a := w.browser().post("/register", "user", one.user, "pwd", one.pwd)
		if a.status < 400 || a.status > 499 || a.text("error-"+one.field) == "" {
			t.Errorf("%+v: %d %s", one, a.status, a.body)
		}
		if strings.Contains(a.body, `value="`+one.pwd+`"`) && one.user != one.pwd {
			t.Errorf("%+v: the password is in the page", one)
		}
	}
}

func TestSignInNeverTellsWhatWasWrongAndIsThrottled(t *testing.T) {
	w := start(t)
	w.register("guessed")
	unknown := w.browser().post("/login", "user", "nobody", "pwd", "wrong password").want(http.StatusUnauthorized).text("form-error")
	wrong := w.browser().post("/login", "user", "guessed", "pwd", "wrong password").want(http.StatusUnauthorized).text("form-error")
	if unknown != wrong {
		t.Errorf("%q differs from %q", unknown, wrong)
	}
	var a answer
	for range 12 {
		a = w.browser().post("/login", "user", "guessed", "pwd", "wrong password")
	}
	a.want(http.StatusTooManyRequests)
	if !strings.Contains(a.text("form-error"), "过几分钟") || a.header.Get("Retry-After") == "" {
		t.Errorf("throttled:\n%s", a.body)
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	w := start(t)
	w.register("next")
	for next, want := range map[string]string{
		"/bind": "/bind", "/me?x=1": "/me?x=1", "": "/", "https://evil.example/": "/", "//evil.example": "/",
		`/\evil.example`: "/", "/%2f/evil.example": "/", "javascript:alert(1)": "/", "bind": "/", "/\tx": "/", "///evil.example": "/",
		"http:/bind": "/", "/pay/../..//evil.example": "/evil.example",
	} {
		a := w.browser().post("/login", "user", "next", "pwd", goodPassword, "next", next).want(http.StatusSeeOther)
		if a.location != want {
			t.Errorf("next %q led to %q, want %q", next, a.location, want)
		}
	}
	a := w.browser().get("/bind").want(http.StatusSeeOther)
	if a.location != "/login?next=%2Fbind" {
		t.Errorf("sign-in page %q", a.location)
	}
	form := w.browser().get(a.location)
	if value(form.all("input[name=next]")[0], "value") != "/bind" {
		t.Error("the form forgot where to go on")
	}
}

func TestChangingThePasswordEndsOtherSessions(t *testing.T) {
	w := start(t)
	here := w.register("changer")
	there := w.browser()
	there.post("/login", "user", "changer", "pwd", goodPassword).want(http.StatusSeeOther)

	wrong := here.post("/me/password", "old", "not it at all", "pwd", "another password").want(http.StatusUnprocessableEntity)
	if wrong.text("error-old") == "" {
		t.Error("no message beside the old password")
	}
	weak := here.post("/me/password", "old", goodPassword, "pwd", "x").want(http.StatusUnprocessableEntity)
	if weak.text("error-pwd") == "" {
		t.Error("no message beside the new password")
	}
	done := here.post("/me/password", "old", goodPassword, "pwd", "another password").want(http.StatusSeeOther)
	if a := here.get(done.location).want(http.StatusOK); !a.has("password-changed") {
		t.Errorf("own session:\n%s", a.body)
	}
	there.get("/me").want(http.StatusSeeOther)
	w.browser().post("/login", "user", "changer", "pwd", goodPassword).want(http.StatusUnauthorized)
	w.browser().post("/login", "user", "changer", "pwd", "another password").want(http.StatusSeeOther)
}

// The stamp alone ends sessions too, where a password is changed by command.
func TestAPasswordSetElsewhereEndsSessions(t *testing.T) {
	w := start(t)
	b := w.register("commanded")
	if _, err := w.members.Provide(t.Context(), "commanded", "set by command", member.RoleMember); err != nil {
		t.Fatal(err)
	}
	b.get("/me").want(http.StatusSeeOther)
}

// A chat's preview opens a link before its reader does; only the button of its
// page uses it up.
func TestASignInLinkWorksOnce(t *testing.T) {
	w := start(t)
	w.register("linked")
	link := w.signInLink("linked")
	b := w.browser()
	for range 3 {
		w.browser().get(link).want(http.StatusOK)
		a := b.get(link).want(http.StatusOK)
		if !a.has("sign-in") || !strings.Contains(a.body, "linked") || b.get("/").has("who") {
			t.Errorf("the page of the link:\n%s", a.body)
		}
	}
	b.header.Set("Origin", "https://elsewhere.example")
	b.post(link).want(http.StatusForbidden)
	b.header.Del("Origin")
	if a := b.post(link).want(http.StatusSeeOther); a.location != "/" {
		t.Errorf("led to %q", a.location)
	}
	if b.get("/").text("who") != "linked" {
		t.Error("not signed in")
	}
	for _, again := range []answer{w.browser().get(link), w.browser().post(link)} {
		if again.want(http.StatusUnauthorized).text("error-code") != "sign_in_link_invalid" || strings.Contains(again.body, link) {
			t.Errorf("second use:\n%s", again.body)
		}
	}
}

// signInLink makes a link for a member and returns its path.
func (w *world) signInLink(name string) string {
	w.t.Helper()
	secret, err := w.db.SignInLinks().Create(w.t.Context(), w.memberNamed(name), signInLife)
	if err != nil {
		w.t.Fatal(err)
	}
	return "/sign-in/" + secret
}

func TestANewPasswordEndsSignInLinks(t *testing.T) {
	w := start(t)
	b := w.register("linked")
	w.register("other")
	link, others := w.signInLink("linked"), w.signInLink("other")
	b.post("/me/password", "old", "wrong", "pwd", "another fine password").want(http.StatusUnprocessableEntity)
	w.asRole(web.Admin).post("/admin/people/"+w.memberNamed("linked")+"/role", "role", "operator").want(http.StatusSeeOther)
	w.browser().get(link).want(http.StatusOK)
	b.post("/me/password", "old", goodPassword, "pwd", "another fine password").want(http.StatusSeeOther)
	w.browser().get(link).want(http.StatusUnauthorized)
	w.browser().post(link).want(http.StatusUnauthorized)
	w.browser().post(others).want(http.StatusSeeOther)
}

func TestASandboxSignsInByOneGet(t *testing.T) {
	for mode, status := range map[string]int{web.ModeSandbox: http.StatusSeeOther, web.ModeTest: http.StatusOK, web.ModeLive: http.StatusOK} {
		w := start(t, func(c *web.Config) { c.Mode = mode })
		w.register("linked")
		w.browser().get(w.signInLink("linked") + "?go=1").want(status)
	}
}
