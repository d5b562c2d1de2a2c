package store

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/v2"
)

const (
	sqlSessionPut statement = `INSERT INTO sessions (token_hash, member_id, data, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at,
			member_id = CASE WHEN excluded.member_id = '' THEN sessions.member_id ELSE excluded.member_id END`
	sqlSessionGet    statement = `SELECT data FROM sessions WHERE token_hash = $1 AND expires_at > $2`
	sqlSessionDelete statement = `DELETE FROM sessions WHERE token_hash = $1`
	sqlSessionOthers statement = `DELETE FROM sessions WHERE member_id = $1 AND member_id <> '' AND token_hash <> $2`
	sqlSessionClean  statement = `DELETE FROM sessions WHERE token_hash IN (
		SELECT token_hash FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT 200 /*skip locked*/)`
)

// Sessions keeps the sessions of browsers, by real time. It implements
// [scs.CtxStore]. Only a hash of each token is kept, so it can't list them.
type Sessions struct {
	db    *DB
	count *atomic.Uint64
}

var _ scs.CtxStore = Sessions{}

// Sessions gives the store of sessions.
func (db *DB) Sessions() Sessions { return Sessions{db, new(atomic.Uint64)} }

// owner is where a request says whose session it is.
type owner struct{}

// WithOwner makes room in a request's context for the member whose session it
// is. It must wrap the session middleware, because that commits with the
// context it was given.
func (Sessions) WithOwner(ctx context.Context) context.Context {
	return context.WithValue(ctx, owner{}, new(atomic.Value))
}

// SetOwner says whose session the request's is, so that the commit writes it
// beside the session. Call it whenever somebody is signed in: a renewed token
// is a new row. Without [Sessions.WithOwner] it does nothing.
func (Sessions) SetOwner(ctx context.Context, memberID string) {
	if v, ok := ctx.Value(owner{}).(*atomic.Value); ok {
		v.Store(memberID)
	}
}

func ownerOf(ctx context.Context) string {
	if v, ok := ctx.Value(owner{}).(*atomic.Value); ok {
		id, _ := v.Load().(string)
		return id
	}
	return ""
}

// FindCtx implements [scs.CtxStore].
func (s Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	found, err := many(ctx, s.db.reader(), func(r row) (b []byte, err error) {
		err = r.Scan(&b)
		return b, err
	}, sqlSessionGet, digest(token), micros(s.db.now()))
	if err != nil || len(found) == 0 {
		return nil, false, err
	}
	return found[0], true, nil
}

// CommitCtx implements [scs.CtxStore]. Now and then it deletes some sessions
// that have expired.
func (s Sessions) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	clean := s.count.Add(1)%cleanEvery == 0
	return s.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlSessionPut, digest(token), ownerOf(ctx), b, micros(expiry))
		if err == nil && clean {
			_, err = change(ctx, tx, sqlSessionClean, micros(s.db.now()))
		}
		return err
	})
}

// DeleteCtx implements [scs.CtxStore].
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlSessionDelete, digest(token))
		return err
	})
}

// DeleteOthers ends every session of a member except the one with the token
// keep, or every one where keep is empty. It returns how many it ended.
func (s Sessions) DeleteOthers(ctx context.Context, memberID, keep string) (n int64, err error) {
	err = s.db.update(ctx, func(tx *txn) error {
		n, err = change(ctx, tx, sqlSessionOthers, memberID, digest(keep))
		return err
	})
	return n, err
}

var errNoContext = errors.New("store: sessions need a context")

// Find implements [scs.Store] and always fails: the session manager calls
// FindCtx instead.
func (s Sessions) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is to CommitCtx what Find is to FindCtx.
func (s Sessions) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete is to DeleteCtx what Find is to FindCtx.
func (s Sessions) Delete(string) error { return errNoContext }
