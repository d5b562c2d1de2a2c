package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

func sessions(t *testing.T, db *store.DB) {
	s, who := db.Sessions(), id.New("mem")
	later := time.Now().Add(time.Hour)
	signedIn := s.WithOwner(context.Background())
	s.SetOwner(signedIn, who)
	found := func(token string) string {
		b, ok, err := s.FindCtx(context.Background(), token)
		good(t, err)
		if !ok {
			return "-"
		}
		return string(b)
	}
	here, there, nobody, gone := id.New("s"), id.New("s"), id.New("s"), id.New("s")
	good(t, s.CommitCtx(signedIn, here, []byte("1"), later))
	good(t, s.CommitCtx(signedIn, there, []byte("2"), later))
	good(t, s.CommitCtx(context.Background(), here, []byte("3"), later)) // keeps its owner
	good(t, s.CommitCtx(context.Background(), nobody, []byte("4"), later))
	good(t, s.CommitCtx(signedIn, gone, []byte("5"), time.Now().Add(-time.Second)))
	same(t, "sessions", []string{found(here), found(there), found(nobody), found(gone), found("none")}, []string{"3", "2", "4", "-", "-"})
	n, err := s.DeleteOthers(context.Background(), who, here)
	good(t, err)
	same(t, "ended", n, int64(2))
	same(t, "sessions", []string{found(here), found(there), found(nobody)}, []string{"3", "-", "4"})
	_, err = s.DeleteOthers(context.Background(), who, "")
	good(t, err)
	good(t, s.DeleteCtx(context.Background(), nobody))
	good(t, s.DeleteCtx(context.Background(), "none"))
	same(t, "sessions", []string{found(here), found(nobody)}, []string{"-", "-"})
}

func keys(t *testing.T, db *store.DB) {
	ctx, k := context.Background(), db.Keys()
	secret, made, err := k.Create(ctx, "shop", member.RoleOperator, "member:mem_1")
	good(t, err)
	found, err := k.Find(ctx, secret)
	good(t, err)
	if found.LastUsedAt.IsZero() || time.Since(found.LastUsedAt) > time.Hour {
		t.Fatalf("last used at %v", found.LastUsedAt)
	}
	made.LastUsedAt = found.LastUsedAt
	same(t, "key", found, made)
	all, err := k.List(ctx)
	good(t, err)
	same(t, "keys", all[0], made)
	for _, wrong := range []string{"", "sk_", secret + "x", secret[3:], made.ID} {
		_, err := k.Find(ctx, wrong)
		fails(t, err, store.ErrKey)
	}
	good(t, k.Revoke(ctx, made.ID))
	fails(t, k.Revoke(ctx, made.ID), store.ErrNoKey)
	_, err = k.Find(ctx, secret)
	fails(t, err, store.ErrKey)
}

func signInLinks(t *testing.T, db *store.DB) {
	ctx, s := context.Background(), db.SignInLinks()
	secret, err := s.Create(ctx, "mem_1", time.Minute)
	good(t, err)
	who, err := s.Owner(ctx, secret)
	good(t, err)
	same(t, "owner", who, "mem_1")
	who, err = s.Redeem(ctx, secret)
	good(t, err)
	same(t, "member", who, "mem_1")
	_, err = s.Redeem(ctx, secret)
	fails(t, err, store.ErrSignInSecret)
	_, err = s.Owner(ctx, secret)
	fails(t, err, store.ErrSignInSecret)
	late, err := s.Create(ctx, "mem_1", -time.Second)
	good(t, err)
	_, err = s.Redeem(ctx, late)
	fails(t, err, store.ErrSignInSecret)
}

func tokens(t *testing.T, db *store.DB) {
	ctx, s, name := context.Background(), db.Tokens(), id.New("t")
	lease := func(holder string, ttl time.Duration) bool {
		ok, err := s.Lease(ctx, name, holder, time.Now().Add(ttl))
		good(t, err)
		return ok
	}
	put := func(data string, ifVersion int64) bool {
		ok, err := s.Put(ctx, name, []byte(data), ifVersion)
		good(t, err)
		return ok
	}
	get := func() store.Value {
		v, err := s.Get(ctx, name)
		good(t, err)
		return v
	}
	same(t, "nothing", get(), store.Value{})
	same(t, "leases", []bool{lease("a", time.Minute), lease("b", time.Minute), lease("a", -time.Second), lease("b", time.Minute)},
		[]bool{true, false, true, true})
	same(t, "leased, not put", get().Version, int64(0))
	same(t, "puts", []bool{put("1", 7), put("1", 0), put("x", 0), put("2", 1), put("x", 1)}, []bool{false, true, false, true, false})
	same(t, "value", get(), store.Value{Data: []byte("2"), Version: 2})
	good(t, s.Set(ctx, name, []byte("3")))
	same(t, "value", get(), store.Value{Data: []byte("3"), Version: 3})
	good(t, s.Release(ctx, name, "a"))
	same(t, "another's release", lease("a", time.Minute), false)
	good(t, s.Release(ctx, name, "b"))
	same(t, "free", lease("a", time.Minute), true)
	good(t, s.Set(ctx, id.New("t"), nil))
}

