package wechat_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paypush/paypush/wechat"
	"github.com/paypush/paypush/wechat/wechattest"
)

// leasedStore is a shared store with leases, as a database would have them.
type leasedStore struct {
	*wechat.MemoryTokenStore
	mu     sync.Mutex
	leases map[string]lease
}

type lease struct {
	holder string
	until  time.Time
}

func newLeasedStore() *leasedStore {
	return &leasedStore{MemoryTokenStore: wechat.NewMemoryTokenStore(), leases: map[string]lease{}}
}

func (s *leasedStore) AcquireLease(_ context.Context, key, holder string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l, ok := s.leases[key]; ok && l.holder != holder && time.Now().Before(l.until) {
		return false, nil
	}
	s.leases[key] = lease{holder, time.Now().Add(ttl)}
	return true, nil
}

func (s *leasedStore) ReleaseLease(_ context.Context, key, holder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leases[key].holder == holder {
		delete(s.leases, key)
	}
	return nil
}

func TestStoresKeepTheirWord(t *testing.T) {
	wechattest.TestTokenStore(t, wechat.NewMemoryTokenStore())
	wechattest.TestTokenStore(t, newLeasedStore())
}

func TestInvariant14OneFetchForAllNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(t)
		store := newLeasedStore()
		var wg sync.WaitGroup
		for range 20 {
			c := bubbleClient(p, func(cfg *wechat.Config) { cfg.TokenStore = store })
			for range 20 {
				wg.Go(func() {
					if _, err := c.AccessToken(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if fetches, _ := p.counts(); fetches != 1 {
			t.Errorf("fetches = %d, want 1", fetches)
		}
		if len(store.leases) != 0 {
			t.Error("lease was not released")
		}
	})
}

func TestLeaseOfADeadNodeIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(t)
		store := newLeasedStore()
		store.leases[testAppID] = lease{"dead", time.Now().Add(15 * time.Second)}
		c := bubbleClient(p, func(cfg *wechat.Config) { cfg.TokenStore = store })
		began := time.Now()
		if _, err := c.AccessToken(t.Context()); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited < 15*time.Second || waited > 16*time.Second {
			t.Errorf("waited %v", waited)
		}
	})
}

type brokenStore struct{}

var errStore = errors.New("disk is full")

func (brokenStore) Load(context.Context, string) (wechat.Token, error) {
	return wechat.Token{}, errStore
}
func (brokenStore) Save(context.Context, string, wechat.Token) error { return errStore }

func TestBrokenStoreDoesNotStopTheClientButForbidsForcing(t *testing.T) {
	p := newPlatform(t).withPing()
	c := p.client(func(cfg *wechat.Config) { cfg.TokenStore = brokenStore{} })
	for range 10 {
		if err := c.SendText(t.Context(), testOpenID, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if fetches, _ := p.counts(); fetches != 1 {
		t.Errorf("fetches = %d: a store that cannot save made the client fetch again", fetches)
	}
	p.spoil(40001)
	if err := c.SendText(t.Context(), testOpenID, "x"); !errors.Is(err, wechat.ErrForceLimit) {
		t.Errorf("err = %v", err)
	}
	if _, forced := p.counts(); forced != 0 {
		t.Error("forced without a readable count")
	}
}

func TestBrokenStoreStillPacesClassicTokens(t *testing.T) {
	p := newPlatform(t).withPing()
	c := p.client(func(cfg *wechat.Config) { cfg.TokenStore, cfg.ClassicToken = brokenStore{}, true })
	for range 2 {
		if err := c.SendText(t.Context(), testOpenID, "x"); err != nil {
			t.Fatal(err)
		}
		p.spoil(40001)
	}
	for range 20 {
		if err := c.SendText(t.Context(), testOpenID, "x"); !errors.Is(err, wechat.ErrForceLimit) {
			t.Fatal(err)
		}
	}
	if fetches, _ := p.counts(); fetches != 2 {
		t.Errorf("fetches = %d, want the first and one replacement", fetches)
	}
}
