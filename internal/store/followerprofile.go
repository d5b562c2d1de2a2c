package store

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/push"
)

const (
	sqlTags   statement = `SELECT tag, name, people FROM account_tags WHERE account = $1 ORDER BY tag`
	sqlTagsOf statement = `SELECT tag FROM account_tags WHERE account = $1 AND EXISTS (SELECT 1 FROM follower_tags AS t
		WHERE t.account = $1 AND t.tag = account_tags.tag AND t.openid = $2) ORDER BY tag`
	sqlTagsClear statement = `DELETE FROM account_tags WHERE account = $1`
	sqlTagInsert statement = `INSERT INTO account_tags (account, tag, name, people) VALUES ($1, $2, $3, $4)`

	sqlUnprofiledAny statement = `SELECT 1 FROM followers INDEXED BY followers_unprofiled
		WHERE account = $1 AND following = 1 AND profiled_at <= 0 AND -profiled_at <= $2 LIMIT 1`
	// Chosen once and apart, as every lease; see due.go.
	sqlUnprofiled statement = `WITH oldest AS MATERIALIZED (
			SELECT openid AS oldest_id FROM followers INDEXED BY followers_unprofiled
			WHERE account = $1 AND following = 1 AND profiled_at <= 0 AND -profiled_at <= $3
			ORDER BY openid LIMIT $4 /*skip locked*/)
		UPDATE followers SET profiled_at = $2 FROM oldest
		WHERE account = $1 AND openid = oldest_id AND profiled_at <= 0 AND -profiled_at <= $3 RETURNING openid`
	sqlProfileSave statement = `UPDATE followers SET profiled_at = $3, unionid = CASE WHEN $4 = '' THEN unionid ELSE $4 END,
		followed_at = CASE WHEN followed_at = 0 THEN $5 ELSE followed_at END WHERE account = $1 AND openid = $2`
)

// Tags implements [push.FollowerStore].
func (f Followers) Tags(ctx context.Context, account string) ([]push.Tag, error) {
	return many(ctx, f.db.reader(), func(r row) (t push.Tag, err error) {
		err = r.Scan(&t.ID, &t.Name, &t.People)
		return t, err
	}, sqlTags, account)
}

// TagsOf implements [push.FollowerStore].
func (f Followers) TagsOf(ctx context.Context, account, openid string) ([]int64, error) {
	return many(ctx, f.db.reader(), number, sqlTagsOf, account, openid)
}

// SaveTags implements [push.FollowerStore].
func (f Followers) SaveTags(ctx context.Context, account string, all []push.Tag) error {
	return f.db.update(ctx, func(tx *txn) error {
		if _, err := change(ctx, tx, sqlTagsClear, account); err != nil {
			return err
		}
		for _, t := range all {
			if _, err := change(ctx, tx, sqlTagInsert, account, t.ID, t.Name, t.People); err != nil {
				return err
			}
		}
		return nil
	})
}

// Unprofiled implements [push.FollowerStore]. It looks before it writes, since
// mostly everybody is known.
func (f Followers) Unprofiled(ctx context.Context, account string, now, lapsed time.Time, limit int) (all []string, err error) {
	found, err := many(ctx, f.db.reader(), number, sqlUnprofiledAny, account, micros(lapsed))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	err = f.db.update(ctx, func(tx *txn) error {
		all, err = many(ctx, tx, text, sqlUnprofiled, account, -micros(now), micros(lapsed), limit)
		return err
	})
	return all, err
}

// SaveProfiles implements [push.FollowerStore].
func (f Followers) SaveProfiles(ctx context.Context, account string, all []push.Profile, now time.Time) error {
	return f.db.update(ctx, func(tx *txn) error {
		for _, p := range all {
			if _, err := change(ctx, tx, sqlProfileSave, account, p.OpenID, micros(now), p.UnionID, micros(p.FollowedAt)); err != nil {
				return err
			}
		}
		return nil
	})
}
