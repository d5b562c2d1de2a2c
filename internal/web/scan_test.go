package web_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/web"
)

// scanned is what stands in the chat of a person whose scan the platform told.
func (w *world) scanned(scene, nickname string) string {
	w.t.Helper()
	text, err := w.site.Scanned(context.Background(), "wechat", scene, "openid-of-"+nickname)
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

// chatLink is the link in a text of the chat, empty where there is none.
func chatLink(text string) string {
	return strings.Trim(regexp.MustCompile(`"http[^"]+"`).FindString(text), `"`)
}

// showCode opens the desk's page with a parametric code and returns what it
// holds and the scene that is behind it.
func (w *world) showCode(desk *browser) (holds, scene string) {
	w.t.Helper()
	page := desk.get("/bind/code?new=1").want(http.StatusOK)
	if !page.has("bind-qr") {
		w.t.Fatalf("no code:\n%s", page.body)
	}
	return value(page.id("bind-code"), "value"), w.directory.scene()
}

func TestInvariant12OneScanFollowsAndItsPersonConfirms(t *testing.T) {
	w := start(t)
	desk, phone := w.register("林小满"), w.browser()
	holds, scene := w.showCode(desk)
	page := desk.get("/bind?live=1").body
	if len(scene) != 64 || strings.Contains(holds+page, scene) || strings.Contains(scene, w.memberNamed("林小满")) {
		t.Fatalf("the desk knows the scene %q", scene)
	}
	next := desk.events("/bind/events")
	if got := next(); got != "open" {
		t.Fatalf("first %q", got)
	}
	text := w.scanned(scene, "小满")
	if !strings.Contains(text, "「林小满」") || w.scanned(scene, "小满") != text {
		t.Fatalf("the chat says %q", text)
	}
	if got := next(); got != "scanned" {
		t.Fatalf("after the scan %q", got)
	}
	if got := desk.get("/bind/status").body; strings.Contains(got, "true") {
		t.Fatalf("the scan alone bound: %s", got)
	}
	confirm := w.scan(phone, chatLink(text), "小满").want(http.StatusOK)
	if confirm.text("confirm-member") != "林小满" || confirm.text("confirm-nickname") != "小满" {
		t.Errorf("confirm page:\n%s", confirm.body)
	}
	w.press(phone, confirm).want(http.StatusOK)
	if got := next(); got != "bound" {
		t.Fatalf("after the button %q", got)
	}
	if done := desk.get("/bind?live=1"); done.text("bound-nickname") != "小满" || !done.has("undo") {
		t.Errorf("desk:\n%s", done.body)
	}
	desk.post("/bind/undo").want(http.StatusSeeOther)
	if got := desk.get("/bind/status").body; !strings.Contains(got, "false") {
		t.Errorf("after undo %s", got)
	}
}

// Somebody sends a picture of the code on their own desk to others, hoping that
// a scan binds them.
func TestInvariant12APictureOfACodeBindsNobody(t *testing.T) {
	w := start(t)
	thief := w.register("thief")
	holds, scene := w.showCode(thief)
	text := w.scanned(scene, "victim")
	if !strings.Contains(text, "thief") {
		t.Errorf("the chat does not name the account: %q", text)
	}
	secret := holds[strings.LastIndex(holds, "/")+1:]
	for _, guess := range []string{secret, scene} { // neither what the desk shows nor the scene opens the link
		w.browser().get("/b/" + guess).want(http.StatusNotFound)
		w.browser().get("/wechat/oauth/callback?code=victim&state=" + guess).want(http.StatusNotFound)
	}
	if got := thief.get("/bind/status").body; strings.Contains(got, "true") {
		t.Fatalf("bound: %s", got)
	}
	// The victim passes the message on, and the thief opens it on a phone.
	a := w.scan(w.browser(), chatLink(text), "thief").want(http.StatusConflict)
	if a.text("error-code") != "link_other" || len(a.all("form")) != 0 {
		t.Errorf("another phone:\n%s", a.body)
	}
	if desk := thief.get("/bind?live=1"); !strings.Contains(desk.text("bind-reason"), "link_other") {
		t.Errorf("desk:\n%s", desk.body)
	}
	if again := w.scanned(scene, "victim"); chatLink(again) != "" {
		t.Errorf("a used code still asks: %q", again)
	}
}

func TestScansThatLeadNowhere(t *testing.T) {
	w := start(t)
	desk := w.register("desk")
	link := value(desk.get("/bind/link").id("bind-link"), "value")
	for what, scene := range map[string]string{"not ours": "campaign-7", "a link's secret": link[strings.LastIndex(link, "/")+1:]} {
		if text := w.scanned(scene, "anna"); text != "" {
			t.Errorf("%s is answered %q", what, text)
		}
	}
	_, scene := w.showCode(desk)
	if text, err := w.site.Scanned(context.Background(), "another-account", scene, "openid-of-anna"); text != "" || err != nil {
		t.Errorf("another account's report: %q, %v", text, err)
	}
	first := w.scanned(scene, "anna")
	if second := w.scanned(scene, "ben"); chatLink(first) == "" || chatLink(second) != "" || second == "" {
		t.Errorf("first %q, second %q", first, second)
	}
	w.clock.advance(member.LinkLife)
	if text := w.scanned(scene, "anna"); chatLink(text) != "" || !strings.Contains(text, "五分钟") {
		t.Errorf("expired: %q", text)
	}
	w.browser().get(chatLink(first)).want(http.StatusGone)
	if page := desk.get("/bind?live=1"); !page.has("bind-expired") || !strings.Contains(value(page.id("new-code"), "href"), "/bind/code") {
		t.Errorf("desk:\n%s", page.body)
	}
	_, scene = w.showCode(desk)
	desk.post("/logout").want(http.StatusSeeOther)
	if text := w.scanned(scene, "anna"); chatLink(text) != "" {
		t.Errorf("after the desk signed out: %q", text)
	}
}

func TestInvariant13AScanOfABoundWeChatIsRefused(t *testing.T) {
	w := start(t)
	first, second := w.register("first"), w.register("second")
	w.bind(first, "shared").want(200)
	_, scene := w.showCode(second)
	if text := w.scanned(scene, "shared"); chatLink(text) != "" || !strings.Contains(text, "别的账号") {
		t.Errorf("the chat says %q", text)
	}
	if desk := second.get("/bind?live=1"); !strings.Contains(desk.text("bind-reason"), "openid_bound") {
		t.Errorf("desk:\n%s", desk.body)
	}
	if got := first.get("/bind/status").body; !strings.Contains(got, "openid-of-shared") {
		t.Error("the first owner lost the binding")
	}
	_, scene = w.showCode(second)
	a := w.scan(w.browser(), chatLink(w.scanned(scene, "snapshot")), "snapshot")
	if a.text("error-code") != "snapshot_user" {
		t.Errorf("snapshot:\n%s", a.body)
	}
}

func TestTheFormOfBindingThatIsShownFirst(t *testing.T) {
	w := start(t)
	desk := w.register("chooser")
	page := desk.get("/bind").want(http.StatusOK)
	if !page.has("bind-link") || !page.has("follow-qr") || value(page.id("other-form"), "href") != "/bind/code?new=1" {
		t.Errorf("by default:\n%s", page.body)
	}
	if page := desk.get("/bind/code?new=1").want(http.StatusOK); page.has("follow-qr") || value(page.id("other-form"), "href") != "/bind/link?new=1" {
		t.Errorf("a code:\n%s", page.body)
	}
	w = start(t, func(c *web.Config) { c.BindByCode = true })
	if page := w.register("chooser").get("/bind").want(http.StatusOK); !page.has("bind-code") || page.has("bind-link") {
		t.Errorf("codes first:\n%s", page.body)
	}
}

// The platform counts codes, so a member gets ten in a quarter of an hour; and
// it may have none to give.
func TestCodesThatCannotBeHad(t *testing.T) {
	w := start(t)
	desk := w.register("hasty")
	w.directory.fails = fault.New(fault.Unavailable, "wechat_unavailable", "WeChat can't be reached.")
	page := desk.get("/bind/code?new=1").want(http.StatusOK)
	if page.has("bind-qr") || !strings.Contains(page.text("no-code"), "wechat_unavailable") || !page.has("other-form") {
		t.Errorf("without the platform:\n%s", page.body)
	}
	w.directory.fails = nil
	for range 9 {
		w.showCode(desk)
	}
	if page := desk.get("/bind/code?new=1").want(http.StatusOK); page.has("bind-qr") || !strings.Contains(page.text("no-code"), "throttled") {
		t.Errorf("an eleventh:\n%s", page.body)
	}
	desk.get("/bind/link").want(http.StatusOK)
	if len(w.directory.scenes) != 10 {
		t.Errorf("%d codes were made", len(w.directory.scenes))
	}
}
