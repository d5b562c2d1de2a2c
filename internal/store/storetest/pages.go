package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

// orderPages walks lists of orders by every filter. Their times of creation
// run against their ids, as a business clock may.
func orderPages(t *testing.T, db *store.DB) {
	ctx, l, who := context.Background(), db.Ledger(), id.New("mem")
	year := at.AddDate(200, 0, 0) // nothing else in the suite is made then
	var made []pay.Order          // by creation, newest first
	for i := range 6 {
		o := anOrder(serial())
		o.MemberID, o.CreatedAt = who, year.Add(-time.Duration(i)*time.Hour)
		if i%2 == 1 {
			o.Status = pay.OrderClosed
		}
		p := aPayment(o, o.Number[:30]+"R2")
		p.TradeNo = "T" + o.Number
		place(t, db, o, aPayment(o, o.Number), p)
		made = append(made, o)
	}
	walk := func(f pay.OrderFilter) (ids []string) {
		for {
			some, err := l.Orders(ctx, f)
			good(t, err)
			for _, o := range some {
				ids = append(ids, o.ID)
			}
			if len(some) < f.Limit {
				return ids
			}
			f.Before = some[len(some)-1].ID
		}
	}
	want := func(which ...int) (ids []string) {
		for _, i := range which {
			ids = append(ids, made[i].ID)
		}
		return ids
	}
	from, until := made[4].CreatedAt, made[1].CreatedAt
	same(t, "between", walk(pay.OrderFilter{From: from, Until: until, Limit: 2}), want(2, 3, 4))
	same(t, "closed between", walk(pay.OrderFilter{From: from, Until: until, Status: pay.OrderClosed, Limit: 1}), want(3))
	same(t, "since", walk(pay.OrderFilter{From: until, Limit: 1}), want(0, 1))
	same(t, "a member's between", walk(pay.OrderFilter{MemberID: who, From: from, Until: until, Limit: 2}), want(4, 3, 2))
	same(t, "a member's closed", walk(pay.OrderFilter{MemberID: who, Status: pay.OrderClosed, Limit: 2}), want(5, 3, 1))
	same(t, "by its number", walk(pay.OrderFilter{Number: made[2].Number, Limit: 2}), want(2))
	same(t, "by a payment's number", walk(pay.OrderFilter{Number: made[2].Number[:30] + "R2", Limit: 2}), want(2))
	same(t, "by trade", walk(pay.OrderFilter{TradeNo: "T" + made[3].Number, Limit: 2}), want(3))
	same(t, "by both", walk(pay.OrderFilter{TradeNo: "T" + made[3].Number, Number: made[3].Number, Limit: 2}), want(3))
	same(t, "by two that differ", walk(pay.OrderFilter{TradeNo: "T" + made[3].Number, Number: made[2].Number, Limit: 2}), want())
	same(t, "by number, another state", walk(pay.OrderFilter{Number: made[2].Number, Status: pay.OrderPaid, Limit: 2}), want())
	_, err := l.Orders(ctx, pay.OrderFilter{From: from, Before: "ord_none", Limit: 1})
	fails(t, err, pay.ErrNoOrder)
}

func refundPages(t *testing.T, db *store.DB) {
	ctx, l := context.Background(), db.Ledger()
	o := anOrder(serial())
	p := aPayment(o, o.Number)
	place(t, db, o, p)
	var made []string // newest first
	good(t, l.Update(ctx, func(tx pay.Tx) error {
		for i := range 4 {
			r := pay.Refund{ID: id.New("ref"), OrderID: o.ID, PaymentID: p.ID, Amount: 1, Reason: "r", Status: pay.RefundPending,
				RequestedBy: "k", Version: 1, CreatedAt: at}
			r.RequestNo = r.ID
			if i == 2 {
				r.Status = pay.RefundFailed
			}
			if err := tx.InsertRefund(ctx, r); err != nil {
				return err
			}
			made = slices.Insert(made, 0, r.ID)
		}
		return nil
	}))
	list := func(f pay.RefundFilter) (ids []string) {
		all, err := l.RefundPage(ctx, f)
		good(t, err)
		for _, r := range all {
			ids = append(ids, r.ID)
		}
		return ids
	}
	same(t, "newest", list(pay.RefundFilter{Limit: 2}), made[:2])
	same(t, "second page", list(pay.RefundFilter{Before: made[1], Limit: 2}), made[2:])
	same(t, "an order's", list(pay.RefundFilter{OrderID: o.ID, Limit: 9}), made)
	same(t, "an order's failed", list(pay.RefundFilter{OrderID: o.ID, Status: pay.RefundFailed, Limit: 9}), made[1:2])
	same(t, "failed", list(pay.RefundFilter{Status: pay.RefundFailed, Limit: 1}), made[1:2])
	same(t, "an order's second page", list(pay.RefundFilter{OrderID: o.ID, Before: made[1], Limit: 9}), made[2:])
}

