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

const pingPath = "/cgi-bin/message/custom/send"

func (p *platform) withPing() *platform {
	p.on(pingPath, `{"errcode":0,"errmsg":"ok"}`)
	return p
}

func TestInvariant14SingleFlight(t *testing.T) {
	p := newPlatform(t)
	c := p.client()
	var wg sync.WaitGroup
	for range 2000 {
		wg.Go(func() {
			if _, err := c.AccessToken(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if fetches, _ := p.counts(); fetches != 1 {
		t.Errorf("fetches = %d, want 1", fetches)
	}
}

func TestInvariant14RefreshedAheadWithoutWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(t).withPing()
		c := bubbleClient(p)
		first, _ := c.AccessToken(t.Context())
		time.Sleep(2*time.Hour - 3*time.Minute)
		still, err := c.AccessToken(t.Context())
		if err != nil || still != first {
			t.Fatalf("token in its last minutes: changed %v, err %v", still != first, err)
		}
		synctest.Wait()
		next, _ := c.AccessToken(t.Context())
		if next == first {
			t.Error("token was not replaced ahead of its expiry")
		}
		if fetches, _ := p.counts(); fetches != 2 {
			t.Errorf("fetches = %d, want 2", fetches)
		}
	})
}

func TestTokenOutlivesAFailingRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(t)
		c := bubbleClient(p)
		first, _ := c.AccessToken(t.Context())
		p.tokenErr = -1
		time.Sleep(2*time.Hour - 3*time.Minute)
		for range 100 {
			if got, err := c.AccessToken(t.Context()); err != nil || got != first {
				t.Fatalf("changed %v, err %v", got != first, err)
			}
			synctest.Wait()
		}
		if fetches, _ := p.counts(); fetches != 2 {
			t.Errorf("fetches = %d, want one more than the first", fetches)
		}
		time.Sleep(3 * time.Minute)
		if _, err := c.AccessToken(t.Context()); err == nil {
			t.Error("expired token was handed out")
		}
	})
}

func TestInvariant14BadTokenIsReplacedOnce(t *testing.T) {
	for _, code := range []int{40001, 40014, 42001} {
		p := newPlatform(t).withPing()
		c := p.client()
		if err := c.SendText(t.Context(), testOpenID, "a"); err != nil {
			t.Fatal(err)
		}
		p.spoil(code)
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				if err := c.SendText(t.Context(), testOpenID, "b"); err != nil {
					t.Errorf("%d: %v", code, err)
				}
			})
		}
		wg.Wait()
		fetches, forced := p.counts()
		if fetches != 3 || forced != 1 {
			t.Errorf("%d: fetches %d forced %d, want the first, a normal and a forced one", code, fetches, forced)
		}
	}
}

func TestInvariant14StoreIsReadBeforeFetching(t *testing.T) {
	p := newPlatform(t).withPing()
	store := wechat.NewMemoryTokenStore()
	share := func(cfg *wechat.Config) { cfg.TokenStore = store }
	one, two := p.client(share), p.client(share)
	for _, c := range []*wechat.Client{one, two} {
		if err := c.SendText(t.Context(), testOpenID, "a"); err != nil {
			t.Fatal(err)
		}
	}
	p.spoil(40001)
	for _, c := range []*wechat.Client{one, two} {
		if err := c.SendText(t.Context(), testOpenID, "b"); err != nil {
			t.Fatal(err)
		}
	}
	fetches, forced := p.counts()
	if fetches != 3 || forced != 1 {
		t.Errorf("fetches %d forced %d: the second node did not use the first one's token", fetches, forced)
	}
}

