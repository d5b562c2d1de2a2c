package webhook

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Redelivery is an event that is to be delivered again, and to whom.
type Redelivery struct {
	Event event.Event
	To    []Endpoint
}

// DraftReplay finds out to whom an event would be delivered again: to the
// endpoint that is named, or where none is to every enabled one that wants its
// type. It stores nothing.
func (s *Service) DraftReplay(ctx context.Context, eventID, endpointID string) (Redelivery, error) {
	e, err := s.store.Event(ctx, eventID)
	if err != nil {
		return Redelivery{}, fault.Wrap("webhook.DraftReplay", err)
	}
	to, err := s.targets(ctx, e, endpointID)
	return Redelivery{e, to}, fault.Wrap("webhook.DraftReplay", err)
}

func (s *Service) targets(ctx context.Context, e event.Event, endpointID string) ([]Endpoint, error) {
	if endpointID != "" {
		one, err := s.store.Endpoint(ctx, endpointID)
		if err == nil && !one.Enabled {
			err = ErrDisabled
		}
		return []Endpoint{one}, err
	}
	all, err := s.store.Endpoints(ctx)
	return slices.DeleteFunc(all, func(to Endpoint) bool { return !to.Enabled || !to.Wants(e.Type) }), err
}

// Replay makes a drafted redelivery due now, whatever became of the event
// before. An endpoint that was disabled since hears of it when it is enabled.
func (s *Service) Replay(ctx context.Context, r Redelivery) error {
	err := s.store.Update(ctx, func(tx Tx) error {
		for _, to := range r.To {
			if err := s.replayTo(ctx, tx, r.Event, to); err != nil {
				return err
			}
		}
		return nil
	})
	s.stir()
	return fault.Wrap("webhook.Replay", err)
}

func (s *Service) replayTo(ctx context.Context, tx Tx, e event.Event, to Endpoint) error {
	d, err := tx.DeliveryOf(ctx, to.ID, e.ID)
	if errors.Is(err, ErrNoDelivery) {
		body, err := Body(e)
		if err == nil {
			_, err = tx.InsertDeliveries(ctx, []Delivery{s.newDelivery(e, body, to, s.now())}, time.Time{})
		}
		return err
	}
	if err != nil {
		return err
	}
	return s.requeue(ctx, tx, []Delivery{d})
}

func (s *Service) requeue(ctx context.Context, tx Tx, all []Delivery) error {
	for i := range all {
		all[i].again(s.now())
	}
	done, err := tx.UpdateDeliveries(ctx, all)
	if err == nil && len(done) < len(all) {
		return ErrStale
	}
	return err
}

// How a range is walked, and how much of it at one call.
const (
	rangePage = 200
	rangeMost = 10_000
)

// ReplayRange delivers again what was made in a range of time and became one
// of statuses; what is pending already is left alone. It returns how many
// deliveries are due now and, where there may be more, the id to go on after.
// What it did before an error stays done.
func (s *Service) ReplayRange(ctx context.Context, r Range, statuses ...Status) (n int, next string, err error) {
	if !r.Since.Before(r.Until) {
		return 0, "", ErrRange
	}
	e, err := s.store.Endpoint(ctx, r.EndpointID)
	if err == nil && !e.Enabled {
		err = ErrDisabled
	}
	if err != nil {
		return 0, "", fault.Wrap("webhook.ReplayRange", err)
	}
	defer s.stir()
	r.Limit = rangePage
	for seen := 0; seen < rangeMost; seen += rangePage {
		found, err := s.store.InRange(ctx, r)
		if err != nil || len(found) == 0 {
			return n, "", fault.Wrap("webhook.ReplayRange", err)
		}
		r.After = found[len(found)-1].ID
		done, err := s.requeueAll(ctx, found, statuses)
		if n += done; err != nil {
			return n, "", fault.Wrap("webhook.ReplayRange", err)
		}
	}
	return n, r.After, nil
}

func (s *Service) requeueAll(ctx context.Context, found []Delivery, statuses []Status) (n int, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		var chosen []Delivery
		for _, d := range found {
			d, err := tx.Delivery(ctx, d.ID)
			if err != nil {
				return err
			}
			if d.Status != Pending && slices.Contains(statuses, d.Status) {
				chosen = append(chosen, d)
			}
		}
		n = len(chosen)
		return s.requeue(ctx, tx, chosen)
	})
	return n, err
}
