package browser_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/paypush/paypush/test/harness"
)

// A keyboard alone gets through every journey, and at every stop one sees
// where one is.
func TestJourneysByKeyboardAlone(t *testing.T) {
	h, b := strict(t), newBrowser(t)
	desk, phone := b.tab(), b.tab()
	desk.open(strings.TrimSuffix(h.LoginLink, "?go=1"))
	desk.enter(id("sign-in"))
	desk.see(id("nav-admin"))
	desk.bindByKeys(phone, h)
	number := desk.buyByKeys(h)
	desk.refundByKeys(h, number)
	desk.approveByKeys(h)
	desk.activityByKeys()
	desk.webhookByKeys()
	desk.enter(id("logout"))
	desk.see(id("nav-login"))
	desk.enter(id("nav-register"))
	desk.typeInto(`input[name="user"]`, "keyboard")
	desk.typeInto(`input[name="pwd"]`, "a long enough secret")
	desk.press(kb.Enter)
	desk.see(id("logout"))
}

func (tb *tab) bindByKeys(phone *tab, h hello) {
	tb.t.Helper()
	tb.enter(id("nav-bind"))
	tb.see(id("bind-qr"))
	link := get(tb, "read the link", chromedp.Evaluate[string](`document.querySelector('[data-testid="bind-link"]').value`))
	phone.open(h.SandboxURL + "/sandbox/")
	phone.typeInto("#nickname", "Keys")
	phone.enter("#create-follower")
	phone.see(id("phone"))
	phone.enter(id("open-chat"))
	phone.enter(`[data-testid="phone"] [data-pane="chat"] [data-go="chats"]`)
	phone.enter(id("tab-scan"))
	phone.typeInto(id("scan-text"), link)
	phone.enter(id("scan-go"))
	phone.waitInFrame(`[data-testid="consent-allow"]`)
	phone.enter(`[data-testid="consent-allow"]`)
	phone.waitInFrame(`[data-testid="confirm"]`)
	phone.enter(`[data-testid="confirm"]`)
	tb.see(id("bind-bound"))
}

// buyByKeys buys above the limit of refunds that one person may give, and pays
// on the platform's page. It returns the order's number.
func (tb *tab) buyByKeys(h hello) string {
	tb.t.Helper()
	tb.enter(`nav.places a[href="/"]`)
	tb.typeInto(`input[name="subject"]`, "Keyboard")
	tb.typeInto(`input[name="money"]`, "600")
	tb.press(kb.Enter)
	tb.see(id("cashier-pending"))
	tb.enter(id("pay-alipay.page"))
	tb.see("#pay")
	tb.enter("#pay")
	tb.see(id("cashier-paid"))
	return tb.text(id("number"))
}

func (tb *tab) refundByKeys(h hello, number string) {
	tb.t.Helper()
	tb.enter(id("nav-admin"))
	tb.enter(id("board-orders"))
	tb.typeInto("#q", number)
	tb.press(kb.Enter)
	tb.see(id("orders"))
	tb.enter(id("orders") + " td a")
	tb.typeInto("#amount", "1.00")
	tb.typeInto("#reason", "spilt")
	tb.enter(id("refund"))
	tb.see(id("done"))
}

// approveByKeys approves what a program asked for.
func (tb *tab) approveByKeys(h hello) {
	tb.t.Helper()
	order := strings.TrimPrefix(strings.Split(tb.location(), "?")[0], h.URL+"/admin/orders/")
	harness.NewClient(h.URL, h.APIKey).Must(tb.t, http.MethodPost, "/v1/orders/"+order+"/refunds", map[string]any{"amount": 55000, "reason": "all"}, nil)
	tb.enter(id("board-refunds"))
	tb.enter(id("approve"))
	tb.see(id("done"))
}

func (tb *tab) activityByKeys() {
	tb.t.Helper()
	tb.enter(id("board-campaigns"))
	tb.enter(id("new-campaign"))
	tb.enter(id("pick-receipt"))
	tb.typeInto("#title", "Summer days")
	for field, value := range map[string]string{"subject": "Summer", "amount": "0.00", "number": "SUMMER2026", "time": "2026-07-01 08:00"} {
		tb.typeInto(`[id="value.`+field+`"]`, value)
	}
	tb.enter(id("draft"))
	tb.see(id("people"))
	tb.enter(id("act-start"))
	tb.see("[data-final]")
}

func (tb *tab) webhookByKeys() {
	tb.t.Helper()
	application := httptest.NewServer(http.NotFoundHandler())
	tb.t.Cleanup(application.Close)
	tb.enter(id("board-webhooks"))
	tb.typeInto("#url", application.URL)
	tb.reach(`input[name="family"][value="refund.*"]`)
	tb.press(" ")
	tb.enter(id("create"))
	tb.see(id("secret"))
	tb.enter(id("settings"))
	tb.reach("#overlap")
	tb.press(kb.ArrowDown)
	tb.enter(id("rotate"))
	tb.see(id("secret"))
	tb.enter(id("pause"))
	tb.enter(id("resume"))
	tb.see(id("done"))
	tb.reach("#again-delivered")
	tb.press(" ")
	tb.enter(id("replay-range"))
	tb.see(id("done"))
	tb.enter(id("settings"))
	tb.reach("#sure")
	tb.press(" ")
	tb.enter(id("delete"))
	tb.see(id("done"))
}

func (tb *tab) press(keys string) {
	tb.t.Helper()
	tb.do("press a key", chromedp.KeyEvent(keys))
}

// enter goes to a link or a button and presses Enter.
func (tb *tab) enter(selector string) {
	tb.t.Helper()
	tb.reach(selector)
	tb.press(kb.Enter)
}

// typeInto goes to a field, of which Tab chooses what is in it, and types.
func (tb *tab) typeInto(selector, text string) {
	tb.t.Helper()
	tb.reach(selector)
	tb.press(text)
}

// stop is where the keyboard is.
type stop struct {
	There bool   `json:"there"`
	What  string `json:"what"`
	Faint bool   `json:"faint"` // nobody sees it
}

// reach presses Tab until something has the focus, and holds every stop on the
// way to being seen.
func (tb *tab) reach(selector string) {
	tb.t.Helper()
	harness.Eventually(tb.t, "find "+selector, func() bool { // a page may just be giving way to the next
		found, err := chromedp.Run(tb.ctx, chromedp.Evaluate[bool](`[document, ...[...document.querySelectorAll('iframe')].map(f => f.contentDocument)].some(
			d => d && d.readyState === 'complete' && d.querySelector(`+quote(selector)+`))`))
		return err == nil && found
	})
	for range 150 {
		tb.press(kb.Tab)
		at := get(tb, "see where the keyboard is", chromedp.Evaluate[stop](`(() => {
			let e = document.activeElement;
			while (e && e.contentDocument) e = e.contentDocument.activeElement;
			if (!e || e === e.ownerDocument.body) return {there: false, what: '', faint: false};
			const style = e.ownerDocument.defaultView.getComputedStyle(e), box = e.getBoundingClientRect(), view = e.ownerDocument.defaultView;
			const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
			const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < view.innerHeight && box.right > 0 && box.left < view.innerWidth;
			return {there: e.matches(`+quote(selector)+`), what: e.outerHTML.slice(0, 120), faint: !ring || !inside};
		})()`))
		if at.Faint {
			tb.t.Errorf("on the way to %s the focus can't be seen: %s", selector, at.What)
		}
		if at.There {
			return
		}
	}
	tb.t.Fatalf("Tab does not lead to %s\n%s", selector, tb.describe())
}
