package jobtest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/job"
)

var errOurs = errors.New("ours")

func failing() error { return errOurs }

func runs(t *testing.T, e Engine) {
	got := make(chan job.Job, 2)
	r := opened(t, e, map[string]job.Handler{"send": func(_ context.Context, j job.Job) error {
		got <- j
		return nil
	}}, quick())
	enqueue(t, r)
	enqueue(t, r, job.Job{Kind: "send", Key: "before", Payload: []byte(`{"id":"ord_1"}`)})
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	j := receive(t, got)
	var payload struct{ ID string }
	if err := json.Unmarshal(j.Payload, &payload); err != nil || payload.ID != "ord_1" || j.Key != "before" || j.Kind != "send" {
		t.Fatalf("got %+v %s", j, j.Payload)
	}
	enqueue(t, r, job.Job{Kind: "send", Key: "after"})
	if j := receive(t, got); j.Key != "after" {
		t.Fatalf("got %+v", j)
	}
}

func retries(t *testing.T, e Engine) {
	var mu sync.Mutex
	var waited []int
	o := quick()
	o.Backoff = func(attempt int) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		waited = append(waited, attempt)
		return 5 * time.Millisecond
	}
	s, sentinel := scripted(failing, failing, failing), scripted()
	r := started(t, e, map[string]job.Handler{"send": s.handle, "sentinel": sentinel.handle}, o)
	enqueue(t, r, job.Job{Kind: "send", Key: "k"})
	for range 4 {
		receive(t, s.ran)
	}
	s.quiet(t, r, 4, sentinel)
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(waited, []int{1, 2, 3}) {
		t.Fatalf("waited after the attempts %v", waited)
	}
}

func givesUp(t *testing.T, e Engine) {
	o := quick()
	o.Attempts = 2
	s, sentinel := scripted(failing, failing, failing), scripted()
	r := started(t, e, map[string]job.Handler{"send": s.handle, "sentinel": sentinel.handle}, o)
	enqueue(t, r, job.Job{Kind: "send", Key: "k"})
	receive(t, s.ran)
	receive(t, s.ran)
	enqueue(t, r, job.Job{Kind: "send", Key: "k"}) // a key that failed is known too
	s.quiet(t, r, 2, sentinel)
}

// asksAgain runs more often than it may fail.
func asksAgain(t *testing.T, e Engine) {
	o := quick()
	o.Attempts = 2
	again := func() error { return job.Again(5 * time.Millisecond) }
	s, sentinel := scripted(again, again, failing, again), scripted()
	r := started(t, e, map[string]job.Handler{"send": s.handle, "sentinel": sentinel.handle}, o)
	enqueue(t, r, job.Job{Kind: "send", Key: "k"})
	for range 5 {
		receive(t, s.ran)
	}
	s.quiet(t, r, 5, sentinel)
}

func drops(t *testing.T, e Engine) {
	s, sentinel := scripted(func() error { return job.Drop(errOurs) }), scripted()
	r := started(t, e, map[string]job.Handler{"send": s.handle, "sentinel": sentinel.handle}, quick())
	enqueue(t, r, job.Job{Kind: "send", Key: "k"})
	receive(t, s.ran)
	enqueue(t, r, job.Job{Kind: "send", Key: "k"})
	s.quiet(t, r, 1, sentinel)
}

func panics(t *testing.T, e Engine) {
	s := scripted(func() error { panic("ours") })
	r := started(t, e, map[string]job.Handler{"send": s.handle}, quick())
	enqueue(t, r, job.Job{Kind: "send"})
	receive(t, s.ran)
	receive(t, s.ran)
}

func timeLimit(t *testing.T, e Engine) {
	o := quick()
	o.Timeout = 50 * time.Millisecond
	ends := make(chan error, 2)
	first := true
	r := started(t, e, map[string]job.Handler{"send": func(ctx context.Context, _ job.Job) error {
		if !first {
			ends <- nil
			return nil
		}
		first = false
		<-ctx.Done()
		ends <- ctx.Err()
		return ctx.Err()
	}}, o)
	enqueue(t, r, job.Job{Kind: "send"})
	if err := receive(t, ends); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("its context ended with %v", err)
	}
	receive(t, ends) //nolint:errcheck // that it ended once more is what is waited for
}
