package push

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// Outcome is what a channel says of one try to send.
type Outcome struct {
	Status     Status        // Sent, Failed, Skipped, Unknown, or Queued to try again
	Code       string        // the platform's code, such as "43004"
	Detail     string        // a sentence for people
	PlatformID string        // the platform's number of the message
	After      time.Duration // with Queued: how long to wait at least
	Exhausted  bool          // with Queued: the day's allowance is used up
	Somebody   bool          // of a mass call, with Failed: refused because of somebody in it

	doubt  bool // queued again although it may have been delivered
	passed Way  // queued again in another way than this one
}

// Channel is a way to reach people. It is safe for any number of goroutines.
type Channel interface {
	// Send tries to deliver m once. Whatever goes wrong is in the outcome:
	// Queued says that surely nothing was delivered and a later try may work,
	// Unknown that it may have been delivered or not.
	Send(ctx context.Context, m Message) Outcome
}

// Recogniser is what a [Channel] is besides when its platform recognises a
// repeated message by our id and delivers it once.
type Recogniser interface {
	// Recognised is for how long after the first try a repetition of m is
	// recognised; zero means not at all.
	Recognised(m Message) time.Duration
}

// Address is where a person is reached over a channel.
type Address struct {
	Channel, Account, Recipient string
}

// People knows who can be reached, and where.
type People interface {
	// Addresses lists the addresses of a member, best first; none is not an error.
	Addresses(ctx context.Context, memberID string) ([]Address, error)
	// MemberOf finds a member by the team's own id, or fails with [ErrNoUser].
	MemberOf(ctx context.Context, user string) (memberID string, err error)
	// Follower finds what an account was told of somebody, or fails with
	// [ErrNoFollower].
	Follower(ctx context.Context, account, openid string) (Follower, error)
}

// Store keeps messages. Both engines behave alike.
type Store interface {
	// Update runs fn in one transaction, like the ledger's.
	Update(ctx context.Context, fn func(tx Tx) error) error
	// Move writes m where the stored version is m.Version and raises it;
	// otherwise it changes nothing and fails with [ErrStale]. Spent notes besides
	// that the person was written to inside the window they opened. Several that
	// move at about the same moment become durable together. It adds nothing of
	// what a request attached to ctx, and what has begun goes on when ctx ends.
	Move(ctx context.Context, m Message, spent bool) error
	// Message finds one by id or fails with [ErrNoMessage].
	Message(ctx context.Context, id string) (Message, error)
	// MessageByKey finds one by its key or fails with [ErrNoMessage].
	MessageByKey(ctx context.Context, key string) (Message, error)
	// Messages lists what a filter selects.
	Messages(ctx context.Context, f Filter) ([]Message, error)
}

// Filter selects a page of messages, newest first. What is left empty does not
// narrow it.
type Filter struct {
	MemberID    string    // or
	Recipient   string    // one of the two
	Status      Status    //
	From, Until time.Time // when they were made; Until is excluded
	Before      string    // only messages that come after this one in the list
	Limit       int       // 1 to 100
}

// Tx is the messages inside one transaction.
type Tx interface {
	// InsertMessages adds messages and tells which of their ids it added: one
	// whose key exists already is left out.
	InsertMessages(ctx context.Context, all []Message) (added map[string]bool, err error)
	// AddEvents adds events to the outbox.
	AddEvents(ctx context.Context, all []event.Event) error
}
