package store

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/fault"
)

const (
	sqlRecordInsert statement = `INSERT INTO idempotency (api_key, method, path, key, request_hash, status, header, body, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`
	sqlRecordFind statement = `SELECT request_hash, status, header, body, at FROM idempotency
		WHERE api_key = $1 AND method = $2 AND path = $3 AND key = $4`
	sqlRecordClean statement = `DELETE FROM idempotency WHERE at <= $1 AND (api_key, method, path, key) IN (
		SELECT api_key, method, path, key FROM idempotency WHERE at <= $1 ORDER BY at LIMIT 1000 /*skip locked*/)`
)

// recordLife is how long an answer is kept to be given again.
const recordLife = 48 * time.Hour

// ErrInFlight tells that another request with the same idempotency key was
// faster; what this one did was undone.
var ErrInFlight = fault.New(fault.Conflict, "idempotency_in_flight",
	"A request with this Idempotency-Key is being served. Try again.")

// Scope is what an idempotency key is unique in.
type Scope struct {
	APIKey string // the API key's id
	Method string
	Path   string
	Key    string // what the caller sent
}

// Record is an answer that is given again to the same request.
type Record struct {
	Scope
	RequestHash string
	Status      int
	Header      map[string]string // the ones worth repeating
	Body        []byte
	At          time.Time // set by the store, real time
}

// Idempotency keeps answers together with what they answer.
type Idempotency struct{ db *DB }

// Idempotency gives the kept answers.
func (db *DB) Idempotency() Idempotency { return Idempotency{db} }

// Find finds the answer that was given before; false where there is none.
func (i Idempotency) Find(ctx context.Context, s Scope) (Record, bool, error) {
	found, err := many(ctx, i.db.reader(), func(r row) (Record, error) {
		v := Record{Scope: s}
		err := r.Scan(&v.RequestHash, &v.Status, packed[map[string]string, string]{&v.Header}, &v.Body, moment{&v.At})
		return v, err
	}, sqlRecordFind, s.APIKey, s.Method, s.Path, s.Key)
	if err != nil || len(found) == 0 {
		return Record{}, false, err
	}
	return found[0], true, nil
}

// Attach returns a context with which the next transaction of any domain
// writes the record too: both are committed or neither is. Where a record with
// the same scope exists by then, that transaction fails with [ErrInFlight].
// Transactions after the first that committed write nothing more.
func (i Idempotency) Attach(ctx context.Context, r Record) context.Context {
	r.At = i.db.now()
	return context.WithValue(ctx, attachment{}, &attachedRecord{record: r})
}

// Keep writes a record by itself, for an answer that changed nothing.
func (i Idempotency) Keep(ctx context.Context, r Record) error {
	return i.db.update(i.Attach(ctx, r), func(*txn) error { return nil })
}

// Clean deletes a batch of records that are older than 48 hours and returns
// how many; call it until that is 0.
func (i Idempotency) Clean(ctx context.Context) (n int64, err error) {
	err = i.db.update(detached(ctx), func(tx *txn) error {
		n, err = change(ctx, tx, sqlRecordClean, micros(i.db.now().Add(-recordLife)))
		return err
	})
	return n, err
}

type attachment struct{}

// attachedRecord is a record on its way into the next transaction.
type attachedRecord struct {
	record  Record
	written atomic.Bool
}

func attached(ctx context.Context) *attachedRecord {
	r, _ := ctx.Value(attachment{}).(*attachedRecord)
	return r
}

// detached gives ctx without the record, and without what was noted, for what
// is no effect of the request.
func detached(ctx context.Context) context.Context {
	return audit.Silent(context.WithValue(ctx, attachment{}, nil))
}

// insert writes the record; a nil one, and one that is written, is none.
func (a *attachedRecord) insert(ctx context.Context, tx *txn) error {
	if a == nil || a.written.Load() {
		return nil
	}
	r := a.record
	return must(ctx, tx, ErrInFlight, sqlRecordInsert, r.APIKey, r.Method, r.Path, r.Key, r.RequestHash, r.Status,
		pack(r.Header), bytesOf(r.Body), micros(r.At))
}

// done notes that the transaction with the record was committed.
func (a *attachedRecord) done() {
	if a != nil {
		a.written.Store(true)
	}
}
