package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

// anOrder is an order with every field set that a new order may have.
func anOrder(number string) pay.Order {
	return pay.Order{ID: id.New("ord"), Number: number, Amount: 1230, Subject: "茶 tea", Status: pay.OrderPending,
		MemberID: "mem_1", ReturnURL: "https://shop.test/back", Metadata: map[string]string{"a": "b"}, Digest: "d",
		Attempts: 1, Version: 1, CreatedAt: at, ExpiresAt: at.Add(time.Hour), CloseAt: at.Add(time.Hour + time.Second)}
}

func aPayment(o pay.Order, number string) pay.Payment {
	return pay.Payment{ID: id.New("pay"), OrderID: o.ID, Number: number, Channel: "alipay.page", Account: "alipay",
		Amount: o.Amount, Status: pay.PaymentCreated, Version: 1, CreatedAt: at, ExpiresAt: o.ExpiresAt,
		NextQueryAt: at.Add(15 * time.Second)}
}

// serial makes an order number of its own.
func serial() string { return "T" + id.New("x")[2:33] }

func place(t *testing.T, db *store.DB, o pay.Order, payments ...pay.Payment) {
	t.Helper()
	ctx := context.Background()
	good(t, db.Ledger().Update(ctx, func(tx pay.Tx) error {
		if err := tx.InsertOrder(ctx, o); err != nil {
			return err
		}
		for _, p := range payments {
			if err := tx.InsertPayment(ctx, p); err != nil {
				return err
			}
		}
		return nil
	}))
}

func orders(t *testing.T, db *store.DB) {
	ctx, l := context.Background(), db.Ledger()
	o := anOrder(serial())
	o.MemberID = id.New("mem")
	place(t, db, o)
	got, err := l.Order(ctx, o.ID)
	good(t, err)
	same(t, "order", got, o)
	got, err = l.OrderByNumber(ctx, o.Number)
	good(t, err)
	same(t, "order by number", got, o)

	paid := o
	paid.Status, paid.PaidAt, paid.Attempts, paid.CloseAt = pay.OrderPaid, at.Add(time.Minute), 2, at.Add(2*time.Hour)
	good(t, l.Update(ctx, func(tx pay.Tx) error { return tx.UpdateOrder(ctx, paid) }))
	paid.Version = 2
	got, err = l.Order(ctx, o.ID)
	good(t, err)
	same(t, "paid order", got, paid)

	_, err = l.Order(ctx, "ord_none")
	fails(t, err, pay.ErrNoOrder)
	_, err = l.OrderByNumber(ctx, "none")
	fails(t, err, pay.ErrNoOrder)
	pagesOfOrders(t, db)
}

func pagesOfOrders(t *testing.T, db *store.DB) {
	ctx, l, who := context.Background(), db.Ledger(), id.New("mem")
	var ids []string
	for i := range 5 {
		o := anOrder(serial())
		o.MemberID = who
		if i%2 == 1 {
			o.Status = pay.OrderClosed
		}
		place(t, db, o)
		ids = append([]string{o.ID}, ids...)
	}
	list := func(f pay.OrderFilter) (got []string) {
		all, err := l.Orders(ctx, f)
		good(t, err)
		for _, o := range all {
			got = append(got, o.ID)
		}
		return got
	}
	same(t, "a member's", list(pay.OrderFilter{MemberID: who, Limit: 10}), ids)
	same(t, "second page", list(pay.OrderFilter{MemberID: who, Before: ids[1], Limit: 2}), ids[2:4])
	same(t, "a member's closed", list(pay.OrderFilter{MemberID: who, Status: pay.OrderClosed, Limit: 10}), []string{ids[1], ids[3]})
	same(t, "newest closed", list(pay.OrderFilter{Status: pay.OrderClosed, Limit: 1}), ids[1:2])
	same(t, "newest", list(pay.OrderFilter{Limit: 2}), ids[:2])
}

