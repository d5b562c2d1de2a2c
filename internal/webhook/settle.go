package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/event"
)

// settle writes down what came of tries, in one transaction: the attempts, how
// the deliveries go on, and what it says of their endpoints.
func (s *Service) settle(ctx context.Context, all []result) error {
	slices.SortStableFunc(all, func(a, b result) int { return strings.Compare(a.attempt.EndpointID, b.attempt.EndpointID) })
	return s.store.Update(ctx, func(tx Tx) error {
		for rest := all; len(rest) > 0; {
			id, n := rest[0].attempt.EndpointID, 0
			for n < len(rest) && rest[n].attempt.EndpointID == id {
				n++
			}
			if err := s.settleEndpoint(ctx, tx, id, rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	})
}

// settleEndpoint writes down the results of one endpoint, in the order in
// which they came.
func (s *Service) settleEndpoint(ctx context.Context, tx Tx, id string, all []result) error {
	e, err := tx.Endpoint(ctx, id)
	deleted := errors.Is(err, ErrNoEndpoint)
	if err != nil && !deleted {
		return err
	}
	before, now := e, s.now()
	for _, r := range all {
		if r.released {
			if _, err := tx.UpdateDelivery(ctx, r.delivery); err != nil {
				return err
			}
			continue
		}
		if err := tx.InsertAttempt(ctx, r.attempt); err != nil {
			return err
		}
		d := r.delivery
		gaveUp := d.judge(r, now)
		mine, err := tx.UpdateDelivery(ctx, d)
		if err != nil {
			return err
		}
		if mine && !r.interrupted {
			e.learn(r, d, gaveUp, now)
		}
	}
	if deleted || e.Enabled == before.Enabled && e.FailingSince.Equal(before.FailingSince) {
		return nil
	}
	if err := tx.UpdateEndpoint(ctx, e); err != nil {
		return err
	}
	if before.Enabled && !e.Enabled {
		return s.reportDisabled(ctx, tx, e)
	}
	return nil
}

// statusGone is the answer by which an endpoint asks to hear no more.
const statusGone = 410

func (r result) succeeded() bool { return r.attempt.HTTPStatus/100 == 2 }

// judge says how a delivery goes on after a try, and whether it was given up.
func (d *Delivery) judge(r result, now time.Time) (gaveUp bool) {
	d.Attempts++
	switch {
	case r.interrupted:
		d.NextAt = now
		return false
	case r.succeeded():
		d.Status, d.NextAt, d.DoneAt = Delivered, time.Time{}, now
		return false
	case d.FailingSince.IsZero():
		d.FailingSince = now
	}
	d.Tries++
	next, again := nextTry(d.Tries, now, d.GiveUpAt, r.retryAfter)
	if !again || r.attempt.HTTPStatus == statusGone {
		d.Status, d.NextAt, d.DoneAt = Failed, time.Time{}, now
		return true
	}
	d.NextAt = next
	return false
}

// learn draws from a try what it says of the endpoint. One that is gone is
// disabled at once; one that a delivery was given up for is disabled unless
// something reached it since that delivery first failed.
func (e *Endpoint) learn(r result, d Delivery, gaveUp bool, now time.Time) {
	if r.succeeded() {
		e.FailingSince = time.Time{}
		return
	}
	if e.FailingSince.IsZero() {
		e.FailingSince = now
	}
	switch {
	case !e.Enabled:
	case r.attempt.HTTPStatus == statusGone:
		e.Enabled, e.DisabledReason = false, Gone
	case gaveUp && !e.FailingSince.After(d.FailingSince):
		e.Enabled, e.DisabledReason = false, Failing
	}
}

// reportDisabled raises the event. The address loses its query, which may hold
// what is not for others.
func (s *Service) reportDisabled(ctx context.Context, tx Tx, e Endpoint) error {
	address := ""
	if u, err := url.Parse(e.URL); err == nil {
		address = u.Scheme + "://" + u.Host + u.Path
	}
	data, err := json.Marshal(map[string]any{"id": e.ID, "url": address, "reason": e.DisabledReason, "failing_since": e.FailingSince})
	if err != nil {
		return err
	}
	s.log.LogAttrs(ctx, slog.LevelWarn, "webhook endpoint disabled", slog.String("endpoint", e.ID),
		slog.String("reason", string(e.DisabledReason)))
	return tx.AddEvent(ctx, event.Event{ID: s.newID("evt"), Type: event.EndpointDisabled, Object: e.ID,
		Version: e.Version + 1, Data: data, At: s.now()})
}
