// Package job is the port for durable work: what is enqueued is done at least
// once, on some node, even when nodes die.
//
// Two engines stand behind it, [github.com/paypush/paypush/internal/job/river]
// over PostgreSQL and [github.com/paypush/paypush/internal/job/local] over
// SQLite; both pass the suite of [github.com/paypush/paypush/internal/job/jobtest].
// It is not for long work: a job is short, and long work is many jobs.
//
// The rule that surprises: a job may run twice, so a handler must be
// idempotent; and a job's time is real time, never the sandbox's.
package job

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Job is one piece of work.
type Job struct {
	Kind    string    // names the handler; two characters at least, letters, digits, dots, dashes
	Key     string    // unique within its kind for as long as the engine keeps the row, a day at least
	Payload []byte    // JSON, small: ids, not data
	RunAt   time.Time // not before; zero for now
}

// Queue takes jobs.
type Queue interface {
	// Enqueue stores jobs; those whose key is known already are left out
	// silently. When it returns nil they are durable. A cancelled context may
	// leave them stored or not.
	Enqueue(ctx context.Context, jobs ...Job) error
}

// Handler does one job. A nil error ends it. [Again] has it run later without
// counting as a failure, [Drop] ends it as failed, and any other error has it
// retried with backoff until the engine's limit of attempts.
type Handler func(ctx context.Context, j Job) error

// Runner runs jobs until it is stopped.
type Runner interface {
	Queue
	// Start begins to work and returns. Jobs that a dead process left
	// unfinished run again.
	Start(ctx context.Context) error
	// Stop takes no more jobs, lets the running ones finish until ctx ends,
	// and cancels those that remain.
	Stop(ctx context.Context) error
}

// again asks for another run.
type again struct{ after time.Duration }

func (a again) Error() string { return fmt.Sprintf("again after %s", a.after) }

// Again asks the engine to run the job again after d.
func Again(d time.Duration) error { return again{d} }

// AgainAfter reports whether err asks for another run, and when.
func AgainAfter(err error) (time.Duration, bool) {
	var a again
	if errors.As(err, &a) {
		return a.after, true
	}
	return 0, false
}

// dropped ends a job as failed.
type dropped struct{ err error }

func (d dropped) Error() string { return "dropped: " + d.err.Error() }
func (d dropped) Unwrap() error { return d.err }

// Drop ends the job as failed, with the reason, and never runs it again.
func Drop(err error) error { return dropped{err} }

// Dropped reports whether err ends the job.
func Dropped(err error) bool {
	var d dropped
	return errors.As(err, &d)
}
