package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// scan is what a phone does with a code's link up to our own confirm page.
func (w *world) scan(phone *browser, link, nickname string) answer {
	w.t.Helper()
	consent := phone.get(link).want(http.StatusFound).location
	u, err := url.Parse(consent)
	if err != nil {
		w.t.Fatal(err)
	}
	return phone.get("/wechat/oauth/callback?code=" + url.QueryEscape(nickname) + "&state=" + u.Query().Get("state"))
}

// press presses the one button of a page with exactly one form.
func (w *world) press(phone *browser, page answer) answer {
	w.t.Helper()
	forms, buttons := page.all("form"), page.all("button")
	if len(forms) != 1 || len(buttons) != 1 {
		w.t.Fatalf("%d forms and %d buttons\n%s", len(forms), len(buttons), page.body)
	}
	var kv []string
	for _, in := range page.all("input") {
		kv = append(kv, value(in, "name"), value(in, "value"))
	}
	return phone.post(value(forms[0], "action"), kv...)
}

// bind binds a nickname to whoever sits at the desk.
func (w *world) bind(desk *browser, nickname string) answer {
	w.t.Helper()
	phone := w.browser()
	link := value(desk.get("/bind").id("bind-link"), "value")
	return w.press(phone, w.scan(phone, link, nickname))
}

func TestInvariant12ThePhoneBindsWithoutTheDesksCookie(t *testing.T) {
	w := start(t)
	desk, phone := w.register("林小满"), w.browser()
	page := desk.get("/bind").want(http.StatusOK)
	link := value(page.id("bind-link"), "value")
	if !strings.HasPrefix(link, w.url+"/b/") || strings.Contains(link, w.memberNamed("林小满")) {
		t.Fatalf("link %q", link)
	}
	if len(page.all("svg[viewBox]")) < 3 || !page.has("follow-qr") || page.text("countdown") != "5:00" {
		t.Errorf("bind page:\n%s", page.body)
	}
	next := desk.events("/bind/events")
	if got := next(); got != "open" {
		t.Fatalf("first %q", got)
	}
	confirm := w.scan(phone, link, "小满").want(http.StatusOK)
	if confirm.text("confirm-member") != "林小满" || confirm.text("confirm-nickname") != "小满" {
		t.Errorf("confirm page:\n%s", confirm.body)
	}
	if got := next(); got != "scanned" {
		t.Fatalf("after the scan %q", got)
	}
	if live := desk.get("/bind?live=1"); !live.has("bind-scanned") {
		t.Errorf("desk after the scan:\n%s", live.body)
	}
	if got := desk.get("/bind/status").body; got != "{\"bound\":false,\"openid\":\"\"}\n" {
		t.Errorf("bound before the button was pressed: %s", got)
	}
	if a := w.press(phone, confirm).want(http.StatusOK); !a.has("note-good") || !strings.Contains(a.body, "林小满") {
		t.Errorf("phone afterwards:\n%s", a.body)
	}
	if got := next(); got != "bound" {
		t.Fatalf("after the button %q", got)
	}
	if got := desk.get("/bind/status").body; got != "{\"bound\":true,\"openid\":\"openid-of-小满\"}\n" {
		t.Errorf("status %s", got)
	}
	done := desk.get("/bind?live=1")
	if done.text("bound-nickname") != "小满" || done.text("bound-openid") != "openid-of-小满" || !done.has("undo") {
		t.Errorf("desk:\n%s", done.body)
	}
	w.press(phone, confirm).want(http.StatusOK) // pressed again
	desk.post("/bind/undo").want(http.StatusSeeOther)
	if got := desk.get("/bind/status").body; !strings.Contains(got, "false") {
		t.Errorf("after undo %s", got)
	}
	w.press(phone, confirm).want(http.StatusConflict)
}

func TestTheCodeAsJSON(t *testing.T) {
	w := start(t)
	a := w.browser().get("/bind/qrcode").want(http.StatusUnauthorized)
	if !strings.HasPrefix(a.body, `{"code":1001,"msg":"`) {
		t.Errorf("visitor: %s", a.body)
	}
	desk := w.register("scripted")
	a = desk.get("/bind/qrcode").want(http.StatusOK)
	rest, ok := strings.CutPrefix(a.body, `{"code":1000,"data":"`+w.url+`/b/`)
	if !ok || !strings.HasSuffix(rest, "\"}\n") {
		t.Errorf("code: %s", a.body)
	}
	w.bind(desk, "someone")
	if a := desk.get("/bind/qrcode").want(http.StatusConflict); !strings.HasPrefix(a.body, `{"code":1001,"msg":"`) {
		t.Errorf("bound already: %s", a.body)
	}
}

