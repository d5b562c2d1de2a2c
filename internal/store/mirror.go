package store

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/push"
)

const (
	mirrorColumns = `account, round, tag, cursor, found, total, due_at, began_at, ended_at, error`

	sqlMirror     statement = `SELECT ` + mirrorColumns + ` FROM follower_syncs WHERE account = $1`
	sqlMirrorMake statement = `INSERT INTO follower_syncs (` + mirrorColumns + `, holder, lease_until)
		VALUES ($1, 0, -1, '', 0, 0, $2, 0, 0, '', '', 0) ON CONFLICT DO NOTHING`
	sqlMirrorDue   statement = `UPDATE follower_syncs SET due_at = $2 WHERE account = $1 AND due_at > $2`
	sqlMirrorLease statement = `UPDATE follower_syncs SET holder = $2, lease_until = $3
		WHERE account = $1 AND due_at <= $4 AND (holder = $2 OR lease_until <= $5) RETURNING ` + mirrorColumns
	sqlMirrorSave statement = `UPDATE follower_syncs SET round = $3, tag = $4, cursor = $5, found = $6, total = $7, due_at = $8,
		began_at = $9, ended_at = $10, error = $11, holder = '', lease_until = 0 WHERE account = $1 AND holder = $2`

	sqlSeeFollowers statement = `INSERT INTO followers (` + followerColumns + `, round)
		SELECT CAST($1 AS TEXT), value->>0, 1, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, CAST($3 AS BIGINT) FROM json_each($2) WHERE true
		ON CONFLICT (account, openid) DO UPDATE SET round = excluded.round,
			following = CASE WHEN followers.left_at > $4 THEN followers.following ELSE 1 END`
	sqlSeeTagged statement = `INSERT INTO follower_tags (account, tag, openid, round)
		SELECT CAST($1 AS TEXT), CAST($4 AS BIGINT), value->>0, CAST($3 AS BIGINT) FROM json_each($2) WHERE true
		ON CONFLICT (account, tag, openid) DO UPDATE SET round = excluded.round`

	sqlSweepPage statement = `SELECT openid FROM followers WHERE account = $1 AND openid > $2 ORDER BY openid LIMIT 1 OFFSET $3`
	sqlSweepLeft statement = `UPDATE followers SET following = 0, left_at = $5, typed_left = 0, brief_left = 0
		WHERE account = $1 AND openid > $2 AND openid <= $3 AND following = 1 AND round < $4 AND followed_at < $6`
	sqlSweepTags statement = `DELETE FROM follower_tags WHERE account = $1 AND round < $2`
)

// Mirror implements [push.FollowerStore].
func (f Followers) Mirror(ctx context.Context, account string) (push.Mirror, error) {
	found, err := many(ctx, f.db.reader(), scanMirror, sqlMirror, account)
	if err != nil || len(found) == 0 {
		return push.Mirror{Account: account, Tag: -1}, err
	}
	return found[0], nil
}

// DueMirror implements [push.FollowerStore].
func (f Followers) DueMirror(ctx context.Context, account string, at time.Time) error {
	return f.db.update(ctx, func(tx *txn) error {
		if _, err := change(ctx, tx, sqlMirrorMake, account, micros(at)); err != nil {
			return err
		}
		_, err := change(ctx, tx, sqlMirrorDue, account, micros(at))
		return err
	})
}

// LeaseMirror implements [push.FollowerStore]. It looks before it writes, since
// mostly nothing is due.
func (f Followers) LeaseMirror(ctx context.Context, account, holder string, now, until time.Time) (m push.Mirror, ok bool, err error) {
	found, err := many(ctx, f.db.reader(), scanMirror, sqlMirror, account)
	if err != nil || len(found) == 1 && found[0].DueAt.After(now) {
		return m, false, err
	}
	err = f.db.update(ctx, func(tx *txn) error {
		if _, err := change(ctx, tx, sqlMirrorMake, account, micros(now)); err != nil {
			return err
		}
		all, err := many(ctx, tx, scanMirror, sqlMirrorLease, account, holder, micros(until), micros(now), micros(f.db.now()))
		if ok = len(all) == 1; ok {
			m = all[0]
		}
		return err
	})
	return m, ok, err
}

// SaveMirror implements [push.FollowerStore].
func (f Followers) SaveMirror(ctx context.Context, holder string, m push.Mirror) error {
	return f.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlMirrorSave, m.Account, holder, m.Round, m.Tag, m.Cursor, m.Found, m.Total, micros(m.DueAt),
			micros(m.BeganAt), micros(m.EndedAt), m.Error)
		return err
	})
}

// See implements [push.FollowerStore].
func (f Followers) See(ctx context.Context, m push.Mirror, openids []string) error {
	q, last := sqlSeeFollowers, micros(m.BeganAt)
	if m.Tag >= 0 {
		q, last = sqlSeeTagged, m.Tag
	}
	return f.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, q, m.Account, tuples(openids, single), m.Round, last)
		return err
	})
}

// sweepPage is how many rows one transaction of a sweep looks at.
const sweepPage = 5000

// Sweep implements [push.FollowerStore]. It takes its time in many short
// transactions, so that nobody waits for it.
func (f Followers) Sweep(ctx context.Context, m push.Mirror, now time.Time) error {
	for low, last := "", false; !last; {
		high, err := many(ctx, f.db.reader(), text, sqlSweepPage, m.Account, low, sweepPage-1)
		if err != nil {
			return err
		}
		end := lastID
		if last = len(high) == 0; !last {
			end = high[0]
		}
		if err := f.db.update(ctx, func(tx *txn) error {
			_, err := change(ctx, tx, sqlSweepLeft, m.Account, low, end, m.Round, micros(now), micros(m.BeganAt))
			return err
		}); err != nil {
			return err
		}
		low = end
	}
	return f.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlSweepTags, m.Account, m.Round)
		return err
	})
}

func scanMirror(r row) (m push.Mirror, err error) {
	err = r.Scan(&m.Account, &m.Round, &m.Tag, &m.Cursor, &m.Found, &m.Total, moment{&m.DueAt}, moment{&m.BeganAt}, moment{&m.EndedAt}, &m.Error)
	return m, err
}
