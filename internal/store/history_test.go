package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Invariants 8, 9 and 10: whatever payers, platforms and we do, in whatever
// order, with notices lost and the platform out of reach, in the end the
// ledger and the platform agree to the fen.
func TestInvariant10LedgerAndPlatformAgree(t *testing.T) {
	t.Run(store.SQLite, func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) { // a fresh database each time, so that a failure can be made smaller
			db, err := store.Open(context.Background(), storetest.URL(t, store.SQLite), store.Options{})
			good(t, err)
			defer db.Close()
			play(r, db, func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "choice") })
		})
	})
	t.Run(store.Postgres, func(t *testing.T) {
		db := storetest.Open(t, storetest.URL(t, store.Postgres), store.Options{})
		for seed := range uint64(10) {
			t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { play(t, db, rand.New(rand.NewPCG(seed, 1)).IntN) })
		}
	})
}

// history is a run of things that happen to some orders.
type history struct {
	rapid.TB
	*node
	w        *world
	choose   func(n int) int
	orders   []string
	payments []pay.Payment
	notices  []pay.Posted
	seen     map[string]pay.OrderStatus
}

func play(t rapid.TB, db *store.DB, choose func(n int) int) {
	w := newWorld()
	h := &history{TB: t, node: overLedger(db, w, nil), w: w, choose: choose, seen: make(map[string]pay.OrderStatus)}
	h.place()
	acts := []func(){h.place, h.checkout, h.open, h.payAndTell, h.payAndTell, h.payQuietly, h.payWrongly, h.repeat, h.close,
		h.wait, h.sweep, h.outage}
	for range 5 + choose(30) {
		acts[choose(len(acts))]()
		h.forward()
	}
	h.end()
	h.compare()
}

// fine fails on errors that no outage explains.
func (h *history) fine(err error) {
	h.Helper()
	switch fault.KindOf(err) {
	case "", fault.Unknown, fault.Conflict:
	default:
		h.Fatalf("%v", err)
	}
}

func (h *history) payment() pay.Payment { return h.payments[h.choose(len(h.payments))] }

func (h *history) place() {
	ctx := context.Background()
	d, err := h.money.Draft(ctx, pay.NewOrder{Amount: pay.Amount(100 + h.choose(900)), Subject: "茶", Channel: "alipay.page",
		ExpiresIn: time.Duration(1+h.choose(60)) * time.Minute})
	h.fine(err)
	_, _, err = h.money.Place(ctx, d)
	h.fine(err)
	h.orders = append(h.orders, d.Order.ID)
	h.payments = append(h.payments, *d.Payment)
}

func (h *history) checkout() {
	p, _, err := h.money.Checkout(context.Background(), h.orders[h.choose(len(h.orders))], "alipay.qr")
	h.fine(err)
	if err == nil {
		h.payments = append(h.payments, p)
	}
}

// payable tells whether the platform would take money under a number now.
func (h *history) payable(p pay.Payment) bool {
	r, known := h.w.platform.Truth()[p.Number]
	return h.w.clock.now().Before(p.ExpiresAt) && (!known || r.State == pay.TradeWaiting)
}

func (h *history) open() {
	if p := h.payment(); h.payable(p) {
		h.w.platform.Open(p.Number, p.Amount)
	}
}

func (h *history) payAndTell() {
	if p := h.payment(); h.payable(p) {
		h.tell(h.w.platform.Pay(p.Number, p.Amount))
	}
}

func (h *history) payQuietly() {
	if p := h.payment(); h.payable(p) {
		h.notices = append(h.notices, h.w.platform.Pay(p.Number, p.Amount))
	}
}

// payWrongly has the platform take another sum than we asked for.
func (h *history) payWrongly() {
	p := h.payment()
	if _, known := h.w.platform.Truth()[p.Number]; !known && h.payable(p) {
		h.tell(h.w.platform.Pay(p.Number, p.Amount+1))
	}
}

func (h *history) tell(p pay.Posted) {
	_, err := h.money.Receive(context.Background(), p)
	h.fine(err)
	h.notices = append(h.notices, p)
}

func (h *history) repeat() {
	if len(h.notices) > 0 {
		h.tell(h.notices[h.choose(len(h.notices))])
	}
}

func (h *history) close() {
	_, err := h.money.Close(context.Background(), h.orders[h.choose(len(h.orders))])
	h.fine(err)
}

func (h *history) wait() {
	h.w.clock.t = h.w.clock.t.Add(time.Duration(h.choose(1200)) * time.Second)
}

func (h *history) sweep() {
	_, err := h.money.Sweep(context.Background())
	h.fine(err)
}

func (h *history) outage() {
	h.w.platform.Down([]error{nil, nil, paytest.ErrDown}[h.choose(3)])
}

// forward checks that no order went back.
func (h *history) forward() {
	for _, id := range h.orders {
		o, err := h.db.Ledger().Order(context.Background(), id)
		h.fine(err)
		before := h.seen[id]
		if before != "" && before != o.Status && !before.CanBecome(o.Status) {
			h.Fatalf("order %s went from %s to %s", id, before, o.Status)
		}
		h.seen[id] = o.Status
	}
}

// end lets all links expire and the sweep come to rest. No notice helps.
func (h *history) end() {
	h.w.platform.Down(nil)
	for range 200 {
		h.w.clock.t = h.w.clock.t.Add(2 * time.Hour)
		h.w.platform.Expire()
		n, err := h.money.Sweep(context.Background())
		h.fine(err)
		if n == 0 {
			return
		}
	}
	h.Fatalf("the sweep never comes to rest")
}

// compare holds the ledger against the platform's own books.
func (h *history) compare() {
	ctx, truth := context.Background(), h.w.platform.Truth()
	var here, there pay.Amount
	for _, r := range truth {
		if r.State == pay.TradeSucceeded {
			there += r.Amount
		}
	}
	for _, id := range h.orders {
		o, err := h.db.Ledger().Order(ctx, id)
		h.fine(err)
		payments, err := h.db.Ledger().Payments(ctx, id)
		h.fine(err)
		settled := 0
		for _, p := range payments {
			here += p.PaidAmount
			if r := truth[p.Number]; (r.State == pay.TradeSucceeded) != (p.Status == pay.PaymentSucceeded) || p.PaidAmount > 0 && p.PaidAmount != r.Amount {
				h.Fatalf("payment %s is %s with %d, the platform says %+v", p.Number, p.Status, p.PaidAmount, r)
			}
			if p.Settles {
				settled++
			}
			if p.Status == pay.PaymentSucceeded && p.Settles == (p.Surplus != pay.SurplusNone) {
				h.Fatalf("payment %s settles: %v, surplus: %q", p.Number, p.Settles, p.Surplus)
			}
		}
		h.told(o, settled)
	}
	if here != there {
		h.Fatalf("%d here, %d there", here, there)
	}
}

// told checks an order against its settlements and its events.
func (h *history) told(o pay.Order, settled int) {
	events, err := h.db.Outbox().Of(context.Background(), o.ID)
	h.fine(err)
	count := make(map[event.Type]int)
	for _, e := range events {
		count[e.Type]++
	}
	want := map[pay.OrderStatus][3]int{pay.OrderPaid: {1, 1, 0}, pay.OrderClosed: {0, 0, 1}}[o.Status]
	if got := [3]int{settled, count[event.OrderPaid], count[event.OrderClosed]}; got != want || o.Status == pay.OrderPending {
		h.Fatalf("order %s is %s with settlements, order.paid, order.closed %v", o.ID, o.Status, got)
	}
}
