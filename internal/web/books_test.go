package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/web"
)

// reconciled lets an operator have the day of the world's beginning compared
// with a bill, the day after, and returns where its page is.
func (w *world) reconciled(b *browser, bill ...pay.BillLine) string {
	w.t.Helper()
	w.platform.bill = bill
	day := pay.DayOf(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	w.clock.advance(24 * time.Hour)
	at := b.post("/admin/reconciliations", "account", "alipay", "date", string(day)).want(http.StatusSeeOther).location
	if waits := b.get(at).want(http.StatusOK); waits.text("status") != "等待账单" || len(waits.all("[data-final]")) != 0 {
		w.t.Errorf("before it begins: %s", waits.text("status"))
	}
	if _, err := w.books.Sweep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	wantDid(w.t.(*testing.T), w.did("alipay "+string(day)), audit.ReconciliationBegin)
	return strings.TrimSuffix(at, "?done=begun")
}

func billed(o pay.Order, amount pay.Amount) pay.BillLine {
	return pay.BillLine{Kind: pay.BillTrade, Number: o.Number, TradeNo: "T1", Amount: amount, Received: amount}
}

func TestADayIsReconciledAndItsDifferenceActedOn(t *testing.T) {
	w := start(t)
	b := w.asRole(web.Operator)
	o := w.paid(w.register("buyer"), "tea", "300")
	day := w.reconciled(b, billed(o, o.Amount+100))
	a := b.get(day).want(http.StatusOK)
	if a.text("status") != "1 条差异未处理" || a.text("open") != "1" || !strings.Contains(a.text("sums"), "+¥1.00") || len(a.all("[data-final]")) != 1 {
		t.Errorf("the day: %s, %s, %s", a.text("status"), a.text("open"), a.text("sums"))
	}
	if got := b.get("/admin/reconciliations").want(http.StatusOK); !strings.Contains(got.text("days"), "1 条差异未处理") || len(got.all("rect[class=mark]")) != 1 {
		t.Errorf("the list of days: %s", got.text("days"))
	}
	if got := b.get("/admin").text("tile-differences"); !strings.Contains(got, "1") {
		t.Errorf("the tile says %s", got)
	}
	for query, want := range map[string]bool{"?kind=amount&state=open": true, "?kind=fee": false, "?state=gone": false, "?owner=nobody": false} {
		if b.get(day+query).has("differences") != want || b.get("/admin/differences"+query).has("differences") != want {
			t.Errorf("%s: want %v", query, want)
		}
	}
	at := regexp.MustCompile(`/admin/differences/dif_\w+`).FindString(b.get("/admin/differences?state=open").body)
	id := strings.TrimPrefix(at, "/admin/differences/")
	if a := b.get("/admin/orders/" + o.ID); !strings.Contains(a.body, `href="`+at+`"`) {
		t.Error("the order does not lead to its difference")
	}
	if a := b.get(at).want(http.StatusOK); value(a.id("to-order"), "href") != "/admin/orders/"+o.ID || a.has("refund") || a.has("reopen") {
		t.Errorf("the difference:\n%s", a.body)
	}
	b.post(at+"/assign", "owner", "小王").want(http.StatusSeeOther)
	b.post(at + "/query").want(http.StatusSeeOther)
	b.post(at + "/refund").want(http.StatusConflict)
	if a := b.post(at+"/ignore", "note", " ").want(http.StatusUnprocessableEntity); !strings.Contains(a.text("error-note"), "500") {
		t.Error(a.text("error-note"))
	}
	b.post(at+"/ignore", "note", "=已与平台核实").want(http.StatusSeeOther)
	b.post(at+"/ignore", "note", "again").want(http.StatusConflict)
	a = b.get(at)
	for _, want := range []string{"发现差异", "小王", "平台说已成功 ¥300.00", "已与平台核实"} {
		if !strings.Contains(a.text("timeline"), want) {
			t.Errorf("the history lacks %q: %s", want, a.text("timeline"))
		}
	}
	csv := b.get(day + "/differences.csv?kind=amount").want(http.StatusOK)
	if !strings.Contains(csv.body, "'=已与平台核实") || !strings.Contains(csv.body, "301.00") || strings.Count(csv.body, "\n") != 2 ||
		csv.header.Get("Content-Disposition") != `attachment; filename=differences-alipay-2026-03-04.csv` {
		t.Errorf("%s\n%s", csv.header.Get("Content-Disposition"), csv.body)
	}
	if a := b.get(day); a.text("status") != "差异已处理" {
		t.Errorf("the day is %s", a.text("status"))
	}
	b.post(at+"/reopen", "note", "look again").want(http.StatusSeeOther)
	b.post(at + "/delete").want(http.StatusNotFound)
	wantDid(t, w.did(id), audit.DifferenceReopen, audit.DifferenceIgnore, audit.DifferenceQuery, audit.DifferenceAssign)
}

func TestADayThatIsCleanSaysSo(t *testing.T) {
	w := start(t)
	b := w.asRole(web.Operator)
	o := w.paid(w.register("buyer"), "tea", "300")
	a := b.get(w.reconciled(b, billed(o, o.Amount)))
	if a.text("status") != "账目一致" || !a.has("empty") || a.has("differences") {
		t.Errorf("the day is %s", a.text("status"))
	}
}

func TestADayThatCanNotBeReconciled(t *testing.T) {
	w := start(t)
	b := w.asRole(web.Operator)
	for _, date := range []string{"2026-03-04", "2099-01-01", "2001-01-01", "yesterday", ""} {
		if a := b.post("/admin/reconciliations", "account", "alipay", "date", date).want(http.StatusUnprocessableEntity); a.text("error-date") == "" {
			t.Errorf("%q is not answered beside its field", date)
		}
	}
	b.post("/admin/reconciliations", "account", "nobody", "date", "2026-03-03").want(http.StatusNotFound)
	if all, err := w.books.Reader().Reconciliations(t.Context(), reconcile.Filter{Limit: 10}); err != nil || len(all) != 0 {
		t.Errorf("%d days, %v", len(all), err)
	}
	b.get("/admin/reconciliations?cursor=rec_none").want(http.StatusNotFound)
}

// A page that follows a day is told of its end.
func TestADayIsFollowed(t *testing.T) {
	w := start(t)
	b := w.asRole(web.Operator)
	day := w.reconciled(b)
	if a := b.get(day + "/events").want(http.StatusOK); !strings.Contains(a.body, "event: state") {
		t.Errorf("the stream says %q", a.body)
	}
}
