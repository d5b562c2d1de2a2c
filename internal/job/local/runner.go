// Package local runs durable jobs inside one process over the SQLite store.
//
// It is not for several processes over one database: at the start everything
// that is unfinished runs again, which is right only because nobody else can
// be at work on it. On PostgreSQL the engine is internal/job/river.
//
// The rule that surprises: a job whose end could not be written down runs
// again at the next start, so its handler must not mind.
package local

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/store"
)

// Runner implements [job.Runner].
type Runner struct {
	jobs     store.Jobs
	handlers map[string]job.Handler
	o        job.Options
	wake     chan struct{}
	ended    chan struct{} // one value for each run that is over
	stop     chan struct{}
	stopOnce sync.Once
	idle     chan struct{} // closed when everything that Start began is over
	started  bool
	running  context.Context // of the runs; ended where Stop can wait no more
	cancel   context.CancelFunc
}

var _ job.Runner = (*Runner)(nil)

// New makes a runner over the jobs of a store, with a handler for each kind.
func New(jobs store.Jobs, handlers map[string]job.Handler, o job.Options) *Runner {
	r := &Runner{jobs: jobs, handlers: handlers, o: o.Filled(), wake: make(chan struct{}, 1),
		stop: make(chan struct{}), idle: make(chan struct{})}
	r.ended = make(chan struct{}, r.o.Workers)
	r.running, r.cancel = context.WithCancel(context.Background())
	return r
}

// Enqueue implements [job.Queue]. A kind without a handler is refused.
func (r *Runner) Enqueue(ctx context.Context, jobs ...job.Job) error {
	for _, j := range jobs {
		if r.handlers[j.Kind] == nil {
			return fault.New(fault.Internal, "internal", "There is no handler for jobs of kind "+j.Kind+".")
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	added, err := r.jobs.Add(ctx, time.Now(), jobs...)
	if added {
		r.ring()
	}
	return fault.Wrap("local.Enqueue", err)
}

func (r *Runner) ring() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Start implements [job.Runner]. A runner starts once.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.jobs.Recover(ctx); err != nil {
		return fault.Wrap("local.Start", err)
	}
	r.started = true
	var all sync.WaitGroup
	all.Go(r.loop)
	all.Go(r.sweep)
	go func() {
		all.Wait()
		close(r.idle)
	}()
	return nil
}

// Stop implements [job.Runner]. Runs that are cancelled are given back and run
// again at the next start. It returns an error where a handler did not heed
// the end of its context within a second.
func (r *Runner) Stop(ctx context.Context) error {
	r.stopOnce.Do(func() { close(r.stop) })
	defer r.cancel()
	if !r.started {
		return nil
	}
	select {
	case <-r.idle:
		return nil
	case <-ctx.Done():
	}
	r.cancel()
	grace := time.NewTimer(time.Second)
	defer grace.Stop()
	select {
	case <-r.idle:
		return nil
	case <-grace.C:
		return fault.New(fault.Internal, "internal", "A job did not stop when it was told to.")
	}
}

// loop hands out jobs while there are free hands, and otherwise sleeps until
// one is free, a job is added, or the next one is due.
func (r *Runner) loop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	busy, more := 0, true
	for !r.stopping() {
		if more && busy < r.o.Workers {
			n, next := r.handOut(r.o.Workers - busy)
			busy += n
			more = busy == r.o.Workers
			timer.Reset(next)
		}
		select {
		case <-r.wake:
			more = true
		case <-timer.C:
			more = true
		case <-r.ended:
			busy--
		case <-r.stop:
		}
	}
	for ; busy > 0; busy-- {
		<-r.ended
	}
}

// stopping is asked before each round, since a job may end at the same moment
// as the runner is stopped.
func (r *Runner) stopping() bool {
	select {
	case <-r.stop:
		return true
	default:
		return false
	}
}

// The waits of a loop that has nothing to wait for, and of one that could not
// ask.
const (
	longWait  = time.Minute
	errorWait = time.Second
)

// handOut starts up to limit jobs that are due and tells when to ask again.
func (r *Runner) handOut(limit int) (n int, next time.Duration) {
	all, err := r.jobs.Claim(r.running, time.Now(), limit)
	for _, c := range all {
		go func() {
			r.work(c)
			r.ended <- struct{}{}
		}()
	}
	if err == nil && len(all) == limit {
		return len(all), longWait
	}
	var at time.Time
	var waits bool
	if err == nil {
		at, waits, err = r.jobs.Next(r.running)
	}
	switch {
	case err != nil:
		r.o.Log.LogAttrs(r.running, slog.LevelError, "jobs can't be read", slog.Any("error", err))
		return len(all), errorWait
	case waits:
		return len(all), max(0, min(longWait, time.Until(at)))
	}
	return len(all), longWait
}

// work runs one job and writes down what became of it.
func (r *Runner) work(c store.Claimed) {
	err := errors.New("no handler for kind " + c.Kind)
	if h := r.handlers[c.Kind]; h != nil {
		ctx, cancel := context.WithTimeout(r.running, r.o.Timeout)
		err = job.Run(ctx, h, c.Job)
		cancel()
	}
	if err != nil {
		r.o.Log.LogAttrs(r.running, level(err), "job did not end", slog.String("kind", c.Kind), slog.String("key", c.Key),
			slog.Int("attempt", c.Attempt), slog.Any("error", err))
	}
	for try := 1; ; try++ {
		if err := r.settle(c, err); err == nil || !r.wait(job.Backoff(min(try, 4))) {
			return
		}
	}
}

// level tells how loudly an end is reported: asking for another run is none of
// anybody's business.
func level(err error) slog.Level {
	if _, ok := job.AgainAfter(err); ok {
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// settle writes down the outcome of a run. It does so even after the runs were
// cancelled.
func (r *Runner) settle(c store.Claimed, err error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	now := time.Now()
	after, again := job.AgainAfter(err)
	switch {
	case err == nil:
		return r.jobs.End(ctx, c.ID, false, now, "")
	case job.Dropped(err):
		return r.jobs.End(ctx, c.ID, true, now, reason(err))
	case again:
		return r.again(ctx, c, now.Add(after), true, err)
	case r.running.Err() != nil: // it was not its fault
		return r.again(ctx, c, now, true, err)
	case c.Attempt >= r.o.Attempts:
		return r.jobs.End(ctx, c.ID, true, now, reason(err))
	}
	return r.again(ctx, c, now.Add(r.o.Backoff(c.Attempt)), false, err)
}

func (r *Runner) again(ctx context.Context, c store.Claimed, at time.Time, forgiven bool, err error) error {
	defer r.ring()
	return r.jobs.Again(ctx, c.ID, at, forgiven, reason(err))
}

// wait pauses and reports whether the runner still runs.
func (r *Runner) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.stop:
		return false
	}
}

// reason cuts an error to what is worth keeping.
func reason(err error) string {
	s := err.Error()
	return s[:min(len(s), 500)]
}