func TestLinksThatNoLongerWork(t *testing.T) {
	w := start(t)
	desk, phone := w.register("desk"), w.browser()
	link := value(desk.get("/bind").id("bind-link"), "value")
	secret := strings.TrimPrefix(link, w.url+"/b/")
	for _, one := range []struct {
		path   string
		status int
		code   string
	}{
		{"/b/unknown", 404, "link_not_found"},
		{"/wechat/oauth/callback", 400, "callback_invalid"},
		{"/wechat/oauth/callback?code=x", 400, "callback_invalid"},
		{"/wechat/oauth/callback?code=x&state=made-up", 404, "link_not_found"},
		{"/wechat/oauth/callback?state=made-up", 404, "link_not_found"},
	} {
		if a := phone.get(one.path).want(one.status); a.text("error-code") != one.code {
			t.Errorf("%s: %s", one.path, a.body)
		}
	}
	if a := phone.get("/wechat/oauth/callback?state=" + secret).want(200); !a.has("note-calm") || len(a.all("form")) != 0 {
		t.Errorf("declined:\n%s", a.body)
	}
	w.scan(phone, link, "first").want(200)
	if a := w.browser().get(link).want(409); a.text("error-code") != "link_used" || strings.Contains(a.body, "first") {
		t.Errorf("used:\n%s", a.body)
	}
	if a := w.browser().get("/wechat/oauth/callback?code=second&state=" + secret).want(409); len(a.all("form")) != 0 {
		t.Errorf("used callback:\n%s", a.body)
	}
	phone.post("/bind/confirm", "confirm", "made-up").want(404)
	phone.post("/bind/confirm").want(404)

	expiring := value(desk.get("/bind?new=1").id("bind-link"), "value")
	w.clock.advance(5 * time.Minute)
	if a := phone.get(expiring).want(410); a.text("error-code") != "link_expired" {
		t.Errorf("expired:\n%s", a.body)
	}
	if a := desk.get("/bind?live=1"); !a.has("bind-expired") || a.has("bind-link") {
		t.Errorf("the desk after five minutes:\n%s", a.body)
	}
	if got := desk.get("/bind/status").body; strings.Contains(got, "true") {
		t.Error("something was bound")
	}
}

func TestAConfirmationThatCameTooLate(t *testing.T) {
	w := start(t)
	desk, phone := w.register("slow"), w.browser()
	page := w.scan(phone, value(desk.get("/bind").id("bind-link"), "value"), "slowly")
	w.clock.advance(5 * time.Minute)
	w.press(phone, page).want(http.StatusGone)
}

func TestInvariant13RefusalsAreShownAtTheDesk(t *testing.T) {
	w := start(t)
	first := w.register("first")
	w.bind(first, "shared").want(200)
	second, phone := w.register("second"), w.browser()
	for nickname, code := range map[string]string{"shared": "openid_bound", "snapshot": "snapshot_user"} {
		a := w.scan(phone, value(second.get("/bind?new=1").id("bind-link"), "value"), nickname)
		if a.status < 400 || a.text("error-code") != code || len(a.all("form")) != 0 {
			t.Errorf("%s on the phone: %d\n%s", nickname, a.status, a.body)
		}
		desk := second.get("/bind?live=1")
		if !desk.has("bind-refused") || !strings.Contains(desk.text("bind-reason"), code) || !desk.has("new-code") {
			t.Errorf("%s at the desk:\n%s", nickname, desk.body)
		}
	}
	if got := first.get("/bind/status").body; !strings.Contains(got, "openid-of-shared") {
		t.Error("the first owner lost the binding")
	}
}

func TestAskingForStateMakesNoCode(t *testing.T) {
	w := start(t)
	desk := w.register("quiet")
	if a := desk.get("/bind?live=1"); a.has("bind-link") || !a.has("new-code") {
		t.Errorf("live view made a code:\n%s", a.body)
	}
	one, two := value(desk.get("/bind").id("bind-link"), "value"), value(desk.get("/bind?new=1").id("bind-link"), "value")
	if one == two {
		t.Error("a new code is the old one")
	}
}
