package wechat

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrRateLimited is what a RateLimiter answers when a call's context would end
// before its turn comes.
var ErrRateLimited = errors.New("rate limit leaves no room before the deadline")

// Rate is how many calls may be made in a period, spread evenly, with Burst of
// them at once; Burst counts as 1 when it is less.
type Rate struct {
	Calls int
	Per   time.Duration
	Burst int
}

// RateLimiter is a Limiter with one rate for each API, counted per account.
// One limiter may serve many clients.
type RateLimiter struct {
	rates map[string]Rate

	mu   sync.Mutex
	next map[limitKey]time.Time
}

type limitKey struct{ appID, path string }

// NewRateLimiter makes a limiter. The keys are paths, such as
// /cgi-bin/message/template/send; the empty path is for all others, each
// counted by itself. Paths without a rate are not limited. Fetching tokens
// never is.
func NewRateLimiter(rates map[string]Rate) *RateLimiter {
	own := make(map[string]Rate, len(rates))
	for path, r := range rates {
		if r.Calls > 0 && r.Per > 0 {
			r.Burst = max(r.Burst, 1)
			own[path] = r
		}
	}
	return &RateLimiter{rates: own, next: make(map[limitKey]time.Time)}
}

// Wait implements Limiter. A call whose turn lies beyond the deadline of ctx
// is refused at once and takes no turn; one cancelled while it waits has used
// its own.
func (l *RateLimiter) Wait(ctx context.Context, appID, path string) error {
	rate, ok := l.rates[path]
	if !ok {
		if rate, ok = l.rates[""]; !ok {
			return nil
		}
	}
	wait, err := l.take(ctx, limitKey{appID, path}, rate)
	if err != nil || wait <= 0 {
		return err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// take reserves a turn and returns how long it is away. It keeps one time per
// key, that at which all turns given out have been used at the even pace; the
// burst is how far ahead of that a call may go.
func (l *RateLimiter) take(ctx context.Context, key limitKey, rate Rate) (time.Duration, error) {
	now, step := time.Now(), rate.Per/time.Duration(rate.Calls)
	l.mu.Lock()
	defer l.mu.Unlock()
	due := l.next[key]
	if due.Before(now) {
		due = now
	}
	wait := due.Sub(now) - step*time.Duration(rate.Burst-1)
	if deadline, ok := ctx.Deadline(); ok && now.Add(wait).After(deadline) {
		return 0, ErrRateLimited
	}
	l.next[key] = due.Add(step)
	return wait, nil
}
