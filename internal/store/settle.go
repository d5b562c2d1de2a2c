package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/pay"
)

const (
	// maxSettled bounds how many settlements become durable in one transaction
	// of theirs, settleWait how long it may take.
	maxSettled = 128
	settleWait = 30 * time.Second

	sqlFind statement = `WITH asked (place, number) AS (VALUES /*row*/(CAST($1 AS BIGINT), CAST($2 AS TEXT))/*row*/)
		SELECT asked.place,
			payments.id, payments.order_id, payments.number, channel, payments.account, payments.amount, payments.status,
			trade_no, buyer, paid_amount, settles, surplus, queries, next_query_at, payments.version, payments.created_at,
			payments.expires_at, payments.paid_at, payments.closed_at, surplus_state, act_at, reserved, refunded,
			orders.id, orders.number, orders.amount, subject, orders.status, member_id, return_url, metadata, digest, attempts,
			orders.version, orders.created_at, orders.expires_at, close_at, orders.paid_at, orders.closed_at
		FROM asked CROSS JOIN payments CROSS JOIN orders
		WHERE payments.number = asked.number AND orders.id = payments.order_id`

	sqlSettlePayments statement = `WITH fresh (id, version, status, trade_no, buyer, paid_amount, settles, next_query_at, paid_at)
		AS (VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT),
			CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT))/*row*/)
		UPDATE payments SET status = fresh.status, trade_no = fresh.trade_no, buyer = fresh.buyer,
			paid_amount = fresh.paid_amount, settles = fresh.settles, next_query_at = fresh.next_query_at,
			paid_at = fresh.paid_at, version = payments.version + 1
		FROM fresh WHERE payments.id = fresh.id AND payments.version = fresh.version`
	sqlSettleOrders statement = `WITH fresh (id, version, status, paid_at)
		AS (VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT))/*row*/)
		UPDATE orders SET status = fresh.status, paid_at = fresh.paid_at, version = orders.version + 1
		FROM fresh WHERE orders.id = fresh.id AND orders.version = fresh.version`
)

// Settle implements [pay.Settler]. What a request attached or noted is written
// by [Ledger.Update] alone.
func (l Ledger) Settle(ctx context.Context, number string, judge func(pay.Found) (pay.Settlement, bool)) error {
	if attached(ctx) != nil || audit.Noted(ctx) != nil {
		return pay.ErrStale
	}
	c := &settling{number: number, judge: judge}
	end := l.db.traced(ctx)
	err := l.db.settles.do(ctx, c)
	if err == nil {
		err = c.err
	}
	end(1, err)
	return err
}

// settling is one notice on its way.
type settling struct {
	number string
	judge  func(pay.Found) (pay.Settlement, bool)
	found  pay.Found
	plan   pay.Settlement
	err    error
}

// plain reports whether c is to be written, and puts down what. A panic of
// judge's is left to who runs it again, alone.
func (c *settling) plain() (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if c.found.Payment.ID == "" {
		return false
	}
	c.plan, ok = c.judge(c.found)
	return ok
}

// settles writes what callers bring at the same moment in one transaction, a
// few statements for all of them.
type settles struct {
	db                                      *DB
	find, payments, orders, notices, events rowset
}

func newSettles(db *DB) *gather[*settling] {
	s := settles{db, db.newRowset(sqlFind), db.newRowset(sqlSettlePayments), db.newRowset(sqlSettleOrders),
		db.newRowset(sqlNoticeInsert), db.newRowset(sqlEventInsert)}
	return &gather[*settling]{serve: s.serve, most: maxSettled, leaders: db.writers()}
}

// serve settles a round in one transaction. Where one of them is stale it parts
// them and tries again. Whatever goes wrong, nothing of what it went wrong with
// is written and those go on alone, so that nobody fails for another.
func (s settles) serve(round []*settling) {
	err := s.transact(round)
	if errors.Is(err, pay.ErrStale) && len(round) > 1 {
		half := len(round) / 2
		s.serve(round[:half])
		s.serve(round[half:])
		return
	}
	if err != nil {
		for _, c := range round {
			c.err = pay.ErrStale
		}
	}
}

// transact belongs to no caller, so none of their contexts ends it.
func (s settles) transact(round []*settling) error {
	ctx, cancel := context.WithTimeout(context.Background(), settleWait)
	defer cancel()
	written := 0
	err := s.db.transact(ctx, func(tx *txn) error {
		if err := s.read(ctx, tx, round); err != nil {
			return err
		}
		plain := plans(round)
		written = len(plain)
		return s.write(ctx, tx, plain)
	})
	if err == nil && written > 0 {
		s.db.changed.Ring()
	}
	return err
}

// read finds what each is about.
func (s settles) read(ctx context.Context, tx *txn, round []*settling) error {
	var asked [][]any
	for i, c := range round {
		c.found, c.err = pay.Found{}, nil
		asked = append(asked, []any{i, c.number})
	}
	return s.find.query(ctx, tx, asked, func(r row) error {
		var place int
		var f pay.Found
		err := r.Scan(slices.Concat([]any{&place}, intoPayment(&f.Payment), intoOrder(&f.Order))...)
		round[place].found = f
		return err
	})
}

// plans gives what is to be written. Who is not plain goes on alone, and so
// does who meets another in the round. Nodes that write the same ones do it in
// the same order.
func plans(round []*settling) []*pay.Settlement {
	all := make([]*pay.Settlement, 0, len(round))
	taken := make(map[string]bool, len(round))
	for _, c := range round {
		if taken[c.found.Order.ID] || !c.plain() {
			c.err = pay.ErrStale
			continue
		}
		taken[c.found.Order.ID] = true
		all = append(all, &c.plan)
	}
	slices.SortFunc(all, func(a, b *pay.Settlement) int { return strings.Compare(a.Payment.ID, b.Payment.ID) })
	return all
}

// write writes all of them, or fails with [pay.ErrStale] where one moved.
func (s settles) write(ctx context.Context, tx *txn, all []*pay.Settlement) error {
	var payments, orders, notices [][]any
	var happened []event.Event
	for _, c := range all {
		p, o := c.Payment, c.Order
		payments = append(payments, []any{p.ID, p.Version, string(p.Status), p.TradeNo, p.Buyer, int64(p.PaidAmount),
			flag(p.Settles), micros(p.NextQueryAt), micros(p.PaidAt)})
		orders = append(orders, []any{o.ID, o.Version, string(o.Status), micros(o.PaidAt)})
		notices = append(notices, noticeRow(c.Notice))
		happened = append(happened, c.Event)
	}
	events, err := tx.eventRows(ctx, happened)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		rowset
		rows [][]any
	}{{s.payments, payments}, {s.orders, orders}, {s.notices, notices}, {s.events, events}} {
		n, err := step.change(ctx, tx, step.rows)
		if err == nil && n != int64(len(all)) {
			err = pay.ErrStale
		}
		if err != nil {
			return err
		}
	}
	return nil
}
