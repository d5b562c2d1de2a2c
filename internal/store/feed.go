package store

import "context"

const sqlNumberingLast statement = `SELECT last FROM numbering WHERE one = 1`

// Last is the highest sequence number that an event has.
func (o Outbox) Last(ctx context.Context) (int64, error) {
	return one(ctx, o.db.reader(), errBusy, number, sqlNumberingLast)
}
