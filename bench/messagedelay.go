package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"time"
)

const (
	eventsASecond = 200
	delayP50      = 50  // milliseconds
	delayP99      = 250 // milliseconds
)

// messageDelay posts 200 events of the team's own a second, each of which a
// rule answers by a template message, and reports how long after the event was
// posted, its commit included, the message reached the platform. Each event has
// to bring one message.
func messageDelay(ctx context.Context, l *lab, report func(line)) error {
	return l.onBoth(ctx, func(engine, database string) error {
		r, err := l.delay(ctx, database)
		if err == nil {
			r.Engine = engine
			report(r)
		}
		return err
	})
}

func (l *lab) delay(ctx context.Context, database string) (line, error) {
	box, err := newStandIn()
	if err != nil {
		return line{}, err
	}
	defer box.close() //nolint:errcheck // it only reads
	folder, err := l.folder()
	if err != nil {
		return line{}, err
	}
	s, err := l.serve(ctx, box.url, folder, database)
	if err != nil {
		return line{}, err
	}
	defer s.kill()
	if err := s.api(ctx, http.MethodPost, "/v1/rules", `{"event":"bench.happened","template":"receipt"}`, nil); err != nil {
		return line{}, err
	}
	w := &watch{s: s}
	box.took = w.took
	if err := w.run(ctx, 2*eventsASecond); err != nil { // warms up
		return line{}, err
	}
	w.delays = nil
	if err := errors.Join(s.quiet(ctx), w.run(ctx, int(l.length.Seconds()*eventsASecond))); err != nil {
		return line{}, fmt.Errorf("%w\n%s", err, s.out)
	}
	sayTime("the server", s.process, int(w.last.Load()))
	r := line{Unit: "ms", Bound: delayP50, P50: quantile(w.delays, 0.5), P99: quantile(w.delays, 0.99)}
	r.Value, r.Ratio = r.P50, min(1, delayP50/r.P50, delayP99/r.P99)
	if r.RSS, err = s.megabytes("VmHWM"); err != nil {
		return line{}, err
	}
	return r, s.stop()
}

// watch posts events and sees their messages arrive.
type watch struct {
	s      *server
	last   atomic.Int64 // number of an event
	posted sync.Map     // number -> when; gone when its message arrived
	mu     sync.Mutex
	delays []float64 // milliseconds
	stray  error
}

// run posts events at an even pace, whatever becomes of those before, and waits
// until all messages are there.
func (w *watch) run(ctx context.Context, events int) error {
	pace := time.NewTicker(time.Second / eventsASecond)
	defer pace.Stop()
	errs := make([]error, events)
	var all sync.WaitGroup
	for i := range errs {
		select {
		case <-pace.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		all.Go(func() { errs[i] = w.post(ctx) })
	}
	all.Wait()
	if err := first(errs); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := every(ctx, 10*time.Millisecond, func() (bool, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		missing := 0
		w.posted.Range(func(any, any) bool { missing++; return true })
		return missing == 0, w.stray
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("some events brought no message")
	}
	return err
}

func (w *watch) post(ctx context.Context) error {
	number := fmt.Sprintf("BENCH%08d", w.last.Add(1))
	w.posted.Store(number, time.Now())
	return w.s.api(ctx, http.MethodPost, "/v1/events", fmt.Sprintf(`{"type":"bench.happened","data":{"openid":"oBench-openid-%s",
		"amount":"12.34","subject":"一杯咖啡","number":%q,"time":"2026-03-01 09:00"}}`, number, number), nil)
}

var numbered = regexp.MustCompile(`"(BENCH[0-9]{8})"`)

// took is told of every message that the platform gets.
func (w *watch) took(r *http.Request) {
	now := time.Now()
	body, _ := io.ReadAll(r.Body) //nolint:errcheck // what is cut off has no number
	w.mu.Lock()
	defer w.mu.Unlock()
	found := numbered.FindSubmatch(body)
	if found == nil {
		w.stray = fmt.Errorf("the message %.300q belongs to no event", body)
		return
	}
	posted, ok := w.posted.LoadAndDelete(string(found[1]))
	if !ok {
		w.stray = fmt.Errorf("event %s brought two messages", found[1])
		return
	}
	w.delays = append(w.delays, float64(now.Sub(posted.(time.Time)))/float64(time.Millisecond))
}
