package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/store"
)

// leaving deletes a member with everything that hangs on them, and nothing of
// anybody else.
func leaving(t *testing.T, db *store.DB) {
	ctx, p := context.Background(), db.People()
	gone, stays := aMember(t, db), aMember(t, db)
	for _, m := range []member.Member{gone, stays} {
		good(t, p.Update(ctx, func(tx member.Tx) error {
			good(t, tx.InsertBinding(ctx, member.Binding{ID: id.New("bnd"), MemberID: m.ID, Account: "wechat", OpenID: id.New("o"), Nickname: "茶"}))
			good(t, tx.InsertLink(ctx, member.Link{ID: id.New("bln"), TokenHash: m.ID, MemberID: m.ID, Session: m.ID, Account: "wechat",
				Status: member.LinkOpen, Version: 1, CreatedAt: at, ExpiresAt: at.Add(time.Minute)}))
			return tx.AddEvent(ctx, event.Event{ID: id.New("evt"), Type: event.UserBound, Object: m.ID, Version: 1, Data: []byte(`{"nickname":"茶"}`), At: at})
		}))
		good(t, db.Messages().Update(ctx, func(tx push.Tx) error {
			_, err := tx.InsertMessages(ctx, []push.Message{{ID: id.New("msg"), Key: id.New("k"), MemberID: m.ID, Status: push.Sent, Version: 1, CreatedAt: at}})
			return err
		}))
	}
	secret, err := db.SignInLinks().Create(ctx, gone.ID, time.Hour)
	good(t, err)
	stale := gone
	stale.Version = 7
	good(t, p.Update(ctx, func(tx member.Tx) error { return tx.RevokeLinks(ctx, gone.ID) }))
	good(t, p.Update(ctx, func(tx member.Tx) error { return tx.DeleteMember(ctx, gone) }))
	_, err = p.Member(ctx, gone.ID)
	fails(t, err, member.ErrNoMember)
	_, err = p.NewestLink(ctx, gone.ID)
	fails(t, err, member.ErrNoLink)
	_, err = db.SignInLinks().Redeem(ctx, secret)
	fails(t, err, store.ErrSignInSecret)
	for _, one := range []struct {
		id         string
		things     int
		nicknameIs string
	}{{gone.ID, 0, `{"forgotten":true}`}, {stays.ID, 1, `{"nickname":"茶"}`}} {
		bound, err := p.Bindings(ctx, one.id)
		good(t, err)
		told, err := db.Messages().Messages(ctx, push.Filter{MemberID: one.id, Limit: 10})
		good(t, err)
		events, err := db.Outbox().Of(ctx, one.id)
		good(t, err)
		same(t, "bindings and messages", []int{len(bound), len(told)}, []int{one.things, one.things})
		same(t, "event", string(events[0].Data), one.nicknameIs)
	}
	l, err := p.NewestLink(ctx, stays.ID)
	good(t, err)
	same(t, "link", l.Status, member.LinkOpen)
	good(t, p.Update(ctx, func(tx member.Tx) error { return tx.RevokeLinks(ctx, stays.ID) }))
	l, err = p.NewestLink(ctx, stays.ID)
	good(t, err)
	same(t, "revoked link", []string{string(l.Status), l.Reason}, []string{"refused", "link_revoked"})
}