func idempotency(t *testing.T, db *store.DB) {
	ctx, s := context.Background(), db.Idempotency()
	r := store.Record{Scope: store.Scope{APIKey: id.New("key"), Method: "POST", Path: "/v1/orders", Key: "k"}, RequestHash: "h",
		Status: 201, Header: map[string]string{"Location": "/x"}, Body: []byte(`{"id":1}`)}
	with := s.Attach(ctx, r)
	o, twin := anOrder(serial()), anOrder(serial())
	insert := func(ctx context.Context, o pay.Order) error {
		return db.Ledger().Update(ctx, func(tx pay.Tx) error { return tx.InsertOrder(ctx, o) })
	}
	_, found, err := s.Find(ctx, r.Scope)
	good(t, err)
	same(t, "found before", found, false)
	good(t, insert(with, o))
	got, found, err := s.Find(ctx, r.Scope)
	good(t, err)
	if !found || time.Since(got.At) > time.Minute {
		t.Fatalf("found %v at %v", found, got.At)
	}
	got.At = time.Time{}
	same(t, "record", got, r)
	good(t, insert(with, anOrder(serial()))) // a second transaction of the same request
	fails(t, insert(s.Attach(ctx, r), twin), store.ErrInFlight)
	_, err = db.Ledger().Order(ctx, twin.ID)
	fails(t, err, pay.ErrNoOrder)

	r.Key, r.Header = "other", nil
	good(t, s.Keep(ctx, r))
	fails(t, s.Keep(ctx, r), store.ErrInFlight)
	r.APIKey = id.New("key")
	good(t, s.Keep(ctx, r))
}

func throttle(t *testing.T, db *store.DB) {
	ctx, now := context.Background(), at
	s := db.Throttle(func() time.Time { return now })
	for key, limit := range map[string]int{"name:" + id.New("n"): 10, "origin:" + id.New("o"): 30} {
		for range limit {
			good(t, s.Allow(ctx, key))
			good(t, s.Fail(ctx, key))
		}
		fails(t, s.Allow(ctx, key), member.ErrThrottled)
		now = now.Add(15 * time.Minute)
		good(t, s.Allow(ctx, key))
		good(t, s.Fail(ctx, key)) // begins a new window
		good(t, s.Allow(ctx, key))
		for range limit {
			good(t, s.Fail(ctx, key))
		}
		fails(t, s.Allow(ctx, key), member.ErrThrottled)
		good(t, s.Clear(ctx, key))
		good(t, s.Allow(ctx, key))
	}
}

func jobs(t *testing.T, db *store.DB) {
	ctx, s := context.Background(), db.Jobs()
	added, err := s.Add(ctx, at, job.Job{Kind: "a", Key: "1", Payload: []byte(`{}`)}, job.Job{Kind: "a", Key: "1"},
		job.Job{Kind: "a", RunAt: at.Add(time.Minute)})
	good(t, err)
	same(t, "added", added, true)
	added, err = s.Add(ctx, at, job.Job{Kind: "a", Key: "1"})
	good(t, err)
	same(t, "added again", added, false)
	claim := func(now time.Time) []store.Claimed {
		all, err := s.Claim(ctx, now, 10)
		good(t, err)
		return all
	}
	all := claim(at)
	if len(all) != 1 || all[0].Attempt != 1 || all[0].Key != "1" {
		t.Fatalf("claimed %+v", all)
	}
	next, ok, err := s.Next(ctx)
	good(t, err)
	same(t, "next", []any{next, ok}, []any{at.Add(time.Minute), true})
	good(t, s.Again(ctx, all[0].ID, at.Add(time.Second), true, ""))
	all = claim(at.Add(time.Second))
	same(t, "attempt", all[0].Attempt, 1)
	good(t, s.Recover(ctx))
	all = claim(at.Add(time.Hour))
	same(t, "all due", len(all), 2)
	for i, c := range all {
		good(t, s.End(ctx, c.ID, i == 0, at, "why"))
	}
	same(t, "ended", len(claim(at.Add(time.Hour))), 0)
	n, err := s.Clean(ctx, at, 10)
	good(t, err)
	same(t, "cleaned", n, int64(2))
}

func stamp(t *testing.T, db *store.DB) {
	ctx := context.Background()
	good(t, db.Stamp(ctx, "sandbox"))
	good(t, db.Stamp(ctx, "sandbox"))
	fails(t, db.Stamp(ctx, "live"), store.ErrModeDiffers)
}
