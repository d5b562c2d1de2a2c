package webhook

import (
	"context"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// How the sending loop works. An endpoint has slots of its own, so that a slow
// one holds up nobody else; a lease outlives the longest try by far.
const (
	slots     = 32
	leaseFor  = time.Minute
	lookEvery = time.Second
	grace     = 2 * time.Second
)

// Run sends what is due, on this node, until ctx ends; then it takes nothing
// more, cuts what is still under way after two seconds, and writes down what
// came of everything. What a dead node had in hand is due again a minute
// later.
func (s *Service) Run(ctx context.Context) {
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	p := &pump{Service: s, sending: sending, flying: map[string]int{}, results: make(chan result, slots*MaxEndpoints)}
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
	for p.total > 0 {
		p.finish(<-p.results)
	}
}

// pump is the state of one sending loop; one goroutine owns it.
type pump struct {
	*Service
	sending context.Context // ends when tries under way are to be cut
	flying  map[string]int  // tries under way, by endpoint
	total   int
	more    bool // whether something due was left behind
	results chan result
}

// result is one try and what came of it.
type result struct {
	delivery    Delivery
	attempt     Attempt
	retryAfter  time.Duration
	interrupted bool // cut by our own end, which says nothing of the endpoint
}

// fill takes what is due into the free slots of every endpoint.
func (p *pump) fill(ctx context.Context) {
	p.more = false
	endpoints, err := p.store.Endpoints(ctx)
	for _, e := range endpoints {
		if err == nil && e.Enabled {
			err = p.fillOne(ctx, e)
		}
	}
	if err != nil && ctx.Err() == nil {
		p.log.LogAttrs(ctx, slog.LevelError, "webhooks can't be sent", slog.Any("error", err))
	}
}

func (p *pump) fillOne(ctx context.Context, e Endpoint) error {
	free := slots - p.flying[e.ID]
	if free == 0 {
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
	if err != nil {
		return fault.Wrap("webhook.Run "+e.ID, err)
	}
	p.more = p.more || len(leased) == free
	values := signing(secrets, now)
	for _, d := range leased {
		p.flying[e.ID]++
		p.total++
		go func() { p.results <- p.try(p.sending, e, values, d) }()
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

// finish writes down a result and all others that are there.
func (p *pump) finish(first result) {
	all := []result{first}
	for waiting := len(p.results); waiting > 0; waiting-- {
		all = append(all, <-p.results)
	}
	for _, r := range all {
		p.total--
		if p.flying[r.attempt.EndpointID]--; p.flying[r.attempt.EndpointID] == 0 {
			delete(p.flying, r.attempt.EndpointID)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.sending), 5*time.Second)
	defer cancel()
	if err := p.settle(ctx, all); err != nil {
		p.log.LogAttrs(ctx, slog.LevelError, "webhook attempts were not written down; they are made again",
			slog.Int("attempts", len(all)), slog.Any("error", err))
	}
}
