package browser_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/paypush/paypush/test/harness"
)

var bin string

func TestMain(m *testing.M) {
	os.Exit(harness.WithBinary(func(built string) int {
		bin = built
		return m.Run()
	}))
}

// hello is dev.json.
type hello struct {
	URL        string `json:"url"`
	SandboxURL string `json:"sandbox_url"`
	APIKey     string `json:"api_key"`
	LoginLink  string `json:"login_link"`
}

// dev runs `paypush dev` as a person at a laptop does, and reads dev.json.
func dev(t *testing.T) hello {
	t.Helper()
	data := filepath.Join(t.TempDir(), "var")
	return greeted(t, data, harness.Start(t, bin, "dev", "--listen", harness.FreeAddress(t), "--sandbox-listen", harness.FreeAddress(t), "--data", data))
}

// strict runs a sandbox and a server on which a second person approves
// refunds.
func strict(t *testing.T) hello {
	t.Helper()
	dir, box := t.TempDir(), harness.FreeAddress(t)
	conf, data := filepath.Join(dir, "paypush.toml"), filepath.Join(dir, "var")
	if err := os.WriteFile(conf, []byte("[money]\napprove_refunds_above = \"500.00\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	harness.Start(t, bin, "sandbox", "--listen", box, "--data", filepath.Join(dir, "box")).WaitReady("http://" + box + "/sandbox/")
	return greeted(t, data, harness.Start(t, bin, "serve", "--config", conf, "--sandbox", "http://"+box, "--listen", harness.FreeAddress(t), "--data", data))
}

// greeted reads the dev.json of a server that starts.
func greeted(t *testing.T, data string, p *harness.Process) (h hello) {
	t.Helper()
	harness.Eventually(t, "dev.json is there", func() bool {
		b, err := os.ReadFile(filepath.Join(data, "dev.json"))
		return err == nil && json.Unmarshal(b, &h) == nil && h.URL != ""
	})
	p.WaitReady(h.URL + "/readyz")
	if info, err := os.Stat(filepath.Join(data, "dev.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("dev.json: %v, %v", info.Mode(), err)
	}
	return h
}

// browser is a real Chromium.
type browser struct {
	t   *testing.T
	ctx context.Context
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", "zh-CN,zh"), chromedp.WindowSize(1280, 900), chromedp.UserDataDir(t.TempDir()))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeAll := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		closeAll()
		end()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start (Debian's package chromium): %v", err)
	}
	return &browser{t: t, ctx: ctx}
}

// tab is one tab of a browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func (b *browser) tab() *tab {
	b.t.Helper()
	ctx, end := chromedp.NewContext(b.ctx)
	b.t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatal(err)
	}
	return &tab{b.t, ctx}
}

// patience bounds each step; a healthy run needs a fraction.
const patience = time.Minute

// do runs actions and fails the test, with what the page shows, when they take
// too long. A page that is still coming may replace what was just found on it,
// before anything was done to that; then it is looked for again.
func (tb *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, actions...)
	for err != nil && strings.Contains(err.Error(), "Could not find node with given id") {
		err = chromedp.Do(ctx, actions...)
	}
	if err != nil {
		tb.t.Fatalf("%s: %v\n%s", what, err, tb.describe())
	}
}

// get runs one action and returns its value.
func get[T any](tb *tab, what string, action chromedp.Action[T]) T {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		tb.t.Fatalf("%s: %v\n%s", what, err, tb.describe())
	}
	return v
}

// describe says where a tab is and what it shows.
func (tb *tab) describe() string {
	ctx, cancel := context.WithTimeout(tb.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
	if err != nil {
		return "the tab does not answer: " + err.Error()
	}
	return text
}

// id selects by data-testid.
func id(name string) string { return `[data-testid="` + name + `"]` }

func (tb *tab) open(url string) {
	tb.t.Helper()
	tb.do("open "+url, chromedp.Navigate(url))
}

func (tb *tab) click(selector string) {
	tb.t.Helper()
	tb.do("click "+selector, chromedp.Click(selector))
}

func (tb *tab) fill(selector, text string) {
	tb.t.Helper()
	tb.see(selector)
	get(tb, "empty "+selector, chromedp.Evaluate[bool](`document.querySelector(`+quote(selector)+`).value = "", true`))
	tb.do("fill "+selector, chromedp.SendKeys(selector, text))
}

func (tb *tab) see(selector string) {
	tb.t.Helper()
	tb.do("see "+selector, chromedp.WaitVisible(selector))
}

func (tb *tab) text(selector string) string {
	tb.t.Helper()
	return get(tb, "read "+selector, chromedp.Text(selector))
}

func (tb *tab) location() string {
	tb.t.Helper()
	return get(tb, "read the address", chromedp.Location())
}

// until waits until a script says true.
func (tb *tab) until(what, script string) {
	tb.t.Helper()
	get(tb, what, chromedp.Poll[bool](script, chromedp.WithPollingTimeout(patience)))
}

// clickInFrame clicks inside the page that a phone shows.
func (tb *tab) clickInFrame(selector string) {
	tb.t.Helper()
	tb.waitInFrame(selector)
	point := get(tb, "find "+selector+" on the phone", chromedp.Evaluate[[]float64](`(() => {
		const frame = document.querySelector('[data-testid="web-frame"]');
		const el = frame.contentDocument.querySelector(`+quote(selector)+`);
		el.scrollIntoView({block: 'center'});
		const at = frame.getBoundingClientRect(), box = el.getBoundingClientRect(), scale = at.width / frame.clientWidth;
		return [at.x + (box.x + box.width / 2) * scale, at.y + (box.y + box.height / 2) * scale];
	})()`))
	tb.do("click "+selector+" on the phone", chromedp.MouseClickXY(point[0], point[1]))
}

func (tb *tab) waitInFrame(selector string) {
	tb.t.Helper()
	tb.until("see "+selector+" on the phone", `(() => {
		const frame = document.querySelector('[data-testid="web-frame"]');
		const el = frame && frame.contentDocument && frame.contentDocument.readyState === 'complete' &&
			frame.contentDocument.querySelector(`+quote(selector)+`);
		return !!el && el.getBoundingClientRect().height > 0;
	})()`)
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
