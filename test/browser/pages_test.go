package browser_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/paypush/paypush/test/harness"
)

// view is one way to look at a page.
type view struct {
	name          string
	width, height int64
	scheme, lang  string
}

var views = []view{
	{"desk-light-zh", 1280, 860, "light", "zh"}, {"desk-dark-en", 1280, 860, "dark", "en"},
	{"phone-light-en", 390, 844, "light", "en"}, {"phone-dark-zh", 390, 844, "dark", "zh"},
}

// Every page fits its window, says its language, and can be used by those who
// do not see it: landmarks, labels, headings, contrast. Each is kept as a
// picture in the test's artifacts, for people to look at.
func TestPagesInEveryView(t *testing.T) {
	h, b := dev(t), newBrowser(t)
	desk := b.tab()
	register(desk, h)
	pages := preparePages(t, desk, h)
	dir := t.ArtifactDir()
	for _, v := range views {
		desk.as(v)
		for _, p := range pages {
			desk.open(p.url + "?lang=" + v.lang)
			desk.check(p.name+" in "+v.name, v)
			desk.shoot(filepath.Join(dir, p.name+"-"+v.name+".png"))
		}
	}
	desk.as(views[0])
	desk.open(h.SandboxURL + "/sandbox/")
	desk.see(id("create-follower"))
	desk.shoot(filepath.Join(dir, "sandbox-desk-light.png"))
}

type pageUnderTest struct{ name, url string }

// preparePages makes one of each: a pending order, a paid one, a closed one.
func preparePages(t *testing.T, desk *tab, h hello) []pageUnderTest {
	t.Helper()
	api, box := harness.NewClient(h.URL, h.APIKey), harness.NewClient(h.SandboxURL, "")
	order := func() (o struct {
		ID     string `json:"id"`
		Number string `json:"out_trade_no"`
		Status string `json:"status"`
		PayURL string `json:"pay_url"`
	}) {
		api.Must(t, http.MethodPost, "/v1/orders", map[string]any{"amount": 128800, "subject": "年度会员 Annual membership", "channel": "alipay.page"}, &o)
		return o
	}
	pending, paid, closed := order(), order(), order()
	box.Must(t, http.MethodGet, paid.PayURL, nil, nil)
	box.Must(t, http.MethodPost, "/sandbox/alipay/trades/"+paid.Number+"/pay", nil, nil)
	harness.Eventually(t, "an order is paid", func() bool {
		api.Must(t, http.MethodGet, "/v1/orders/"+paid.ID, nil, &paid)
		return paid.Status == "paid"
	})
	api.Must(t, http.MethodPost, "/v1/orders/"+closed.ID+"/close", nil, nil)
	return []pageUnderTest{{"shop", h.URL + "/"}, {"pending", h.URL + "/pay/" + pending.ID}, {"paid", h.URL + "/pay/" + paid.ID},
		{"closed", h.URL + "/pay/" + closed.ID}, {"bind", h.URL + "/bind"}, {"bind-code", h.URL + "/bind/code"}, {"me", h.URL + "/me"},
		{"register", h.URL + "/register"}, {"login", h.URL + "/login"}, {"missing", h.URL + "/no-such-page"}}
}

// as makes a tab look at pages in one way.
func (tb *tab) as(v view) {
	tb.t.Helper()
	tb.do("set the window", chromedp.EmulateViewport(v.width, v.height))
	if _, err := chromedp.Call(tb.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}}}); err != nil {
		tb.t.Fatal(err)
	}
}

func (tb *tab) shoot(path string) {
	tb.t.Helper()
	if err := os.WriteFile(path, get(tb, "take a picture", chromedp.CaptureScreenshot()), 0o600); err != nil {
		tb.t.Fatal(err)
	}
}

// check looks for what an accessibility checker would report.
func (tb *tab) check(what string, v view) {
	tb.t.Helper()
	faults := get(tb, "check "+what, chromedp.Evaluate[[]string](auditScript))
	for _, f := range faults {
		tb.t.Errorf("%s: %s", what, f)
	}
	lang := map[string]string{"zh": "zh-CN", "en": "en"}[v.lang]
	if got := get(tb, "read the language", chromedp.Evaluate[string](`document.documentElement.lang`)); got != lang {
		tb.t.Errorf("%s: lang is %q, want %q", what, got, lang)
	}
	if wide := get(tb, "measure", chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)); wide > v.width {
		tb.t.Errorf("%s: the page is %d wide in a window of %d", what, wide, v.width)
	}
}

// auditScript answers a list of faults: one main landmark and one top heading,
// a name for every control and picture, and text that stands out from what is
// behind it by at least 4.5 to 1 (3 to 1 for large text).
const auditScript = `(() => {
	const faults = [], shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
	const all = s => [...document.querySelectorAll(s)].filter(shown);
	if (all('main').length !== 1) faults.push('not exactly one main landmark');
	if (all('h1').length !== 1) faults.push('not exactly one h1');
	if (!document.title) faults.push('no title');
	for (const e of all('input:not([type=hidden]), select, textarea'))
		if (!e.labels?.length && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')) faults.push('no label: ' + e.outerHTML.slice(0, 80));
	for (const e of all('button, a[href]'))
		if (!(e.innerText.trim() || e.getAttribute('aria-label') || e.querySelector('img[alt], svg[aria-label], svg title'))) faults.push('no name: ' + e.outerHTML.slice(0, 80));
	for (const e of all('img')) if (!e.hasAttribute('alt')) faults.push('no alt: ' + e.outerHTML.slice(0, 80));
	const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
	const rgb = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
	const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3]));
	const behind = e => { const stack = []; for (let n = e; n; n = n.parentElement) { const s = getComputedStyle(n); if (s.backgroundImage !== 'none') return null; stack.push(rgb(s.backgroundColor)); }
		return stack.reverse().reduce((under, top) => over(top, under), matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255]); };
	const light = c => c.map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	for (const e of document.querySelectorAll('body *')) {
		if (!shown(e) || e.closest('[aria-hidden="true"]') || e.closest('svg') || e.disabled) continue;
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
		const box = e.getBoundingClientRect(); if (box.width < 2 || box.height < 2 || box.bottom < 0) continue;
		const s = getComputedStyle(e), back = behind(e); if (!back) continue;
		const a = light(over(rgb(s.color), back)), b = light(back), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		const large = parseFloat(s.fontSize) >= 24 || parseFloat(s.fontSize) >= 18.66 && parseInt(s.fontWeight) >= 700;
		if (ratio < (large ? 3 : 4.5)) faults.push('contrast ' + ratio.toFixed(2) + ': ' + e.textContent.trim().slice(0, 40));
	}
	return faults;
})()`
