package wechattest

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/wechat"
)

// TestTokenStore checks that a TokenStore keeps what it is given, apart by
// key, and when it has leases, that one holder has one at a time. It wants an
// empty store.
func TestTokenStore(t *testing.T, s wechat.TokenStore) {
	t.Helper()
	ctx := t.Context()
	if got, err := s.Load(ctx, "wxa"); err != nil || got != (wechat.Token{}) {
		t.Errorf("Load of nothing: %v, want a zero token and no error", err)
	}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	first := wechat.Token{Value: "one", ExpiresAt: at, RefreshAt: at.Add(-time.Minute), ForcedAt: at.Add(-time.Hour), ForcedCount: 3}
	keep(ctx, t, s, "wxa", first)
	keep(ctx, t, s, "wxa/jsapi_ticket", wechat.Token{Value: "ticket", ExpiresAt: at, RefreshAt: at})
	second := first
	second.Value, second.ForcedCount = "two", 4
	keep(ctx, t, s, "wxa", second)
	if l, ok := s.(wechat.TokenLeaser); ok {
		testLease(ctx, t, l)
	}
}

func keep(ctx context.Context, t *testing.T, s wechat.TokenStore, key string, want wechat.Token) {
	t.Helper()
	if err := s.Save(ctx, key, want); err != nil {
		t.Fatalf("Save: %v", err)
	}
	got, err := s.Load(ctx, key)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	same := got.Value == want.Value && got.ForcedCount == want.ForcedCount && got.ExpiresAt.Equal(want.ExpiresAt) &&
		got.RefreshAt.Equal(want.RefreshAt) && got.ForcedAt.Equal(want.ForcedAt)
	if !same {
		t.Errorf("Load gave back something else under %s", key)
	}
}

func testLease(ctx context.Context, t *testing.T, l wechat.TokenLeaser) {
	t.Helper()
	steps := []struct {
		key, holder string
		release     bool
		want        bool
	}{
		{"wxa", "one", false, true},
		{"wxa", "two", false, false},
		{"wxa", "one", false, true},
		{"wxb", "two", false, true},
		{"wxa", "two", true, false},
		{"wxa", "two", false, false},
		{"wxa", "one", true, false},
		{"wxa", "two", false, true},
	}
	for i, step := range steps {
		if step.release {
			if err := l.ReleaseLease(ctx, step.key, step.holder); err != nil {
				t.Errorf("step %d: ReleaseLease: %v", i, err)
			}
			continue
		}
		if got, err := l.AcquireLease(ctx, step.key, step.holder, time.Minute); err != nil || got != step.want {
			t.Errorf("step %d: AcquireLease(%s, %s) = %v, %v, want %v", i, step.key, step.holder, got, err, step.want)
		}
	}
}
