package webhook

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// How sending works. An endpoint has slots of its own, so that a slow one holds
// up nobody else, and an equal share of what a node has in hand. What is new is
// leased to the node that makes it as it is made; what is due again, or found no
// room, is leased later. Far more is in hand than is under way, so that one
// transaction serves many tries; what a slow endpoint leaves for too long is
// given back untried, before another node may take it.
const (
	slots     = 32
	inHand    = 8192 // by all endpoints together
	leaseFor  = 45 * time.Second
	beginFor  = 25 * time.Second // of a lease: a try that begins within is over, and written down, before it ends
	lookEvery = time.Second
	grace     = 2 * time.Second
	batch     = 1000                  // results that are written down at once
	gatherFor = 25 * time.Millisecond // that the first of a batch waits for others while any are under way
)

// share is how many deliveries to one of n endpoints a node has in hand.
func share(n int) int { return inHand / max(1, n) }

// Run sends what is due, on this node, until ctx ends; then it begins nothing
// more, cuts what is still under way after two seconds, and writes down what
// came of everything. What a dead node had in hand is due again within a minute.
func (s *Service) Run(ctx context.Context) {
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	p := &pump{Service: s, sending: sending, lanes: map[string]*lane{}, results: make(chan result, batch)}
	s.pump.Store(p)
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
	p.stop()
	p.tries.Wait()
	close(p.results)
	<-written
}

// pump is the state of sending. One goroutine leases, one writes down, and
// each slot that is taken has its own.
type pump struct {
	*Service
	sending context.Context // ends when tries under way are to be cut
	tries   sync.WaitGroup  // in hand, without a result yet
	results chan result

	mu    sync.Mutex
	lanes map[string]*lane
	held  int  // by all of them
	ended bool // nothing more is taken in hand
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
	p.endAllBut(endpoints)
	for _, e := range endpoints {
		if !e.Enabled {
			continue
		}
		if err := p.fillOne(ctx, e, share(len(endpoints))); err != nil {
			return fault.Wrap("webhook.Run "+e.ID, err)
		}
	}
	return nil
}

func (p *pump) endAllBut(endpoints []Endpoint) {
	enabled := map[string]bool{}
	for _, e := range endpoints {
		enabled[e.ID] = e.Enabled
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, l := range p.lanes {
		if !enabled[id] {
			p.end(id, l)
		}
	}
}

// stop takes nothing more in hand and begins no further try.
func (p *pump) stop() {
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	p.endAllBut(nil)
}

func (p *pump) fillOne(ctx context.Context, e Endpoint, share int) error {
	room := p.room(e.ID, share)
	if room < share/2 {
		return nil
	}
	now, began := p.now(), time.Now()
	due, err := p.store.Due(ctx, e.ID, now)
	if err != nil {
		return err
	}
	if !due {
		p.take(e.ID, 0, false)
		return nil
	}
	secrets, err := p.openSecrets(e)
	if err != nil {
		return err
	}
	leased, err := p.store.Lease(ctx, e.ID, now, began.Add(leaseFor), room)
	if err != nil {
		return err
	}
	p.take(e.ID, len(leased), len(leased) == room)
	p.put(e.ID, tasks(leased, e, signing(secrets, now), began))
	return nil
}

// room tells how many more may be leased for an endpoint: none where its lane
// has ended and not everything in it is written down.
func (p *pump) room(endpointID string, share int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[endpointID]
	switch {
	case l == nil:
		return share
	case l.ended:
		return 0
	}
	return share - l.held
}

// take counts what was leased, and notes whether more is due.
func (p *pump) take(endpointID string, n int, behind bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lane(endpointID)
	l.held, l.behind = l.held+n, behind
	p.held += n
	p.tries.Add(n)
}

// finish writes down a result and others that come soon. What was leased is
// given back whether or not that succeeds.
func (p *pump) finish(first result) {
	all := p.gather(first)
	p.endGone(all)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.sending), 5*time.Second)
	defer cancel()
	if err := p.settle(ctx, all); err != nil {
		p.log.LogAttrs(ctx, slog.LevelError, "webhook attempts were not written down; they are made again",
			slog.Int("attempts", len(all)), slog.Any("error", err))
	}
	if p.leaveAll(all) {
		p.stir()
	}
}

// gather waits a little for more results while any may come.
func (p *pump) gather(first result) []result {
	all := []result{first}
	late := time.NewTimer(gatherFor)
	defer late.Stop()
	for len(all) < batch && p.more(len(all)) {
		select {
		case r, ok := <-p.results:
			if !ok {
				return all
			}
			all = append(all, r)
		case <-late.C:
			return all
		}
	}
	return all
}

// more reports whether more than n are in hand.
func (p *pump) more(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held > n
}

// endGone begins no further try at endpoints that asked to hear no more.
func (p *pump) endGone(all []result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range all {
		if r.attempt.HTTPStatus == statusGone {
			p.end(r.attempt.EndpointID, p.lanes[r.attempt.EndpointID])
		}
	}
}

// leaveAll makes room in the lanes and reports whether more waits for it.
func (p *pump) leaveAll(all []result) (behind bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range all {
		id := r.attempt.EndpointID
		behind = behind || p.lanes[id].behind
		p.leave(id, 1)
	}
	return behind
}
