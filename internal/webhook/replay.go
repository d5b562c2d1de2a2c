package webhook

import (
	"context"
	"errors"
	"slices"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Replay delivers one event again, whatever became of it before: to the
// endpoint that is named, or where none is to every enabled one that wants its
// type. It returns how many deliveries are due now.
func (s *Service) Replay(ctx context.Context, eventID, endpointID string) (n int, err error) {
	err = s.store.Update(ctx, func(tx Tx) error {
		n = 0
		e, err := tx.Event(ctx, eventID)
		if err != nil {
			return err
		}
		all, err := targets(ctx, tx, e, endpointID)
		if err != nil {
			return err
		}
		for _, to := range all {
			if err := s.replayTo(ctx, tx, e, to); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	s.stir()
	return n, fault.Wrap("webhook.Replay", err)
}

func targets(ctx context.Context, tx Tx, e event.Event, endpointID string) ([]Endpoint, error) {
	if endpointID != "" {
		one, err := tx.Endpoint(ctx, endpointID)
		if err == nil && !one.Enabled {
			err = ErrDisabled
		}
		return []Endpoint{one}, err
	}
	all, err := tx.Endpoints(ctx)
	return slices.DeleteFunc(all, func(to Endpoint) bool { return !to.Enabled || !to.Wants(e.Type) }), err
}

func (s *Service) replayTo(ctx context.Context, tx Tx, e event.Event, to Endpoint) error {
	d, err := tx.DeliveryOf(ctx, to.ID, e.ID)
	if errors.Is(err, ErrNoDelivery) {
		if d, err = s.newDelivery(e, to, s.now()); err == nil {
			err = tx.InsertDeliveries(ctx, []Delivery{d})
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
