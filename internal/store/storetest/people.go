package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/store"
)

// aMember stores a member.
func aMember(t *testing.T, db *store.DB) member.Member {
	t.Helper()
	ctx := context.Background()
	m := member.Member{ID: id.New("mem"), Name: "N" + id.New("x"), PasswordHash: "h", Role: member.RoleMember, CreatedAt: at, Version: 1}
	good(t, db.People().Update(ctx, func(tx member.Tx) error { return tx.InsertMember(ctx, m) }))
	return m
}

func members(t *testing.T, db *store.DB) {
	ctx, p := context.Background(), db.People()
	m := aMember(t, db)
	got, err := p.Member(ctx, m.ID)
	good(t, err)
	same(t, "member", got, m)
	got, err = p.MemberByName(ctx, " "+member.FoldName(m.Name)+" ")
	good(t, err)
	same(t, "member by name", got, m)

	twin := m
	twin.ID, twin.Name = id.New("mem"), member.FoldName(m.Name)
	fails(t, p.Update(ctx, func(tx member.Tx) error { return tx.InsertMember(ctx, twin) }), member.ErrNameTaken)

	m.PasswordHash, m.Role = "", member.RoleAdmin
	good(t, p.Update(ctx, func(tx member.Tx) error { return tx.UpdateMember(ctx, m) }))
	m.Version = 2
	all, err := p.Members(ctx, "", 1)
	good(t, err)
	same(t, "newest", all, []member.Member{m})
	_, err = p.Member(ctx, "mem_none")
	fails(t, err, member.ErrNoMember)
	_, err = p.MemberByName(ctx, "nobody")
	fails(t, err, member.ErrNoMember)
}

func bindings(t *testing.T, db *store.DB) {
	ctx, p := context.Background(), db.People()
	m, other := aMember(t, db), aMember(t, db)
	b := member.Binding{ID: id.New("bnd"), MemberID: m.ID, Account: "wechat", OpenID: id.New("o"), UnionID: "u", Nickname: "茶", BoundAt: at}
	insert := func(b member.Binding) error {
		return p.Update(ctx, func(tx member.Tx) error { return tx.InsertBinding(ctx, b) })
	}
	good(t, insert(b))
	got, err := p.Binding(ctx, m.ID, "wechat")
	good(t, err)
	same(t, "binding", got, b)
	got, err = p.BindingByOpenID(ctx, "wechat", b.OpenID)
	good(t, err)
	same(t, "binding by openid", got, b)

	stolen := member.Binding{ID: id.New("bnd"), MemberID: other.ID, Account: "wechat", OpenID: b.OpenID}
	fails(t, insert(stolen), member.ErrBoundElsewhere)
	second := member.Binding{ID: id.New("bnd"), MemberID: m.ID, Account: "wechat", OpenID: id.New("o")}
	fails(t, insert(second), member.ErrBoundElsewhere)
	elsewhere := member.Binding{ID: id.New("bnd"), MemberID: m.ID, Account: "wechat2", OpenID: b.OpenID, BoundAt: at.Add(time.Second)}
	good(t, insert(elsewhere))
	all, err := p.Bindings(ctx, m.ID)
	good(t, err)
	same(t, "bindings", all, []member.Binding{b, elsewhere})
	addresses, err := db.Messages().Addresses(ctx, m.ID)
	good(t, err)
	same(t, "addresses", addresses, []push.Address{{Channel: "wechat", Account: "wechat", Recipient: b.OpenID},
		{Channel: "wechat", Account: "wechat2", Recipient: b.OpenID}})

	good(t, p.Update(ctx, func(tx member.Tx) error { return tx.DeleteBinding(ctx, b.ID) }))
	_, err = p.Binding(ctx, m.ID, "wechat")
	fails(t, err, member.ErrNoBinding)
	good(t, insert(stolen))
}

