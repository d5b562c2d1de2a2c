package service_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/remote"
)

// printed is a terminal that may be read while others write.
type printed struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.String()
}

// What paypush trigger makes happen, paypush listen prints and forwards.
func TestTriggeredEventsAreFollowedAndForwarded(t *testing.T) {
	p, h := newPair(t), newHook(t)
	c := remote.New(p.api.Base, p.box.Base, p.api.Key)
	ctx, cancel := context.WithCancel(t.Context())
	var out printed
	done := make(chan error, 1)
	go func() {
		done <- c.Follow(ctx, remote.Follow{Types: []string{"order.paid", "surplus.*", "refund.succeeded", "course.*"}, From: "0",
			ForwardTo: h.server.URL, Secret: c.DevSecret(), Out: &out})
	}()
	for _, kind := range append(c.Triggers(), "course.finished") {
		e, err := c.Trigger(t.Context(), kind, nil)
		if err != nil || string(e.Type) != kind || e.ID == "" {
			t.Errorf("%s: %+v %v", kind, e, err)
		}
	}
	for kind, n := range map[string]int{"order.paid": 2, "surplus.found": 1, "refund.succeeded": 1, "course.finished": 1} {
		for _, g := range h.wait(t, kind, n) {
			if !g.signedBy(t, c.DevSecret()) || !strings.Contains(out.String(), g.event.ID) {
				t.Errorf("%s is not signed, or not printed", g.body)
			}
		}
	}
	if len(h.of("order.created")) > 0 {
		t.Error("a type was forwarded that was not asked for")
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("the end of following is an error: %v", err)
	}
}

func TestFollowingAndTriggeringSayWhatIsWrong(t *testing.T) {
	p := newPair(t)
	var refused *remote.Refused
	if err := remote.New(p.api.Base, "", "sk_wrong").Follow(t.Context(), remote.Follow{From: "latest", Out: new(printed)}); !errors.As(err, &refused) || refused.Code != "key_invalid" {
		t.Errorf("a wrong key: %v", err)
	}
	for kind, c := range map[string]*remote.Client{
		"user.bound": remote.New(p.api.Base, p.box.Base, p.api.Key), // ours, and nothing makes it happen
		"order.paid": remote.New(p.api.Base, "", p.api.Key),         // without a sandbox nobody pays
		"Nonsense":   remote.New(p.api.Base, p.box.Base, p.api.Key),
	} {
		if _, err := c.Trigger(t.Context(), kind, nil); err == nil {
			t.Errorf("%s was triggered", kind)
		}
	}
}
