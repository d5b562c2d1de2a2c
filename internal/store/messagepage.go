package store

import (
	"cmp"
	"context"
	"math"

	"github.com/paypush/paypush/internal/push"
)

// What was sent to somebody is walked by id, and what was made between two
// moments by the time of creation: the business clock and the one in ids are
// not the same.
const (
	sqlMessagesOf statement = messageSelect + ` WHERE member_id = $4 AND member_id <> '' AND id < $1
		AND ($3 = '' OR status = $3) AND created_at >= $5 AND created_at < $6 ORDER BY id DESC LIMIT $2`
	sqlMessagesTo statement = messageSelect + ` WHERE recipient = $4 AND id < $1
		AND ($3 = '' OR status = $3) AND created_at >= $5 AND created_at < $6 ORDER BY id DESC LIMIT $2`
	sqlMessagesBetween statement = messageSelect + `
		WHERE (created_at, id) < ($4, $1) AND created_at >= $5 AND ($3 = '' OR status = $3)
		ORDER BY created_at DESC, id DESC LIMIT $2`
)

// found lists messages to a recipient, or of a span of time.
func (m Messages) found(ctx context.Context, f push.Filter) ([]push.Message, error) {
	before, limit, status := cmp.Or(f.Before, lastID), page(f.Limit), string(f.Status)
	from, until := micros(f.From), int64(math.MaxInt64)
	if !f.Until.IsZero() {
		until = micros(f.Until)
	}
	switch {
	case f.MemberID != "":
		return many(ctx, m.x, scanMessage, sqlMessagesOf, before, limit, status, f.MemberID, from, until)
	case f.Recipient != "":
		return many(ctx, m.x, scanMessage, sqlMessagesTo, before, limit, status, f.Recipient, from, until)
	}
	end := place[int64]{at: until}
	if f.Before != "" {
		v, err := m.Message(ctx, f.Before)
		if err != nil {
			return nil, err
		}
		end = end.orBefore(place[int64]{micros(v.CreatedAt), v.ID})
	}
	return many(ctx, m.x, scanMessage, sqlMessagesBetween, end.id, limit, status, end.at, from)
}
