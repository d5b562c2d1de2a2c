package browser_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/paypush/paypush/test/harness"
)

// A bill that says another amount is found the morning after, by itself. The
// team sees it on the first page, finds out what it is about, and closes it.
func TestADifferenceIsFoundSeenActedOnAndClosed(t *testing.T) {
	h, b := dev(t), newBrowser(t)
	desk := b.tab()
	order := prepareConsole(t, h)
	passADay(t, h)
	desk.open(h.LoginLink)
	desk.open(h.URL + "/admin?lang=zh")
	desk.reloadUntil("see the difference on the first page", `.urgent [data-testid="tile-differences"]`)
	desk.click(id("board-reconciliations"))
	desk.see(id("chart"))
	desk.click(id("days") + " td a")
	desk.see(id("sums"))
	desk.click(id("differences") + " td a")
	desk.click(id("to-order"))
	desk.see(id("timeline"))
	desk.click(id("timeline") + ` a[href^="/admin/differences/"]`)
	desk.click(id("take"))
	desk.see(id("done"))
	desk.click(id("query"))
	desk.see(id("timeline") + " li:nth-child(3)")
	desk.fill("#note", "平台已更正账单")
	desk.click(id("ignore"))
	desk.see(".book-ignored")
	if said := desk.text(id("timeline")); !strings.Contains(said, "已查询平台") || !strings.Contains(said, "平台已更正账单") {
		t.Errorf("the history says %s", said)
	}
	desk.click(id("to-day"))
	desk.see(id("sums"))
	if csv := desk.export(); !strings.Contains(csv, "平台已更正账单") || strings.Count(csv, "\n") != 2 {
		t.Errorf("the export of the day of order %s:\n%s", order, csv)
	}
	desk.click(id("again"))
	desk.see("[data-final].changed .book-explained") // without a reload
	desk.shoot(filepath.Join(t.ArtifactDir(), "console-day-closed-desk-light-zh.png"))
}

// passADay lets a bill have one wrong amount, and time go on until ten in the
// morning of the next day.
func passADay(t *testing.T, h hello) {
	t.Helper()
	box := harness.NewClient(h.SandboxURL, "")
	box.Must(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 1, "rules": []map[string]any{
		{"at": "alipay.bill", "kind": "bill_amount", "rate": 1, "path": "pay"}}}, nil)
	var clock struct {
		Now time.Time `json:"now"`
	}
	box.Must(t, http.MethodGet, "/sandbox/clock", nil, &clock)
	now := clock.Now.In(time.FixedZone("", 8*60*60))
	ten := time.Date(now.Year(), now.Month(), now.Day()+1, 10, 0, 0, 0, now.Location())
	box.Must(t, http.MethodPost, "/sandbox/clock", map[string]string{"advance": ten.Sub(now).String()}, nil)
}

// prepareBooks makes what the pages of reconciliation have to show, and lists
// them.
func (tb *tab) prepareBooks(h hello) []pageUnderTest {
	tb.t.Helper()
	passADay(tb.t, h)
	tb.open(h.URL + "/admin/reconciliations?lang=zh")
	tb.reloadUntil("see the day with its difference", id("days")+" .book-open")
	first := func(list string) string {
		return get(tb, "find the first of "+list, chromedp.Evaluate[string](`document.querySelector('[data-testid="`+list+`"] td a').getAttribute("href")`))
	}
	day := first("days")
	tb.open(h.URL + day)
	return []pageUnderTest{{"reconciliations", "/admin/reconciliations"}, {"reconciliation", day},
		{"differences", "/admin/differences?state=open"}, {"difference", first("differences")}}
}
