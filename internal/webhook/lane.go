package webhook

import (
	"context"
	"time"
)

// task is one leased delivery on its way to its endpoint.
type task struct {
	Delivery
	url     string
	secrets []string  // that sign
	last    time.Time // real time after which its try may not begin
}

// result is a task and what came of it.
type result struct {
	delivery    Delivery
	attempt     Attempt
	retryAfter  time.Duration
	interrupted bool // cut by our own end, which says nothing of the endpoint
	released    bool // never tried
}

// tasks are deliveries to an endpoint whose lease began at a moment.
func tasks(all []Delivery, to Endpoint, secrets []string, began time.Time) []task {
	out := make([]task, len(all))
	for i, d := range all {
		out[i] = task{d, to.URL, secrets, began.Add(beginFor)}
	}
	return out
}

func (t task) release() result {
	return result{delivery: t.Delivery, attempt: Attempt{EndpointID: t.EndpointID}, released: true}
}

// carry tries to deliver, unless it is too late to begin.
func (p *pump) carry(t task) result {
	if time.Now().After(t.last) {
		return t.release()
	}
	return p.try(p.sending, t)
}

// try posts one delivery once.
func (s *Service) try(ctx context.Context, t task) result {
	r := result{delivery: t.Delivery, attempt: Attempt{ID: s.newID("wha"), DeliveryID: t.ID, EndpointID: t.EndpointID,
		Number: t.Attempts + 1, At: s.now(), SignedAt: time.Now().UTC().Truncate(time.Second)}}
	signature, err := Sign(t.secrets, t.EventID, r.attempt.SignedAt, t.Body)
	if err != nil {
		r.attempt.Error = "The endpoint's secret is broken. Rotate it."
		return r
	}
	reply := s.sender.Post(ctx, Request{URL: t.url, ID: t.EventID, At: r.attempt.SignedAt, Signature: signature, Body: t.Body})
	r.attempt.HTTPStatus, r.attempt.Response, r.attempt.Error, r.attempt.Took = reply.Status, reply.Body, reply.Error, reply.Took
	r.retryAfter, r.interrupted = reply.RetryAfter, reply.Status == 0 && ctx.Err() != nil
	return r
}

// lane is what this node has in hand for one endpoint. The pump guards it.
type lane struct {
	held   int    // leased, or about to be, and not written down yet
	queue  []task // that wait for a slot
	busy   int    // slots that are taken
	ended  bool   // no further try may begin
	behind bool   // more is due than is in hand, and goes first
}

// hold makes room for up to n deliveries that are leased as they are made, and
// tells how many. Each of them is to be handed to put or to drop. There is none
// where others wait already.
func (p *pump) hold(endpointID string, n, share int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return 0
	}
	l := p.lane(endpointID)
	if l.ended || l.behind {
		return 0
	}
	room := min(n, max(0, share-l.held))
	l.behind = room < n
	l.held += room
	p.held += room
	p.tries.Add(room)
	return room
}

// drop gives room back.
func (p *pump) drop(endpointID string, n int) {
	if n == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave(endpointID, n)
	p.tries.Add(-n)
}

// lane is an endpoint's.
func (p *pump) lane(endpointID string) *lane {
	l := p.lanes[endpointID]
	if l == nil {
		l = new(lane)
		p.lanes[endpointID] = l
	}
	return l
}

// leave makes room. An endpoint whose lane has ended may get another once
// everything in it is written down.
func (p *pump) leave(endpointID string, n int) {
	l := p.lanes[endpointID]
	p.held -= n
	if l.held -= n; l.held == 0 && l.ended {
		delete(p.lanes, endpointID)
	}
}

// put has tasks of one endpoint tried, as many at once as it has slots.
func (p *pump) put(endpointID string, tasks []task) {
	if len(tasks) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lanes[endpointID]
	if l.ended {
		go p.release(tasks)
		return
	}
	l.queue = append(l.queue, tasks...)
	for range min(slots-l.busy, len(tasks)) {
		l.busy++
		go p.work(l)
	}
}

// work carries one task after the other until none waits.
func (p *pump) work(l *lane) {
	for t, ok := p.next(l); ok; t, ok = p.next(l) {
		p.results <- p.carry(t)
		p.tries.Done()
	}
}

func (p *pump) next(l *lane) (t task, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(l.queue) == 0 {
		l.queue = nil
		l.busy--
		return task{}, false
	}
	t, l.queue[0] = l.queue[0], task{}
	l.queue = l.queue[1:]
	return t, true
}

// end begins no further try in a lane and gives back what waits in it.
func (p *pump) end(endpointID string, l *lane) {
	if l.ended {
		return
	}
	l.ended = true
	go p.release(l.queue)
	l.queue = nil
	p.leave(endpointID, 0)
}

func (p *pump) release(tasks []task) {
	for _, t := range tasks {
		p.results <- t.release()
		p.tries.Done()
	}
}
