package browser_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The whole story by clicking: register, sign in, bind by scanning, buy, pay,
// and find the message on the phone. What moves on a page moves without a
// reload.
func TestJourneyInChromium(t *testing.T) {
	h, b := dev(t), newBrowser(t)
	desk, phone := b.tab(), b.tab()

	register(desk, h)
	signOutAndIn(desk, h)
	bindByScanning(desk, phone, h)

	number := payAtTheDesk(desk, b.tab(), h)
	phone.open(h.SandboxURL + "/sandbox/")
	phone.click(id("open-chat"))
	phone.until("see the message on the phone",
		`document.querySelector('[data-testid="messages"]').innerText.includes(`+quote(number)+`)`)
	talk := phone.text(id("messages"))
	phone.shoot(filepath.Join(t.ArtifactDir(), "phone.png"))
	desk.shoot(filepath.Join(t.ArtifactDir(), "desk.png"))
	for _, want := range []string{"12.34", "两杯咖啡", number} {
		if !strings.Contains(talk, want) {
			t.Errorf("the phone does not show %q:\n%s", want, talk)
		}
	}
	if strings.Count(talk, number) != 1 {
		t.Errorf("the phone shows the order %d times:\n%s", strings.Count(talk, number), talk)
	}
}

// The second form of binding: one scan of a code of the account's own follows,
// and the link that comes into the chat binds, after it named the account.
func TestOneScanFollowsAndBindsInChromium(t *testing.T) {
	h, b := dev(t), newBrowser(t)
	desk, phone := b.tab(), b.tab()
	register(desk, h)

	phone.open(h.SandboxURL + "/sandbox/")
	phone.fill("#nickname", "小芳的手机")
	phone.click("#create-follower")
	phone.see(id("phone"))
	phone.click(`[data-testid="phone"] [data-pane="chats"] ~ nav [data-go="me"]`)
	phone.click(id("toggle-follow"))
	phone.until("be no follower", `document.querySelector('[data-testid="toggle-follow"]').getAttribute('aria-checked') === 'false'`)

	desk.click(id("nav-bind"))
	desk.click(id("other-form"))
	desk.see(id("bind-code"))
	desk.shoot(filepath.Join(t.ArtifactDir(), "bind-code.png"))
	code := get(desk, "read the code", chromedp.Evaluate[string](`document.querySelector('[data-testid="bind-code"]').value`))
	phone.click(id("tab-scan"))
	phone.fill(id("scan-text"), code)
	phone.click(id("scan-go"))
	phone.see(id("profile-follow"))
	phone.shoot(filepath.Join(t.ArtifactDir(), "follow.png"))
	phone.click(id("profile-follow"))
	desk.see(id("bind-scanned"))
	phone.until("see the account's question", `document.querySelector('[data-testid="messages"]').innerText.includes('xiaoming')`)
	phone.shoot(filepath.Join(t.ArtifactDir(), "question.png"))
	phone.click(id("messages") + " button.link")

	phone.waitInFrame(id("confirm"))
	phone.shoot(filepath.Join(t.ArtifactDir(), "confirm.png"))
	desk.shoot(filepath.Join(t.ArtifactDir(), "bind-scanned.png"))
	phone.clickInFrame(id("confirm"))
	desk.see(id("bind-bound"))
	if got := desk.text(id("bound-nickname")); !strings.Contains(got, "小芳的手机") {
		t.Errorf("the desk shows %q as bound", got)
	}
	desk.click(id("undo"))
	desk.see(id("bind-qr"))
}

func register(desk *tab, h hello) {
	desk.t.Helper()
	desk.open(h.URL + "/register")
	desk.fill(`input[name="user"]`, "xiaoming")
	desk.fill(`input[name="pwd"]`, "a long enough secret")
	desk.click(id("submit"))
	desk.see(id("logout"))
}

func signOutAndIn(desk *tab, h hello) {
	desk.t.Helper()
	desk.click(id("logout"))
	desk.see(id("nav-login"))
	desk.open(h.URL + "/login")
	desk.fill(`input[name="user"]`, "xiaoming")
	desk.fill(`input[name="pwd"]`, "not the secret")
	desk.click(id("submit"))
	desk.see(id("form-error"))
	desk.fill(`input[name="user"]`, "xiaoming")
	desk.fill(`input[name="pwd"]`, "a long enough secret")
	desk.click(id("submit"))
	desk.see(id("logout"))
}

func bindByScanning(desk, phone *tab, h hello) {
	desk.t.Helper()
	desk.click(id("nav-bind"))
	desk.see(id("bind-qr"))
	link := get(desk, "read the link", chromedp.Evaluate[string](
		`(e => (e.value || e.textContent).trim())(document.querySelector('[data-testid="bind-link"]'))`))

	phone.open(h.SandboxURL + "/sandbox/")
	phone.fill("#nickname", "小明的手机")
	phone.click("#create-follower")
	phone.see(id("phone"))
	phone.click(id("open-chat"))
	phone.click(`[data-testid="phone"] [data-pane="chat"] [data-go="chats"]`)
	phone.click(id("tab-scan"))
	phone.fill(id("scan-text"), link)
	phone.click(id("scan-go"))
	phone.clickInFrame(`[data-testid="consent-allow"]`)
	phone.waitInFrame(`[data-testid="confirm"]`)
	desk.see(id("bind-scanned"))
	phone.clickInFrame(`[data-testid="confirm"]`)

	// The desk shows who was bound, and nobody reloaded it.
	desk.see(id("bind-bound"))
	if got := desk.text(id("bound-nickname")); !strings.Contains(got, "小明的手机") {
		desk.t.Errorf("the desk shows %q as bound", got)
	}
}

// payAtTheDesk buys for 12.34 yuan; a second tab that shows the cashier page
// must turn to paid by itself. It returns the order's number.
func payAtTheDesk(desk, watcher *tab, h hello) (number string) {
	desk.t.Helper()
	desk.open(h.URL + "/")
	desk.fill(`input[name="subject"]`, "两杯咖啡")
	desk.fill(`input[name="money"]`, "12.34")
	desk.click(id("buy"))
	desk.see(id("cashier-pending"))
	watcher.open(desk.location())
	watcher.see(id("cashier-pending"))

	desk.click(id("pay-alipay.page"))
	desk.click("#pay")
	desk.see(id("cashier-paid"))
	watcher.see(id("cashier-paid"))
	return desk.text(id("number"))
}
