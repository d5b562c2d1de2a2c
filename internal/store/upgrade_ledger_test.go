package store_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/proof"
	"github.com/paypush/paypush/internal/store"
)

// oldRow is a row as a version of the past wrote it.
type oldRow struct {
	since int64
	q     string
	args  []any
}

// oldRows are a paid order, an order that was paid after it was closed, the
// notices of both, a bound member and the receipt, and a refund.
var oldRows = []oldRow{
	{since: 2, q: `INSERT INTO orders (id, number, amount, subject, status, member_id, return_url, metadata, digest, attempts, version, created_at, expires_at, close_at, paid_at, closed_at)
		VALUES ('ord_1', 'N0000001', 1230, '茶', 'paid', 'mem_1', 'https://shop.test/', '{"a":"b"}', 'd', 1, 2, 1000001, 9000000, 9000000, 2000000, 0),
		       ('ord_2', 'N0000002', 500, '茶', 'closed', '', '', '', 'd', 1, 2, 1000001, 9000000, 9000000, 0, 3000000)`},
	{since: 2, q: `INSERT INTO numbers (number, order_id) VALUES ('N0000001', 'ord_1'), ('N0000002', 'ord_2')`},
	{since: 2, q: `INSERT INTO payments (id, order_id, number, channel, account, amount, status, trade_no, buyer, paid_amount, settles, surplus, queries, next_query_at, version, created_at, expires_at, paid_at, closed_at)
		VALUES ('pay_1', 'ord_1', 'N0000001', 'alipay.page', 'alipay', 1230, 'succeeded', 'P1', 'b***', 1230, 1, '', 0, 0, 2, 1000001, 9000000, 2000000, 0),
		       ('pay_2', 'ord_2', 'N0000002', 'alipay.page', 'alipay', 500, 'succeeded', 'P2', 'b***', 500, 0, 'late', 1, 0, 3, 1000001, 9000000, 4000000, 3000000)`},
	{since: 2, q: `INSERT INTO notices (id, account, body, header, remote, body_hash, verdict, reason, payment_id, number, ask_at, finding, deliveries, received_at, last_at)
		VALUES ('ntc_1', 'alipay', $1, '', '192.0.2.1:443', 'h1', 'settled', '', 'pay_1', 'N0000001', 0, '', 2, 2000000, 2100000),
		       ('ntc_2', 'alipay', $2, '', '192.0.2.1:443', 'h2', 'surplus', 'late', 'pay_2', 'N0000002', 0, '', 1, 4000000, 4000000)`, args: []any{[]byte("a=b"), []byte("a=c")}},
	{since: 2, q: `INSERT INTO events (id, seq, type, object, version, data, at)
		VALUES ('evt_1', 1, 'order.created', 'ord_1', 1, 'null', 1000001), ('evt_2', 2, 'order.created', 'ord_2', 1, 'null', 1000001),
		       ('evt_3', 3, 'order.paid', 'ord_1', 2, 'null', 2000000), ('evt_4', 4, 'order.closed', 'ord_2', 2, 'null', 3000000),
		       ('evt_5', 5, 'surplus.found', 'pay_2', 3, 'null', 4000000)`},
	{since: 2, q: `UPDATE numbering SET last = 5`},
	{since: 3, q: `INSERT INTO members (id, name, name_key, password_hash, role, created_at, version) VALUES ('mem_1', 'Tea', 'tea', 'h', 'member', 1000000, 1)`},
	{since: 3, q: `INSERT INTO bindings (id, member_id, account, openid, unionid, nickname, bound_at) VALUES ('bnd_1', 'mem_1', 'wechat', 'o1', '', '茶', 1000000)`},
	{since: 4, q: `INSERT INTO messages (id, key, member_id, channel, account, recipient, kind, template, vals, text, link, status, code, detail, platform_id, attempts, version, created_at, first_try_at, done_at)
		VALUES ('msg_1', 'order.paid:ord_1', 'mem_1', 'wechat', 'wechat', 'o1', 'template', 'receipt', '{"amount":"12.30"}', '', '', 'sent', '0', '', 'p1', 1, 3, 2000000, 2000000, 2000000)`},
	{since: 8, q: `INSERT INTO refunds (id, order_id, payment_id, request_no, amount, reason, status, automatic, requested_by, decided_by, failure, tries, next_at, version, created_at, done_at)
		VALUES ('ref_1', 'ord_1', 'pay_1', 'R1', 230, '退货', 'pending', 0, 'key:k', '', '', 0, 5000000, 1, 5000000, 0)`},
	{since: 8, q: `UPDATE payments SET reserved = 230 WHERE id = 'pay_1'`},
	{since: 8, q: `UPDATE payments SET surplus_state = 'held' WHERE id = 'pay_2'`},
	{since: 8, q: `INSERT INTO events (id, seq, type, object, version, data, at) VALUES ('evt_6', 0, 'refund.created', 'ref_1', 1, 'null', 5000000)`},
}

