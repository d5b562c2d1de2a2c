package webhook

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// How sending works. An endpoint has slots of its own, so that a slow one holds
// up nobody else. Far more is leased ahead than is under way, so that one
// transaction serves many tries; what a slow endpoint leaves for too long is
// given back untried, before another node may take it.
const (
	slots     = 32
	ahead     = 1024
	leaseFor  = 45 * time.Second
	beginFor  = 25 * time.Second // of a lease: a try that begins within is over, and written down, before it ends
	lookEvery = time.Second
	grace     = 2 * time.Second
	batch     = 1000 // results that are written down at once
)

// Run sends what is due, on this node, until ctx ends; then it begins nothing
// more, cuts what is still under way after two seconds, and writes down what
// came of everything. What a dead node had in hand is due again within a minute.
func (s *Service) Run(ctx context.Context) {
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	p := &pump{Service: s, sending: sending, lanes: map[string]*lane{}, results: make(chan result, batch)}
	written := make(chan struct{})
	go func() {
		defer close(written)
		for r := range p.results {
			p.finish(r)
		}
	}()
	p.feed(ctx)
	end := time.AfterFunc(grace, cut)
	defer end.Stop()
	p.closeAllBut(nil)
	p.tries.Wait()
	close(p.results)
	<-written
}

// pump is the state of sending. One goroutine leases, one writes down, and
// each try has its own.
type pump struct {
	*Service
	sending context.Context // ends when tries under way are to be cut
	tries   sync.WaitGroup  // that have no result yet
	results chan result

	mu    sync.Mutex
	lanes map[string]*lane
}

// lane is what was leased for one endpoint and is not written down yet.
type lane struct {
	leased int // guarded by the pump
	slots  chan struct{}
	closed chan struct{} // closed when no further try may begin
	close  func()
}

func newLane() *lane {
	closed := make(chan struct{})
	return &lane{slots: make(chan struct{}, slots), closed: closed, close: sync.OnceFunc(func() { close(closed) })}
}

// ended reports whether no further try may begin.
func (l *lane) ended() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// enter waits for a slot and reports whether a try may begin in it, which it
// may until last.
func (l *lane) enter(last time.Time) bool {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return false
	}
	if l.ended() || time.Now().After(last) {
		<-l.slots
		return false
	}
	return true
}

// result is one leased delivery and what came of it.
type result struct {
	delivery    Delivery
	attempt     Attempt
	retryAfter  time.Duration
	interrupted bool // cut by our own end, which says nothing of the endpoint
	released    bool // never tried
}

// feed leases what is due until ctx ends: when something is new, when results
// have made room, and every second.
func (p *pump) feed(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-p.wake:
		case <-ctx.Done():
			return
		}
		if err := p.fill(ctx); err != nil && ctx.Err() == nil {
			p.log.LogAttrs(ctx, slog.LevelError, "webhooks can't be sent", slog.Any("error", err))
		}
	}
}

// fill leases what is due for every endpoint, and stops what waits for one
// that is not enabled any more.
func (p *pump) fill(ctx context.Context) error {
	endpoints, err := p.store.Endpoints(ctx)
	if err != nil {
		return fault.Wrap("webhook.Run", err)
	}
	p.closeAllBut(endpoints)
	for _, e := range endpoints {
		if !e.Enabled {
			continue
		}
		if err := p.fillOne(ctx, e); err != nil {
			return fault.Wrap("webhook.Run "+e.ID, err)
		}
	}
	return nil
}

func (p *pump) closeAllBut(endpoints []Endpoint) {
	enabled := map[string]bool{}
	for _, e := range endpoints {
		enabled[e.ID] = e.Enabled
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, l := range p.lanes {
		if !enabled[id] {
			l.close()
		}
	}
}

func (p *pump) fillOne(ctx context.Context, e Endpoint) error {
	free := p.free(e.ID)
	if free < ahead/2 {
		return nil
	}
	now, began := p.now(), time.Now()
	due, err := p.store.Due(ctx, e.ID, now)
	if err != nil || !due {
		return err
	}
	secrets, err := p.openSecrets(e)
	if err != nil {
		return err
	}
	leased, err := p.store.Lease(ctx, e.ID, now, began.Add(leaseFor), free)
	if err != nil || len(leased) == 0 {
		return err
	}
	l := p.lane(e.ID, len(leased))
	values := signing(secrets, now)
	for _, d := range leased {
		p.tries.Go(func() {
			if !l.enter(began.Add(beginFor)) {
				p.results <- result{delivery: d, attempt: Attempt{EndpointID: e.ID}, released: true}
				return
			}
			r := p.try(p.sending, e, values, d)
			<-l.slots
			p.results <- r
		})
	}
	return nil
}

// free tells how many more may be leased for an endpoint: none where its lane
// has ended and not everything in it is written down.
func (p *pump) free(endpointID string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[endpointID]
	switch {
	case l == nil:
		return ahead
	case l.ended():
		return 0
	}
	return ahead - l.leased
}

// lane is an endpoint's, with n more in it.
func (p *pump) lane(endpointID string, n int) *lane {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := cmp.Or(p.lanes[endpointID], newLane())
	l.leased += n
	p.lanes[endpointID] = l
	return l
}

// try posts one delivery once.
func (s *Service) try(ctx context.Context, e Endpoint, secrets []string, d Delivery) result {
	r := result{delivery: d, attempt: Attempt{ID: s.newID("wha"), DeliveryID: d.ID, EndpointID: e.ID,
		Number: d.Attempts + 1, At: s.now(), SignedAt: time.Now().UTC().Truncate(time.Second)}}
	signature, err := Sign(secrets, d.EventID, r.attempt.SignedAt, d.Body)
	if err != nil {
		r.attempt.Error = "The endpoint's secret is broken. Rotate it."
		return r
	}
	reply := s.sender.Post(ctx, Request{URL: e.URL, ID: d.EventID, At: r.attempt.SignedAt, Signature: signature, Body: d.Body})
	r.attempt.HTTPStatus, r.attempt.Response, r.attempt.Error, r.attempt.Took = reply.Status, reply.Body, reply.Error, reply.Took
	r.retryAfter, r.interrupted = reply.RetryAfter, reply.Status == 0 && ctx.Err() != nil
	return r
}

// finish writes down a result and others that are there. What was leased is
// given back whether or not that succeeds.
func (p *pump) finish(first result) {
	all := []result{first}
	for waiting := min(len(p.results), batch-1); waiting > 0; waiting-- {
		all = append(all, <-p.results)
	}
	p.closeGone(all)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.sending), 5*time.Second)
	defer cancel()
	if err := p.settle(ctx, all); err != nil {
		p.log.LogAttrs(ctx, slog.LevelError, "webhook attempts were not written down; they are made again",
			slog.Int("attempts", len(all)), slog.Any("error", err))
	}
	p.leave(all)
	p.stir()
}

// closeGone begins no further try at endpoints that asked to hear no more.
func (p *pump) closeGone(all []result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range all {
		if r.attempt.HTTPStatus == statusGone {
			p.lanes[r.attempt.EndpointID].close()
		}
	}
}

// leave makes room in the lanes.
func (p *pump) leave(all []result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range all {
		l := p.lanes[r.attempt.EndpointID]
		if l.leased--; l.leased == 0 {
			delete(p.lanes, r.attempt.EndpointID)
		}
	}
}
