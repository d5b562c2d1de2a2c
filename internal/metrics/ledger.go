package metrics

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// Ledger counts what is committed through a store of money.
func (m *Metrics) Ledger(next pay.Store) pay.Store { return ledger{next, m} }

type ledger struct {
	pay.Store
	m *Metrics
}

// Update implements [pay.Store]. fn may run several times; only what the last
// run did is counted, and only once it is durable.
func (l ledger) Update(ctx context.Context, fn func(pay.Tx) error) error {
	var seen *ledgerTx
	err := l.Store.Update(ctx, func(tx pay.Tx) error {
		seen = &ledgerTx{Tx: tx, m: l.m, orders: map[string]pay.OrderStatus{}, payments: map[string]pay.PaymentStatus{}, refunds: map[string]pay.RefundStatus{}}
		return fn(seen)
	})
	if err == nil && seen != nil {
		for _, count := range seen.counts {
			count()
		}
	}
	return err
}

// Settle implements [pay.Settler].
func (l ledger) Settle(ctx context.Context, number string, judge func(pay.Found) (pay.Settlement, bool)) error {
	var order, notice [2]string
	var payment [3]string
	err := l.Store.Settle(ctx, number, func(f pay.Found) (pay.Settlement, bool) {
		c, ok := judge(f)
		order = [...]string{string(f.Order.Status), string(c.Order.Status)}
		payment = [...]string{c.Payment.Channel, string(c.Payment.Status), string(c.Payment.Surplus)}
		notice = [...]string{c.Notice.Account, string(c.Notice.Verdict)}
		return c, ok
	})
	if err == nil {
		l.m.orders.WithLabelValues(order[:]...).Inc()
		l.m.payments.WithLabelValues(payment[:]...).Inc()
		l.m.notices.WithLabelValues(notice[:]...).Inc()
	}
	return err
}

// Repeated implements [pay.Store]. The same notice again is a verdict of its
// own here.
func (l ledger) Repeated(account, bodyHash string, at time.Time) {
	l.m.notices.WithLabelValues(account, "redelivered").Inc()
	l.Store.Repeated(account, bodyHash, at)
}

// ledgerTx remembers the status in which things were read, so that a write
// tells where they come from.
type ledgerTx struct {
	pay.Tx
	m        *Metrics
	orders   map[string]pay.OrderStatus
	payments map[string]pay.PaymentStatus
	refunds  map[string]pay.RefundStatus
	counts   []func()
}

func (t *ledgerTx) then(count func()) { t.counts = append(t.counts, count) }

// Order implements [pay.Reader].
func (t *ledgerTx) Order(ctx context.Context, id string) (pay.Order, error) {
	o, err := t.Tx.Order(ctx, id)
	t.orders[o.ID] = o.Status
	return o, err
}

// OrderByNumber implements [pay.Reader].
func (t *ledgerTx) OrderByNumber(ctx context.Context, number string) (pay.Order, error) {
	o, err := t.Tx.OrderByNumber(ctx, number)
	t.orders[o.ID] = o.Status
	return o, err
}

// Payment implements [pay.Reader].
func (t *ledgerTx) Payment(ctx context.Context, id string) (pay.Payment, error) {
	p, err := t.Tx.Payment(ctx, id)
	t.payments[p.ID] = p.Status
	return p, err
}

// PaymentByNumber implements [pay.Reader].
func (t *ledgerTx) PaymentByNumber(ctx context.Context, number string) (pay.Payment, error) {
	p, err := t.Tx.PaymentByNumber(ctx, number)
	t.payments[p.ID] = p.Status
	return p, err
}

// Payments implements [pay.Reader].
func (t *ledgerTx) Payments(ctx context.Context, orderID string) ([]pay.Payment, error) {
	all, err := t.Tx.Payments(ctx, orderID)
	for _, p := range all {
		t.payments[p.ID] = p.Status
	}
	return all, err
}

// InsertOrder implements [pay.OrderWriter].
func (t *ledgerTx) InsertOrder(ctx context.Context, o pay.Order) error {
	err := t.Tx.InsertOrder(ctx, o)
	if err == nil {
		t.orders[o.ID] = o.Status
		t.then(t.m.orders.WithLabelValues("new", string(o.Status)).Inc)
	}
	return err
}

// UpdateOrder implements [pay.OrderWriter].
func (t *ledgerTx) UpdateOrder(ctx context.Context, o pay.Order) error {
	err := t.Tx.UpdateOrder(ctx, o)
	if from := t.orders[o.ID]; err == nil && from != o.Status {
		t.orders[o.ID] = o.Status
		t.then(t.m.orders.WithLabelValues(string(from), string(o.Status)).Inc)
	}
	return err
}

// InsertPayment implements [pay.PaymentWriter].
func (t *ledgerTx) InsertPayment(ctx context.Context, p pay.Payment) error {
	err := t.Tx.InsertPayment(ctx, p)
	if err == nil {
		t.payments[p.ID] = p.Status
		t.then(t.m.payments.WithLabelValues(p.Channel, string(p.Status), "").Inc)
	}
	return err
}

// UpdatePayment implements [pay.PaymentWriter].
func (t *ledgerTx) UpdatePayment(ctx context.Context, p pay.Payment) error {
	err := t.Tx.UpdatePayment(ctx, p)
	if err == nil && t.payments[p.ID] != p.Status {
		t.payments[p.ID] = p.Status
		t.then(t.m.payments.WithLabelValues(p.Channel, string(p.Status), string(p.Surplus)).Inc)
	}
	return err
}

// InsertNotice implements [pay.NoticeWriter].
func (t *ledgerTx) InsertNotice(ctx context.Context, n pay.Notice) error {
	err := t.Tx.InsertNotice(ctx, n)
	if err == nil {
		t.then(t.m.notices.WithLabelValues(n.Account, string(n.Verdict)).Inc)
	}
	return err
}

// Rejects counts forged notices on their way to next.
func (m *Metrics) Rejects(next pay.Rejects) pay.Rejects { return rejects{next, m} }

type rejects struct {
	pay.Rejects
	m *Metrics
}

// Reject implements [pay.Rejects].
func (r rejects) Reject(ctx context.Context, p pay.Posted, reason string) {
	r.m.notices.WithLabelValues(p.Account, string(pay.VerdictForged)).Inc()
	r.Rejects.Reject(ctx, p, reason)
}
