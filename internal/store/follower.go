package store

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/push"
)

const (
	followerColumns = `account, openid, following, unionid, followed_at, left_at, last_in, typed_until, typed_left, brief_until,
		brief_left, no_promotions, promoted_at, mass_month, mass_count`
	followerSelect = `SELECT ` + followerColumns + `, no_notices, without, promotions FROM `

	sqlFollower  statement = followerSelect + `followers WHERE account = $1 AND openid = $2`
	sqlFollowers statement = followerSelect + `followers WHERE account = $1 AND openid > $2 AND following = 1 ORDER BY openid LIMIT $3`
	// The few are found by an index of them alone. SQLite, which knows nothing of
	// how many they are, would look for them among all.
	sqlFollowersLeft statement = followerSelect + `followers INDEXED BY followers_left
		WHERE account = $1 AND openid > $2 AND following = 0 ORDER BY openid LIMIT $3`
	sqlFollowersRefuse statement = followerSelect + `followers INDEXED BY followers_refusing
		WHERE account = $1 AND openid > $2 AND no_promotions = 1 ORDER BY openid LIMIT $3`
	sqlFollowersBy statement = followerSelect + `(SELECT openid AS tagged FROM follower_tags WHERE account = $1 AND tag = $4 AND openid > $2) AS fresh
		CROSS JOIN followers WHERE account = $1 AND openid = tagged AND following = 1 ORDER BY tagged LIMIT $3`

	sqlFollowerMake statement = `INSERT INTO followers (` + followerColumns + `, round)
		VALUES ($1, $2, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING`
	sqlFollowerCame statement = `UPDATE followers SET following = 1, followed_at = $3 WHERE account = $1 AND openid = $2
		AND followed_at < $3 AND left_at <= $3`
	sqlFollowerLeft statement = `UPDATE followers SET following = 0, left_at = $3, typed_left = 0, brief_left = 0
		WHERE account = $1 AND openid = $2 AND left_at < $3 AND followed_at <= $3`
	sqlFollowerIn    statement = `UPDATE followers SET last_in = $3, following = 1 WHERE account = $1 AND openid = $2 AND last_in < $3 AND left_at <= $3`
	sqlFollowerTyped statement = `UPDATE followers SET typed_until = $3, typed_left = $4 WHERE account = $1 AND openid = $2 AND typed_until < $3`
	sqlFollowerBrief statement = `UPDATE followers SET brief_until = $3, brief_left = $4 WHERE account = $1 AND openid = $2 AND brief_until < $3`

	sqlPreferencesLock statement = `UPDATE followers SET no_notices = no_notices WHERE account = $1 AND openid = $2
		RETURNING no_notices, no_promotions, without`
	sqlPreferencesSet statement = `UPDATE followers SET no_notices = $3, no_promotions = $4, without = $5 WHERE account = $1 AND openid = $2`

	sqlReport        statement = `INSERT INTO message_reports (account, platform_id, status, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	sqlReportsForget statement = `DELETE FROM message_reports WHERE (account, platform_id) IN (
		SELECT account, platform_id FROM message_reports WHERE at < $1 ORDER BY at LIMIT 1000)`
)

// Followers keeps who follows which account. It implements
// [push.FollowerStore].
type Followers struct{ db *DB }

var _ push.FollowerStore = Followers{}

// Followers gives the store of followers.
func (db *DB) Followers() Followers { return Followers{db} }

// Follower implements [push.FollowerStore].
func (f Followers) Follower(ctx context.Context, account, openid string) (push.Follower, error) {
	return one(ctx, f.db.reader(), push.ErrNoFollower, scanFollower, sqlFollower, account, openid)
}

// Followers implements [push.FollowerStore].
func (f Followers) Followers(ctx context.Context, v push.FollowerFilter) ([]push.Follower, error) {
	if v.Tag >= 0 {
		return many(ctx, f.db.reader(), scanFollower, sqlFollowersBy, v.Account, v.After, page(v.Limit), v.Tag)
	}
	q := sqlFollowers
	switch v.State {
	case push.FollowersLeft:
		q = sqlFollowersLeft
	case push.FollowersRefusing:
		q = sqlFollowersRefuse
	}
	return many(ctx, f.db.reader(), scanFollower, q, v.Account, v.After, page(v.Limit))
}

// Touch implements [push.FollowerStore].
func (f Followers) Touch(ctx context.Context, t push.Touch) error {
	return f.db.update(ctx, func(tx *txn) error {
		if _, err := change(ctx, tx, sqlFollowerMake, t.Account, t.OpenID); err != nil {
			return err
		}
		q := sqlFollowerIn
		switch t.Contact {
		case push.ContactLeft:
			_, err := change(ctx, tx, sqlFollowerLeft, t.Account, t.OpenID, micros(t.At))
			return err
		case push.ContactFollowed:
			if _, err := change(ctx, tx, sqlFollowerCame, t.Account, t.OpenID, micros(t.At)); err != nil {
				return err
			}
		}
		if _, err := change(ctx, tx, q, t.Account, t.OpenID, micros(t.At)); err != nil {
			return err
		}
		return opened(ctx, tx, t)
	})
}

// opened writes the windows that a contact opened.
func opened(ctx context.Context, tx *txn, t push.Touch) error {
	if t.Typed.Left > 0 {
		if _, err := change(ctx, tx, sqlFollowerTyped, t.Account, t.OpenID, micros(t.Typed.Until), t.Typed.Left); err != nil {
			return err
		}
	}
	if t.Brief.Left == 0 {
		return nil
	}
	_, err := change(ctx, tx, sqlFollowerBrief, t.Account, t.OpenID, micros(t.Brief.Until), t.Brief.Left)
	return err
}

// Prefer implements [push.FollowerStore].
func (f Followers) Prefer(ctx context.Context, account, openid string, edit func(*push.Preferences) error) error {
	return f.db.update(ctx, func(tx *txn) error {
		if _, err := change(ctx, tx, sqlFollowerMake, account, openid); err != nil {
			return err
		}
		p, err := one(ctx, tx, push.ErrNoFollower, func(r row) (p push.Preferences, err error) {
			err = r.Scan(truth{&p.NoNotices}, truth{&p.NoPromotions}, waysOf{&p.Without})
			return p, err
		}, sqlPreferencesLock, account, openid)
		if err == nil {
			err = edit(&p)
		}
		if err == nil {
			_, err = change(ctx, tx, sqlPreferencesSet, account, openid, flag(p.NoNotices), flag(p.NoPromotions), waysText(p.Without))
		}
		return err
	})
}

// Report implements [push.FollowerStore]. It is kept beside the messages: it
// may come before the number that the platform gave is written down.
func (f Followers) Report(ctx context.Context, account, platformID, status string, at time.Time) error {
	return f.db.update(ctx, func(tx *txn) error {
		return reported(ctx, tx, account, platformID, status, at)
	})
}

// ForgetReports deletes a batch of reports from before then, and of mass calls
// taken before then that never ended, and returns how many; call it until that
// is 0.
func (f Followers) ForgetReports(ctx context.Context, then time.Time) (n int64, err error) {
	err = f.db.update(ctx, func(tx *txn) (err error) {
		if n, err = change(ctx, tx, sqlReportsForget, micros(then)); err != nil {
			return err
		}
		jobs, err := change(ctx, tx, sqlMassJobsForget, micros(then))
		n += jobs
		return err
	})
	return n, err
}

func scanFollower(r row) (v push.Follower, err error) {
	err = r.Scan(&v.Account, &v.OpenID, truth{&v.Following}, &v.UnionID, moment{&v.FollowedAt}, moment{&v.LeftAt}, moment{&v.LastIn},
		moment{&v.Typed.Until}, &v.Typed.Left, moment{&v.Brief.Until}, &v.Brief.Left, truth{&v.NoPromotions}, moment{&v.PromotedAt},
		&v.MassMonth, &v.MassCount, truth{&v.NoNotices}, waysOf{&v.Without}, promotionsOf{&v.Promotions})
	return v, err
}
