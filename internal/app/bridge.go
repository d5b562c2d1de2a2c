package app

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/api"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/wechat"
)

// The store keeps rows and knows none of those who need them; these few
// translate.

// keys finds API keys for the API.
type keys struct{ store.Keys }

func (k keys) Find(ctx context.Context, secret string) (api.Key, error) {
	found, err := k.Keys.Find(ctx, secret)
	return api.Key{ID: found.ID, Name: found.Name, Role: string(found.Role)}, err
}

// replays keeps the API's first answers.
type replays struct{ store.Idempotency }

func (r replays) Find(ctx context.Context, s api.Scope) (api.Replay, bool, error) {
	found, ok, err := r.Idempotency.Find(ctx, store.Scope{APIKey: s.KeyID, Method: s.Method, Path: s.Path, Key: s.Key})
	return api.Replay{Scope: s, Hash: found.RequestHash, Status: found.Status, Body: found.Body}, ok, err
}

func (r replays) Attach(ctx context.Context, a api.Replay) context.Context {
	return r.Idempotency.Attach(ctx, record(a))
}

func (r replays) Keep(ctx context.Context, a api.Replay) error {
	return r.Idempotency.Keep(ctx, record(a))
}

func record(a api.Replay) store.Record {
	return store.Record{RequestHash: a.Hash, Status: a.Status, Body: a.Body,
		Scope: store.Scope{APIKey: a.Scope.KeyID, Method: a.Scope.Method, Path: a.Scope.Path, Key: a.Scope.Key}}
}

// events is the outbox with the lease that makes one node its dispatcher.
type events struct {
	store.Outbox
	db *store.DB
}

func (e events) Changed() <-chan struct{} { return e.db.Changed() }

func (e events) Lease(ctx context.Context, name, holder string, until time.Time) (bool, error) {
	return e.db.Tokens().Lease(ctx, "lease."+name, holder, until)
}

// tokens is where all nodes share the access tokens of Official Accounts.
type tokens struct{ store.Tokens }

var (
	_ wechat.TokenStore  = tokens{}
	_ wechat.TokenLeaser = tokens{}
)

func (t tokens) Load(ctx context.Context, key string) (wechat.Token, error) {
	v, err := t.Get(ctx, tokenName(key))
	if err != nil || v.Version == 0 {
		return wechat.Token{}, err
	}
	var tok wechat.Token
	return tok, tok.UnmarshalBinary(v.Data)
}

func (t tokens) Save(ctx context.Context, key string, tok wechat.Token) error {
	b, err := tok.MarshalBinary()
	if err != nil {
		return err
	}
	return t.Set(ctx, tokenName(key), b)
}

func (t tokens) AcquireLease(ctx context.Context, key, holder string, ttl time.Duration) (bool, error) {
	return t.Lease(ctx, tokenName(key), holder, time.Now().Add(ttl))
}

func (t tokens) ReleaseLease(ctx context.Context, key, holder string) error {
	return t.Release(ctx, tokenName(key), holder)
}

func tokenName(key string) string { return "wechat." + key }
