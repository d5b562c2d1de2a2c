package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

var errTorn = errors.New("the process ended here")

// torn is a ledger on which the n-th write of each transaction is the last
// thing that happens.
type torn struct {
	pay.Store
	left int
}

func (s *torn) Update(ctx context.Context, fn func(pay.Tx) error) error {
	left := s.left
	return s.Store.Update(ctx, func(tx pay.Tx) error { return fn(&tornTx{tx, &left}) })
}

// Settle leaves every notice to Update.
func (s *torn) Settle(context.Context, string, func(pay.Found) (pay.Settlement, bool)) error {
	return pay.ErrStale
}

type tornTx struct {
	pay.Tx
	left *int
}

func (t *tornTx) step(err error) error {
	if *t.left--; *t.left < 0 {
		return errTorn
	}
	return err
}

func (t *tornTx) UpdateOrder(ctx context.Context, o pay.Order) error {
	return t.step(t.Tx.UpdateOrder(ctx, o))
}

func (t *tornTx) UpdatePayment(ctx context.Context, p pay.Payment) error {
	return t.step(t.Tx.UpdatePayment(ctx, p))
}

func (t *tornTx) InsertNotice(ctx context.Context, n pay.Notice) error {
	return t.step(t.Tx.InsertNotice(ctx, n))
}

func (t *tornTx) AddEvent(ctx context.Context, e event.Event) error {
	return t.step(t.Tx.AddEvent(ctx, e))
}

func TestInvariant01SuccessOnlyAfterEverythingIsDurable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n := newNode(t, url, w)
		d := n.order(t, pay.NewOrder{})
		notice := w.platform.Pay(d.Payment.Number, d.Order.Amount)
		// A settlement writes the payment, the order, the event and the notice.
		for writes := range 4 {
			broken := overLedger(n.db, w, func(s pay.Store) pay.Store { return &torn{s, writes} })
			if _, err := broken.money.Receive(context.Background(), notice); !errors.Is(err, errTorn) {
				t.Fatalf("after %d writes: %v", writes, err)
			}
			if o := n.stored(t, d.Order.ID); o.Status != pay.OrderPending || n.count(t, event.OrderPaid) != 0 {
				t.Fatalf("after %d writes the order is %s", writes, o.Status)
			}
		}
		n.receive(t, notice, pay.VerdictSettled)
		// Another process, which shares nothing with the one that answered,
		// finds all of it.
		other := newNode(t, url, w)
		kept, err := other.db.Ledger().NoticesOf(context.Background(), d.Payment.ID)
		good(t, err)
		if o := other.stored(t, d.Order.ID); o.Status != pay.OrderPaid || len(kept) != 1 || other.count(t, event.OrderPaid) != 1 {
			t.Fatalf("order %s, %d notices", o.Status, len(kept))
		}
	})
}

func TestInvariant01WritersWaitForTheDisk(t *testing.T) {
	t.Run(store.SQLite, func(t *testing.T) {
		db := storetest.Open(t, storetest.URL(t, store.SQLite), store.Options{})
		for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
			for connection, got := range store.WriterPragma(t, db, pragma) {
				if got != want {
					t.Errorf("%s on %s is %s, want %s", pragma, connection, got, want)
				}
			}
		}
	})
	t.Run(store.Postgres, func(t *testing.T) {
		url := storetest.URL(t, store.Postgres)
		for _, setting := range []string{"off", "local", "on", "remote_apply"} {
			db, err := store.Open(context.Background(), url+"&synchronous_commit="+setting, store.Options{})
			if refused := err != nil; refused != (setting == "off" || setting == "local") {
				t.Errorf("synchronous_commit=%s: %v", setting, err)
			}
			if err == nil {
				good(t, db.Close())
			} else if fault.CodeOf(err) != "database_unsafe" {
				t.Errorf("refused with %v", err)
			}
		}
	})
}

func TestInvariant02OneNoticeManyTimesSettlesOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		nodes := []*node{newNode(t, url, w), newNode(t, url, w)}
		var takers []*node
		for range 2 {
			db, err := store.Open(context.Background(), url, store.Options{})
			good(t, err)
			takers = append(takers, overLedger(db, w, nil))
		}
		who := registered(t, nodes[0], w)
		d := nodes[0].order(t, pay.NewOrder{MemberID: who})
		number := d.Payment.Number
		notices := []pay.Posted{w.platform.Pay(number, d.Order.Amount), w.platform.Notice(number), w.platform.Notice(number)}
		var settled atomic.Int64
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				v, err := takers[i%2].money.Receive(context.Background(), notices[i%3])
				if err != nil {
					t.Errorf("delivery %d: %v", i, err)
				}
				if v != pay.VerdictSettled && v != pay.VerdictRepeated {
					t.Errorf("delivery %d: %s", i, v)
				}
			})
		}
		wg.Wait()
		for _, n := range takers { // what they counted is written when they end
			good(t, n.db.Close())
		}
		kept, err := nodes[0].db.Ledger().NoticesOf(context.Background(), d.Payment.ID)
		good(t, err)
		deliveries := int64(0)
		for _, n := range kept {
			deliveries += n.Deliveries
			if n.Verdict == pay.VerdictSettled {
				settled.Add(1)
			}
		}
		if settled.Load() != 1 || len(kept) != 3 || deliveries != 30 || nodes[1].count(t, event.OrderPaid) != 1 {
			t.Fatalf("%d settlements, %d notices, %d deliveries, %d order.paid", settled.Load(), len(kept), deliveries, nodes[1].count(t, event.OrderPaid))
		}
		pushedOnce(t, nodes, w)
	})
}

