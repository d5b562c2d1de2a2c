package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// registered makes a member whose WeChat is bound.
func registered(t *testing.T, n *node, w *world) string {
	t.Helper()
	ctx := context.Background()
	m, err := n.members.Register(ctx, "tea-drinker", "correct horse")
	good(t, err)
	confirm := consented(t, n, w, m.ID, "openid-1")
	_, err = n.members.Confirm(ctx, confirm)
	good(t, err)
	return m.ID
}

// consented takes a bind link up to the confirm button on the phone.
func consented(t *testing.T, n *node, w *world, memberID, openID string) (confirm string) {
	t.Helper()
	ctx := context.Background()
	token, _, err := n.members.Invite(ctx, memberID, "session-1", "wechat")
	good(t, err)
	_, _, confirm, err = n.members.Consented(ctx, token, w.people.Agree(member.Identity{OpenID: openID, Nickname: "茶"}))
	good(t, err)
	return confirm
}

func TestInvariant12ABindLinkWorksOnceAndNotForLong(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := newWorld()
		n, ctx := newNode(t, address, w), context.Background()
		m, err := n.members.Register(ctx, "tea-drinker", "correct horse")
		good(t, err)
		token, l, err := n.members.Invite(ctx, m.ID, "session-1", "wechat")
		good(t, err)
		if l.TokenHash == token || l.TokenHash != member.HashSecret(token) {
			t.Fatal("the secret itself is stored")
		}
		page, err := n.members.Open(ctx, token)
		good(t, err)
		if u, err := url.Parse(page); err != nil || u.Query().Get("state") != token {
			t.Fatalf("the page is %s", page)
		}
		var won atomic.Int64
		var confirm string
		var wg sync.WaitGroup
		for i := range 8 { // eight phones come back with the one link
			code := w.people.Agree(member.Identity{OpenID: fmt.Sprint("openid-", i)})
			wg.Go(func() {
				_, _, secret, err := n.members.Consented(ctx, token, code)
				switch {
				case err == nil && won.Add(1) == 1:
					confirm = secret
				case !errors.Is(err, member.ErrLinkUsed):
					t.Errorf("phone %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d phones won", won.Load())
		}
		for range 2 { // a second press answers the same
			b, err := n.members.Confirm(ctx, confirm)
			good(t, err)
			if b.MemberID != m.ID {
				t.Fatalf("bound to %s", b.MemberID)
			}
		}
		if _, err := n.members.Open(ctx, token); !errors.Is(err, member.ErrLinkUsed) {
			t.Fatalf("used up: %v", err)
		}
		good(t, n.members.Unbind(ctx, m.ID, "wechat"))
		late, _, err := n.members.Invite(ctx, m.ID, "session-1", "wechat")
		good(t, err)
		w.clock.t = w.clock.t.Add(member.LinkLife)
		if _, err := n.members.Open(ctx, late); !errors.Is(err, member.ErrLinkExpired) {
			t.Fatalf("too late: %v", err)
		}
	})
}

// A parametric code's scan reaches several nodes, some of it twice: one person
// has it, and only that person can use the link.
func TestInvariant12AScannedCodeBelongsToOnePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := newWorld()
		n, ctx := newNode(t, address, w), context.Background()
		m, err := n.members.Register(ctx, "tea-drinker", "correct horse")
		good(t, err)
		_, l, err := n.members.InviteByCode(ctx, m.ID, "session-1", "wechat")
		good(t, err)
		scene := w.people.Scene()
		if l.SceneHash != member.HashSecret(scene) || l.TokenHash == l.SceneHash {
			t.Fatal("the scene itself is stored, or is the token")
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		tokens := map[string]string{} // the token and whose chat it went into
		for i := range 8 {
			wg.Go(func() {
				openID := fmt.Sprint("openid-", i%4)
				_, token, err := n.members.Scanned(ctx, "wechat", scene, openID)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					tokens[token] = openID
				} else if !errors.Is(err, member.ErrLinkUsed) {
					t.Errorf("scan %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if len(tokens) != 1 {
			t.Fatalf("%d people have it", len(tokens))
		}
		for token, openID := range tokens {
			_, _, confirm, err := n.members.Consented(ctx, token, w.people.Agree(member.Identity{OpenID: openID}))
			good(t, err)
			b, err := n.members.Confirm(ctx, confirm)
			good(t, err)
			if b.OpenID != openID || b.MemberID != m.ID {
				t.Fatalf("bound %s to %s", b.OpenID, b.MemberID)
			}
		}
		if _, _, err := n.members.InviteByCode(ctx, m.ID, "session-1", "wechat"); !errors.Is(err, member.ErrBoundAlready) {
			t.Fatalf("bound, and another code: %v", err)
		}
	})
}

func TestInvariant13OneOpenIDOneMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := newWorld()
		n, ctx := newNode(t, address, w), context.Background()
		var confirms []string
		for i := range 6 { // six members, one person's phone
			m, err := n.members.Register(ctx, fmt.Sprint("member-", i), "correct horse")
			good(t, err)
			confirms = append(confirms, consented(t, n, w, m.ID, "openid-1"))
		}
		var bound atomic.Int64
		var wg sync.WaitGroup
		for _, c := range confirms {
			wg.Go(func() {
				_, err := n.members.Confirm(ctx, c)
				if err == nil {
					bound.Add(1)
				} else if !errors.Is(err, member.ErrBoundElsewhere) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if bound.Load() != 1 || n.count(t, event.UserBound) != 1 {
			t.Fatalf("bound to %d members", bound.Load())
		}
		m, err := n.members.Register(ctx, "looker", "correct horse")
		good(t, err)
		token, _, err := n.members.Invite(ctx, m.ID, "session-2", "wechat")
		good(t, err)
		snapshot := w.people.Agree(member.Identity{OpenID: "openid-2", Snapshot: true})
		if _, _, _, err := n.members.Consented(ctx, token, snapshot); !errors.Is(err, member.ErrSnapshot) {
			t.Fatalf("a snapshot: %v", err)
		}
	})
}

func TestInvariant15AnUnknownTextIsNotSentAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := newWorld()
		n, ctx := newNode(t, address, w), context.Background()
		w.wechat.Next(push.Outcome{Status: push.Unknown})
		m, err := n.mail.Draft(ctx, push.NewMessage{Key: "once", To: push.To{OpenID: "openid-1"}, Text: "你好"})
		good(t, err)
		for want := range 2 {
			added, err := n.mail.Place(ctx, m)
			good(t, err)
			if added != (want == 0) {
				t.Fatalf("added %v", added)
			}
		}
		for range 3 {
			again, err := n.mail.Deliver(ctx, m.ID)
			good(t, err)
			if again != 0 {
				t.Fatalf("again after %s", again)
			}
		}
		got, err := n.mail.Message(ctx, m.ID)
		good(t, err)
		if got.Status != push.Unknown || w.wechat.Tries() != 1 || n.count(t, event.MessageQueued) != 1 {
			t.Fatalf("%s after %d tries", got.Status, w.wechat.Tries())
		}
	})
}

func TestInvariant18ADatabaseBelongsToOneMode(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		for _, mode := range []string{"sandbox", "sandbox", "live"} {
			db := storetest.Open(t, address, store.Options{})
			good(t, db.Migrate(context.Background())) // changes nothing any more
			err := db.Stamp(context.Background(), mode)
			if differs := errors.Is(err, store.ErrModeDiffers); differs != (mode == "live") || !differs && err != nil {
				t.Fatalf("%s: %v", mode, err)
			}
		}
	})
}
