package webhook

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// How the sending loop works. An endpoint has slots of its own, so that a slow
// one holds up nobody else. More is leased ahead than is under way, so that one
// transaction serves many tries; the lease outlives even the last of them when
// each takes as long as it may.
const (
	slots     = 32
	ahead     = 256
	leaseFor  = 2 * time.Minute
	lookEvery = time.Second
	grace     = 2 * time.Second
	batch     = 500 // results that are written down at once
)

// Run sends what is due, on this node, until ctx ends; then it begins nothing
// more, cuts what is still under way after two seconds, and writes down what
// came of everything. What a dead node had in hand is due again two minutes
// later.
func (s *Service) Run(ctx context.Context) {
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	p := &pump{Service: s, sending: sending, lanes: map[string]*lane{}, results: make(chan result, ahead*MaxEndpoints)}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-tick.C:
			p.fill(ctx)
		case <-s.wake:
			p.fill(ctx)
		case r := <-p.results:
			p.finish(r)
			if p.more {
				p.fill(ctx)
			}
		case <-ctx.Done():
		}
	}
	end := time.AfterFunc(grace, cut)
	defer end.Stop()
	for _, l := range p.lanes {
		l.close()
	}
	for len(p.lanes) > 0 {
		p.finish(<-p.results)
	}
}

// pump is the state of one sending loop; one goroutine owns it.
type pump struct {
	*Service
	sending context.Context // ends when tries under way are to be cut
	lanes   map[string]*lane
	more    bool // whether something due was left behind
	results chan result
}

// lane is what was leased for one endpoint and has no result yet.
type lane struct {
	leased int
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

// enter waits for a slot and reports whether a try may begin in it.
func (l *lane) enter() bool {
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return false
	}
	if l.ended() {
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

// fill leases what is due for every endpoint, and stops what waits for one
// that is not enabled any more.
func (p *pump) fill(ctx context.Context) {
	p.more = false
	endpoints, err := p.store.Endpoints(ctx)
	if err == nil {
		p.closeAllBut(endpoints)
	}
	for _, e := range endpoints {
		if err == nil && e.Enabled {
			err = p.fillOne(ctx, e)
		}
	}
	if err != nil && ctx.Err() == nil {
		p.log.LogAttrs(ctx, slog.LevelError, "webhooks can't be sent", slog.Any("error", err))
	}
}

func (p *pump) closeAllBut(endpoints []Endpoint) {
	enabled := map[string]bool{}
	for _, e := range endpoints {
		enabled[e.ID] = e.Enabled
	}
	for id, l := range p.lanes {
		if !enabled[id] {
			l.close()
		}
	}
}

func (p *pump) fillOne(ctx context.Context, e Endpoint) error {
	l := cmp.Or(p.lanes[e.ID], newLane())
	free := ahead - l.leased
	if free < ahead/2 || l.ended() {
		p.more = true
		return nil
	}
	now := p.now()
	due, err := p.store.Due(ctx, e.ID, now)
	if err != nil || !due {
		return fault.Wrap("webhook.Run "+e.ID, err)
	}
	secrets, err := p.openSecrets(e)
	if err != nil {
		return err
	}
	leased, err := p.store.Lease(ctx, e.ID, now, time.Now().Add(leaseFor), free)
	if err != nil || len(leased) == 0 {
		return fault.Wrap("webhook.Run "+e.ID, err)
	}
	p.more = p.more || len(leased) == free
	p.lanes[e.ID] = l
	l.leased += len(leased)
	values := signing(secrets, now)
	for _, d := range leased {
		go func() {
			if !l.enter() {
				p.results <- result{delivery: d, attempt: Attempt{EndpointID: e.ID}, released: true}
				return
			}
			p.results <- p.try(p.sending, e, values, d)
			<-l.slots
		}()
	}
	return nil
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

// finish writes down a result and others that are there.
func (p *pump) finish(first result) {
	all := []result{first}
	for waiting := min(len(p.results), batch); waiting > 0; waiting-- {
		all = append(all, <-p.results)
	}
	for _, r := range all {
		l := p.lanes[r.attempt.EndpointID]
		if r.attempt.HTTPStatus == statusGone {
			l.close()
		}
		if l.leased--; l.leased == 0 {
			delete(p.lanes, r.attempt.EndpointID)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.sending), 5*time.Second)
	defer cancel()
	if err := p.settle(ctx, all); err != nil {
		p.log.LogAttrs(ctx, slog.LevelError, "webhook attempts were not written down; they are made again",
			slog.Int("attempts", len(all)), slog.Any("error", err))
	}
}
