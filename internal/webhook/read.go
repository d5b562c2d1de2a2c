package webhook

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Endpoint finds one endpoint.
func (s *Service) Endpoint(ctx context.Context, id string) (Endpoint, error) {
	e, err := s.store.Endpoint(ctx, id)
	return e, fault.Wrap("webhook.Endpoint", err)
}

// Endpoints lists all endpoints, oldest first.
func (s *Service) Endpoints(ctx context.Context) ([]Endpoint, error) {
	all, err := s.store.Endpoints(ctx)
	return all, fault.Wrap("webhook.Endpoints", err)
}

// Delivery finds one delivery with its attempts, oldest first.
func (s *Service) Delivery(ctx context.Context, id string) (Delivery, []Attempt, error) {
	d, err := s.store.Delivery(ctx, id)
	if err != nil {
		return Delivery{}, nil, fault.Wrap("webhook.Delivery", err)
	}
	all, err := s.store.AttemptsOf(ctx, id)
	return d, all, fault.Wrap("webhook.Delivery", err)
}

// Deliveries lists deliveries, newest first.
func (s *Service) Deliveries(ctx context.Context, f Filter) ([]Delivery, error) {
	all, err := s.store.Deliveries(ctx, f)
	return all, fault.Wrap("webhook.Deliveries", err)
}

// Attempts lists the attempts of an endpoint, newest first.
func (s *Service) Attempts(ctx context.Context, f Filter) ([]Tried, error) {
	all, err := s.store.Attempts(ctx, f)
	return all, fault.Wrap("webhook.Attempts", err)
}

// Forget deletes a batch of deliveries that have been final for longer than
// kept, with their attempts, and returns how many deliveries it was; call it
// until that is 0.
func (s *Service) Forget(ctx context.Context, kept time.Duration) (int, error) {
	n, err := s.store.Forget(ctx, s.now().Add(-kept))
	return n, fault.Wrap("webhook.Forget", err)
}
