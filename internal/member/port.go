package member

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// Hasher turns passwords into hashes that are slow to guess.
type Hasher interface {
	// Hash makes a hash with a salt of its own.
	Hash(ctx context.Context, password string) (string, error)
	// Verify reports whether password made hash. An empty hash costs the same
	// time and never verifies, so that a caller can't tell who exists.
	Verify(ctx context.Context, password, hash string) (bool, error)
}

// Identity is who agreed on a platform's page.
type Identity struct {
	OpenID   string
	UnionID  string
	Nickname string
	Snapshot bool // a stand-in that the platform shows for a person who only looked; never bound
}

// Directory is a WeChat account as far as people are concerned.
type Directory interface {
	// AuthorizeURL is the platform's consent page, which comes back with state.
	AuthorizeURL(state string) (string, error)
	// Identify turns the code that came back into a person, once. A code that
	// is used, expired or made up is a fault of kind rejected.
	Identify(ctx context.Context, code string) (Identity, error)
}

// Coder is a [Directory] whose account can make parametric codes: who scans one
// follows the account, which is then told who it was and the code's scene.
type Coder interface {
	// Code makes a code that works for life and answers what its picture holds,
	// from which nobody can tell the scene.
	Code(ctx context.Context, scene string, life time.Duration) (content string, err error)
}

// Store keeps people, bindings and bind links. Both engines behave alike.
type Store interface {
	// Update runs fn in one transaction, like the ledger's.
	Update(ctx context.Context, fn func(tx Tx) error) error
	Reader
}

// Reader finds people. Missing ones are [ErrNoMember], [ErrNoBinding] and
// [ErrNoLink].
type Reader interface {
	Member(ctx context.Context, id string) (Member, error)
	MemberByName(ctx context.Context, name string) (Member, error)
	Binding(ctx context.Context, memberID, account string) (Binding, error)
	BindingByOpenID(ctx context.Context, account, openID string) (Binding, error)
	Bindings(ctx context.Context, memberID string) ([]Binding, error)
	Link(ctx context.Context, id string) (Link, error)
	LinkByToken(ctx context.Context, tokenHash string) (Link, error)
	LinkByScene(ctx context.Context, sceneHash string) (Link, error)
	LinkByConfirm(ctx context.Context, confirmHash string) (Link, error)
	// NewestLink is the link that a session made last.
	NewestLink(ctx context.Context, session string) (Link, error)
}

// Tx is people inside one transaction.
type Tx interface {
	Reader
	// InsertMember fails with [ErrNameTaken] where the name exists in any case.
	InsertMember(ctx context.Context, m Member) error
	// UpdateMember writes m where the stored version is m.Version and raises
	// it; otherwise it fails with [ErrStale].
	UpdateMember(ctx context.Context, m Member) error
	// InsertBinding fails with [ErrBoundElsewhere] where the openid, or the
	// member, has a binding at the account.
	InsertBinding(ctx context.Context, b Binding) error
	DeleteBinding(ctx context.Context, id string) error
	// DeleteMember forgets a person: the member, the name, the bindings with
	// what was told about them, links, sessions and messages. Orders stay, under
	// an id that nobody bears any more. It fails with [ErrStale] where the
	// stored version is not m.Version.
	DeleteMember(ctx context.Context, m Member) error
	// Admins counts the administrators. It makes other transactions that ask
	// wait until this one has ended, so that two can't both be the last.
	Admins(ctx context.Context) (int, error)
	InsertLink(ctx context.Context, l Link) error
	// UpdateLink is to links what UpdateMember is to members.
	UpdateLink(ctx context.Context, l Link) error
	// RevokeLinks ends the links of a session that are not used up: nobody can
	// bind by them any more.
	RevokeLinks(ctx context.Context, session string) error
	// DeleteLinks forgets links that expired at or before then, at most limit.
	DeleteLinks(ctx context.Context, expired time.Time, limit int) error
	AddEvent(ctx context.Context, e event.Event) error
}

// Throttle slows down those who guess. It is shared by all nodes.
type Throttle interface {
	// Allow fails with [ErrThrottled] while key has failed too often.
	Allow(ctx context.Context, key string) error
	// Fail counts one failure of key.
	Fail(ctx context.Context, key string) error
	// Clear forgets the failures of key.
	Clear(ctx context.Context, key string) error
}
