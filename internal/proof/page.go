package proof

import (
	"context"
	"fmt"
	"strings"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/pay"
)

// cut narrows a span to a page that was read from it and tells where the page
// ended, "" where nothing is left.
func cut(ids Span, n int, last string) (Span, string) {
	if n < batch {
		return ids, ""
	}
	return Span{ids.From, last}, last
}

func (c *checker) orders(ctx context.Context, ids Span, counts bool) (all []Finding, last string, err error) {
	orders, err := c.OrdersIn(ctx, ids, batch)
	if err != nil {
		return nil, "", err
	}
	if len(orders) > 0 {
		ids, last = cut(ids, len(orders), orders[len(orders)-1].ID)
	}
	payments, err := c.PaymentsOf(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	refunds, err := c.RefundsOf(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	told, err := c.told(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	paymentsOf, refundsOf := by(payments, func(p pay.Payment) string { return p.OrderID }), by(refunds, func(r pay.Refund) string { return r.OrderID })
	for _, o := range orders {
		found := sheet{o, paymentsOf[o.ID], refundsOf[o.ID], told[o.ID], c.gone}.findings()
		for i := range found {
			found[i].key = o.ID
		}
		all = append(all, found...)
		delete(told, o.ID)
	}
	if counts {
		c.tally.Orders += len(orders)
	}
	return append(all, orphans(told, "order.")...), last, nil
}

func by[T any](list []T, key func(T) string) map[string][]T {
	m := make(map[string][]T)
	for _, v := range list {
		m[key(v)] = append(m[key(v)], v)
	}
	return m
}

// orphans are events of ours whose object was not found.
func orphans(told map[string]map[event.Type]int, prefix string) (all []Finding) {
	for object, types := range told {
		for t, n := range types {
			if strings.HasPrefix(string(t), prefix) {
				all = append(all, find(EventOrphan, object, "", fmt.Sprintf("%d of %s", n, t)))
			}
		}
	}
	return all
}

func (c *checker) payments(ctx context.Context, ids Span, counts bool) (all []Finding, last string, err error) {
	payments, err := c.PaymentsIn(ctx, ids, batch)
	if err != nil {
		return nil, "", err
	}
	if len(payments) > 0 {
		ids, last = cut(ids, len(payments), payments[len(payments)-1].ID)
	}
	told, err := c.told(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	for _, p := range payments {
		if n := told[p.ID][event.SurplusFound]; !once(n, p.Surplus != pay.SurplusNone, p.CreatedAt, c.gone) {
			all = append(all, find(SurplusEvents, p.ID, p.OrderID, fmt.Sprintf("%d of %s, surplus %q", n, event.SurplusFound, p.Surplus)))
		}
		delete(told, p.ID)
	}
	if counts {
		c.tally.Payments += len(payments)
	}
	return append(all, orphans(told, "surplus.")...), last, nil
}

func (c *checker) refunds(ctx context.Context, ids Span, counts bool) (all []Finding, last string, err error) {
	refunds, err := c.RefundsIn(ctx, ids, batch)
	if err != nil {
		return nil, "", err
	}
	if len(refunds) > 0 {
		ids, last = cut(ids, len(refunds), refunds[len(refunds)-1].ID)
	}
	told, err := c.told(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	for _, r := range refunds {
		all = append(all, refundFindings(r, told[r.ID], c.gone)...)
		delete(told, r.ID)
	}
	if counts {
		c.tally.Refunds += len(refunds)
	}
	return append(all, orphans(told, "refund.")...), last, nil
}

func (c *checker) notices(ctx context.Context, ids Span, counts bool) (all []Finding, last string, err error) {
	rulings, err := c.RulingsIn(ctx, ids, batch)
	if err != nil || len(rulings) == 0 {
		return nil, "", err
	}
	_, last = cut(ids, len(rulings), rulings[len(rulings)-1].NoticeID)
	for _, r := range rulings {
		all = append(all, rulingFindings(r)...)
	}
	if counts {
		c.tally.Notices += len(rulings)
	}
	return all, last, nil
}

// receipts is how the keys of receipts begin; the order's id follows.
const receipts = "order.paid:"

func (c *checker) letters(ctx context.Context, keys Span, counts bool) (all []Finding, last string, err error) {
	letters, err := c.MessagesIn(ctx, keys, batch)
	if err != nil || len(letters) == 0 {
		return nil, "", err
	}
	_, last = cut(keys, len(letters), letters[len(letters)-1].Key)
	add := func(code Code, l Letter, format string, args ...any) {
		f := find(code, l.ID, strings.TrimPrefix(l.Key, receipts), fmt.Sprintf(format, args...))
		f.key = l.Key
		all = append(all, f)
	}
	for _, l := range letters {
		if l.Count > 1 {
			add(MessageTwice, l, "%d messages under %s", l.Count, l.Key)
		}
		if l.Order != pay.OrderPaid {
			add(MessageUnpaid, l, "the order is %q", l.Order)
		}
	}
	if counts {
		c.tally.Messages += len(letters)
	}
	return all, last, nil
}
