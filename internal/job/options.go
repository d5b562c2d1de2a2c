package job

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"
)

// Options say how an engine works. The zero value is good; both engines take
// the same.
type Options struct {
	Workers  int                             // how many jobs run at once in this process; 0 for 16
	Attempts int                             // how often a failing job is tried; 0 for 25, about a day with Backoff
	Timeout  time.Duration                   // of one run, whose context then ends; 0 for 30 seconds
	Backoff  func(attempt int) time.Duration // the wait after the attempt-th failure, from 1; nil for [Backoff]
	Poll     time.Duration                   // how often PostgreSQL is asked for other nodes' jobs; 0 for a second
	Log      *slog.Logger                    // nil for none
}

// Filled puts the defaults in.
func (o Options) Filled() Options {
	o.Workers = cmp.Or(o.Workers, 16)
	o.Attempts = cmp.Or(o.Attempts, 25)
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	o.Poll = cmp.Or(o.Poll, time.Second)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	if o.Backoff == nil {
		o.Backoff = Backoff
	}
	return o
}

// Backoff doubles from one second to two hours, and takes up to a quarter more
// by chance, so that jobs that failed together don't come back together.
func Backoff(attempt int) time.Duration {
	d := min(2*time.Hour, time.Second<<min(max(attempt-1, 0), 13))
	return d + rand.N(d/4)
}

// Run runs a handler once and makes an error of a panic.
func Run(ctx context.Context, h Handler, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("job %s panicked: %v", j.Kind, p)
		}
	}()
	return h(ctx, j)
}