func surplusPages(t *testing.T, db *store.DB) {
	ctx, l, state := context.Background(), db.Ledger(), pay.SurplusState("shown")
	o := anOrder(serial())
	var made []string
	for i := range 3 {
		p := aPayment(o, o.Number[:29]+"R"+string(rune('1'+i)))
		p.SurplusState, p.Surplus = state, pay.SurplusTwice
		if i == 0 {
			place(t, db, o, p)
		} else {
			good(t, l.Update(ctx, func(tx pay.Tx) error { return tx.InsertPayment(ctx, p) }))
		}
		made = append(made, p.ID)
	}
	list := func(f pay.SurplusFilter) (ids []string) {
		all, err := l.SurplusPage(ctx, f)
		good(t, err)
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		return ids
	}
	same(t, "first page", list(pay.SurplusFilter{State: state, Limit: 2}), made[:2])
	same(t, "second page", list(pay.SurplusFilter{State: state, After: made[1], Limit: 2}), made[2:])
	same(t, "another state", list(pay.SurplusFilter{State: "none", Limit: 2}), []string(nil))
}

func noticePages(t *testing.T, db *store.DB) {
	ctx, l, account := context.Background(), db.Ledger(), id.New("acc")
	o := anOrder(serial())
	p := aPayment(o, o.Number)
	place(t, db, o, p)
	var made []string // newest first
	for i, v := range []pay.Verdict{pay.VerdictMismatched, pay.VerdictSettled, pay.VerdictRepeated, pay.VerdictMismatched} {
		n := pay.Notice{ID: id.New("ntc"), Account: account, BodyHash: id.New("h"), Verdict: v, Number: o.Number, PaymentID: p.ID,
			Deliveries: 1, ReceivedAt: at, LastAt: at}
		if i == 3 {
			n.PaymentID = "" // a stranger under the same number
		}
		good(t, l.Update(ctx, func(tx pay.Tx) error { return tx.InsertNotice(ctx, n) }))
		made = slices.Insert(made, 0, n.ID)
	}
	list := func(f pay.NoticeSearch) (ids []string) {
		all, err := l.NoticePage(ctx, f)
		good(t, err)
		for _, n := range all {
			ids = append(ids, n.ID)
		}
		return ids
	}
	same(t, "newest", list(pay.NoticeSearch{Limit: 2}), made[:2])
	same(t, "an account's", list(pay.NoticeSearch{Account: account, Limit: 9}), made)
	same(t, "an account's settled", list(pay.NoticeSearch{Account: account, Verdict: pay.VerdictSettled, Limit: 9}), made[2:3])
	same(t, "settled", list(pay.NoticeSearch{Verdict: pay.VerdictSettled, Limit: 1}), made[2:3])
	same(t, "mismatched", list(pay.NoticeSearch{Verdict: pay.VerdictMismatched, Account: account, Limit: 9}), []string{made[0], made[3]})
	same(t, "a payment's", list(pay.NoticeSearch{PaymentID: p.ID, Limit: 9}), made[1:])
	same(t, "a payment's repeated", list(pay.NoticeSearch{PaymentID: p.ID, Verdict: pay.VerdictRepeated, Limit: 9}), made[1:2])
	same(t, "by number", list(pay.NoticeSearch{Number: o.Number, Limit: 9}), made)
	same(t, "by number, first page", list(pay.NoticeSearch{Number: o.Number, Limit: 2}), made[:2])
	same(t, "by number, second page", list(pay.NoticeSearch{Number: o.Number, Before: made[1], Limit: 2}), made[2:])
	same(t, "by number and payment", list(pay.NoticeSearch{Number: o.Number, PaymentID: p.ID, Limit: 9}), made[1:])
	same(t, "by number and another payment", list(pay.NoticeSearch{Number: o.Number, PaymentID: "pay_x", Limit: 9}), []string(nil))
	_, err := l.Notice(ctx, "ntc_none")
	fails(t, err, pay.ErrNoNotice)
}