func TestInvariant14ForceLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Half an hour past midnight in Shanghai leaves the day long enough.
		time.Sleep(30*time.Minute + 16*time.Hour)
		p := newPlatform(t).withPing()
		store := wechat.NewMemoryTokenStore()
		node := func() *wechat.Client {
			return bubbleClient(p, func(cfg *wechat.Config) { cfg.TokenStore = store })
		}
		one, two := node(), node()
		send := func(c *wechat.Client) error { return c.SendText(context.Background(), testOpenID, "x") }
		refused := 0
		for range 40 {
			if err := send(one); err != nil {
				refused++
			}
			p.spoil(40001)
			time.Sleep(31 * time.Second)
		}
		if _, forced := p.counts(); forced != 20 || refused != 19 {
			t.Fatalf("forced %d refused %d, want 20 and 19", forced, refused)
		}
		err := send(two)
		var e *wechat.Error
		if !errors.As(err, &e) || e.Code != 40001 || !errors.Is(err, wechat.ErrForceLimit) || !e.Retryable() {
			t.Fatalf("another node: %v", err)
		}
		time.Sleep(24 * time.Hour)
		if err := send(two); err != nil {
			t.Fatalf("next day: %v", err)
		}
	})
}

func TestInvariant14ForceSpacing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(t).withPing()
		c := bubbleClient(p)
		send := func() error { return c.SendText(t.Context(), testOpenID, "x") }
		_ = send()
		p.spoil(40001)
		if err := send(); err != nil {
			t.Fatal(err)
		}
		p.spoil(40001)
		for range 50 {
			if err := send(); !errors.Is(err, wechat.ErrForceLimit) {
				t.Fatalf("within 30 s: %v", err)
			}
		}
		fetches, forced := p.counts()
		if forced != 1 || fetches != 4 {
			t.Errorf("fetches %d forced %d: a storm", fetches, forced)
		}
		time.Sleep(31 * time.Second)
		if err := send(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestClassicTokenIsNotFetchedInAStorm(t *testing.T) {
	p := newPlatform(t)
	p.handle(pingPath, nil)
	p.on(pingPath, `{"errcode":40001,"errmsg":"invalid credential"}`)
	c := p.client(func(cfg *wechat.Config) { cfg.ClassicToken = true })
	for range 50 {
		if err := c.SendText(t.Context(), testOpenID, "x"); err == nil {
			t.Fatal("no error")
		}
	}
	if fetches, _ := p.counts(); fetches != 2 {
		t.Errorf("fetches = %d, want 2", fetches)
	}
	if p.calls("/cgi-bin/stable_token") != 0 {
		t.Error("stable_token was asked")
	}
}

func TestRefusedCredentialsAreNotAskedForAgainAtOnce(t *testing.T) {
	p := newPlatform(t)
	p.tokenErr = 40164
	c := p.client()
	for range 100 {
		_, err := c.AccessToken(t.Context())
		var e *wechat.Error
		if !errors.As(err, &e) || e.Code != 40164 || !e.Rejected() {
			t.Fatal(err)
		}
	}
	if fetches, _ := p.counts(); fetches > 2 {
		t.Errorf("fetches = %d", fetches)
	}
}

func TestCancelledWaiterLeavesTheFlightAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(t)
		c := bubbleClient(p)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.AccessToken(ctx)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := c.AccessToken(t.Context()); err != nil {
			t.Fatal(err)
		}
		if fetches, _ := p.counts(); fetches != 1 {
			t.Errorf("fetches = %d", fetches)
		}
	})
}

func TestTokenBinaryRoundTrip(t *testing.T) {
	at := time.Date(2026, 3, 1, 2, 3, 4, 0, time.UTC)
	in := wechat.Token{Value: "v", ExpiresAt: at, RefreshAt: at.Add(-time.Minute), ForcedAt: at.Add(-time.Hour), ForcedCount: 7}
	data, err := in.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var out wechat.Token
	if err := out.UnmarshalBinary(data); err != nil || out != in {
		t.Errorf("%+v, %v", out, err)
	}
	if err := out.UnmarshalBinary([]byte(`{"value":1`)); err == nil {
		t.Error("broken data was read")
	}
}
