package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store/storetest"
)

// altered is a ledger on which what is settled together is changed first.
type altered struct {
	pay.Store
	change func(*pay.Settlement)
	update func(context.Context, func(pay.Tx) error) error
}

func (s altered) Settle(ctx context.Context, number string, judge func(pay.Found) (pay.Settlement, bool)) error {
	return s.Store.Settle(ctx, number, func(f pay.Found) (pay.Settlement, bool) {
		c, ok := judge(f)
		s.change(&c)
		return c, ok
	})
}

// Update gets what did not settle together.
func (s altered) Update(ctx context.Context, fn func(pay.Tx) error) error { return s.update(ctx, fn) }

func tornUpdate(context.Context, func(pay.Tx) error) error { return errTorn }

func TestInvariant01ASettlementIsWrittenWholeOrNotAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n := newNode(t, url, w)
		first, d := n.order(t, pay.NewOrder{}), n.order(t, pay.NewOrder{})
		n.receive(t, w.platform.Pay(first.Payment.Number, first.Order.Amount), pay.VerdictSettled)
		kept, err := n.db.Ledger().NoticesOf(context.Background(), first.Payment.ID)
		good(t, err)
		events, err := n.db.Outbox().Of(context.Background(), first.Order.ID)
		good(t, err)
		notice := w.platform.Pay(d.Payment.Number, d.Order.Amount)
		before, err := n.db.Ledger().Payment(context.Background(), d.Payment.ID)
		good(t, err)
		for what, change := range map[string]func(*pay.Settlement){
			"payment": func(c *pay.Settlement) { c.Payment.Version++ },
			"order":   func(c *pay.Settlement) { c.Order.Version++ },
			"notice":  func(c *pay.Settlement) { c.Notice.BodyHash = kept[0].BodyHash },
			"event":   func(c *pay.Settlement) { c.Event.ID = events[0].ID },
		} {
			broken := overLedger(n.db, w, func(s pay.Store) pay.Store { return altered{s, change, tornUpdate} })
			if _, err := broken.money.Receive(context.Background(), notice); !errors.Is(err, errTorn) {
				t.Fatalf("without the %s: %v", what, err)
			}
			after, err := n.db.Ledger().Payment(context.Background(), d.Payment.ID)
			good(t, err)
			if diff := cmp.Diff(before, after); diff != "" || n.stored(t, d.Order.ID).Status != pay.OrderPending || n.count(t, event.OrderPaid) != 1 {
				t.Fatalf("without the %s: %s", what, diff)
			}
		}
		n.receive(t, notice, pay.VerdictSettled)
	})
}

// alone is a ledger on which nothing is settled together.
type alone struct{ pay.Store }

func (alone) Settle(context.Context, string, func(pay.Found) (pay.Settlement, bool)) error {
	return pay.ErrStale
}

func TestSettledTogetherIsWrittenAsAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n := newNode(t, url, w)
		var found [2]settledRows
		for i, ledger := range []*node{n, overLedger(n.db, w, func(s pay.Store) pay.Store { return alone{s} })} {
			d := n.order(t, pay.NewOrder{})
			v, err := ledger.money.Receive(context.Background(), w.platform.Pay(d.Payment.Number, d.Order.Amount))
			if err != nil || v != pay.VerdictSettled {
				t.Fatalf("%s, %v", v, err)
			}
			found[i] = n.rows(t, d)
		}
		if diff := cmp.Diff(found[0], found[1]); diff != "" {
			t.Fatal(diff)
		}
	})
}

// settledRows is what is written when an order is settled, without what tells
// one order from another.
type settledRows struct {
	Payment pay.Payment
	Order   pay.Order
	Notice  pay.Notice
	Event   event.Event
}

func (n *node) rows(t *testing.T, d pay.Draft) (r settledRows) {
	t.Helper()
	var err error
	r.Payment, err = n.db.Ledger().Payment(context.Background(), d.Payment.ID)
	good(t, err)
	r.Order = n.stored(t, d.Order.ID)
	notices, err := n.db.Ledger().NoticesOf(context.Background(), d.Payment.ID)
	good(t, err)
	events, err := n.db.Outbox().Of(context.Background(), d.Order.ID)
	good(t, err)
	r.Notice, r.Event = notices[0], events[len(events)-1]
	p, o, c, e := &r.Payment, &r.Order, &r.Notice, &r.Event
	p.ID, p.OrderID, p.Number, p.TradeNo = "", "", "", ""
	o.ID, o.Number, o.Digest = "", "", ""
	c.ID, c.PaymentID, c.Number, c.Body, c.BodyHash = "", "", "", nil, ""
	e.ID, e.Seq, e.Object, e.Data = "", 0, "", nil
	return r
}

func TestOneThatMovedHoldsNobodyUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n := newNode(t, url, w)
		unlucky := overLedger(n.db, w, func(s pay.Store) pay.Store {
			return altered{s, func(c *pay.Settlement) { c.Payment.Version-- }, s.Update}
		})
		var wg sync.WaitGroup
		for i := range 24 {
			d := n.order(t, pay.NewOrder{})
			notice := w.platform.Pay(d.Payment.Number, d.Order.Amount)
			taker := n
			if i%8 == 0 {
				taker = unlucky
			}
			wg.Go(func() {
				if v, err := taker.money.Receive(context.Background(), notice); err != nil || v != pay.VerdictSettled {
					t.Errorf("%s, %v", v, err)
				}
			})
		}
		wg.Wait()
		if got := n.count(t, event.OrderPaid); got != 24 {
			t.Errorf("%d orders were paid", got)
		}
	})
}

func TestInvariant02AProcessThatDidNotTakeANoticeKnowsItAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n := newNode(t, url, w)
		d := n.order(t, pay.NewOrder{})
		paid := w.platform.Pay(d.Payment.Number, d.Order.Amount)
		stranger := w.platform.Pay("STRANGER0001", 5)
		n.receive(t, paid, pay.VerdictSettled)
		n.receive(t, stranger, pay.VerdictMismatched)
		for range 2 {
			fresh := newNode(t, url, w)
			for range 2 {
				fresh.receive(t, paid, pay.VerdictSettled)
				fresh.receive(t, stranger, pay.VerdictMismatched)
			}
		}
		kept, err := n.db.Ledger().Notices(context.Background(), "", 100)
		good(t, err)
		if len(kept) != 2 || n.count(t, event.OrderPaid) != 1 || n.count(t, event.NoticeMismatched) != 1 {
			t.Fatalf("%d notices are kept, %d orders were paid, %d notices mismatched",
				len(kept), n.count(t, event.OrderPaid), n.count(t, event.NoticeMismatched))
		}
	})
}
