package jobtest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/job"
)

// unique enqueues what is known in one batch, while it runs, and after it ended.
func unique(t *testing.T, e Engine) {
	entered, leave := make(chan string, 20), make(chan struct{})
	handler := func(_ context.Context, j job.Job) error {
		entered <- j.Kind + j.Key
		<-leave
		return nil
	}
	sentinel := scripted()
	r := started(t, e, map[string]job.Handler{"send": handler, "tell": handler, "sentinel": sentinel.handle}, quick())
	batch := []job.Job{{Kind: "send", Key: "1"}, {Kind: "send", Key: "1"}, {Kind: "send", Key: "2"}, {Kind: "tell", Key: "1"}, {Kind: "tell"}, {Kind: "tell"}}
	enqueue(t, r, batch...)
	var got []string
	for range 5 {
		got = append(got, receive(t, entered))
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"send1", "send2", "tell", "tell", "tell1"}) {
		t.Fatalf("ran %v", got)
	}
	enqueue(t, r, batch[:4]...) // all are running
	close(leave)
	enqueue(t, r, job.Job{Kind: "sentinel"})
	receive(t, sentinel.ran)
	enqueue(t, r, batch[:4]...) // most have ended
	enqueue(t, r, job.Job{Kind: "sentinel", RunAt: time.Now().Add(50 * time.Millisecond)})
	receive(t, sentinel.ran)
	if len(entered) > 0 {
		t.Fatalf("ran twice: %s", <-entered)
	}
}

// waits runs a later job after one that is due now.
func waits(t *testing.T, e Engine) {
	ran := make(chan job.Job, 2)
	r := started(t, e, map[string]job.Handler{"send": func(_ context.Context, j job.Job) error {
		ran <- j
		return nil
	}}, quick())
	due := time.Now().Add(300 * time.Millisecond)
	enqueue(t, r, job.Job{Kind: "send", Key: "later", RunAt: due}, job.Job{Kind: "send", Key: "now"})
	if j := receive(t, ran); j.Key != "now" {
		t.Fatalf("%s came first", j.Key)
	}
	if j := receive(t, ran); j.Key != "later" || time.Now().Before(due) {
		t.Fatalf("%s came at %v, due %v", j.Key, time.Now(), due)
	}
}

// awaited tells when somebody begins to wait for its end: a runner that stops
// takes no more jobs by then.
type awaited struct {
	context.Context
	begun chan struct{}
	once  sync.Once
}

// Done implements context.Context.
func (a *awaited) Done() <-chan struct{} {
	a.once.Do(func() { close(a.begun) })
	return a.Context.Done()
}

// drains lets a run finish while the runner stops, and starts no other.
func drains(t *testing.T, e Engine) {
	entered, leave := make(chan struct{}), make(chan struct{})
	o := quick()
	o.Workers = 1
	var done sync.WaitGroup
	r := started(t, e, map[string]job.Handler{"send": func(ctx context.Context, j job.Job) error {
		if j.Key == "second" {
			t.Error("a job was begun while the runner stopped")
		}
		close(entered)
		<-leave
		return ctx.Err()
	}}, o)
	enqueue(t, r, job.Job{Kind: "send", Key: "first", RunAt: time.Now().Add(-time.Second)})
	receive(t, entered)
	enqueue(t, r, job.Job{Kind: "send", Key: "second"})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	begun := make(chan struct{})
	done.Go(func() {
		if err := r.Stop(&awaited{Context: ctx, begun: begun}); err != nil {
			t.Error(err)
		}
	})
	receive(t, begun)
	close(leave)
	done.Wait()

	ran := make(chan string, 2)
	r = started(t, e, map[string]job.Handler{"send": func(_ context.Context, j job.Job) error {
		ran <- j.Key
		return nil
	}}, o)
	if key := receive(t, ran); key != "second" {
		t.Fatalf("%s ran again", key)
	}
	stop(t, r)
	if len(ran) > 0 {
		t.Fatalf("%s ran again", <-ran)
	}
}

// givesBack cancels a run that does not end by itself; it runs again at once
// after the next start, and the cancelled run does not count.
func givesBack(t *testing.T, e Engine) {
	entered := make(chan struct{})
	o := quick()
	o.Attempts, o.Backoff = 1, func(int) time.Duration { return time.Hour }
	r := started(t, e, map[string]job.Handler{"send": func(ctx context.Context, _ job.Job) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	}}, o)
	enqueue(t, r, job.Job{Kind: "send", Key: "k"})
	receive(t, entered)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	s := scripted()
	started(t, e, map[string]job.Handler{"send": s.handle}, o)
	receive(t, s.ran)
}

// atOnce runs as many as there are hands, and no more.
func atOnce(t *testing.T, e Engine) {
	const hands, all = 3, 9
	o := quick()
	o.Workers = hands
	entered, leave := make(chan struct{}, all), make(chan struct{})
	var mu sync.Mutex
	now, most := 0, 0
	r := started(t, e, map[string]job.Handler{"send": func(context.Context, job.Job) error {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		entered <- struct{}{}
		<-leave
		mu.Lock()
		now--
		mu.Unlock()
		return nil
	}}, o)
	enqueue(t, r, slices.Repeat([]job.Job{{Kind: "send"}}, all)...)
	for range hands {
		receive(t, entered)
	}
	close(leave)
	for range all - hands {
		receive(t, entered)
	}
	mu.Lock()
	defer mu.Unlock()
	if most != hands {
		t.Fatalf("%d at once", most)
	}
}

func stranger(t *testing.T, e Engine) {
	r := opened(t, e, map[string]job.Handler{"send": scripted().handle}, quick())
	if r.Enqueue(context.Background(), job.Job{Kind: "tell"}) == nil {
		t.Fatal("a job that nobody can run was taken")
	}
}
