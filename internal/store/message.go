package store

import (
	"cmp"
	"context"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/push"
)

const (
	messageColumns = `id, key, member_id, channel, account, recipient, kind, template, vals, text, link, status, code, detail,
		platform_id, attempts, version, created_at, first_try_at, done_at, ways, way, skips, needed`
	messageSelect = `SELECT ` + messageColumns + `, COALESCE((SELECT r.status FROM message_reports AS r WHERE r.account = messages.account
			AND r.platform_id = messages.platform_id AND messages.platform_id <> ''), '') AS report,
		COALESCE((SELECT r.at FROM message_reports AS r WHERE r.account = messages.account
			AND r.platform_id = messages.platform_id AND messages.platform_id <> ''), 0) AS reported_at FROM messages`

	sqlMessageInsert statement = `INSERT INTO messages (` + messageColumns + `)
		VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT),
			CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT), CAST($10 AS TEXT), CAST($11 AS TEXT), CAST($12 AS TEXT),
			CAST($13 AS TEXT), CAST($14 AS TEXT), CAST($15 AS TEXT), CAST($16 AS BIGINT), CAST($17 AS BIGINT),
			CAST($18 AS BIGINT), CAST($19 AS BIGINT), CAST($20 AS BIGINT), CAST($21 AS TEXT), CAST($22 AS TEXT),
			CAST($23 AS TEXT), CAST($24 AS BIGINT))/*row*/
		ON CONFLICT (key) DO NOTHING RETURNING id`
	sqlMessageByID   statement = messageSelect + ` WHERE id = $1`
	sqlMessageByKey  statement = messageSelect + ` WHERE key = $1`
	sqlMessagePage   statement = messageSelect + ` WHERE id < $1 AND ($3 = '' OR status = $3) ORDER BY id DESC LIMIT $2`
	sqlMessagePageIn statement = messageSelect + ` WHERE status = $3 AND status <> 'sent' AND id < $1 ORDER BY id DESC LIMIT $2`
	sqlMessagePageOf statement = messageSelect + `
		WHERE member_id = $4 AND member_id <> '' AND id < $1 AND ($3 = '' OR status = $3) ORDER BY id DESC LIMIT $2`
	sqlMemberOf  statement = `SELECT id FROM members WHERE name_key = $1`
	sqlAddresses statement = `SELECT account, openid FROM bindings WHERE member_id = $1 ORDER BY bound_at, id`
)

// Messages keeps messages. It implements [push.Store] and [push.People].
type Messages struct {
	messageReader
	db             *DB
	insert, events rowset
	moves          *gather[*moving]
}

var (
	_ push.Store  = Messages{}
	_ push.People = Messages{}
	_ push.Tx     = messageTx{}
)

// Messages gives the store of the domain of messages.
func (db *DB) Messages() Messages {
	return Messages{messageReader{db.reader()}, db, db.newRowset(sqlMessageInsert), db.newRowset(sqlEventInsert), newMoves(db)}
}

// Update implements [push.Store].
func (m Messages) Update(ctx context.Context, fn func(tx push.Tx) error) error {
	return m.db.update(ctx, func(tx *txn) error { return fn(messageTx{tx, m}) })
}

// Messages implements [push.Store].
func (m Messages) Messages(ctx context.Context, f push.Filter) ([]push.Message, error) {
	before, limit := cmp.Or(f.Before, lastID), page(f.Limit)
	switch {
	case f.Recipient != "" || !f.From.IsZero() || !f.Until.IsZero():
		return m.found(ctx, f)
	case f.MemberID != "":
		return many(ctx, m.x, scanMessage, sqlMessagePageOf, before, limit, string(f.Status), f.MemberID)
	case f.Status != "" && f.Status != push.Sent: // most are sent, and no index is kept of those
		return many(ctx, m.x, scanMessage, sqlMessagePageIn, before, limit, string(f.Status))
	}
	return many(ctx, m.x, scanMessage, sqlMessagePage, before, limit, string(f.Status))
}

// Addresses implements [push.People]: a member is reached over the WeChat that
// was bound first.
func (m Messages) Addresses(ctx context.Context, memberID string) ([]push.Address, error) {
	return many(ctx, m.x, func(r row) (push.Address, error) {
		a := push.Address{Channel: "wechat"}
		err := r.Scan(&a.Account, &a.Recipient)
		return a, err
	}, sqlAddresses, memberID)
}

// MemberOf implements [push.People].
func (m Messages) MemberOf(ctx context.Context, user string) (string, error) {
	return one(ctx, m.x, push.ErrNoUser, text, sqlMemberOf, member.FoldName(user))
}

// Follower implements [push.People].
func (m Messages) Follower(ctx context.Context, account, openid string) (push.Follower, error) {
	return m.db.Followers().Follower(ctx, account, openid)
}

// messageReader reads messages.
type messageReader struct{ x executor }

// Message implements [push.Store].
func (m messageReader) Message(ctx context.Context, id string) (push.Message, error) {
	return one(ctx, m.x, push.ErrNoMessage, scanMessage, sqlMessageByID, id)
}

// MessageByKey implements [push.Store].
func (m messageReader) MessageByKey(ctx context.Context, key string) (push.Message, error) {
	return one(ctx, m.x, push.ErrNoMessage, scanMessage, sqlMessageByKey, key)
}

// messageTx is the messages inside one transaction.
type messageTx struct {
	*txn
	m Messages
}

// InsertMessages implements [push.Tx].
func (t messageTx) InsertMessages(ctx context.Context, all []push.Message) (map[string]bool, error) {
	rows := make([][]any, len(all))
	for i, v := range all {
		rows[i] = []any{v.ID, v.Key, v.MemberID, v.Channel, v.Account, v.Recipient,
			string(v.Kind), v.Template, pack(v.Values), v.Text, v.Link, string(v.Status), v.Code, v.Detail, v.PlatformID,
			v.Attempts, v.Version, micros(v.CreatedAt), micros(v.FirstTryAt), micros(v.DoneAt), waysText(v.Ways), string(v.Way), v.Skips.String(), flag(v.Needed)}
	}
	return t.m.insert.ids(ctx, t.txn, rows)
}

// AddEvents implements [push.Tx].
func (t messageTx) AddEvents(ctx context.Context, all []event.Event) error {
	rows, err := t.eventRows(ctx, all)
	if err == nil {
		_, err = t.m.events.change(ctx, t.txn, rows)
	}
	return err
}

func scanMessage(r row) (v push.Message, err error) {
	err = r.Scan(&v.ID, &v.Key, &v.MemberID, &v.Channel, &v.Account, &v.Recipient, &v.Kind, &v.Template,
		packed[map[string]string, string]{&v.Values}, &v.Text, &v.Link, &v.Status, &v.Code, &v.Detail, &v.PlatformID,
		&v.Attempts, &v.Version, moment{&v.CreatedAt}, moment{&v.FirstTryAt}, moment{&v.DoneAt},
		waysOf{&v.Ways}, &v.Way, skipsOf{&v.Skips}, truth{&v.Needed}, &v.Report, moment{&v.ReportedAt})
	return v, err
}
