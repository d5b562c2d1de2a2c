// Package pushtest is a channel for tests of the domain of messages: it
// remembers what it delivered and fails as it is told.
//
// The rule that surprises: it recognises a message that it has delivered
// already, as a platform with a deduplication window does, and does not
// deliver it twice.
package pushtest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/paypush/paypush/internal/push"
)

// Channel implements [push.Channel]. Its zero value is ready and safe for any
// number of goroutines.
type Channel struct {
	mu        sync.Mutex
	ends      []push.Outcome
	tries     int
	delivered []push.Message
	known     map[string]bool
	window    time.Duration
	calls     []push.Mass
	stranger  string
}

var (
	_ push.Channel    = (*Channel)(nil)
	_ push.Recogniser = (*Channel)(nil)
)

// Next names how the next tries end; after them every try delivers. A try that
// ends as unknown has delivered.
func (c *Channel) Next(ends ...push.Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends = append(c.ends, ends...)
}

// Send implements [push.Channel].
func (c *Channel) Send(_ context.Context, m push.Message) push.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tries++
	out := push.Outcome{Status: push.Sent, Code: "0", PlatformID: "p" + m.ID}
	if len(c.ends) > 0 {
		out, c.ends = c.ends[0], c.ends[1:]
	}
	if (out.Status == push.Sent || out.Status == push.Unknown) && !c.known[m.ID] {
		if c.known == nil {
			c.known = make(map[string]bool)
		}
		c.known[m.ID] = true
		c.delivered = append(c.delivered, m)
	}
	return out
}

// Delivered lists what arrived.
func (c *Channel) Delivered() []push.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]push.Message(nil), c.delivered...)
}

// Tries tells how often the channel was asked to send.
func (c *Channel) Tries() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tries
}

// Recognising makes a channel that says for how long it recognises a
// repetition of a template message.
func Recognising(window time.Duration) *Channel { return &Channel{window: window} }

// Recognised implements [push.Recogniser]; a text is never recognised.
func (c *Channel) Recognised(m push.Message) time.Duration {
	if m.Kind == push.KindText {
		return 0
	}
	return c.window
}

// Refuse has every mass call refused that somebody is in.
func (c *Channel) Refuse(openid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stranger = openid
}

// SendMass implements [push.Masser].
func (c *Channel) SendMass(_ context.Context, m push.Mass) push.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, m)
	out := push.Outcome{Status: push.Sent, PlatformID: m.ID}
	if slices.Contains(m.Recipients, c.stranger) {
		return push.Outcome{Status: push.Failed, Code: "40003", Somebody: true}
	}
	if len(c.ends) > 0 {
		out, c.ends = c.ends[0], c.ends[1:]
	}
	return out
}

// Calls lists the calls of mass send.
func (c *Channel) Calls() []push.Mass {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]push.Mass(nil), c.calls...)
}
