package store

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/paypush/paypush/internal/pay"
)

// Most notices settle, so that verdict alone is no way to find them, and all
// others have an index of their own.
const (
	sqlNoticePage statement = `SELECT ` + noticeColumns + ` FROM notices
		WHERE id < $1 AND ($3 = '' OR verdict = $3) ORDER BY id DESC LIMIT $2`
	sqlNoticePageIn statement = `SELECT ` + noticeColumns + ` FROM notices
		WHERE verdict = $3 AND verdict <> 'settled' AND id < $1 AND ($4 = '' OR account = $4) ORDER BY id DESC LIMIT $2`
	sqlNoticePageAt statement = `SELECT ` + noticeColumns + ` FROM notices
		WHERE account = $4 AND id < $1 AND ($3 = '' OR verdict = $3) ORDER BY id DESC LIMIT $2`
	sqlNoticePageOf statement = `SELECT ` + noticeColumns + ` FROM notices
		WHERE payment_id = $5 AND payment_id <> '' AND id < $1 AND ($3 = '' OR verdict = $3) AND ($4 = '' OR account = $4)
		ORDER BY id DESC LIMIT $2`
	sqlNoticePageStrange statement = `SELECT ` + noticeColumns + ` FROM notices
		WHERE number = $5 AND payment_id = '' AND id < $1 AND ($3 = '' OR verdict = $3) AND ($4 = '' OR account = $4)
		ORDER BY id DESC LIMIT $2`
)

// NoticePage implements [pay.NoticeReader].
func (l ledgerReader) NoticePage(ctx context.Context, f pay.NoticeSearch) ([]pay.Notice, error) {
	before, limit, verdict := cmp.Or(f.Before, lastID), page(f.Limit), string(f.Verdict)
	switch {
	case f.Number != "":
		return l.noticesNumbered(ctx, f)
	case f.PaymentID != "":
		return many(ctx, l.x, scanNotice, sqlNoticePageOf, before, limit, verdict, f.Account, f.PaymentID)
	case f.Verdict != "" && f.Verdict != pay.VerdictSettled:
		return many(ctx, l.x, scanNotice, sqlNoticePageIn, before, limit, verdict, f.Account)
	case f.Account != "":
		return many(ctx, l.x, scanNotice, sqlNoticePageAt, before, limit, verdict, f.Account)
	}
	return many(ctx, l.x, scanNotice, sqlNoticePage, before, limit, verdict)
}

// noticesNumbered finds notices by the number in them: those that matched the
// payment with this number, and those that matched none.
func (l ledgerReader) noticesNumbered(ctx context.Context, f pay.NoticeSearch) ([]pay.Notice, error) {
	before, limit := cmp.Or(f.Before, lastID), page(f.Limit)
	var all []pay.Notice
	p, err := l.PaymentByNumber(ctx, f.Number)
	if err != nil && !errors.Is(err, pay.ErrNoPayment) {
		return nil, err
	}
	if err == nil && (f.PaymentID == "" || f.PaymentID == p.ID) {
		all, err = many(ctx, l.x, scanNotice, sqlNoticePageOf, before, limit, string(f.Verdict), f.Account, p.ID)
		if err != nil {
			return nil, err
		}
	}
	if f.PaymentID == "" {
		strange, err := many(ctx, l.x, scanNotice, sqlNoticePageStrange, before, limit, string(f.Verdict), f.Account, f.Number)
		if err != nil {
			return nil, err
		}
		all = append(all, strange...)
	}
	slices.SortFunc(all, func(a, b pay.Notice) int { return cmp.Compare(b.ID, a.ID) })
	return all[:min(len(all), limit)], nil
}
