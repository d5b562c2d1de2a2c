package store

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/paypush/paypush/internal/pay"
)

// A list of orders is walked by id, or, between two moments, by the time of
// creation: the business clock and the one in ids are not the same.
const (
	sqlOrders   statement = `SELECT ` + orderColumns + ` FROM orders WHERE id < $1 ORDER BY id DESC LIMIT $2`
	sqlOrdersOf statement = `SELECT ` + orderColumns + ` FROM orders
		WHERE member_id = $3 AND member_id <> '' AND id < $1 AND ($4 = '' OR status = $4) AND created_at >= $5 AND created_at < $6
		ORDER BY id DESC LIMIT $2`
	sqlOrdersInState statement = `SELECT ` + orderColumns + ` FROM orders WHERE status = $3 AND id < $1 ORDER BY id DESC LIMIT $2`
	sqlOrdersBetween statement = `SELECT ` + orderColumns + ` FROM orders
		WHERE (created_at, id) < ($3, $1) AND created_at >= $5 AND ($4 = '' OR status = $4)
		ORDER BY created_at DESC, id DESC LIMIT $2`
	sqlOrdersTraded statement = `SELECT order_id FROM payments WHERE trade_no = $1 AND trade_no <> '' LIMIT 100`
)

// Orders implements [pay.Reader].
func (l ledgerReader) Orders(ctx context.Context, f pay.OrderFilter) ([]pay.Order, error) {
	before, limit := cmp.Or(f.Before, lastID), page(f.Limit)
	from, until := micros(f.From), int64(math.MaxInt64)
	if !f.Until.IsZero() {
		until = micros(f.Until)
	}
	switch {
	case f.Number != "" || f.TradeNo != "":
		return l.ordersNumbered(ctx, f)
	case f.MemberID != "":
		return many(ctx, l.x, scanOrder, sqlOrdersOf, before, limit, f.MemberID, string(f.Status), from, until)
	case f.Ranged():
		end := place[int64]{at: until}
		if f.Before != "" {
			last, err := l.Order(ctx, f.Before)
			if err != nil {
				return nil, err
			}
			end = end.orBefore(place[int64]{micros(last.CreatedAt), last.ID})
		}
		return many(ctx, l.x, scanOrder, sqlOrdersBetween, end.id, limit, end.at, string(f.Status), from)
	case f.Status != "":
		return many(ctx, l.x, scanOrder, sqlOrdersInState, before, limit, string(f.Status))
	}
	return many(ctx, l.x, scanOrder, sqlOrders, before, limit)
}

// ordersNumbered finds the few orders that one number leads to.
func (l ledgerReader) ordersNumbered(ctx context.Context, f pay.OrderFilter) ([]pay.Order, error) {
	ids, err := l.numbered(ctx, f)
	if err != nil {
		return nil, err
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var all []pay.Order
	for _, id := range slices.Backward(ids) {
		o, err := l.Order(ctx, id)
		if err != nil && !errors.Is(err, pay.ErrNoOrder) {
			return nil, err
		}
		if err == nil && f.Selects(o) && (f.Before == "" || id < f.Before) && len(all) < page(f.Limit) {
			all = append(all, o)
		}
	}
	return all, nil
}

// numbered lists the ids of the orders that the numbers in f lead to, all of
// them.
func (l ledgerReader) numbered(ctx context.Context, f pay.OrderFilter) (ids []string, err error) {
	if f.TradeNo == "" {
		return many(ctx, l.x, text, sqlNumberOwner, f.Number)
	}
	ids, err = many(ctx, l.x, text, sqlOrdersTraded, f.TradeNo)
	if err != nil || f.Number == "" {
		return ids, err
	}
	owner, err := many(ctx, l.x, text, sqlNumberOwner, f.Number)
	return slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(owner, id) }), err
}
