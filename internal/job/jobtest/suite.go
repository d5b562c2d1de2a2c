// Package jobtest is the suite that both job engines must pass: retry with
// backoff, asking again, dropping, unique keys, delay, crash, drain, time
// limit and panic. It is for tests only.
//
// The rule that surprises: the crash is a real one. The suite starts the test
// binary again as a child that takes a job, and kills it, so the package that
// uses the suite hands control to [Child] from its TestMain.
package jobtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/job"
)

// Engine is one engine over one fresh database.
type Engine struct {
	// Address is what the child process gets to open the same database.
	Address string
	// Open makes a runner over the database; it may be called several times.
	Open func(handlers map[string]job.Handler, o job.Options) (job.Runner, error)
}

// Run puts an engine through the suite. Fresh makes one over a new database.
func Run(t *testing.T, fresh func(t *testing.T) Engine) {
	for name, test := range map[string]func(*testing.T, Engine){
		"Runs": runs, "Retries": retries, "Gives up": givesUp, "Asks again": asksAgain, "Drops": drops, "Unique": unique,
		"Waits": waits, "Crash": crash, "Drains": drains, "Gives back": givesBack, "Panic": panics, "Time limit": timeLimit,
		"At once": atOnce, "Stranger": stranger,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
}

// patience is how long the suite waits for what must come.
const patience = time.Minute

// quick are options with which nothing waits long.
func quick() job.Options {
	return job.Options{Poll: 20 * time.Millisecond, Backoff: func(int) time.Duration { return 5 * time.Millisecond }}
}

// started opens a runner, starts it, and stops it when the test ends.
func started(t *testing.T, e Engine, handlers map[string]job.Handler, o job.Options) job.Runner {
	t.Helper()
	r := opened(t, e, handlers, o)
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return r
}

func opened(t *testing.T, e Engine, handlers map[string]job.Handler, o job.Options) job.Runner {
	t.Helper()
	r, err := e.Open(handlers, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sync.OnceFunc(func() { stop(t, r) }))
	return r
}

func stop(t *testing.T, r job.Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func enqueue(t *testing.T, r job.Queue, jobs ...job.Job) {
	t.Helper()
	if err := r.Enqueue(context.Background(), jobs...); err != nil {
		t.Fatal(err)
	}
}

// receive waits for a signal.
func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatal("it did not come")
		panic("unreachable")
	}
}

// script is a handler that answers each run with the next of its ends, and nil
// when they are used up, and tells of each run.
type script struct {
	mu   sync.Mutex
	ends []func() error
	runs int
	ran  chan int
}

func scripted(ends ...func() error) *script { return &script{ends: ends, ran: make(chan int, 100)} }

func (s *script) handle(context.Context, job.Job) error {
	s.mu.Lock()
	s.runs++
	n := s.runs
	s.mu.Unlock()
	s.ran <- n
	if n <= len(s.ends) {
		return s.ends[n-1]()
	}
	return nil
}

// quiet waits until another job that is due after d has run and fails where
// the script's job ran more often than n times by then.
func (s *script) quiet(t *testing.T, r job.Queue, n int, sentinel *script) {
	t.Helper()
	enqueue(t, r, job.Job{Kind: "sentinel", RunAt: time.Now().Add(50 * time.Millisecond)})
	receive(t, sentinel.ran)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs != n {
		t.Fatalf("%d runs, want %d", s.runs, n)
	}
}
