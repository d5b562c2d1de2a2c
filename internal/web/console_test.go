package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/web"
)

// paid makes an order that was paid and returns it.
func (w *world) paid(b *browser, subject, money string) pay.Order {
	w.t.Helper()
	path := b.buy(subject, money)
	b.get(path).want(http.StatusOK) // the cashier begins a payment
	o, err := w.pay.Reader().Order(w.t.Context(), strings.TrimPrefix(path, "/pay/"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.settle(o.Number, o.Amount)
	return w.order(o.ID)
}

func (w *world) order(id string) pay.Order {
	w.t.Helper()
	o, err := w.pay.Reader().Order(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// late makes a surplus: an order that was closed, then paid.
func (w *world) late() pay.Order {
	w.t.Helper()
	b := w.browser()
	path := b.buy("late", "20")
	b.get(path)
	o := w.order(strings.TrimPrefix(path, "/pay/"))
	if _, err := w.pay.Close(w.t.Context(), o.ID); err != nil {
		w.t.Fatal(err)
	}
	w.settle(o.Number, o.Amount)
	w.pay.Sweep(w.t.Context())
	return o
}

// did lists what was done to a thing, newest first.
func (w *world) did(object string) (all []audit.Action) {
	w.t.Helper()
	found, err := w.db.Trail().Entries(context.Background(), audit.Filter{Object: object, Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range found {
		if e.Actor == "" || e.RequestID == "" {
			w.t.Errorf("%s on %s by %q in request %q", e.Action, object, e.Actor, e.RequestID)
		}
		all = append(all, e.Action)
	}
	return all
}

func wantDid(t *testing.T, got []audit.Action, want ...audit.Action) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("trail %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("trail %v, want %v", got, want)
		}
	}
}

func TestOrdersAreFoundByWhatPeopleKnow(t *testing.T) {
	w := start(t)
	buyer, op := w.register("buyer"), w.asRole(web.Operator)
	o := w.paid(buyer, "mine", "28")
	w.browser().buy("another's", "1")
	for _, q := range []string{o.Number, o.ID, "20260304220014000000000001", "Buyer"} {
		a := op.get("/admin/orders?q=" + q).want(http.StatusOK)
		if got := a.text("orders"); !strings.Contains(got, o.Number) || strings.Contains(got, "another") {
			t.Errorf("%s: %s", q, got)
		}
	}
	if a := op.get("/admin/orders?status=pending"); strings.Contains(a.text("orders"), "mine") || !strings.Contains(a.text("orders"), "another") {
		t.Error("the status does not narrow the list")
	}
	if a := op.get("/admin/orders?from=2026-03-04&to=2026-03-04"); len(a.all("tr")) != 3 {
		t.Errorf("%d rows of the day", len(a.all("tr")))
	}
	if !op.get("/admin/orders?from=2026-03-05").has("empty") || !op.get("/admin/orders?q=nobody").has("empty") {
		t.Error("something is found where nothing is")
	}
	if a := op.get("/admin/orders?from=yesterday").want(http.StatusUnprocessableEntity); a.text("error-from") == "" {
		t.Error("a bad date is not answered beside its field")
	}
}

func TestOrdersGoOnOnTheNextPage(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	for range 30 {
		w.browser().buy("tea", "1")
	}
	for _, filter := range []string{"?", "?status=pending&", "?from=2026-03-04&"} {
		a, seen, pages := op.get("/admin/orders"+strings.TrimRight(filter, "&?")), map[string]bool{}, 0
		for {
			pages++
			for _, link := range a.all("a[href]") {
				if h := value(link, "href"); strings.HasPrefix(h, "/admin/orders/ord_") {
					seen[h] = true
				}
			}
			if !a.has("next") {
				break
			}
			a = op.get(value(a.id("next"), "href")).want(http.StatusOK)
		}
		if len(seen) != 30 || pages != 2 {
			t.Errorf("%s: %d orders on %d pages", filter, len(seen), pages)
		}
	}
}

func TestARefundIsGivenOnceAndAboveTheLimitByTwo(t *testing.T) {
	w := start(t)
	o := w.paid(w.browser(), "tea", "300")
	first, second, page := w.asRole(web.Operator), w.asRole(web.Operator), "/admin/orders/"+o.ID
	ticket := value(first.get(page).all("input[name=ticket]")[0], "value")
	for range 2 {
		first.post(page+"/refund", "amount", "50", "reason", "spilt", "ticket", ticket).want(http.StatusSeeOther)
	}
	refunds, err := w.pay.Reader().Refunds(t.Context(), o.ID)
	if err != nil || len(refunds) != 1 {
		t.Fatalf("%d refunds, %v", len(refunds), err)
	}
	wantDid(t, w.did(refunds[0].ID), audit.RefundAsk)
	for _, bad := range []struct{ amount, reason, field string }{{"251", "x", "amount"}, {"0", "x", "amount"}, {"", "x", "amount"}, {"1", "", "reason"}} {
		if a := first.post(page+"/refund", "amount", bad.amount, "reason", bad.reason).want(http.StatusUnprocessableEntity); a.text("error-"+bad.field) == "" {
			t.Errorf("%+v: no error beside the field", bad)
		}
	}
	first.post(page+"/refund", "amount", "200", "reason", "all of it").want(http.StatusSeeOther)
	waiting, err := w.pay.Reader().RefundsIn(t.Context(), pay.RefundApproving, 10)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%d refunds wait, %v", len(waiting), err)
	}
	decide := "/admin/refunds/" + waiting[0].ID
	if a := first.get("/admin/refunds"); !a.has("mine") || a.has("approve") {
		t.Error("whoever asked may press approve")
	}
	if a := first.post(decide, "decision", "approve").want(http.StatusForbidden); !strings.Contains(a.text("form-error"), "second_person_needed") {
		t.Errorf("%s", a.text("form-error"))
	}
	second.post(decide, "decision", "nonsense").want(http.StatusUnprocessableEntity)
	second.post(decide, "decision", "approve").want(http.StatusSeeOther)
	second.post(decide, "decision", "approve").want(http.StatusConflict)
	wantDid(t, w.did(waiting[0].ID), audit.RefundApprove, audit.RefundAsk)
}

// Whoever goes back and asks for another sum is not told that it was done
// where only the first one was.
func TestARefundChangedAfterGoingBackIsAnotherRefund(t *testing.T) {
	w := start(t)
	o := w.paid(w.browser(), "tea", "300")
	op, page := w.asRole(web.Operator), "/admin/orders/"+o.ID
	ticket := value(op.get(page).all("input[name=ticket]")[0], "value")
	for _, amount := range []string{"50", "20", "50"} {
		op.post(page+"/refund", "amount", amount, "reason", "spilt", "ticket", ticket).want(http.StatusSeeOther)
	}
	refunds, err := w.pay.Reader().Refunds(t.Context(), o.ID)
	if err != nil || len(refunds) != 2 {
		t.Fatalf("%d refunds, %v", len(refunds), err)
	}
	for _, f := range refunds {
		wantDid(t, w.did(f.ID), audit.RefundAsk)
	}
}

func TestSurplusesAreDecided(t *testing.T) {
	w := start(t)
	op := w.asRole(web.Operator)
	back, taken, kept := w.late(), w.late(), w.late()
	payment := func(o pay.Order) string {
		all, err := w.pay.Reader().Payments(t.Context(), o.ID)
		if err != nil || len(all) != 1 {
			t.Fatalf("%v, %v", all, err)
		}
		return all[0].ID
	}
	if n := len(op.get("/admin/surpluses").all("li[class=sheet]")); n != 3 {
		t.Fatalf("%d surpluses are shown", n)
	}
	act := func(o pay.Order, status int, kv ...string) answer {
		return op.post("/admin/surpluses/"+payment(o), kv...).want(status)
	}
	act(back, http.StatusSeeOther, "decision", "refund")
	act(back, http.StatusConflict, "decision", "refund")
	act(taken, http.StatusSeeOther, "decision", "accept")
	act(kept, http.StatusUnprocessableEntity, "decision", "keep")
	act(kept, http.StatusSeeOther, "decision", "keep", "note", "paid back in cash")
	wantDid(t, w.did(payment(back)), audit.SurplusRefund)
	wantDid(t, w.did(payment(taken)), audit.SurplusAccept)
	wantDid(t, w.did(payment(kept)), audit.SurplusKeep)
	if w.order(taken.ID).Status != pay.OrderPaid {
		t.Error("an accepted surplus did not pay its order")
	}
	if !op.get("/admin/surpluses").has("empty") || !strings.Contains(op.get("/admin/orders/"+kept.ID).text("timeline"), "paid back in cash") {
		t.Error("what was decided is not shown")
	}
}

func TestAnOrderIsClosedAndAsked(t *testing.T) {
	w := start(t)
	op, b := w.asRole(web.Operator), w.browser()
	open, missed := b.buy("open", "1"), b.buy("missed", "2")
	b.get(open)
	b.get(missed)
	closed := strings.TrimPrefix(open, "/pay/")
	op.post("/admin/orders/" + closed + "/close").want(http.StatusSeeOther)
	op.post("/admin/orders/" + closed + "/close").want(http.StatusSeeOther) // nothing is left to do
	wantDid(t, w.did(closed), audit.OrderClose)
	if got := op.get("/admin/orders/" + closed); got.text("order-status") == "" || got.has("close") {
		t.Error("a closed order can be closed")
	}
	o := w.order(strings.TrimPrefix(missed, "/pay/"))
	w.platform.mu.Lock()
	w.platform.trades[o.Number] = pay.Report{Number: o.Number, TradeNo: "T1", State: pay.TradeSucceeded, Amount: o.Amount, PaidAt: w.clock.now()}
	w.platform.mu.Unlock()
	op.post("/admin/orders/" + o.ID + "/query").want(http.StatusSeeOther)
	if w.order(o.ID).Status != pay.OrderPaid {
		t.Error("asking the platform did not settle a paid order")
	}
	wantDid(t, w.did(o.ID), audit.PaymentQuery)
	op.post("/admin/orders/ord_none/close").want(http.StatusNotFound)
}

func TestANoticeIsShownAsItCameAndTakenInAgain(t *testing.T) {
	w := start(t)
	o, op := w.paid(w.browser(), "tea", "3"), w.asRole(web.Operator)
	a := op.get("/admin/notices?verdict=settled&q=" + o.Number).want(http.StatusOK)
	link := ""
	for _, n := range a.all("a[href]") {
		if h := value(n, "href"); strings.HasPrefix(h, "/admin/notices/ntc_") {
			link = h
		}
	}
	one := op.get(link).want(http.StatusOK)
	if one.text("body") != o.Number || value(one.id("to-order"), "href") != "/admin/orders/"+o.ID {
		t.Errorf("shown:\n%s", one.body)
	}
	before := w.order(o.ID)
	op.post(link + "/replay").want(http.StatusSeeOther)
	if after := w.order(o.ID); after.Version != before.Version {
		t.Errorf("taking a notice in again changed the order: %+v", after)
	}
	wantDid(t, w.did(strings.TrimPrefix(link, "/admin/notices/")), audit.NoticeReplay)
	if !op.get("/admin/notices?verdict=mismatched").has("empty") {
		t.Error("a verdict does not narrow the list")
	}
}

func TestTheFirstPageCountsTheDay(t *testing.T) {
	w := start(t)
	w.paid(w.browser(), "tea", "12.50")
	w.paid(w.browser(), "tea", "0.50")
	w.browser().buy("open", "7")
	w.late()
	a := w.asRole(web.Operator).get("/admin").want(http.StatusOK)
	for tile, want := range map[string]string{"paid": "¥13.00", "orders": "4", "surpluses": "1", "refunds": "0"} {
		if got := a.text("tile-" + tile); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", tile, got, want)
		}
	}
}
