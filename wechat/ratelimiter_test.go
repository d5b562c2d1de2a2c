package wechat_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paypush/paypush/wechat"
)

func TestRateLimiterSpreadsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := wechat.NewRateLimiter(map[string]wechat.Rate{"/a": {Calls: 10, Per: time.Second, Burst: 5}})
		began := time.Now()
		var wg sync.WaitGroup
		for range 25 {
			wg.Go(func() {
				if err := l.Wait(t.Context(), "wx1", "/a"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("25 calls took %v", took)
		}
		for _, key := range [][2]string{{"wx2", "/a"}, {"wx1", "/b"}} {
			at := time.Now()
			if err := l.Wait(t.Context(), key[0], key[1]); err != nil || time.Since(at) != 0 {
				t.Errorf("%v waited", key)
			}
		}
	})
}

func TestRateLimiterHeedsTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(t).withPing()
		c := bubbleClient(p, func(cfg *wechat.Config) {
			cfg.Limiter = wechat.NewRateLimiter(map[string]wechat.Rate{"": {Calls: 1, Per: time.Minute}})
		})
		if err := c.SendText(t.Context(), "o", "x"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := c.SendText(ctx, "o", "x")
		var e *wechat.Error
		if !errors.Is(err, wechat.ErrRateLimited) || !errors.As(err, &e) || !e.Retryable() {
			t.Fatal(err)
		}
		if p.calls(pingPath) != 1 {
			t.Error("sent in spite of the limit")
		}
		at := time.Now()
		if err := c.SendText(t.Context(), "o", "x"); err != nil || time.Since(at) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(at))
		}
	})
}
