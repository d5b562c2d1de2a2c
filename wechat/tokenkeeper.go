package wechat

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// flightTimeout bounds one renewal, the wait for another node included.
	flightTimeout = 30 * time.Second
	// failureMemory is how long a refusal by the platform is repeated to
	// callers without asking again, so that a wrong secret or a missing
	// allow-list entry does not become a storm.
	failureMemory = time.Second
)

// tokenKeeper holds one token for all goroutines of this process and shares it
// with other nodes through the store.
type tokenKeeper struct {
	key    string
	store  TokenStore
	lease  TokenLeaser // nil when the store has none
	holder string
	fetch  func(ctx context.Context, force bool) (Token, error)
	// everyFetchIsNew says that an ordinary fetch already replaces the token,
	// so that it counts as a forced one after a complaint.
	everyFetchIsNew bool
	perDay          int
	logger          *slog.Logger
	now             func() time.Time

	current atomic.Pointer[Token]
	forced  Token // the last forced refresh of this process; the flight's own

	mu        sync.Mutex
	running   *flight
	failed    error
	failUntil time.Time // real time, not k.now: it guards against load
}

// flight is one renewal that any number of callers wait for.
type flight struct {
	done chan struct{}
	tok  Token
	err  error
}

func newTokenKeeper(key string, cfg Config, fetch func(context.Context, bool) (Token, error)) *tokenKeeper {
	k := &tokenKeeper{
		key: key, store: cfg.TokenStore, holder: rand.Text(), fetch: fetch,
		perDay: forcePerDay, logger: cfg.Logger, now: cfg.Now,
	}
	k.lease, _ = cfg.TokenStore.(TokenLeaser)
	return k
}

// token returns a token that works. While the last minutes of the current one
// run, one renewal goes on in the background and nobody waits.
func (k *tokenKeeper) token(ctx context.Context) (Token, error) {
	tok, now := k.current.Load(), k.now()
	switch {
	case tok == nil || !now.Before(tok.ExpiresAt):
		return k.await(ctx, "")
	case !now.Before(tok.RefreshAt):
		k.join("")
	}
	return *tok, nil
}

// replace returns a token other than bad, which the platform has refused.
func (k *tokenKeeper) replace(ctx context.Context, bad Secret) (Token, error) {
	return k.await(ctx, bad)
}

func (k *tokenKeeper) await(ctx context.Context, bad Secret) (Token, error) {
	for range 2 {
		f := k.join(bad)
		select {
		case <-f.done:
		case <-ctx.Done():
			return Token{}, ctx.Err()
		}
		if f.err != nil {
			return Token{}, f.err
		}
		if f.tok.Value != bad {
			return f.tok, nil
		}
		// The flight was under way before the complaint and brought back the
		// very token complained about.
	}
	return Token{}, ErrForceLimit
}

// join returns the renewal under way, or a finished one when somebody else has
// just done it, or starts one. The renewal outlives the caller that began it.
func (k *tokenKeeper) join(bad Secret) *flight {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.running != nil {
		return k.running
	}
	if tok := k.current.Load(); tok != nil && k.usable(*tok, bad) {
		return finished(*tok, nil)
	}
	if k.failed != nil && time.Now().Before(k.failUntil) {
		return finished(Token{}, k.failed)
	}
	f := &flight{done: make(chan struct{})}
	k.running = f
	go k.fly(f, bad)
	return f
}

func finished(tok Token, err error) *flight {
	f := &flight{done: make(chan struct{}), tok: tok, err: err}
	close(f.done)
	return f
}

func (k *tokenKeeper) fly(f *flight, bad Secret) {
	ctx, cancel := context.WithTimeout(context.Background(), flightTimeout)
	defer cancel()
	f.tok, f.err = k.renew(ctx, bad)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.running, k.failed = nil, nil
	if f.err == nil {
		k.current.Store(&f.tok)
	} else if k.worthRemembering(f.err) {
		k.failed, k.failUntil = f.err, time.Now().Add(failureMemory)
	}
	close(f.done)
}

// worthRemembering tells a refusal, which will not change within a second,
// from a broken connection, which may. While a working token is at hand every
// failure is remembered, since nobody waits for the renewal.
func (k *tokenKeeper) worthRemembering(err error) bool {
	var e *Error
	if errors.Is(err, ErrForceLimit) || errors.As(err, &e) && e.Code != 0 {
		return true
	}
	tok := k.current.Load()
	return tok != nil && k.now().Before(tok.ExpiresAt)
}

// usable reports whether a token may be handed out: known, not the one just
// refused, and not due for replacement.
func (k *tokenKeeper) usable(t Token, bad Secret) bool {
	return t.Value != "" && t.Value != bad && k.now().Before(t.RefreshAt)
}
