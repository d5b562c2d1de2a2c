package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/archive"
)

// Rows are read and deleted with all their columns, whatever those are, so that
// none which a later version adds is lost.
const (
	sqlOldNotices    statement = `SELECT * FROM notices WHERE id > $1 ORDER BY id LIMIT $2`
	sqlOldMessages   statement = `SELECT * FROM messages WHERE id > $1 ORDER BY id LIMIT $2`
	sqlOldEvents     statement = `SELECT * FROM events WHERE seq > $1 AND seq > 0 ORDER BY seq LIMIT $2`
	sqlOldRecipients statement = `SELECT * FROM campaign_deliveries WHERE campaign_no = $1 AND n > $2 ORDER BY n LIMIT $3`
	sqlOldCampaign   statement = `SELECT no, done_at FROM campaigns WHERE no > $1 AND done_at > 0 AND done_at < $2
			AND NOT EXISTS (SELECT 1 FROM campaign_chunks WHERE campaign_chunks.campaign_no = no AND due_at > 0)
			AND NOT EXISTS (SELECT 1 FROM campaign_plans WHERE campaign_plans.campaign_no = no AND open = 1)
			AND EXISTS (SELECT 1 FROM campaign_deliveries WHERE campaign_deliveries.campaign_no = no AND n >= 0)
		ORDER BY no LIMIT 1`
	sqlCursorLeast statement = `SELECT COALESCE(MIN(seq), 0) FROM cursors`

	sqlNoticesRemove    statement = `DELETE FROM notices WHERE id IN (SELECT value->>0 FROM json_each($1)) RETURNING *`
	sqlMessagesRemove   statement = `DELETE FROM messages WHERE id IN (SELECT value->>0 FROM json_each($1)) RETURNING *`
	sqlEventsRemove     statement = `DELETE FROM events WHERE id IN (SELECT value->>0 FROM json_each($1)) RETURNING *`
	sqlRecipientsRemove statement = `DELETE FROM campaign_deliveries WHERE (campaign_no, n) IN (
		SELECT CAST(value->>0 AS BIGINT), CAST(value->>1 AS BIGINT) FROM json_each($1)) RETURNING *`
)

// record is a row with all its columns in their order.
type record struct {
	names  []string
	values []any
}

// text and number give a column, which must be there.
func (r record) text(name string) string {
	s, _ := r.values[slices.Index(r.names, name)].(string)
	return s
}

func (r record) number(name string) int64 {
	n, _ := r.values[slices.Index(r.names, name)].(int64)
	return n
}

// line is the row as JSON: the columns in their order, bytes in base64.
func (r record) line() ([]byte, error) {
	var b bytes.Buffer
	for i, v := range r.values {
		value, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, ",%q:%s", r.names[i], value)
	}
	b.Bytes()[0] = '{'
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (r record) row(at time.Time, seq int64) (archive.Row, error) {
	line, err := r.line()
	return archive.Row{Line: line, At: at, Seq: seq}, err
}

// records reads rows with all their columns.
func records(ctx context.Context, x executor, q statement, args ...any) ([]record, error) {
	return many(ctx, x, func(r row) (v record, err error) {
		if v.names, err = r.(*sql.Rows).Columns(); err != nil {
			return v, err
		}
		v.values = make([]any, len(v.names))
		into := make([]any, len(v.names))
		for i := range into {
			into[i] = &v.values[i]
		}
		return v, r.Scan(into...)
	}, q, args...)
}

// Old implements [archive.Store]. Rows by age are rows by id, or by number, as
// far as a table's first young row ends the search.
func (a Archives) Old(ctx context.Context, t archive.Table, before time.Time, after string, limit int) ([]archive.Row, string, error) {
	switch t {
	case archive.Notices:
		return a.oldByID(ctx, sqlOldNotices, "received_at", func(r record) bool { return r.number("ask_at") == 0 }, before, after, limit)
	case archive.Messages:
		return a.oldByID(ctx, sqlOldMessages, "created_at", func(r record) bool { return r.number("done_at") > 0 }, before, after, limit)
	case archive.Events:
		return a.oldEvents(ctx, before, after, limit)
	case archive.Recipients:
		return a.oldRecipients(ctx, before, after, limit)
	}
	return nil, "", errors.New("store: no archive of " + string(t))
}

func (a Archives) oldByID(ctx context.Context, q statement, at string, rests func(record) bool, before time.Time, after string,
	limit int) (rows []archive.Row, next string, err error) {
	page, err := records(ctx, a.db.reader(), q, after, limit)
	if err != nil {
		return nil, "", err
	}
	for _, r := range page {
		then := fromMicros(r.number(at))
		if !then.Before(before) {
			return rows, "", nil
		}
		if !rests(r) {
			continue
		}
		one, err := r.row(then, 0)
		if err != nil {
			return nil, "", err
		}
		rows = append(rows, one)
	}
	if len(page) == limit {
		next = page[len(page)-1].text("id")
	}
	return rows, next, nil
}

