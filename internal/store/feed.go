package store

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/archive"
)

// Last is the highest sequence number that an event has.
func (o Outbox) Last(ctx context.Context) (int64, error) {
	return one(ctx, o.db.reader(), errBusy, number, sqlNumberingLast)
}

// Floor is the highest sequence number that is archived, or about to be; 0
// where none is. Who reads events reads it afterwards: those above it were all
// there.
func (o Outbox) Floor(ctx context.Context) (int64, error) {
	_, m, err := lastArchive(ctx, o.db.reader(), archive.Events)
	return m.Seq, err
}

// ArchivedUntil is the time of the youngest event or notice that is archived,
// or about to be; zero where none is.
func (o Outbox) ArchivedUntil(ctx context.Context) (time.Time, error) {
	_, events, err := lastArchive(ctx, o.db.reader(), archive.Events)
	if err != nil {
		return time.Time{}, err
	}
	_, notices, err := lastArchive(ctx, o.db.reader(), archive.Notices)
	if notices.At.After(events.At) {
		return notices.At, err
	}
	return events.At, err
}
