package store

import (
	"context"

	"github.com/paypush/paypush/internal/pay"
)

const (
	noticeColumns = `id, account, body, header, remote, body_hash, verdict, reason, payment_id, number, ask_at, finding,
		deliveries, received_at, last_at`

	sqlNoticeSeen   statement = `SELECT verdict FROM notices WHERE account = $1 AND body_hash = $2`
	sqlNoticeInsert statement = `INSERT INTO notices (` + noticeColumns + `)
		VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BYTEA), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT),
			CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT), CAST($10 AS TEXT), CAST($11 AS BIGINT),
			CAST($12 AS TEXT), CAST($13 AS BIGINT), CAST($14 AS BIGINT), CAST($15 AS BIGINT))/*row*/
		ON CONFLICT (account, body_hash) DO NOTHING`
	sqlNoticeFinding statement = `UPDATE notices SET finding = $2, ask_at = 0 WHERE id = $1`
	sqlNoticeByID    statement = `SELECT ` + noticeColumns + ` FROM notices WHERE id = $1`
	sqlNotices       statement = `SELECT ` + noticeColumns + ` FROM notices WHERE id < $1 ORDER BY id DESC LIMIT $2`
	sqlNoticesOf     statement = `SELECT ` + noticeColumns + ` FROM notices WHERE payment_id = $1 AND payment_id <> '' ORDER BY id LIMIT 100`
)

// NoticeSeen implements [pay.NoticeReader].
func (l ledgerReader) NoticeSeen(ctx context.Context, account, bodyHash string) (pay.Verdict, bool, error) {
	found, err := many(ctx, l.x, text, sqlNoticeSeen, account, bodyHash)
	if err != nil || len(found) == 0 {
		return "", false, err
	}
	return pay.Verdict(found[0]), true, nil
}

// InsertNotice implements [pay.NoticeWriter].
func (l ledgerTx) InsertNotice(ctx context.Context, n pay.Notice) error {
	return must(ctx, l.txn, pay.ErrStale, sqlNoticeInsert, noticeRow(n)...)
}

func noticeRow(n pay.Notice) []any {
	body := n.Body
	if body == nil {
		body = []byte{}
	}
	return []any{n.ID, n.Account, body, pack(n.Header), n.Remote, n.BodyHash,
		string(n.Verdict), n.Reason, n.PaymentID, n.Number, micros(n.AskAt), n.Finding,
		n.Deliveries, micros(n.ReceivedAt), micros(n.LastAt)}
}

// SetFinding implements [pay.NoticeWriter]. It fails with [pay.ErrNoNotice] where
// there is none.
func (l ledgerTx) SetFinding(ctx context.Context, noticeID, finding string) error {
	return must(ctx, l.txn, pay.ErrNoNotice, sqlNoticeFinding, noticeID, finding)
}

// Notice implements [pay.NoticeReader].
func (l ledgerReader) Notice(ctx context.Context, id string) (pay.Notice, error) {
	return one(ctx, l.x, pay.ErrNoNotice, scanNotice, sqlNoticeByID, id)
}

// Notices lists genuine notices, newest first, those whose id sorts below
// before; an empty before begins with the newest. The limit is 1 to 100.
func (l ledgerReader) Notices(ctx context.Context, before string, limit int) ([]pay.Notice, error) {
	if before == "" {
		before = lastID
	}
	return many(ctx, l.x, scanNotice, sqlNotices, before, page(limit))
}

// NoticesOf lists what was posted about a payment, oldest first, at most 100.
func (l ledgerReader) NoticesOf(ctx context.Context, paymentID string) ([]pay.Notice, error) {
	return many(ctx, l.x, scanNotice, sqlNoticesOf, paymentID)
}

func scanNotice(r row) (n pay.Notice, err error) {
	err = r.Scan(&n.ID, &n.Account, &n.Body, packed[map[string][]string, []string]{&n.Header}, &n.Remote, &n.BodyHash,
		&n.Verdict, &n.Reason, &n.PaymentID, &n.Number, moment{&n.AskAt}, &n.Finding,
		&n.Deliveries, moment{&n.ReceivedAt}, moment{&n.LastAt})
	return n, err
}
