package web

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/webhook"
)

// Desk is what the console works with beside the domains. Every field but
// Campaigns and Followers is needed.
type Desk struct {
	Figures  Figures
	Outcomes Outcomes
	Roll     Roll
	Keys     KeyRing
	Links    SignInMaker
	History  History
	Trail    audit.Reader
	Webhooks *webhook.Service
	Books    *reconcile.Service

	Campaigns Campaigns // nil where nobody can be told anything
	Followers Followers // nil where nobody follows an account
}

// Figures counts what happened to money.
type Figures interface {
	// Sums counts the orders made since then by their state, and Paid those
	// that were paid since then.
	Sums(ctx context.Context, since time.Time) ([]pay.OrderSum, error)
	Paid(ctx context.Context, since time.Time) (pay.OrderSum, error)
	// ForgedCounts and ForgedSamples tell of forged notices, newest first.
	ForgedCounts(ctx context.Context, since time.Time) ([]pay.ForgedCount, error)
	ForgedSamples(ctx context.Context) ([]pay.Forged, error)
}

// Outcomes tells what became of messages.
type Outcomes interface {
	// Outcomes counts the messages made since then, of real time, by their state.
	Outcomes(ctx context.Context, since time.Time) (map[push.Status]int64, error)
	// MessageByKey finds one by its key or fails with [push.ErrNoMessage].
	MessageByKey(ctx context.Context, key string) (push.Message, error)
}

// Roll lists people.
type Roll interface {
	// Members lists members, newest first, behind the id before.
	Members(ctx context.Context, before string, limit int) ([]member.Member, error)
	// MembersNamed lists members whose name begins with a prefix.
	MembersNamed(ctx context.Context, prefix string, limit int) ([]member.Member, error)
	// MemberByName finds one or fails with [member.ErrNoMember].
	MemberByName(ctx context.Context, name string) (member.Member, error)
	// Bindings lists what is bound to a member, BindingPage everything, newest
	// first, behind the id before.
	Bindings(ctx context.Context, memberID string) ([]member.Binding, error)
	BindingPage(ctx context.Context, before string, limit int) ([]member.Binding, error)
	// BindingByOpenID finds one or fails with [member.ErrNoBinding].
	BindingByOpenID(ctx context.Context, account, openid string) (member.Binding, error)
}

// KeyRing keeps API keys.
type KeyRing interface {
	// Create makes a key and returns its secret, which can't be had again.
	// madeBy is the actor who answers for what it does.
	Create(ctx context.Context, name string, role member.Role, madeBy string) (secret string, made member.Key, err error)
	// Revoke ends a key for ever.
	Revoke(ctx context.Context, id string) error
	// List lists the keys, newest first, the revoked ones too.
	List(ctx context.Context) ([]member.Key, error)
}

// SignInMaker makes one-time sign-in links.
type SignInMaker interface {
	// Create makes the secret of a link that signs a member in once within ttl
	// of real time.
	Create(ctx context.Context, memberID string, ttl time.Duration) (secret string, err error)
}

// History reads the events of one thing.
type History interface {
	// Of lists them, oldest first.
	Of(ctx context.Context, object string) ([]event.Event, error)
	// ArchivedUntil is the time of the youngest event or notice that is archived,
	// zero where none is.
	ArchivedUntil(ctx context.Context) (time.Time, error)
}
