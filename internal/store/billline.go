package store

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

const (
	sqlLinesInsert statement = `INSERT INTO bill_lines (reconciliation_id, number, kind, request_no, line, trade_no, amount, received, fee, at)
		SELECT $2, value->>0, value->>1, value->>2, CAST(value->>3 AS BIGINT), value->>4, CAST(value->>5 AS BIGINT),
			CAST(value->>6 AS BIGINT), CAST(value->>7 AS BIGINT), CAST(value->>8 AS BIGINT)
		FROM json_each($1)`
	sqlLinesDrop statement = `DELETE FROM bill_lines WHERE reconciliation_id = $1 AND number IN (
		SELECT number FROM bill_lines WHERE reconciliation_id = $1 ORDER BY number LIMIT $2)`
	sqlLined statement = `SELECT ` + reconciliationColumns + `, open FROM reconciliations WHERE id = (
		SELECT reconciliation_id FROM bill_lines WHERE reconciliation_id > $1 ORDER BY reconciliation_id LIMIT 1)`

	// The lines of one key are one thing; they lie together in the index.
	sqlPairs statement = `SELECT fresh.number, fresh.kind, fresh.request_no, fresh.trade_no, fresh.lines, fresh.amount, fresh.received, fresh.fee,
			COALESCE(p.id, ''), COALESCE(p.order_id, ''), COALESCE(p.account, ''), COALESCE(p.status, ''), COALESCE(p.paid_amount, 0),
			COALESCE(r.id, ''), COALESCE(r.status, ''), COALESCE(r.amount, 0)
		FROM (SELECT number, kind, request_no, MAX(trade_no) AS trade_no, COUNT(*) AS lines, CAST(SUM(amount) AS BIGINT) AS amount,
				CAST(SUM(received) AS BIGINT) AS received, CAST(SUM(fee) AS BIGINT) AS fee
			FROM bill_lines WHERE reconciliation_id = $1 AND (number, kind, request_no) > ($2, $3, $4)
			GROUP BY number, kind, request_no ORDER BY number, kind, request_no LIMIT $5) AS fresh
		LEFT JOIN payments AS p ON p.number = fresh.number
		LEFT JOIN refunds AS r ON r.payment_id = p.id AND r.request_no = fresh.request_no AND fresh.kind = 'refund'`

	billed = `EXISTS (SELECT 1 FROM reconciliations AS c JOIN bill_lines AS l ON l.reconciliation_id = c.id AND l.number = p.number`

	// A day begins behind a place before it, since a lower bound beside that
	// place would be the one that the index is entered by, every time.
	sqlPaidOn statement = `SELECT p.number, '', p.id, p.order_id, '', p.trade_no, p.paid_amount, p.account, p.paid_at, 0,
			CASE WHEN ` + billed + ` AND l.kind = 'trade' WHERE c.account = p.account AND c.day >= $5 AND c.day <= $6) THEN 1 ELSE 0 END
		FROM payments AS p WHERE (p.paid_at, p.id) > ($3, $4) AND p.account = $1 AND p.paid_at > 0 AND p.paid_at < $2
			AND p.status = 'succeeded' ORDER BY p.paid_at, p.id LIMIT $7`
	sqlRefundedOn statement = `SELECT p.number, r.request_no, p.id, r.order_id, r.id, p.trade_no, r.amount, p.account, r.done_at, r.created_at,
			CASE WHEN ` + billed + ` AND l.kind = 'refund' AND l.request_no = r.request_no
				WHERE c.account = p.account AND c.day >= $4 AND c.day <= $5) THEN 1 ELSE 0 END
		FROM refunds AS r JOIN payments AS p ON p.id = r.payment_id
		WHERE r.done_at < $1 AND (r.done_at, r.id) > ($2, $3) AND r.status = 'succeeded'
		ORDER BY r.done_at, r.id LIMIT $6`
)

// AddLines implements [reconcile.Tx].
func (r reconciliationTx) AddLines(ctx context.Context, reconciliationID string, lines []pay.BillLine) error {
	rows := make([][9]any, len(lines))
	for i, l := range lines {
		rows[i] = [9]any{l.Number, l.Kind, l.RequestNo, l.Line, l.TradeNo, l.Amount, l.Received, l.Fee, micros(l.At)}
	}
	packed, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	// What PostgreSQL refuses in text is written with an escape here.
	clean := strings.ReplaceAll(string(packed), `\u0000`, `\ufffd`)
	_, err = change(ctx, r.txn, sqlLinesInsert, clean, reconciliationID)
	return err
}

// Lined implements [reconcile.Store].
func (r Reconciliations) Lined(ctx context.Context, after string) (v reconcile.Reconciliation, found bool, err error) {
	all, err := many(ctx, r.x, scanReconciliation, sqlLined, after)
	if found = len(all) == 1; found {
		v = all[0]
	}
	return v, found, err
}

// DropLines implements [reconcile.Tx].
func (r reconciliationTx) DropLines(ctx context.Context, reconciliationID string, limit int) (int64, error) {
	return change(ctx, r.txn, sqlLinesDrop, reconciliationID, limit)
}

// Pairs implements [reconcile.Sheets].
func (r reconciliationReader) Pairs(ctx context.Context, reconciliationID string, after reconcile.Key, limit int) ([]reconcile.Pair, error) {
	return many(ctx, r.x, func(r row) (p reconcile.Pair, err error) {
		err = r.Scan(&p.Number, &p.Of, &p.RequestNo, &p.TradeNo, &p.Lines, &p.Amount, &p.Received, &p.Fee,
			&p.PaymentID, &p.OrderID, &p.Account, &p.PaymentStatus, &p.PaidAmount, &p.RefundID, &p.RefundStatus, &p.RefundAmount)
		return p, err
	}, sqlPairs, reconciliationID, after.Number, string(after.Of), after.RequestNo, limit)
}

// Payments implements [reconcile.Sheets].
func (r reconciliationReader) Payments(ctx context.Context, account string, day pay.Day, near reconcile.Span, after reconcile.Position, limit int) ([]reconcile.Entry, error) {
	moment, id := behind(day, after)
	return many(ctx, r.x, scanEntryOf(pay.BillTrade), sqlPaidOn, account, micros(day.End()), moment, id,
		string(near.From), string(near.To), limit)
}

// Refunds implements [reconcile.Sheets].
func (r reconciliationReader) Refunds(ctx context.Context, day pay.Day, near reconcile.Span, after reconcile.Position, limit int) ([]reconcile.Entry, error) {
	moment, id := behind(day, after)
	return many(ctx, r.x, scanEntryOf(pay.BillRefund), sqlRefundedOn, micros(day.End()), moment, id,
		string(near.From), string(near.To), limit)
}

// behind is a place in a day; at its beginning, one behind everything of the
// moment before.
func behind(day pay.Day, after reconcile.Position) (moment int64, id string) {
	if after.At.IsZero() {
		return micros(day.Start()) - 1, "~"
	}
	return micros(after.At), after.ID
}

func scanEntryOf(of pay.BillKind) func(row) (reconcile.Entry, error) {
	return func(r row) (e reconcile.Entry, err error) {
		var billed int64
		err = r.Scan(&e.Number, &e.RequestNo, &e.PaymentID, &e.OrderID, &e.RefundID, &e.TradeNo, &e.Amount, &e.Account,
			moment{&e.At}, moment{&e.Began}, &billed)
		e.Of, e.Billed = of, billed == 1
		return e, err
	}
}
