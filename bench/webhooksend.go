package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/survey"
	"github.com/paypush/paypush/internal/webhook"
)

const (
	webhookConnections = 32 // as many as an endpoint is called over at once
	webhookRounds      = 6
	webhookPart        = 4_000 // events of one slice
)

// webhookSend commits events and counts how many a second reach an endpoint in
// another process: from the first that arrives until the attempt of the last is
// durable. The bound is a bare net/http loop that posts the same bodies over as
// many connections to the same endpoint and keeps nothing.
func webhookSend(ctx context.Context, l *lab, report func(line)) error {
	box, err := newStandIn()
	if err != nil {
		return err
	}
	defer box.close() //nolint:errcheck // it only reads
	return l.onBoth(ctx, func(engine, database string) error {
		r, err := l.webhooks(ctx, box, database)
		if err == nil {
			r.Engine = engine
			report(r)
		}
		return err
	})
}

func (l *lab) webhooks(ctx context.Context, box *standIn, database string) (r line, err error) {
	folder, err := l.folder()
	if err != nil {
		return r, err
	}
	s, err := l.serve(ctx, box.url, folder, database)
	if err != nil {
		return r, err
	}
	defer s.kill()
	sink, address, err := startChild(ctx, sinkChild)
	if err != nil {
		return r, err
	}
	defer sink.kill()
	if database == "" {
		database = "sqlite:" + filepath.Join(folder, "paypush.db")
	}
	h, err := newHooks(ctx, database, "http://"+address)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if err := s.listen(ctx, h.sink); err != nil {
		return r, err
	}
	t, err := takeTurns(ctx, webhookRounds, s.quiet,
		func(ctx context.Context) (slice, error) { return h.bare(ctx, webhookPart) },
		func(ctx context.Context) (slice, error) { return h.events(ctx, webhookPart) })
	if err != nil {
		return r, fmt.Errorf("%w\n%s", err, s.out)
	}
	sayTime("the server", s.process, webhookPart*(webhookRounds+1))
	r = t.line("events/s")
	r.RSS, err = s.megabytes("VmHWM")
	return r, errors.Join(err, s.stop())
}

// listen has the server post events to an address.
func (s *server) listen(ctx context.Context, url string) error {
	body, err := json.Marshal(map[string]any{"url": url, "types": []string{string(hookType)}})
	if err != nil {
		return err
	}
	a, err := s.once(post(s.address, "/v1/webhook_endpoints", "application/json", string(body), "Authorization: Bearer "+s.key))
	if err == nil && a.status != http.StatusCreated {
		err = fmt.Errorf("an endpoint was answered %d %.300q", a.status, a.body)
	}
	return err
}

// once sends one request over a connection of its own.
func (s *server) once(request []byte) (answer, error) {
	l, err := newLoad(s.address, 1)
	if err != nil {
		return answer{}, err
	}
	a, err := l.conns[0].do(request)
	return a, errors.Join(err, l.close())
}

const hookType event.Type = "bench.happened"

// hooks makes events beside the server and looks at what became of them.
type hooks struct {
	db     *store.DB
	survey *survey.Survey
	sink   string // where they are to arrive
	client *http.Client
}

func newHooks(ctx context.Context, database, sink string) (*hooks, error) {
	db, err := store.Open(ctx, database, store.Options{})
	if err != nil {
		return nil, err
	}
	look, err := survey.Open(ctx, database)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &hooks{db: db, survey: look, sink: sink, client: &http.Client{Transport: &http.Transport{
		MaxIdleConns: webhookConnections, MaxIdleConnsPerHost: webhookConnections}}}, nil
}

func (h *hooks) close() error { return errors.Join(h.survey.Close(), h.db.Close()) }

// happened is an event as large as order.paid.
func happened() event.Event {
	return event.Event{ID: id.New("evt"), Type: hookType, Object: "ord_0000000000000000000000", Version: 2, At: now(),
		Data: json.RawMessage(`{"id":"ord_0000000000000000000000","out_trade_no":"BENCH10000000","status":"paid","amount":1234,` +
			`"subject":"一杯咖啡 a cup of coffee","channel":"alipay.page","paid_at":"2026-03-01T04:05:06Z"}`)}
}

// events commits n events at once and waits until their attempts are durable.
func (h *hooks) events(ctx context.Context, n int) (slice, error) {
	if err := h.reset(ctx); err != nil {
		return slice{}, err
	}
	err := h.db.Webhooks().Update(ctx, func(tx webhook.Tx) (err error) {
		for range n {
			err = cmp.Or(err, tx.AddEvent(ctx, happened()))
		}
		return err
	})
	if err != nil {
		return slice{}, err
	}
	return h.arrived(ctx, n)
}

// arrived waits until n posts came and nothing is pending any more.
func (h *hooks) arrived(ctx context.Context, n int) (slice, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		count, err := h.count(ctx)
		if err != nil {
			return slice{}, err
		}
		if count.Posts > n {
			return slice{}, fmt.Errorf("%d events were posted %d times", n, count.Posts)
		}
		if count.Posts == n {
			waiting, err := h.survey.Counts(ctx, now(), now())
			if err != nil || waiting.PendingWebhooks == 0 {
				return slice{n, time.Since(time.UnixMicro(count.First))}, err
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return slice{}, fmt.Errorf("%d of %d events arrived", count.Posts, n)
		}
	}
}

func (h *hooks) reset(ctx context.Context) error {
	return call(ctx, http.MethodDelete, h.sink+"/count", "", new(sinkCount))
}

func (h *hooks) count(ctx context.Context) (c sinkCount, err error) {
	return c, call(ctx, http.MethodGet, h.sink+"/count", "", &c)
}

// bare posts n bodies as fast as net/http does.
func (h *hooks) bare(ctx context.Context, n int) (slice, error) {
	body, err := webhook.Body(happened())
	if err != nil {
		return slice{}, err
	}
	began := time.Now()
	errs := make([]error, webhookConnections)
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	for worker := range errs {
		all.Go(func() {
			for errs[worker] == nil && left.Add(-1) >= 0 {
				errs[worker] = postBare(ctx, h.client, h.sink, body, sinkAnswer)
			}
		})
	}
	all.Wait()
	return slice{n, time.Since(began)}, first(errs)
}
