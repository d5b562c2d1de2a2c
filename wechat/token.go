package wechat

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// Token is what nodes share about one account's access token, and likewise
// about its JS-SDK ticket.
type Token struct {
	// Value is the token itself; empty when none is known.
	Value Secret
	// ExpiresAt is when the platform stops taking it.
	ExpiresAt time.Time
	// RefreshAt is from when on it should be replaced while it still works.
	RefreshAt time.Time
	// ForcedAt is when a refresh was last forced after the platform called a
	// token bad, and ForcedCount how many were forced on that day, counted in
	// Asia/Shanghai.
	ForcedAt    time.Time
	ForcedCount int
}

type tokenRecord struct {
	Value       string    `json:"value"`
	ExpiresAt   time.Time `json:"expires_at"`
	RefreshAt   time.Time `json:"refresh_at"`
	ForcedAt    time.Time `json:"forced_at"`
	ForcedCount int       `json:"forced_count"`
}

// MarshalBinary packs the token, value included, for a store that keeps one
// opaque blob. The result is as secret as the token.
func (t Token) MarshalBinary() ([]byte, error) {
	return json.Marshal(tokenRecord{t.Value.Reveal(), t.ExpiresAt.UTC(), t.RefreshAt.UTC(), t.ForcedAt.UTC(), t.ForcedCount})
}

// UnmarshalBinary unpacks what MarshalBinary made.
func (t *Token) UnmarshalBinary(data []byte) error {
	var r tokenRecord
	if err := json.Unmarshal(data, &r); err != nil {
		return fmt.Errorf("wechat: stored token is unreadable at offset %d", errorOffset(err))
	}
	*t = Token{Secret(r.Value), r.ExpiresAt, r.RefreshAt, r.ForcedAt, r.ForcedCount}
	return nil
}

// TokenStore is where the nodes of one installation share tokens. Several
// accounts may use one store. Implementations must be safe for concurrent use.
//
// A store that fails does not stop the client: it fetches for itself and tells
// its logger, but it does not force a refresh whose count it cannot read.
type TokenStore interface {
	// Load returns what was saved under key, or a zero Token and no error
	// when there is nothing. The key is the app id, and the app id with a
	// suffix for what else is shared.
	Load(ctx context.Context, key string) (Token, error)
	// Save replaces what is kept under key.
	Save(ctx context.Context, key string, t Token) error
}

// TokenLeaser is what a TokenStore has in addition when only one node at a
// time should fetch. Without it two nodes may fetch at once, which is harmless
// with stable tokens and wasteful with classic ones.
type TokenLeaser interface {
	// AcquireLease gives the lease of key to holder for ttl and reports
	// whether it did; it does not wait. A lease whose ttl has passed is free,
	// and the holder itself may take its own again.
	AcquireLease(ctx context.Context, key, holder string, ttl time.Duration) (bool, error)
	// ReleaseLease frees the lease if holder has it.
	ReleaseLease(ctx context.Context, key, holder string) error
}

// MemoryTokenStore is a TokenStore for one process. Its zero value is not
// usable; see NewMemoryTokenStore.
type MemoryTokenStore struct {
	mu     sync.Mutex
	tokens map[string]Token
}

// NewMemoryTokenStore makes an empty store. Clients of one process that serve
// the same account should share it.
func NewMemoryTokenStore() *MemoryTokenStore {
	return &MemoryTokenStore{tokens: make(map[string]Token)}
}

// Load implements TokenStore.
func (s *MemoryTokenStore) Load(_ context.Context, key string) (Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens[key], nil
}

// Save implements TokenStore.
func (s *MemoryTokenStore) Save(_ context.Context, key string, t Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[key] = t
	return nil
}
