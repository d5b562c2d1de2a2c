// Package password hashes passwords with argon2id, so that a stolen database
// gives nobody's password away cheaply.
//
// It is for passwords that people choose; secrets of high entropy are hashed
// by [github.com/paypush/paypush/internal/member.HashSecret]. It knows no rules
// about what a good password is, which are the domain's.
//
// The rule that surprises: hashing is meant to be expensive in memory, so a
// [Hasher] lets only a few run at once and others wait for a place, or until
// their context ends.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
)

// The cost of a new hash: 19 MiB and two passes in one lane, which is what
// OWASP's Password Storage Cheat Sheet asks of argon2id at least.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	saltBytes = 16
	keyBytes  = 32
)

// longestWait is how long anybody waits for a place. Who comes in a flood is
// told to try again rather than kept.
const longestWait = 10 * time.Second

var errBusy = fault.New(fault.Unavailable, "busy", "The server is busy. Try again in a moment.")

// Hasher hashes and verifies passwords. It is safe for any number of
// goroutines; those beyond its slots wait.
type Hasher struct {
	slots chan struct{}
	decoy hash // verified where there is no hash, so that the time tells nothing
}

var _ member.Hasher = (*Hasher)(nil)

// New makes a hasher that runs at most slots computations at once, each of
// which needs 19 MiB. Fewer than one slot counts as one.
func New(slots int) *Hasher {
	h := &Hasher{slots: make(chan struct{}, max(1, slots))}
	h.decoy = hash{memory: memoryKiB, passes: passes, lanes: lanes, salt: salt(), key: make([]byte, keyBytes)}
	return h
}

// Hash makes a hash of password with a salt of its own, as a PHC string. It
// fails with kind unavailable where there was no place within ten seconds or
// before ctx ended.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	made := hash{memory: memoryKiB, passes: passes, lanes: lanes, salt: salt()}
	key, err := h.derive(ctx, password, made, keyBytes)
	if err != nil {
		return "", err
	}
	made.key = key
	return made.String(), nil
}

// Verify reports whether password made the PHC string encoded. An empty string
// costs the same time and never verifies. A string that is no argon2id hash
// within sane bounds is an error of kind internal; that there was no place is
// one of kind unavailable, as for Hash.
func (h *Hasher) Verify(ctx context.Context, password, encoded string) (bool, error) {
	stored := h.decoy
	if encoded != "" {
		var err error
		if stored, err = parse(encoded); err != nil {
			return false, fault.Wrap("password.Verify", err)
		}
	}
	key, err := h.derive(ctx, password, stored, len(stored.key))
	if err != nil {
		return false, err
	}
	same := subtle.ConstantTimeCompare(key, stored.key) == 1
	return same && encoded != "", nil
}

func (h *Hasher) derive(ctx context.Context, password string, p hash, size int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, errBusy.Because("password.derive", context.Cause(ctx))
	}
	return argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(size)), nil
}

func salt() []byte {
	b := make([]byte, saltBytes)
	rand.Read(b) //nolint:errcheck // crypto/rand.Read never fails
	return b
}
