package store

import (
	"context"
	"time"
)

const (
	sqlSignInInsert statement = `INSERT INTO sign_in_links (secret_hash, member_id, expires_at) VALUES ($1, $2, $3)`
	sqlSignInRedeem statement = `DELETE FROM sign_in_links WHERE secret_hash = $1 AND expires_at > $2 RETURNING member_id`
	sqlSignInOwner  statement = `SELECT member_id FROM sign_in_links WHERE secret_hash = $1 AND expires_at > $2`
	sqlSignInEnd    statement = `DELETE FROM sign_in_links WHERE member_id = $1
		AND NOT EXISTS (SELECT 1 FROM members WHERE id = $1 AND password_hash = $2)`
	sqlSignInClean statement = `DELETE FROM sign_in_links WHERE expires_at <= $1`
)

// SignInLinks keeps the secrets of links that sign somebody in once.
type SignInLinks struct{ db *DB }

// SignInLinks gives the one-time sign-in links.
func (db *DB) SignInLinks() SignInLinks { return SignInLinks{db} }

// Create makes the secret of a link that signs a member in once within ttl,
// of real time. Links that have expired are forgotten.
func (s SignInLinks) Create(ctx context.Context, memberID string, ttl time.Duration) (secret string, err error) {
	secret = newSecret("")
	now := s.db.now()
	err = s.db.update(ctx, func(tx *txn) error {
		if _, err := change(ctx, tx, sqlSignInClean, micros(now)); err != nil {
			return err
		}
		_, err := change(ctx, tx, sqlSignInInsert, digest(secret), memberID, micros(now.Add(ttl)))
		return err
	})
	return secret, err
}

// Owner tells whom a secret would sign in, and leaves it as it is. It fails
// with [ErrSignInSecret] like [SignInLinks.Redeem].
func (s SignInLinks) Owner(ctx context.Context, secret string) (memberID string, err error) {
	return one(ctx, s.db.reader(), ErrSignInSecret, text, sqlSignInOwner, digest(secret), micros(s.db.now()))
}

// Redeem uses a secret up and tells whom it signs in. It fails with
// [ErrSignInSecret] the second time.
func (s SignInLinks) Redeem(ctx context.Context, secret string) (memberID string, err error) {
	err = s.db.update(ctx, func(tx *txn) error {
		memberID, err = one(ctx, tx, ErrSignInSecret, text, sqlSignInRedeem, digest(secret), micros(s.db.now()))
		return err
	})
	return memberID, err
}
