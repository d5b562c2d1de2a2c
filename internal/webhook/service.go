package webhook

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Service is everything that may be done with webhooks. It is safe for any
// number of goroutines and of nodes over one store.
type Service struct {
	store  Store
	sender Sender
	sealer Sealer
	guard  Guard
	now    func() time.Time
	newID  func(prefix string) string
	log    *slog.Logger
	wake   chan struct{}
	pump   atomic.Pointer[pump] // while this process sends
}

// Config is what a [Service] works with. Every field but Guard and Log is
// needed.
type Config struct {
	Store  Store
	Sender Sender
	Sealer Sealer
	Guard  Guard            // which addresses an endpoint may have
	Now    func() time.Time // business time
	NewID  func(prefix string) string
	Log    *slog.Logger
}

// NewService makes a service. Nothing is sent until [Service.Run].
func NewService(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{store: c.Store, sender: c.Sender, sealer: c.Sealer, guard: c.Guard, now: c.Now, newID: c.NewID,
		log: c.Log, wake: make(chan struct{}, 1)}
}

// Draft checks what is asked and makes an endpoint with its first secret. It
// stores nothing.
func (s *Service) Draft(in NewEndpoint) (e Endpoint, secretValue string, err error) {
	if err := s.check(Change{URL: &in.URL, Description: &in.Description, Types: &in.Types}); err != nil {
		return Endpoint{}, "", err
	}
	e = Endpoint{ID: s.newID("whe"), URL: in.URL, Description: in.Description, Types: in.Types, Enabled: true,
		Version: 1, CreatedAt: s.now()}
	secretValue = NewSecret()
	e.Sealed, err = s.sealSecrets(e.ID, []secret{{Value: secretValue}})
	return e, secretValue, err
}

// Place stores a drafted endpoint. Events that are dispatched from then on are
// posted to it.
func (s *Service) Place(ctx context.Context, e Endpoint) error {
	return fault.Wrap("webhook.Place", s.store.Update(ctx, func(tx Tx) error {
		all, err := tx.Endpoints(ctx)
		if err != nil {
			return err
		}
		if len(all) >= MaxEndpoints {
			return ErrTooMany
		}
		return tx.InsertEndpoint(ctx, e)
	}))
}

// Update changes an endpoint. Enabling one that was disabled lets its pending
// deliveries go on at once; those that were skipped meanwhile wait for
// [Service.ReplayRange].
func (s *Service) Update(ctx context.Context, id string, c Change) (e Endpoint, err error) {
	if err := s.check(c); err != nil {
		return Endpoint{}, err
	}
	e, err = s.change(ctx, id, func(e *Endpoint) error {
		e.apply(c)
		return nil
	})
	s.stir()
	return e, fault.Wrap("webhook.Update", err)
}

// Delete ends an endpoint for good and forgets its secrets. What was tried
// stays logged for a while.
func (s *Service) Delete(ctx context.Context, id string) error {
	_, err := s.change(ctx, id, func(e *Endpoint) error {
		e.DeletedAt, e.Sealed, e.Enabled = s.now(), nil, false
		return nil
	})
	return fault.Wrap("webhook.Delete", err)
}

// Rotation is a new secret on its way to an endpoint, and until when the old
// one signs beside it.
type Rotation struct {
	Secret string
	Until  time.Time
}

// The longest time that an old secret may go on signing.
const maxOverlap = 7 * 24 * time.Hour

// DraftRotation makes a new secret. It stores nothing.
func (s *Service) DraftRotation(overlap time.Duration) (Rotation, error) {
	if overlap < 0 || overlap > maxOverlap {
		return Rotation{}, ErrOverlap
	}
	return Rotation{Secret: NewSecret(), Until: s.now().Add(overlap)}, nil
}

// Rotate gives an endpoint a drafted secret. Until the rotation's end every
// delivery bears a signature by the new secret and one by the old.
func (s *Service) Rotate(ctx context.Context, id string, r Rotation) (Endpoint, error) {
	e, err := s.change(ctx, id, func(e *Endpoint) error {
		all, err := s.openSecrets(*e)
		if err != nil {
			return err
		}
		e.Sealed, err = s.sealSecrets(id, rotated(all, r.Secret, s.now(), r.Until))
		return err
	})
	return e, fault.Wrap("webhook.Rotate", err)
}

// change reads an endpoint, changes it, and writes it, in one transaction.
func (s *Service) change(ctx context.Context, id string, by func(*Endpoint) error) (e Endpoint, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		if e, err = tx.Endpoint(ctx, id); err != nil {
			return err
		}
		if err = by(&e); err != nil {
			return err
		}
		return tx.UpdateEndpoint(ctx, e)
	})
	e.Version++
	return e, err
}

func (s *Service) check(c Change) error {
	if c.Description != nil && !goodText(*c.Description) {
		return ErrDescription
	}
	if c.Types != nil && !goodTypes(*c.Types) {
		return ErrTypes
	}
	if c.URL != nil {
		return s.guard.check(*c.URL)
	}
	return nil
}

// stir has the sending loop of this process look for work.
func (s *Service) stir() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
