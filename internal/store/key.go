package store

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

const (
	keyColumns = `id, name, role, created_at, last_used_at, revoked_at, made_by`

	sqlKeyInsert statement = `INSERT INTO api_keys (` + keyColumns + `, secret_hash) VALUES ($1, $2, $3, $4, 0, 0, $5, $6)`
	sqlKeyFind   statement = `SELECT ` + keyColumns + ` FROM api_keys WHERE secret_hash = $1 AND revoked_at = 0`
	sqlKeyMaker  statement = `SELECT made_by FROM api_keys WHERE id = $1`
	sqlKeyUsed   statement = `UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`
	sqlKeyRevoke statement = `UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0`
	sqlKeys      statement = `SELECT ` + keyColumns + ` FROM api_keys ORDER BY created_at DESC, id LIMIT 1000`
)

// keyUsedStep is how coarsely the last use of a key is kept, so that a busy
// key costs one write an hour rather than one a request.
const keyUsedStep = time.Hour

// The errors of keys and of sign-in links.
var (
	ErrNoKey        = fault.New(fault.NotFound, "key_not_found", "There is no such key.")
	ErrKey          = fault.New(fault.Unauthorized, "key_invalid", "This API key is not known, or it was revoked.")
	ErrSignInSecret = fault.New(fault.Unauthorized, "sign_in_link_invalid", "This sign-in link is used, expired or unknown.")
)

// Key is an API key as it may be shown.
type Key = member.Key

// Keys keeps API keys.
type Keys struct{ db *DB }

// Keys gives the API keys.
func (db *DB) Keys() Keys { return Keys{db} }

// Create makes a key and returns its secret, "sk_" and 256 random bits, of
// which only a hash is kept. madeBy is the actor who answers for what the key
// does, empty where there is none.
func (k Keys) Create(ctx context.Context, name string, role member.Role, madeBy string) (secret string, made Key, err error) {
	secret = newSecret("sk_")
	made = Key{ID: newID("key"), Name: name, Role: role, MadeBy: madeBy, CreatedAt: k.db.now().UTC().Truncate(time.Microsecond)}
	audit.Name(ctx, made.ID)
	err = k.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlKeyInsert, made.ID, made.Name, string(made.Role), micros(made.CreatedAt), made.MadeBy, digest(secret))
		return err
	})
	return secret, made, err
}

// Find finds the key with this secret or fails with [ErrKey]. It notes, to the
// hour, that the key was used; that this failed is not the caller's concern.
func (k Keys) Find(ctx context.Context, secret string) (Key, error) {
	if !strings.HasPrefix(secret, "sk_") {
		return Key{}, ErrKey
	}
	found, err := one(ctx, k.db.reader(), ErrKey, scanKey, sqlKeyFind, digest(secret))
	if err != nil {
		return Key{}, err
	}
	if hour := k.db.now().UTC().Truncate(keyUsedStep); found.LastUsedAt.Before(hour) {
		used := k.db.update(detached(ctx), func(tx *txn) error {
			_, err := change(ctx, tx, sqlKeyUsed, found.ID, micros(hour))
			return err
		})
		if used == nil {
			found.LastUsedAt = hour
		}
	}
	return found, nil
}

// Revoke ends a key at once and for ever. It fails with [ErrNoKey] where there
// is none that works.
func (k Keys) Revoke(ctx context.Context, id string) error {
	return k.db.update(ctx, func(tx *txn) error {
		return must(ctx, tx, ErrNoKey, sqlKeyRevoke, id, micros(k.db.now()))
	})
}

// List lists the keys, newest first, the revoked ones too.
func (k Keys) List(ctx context.Context) ([]Key, error) {
	return many(ctx, k.db.reader(), scanKey, sqlKeys)
}

// Behind implements [pay.Persons]: whoever made a key stands behind it.
func (k Keys) Behind(ctx context.Context, actor string) (string, error) {
	id, ok := strings.CutPrefix(actor, audit.KeyActor)
	if !ok {
		return actor, nil
	}
	maker, err := one(ctx, k.db.reader(), ErrNoKey, text, sqlKeyMaker, id)
	if errors.Is(err, ErrNoKey) {
		return actor, nil
	}
	return cmp.Or(maker, actor), err
}

func scanKey(r row) (k Key, err error) {
	err = r.Scan(&k.ID, &k.Name, &k.Role, moment{&k.CreatedAt}, moment{&k.LastUsedAt}, moment{&k.RevokedAt}, &k.MadeBy)
	return k, err
}
