package webhook

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// Request is one delivery as it leaves.
type Request struct {
	URL       string
	ID        string    // webhook-id
	At        time.Time // webhook-timestamp, real time
	Signature string    // webhook-signature
	Body      []byte
}

// Reply is what came of a [Request].
type Reply struct {
	Status     int           // HTTP status, 0 where no answer came
	Body       string        // its beginning
	RetryAfter time.Duration // what the endpoint asked for; 0 for nothing
	Error      string        // why no answer came; names no address and no secret
	Took       time.Duration
}

// Sender posts. It is safe for any number of goroutines.
type Sender interface {
	// Post sends once, follows no redirect, and takes a bounded time and a
	// bounded number of bytes. Whatever goes wrong is in the reply.
	Post(ctx context.Context, r Request) Reply
}

// Sealer locks secrets up before they are stored, the same on every node. Name
// is bound to the sealed bytes: they open under it alone.
type Sealer interface {
	// Seal fails with [ErrNoKey] where the server has no key.
	Seal(name string, plain []byte) ([]byte, error)
	Open(name string, sealed []byte) ([]byte, error)
}

// Reader reads endpoints and deliveries.
type Reader interface {
	// Endpoint finds one that was not deleted, or fails with [ErrNoEndpoint].
	Endpoint(ctx context.Context, id string) (Endpoint, error)
	// Endpoints lists all that were not deleted, oldest first; there are
	// [MaxEndpoints] at most.
	Endpoints(ctx context.Context) ([]Endpoint, error)
	// Delivery finds one or fails with [ErrNoDelivery].
	Delivery(ctx context.Context, id string) (Delivery, error)
	// Event finds one or fails with [ErrNoEvent].
	Event(ctx context.Context, id string) (event.Event, error)
}

// Filter chooses deliveries and attempts, newest first.
type Filter struct {
	EndpointID string // or
	EventID    string // one of the two
	Status     Status // with EndpointID, for deliveries; empty for any
	Before     string // an id of the page before; empty for the beginning
	Limit      int    // 1 to 100
}

// Range chooses the deliveries of an endpoint that were made from Since up to
// but not including Until, in the order of their ids.
type Range struct {
	EndpointID   string
	Since, Until time.Time
	After        string // an id; empty for the beginning
	Limit        int    //
}

// Store keeps endpoints, deliveries and attempts. Both engines behave alike.
type Store interface {
	Reader
	// Update runs fn in one transaction, like the ledger's.
	Update(ctx context.Context, fn func(tx Tx) error) error
	// Due reports whether a delivery to the endpoint is due.
	Due(ctx context.Context, endpointID string, now time.Time) (bool, error)
	// Lease hands out due deliveries of an endpoint, the longest due first, and
	// makes them due again at until, in one step.
	Lease(ctx context.Context, endpointID string, now, until time.Time, limit int) ([]Delivery, error)
	// Deliveries lists deliveries.
	Deliveries(ctx context.Context, f Filter) ([]Delivery, error)
	// InRange lists deliveries of an endpoint, oldest first.
	InRange(ctx context.Context, r Range) ([]Delivery, error)
	// Attempts lists the attempts of an endpoint.
	Attempts(ctx context.Context, f Filter) ([]Tried, error)
	// AttemptsOf lists the attempts of a delivery, oldest first, at most 200.
	AttemptsOf(ctx context.Context, deliveryID string) ([]Attempt, error)
	// Forget deletes a batch of deliveries that were final before then, with
	// their attempts, and returns how many; call it until that is 0.
	Forget(ctx context.Context, then time.Time) (int, error)
}

// Tx is the endpoints and deliveries inside one transaction.
type Tx interface {
	Reader
	// InsertEndpoint adds one.
	InsertEndpoint(ctx context.Context, e Endpoint) error
	// UpdateEndpoint writes e where the stored version is e.Version and raises
	// it; otherwise it fails with [ErrStale].
	UpdateEndpoint(ctx context.Context, e Endpoint) error
	// InsertDeliveries adds those whose pair of endpoint and event has none yet,
	// leased until a moment of real time where it is not zero, and returns the
	// ids of those that it added.
	InsertDeliveries(ctx context.Context, all []Delivery, leased time.Time) (added map[string]bool, err error)
	// DeliveryOf finds the delivery of a pair or fails with [ErrNoDelivery].
	DeliveryOf(ctx context.Context, endpointID, eventID string) (Delivery, error)
	// UpdateDeliveries writes those whose stored version is the given one,
	// raises it, and returns the ids of them; the others are left as they are.
	UpdateDeliveries(ctx context.Context, all []Delivery) (done map[string]bool, err error)
	// InsertAttempts adds attempts.
	InsertAttempts(ctx context.Context, all []Attempt) error
	// AddEvent adds an event to the outbox.
	AddEvent(ctx context.Context, e event.Event) error
}