// pushedOnce hands every order.paid to both nodes, several times at once, and
// expects one message on the phone.
func pushedOnce(t *testing.T, nodes []*node, w *world) {
	t.Helper()
	ctx := context.Background()
	_, all := nodes[0].events(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for _, e := range all {
				if e.Type != event.OrderPaid {
					continue
				}
				if _, err := nodes[i%2].mail.OnEvents(ctx, []event.Event{e}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	_, all = nodes[0].events(t)
	for _, e := range all {
		if e.Type == event.MessageQueued {
			for _, n := range nodes {
				_, err := n.mail.Deliver(ctx, e.Object)
				good(t, err)
			}
		}
	}
	if got := w.wechat.Delivered(); len(got) != 1 || w.wechat.Tries() != 1 || got[0].Values["amount"] != "12.30" {
		t.Fatalf("delivered %d in %d tries", len(got), w.wechat.Tries())
	}
}

func TestInvariant03OnlyAGenuineFittingNoticeSettles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n := newNode(t, url, w)
		ctx := context.Background()
		d := n.order(t, pay.NewOrder{})
		w.platform.Open(d.Payment.Number, d.Order.Amount)
		good1 := pay.Report{Number: d.Payment.Number, TradeNo: "P1", State: pay.TradeSucceeded, Amount: d.Order.Amount}

		forged := w.platform.Say(good1)
		forged.Body = append(forged.Body, '1')
		n.receive(t, forged, pay.VerdictForged)

		amount, account, number := good1, good1, good1
		amount.Amount--
		account.Foreign = true
		number.Number = "Z999999999"
		for _, r := range []pay.Report{amount, account, number} {
			n.receive(t, w.platform.Say(r), pay.VerdictMismatched)
		}
		if o := n.stored(t, d.Order.ID); o.Status != pay.OrderPending {
			t.Fatalf("the order is %s", o.Status)
		}
		kept, err := n.db.Ledger().Notices(ctx, "", 10)
		good(t, err)
		if len(kept) != 3 || n.count(t, event.NoticeMismatched) != 3 {
			t.Fatalf("%d notices, %d events", len(kept), n.count(t, event.NoticeMismatched))
		}
		// The platform is asked about both numbers, and says what they are.
		done, err := n.money.Sweep(ctx)
		good(t, err)
		if done != 2 || w.platform.Queries() != 2 || n.stored(t, d.Order.ID).Status != pay.OrderPending {
			t.Fatalf("%d things done, %d queries", done, w.platform.Queries())
		}
		w.platform.Pay(d.Payment.Number, d.Order.Amount)
		w.clock.t = w.clock.t.Add(time.Hour / 2)
		_, err = n.money.Sweep(ctx)
		good(t, err)
		if o := n.stored(t, d.Order.ID); o.Status != pay.OrderPaid {
			t.Fatalf("after the query the order is %s", o.Status)
		}
	})
}