func numbers(t *testing.T, db *store.DB) {
	ctx, l := context.Background(), db.Ledger()
	first := anOrder(serial())
	again := first.Number[:30] + "R2"
	place(t, db, first, aPayment(first, first.Number), aPayment(first, again))
	insert := func(o pay.Order) error {
		return l.Update(ctx, func(tx pay.Tx) error { return tx.InsertOrder(ctx, o) })
	}
	fails(t, insert(anOrder(first.Number)), pay.ErrNumberTaken)
	fails(t, insert(anOrder(again)), pay.ErrNumberTaken)

	other := anOrder(serial())
	place(t, db, other)
	for _, n := range []string{first.Number, again} {
		fails(t, l.Update(ctx, func(tx pay.Tx) error { return tx.InsertPayment(ctx, aPayment(other, n)) }), pay.ErrNumberTaken)
	}
	fails(t, l.Update(ctx, func(tx pay.Tx) error { return tx.InsertPayment(ctx, aPayment(first, first.Number)) }), pay.ErrNumberTaken)
}

func payments(t *testing.T, db *store.DB) {
	ctx, l := context.Background(), db.Ledger()
	o := anOrder(serial())
	p, q := aPayment(o, o.Number), aPayment(o, o.Number[:30]+"R2")
	q.CreatedAt = q.CreatedAt.Add(time.Second)
	place(t, db, o, p, q)
	all, err := l.Payments(ctx, o.ID)
	good(t, err)
	same(t, "payments", all, []pay.Payment{p, q})

	p.Status, p.TradeNo, p.Buyer, p.PaidAmount, p.Settles = pay.PaymentSucceeded, "2026", "tea***", 1230, true
	p.Queries, p.NextQueryAt, p.PaidAt = 3, time.Time{}, at.Add(time.Minute)
	good(t, l.Update(ctx, func(tx pay.Tx) error { return tx.UpdatePayment(ctx, p) }))
	p.Version = 2
	got, err := l.PaymentByNumber(ctx, p.Number)
	good(t, err)
	same(t, "settled", got, p)

	q.Status, q.PaidAmount, q.Surplus = pay.PaymentSucceeded, 1230, pay.SurplusTwice
	q.ClosedAt = at.Add(time.Hour)
	good(t, l.Update(ctx, func(tx pay.Tx) error { return tx.UpdatePayment(ctx, q) }))
	q.Version = 2
	got, err = l.Payment(ctx, q.ID)
	good(t, err)
	same(t, "surplus", got, q)

	q.Settles = true // the engine itself refuses a second settlement of one order
	if l.Update(ctx, func(tx pay.Tx) error { return tx.UpdatePayment(ctx, q) }) == nil {
		t.Fatal("two payments settle one order")
	}
	_, err = l.Payment(ctx, "pay_none")
	fails(t, err, pay.ErrNoPayment)
	_, err = l.PaymentByNumber(ctx, "none")
	fails(t, err, pay.ErrNoPayment)
}

func notices(t *testing.T, db *store.DB) {
	ctx, l, account := context.Background(), db.Ledger(), id.New("acc")
	n := pay.Notice{ID: id.New("ntc"), Account: account, Body: []byte("a=\x00\xff"), Header: map[string][]string{"X": {"1", "2"}},
		Remote: "127.0.0.1:9", BodyHash: "h1", Verdict: pay.VerdictMismatched, Reason: "payment", Number: "n", AskAt: at,
		PaymentID: id.New("pay"), Deliveries: 1, ReceivedAt: at, LastAt: at}
	good(t, l.Update(ctx, func(tx pay.Tx) error { return tx.InsertNotice(ctx, n) }))
	v, found, err := l.NoticeSeen(ctx, account, "h1")
	good(t, err)
	same(t, "verdict", fmt.Sprint(v, found), fmt.Sprint(pay.VerdictMismatched, true))
	_, found, err = l.NoticeSeen(ctx, account, "h2")
	good(t, err)
	same(t, "another body", found, false)
	good(t, l.Update(ctx, func(tx pay.Tx) error { return tx.SetFinding(ctx, n.ID, "absent") }))
	n.Finding, n.AskAt = "absent", time.Time{}
	got, err := l.Notice(ctx, n.ID)
	good(t, err)
	same(t, "notice", got, n)
	all, err := l.NoticesOf(ctx, n.PaymentID)
	good(t, err)
	same(t, "a payment's", all, []pay.Notice{n})
	newest, err := l.Notices(ctx, "", 1)
	good(t, err)
	same(t, "newest", newest, []pay.Notice{n})

	runs, twin := 0, n
	twin.ID = id.New("ntc")
	err = l.Update(ctx, func(tx pay.Tx) error {
		if runs++; runs > 1 {
			return nil
		}
		return tx.InsertNotice(ctx, twin)
	})
	good(t, err)
	same(t, "runs of a closure that met a twin", runs, 2)
}

