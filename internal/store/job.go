package store

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/job"
)

const (
	jobColumns = `id, kind, key, payload, attempt, run_at`

	sqlJobInsert statement = `INSERT INTO jobs (` + jobColumns + `, state, ended_at, error)
		VALUES ($1, $2, $3, $4, 0, $5, 'ready', 0, '') ON CONFLICT DO NOTHING`
	sqlJobClaim statement = `UPDATE jobs SET state = 'running', attempt = attempt + 1 WHERE id IN (
			SELECT id FROM jobs WHERE state = 'ready' AND run_at <= $1 ORDER BY run_at, id LIMIT $2)
		RETURNING ` + jobColumns
	sqlJobNext    statement = `SELECT run_at FROM jobs WHERE state = 'ready' ORDER BY run_at LIMIT 1`
	sqlJobAgain   statement = `UPDATE jobs SET state = 'ready', run_at = $2, attempt = attempt - $3, error = $4 WHERE id = $1 AND state = 'running'`
	sqlJobEnd     statement = `UPDATE jobs SET state = $2, ended_at = $3, error = $4 WHERE id = $1 AND state = 'running'`
	sqlJobRecover statement = `UPDATE jobs SET state = 'ready' WHERE state = 'running'`
	sqlJobClean   statement = `DELETE FROM jobs WHERE id IN (
		SELECT id FROM jobs WHERE ended_at > 0 AND ended_at <= $1 ORDER BY ended_at LIMIT $2)`
)

// Jobs is the table of the job engine that runs inside one process. It knows
// no handlers and no schedule; those are the engine's.
type Jobs struct{ db *DB }

// Claimed is a job that was handed out. Attempt counts from 1.
type Claimed struct {
	job.Job
	ID      string
	Attempt int
}

// Jobs gives the table of jobs.
func (db *DB) Jobs() Jobs { return Jobs{db} }

// Add stores jobs in one transaction and leaves out those whose kind and key
// are known. A job without a time is due at now. It reports whether any was new.
func (j Jobs) Add(ctx context.Context, now time.Time, jobs ...job.Job) (added bool, err error) {
	err = j.db.update(detached(ctx), func(tx *txn) error {
		added = false
		for _, v := range jobs {
			if v.RunAt.IsZero() {
				v.RunAt = now
			}
			n, err := change(ctx, tx, sqlJobInsert, newID("job"), v.Kind, v.Key, bytesOf(v.Payload), micros(v.RunAt))
			if err != nil {
				return err
			}
			added = added || n > 0
		}
		return nil
	})
	return added, err
}

// Claim hands out up to limit jobs that are due, the longest due first.
func (j Jobs) Claim(ctx context.Context, now time.Time, limit int) (all []Claimed, err error) {
	err = j.db.update(ctx, func(tx *txn) error {
		all, err = many(ctx, tx, scanJob, sqlJobClaim, micros(now), limit)
		return err
	})
	return all, err
}

// Next tells when the next job is due; false where none waits.
func (j Jobs) Next(ctx context.Context) (time.Time, bool, error) {
	found, err := many(ctx, j.db.reader(), number, sqlJobNext)
	if err != nil || len(found) == 0 {
		return time.Time{}, false, err
	}
	return fromMicros(found[0]), true, nil
}

// Again gives a claimed job back to run at a time. With forgiven, the attempt
// does not count. Reason is why, for people.
func (j Jobs) Again(ctx context.Context, id string, at time.Time, forgiven bool, reason string) error {
	return j.change(ctx, sqlJobAgain, id, micros(at), flag(forgiven), reason)
}

// End ends a claimed job, with the reason where it failed.
func (j Jobs) End(ctx context.Context, id string, failed bool, now time.Time, reason string) error {
	state := "done"
	if failed {
		state = "failed"
	}
	return j.change(ctx, sqlJobEnd, id, state, micros(now), reason)
}

// Recover gives back every claimed job. It is right only while nobody works:
// at the start of the one process that does.
func (j Jobs) Recover(ctx context.Context) error { return j.change(ctx, sqlJobRecover) }

// Clean deletes up to limit jobs that ended at or before then and returns how
// many.
func (j Jobs) Clean(ctx context.Context, then time.Time, limit int) (n int64, err error) {
	err = j.db.update(ctx, func(tx *txn) error {
		n, err = change(ctx, tx, sqlJobClean, micros(then), limit)
		return err
	})
	return n, err
}

func (j Jobs) change(ctx context.Context, q statement, args ...any) error {
	return j.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, q, args...)
		return err
	})
}

func scanJob(r row) (c Claimed, err error) {
	err = r.Scan(&c.ID, &c.Kind, &c.Key, &c.Payload, &c.Attempt, moment{&c.RunAt})
	return c, err
}