func TestInvariant04MoneyThatSettlesNothingIsASurplus(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n, ctx := newNode(t, url, w), context.Background()
		for round := range 5 { // twice, at once, over two payments
			d := n.order(t, pay.NewOrder{})
			second, _, err := n.money.Checkout(ctx, d.Order.ID, "alipay.qr")
			good(t, err)
			notices := []pay.Posted{w.platform.Pay(d.Payment.Number, d.Order.Amount), w.platform.Pay(second.Number, d.Order.Amount)}
			verdicts := make([]pay.Verdict, 2)
			var wg sync.WaitGroup
			for i := range notices {
				wg.Go(func() {
					var err error
					if verdicts[i], err = n.money.Receive(ctx, notices[i]); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			both := fmt.Sprint(verdicts)
			if both != "[settled surplus]" && both != "[surplus settled]" {
				t.Fatalf("round %d: %s", round, both)
			}
			payments, err := n.db.Ledger().Payments(ctx, d.Order.ID)
			good(t, err)
			if kinds := string(payments[0].Surplus + payments[1].Surplus); kinds != string(pay.SurplusTwice) || payments[0].Settles == payments[1].Settles {
				t.Fatalf("round %d: surplus %q", round, kinds)
			}
		}
		late := n.order(t, pay.NewOrder{})
		_, err := n.money.Close(ctx, late.Order.ID)
		good(t, err)
		n.receive(t, w.platform.Pay(late.Payment.Number, late.Order.Amount), pay.VerdictSurplus)
		if o := n.stored(t, late.Order.ID); o.Status != pay.OrderClosed || n.count(t, event.SurplusFound) != 6 {
			t.Fatalf("order %s, %d surpluses", o.Status, n.count(t, event.SurplusFound))
		}
	})
}

func TestInvariant05ClosingAsksThePlatformFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n, ctx := newNode(t, url, w), context.Background()
		d := n.order(t, pay.NewOrder{})
		w.platform.Open(d.Payment.Number, d.Order.Amount)
		w.platform.Down(paytest.ErrDown)
		if _, err := n.money.Close(ctx, d.Order.ID); fault.KindOf(err) != fault.Unknown {
			t.Fatalf("closed blindly: %v", err)
		}
		w.platform.Down(nil)
		w.platform.Pay(d.Payment.Number, d.Order.Amount) // its notice is lost
		o, err := n.money.Close(ctx, d.Order.ID)
		good(t, err)
		if o.Status != pay.OrderPaid || n.count(t, event.OrderPaid) != 1 {
			t.Fatalf("the order is %s", o.Status)
		}
	})
}

func TestInvariant08StatesOnlyMoveForward(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		nodes, ctx := []*node{newNode(t, url, w), newNode(t, url, w)}, context.Background()
		for range 6 {
			d := nodes[0].order(t, pay.NewOrder{})
			notice := w.platform.Pay(d.Payment.Number, d.Order.Amount)
			stale := w.platform.Say(pay.Report{Number: d.Payment.Number, State: pay.TradeWaiting, Amount: d.Order.Amount})
			gone := w.platform.Say(pay.Report{Number: d.Payment.Number, State: pay.TradeClosed, Amount: d.Order.Amount})
			var wg sync.WaitGroup
			for i, act := range []func(n *node) error{
				func(n *node) error { _, err := n.money.Receive(ctx, notice); return err },
				func(n *node) error { _, err := n.money.Receive(ctx, stale); return err },
				func(n *node) error { _, err := n.money.Receive(ctx, gone); return err },
				func(n *node) error { _, err := n.money.Close(ctx, d.Order.ID); return err },
				func(n *node) error { return n.money.Ask(ctx, *d.Payment) },
			} {
				wg.Go(func() {
					if err := act(nodes[i%2]); err != nil && fault.KindOf(err) != fault.Unavailable {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			p, err := nodes[0].db.Ledger().Payment(ctx, d.Payment.ID)
			good(t, err)
			if p.Status != pay.PaymentSucceeded {
				t.Fatalf("the payment is %s", p.Status)
			}
			before := nodes[0].stored(t, d.Order.ID)
			for _, p := range []pay.Posted{stale, gone, w.platform.Say(pay.Report{Number: d.Payment.Number, State: pay.TradeClosed})} {
				_, err := nodes[1].money.Receive(ctx, p)
				good(t, err)
			}
			after, err := nodes[1].money.Close(ctx, d.Order.ID)
			good(t, err)
			if before.Status == pay.OrderPending || after.Status != before.Status {
				t.Fatalf("the order went from %s to %s", before.Status, after.Status)
			}
		}
	})
}

func TestInvariant11NumbersBelongToOneOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n, ctx := newNode(t, url, w), context.Background()
		in := pay.NewOrder{Amount: 100, Subject: "茶", Number: "SHOP2026001", Channel: "alipay.page"}
		place := func(in pay.NewOrder) (pay.Order, bool, error) {
			d, err := n.money.Draft(ctx, in)
			good(t, err)
			return n.money.Place(ctx, d)
		}
		var fresh atomic.Int64
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				o, existed, err := place(in)
				if err != nil || o.Number != in.Number {
					t.Error(o.Number, err)
				}
				if !existed {
					fresh.Add(1)
				}
			})
		}
		wg.Wait()
		other := in
		other.Amount = 101
		_, _, differs := place(other)
		first, err := n.db.Ledger().OrderByNumber(ctx, in.Number)
		good(t, err)
		second, _, err := n.money.Checkout(ctx, first.ID, "alipay.qr")
		good(t, err)
		taken := in
		taken.Number = second.Number
		_, _, stolen := place(taken)
		if fresh.Load() != 1 || !errors.Is(differs, pay.ErrOrderDiffers) || !errors.Is(stolen, pay.ErrNumberTaken) ||
			second.Number != in.Number+"R2" || strings.Contains(first.ID, in.Number) || n.count(t, event.OrderCreated) != 1 {
			t.Fatalf("%d made, %v, %v, %s", fresh.Load(), differs, stolen, second.Number)
		}
	})
}
