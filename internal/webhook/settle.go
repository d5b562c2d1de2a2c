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

// settleEndpoint writes down the results of one endpoint.
func (s *Service) settleEndpoint(ctx context.Context, tx Tx, id string, all []result) error {
	e, err := tx.Endpoint(ctx, id)
	deleted := errors.Is(err, ErrNoEndpoint)
	if err != nil && !deleted {
		return err
	}
	var attempts []Attempt
	deliveries, gaveUp, now := make([]Delivery, len(all)), make([]bool, len(all)), s.now()
	for i, r := range all {
		deliveries[i] = r.delivery
		if !r.released {
			attempts = append(attempts, r.attempt)
			gaveUp[i] = deliveries[i].judge(r, now)
		}
	}
	if err := tx.InsertAttempts(ctx, attempts); err != nil {
		return err
	}
	mine, err := tx.UpdateDeliveries(ctx, deliveries)
	if err != nil || deleted {
		return err
	}
	before := e
	for i, r := range all {
		if mine[r.delivery.ID] && !r.interrupted && !r.released {
			e.learn(r, deliveries[i], gaveUp[i], now)
		}
	}
	return s.writeLearned(ctx, tx, before, e)
}

// writeLearned stores an endpoint whose health is another than before.
func (s *Service) writeLearned(ctx context.Context, tx Tx, before, e Endpoint) error {
	if e.Enabled == before.Enabled && e.FailingSince.Equal(before.FailingSince) {
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

func (r result) succeeded() bool { return r.attempt.HTTPStatus/100 == 2 }

// statusGone is the answer by which an endpoint asks to hear no more.
const statusGone = 410

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
