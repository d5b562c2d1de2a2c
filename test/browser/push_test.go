package browser_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/paypush/paypush/test/harness"
)

// The work of whoever tells people something, by clicking, in each language:
// read the followers, map a template, tell all of them by a campaign and take
// the result home, then have a rule tell a payer.
func TestPushJourneysInBothLanguages(t *testing.T) {
	h, b := dev(t), newBrowser(t)
	desk, phone := b.tab(), b.tab()
	desk.open(h.LoginLink)
	desk.see(id("nav-admin"))
	bindByScanning(desk, phone, h)
	harness.NewClient(h.SandboxURL, "").Must(t, http.MethodPost, "/sandbox/wechat/followers/bulk", map[string]any{"count": 40}, nil)
	for _, lang := range []string{"zh", "en"} {
		desk.chooses(h.URL + "/me?lang=" + lang)
		desk.open(h.URL + "/admin?lang=" + lang)
		desk.readFollowers()
		name := "opening_" + lang
		desk.mapTemplate(name)
		desk.campaign(name, "all")
		if people := desk.text(id("people")); people != "41" {
			t.Errorf("%s: the forecast says %s people, want 41", lang, people)
		}
		desk.send("41")
		if csv := desk.export(); strings.Count(csv, "\n") != 42 {
			t.Errorf("%s: the export has %d lines, want 42", lang, strings.Count(csv, "\n"))
		}
		desk.rulePays(b.tab(), phone, h, name)
	}
}

// chooses ends promotions by one click and then wants them again.
func (tb *tab) chooses(me string) {
	tb.t.Helper()
	tb.open(me)
	tb.click(id("to-wishes"))
	tb.click(id("unsubscribe"))
	tb.see(id("unsubscribed"))
	tb.click("#promotions")
	tb.click(id("save-wishes"))
	tb.see(id("unsubscribe"))
}

// readFollowers has the followers read and sees it end without a reload.
func (tb *tab) readFollowers() {
	tb.t.Helper()
	tb.click(id("board-followers"))
	tb.click(id("sync"))
	tb.see(id("done"))
	tb.until("see the followers read", `document.querySelector('[data-testid="sync-state"]')?.textContent.includes("41") && !!document.querySelector("[data-final]")`)
	tb.see(id("followers"))
}

// mapTemplate maps the account's template of activities under a name.
func (tb *tab) mapTemplate(name string) {
	tb.t.Helper()
	tb.click(id("board-templates"))
	tb.click(id("new-template"))
	tb.click(`.picks li:nth-child(3) a`)
	tb.fill(`[id="name"]`, name)
	tb.fill(`[id="zh"]`, "{text1}，{time} 开始")
	tb.fill(`[id="en"]`, "{text1} begins at {time}")
	tb.click(id("save"))
	tb.see(id("done"))
	tb.see(id("text"))
}

// campaign drafts one by a template, to the members or to all followers.
func (tb *tab) campaign(template, audience string) {
	tb.t.Helper()
	tb.click(id("board-campaigns"))
	tb.click(id("new-campaign"))
	tb.click(id("pick-" + template))
	tb.fill("#title", "开业 "+template)
	tb.click("#audience-" + audience)
	tb.click(id("draft"))
	tb.see(id("split"))
}

// send starts a draft and sees it end without a reload.
func (tb *tab) send(people string) {
	tb.t.Helper()
	tb.click(id("act-start"))
	tb.see(id("ended"))
	tb.until("see the campaign end", `document.querySelector('[data-testid="sent"]')?.textContent === "`+people+`" && !!document.querySelector("[data-final]")`)
}

// export reads the file behind the link.
func (tb *tab) export() string {
	tb.t.Helper()
	get(tb, "export the people", chromedp.Evaluate[bool](
		`fetch(document.querySelector('[data-testid="export"]').href).then(r => r.text()).then(t => { window.exported = t; }), true`))
	tb.until("have the export", `typeof window.exported === "string"`)
	return get(tb, "read the export", chromedp.Evaluate[string](`window.exported`))
}

// rulePays writes a rule for paid orders, tries it, pays for something, and
// sees the message on the phone.
func (tb *tab) rulePays(watcher, phone *tab, h hello, template string) {
	tb.t.Helper()
	tb.click(id("board-rules"))
	tb.click(id("new-rule"))
	tb.fill("#event", "order.paid")
	get(tb, "choose the template", chromedp.Evaluate[bool](`document.querySelector("#template").value = `+quote(template)+`, true`))
	tb.click(id("go-on"))
	tb.fill(`[id="value.text1"]`, "subject")
	tb.fill(`[id="value.time"]`, "paid_at|time")
	tb.fill(`[id="value.text3"]`, "="+template)
	tb.click(id("save"))
	tb.see(id("done"))
	tb.click(id("try-go"))
	tb.see(id("trial-who"))
	payAtTheDesk(tb, watcher, h)
	phone.open(h.SandboxURL + "/sandbox/")
	phone.click(id("open-chat"))
	phone.until("see what the rule says on the phone",
		`document.querySelector('[data-testid="messages"]').innerText.includes(`+quote(template)+`)`)
	tb.open(h.URL + "/admin/messages")
	tb.click(id("messages") + " td a")
	tb.see(id("timeline"))
}

// preparePush makes what the pages of messages have to show, and lists them.
func (tb *tab) preparePush(h hello) []pageUnderTest {
	tb.t.Helper()
	at := func() string { return strings.TrimPrefix(strings.Split(tb.location(), "?")[0], h.URL) }
	first := func(list string) string {
		return get(tb, "find the first of "+list, chromedp.Evaluate[string](`document.querySelector('[data-testid="`+list+`"] td a').getAttribute("href")`))
	}
	tb.open(h.URL + "/admin?lang=zh")
	tb.mapTemplate("opening")
	tb.campaign("opening", "members")
	draft := at()
	tb.campaign("opening", "members")
	sent := at()
	tb.send("1")
	tb.open(h.URL + "/admin/followers")
	follower := first("followers")
	tb.open(h.URL + "/admin/bindings")
	binding := first("bindings")
	tb.open(h.URL + "/admin/templates/opening")
	tb.click(id("test"))
	tb.see(id("timeline"))
	message := at()
	return []pageUnderTest{{"messages", "/admin/messages"}, {"message", message}, {"rules", "/admin/rules"},
		{"rule", "/admin/rules/rul_receipt?data=%7B%22openid%22%3A%22o1%22%2C%22amount%22%3A990%7D"}, {"new-rule", "/admin/new-rule"},
		{"new-rule-values", "/admin/new-rule?event=course.finished&template=opening"}, {"templates", "/admin/templates"},
		{"template", "/admin/templates/opening"}, {"new-template", "/admin/new-template"}, {"next-template", "/admin/new-template?from=opening"}, {"words-template", "/admin/new-template?id=-"},
		{"campaigns", "/admin/campaigns"}, {"new-campaign", "/admin/new-campaign"},
		{"write-service", "/admin/new-campaign?kind=service&template=opening"}, {"write-promotion", "/admin/new-campaign?kind=promotion"},
		{"draft", draft}, {"edit-draft", draft + "/edit"}, {"campaign", sent}, {"recipients", sent + "/people"}, {"followers", "/admin/followers"}, {"follower", follower},
		{"bindings", "/admin/bindings"}, {"binding", binding}, {"wishes", "/me/preferences?saved=1"}}
}
