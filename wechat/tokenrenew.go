package wechat

import (
	"context"
	"time"
)

const (
	forceEvery   = 30 * time.Second
	forcePerDay  = 20
	classicBound = 500 // renewals a day after complaints, of the 2,000 fetches a classic account has

	leaseTTL  = 20 * time.Second
	leasePoll = 100 * time.Millisecond
)

// shanghai is the platform's day, a fixed zone without summer time.
func shanghai(t time.Time) time.Time { return t.In(time.FixedZone("Asia/Shanghai", 8*60*60)) }

// renew finds or makes a token other than bad: first what another node has
// stored, then an ordinary fetch, and only if that brings back the same token
// a forced one.
func (k *tokenKeeper) renew(ctx context.Context, bad Secret) (Token, error) {
	stored, release := k.lead(ctx, bad)
	defer release()
	if k.usable(stored.Token, bad) {
		return stored.Token, nil
	}
	if bad != "" && k.everyFetchIsNew {
		return k.force(ctx, stored, false)
	}
	fresh, err := k.fetch(ctx, false)
	if err != nil {
		return Token{}, err
	}
	if fresh.Value == bad {
		return k.force(ctx, stored, true)
	}
	if stored.err != nil {
		// Saving now could wipe out a count that merely could not be read.
		return fresh, nil
	}
	return k.keep(ctx, fresh, stored.Token), nil
}

// storedToken is what the store said, with its failure if it failed.
type storedToken struct {
	Token
	err error
}

// lead waits until this node may renew, or until another node's renewal shows
// in the store. A store that cannot lease or load lets everybody go ahead.
func (k *tokenKeeper) lead(ctx context.Context, bad Secret) (storedToken, func()) {
	for {
		leads := k.acquire(ctx)
		stored := k.load(ctx)
		if leads || k.usable(stored.Token, bad) || ctx.Err() != nil {
			return stored, func() { k.release(ctx, leads) }
		}
		timer := time.NewTimer(leasePoll)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

func (k *tokenKeeper) acquire(ctx context.Context) bool {
	if k.lease == nil {
		return true
	}
	ok, err := k.lease.AcquireLease(ctx, k.key, k.holder, leaseTTL)
	if err != nil {
		k.logger.WarnContext(ctx, "wechat token lease failed", "key", k.key, "error", err)
	}
	return ok || err != nil
}

func (k *tokenKeeper) release(ctx context.Context, held bool) {
	if k.lease == nil || !held {
		return
	}
	if err := k.lease.ReleaseLease(context.WithoutCancel(ctx), k.key, k.holder); err != nil {
		k.logger.WarnContext(ctx, "wechat token lease not released", "key", k.key, "error", err)
	}
}

func (k *tokenKeeper) load(ctx context.Context) storedToken {
	tok, err := k.store.Load(ctx, k.key)
	if err != nil {
		k.logger.WarnContext(ctx, "wechat token store cannot be read", "key", k.key, "error", err)
		return storedToken{err: err}
	}
	return storedToken{Token: tok}
}

// keep saves a fresh token with the count of forced refreshes. A store that
// fails does not make the token worse.
func (k *tokenKeeper) keep(ctx context.Context, fresh, counts Token) Token {
	fresh.ForcedAt, fresh.ForcedCount = counts.ForcedAt, counts.ForcedCount
	if err := k.store.Save(ctx, k.key, fresh); err != nil {
		k.logger.WarnContext(ctx, "wechat token store cannot be written", "key", k.key, "error", err)
	}
	return fresh
}

// force replaces a token that the platform keeps handing out although it
// refuses it. The count is saved before the call, so that a crash or another
// node cannot exceed the limit.
func (k *tokenKeeper) force(ctx context.Context, stored storedToken, flag bool) (Token, error) {
	if stored.err != nil && k.everyFetchIsNew {
		// An ordinary fetch needs no permission; only its pace is kept here.
		stored = storedToken{Token: k.forced}
	}
	counts, ok := k.countForced(stored.Token)
	if stored.err != nil || !ok {
		return Token{}, ErrForceLimit
	}
	k.forced = counts
	if err := k.store.Save(ctx, k.key, counts); err != nil {
		k.logger.WarnContext(ctx, "wechat token store cannot be written", "key", k.key, "error", err)
		if !k.everyFetchIsNew {
			return Token{}, ErrForceLimit
		}
	}
	k.logger.WarnContext(ctx, "wechat token refresh forced", "key", k.key, "today", counts.ForcedCount)
	fresh, err := k.fetch(ctx, flag)
	if err != nil {
		return Token{}, err
	}
	return k.keep(ctx, fresh, counts), nil
}

// countForced adds one forced refresh, or reports that none is left.
func (k *tokenKeeper) countForced(t Token) (Token, bool) {
	now := k.now()
	if now.Sub(t.ForcedAt) < forceEvery && !now.Before(t.ForcedAt) {
		return t, false
	}
	today, last := shanghai(now), shanghai(t.ForcedAt)
	if today.YearDay() != last.YearDay() || today.Year() != last.Year() {
		t.ForcedCount = 0
	}
	if t.ForcedCount >= k.perDay {
		return t, false
	}
	t.ForcedAt, t.ForcedCount = now, t.ForcedCount+1
	return t, true
}
