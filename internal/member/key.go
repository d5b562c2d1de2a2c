package member

import "time"

// Key is an API key as it may be shown; the secret is shown once, when it is
// made. Times are UTC, real time.
type Key struct {
	ID         string // key_...
	Name       string // what people call it
	Role       Role
	CreatedAt  time.Time
	LastUsedAt time.Time // to the hour; zero for never
	RevokedAt  time.Time // zero for a key that works
	MadeBy     string    // the actor who answers for what it does, "member:mem_..."; empty for nobody
}
