package browser_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/paypush/paypush/test/harness"
)

// handset is one of the phones that lie side by side on the sandbox's page.
type handset struct {
	*tab
	openid string
}

// part selects inside this phone.
func (p handset) part(testid string) string {
	return `.phone[data-openid="` + p.openid + `"] ` + id(testid)
}

func (p handset) says(text string) {
	p.t.Helper()
	p.until("see "+text, `document.querySelector(`+quote(p.part("messages"))+`).innerText.includes(`+quote(text)+`)`)
}

// newHandset makes a phone by the page's own form.
func newHandset(page *tab, nickname string) handset {
	page.t.Helper()
	page.fill("#nickname", nickname)
	page.click("#create-follower")
	page.see(`.person[aria-pressed="true"]`)
	page.until("get a phone", `[...document.querySelectorAll('.phone .owner')].some(e => e.textContent === `+quote(nickname)+`)`)
	openid := get(page, "read its openid", chromedp.Evaluate[string](
		`[...document.querySelectorAll('.phone')].find(e => e.querySelector('.owner').textContent === `+quote(nickname)+`).dataset.openid`))
	return handset{page, openid}
}

// officialAccount calls the account's API as a developer does.
type officialAccount struct {
	t     *testing.T
	box   *harness.Client
	token string
}

func newOfficialAccount(t *testing.T, box *harness.Client) officialAccount {
	t.Helper()
	var c struct {
		WeChat struct {
			AppID  string `json:"app_id"`
			Secret string `json:"app_secret"`
		} `json:"wechat"`
	}
	box.Must(t, "GET", "/sandbox/credentials", nil, &c)
	var got struct {
		Token string `json:"access_token"`
	}
	box.Must(t, "POST", "/cgi-bin/stable_token", map[string]any{"grant_type": "client_credential", "appid": c.WeChat.AppID, "secret": c.WeChat.Secret}, &got)
	return officialAccount{t, box, got.Token}
}

func (a officialAccount) call(path string, in any) int {
	a.t.Helper()
	var got struct {
		Code int `json:"errcode"`
	}
	a.box.Must(a.t, "POST", path+"?access_token="+a.token, in, &got)
	return got.Code
}

func (a officialAccount) text(openid, text string) int {
	a.t.Helper()
	return a.call("/cgi-bin/message/custom/send", map[string]any{"touser": openid, "msgtype": "text", "text": map[string]string{"content": text}})
}

// Phones lie side by side and are live: what one writes and is told is seen
// there and on no other; menus, links, pages, consent and blocking work by
// clicking.
func TestPhonesSideBySide(t *testing.T) {
	h, b := dev(t), newBrowser(t)
	box, page := harness.NewClient(h.SandboxURL, ""), b.tab()
	account := newOfficialAccount(t, box)
	page.open(h.SandboxURL + "/sandbox/")
	first, second := newHandset(page, "小明"), newHandset(page, "小红")
	if code := account.call("/cgi-bin/menu/create", map[string]any{"button": []any{
		map[string]string{"type": "click", "name": "签到", "key": "SIGN"},
		map[string]any{"name": "更多", "sub_button": []any{map[string]string{"type": "view", "name": "网店", "url": h.URL + "/"}}},
	}}); code != 0 {
		t.Fatalf("menu: %d", code)
	}

	for _, p := range []handset{first, second} {
		page.click(p.part("open-chat"))
	}
	page.fill(first.part("say-text"), "在吗")
	page.click(first.part("say-send"))
	first.says("在吗")
	if code := account.text(first.openid, `您好，<a href="`+h.URL+`/login">点这里</a>`); code != 0 {
		t.Fatalf("text: %d", code)
	}
	first.says("点这里")
	if talk := page.text(second.part("messages")); strings.Contains(talk, "在吗") || strings.Contains(talk, "点这里") {
		t.Errorf("the other phone shows %q", talk)
	}
	page.click(second.part("menu") + " > " + id("menu-tap"))
	page.click(first.part("menu") + " summary")
	page.shoot(filepath.Join(t.ArtifactDir(), "two-phones.png"))
	page.click(first.part("menu") + " details " + id("menu-tap"))
	page.waitInFrame("main")
	page.shoot(filepath.Join(t.ArtifactDir(), "menu-page.png"))
	page.click(first.part("web-close"))
	page.click(first.part("messages") + " button.link")
	page.waitInFrame(`input[name="user"]`)
	page.click(first.part("web-close"))

	pageBlockedInWeChat(first, h)
	refuseOnTheConsentPage(first, b.tab(), h)

	page.click(`.phone[data-openid="` + second.openid + `"] [data-pane="chat"] [data-go="me"]`)
	page.click(second.part("toggle-block"))
	page.until("take no messages", `document.querySelector(`+quote(second.part("toggle-block"))+`).getAttribute('aria-checked') === 'false'`)
	page.shoot(filepath.Join(t.ArtifactDir(), "blocked-and-refused.png"))
	if code := account.text(second.openid, "还在吗"); code != 48002 {
		t.Errorf("to somebody who blocks: %d", code)
	}
}

// pageBlockedInWeChat scans a link to Alipay: WeChat says so and offers to open
// it outside.
func pageBlockedInWeChat(p handset, h hello) {
	p.t.Helper()
	var order struct {
		PayURL string `json:"pay_url"`
	}
	harness.NewClient(h.URL, h.APIKey).Must(p.t, "POST", "/v1/orders", map[string]any{"amount": 1234, "subject": "茶", "channel": "alipay.wap"}, &order)
	p.scan(order.PayURL)
	p.waitInFrame(id("open-outside"))
	p.shoot(filepath.Join(p.t.ArtifactDir(), "alipay-in-wechat.png"))
	outside := get(p.tab, "read where it leads", chromedp.Evaluate[string](
		`document.querySelector(`+quote(p.part("web-frame"))+`).contentDocument.querySelector('[data-testid="open-outside"]').href`))
	if !strings.Contains(outside, "/gateway.do") {
		p.t.Errorf("open in browser leads to %s", outside)
	}
	p.click(p.part("web-close"))
}

// refuseOnTheConsentPage scans a bind link and does not agree.
func refuseOnTheConsentPage(p handset, desk *tab, h hello) {
	p.t.Helper()
	register(desk, h)
	desk.open(h.URL + "/bind")
	link := get(desk, "read the link", chromedp.Evaluate[string](`document.querySelector('[data-testid="bind-link"]').value`))
	p.scan(link)
	p.waitInFrame(id("consent-deny"))
	p.shoot(filepath.Join(p.t.ArtifactDir(), "consent.png"))
	p.clickInFrame(id("consent-deny"))
	p.waitInFrame(id("refused"))
	desk.see(id("bind-open"))
}

// scan pastes what a code holds into the phone's scanner.
func (p handset) scan(text string) {
	p.t.Helper()
	p.click(`.phone[data-openid="` + p.openid + `"] [data-pane="chat"] [data-go="chats"]`)
	p.click(p.part("tab-scan"))
	p.fill(p.part("scan-text"), text)
	p.click(p.part("scan-go"))
}
