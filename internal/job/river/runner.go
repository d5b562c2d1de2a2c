// Package river runs durable jobs on any number of nodes over PostgreSQL, on
// River.
//
// It adds nothing to River but the shape of [job.Runner]: a kind is a River
// kind, a job's key is unique over every state, asking again is a snooze and
// dropping a cancellation.
//
// The rule that surprises: River has no heartbeat. A job whose node died runs
// again once it is older than any run may be, so runs are kept to seconds.
package river

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/job"
)

// Runner implements [job.Runner].
type Runner struct {
	pool     *pgxpool.Pool
	client   *river.Client[pgx.Tx]
	handlers map[string]job.Handler
	hurried  atomic.Bool // Stop can wait no more
}

var _ job.Runner = (*Runner)(nil)

// fetchCooldown is how soon after one look for jobs the next may follow. A look
// follows a signal of new jobs, and there are few, so idle nodes don't look
// more often by it.
const fetchCooldown = 5 * time.Millisecond

// How long River keeps a job that ended, so that its key stays known.
const keep = 25 * time.Hour

// Migrate brings River's tables in the database up to date. It may run on
// several nodes at once.
func Migrate(ctx context.Context, url string) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return badURL()
	}
	defer pool.Close()
	tx, err := pool.Begin(ctx)
	if err != nil {
		return fault.Wrap("river.Migrate", err)
	}
	defer tx.Rollback(ctx) //nolint:errcheck // does nothing after the commit
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock); err != nil {
		return fault.Wrap("river.Migrate", err)
	}
	m, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err == nil {
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	return fault.Wrap("river.Migrate", err)
}

// migrationLock makes nodes that start together take turns.
const migrationLock = 0x7061_7970

func badURL() error {
	return fault.New(fault.Invalid, "database_url_invalid", "The PostgreSQL address can't be read.")
}

// New makes a runner with connections of its own and a handler for each kind.
// It needs [Migrate] to have run. The address may hold a password and is never
// in an error. Close it with Stop.
func New(ctx context.Context, url string, handlers map[string]job.Handler, o job.Options) (*Runner, error) {
	return open(ctx, url, handlers, o, func(*river.Config) {})
}

func open(ctx context.Context, url string, handlers map[string]job.Handler, o job.Options, adapt func(*river.Config)) (*Runner, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, badURL()
	}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fault.Wrap("river.New", err)
	}
	r := &Runner{pool: pool, handlers: handlers}
	config := r.config(o.Filled())
	adapt(config)
	if r.client, err = river.NewClient(riverpgxv5.New(pool), config); err != nil {
		pool.Close()
		return nil, fault.Wrap("river.New", err)
	}
	return r, nil
}

func (r *Runner) config(o job.Options) *river.Config {
	workers := river.NewWorkers()
	for kind := range r.handlers {
		river.AddWorkerArgs(workers, args{kind: kind}, &worker{runner: r})
	}
	return &river.Config{
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Workers}},
		Workers:                     workers,
		MaxAttempts:                 o.Attempts,
		JobTimeout:                  o.Timeout,
		RescueStuckJobsAfter:        2 * o.Timeout,
		RetryPolicy:                 backoff{o.Backoff},
		FetchPollInterval:           o.Poll,
		FetchCooldown:               min(o.Poll, fetchCooldown),
		FetchOnlyKnownKinds:         true,
		CompletedJobRetentionPeriod: keep,
		CancelledJobRetentionPeriod: keep,
		Logger:                      o.Log,
	}
}

// Enqueue implements [job.Queue]. A kind without a handler is refused.
func (r *Runner) Enqueue(ctx context.Context, jobs ...job.Job) error {
	all := params(jobs)
	if len(all) == 0 {
		return nil
	}
	_, err := r.client.InsertMany(ctx, all)
	return fault.Wrap("river.Enqueue", err)
}

// params leaves out what is in the batch twice, which one statement can't
// insert; what the table knows already, River leaves out.
func params(jobs []job.Job) []river.InsertManyParams {
	type name struct{ kind, key string }
	seen := make(map[name]bool)
	all := make([]river.InsertManyParams, 0, len(jobs))
	for _, j := range jobs {
		opts := &river.InsertOpts{ScheduledAt: j.RunAt}
		if j.Key != "" {
			if seen[name{j.Kind, j.Key}] {
				continue
			}
			seen[name{j.Kind, j.Key}] = true
			opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: rivertype.JobStates()}
		}
		all = append(all, river.InsertManyParams{Args: args{kind: j.Kind, Key: j.Key, Payload: j.Payload}, InsertOpts: opts})
	}
	return all
}

// Start implements [job.Runner]. A runner starts once. The context bounds the
// start alone.
func (r *Runner) Start(ctx context.Context) error {
	return fault.Wrap("river.Start", r.client.Start(context.WithoutCancel(ctx)))
}

// Stop implements [job.Runner]. Runs that are cancelled are given back. It
// returns an error where a handler did not heed the end of its context within
// a second.
func (r *Runner) Stop(ctx context.Context) error {
	err := r.client.Stop(ctx)
	if err != nil && ctx.Err() != nil {
		r.hurried.Store(true)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = r.client.StopAndCancel(grace)
	}
	if err != nil { // closing the pool would wait for the handler too
		go r.pool.Close()
		return fault.Wrap("river.Stop", err)
	}
	r.pool.Close()
	return nil
}

// args is a job as River keeps it. The kind is a column of its own.
type args struct {
	kind    string
	Key     string          `json:"key,omitempty" river:"unique"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// Kind implements river.JobArgs.
func (a args) Kind() string { return a.kind }

// worker runs the jobs of every kind.
type worker struct {
	river.WorkerDefaults[args]
	runner *Runner
}

// Work implements river.Worker.
func (w *worker) Work(ctx context.Context, j *river.Job[args]) error {
	err := job.Run(ctx, w.runner.handlers[j.Kind], job.Job{Kind: j.Kind, Key: j.Args.Key, Payload: j.Args.Payload, RunAt: j.ScheduledAt})
	after, again := job.AgainAfter(err)
	switch {
	case err == nil:
		return nil
	case job.Dropped(err):
		return river.JobCancel(err)
	case again:
		return river.JobSnooze(max(0, after))
	case w.runner.hurried.Load() && ctx.Err() != nil: // it was not its fault
		return river.JobSnooze(0)
	}
	return err
}

// backoff implements river.ClientRetryPolicy.
type backoff struct {
	after func(attempt int) time.Duration
}

// NextRetry implements river.ClientRetryPolicy.
func (b backoff) NextRetry(j *rivertype.JobRow) time.Time {
	return time.Now().UTC().Add(b.after(len(j.Errors) + 1))
}
