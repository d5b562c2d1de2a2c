package wechat

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

// Bounds of the queue towards the callback URL.
const (
	pushWorkers = 16
	keptPushes  = 500
)

// pushed is one thing the platform tells the account, with every attempt.
type pushed struct {
	ID       int64     `json:"id"`
	Person   uint32    `json:"person"`
	OpenID   string    `json:"openid"`
	At       int64     `json:"create_time"`
	Fields   []field   `json:"fields"`
	State    string    `json:"state"`
	Attempts []attempt `json:"attempts"`

	done  chan struct{} // closed when it is pending no more; nil after a restart
	reply message       // what the account answered
}

// attempt is one try to reach the callback URL.
type attempt struct {
	At     time.Time `json:"at"`
	Status int       `json:"status,omitempty"`
	Answer string    `json:"answer,omitempty"`
	Reason string    `json:"reason,omitempty"`
	Millis int64     `json:"millis"`
}

// The states of a push.
const (
	pushPending   = "pending"
	pushDelivered = "delivered"
	pushFailed    = "failed"
)

// pushes are the queue and the newest of what was pushed.
type pushes struct {
	last    int64
	queue   []*pushed
	working int
	newest  []*pushed
}

// push queues one push about person n and answers it. Without a callback URL
// nothing is said.
func (p *Platform) push(n uint32, fields []field) *pushed {
	if p.account.Settings.CallbackURL == "" {
		return nil
	}
	p.pushes.last++
	it := &pushed{ID: p.pushes.last, Person: n, OpenID: p.codec.openid(n), At: p.world.Now().Unix(), Fields: fields, State: pushPending,
		done: make(chan struct{})}
	p.pushes.newest = append(p.pushes.newest, it)
	if extra := len(p.pushes.newest) - keptPushes; extra > 0 {
		p.pushes.newest = p.pushes.newest[extra:]
	}
	p.keepPush(it)
	p.enqueue(it)
	return it
}

// keepPush journals a pending push, and forgets one that ended.
func (p *Platform) keepPush(it *pushed) {
	id := strconv.FormatInt(it.ID, 10)
	if it.State == pushPending {
		p.put("push", id, it)
		return
	}
	p.put("push", id, nil)
}

// enqueue gives the push to the workers; the caller holds the lock.
func (p *Platform) enqueue(it *pushed) {
	p.pushes.queue = append(p.pushes.queue, it)
	if p.pushes.working < pushWorkers {
		p.pushes.working++
		p.world.AfterFunc(0, p.work)
	}
}

// work sends what is queued until nothing is left.
func (p *Platform) work(ctx context.Context) {
	for {
		p.mu.Lock()
		if len(p.pushes.queue) == 0 || ctx.Err() != nil {
			p.pushes.working--
			p.mu.Unlock()
			return
		}
		it := p.pushes.queue[0]
		p.pushes.queue = p.pushes.queue[1:]
		p.mu.Unlock()
		p.deliverPush(ctx, it)
	}
}

// deliverPush makes one attempt, with the faults that strike it.
func (p *Platform) deliverPush(ctx context.Context, it *pushed) {
	s := p.draw(atCallback, it.path())
	if s.later || s.wait > 0 {
		p.holdBack(it, s)
		return
	}
	p.attempt(ctx, it, s)
	if s.twice {
		p.attempt(ctx, it, strike{})
	}
}

// holdBack sends the push later in the world's time, so that others overtake.
func (p *Platform) holdBack(it *pushed, s strike) {
	wait := max(s.wait, 3*time.Second)
	s.wait, s.later = 0, false
	p.world.AfterFunc(wait, func(ctx context.Context) {
		p.attempt(ctx, it, s)
		if s.twice {
			p.attempt(ctx, it, strike{})
		}
	})
}

// path is what a fault's path is compared with: the event or message type.
func (it *pushed) path() string {
	for _, name := range []string{"Event", "MsgType"} {
		for _, f := range it.Fields {
			if f.Name == name && f.Value != "event" {
				return f.Value
			}
		}
	}
	return ""
}

// attempt posts once, logs it, and plans the repeat when it failed: as long
// after the beginning as the platform is patient, until enough were sent.
func (p *Platform) attempt(ctx context.Context, it *pushed, s strike) {
	begun, real := p.world.Now(), time.Now()
	status, answer, reason := p.post(ctx, it, s)
	if ctx.Err() != nil {
		return // the world ends; the journal still says pending
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	it.Attempts = append(it.Attempts, attempt{begun, status, clip(answer), reason, time.Since(real).Milliseconds()})
	p.world.Publish("wechat")
	pending := it.State == pushPending
	switch {
	case it.State == pushDelivered:
	case reason == "":
		it.State = pushDelivered
		p.takeReply(it, answer)
	case len(it.Attempts) < max(1, p.account.Settings.Retries):
		p.world.AfterFunc(p.patience-p.world.Now().Sub(begun), func(context.Context) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.enqueue(it)
		})
	default:
		it.State = pushFailed
		p.sayFaulty(it)
	}
	if pending && it.State != pushPending && it.done != nil {
		close(it.done)
	}
	p.keepPush(it)
}

// clip keeps log entries short.
func clip(s string) string {
	if len(s) > 512 {
		return s[:512] + "…"
	}
	return s
}

// resumePushes goes on with what was pending when the process ended.
func (p *Platform) resumePushes() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, it := range p.pushes.newest {
		if it.State == pushPending {
			p.enqueue(it)
		}
	}
}

// restorePush reads a pending push back.
func (p *Platform) restorePush(_ string, raw json.RawMessage) error {
	var it pushed
	if err := json.Unmarshal(raw, &it); err != nil {
		return err
	}
	p.pushes.last = max(p.pushes.last, it.ID)
	p.pushes.newest = append(p.pushes.newest, &it)
	return nil
}