// insertOld puts in what a version had.
func insertOld(t *testing.T, on *sql.DB, version int64) {
	t.Helper()
	for _, row := range oldRows {
		if row.since <= version {
			if _, err := on.Exec(row.q, row.args...); err != nil {
				t.Fatalf("%s: %v", row.q, err)
			}
		}
	}
}

// readBack reads an old ledger through the stores of today. It fits itself.
func readBack(t *testing.T, db *store.DB, version int64) {
	t.Helper()
	if version >= 2 {
		readLedger(t, db, version)
	}
	if version >= 4 {
		readMessages(t, db)
	}
	_, err := proof.Check(context.Background(), db.Books(), func(f proof.Finding) error {
		t.Errorf("%s %s: %s", f.Code, f.Object, f.Detail)
		return nil
	})
	good(t, err)
}

func readLedger(t *testing.T, db *store.DB, version int64) {
	t.Helper()
	ctx, l := context.Background(), db.Ledger()
	at := func(micros int64) time.Time { return time.UnixMicro(micros).UTC() }
	o, err := l.OrderByNumber(ctx, "N0000001")
	good(t, err)
	want := pay.Order{ID: "ord_1", Number: "N0000001", Amount: 1230, Subject: "茶", Status: pay.OrderPaid, MemberID: "mem_1",
		ReturnURL: "https://shop.test/", Metadata: map[string]string{"a": "b"}, Digest: "d", Attempts: 1, Version: 2,
		CreatedAt: at(1000001), ExpiresAt: at(9000000), CloseAt: at(9000000), PaidAt: at(2000000)}
	if d := cmp.Diff(want, o); d != "" {
		t.Error(d)
	}
	p, err := l.PaymentByNumber(ctx, "N0000001")
	good(t, err)
	paid := pay.Payment{ID: "pay_1", OrderID: "ord_1", Number: "N0000001", Channel: "alipay.page", Account: "alipay", Amount: 1230,
		Status: pay.PaymentSucceeded, TradeNo: "P1", Buyer: "b***", PaidAmount: 1230, Settles: true, Version: 2,
		CreatedAt: at(1000001), ExpiresAt: at(9000000), PaidAt: at(2000000)}
	if version >= 8 {
		paid.Reserved = 230
	}
	if d := cmp.Diff(paid, p); d != "" {
		t.Error(d)
	}
	held, err := l.SurplusesIn(ctx, pay.SurplusHeld, 10)
	good(t, err)
	if !slices.ContainsFunc(held, func(p pay.Payment) bool { return p.ID == "pay_2" }) {
		t.Errorf("a surplus from before is not where a person finds it: %+v", held)
	}
	notices, err := l.NoticesOf(ctx, "pay_1")
	good(t, err)
	if len(notices) != 1 || notices[0].Verdict != pay.VerdictSettled || string(notices[0].Body) != "a=b" || notices[0].Deliveries != 2 {
		t.Errorf("notices: %+v", notices)
	}
	if version >= 8 {
		refunds, err := l.Refunds(ctx, "ord_1")
		good(t, err)
		if len(refunds) != 1 || refunds[0].Amount != 230 || refunds[0].Status != pay.RefundPending || !refunds[0].NextAt.Equal(at(5000000)) {
			t.Errorf("refunds: %+v", refunds)
		}
	}
}

func readMessages(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := context.Background()
	m, err := db.Messages().MessageByKey(ctx, "order.paid:ord_1")
	good(t, err)
	if m.ID != "msg_1" || m.Status != "sent" || m.Values["amount"] != "12.30" || m.Recipient != "o1" {
		t.Errorf("message: %+v", m)
	}
	to, err := db.Messages().Addresses(ctx, "mem_1")
	good(t, err)
	if len(to) != 1 || to[0].Recipient != "o1" {
		t.Errorf("addresses: %+v", to)
	}
	who, err := db.People().Member(ctx, "mem_1")
	good(t, err)
	if who.Name != "Tea" || who.Role != "member" {
		t.Errorf("member: %+v", who)
	}
}
