package store

import (
	"context"
	"time"
)

const (
	sqlTokenGet    statement = `SELECT data, version FROM tokens WHERE name = $1`
	sqlTokenInsert statement = `INSERT INTO tokens (name, data, version, holder, lease_until) VALUES ($1, $2, 1, '', 0)
		ON CONFLICT (name) DO UPDATE SET data = excluded.data, version = 1 WHERE tokens.version = 0`
	sqlTokenUpdate statement = `UPDATE tokens SET data = $2, version = version + 1 WHERE name = $1 AND version = $3`
	sqlTokenSet    statement = `INSERT INTO tokens (name, data, version, holder, lease_until) VALUES ($1, $2, 1, '', 0)
		ON CONFLICT (name) DO UPDATE SET data = excluded.data, version = tokens.version + 1`
	sqlTokenLease statement = `INSERT INTO tokens (name, data, version, holder, lease_until) VALUES ($1, $2, 0, $3, $4)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, lease_until = excluded.lease_until
		WHERE tokens.holder = excluded.holder OR tokens.lease_until <= $5`
	sqlTokenRelease statement = `UPDATE tokens SET holder = '', lease_until = 0 WHERE name = $1 AND holder = $2`
)

// Value is what is kept under a name. Version 0 says that nothing is.
type Value struct {
	Data    []byte
	Version int64
}

// Tokens keeps small values that all nodes share and one node at a time
// renews, such as a platform's access token. Leases are of real time.
type Tokens struct{ db *DB }

// Tokens gives the shared values.
func (db *DB) Tokens() Tokens { return Tokens{db} }

// Get reads a value; one that was never put has version 0 and no data.
func (t Tokens) Get(ctx context.Context, name string) (Value, error) {
	found, err := many(ctx, t.db.reader(), func(r row) (v Value, err error) {
		err = r.Scan(&v.Data, &v.Version)
		return v, err
	}, sqlTokenGet, name)
	if err != nil || len(found) == 0 {
		return Value{}, err
	}
	return found[0], nil
}

// Put replaces the value where its version is still ifVersion, 0 for none, and
// reports whether it did.
func (t Tokens) Put(ctx context.Context, name string, data []byte, ifVersion int64) (bool, error) {
	if ifVersion == 0 {
		return t.change(ctx, sqlTokenInsert, name, bytesOf(data))
	}
	return t.change(ctx, sqlTokenUpdate, name, bytesOf(data), ifVersion)
}

// Set replaces the value whatever it is.
func (t Tokens) Set(ctx context.Context, name string, data []byte) error {
	_, err := t.change(ctx, sqlTokenSet, name, bytesOf(data))
	return err
}

// Lease gives the name to holder until then and reports whether it did. A
// lease that has run out is free, and a holder may take its own again.
func (t Tokens) Lease(ctx context.Context, name, holder string, until time.Time) (bool, error) {
	return t.change(ctx, sqlTokenLease, name, []byte{}, holder, micros(until), micros(t.db.now()))
}

// Release frees the lease where holder has it.
func (t Tokens) Release(ctx context.Context, name, holder string) error {
	_, err := t.change(ctx, sqlTokenRelease, name, holder)
	return err
}

func (t Tokens) change(ctx context.Context, q statement, args ...any) (done bool, err error) {
	err = t.db.update(ctx, func(tx *txn) error {
		n, err := change(ctx, tx, q, args...)
		done = n == 1
		return err
	})
	return done && err == nil, err
}

// bytesOf keeps an empty value from becoming NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
