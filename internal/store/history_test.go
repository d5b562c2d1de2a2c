package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Invariants 8, 9 and 10: whatever payers, operators, platforms and we do, in
// whatever order, with notices lost, answers lost and the platform out of
// reach, in the end the ledger and the platform agree to the fen.
func TestInvariant10LedgerAndPlatformAgree(t *testing.T) {
	t.Run(store.SQLite, func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) { // a fresh database each time, so that a failure can be made smaller
			db, err := store.Open(context.Background(), storetest.URL(t, store.SQLite), store.Options{})
			good(t, err)
			defer db.Close()
			choose := func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "choice") }
			newHistory(r, db, newWorld(), choose, false).play(choose(30))
		})
	})
	t.Run(store.Postgres, func(t *testing.T) { playSeeds(t, store.Postgres, 1, 10, false) })
}

// Invariant 1, in one process and many times over: the process ends at any
// commit, before it or after it, and another goes on with what is stored. How
// many histories are played can be set, and the first seed, so that one can be
// played again.
func TestInvariant01AProcessMayEndAtAnyCommit(t *testing.T) {
	first, runs := setting(t, "PAYPUSH_CHAOS_SEED", 1), setting(t, "PAYPUSH_CHAOS_RUNS", 12)
	t.Run(store.SQLite, func(t *testing.T) { playSeeds(t, store.SQLite, first, runs, true) })
	t.Run(store.Postgres, func(t *testing.T) { playSeeds(t, store.Postgres, first, runs, true) })
}

func setting(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(s, 10, 64)
	good(t, err)
	return n
}

// perDatabase is how many histories one database sees, one after the other.
const perDatabase = 25

func playSeeds(t *testing.T, engine string, first, runs uint64, mortal bool) {
	for from := first; from < first+runs; from += perDatabase {
		t.Run(fmt.Sprint("from seed ", from), func(t *testing.T) {
			db := storetest.Open(t, storetest.URL(t, engine), store.Options{})
			w := newWorld()
			for seed := from; seed < min(from+perDatabase, first+runs) && !t.Failed(); seed++ {
				t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
					choose := rand.New(rand.NewPCG(seed, 1)).IntN
					newHistory(t, db, w, choose, mortal).play(choose(60))
				})
			}
		})
	}
}

// history is a run of things that happen to some orders.
type history struct {
	rapid.TB
	*node
	w        *world
	life     *life // nil where the process does not end
	policy   pay.Policy
	choose   func(n int) int
	orders   []string
	payments []pay.Payment
	notices  []pay.Posted
	seen     map[string]string
}

func newHistory(t rapid.TB, db *store.DB, w *world, choose func(n int) int, mortal bool) *history {
	h := &history{TB: t, node: &node{db: db}, w: w, choose: choose, seen: make(map[string]string)}
	policies := []pay.SurplusPolicy{pay.PolicyRefund, pay.PolicyHold, pay.PolicyAccept}
	h.policy = pay.Policy{HourlyCap: pay.Amount(500 + choose(3000)), ApproveAbove: pay.Amount(choose(2) * 300), Surplus: map[pay.SurplusKind]pay.SurplusPolicy{
		pay.SurplusLate: policies[choose(3)], pay.SurplusTwice: policies[choose(3)], pay.SurplusAmount: policies[choose(3)]}}
	if mortal {
		h.life = &life{dice: rand.New(rand.NewPCG(uint64(choose(1<<30)), 2))}
	}
	h.begin()
	return h
}

// begin makes a process over what is stored.
func (h *history) begin() {
	l := h.db.Ledger()
	if h.life == nil {
		h.money = newMoney(h.w, l, l, h.policy)
		return
	}
	m := h.life.beginning(l)
	h.money = newMoney(h.w, m, m, h.policy)
}

func (h *history) play(steps int) {
	h.place()
	acts := []func(){h.place, h.checkout, h.open, h.payAndTell, h.payAndTell, h.payQuietly, h.payWrongly, h.repeat, h.close,
		h.wait, h.wait, h.sweep, h.sweep, h.outage, h.trouble, h.returned, h.refund, h.refund, h.decide, h.decideSurplus, h.race}
	for range 5 + steps {
		acts[h.choose(len(acts))]()
		h.forward()
		if h.life != nil && h.life.over() {
			h.begin()
		}
	}
	h.end()
	h.compare()
}

// fine fails on errors that no outage, no end and no rule explains.
func (h *history) fine(err error) {
	h.Helper()
	switch fault.KindOf(err) {
	case "", fault.Unknown, fault.Conflict, fault.Unavailable:
	default:
		if !errors.Is(err, errDied) {
			h.Fatalf("%v", err)
		}
	}
}

func (h *history) payment() pay.Payment { return h.payments[h.choose(len(h.payments))] }

// place asks again, with the same draft, where the process ended meanwhile.
func (h *history) place() {
	ctx := context.Background()
	d, err := h.money.Draft(ctx, pay.NewOrder{Amount: pay.Amount(100 + h.choose(900)), Subject: "茶", Channel: "alipay.page",
		ExpiresIn: time.Duration(1+h.choose(60)) * time.Minute})
	h.fine(err)
	for _, _, err = h.money.Place(ctx, d); err != nil; _, _, err = h.money.Place(ctx, d) {
		h.fine(err)
		h.begin()
	}
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

// repeat tells something again, as it was told or as it is now.
func (h *history) repeat() {
	if p := h.payment(); h.choose(2) == 0 {
		if _, known := h.w.platform.Truth()[p.Number]; known {
			h.tell(h.w.platform.Notice(p.Number))
		}
		return
	}
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

// returned is a payer's browser that comes back.
func (h *history) returned() {
	_, err := h.money.Returned(context.Background(), "alipay", h.w.platform.ReturnQuery(h.payment().Number))
	h.fine(err)
}
