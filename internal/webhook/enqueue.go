package webhook

import (
	"context"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Enqueue makes one delivery for each event and each endpoint that wants it,
// in one transaction. However often an event is handed in, there is one
// delivery of it to an endpoint. A disabled endpoint's is kept as skipped, so
// that it can be replayed.
func (s *Service) Enqueue(ctx context.Context, events []event.Event) error {
	endpoints, err := s.store.Endpoints(ctx)
	if err != nil || len(endpoints) == 0 {
		return fault.Wrap("webhook.Enqueue", err)
	}
	deliveries, err := s.fanOut(events, endpoints)
	if err != nil || len(deliveries) == 0 {
		return fault.Wrap("webhook.Enqueue", err)
	}
	err = s.store.Update(ctx, func(tx Tx) error { return tx.InsertDeliveries(ctx, deliveries) })
	s.stir()
	return fault.Wrap("webhook.Enqueue", err)
}

func (s *Service) fanOut(events []event.Event, endpoints []Endpoint) (all []Delivery, err error) {
	now := s.now()
	for _, e := range events {
		for _, to := range endpoints {
			if !to.Wants(e.Type) {
				continue
			}
			d, err := s.newDelivery(e, to, now)
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
	}
	return all, nil
}
