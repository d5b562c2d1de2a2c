package pay

import (
	"log/slog"
	"strings"
	"time"
)

// Service is everything that may be done with money. It holds no state of its
// own besides what [Config] gave it, and is safe for any number of goroutines
// and of nodes over one store.
type Service struct {
	store     Store
	due       Due
	rejects   Rejects
	providers map[string]Provider
	listeners map[string]Listener
	channels  []string
	now       func() time.Time
	newID     func(prefix string) string
	lifetime  time.Duration
	policy    Policy
	persons   Persons
	log       *slog.Logger
	lately    *lately
}

// Config is what a [Service] works with. Every field but Log is needed.
type Config struct {
	Store     Store
	Due       Due
	Rejects   Rejects
	Providers map[string]Provider        // by account name
	Listeners map[string]Listener        // by account name
	Channels  []string                   // such as "alipay.page", in the order in which a payer sees them
	Now       func() time.Time           // business time
	NewID     func(prefix string) string //
	Lifetime  time.Duration              // of an order whose creator named none
	Policy    Policy                     // see [DefaultPolicy]
	Persons   Persons                    // nil where every actor stands for itself
	Log       *slog.Logger
}

// NewService makes a service.
func NewService(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{store: c.Store, due: c.Due, rejects: c.Rejects, providers: c.Providers,
		listeners: c.Listeners, channels: c.Channels, now: c.Now, newID: c.NewID, lifetime: c.Lifetime, policy: c.Policy, persons: c.Persons, log: c.Log, lately: newLately()}
}

// Reader gives read access to the ledger, for pages and the API.
func (s *Service) Reader() Reader { return s.store }

// Channels lists the ways to pay, in the order in which a payer sees them.
func (s *Service) Channels() []string { return s.channels }

// provider finds the account that serves a channel: the part before the dot.
func (s *Service) provider(channel string) (account string, p Provider, err error) {
	account, _, _ = strings.Cut(channel, ".")
	p, ok := s.providers[account]
	if !ok || !contains(s.channels, channel) {
		return "", nil, ErrNoChannel
	}
	return account, p, nil
}