func links(t *testing.T, db *store.DB) {
	ctx, p, m, session := context.Background(), db.People(), aMember(t, db), id.New("s")
	make := func(created time.Time) member.Link {
		l := member.Link{ID: id.New("bln"), TokenHash: id.New("t"), SceneHash: id.New("s"), MemberID: m.ID, Session: session, Account: "wechat",
			Status: member.LinkOpen, Version: 1, CreatedAt: created, ExpiresAt: created.Add(member.LinkLife)}
		good(t, p.Update(ctx, func(tx member.Tx) error { return tx.InsertLink(ctx, l) }))
		return l
	}
	old, l := make(at.Add(-time.Hour)), make(at)
	l.TokenHash = id.New("t")
	l.Status, l.ConfirmHash, l.OpenID, l.UnionID, l.Nickname, l.Reason = member.LinkConsented, id.New("c"), "o", "u", "茶", "r"
	changed := db.Changed() // a desk waits for it
	good(t, p.Update(ctx, func(tx member.Tx) error { return tx.UpdateLink(ctx, l) }))
	<-changed
	l.Version = 2
	for what, find := range map[string]func() (member.Link, error){
		"by id":      func() (member.Link, error) { return p.Link(ctx, l.ID) },
		"by token":   func() (member.Link, error) { return p.LinkByToken(ctx, l.TokenHash) },
		"by scene":   func() (member.Link, error) { return p.LinkByScene(ctx, l.SceneHash) },
		"by confirm": func() (member.Link, error) { return p.LinkByConfirm(ctx, l.ConfirmHash) },
		"newest":     func() (member.Link, error) { return p.NewestLink(ctx, session) },
	} {
		got, err := find()
		good(t, err)
		same(t, what, got, l)
	}
	good(t, p.Update(ctx, func(tx member.Tx) error { return tx.DeleteLinks(ctx, at, 100) }))
	_, err := p.Link(ctx, old.ID)
	fails(t, err, member.ErrNoLink)
	_, err = p.LinkByScene(ctx, "") // what is no code is not found by none
	fails(t, err, member.ErrNoLink)
	_, err = p.LinkByConfirm(ctx, "") // an open link has no confirm hash and is not found by none
	fails(t, err, member.ErrNoLink)
}

func messages(t *testing.T, db *store.DB) {
	ctx, s, who := context.Background(), db.Messages(), id.New("mem")
	m := push.Message{ID: id.New("msg"), Key: id.New("k"), MemberID: who, Channel: "wechat", Account: "wechat", Recipient: "o",
		Kind: push.KindTemplate, Template: "receipt", Values: map[string]string{"amount": "1.00"}, Text: "", Link: "https://x.test",
		Status: push.Queued, Version: 1, CreatedAt: at}
	twin := m
	twin.ID = id.New("msg")
	insert := func(all ...push.Message) (added map[string]bool) {
		good(t, s.Update(ctx, func(tx push.Tx) (err error) {
			added, err = tx.InsertMessages(ctx, all)
			return err
		}))
		return added
	}
	same(t, "added", insert(m, twin), map[string]bool{m.ID: true})
	same(t, "added again", insert(twin), map[string]bool{})

	m.Status, m.Code, m.Detail, m.PlatformID, m.Attempts = push.Sent, "0", "taken", "77", 2
	m.FirstTryAt, m.DoneAt = at.Add(time.Second), at.Add(time.Minute)
	rush := make(chan error)
	for range 9 { // of those who move it at once, one does
		go func() { rush <- s.Move(ctx, m, false) }()
	}
	moved := 0
	for range 9 {
		if err := <-rush; err == nil {
			moved++
		} else {
			fails(t, err, push.ErrStale)
		}
	}
	same(t, "moved", moved, 1)
	m.Version = 2
	got, err := s.Message(ctx, m.ID)
	good(t, err)
	same(t, "message", got, m)
	got, err = s.MessageByKey(ctx, m.Key)
	good(t, err)
	same(t, "by key", got, m)
	for _, f := range []push.Filter{{Limit: 1}, {MemberID: who, Limit: 1}, {MemberID: who, Status: push.Sent, Limit: 1},
		{Status: push.Sent, Before: m.ID + "0", Limit: 1}} {
		all, err := s.Messages(ctx, f)
		good(t, err)
		same(t, "newest", all, []push.Message{m})
	}
	for _, f := range []push.Filter{{MemberID: who, Status: push.Failed, Limit: 9}, {MemberID: who, Before: m.ID, Limit: 9}} {
		all, err := s.Messages(ctx, f)
		good(t, err)
		same(t, "none", len(all), 0)
	}
	_, err = s.Message(ctx, "msg_none")
	fails(t, err, push.ErrNoMessage)
}
