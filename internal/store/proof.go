package store

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/archive"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/proof"
)

// What a checker reads: always by an index, in order, a page at a time.
const (
	sqlProofOrders     statement = `SELECT ` + orderColumns + ` FROM orders WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3`
	sqlProofPaymentsOf statement = `SELECT ` + paymentColumns + ` FROM payments WHERE order_id >= $1 AND order_id <= $2 ORDER BY order_id, id`
	sqlProofRefundsOf  statement = `SELECT ` + refundColumns + ` FROM refunds WHERE order_id >= $1 AND order_id <= $2 ORDER BY order_id, id`
	sqlProofPayments   statement = `SELECT ` + paymentColumns + ` FROM payments WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3`
	sqlProofRefunds    statement = `SELECT ` + refundColumns + ` FROM refunds WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3`
	sqlProofTold       statement = `SELECT object, type, COUNT(*) FROM events WHERE object >= $1 AND object <= $2
		GROUP BY object, type`
	sqlProofRulings statement = `SELECT n.id, n.payment_id, n.number, n.verdict, COALESCE(p.id, ''), COALESCE(p.number, ''),
			COALESCE(p.status, ''), COALESCE(p.settles, 0), COALESCE(p.surplus, ''),
			CASE WHEN n.verdict <> 'settled' THEN 0 ELSE (SELECT COUNT(*) FROM notices m
				WHERE m.payment_id = n.payment_id AND m.payment_id <> '' AND m.verdict = 'settled') END
		FROM notices n LEFT JOIN payments p ON p.id = n.payment_id
		WHERE n.id >= $1 AND n.id <= $2 ORDER BY n.id LIMIT $3`
	// An order's id follows the eleven characters of order.paid: in a key.
	sqlProofMessages statement = `SELECT m.key, MIN(m.id), COUNT(*), COALESCE(MIN(o.status), '')
		FROM messages m LEFT JOIN orders o ON o.id = SUBSTR(m.key, 12)
		WHERE m.key >= $1 AND m.key <= $2 GROUP BY m.key ORDER BY m.key LIMIT $3`
	sqlProofDays statement = `SELECT id, account, day, found, open,
			(SELECT COUNT(CASE WHEN d.state = 'open' THEN 1 END) FROM differences AS d WHERE d.reconciliation_id = reconciliations.id),
			bill_trades, bill_gross, bill_refunds, bill_refunded, ledger_trades, ledger_gross, ledger_refunds, ledger_refunded
		FROM reconciliations WHERE id >= $1 AND id <= $2 AND status = 'finished' ORDER BY id LIMIT $3`
	sqlProofNumbers statement = `SELECT seq, COUNT(*) FROM events WHERE seq > $1 AND seq > 0 GROUP BY seq ORDER BY seq LIMIT $2`
	sqlProofWaiting statement = `SELECT COUNT(*) FROM events WHERE seq = 0`
	sqlProofLast    statement = `SELECT last FROM numbering WHERE one = 1`
)

// Books reads the ledger for whoever checks it. It implements [proof.Books].
type Books struct{ ledgerReader }

var _ proof.Books = Books{}

// Books gives the ledger as a checker reads it.
func (db *DB) Books() Books { return Books{ledgerReader{db.reader()}} }

// OrdersIn implements [proof.Books].
func (b Books) OrdersIn(ctx context.Context, ids proof.Span, limit int) ([]pay.Order, error) {
	return many(ctx, b.x, scanOrder, sqlProofOrders, ids.From, ids.To, limit)
}

// PaymentsOf implements [proof.Books].
func (b Books) PaymentsOf(ctx context.Context, orders proof.Span) ([]pay.Payment, error) {
	return many(ctx, b.x, scanPayment, sqlProofPaymentsOf, orders.From, orders.To)
}

// RefundsOf implements [proof.Books].
func (b Books) RefundsOf(ctx context.Context, orders proof.Span) ([]pay.Refund, error) {
	return many(ctx, b.x, scanRefund, sqlProofRefundsOf, orders.From, orders.To)
}

// PaymentsIn implements [proof.Books].
func (b Books) PaymentsIn(ctx context.Context, ids proof.Span, limit int) ([]pay.Payment, error) {
	return many(ctx, b.x, scanPayment, sqlProofPayments, ids.From, ids.To, limit)
}

// RefundsIn implements [proof.Books]; it hides the reader by state.
func (b Books) RefundsIn(ctx context.Context, ids proof.Span, limit int) ([]pay.Refund, error) {
	return many(ctx, b.x, scanRefund, sqlProofRefunds, ids.From, ids.To, limit)
}

// ToldOf implements [proof.Books].
func (b Books) ToldOf(ctx context.Context, objects proof.Span) ([]proof.Told, error) {
	return many(ctx, b.x, func(r row) (t proof.Told, err error) {
		err = r.Scan(&t.Object, &t.Type, &t.Count)
		return t, err
	}, sqlProofTold, objects.From, objects.To)
}

// RulingsIn implements [proof.Books].
func (b Books) RulingsIn(ctx context.Context, ids proof.Span, limit int) ([]proof.Ruling, error) {
	return many(ctx, b.x, func(r row) (v proof.Ruling, err error) {
		var found string
		var settles int64
		err = r.Scan(&v.NoticeID, &v.PaymentID, &v.Number, &v.Verdict, &found, &v.PaymentNumber, &v.Status, &settles,
			&v.Surplus, &v.SettledTimes)
		v.Found, v.Settles = found != "", settles == 1
		return v, err
	}, sqlProofRulings, ids.From, ids.To, limit)
}

// MessagesIn implements [proof.Books].
func (b Books) MessagesIn(ctx context.Context, keys proof.Span, limit int) ([]proof.Letter, error) {
	return many(ctx, b.x, func(r row) (l proof.Letter, err error) {
		err = r.Scan(&l.Key, &l.ID, &l.Count, &l.Order)
		return l, err
	}, sqlProofMessages, keys.From, keys.To, limit)
}

// DaysIn implements [proof.Books].
func (b Books) DaysIn(ctx context.Context, ids proof.Span, limit int) ([]proof.Day, error) {
	return many(ctx, b.x, func(r row) (d proof.Day, err error) {
		err = r.Scan(&d.ID, &d.Account, &d.Date, &d.Found, &d.Open, &d.Counted, &d.Bill.Trades, &d.Bill.Gross, &d.Bill.Refunds, &d.Bill.Refunded,
			&d.Ledger.Trades, &d.Ledger.Gross, &d.Ledger.Refunds, &d.Ledger.Refunded)
		return d, err
	}, sqlProofDays, ids.From, ids.To, limit)
}

// Numbers implements [proof.Books].
func (b Books) Numbers(ctx context.Context, after int64, limit int) ([]proof.Numbered, error) {
	return many(ctx, b.x, func(r row) (n proof.Numbered, err error) {
		err = r.Scan(&n.Number, &n.Count)
		return n, err
	}, sqlProofNumbers, after, limit)
}

// Archived implements [proof.Books].
func (b Books) Archived(ctx context.Context) (time.Time, int64, error) {
	_, m, err := lastArchive(ctx, b.x, archive.Events)
	return m.At, m.Seq, err
}

// LastNumber implements [proof.Books].
func (b Books) LastNumber(ctx context.Context) (int64, error) {
	return one(ctx, b.x, errBusy, number, sqlProofLast)
}

// Waiting implements [proof.Books].
func (b Books) Waiting(ctx context.Context) (int, error) {
	n, err := one(ctx, b.x, errBusy, number, sqlProofWaiting)
	return int(n), err
}