// repeats has two nodes count one notice that comes again and again, beside one
// that never came.
func repeats(t *testing.T, _ *store.DB) {
	ctx := context.Background()
	url := URL(t, strings.Split(t.Name(), "/")[1])
	n := pay.Notice{ID: id.New("ntc"), Account: "alipay", BodyHash: "h1", Verdict: pay.VerdictSettled, Deliveries: 1, ReceivedAt: at, LastAt: at}
	for node := range 2 {
		db, err := store.Open(ctx, url, store.Options{})
		good(t, err)
		if node == 0 {
			good(t, db.Ledger().Update(ctx, func(tx pay.Tx) error { return tx.InsertNotice(ctx, n) }))
		}
		for i := range 500 {
			db.Ledger().Repeated("alipay", "h1", at.Add(time.Duration(i-node)*time.Second))
			db.Ledger().Repeated("alipay", fmt.Sprint("never", 3*i), at)
			db.Ledger().Repeated("other", "h1", at)
		}
		good(t, db.Close())
		db.Ledger().Repeated("alipay", "h1", at) // nobody counts any more, and nobody minds
	}
	got, err := Open(t, url, store.Options{}).Ledger().Notice(ctx, n.ID)
	good(t, err)
	same(t, "deliveries", got.Deliveries, int64(1001))
	same(t, "the last", got.LastAt, at.Add(499*time.Second))
}

func leases(t *testing.T, db *store.DB) {
	ctx, l := context.Background(), db.Ledger()
	long := at.Add(-1000 * time.Hour) // nothing else in the suite is due by then
	o := anOrder(serial())
	o.CloseAt = long
	p := aPayment(o, o.Number)
	p.NextQueryAt = long
	never := aPayment(o, o.Number[:30]+"R2")
	never.NextQueryAt = time.Time{}
	place(t, db, o, p, never)
	n := pay.Notice{ID: id.New("ntc"), Account: "lease", BodyHash: o.ID, AskAt: long, ReceivedAt: at, LastAt: at}
	good(t, l.Update(ctx, func(tx pay.Tx) error { return tx.InsertNotice(ctx, n) }))
	until := long.Add(time.Minute)
	for _, round := range []struct {
		now  time.Time
		want int
	}{{long.Add(-time.Second), 0}, {long, 1}, {long, 0}, {until, 1}} {
		queries, err := l.LeaseQueries(ctx, round.now, until.Add(time.Hour), 10)
		good(t, err)
		expired, err := l.LeaseExpired(ctx, round.now, until.Add(time.Hour), 10)
		good(t, err)
		inquiries, err := l.LeaseInquiries(ctx, round.now, until.Add(time.Hour), 10)
		good(t, err)
		if round.now.Equal(until) {
			round.want = 0 // leased until an hour later
		}
		same(t, "leased", []int{len(queries), len(expired), len(inquiries)}, []int{round.want, round.want, round.want})
		if round.want == 1 {
			same(t, "due again", queries[0].NextQueryAt, until.Add(time.Hour))
		}
	}
}
