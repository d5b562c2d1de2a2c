package webhook

import (
	"math/rand/v2"
	"time"
)

// Window is for how long a delivery is tried, from when it was made or
// replayed.
const Window = 3 * 24 * time.Hour

// waits are the waits after the first, second, ... failure; the last one
// repeats. Each takes up to a quarter more by chance, so that deliveries that
// failed together don't come back together.
var waits = [...]time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour, 8 * time.Hour}

// maxRetryAfter bounds what an endpoint may ask for.
const maxRetryAfter = 24 * time.Hour

// nextTry tells when a delivery that failed for the tries-th time is tried
// again, or false where it is given up. The last try is made at the end of the
// window; an endpoint that asks for longer than that is not tried again.
func nextTry(tries int, now, giveUpAt time.Time, retryAfter time.Duration) (time.Time, bool) {
	if !now.Before(giveUpAt) {
		return time.Time{}, false
	}
	wait := waits[min(max(tries, 1), len(waits))-1]
	next := now.Add(wait + rand.N(wait/4))
	if next.After(giveUpAt) {
		next = giveUpAt
	}
	if asked := now.Add(min(retryAfter, maxRetryAfter)); asked.After(next) {
		next = asked
	}
	return next, !next.After(giveUpAt)
}