// oldEvents ends before the first event that one of our own readers has not
// handled, so that what is archived has no gaps.
func (a Archives) oldEvents(ctx context.Context, before time.Time, after string, limit int) (rows []archive.Row, next string, err error) {
	handled, err := one(ctx, a.db.reader(), errBusy, number, sqlCursorLeast)
	if err != nil {
		return nil, "", err
	}
	from, _ := strconv.ParseInt(after, 10, 64)
	page, err := records(ctx, a.db.reader(), sqlOldEvents, from, limit)
	if err != nil {
		return nil, "", err
	}
	for _, r := range page {
		at, seq := fromMicros(r.number("at")), r.number("seq")
		if !at.Before(before) || seq > handled {
			return rows, "", nil
		}
		one, err := r.row(at, seq)
		if err != nil {
			return nil, "", err
		}
		rows = append(rows, one)
	}
	if len(page) == limit {
		next = strconv.FormatInt(rows[len(rows)-1].Seq, 10)
	}
	return rows, next, nil
}

// oldRecipients goes through one campaign after the other. Its key is the
// campaign's number and, while there is more of that one, the recipient's.
func (a Archives) oldRecipients(ctx context.Context, before time.Time, after string, limit int) (rows []archive.Row, next string, err error) {
	no, n, within := strings.Cut(after, "/")
	from, _ := strconv.ParseInt(no, 10, 64)
	if within {
		from-- // this one again
	}
	ended, err := many(ctx, a.db.reader(), func(r row) (v [2]int64, err error) {
		err = r.Scan(&v[0], &v[1])
		return v, err
	}, sqlOldCampaign, from, micros(before))
	if err != nil || len(ended) == 0 {
		return nil, "", err
	}
	campaign, last := ended[0][0], int64(-1)
	if within && campaign == from+1 {
		last, _ = strconv.ParseInt(n, 10, 64)
	}
	page, err := records(ctx, a.db.reader(), sqlOldRecipients, campaign, last, limit)
	for _, r := range page {
		one, err := r.row(fromMicros(ended[0][1]), 0)
		if err != nil {
			return nil, "", err
		}
		rows = append(rows, one)
	}
	if len(page) == limit {
		return rows, fmt.Sprintf("%d/%d", campaign, page[len(page)-1].number("n")), err
	}
	return rows, strconv.FormatInt(campaign, 10), err
}

// rowKey is what of a line finds its row again.
type rowKey struct {
	ID       string `json:"id"`
	Campaign int64  `json:"campaign_no"`
	N        int64  `json:"n"`
}

// columns are those that the table's statement takes.
func (k rowKey) columns() []any {
	if k.ID == "" {
		return []any{k.Campaign, k.N}
	}
	return []any{k.ID}
}

// errChanged tells that rows are not what the file says any more.
var errChanged = errors.New("rows changed since they were archived")

// Remove implements [archive.Store].
func (a Archives) Remove(ctx context.Context, l archive.Lease, v archive.Archive, lines [][]byte) (gone int64, err error) {
	q, ok := map[archive.Table]statement{archive.Notices: sqlNoticesRemove, archive.Messages: sqlMessagesRemove,
		archive.Events: sqlEventsRemove, archive.Recipients: sqlRecipientsRemove}[v.Table]
	if !ok {
		return 0, errors.New("store: no archive of " + string(v.Table))
	}
	known := make(map[rowKey]string, len(lines))
	for _, line := range lines {
		var k rowKey
		if err := json.Unmarshal(line, &k); err != nil {
			return 0, err
		}
		known[k] = string(line)
	}
	for err = errChanged; errors.Is(err, errChanged); {
		err = a.fenced(ctx, l, func(tx *txn) error {
			gone, err = removeKnown(ctx, tx, q, known)
			if err != nil {
				return err
			}
			_, err = change(ctx, tx, sqlArchiveCount, string(v.Table), v.No, gone)
			return err
		})
	}
	return gone, err
}

// removeKnown deletes rows that are what they are known to be. Where some are
// not it forgets those, fails with [errChanged], and may be tried again.
func removeKnown(ctx context.Context, tx *txn, q statement, known map[rowKey]string) (int64, error) {
	keys := make([]rowKey, 0, len(known))
	for k := range known {
		keys = append(keys, k)
	}
	gone, err := records(ctx, tx, q, tuples(keys, rowKey.columns))
	if err != nil {
		return 0, err
	}
	changed := false
	for _, r := range gone {
		line, err := r.line()
		if err != nil {
			return 0, err
		}
		var k rowKey
		if err := json.Unmarshal(line, &k); err != nil {
			return 0, err
		}
		if known[k] != string(line) {
			delete(known, k)
			changed = true
		}
	}
	if changed {
		return 0, errChanged
	}
	return int64(len(gone)), nil
}
