package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/webhook"
)

// hooked writes to the webhooks in one transaction.
func hooked(t *testing.T, db *store.DB, fn func(tx webhook.Tx) error) {
	t.Helper()
	good(t, db.Webhooks().Update(context.Background(), fn))
}

func anEndpoint(t *testing.T, db *store.DB) webhook.Endpoint {
	t.Helper()
	e := webhook.Endpoint{ID: id.New("whe"), URL: "https://x.test/hook", Description: "店", Types: []string{"order.paid", "refund.*"},
		Sealed: []byte{0, 1, 255}, Enabled: true, Version: 1, CreatedAt: at}
	hooked(t, db, func(tx webhook.Tx) error { return tx.InsertEndpoint(context.Background(), e) })
	return e
}

func aDelivery(t *testing.T, db *store.DB, endpoint string, created time.Time) webhook.Delivery {
	t.Helper()
	d := webhook.Delivery{ID: id.New("whd"), EndpointID: endpoint, EventID: id.New("evt"), Type: "order.paid", Body: []byte(`{"a":"茶"}`),
		Status: webhook.Pending, NextAt: created, GiveUpAt: created.Add(webhook.Window), Version: 1, CreatedAt: created}
	hooked(t, db, func(tx webhook.Tx) error {
		_, err := tx.InsertDeliveries(context.Background(), []webhook.Delivery{d}, time.Time{})
		return err
	})
	return d
}

func endpoints(t *testing.T, db *store.DB) {
	ctx, w := context.Background(), db.Webhooks()
	e, other := anEndpoint(t, db), anEndpoint(t, db)
	got, err := w.Endpoint(ctx, e.ID)
	good(t, err)
	same(t, "endpoint", got, e)

	e.URL, e.Description, e.Types, e.Sealed, e.Enabled = "https://y.test", "", nil, []byte{7}, false
	e.DisabledReason, e.FailingSince = webhook.Gone, at.Add(time.Hour)
	hooked(t, db, func(tx webhook.Tx) error { return tx.UpdateEndpoint(ctx, e) })
	e.Version = 2
	all, err := w.Endpoints(ctx)
	good(t, err)
	same(t, "endpoints", all, []webhook.Endpoint{e, other})

	other.DeletedAt = at
	hooked(t, db, func(tx webhook.Tx) error { return tx.UpdateEndpoint(ctx, other) })
	_, err = w.Endpoint(ctx, other.ID)
	fails(t, err, webhook.ErrNoEndpoint)
	all, err = w.Endpoints(ctx)
	good(t, err)
	same(t, "endpoints", all, []webhook.Endpoint{e})

	happened := anEvent("x")
	good(t, db.Outbox().Add(ctx, happened))
	found, err := w.Event(ctx, happened.ID)
	good(t, err)
	found.Seq = 0
	same(t, "event", found, happened)
	_, err = w.Event(ctx, "evt_none")
	fails(t, err, webhook.ErrNoEvent)
}

func deliveries(t *testing.T, db *store.DB) {
	ctx, w, endpoint := context.Background(), db.Webhooks(), id.New("whe")
	first, second := aDelivery(t, db, endpoint, at), aDelivery(t, db, endpoint, at.Add(time.Hour))
	twin := first
	twin.ID = id.New("whd")
	hooked(t, db, func(tx webhook.Tx) error {
		added, err := tx.InsertDeliveries(ctx, []webhook.Delivery{twin, first}, time.Time{})
		same(t, "added again", added, map[string]bool{})
		return err
	})
	_, err := w.Delivery(ctx, twin.ID)
	fails(t, err, webhook.ErrNoDelivery)
	second.Status, second.Attempts, second.Tries, second.NextAt, second.DoneAt = webhook.Failed, 3, 2, time.Time{}, at.Add(2*time.Hour)
	second.FailingSince, second.GiveUpAt = at.Add(time.Minute), at.Add(time.Hour)
	hooked(t, db, func(tx webhook.Tx) error {
		done, err := tx.UpdateDeliveries(ctx, []webhook.Delivery{second, {ID: first.ID, Version: 7}, {ID: "whd_none", Version: 1}})
		same(t, "updated", done, map[string]bool{second.ID: true})
		if err != nil {
			return err
		}
		done, err = tx.UpdateDeliveries(ctx, []webhook.Delivery{second})
		same(t, "updated with an old version", len(done), 0)
		return err
	})
	second.Version = 2
	for what, find := range map[string]func() ([]webhook.Delivery, error){
		"by id": func() ([]webhook.Delivery, error) {
			d, err := w.Delivery(ctx, second.ID)
			return []webhook.Delivery{d}, err
		},
		"page": func() ([]webhook.Delivery, error) {
			return w.Deliveries(ctx, webhook.Filter{EndpointID: endpoint, Limit: 1})
		},
		"in state": func() ([]webhook.Delivery, error) {
			return w.Deliveries(ctx, webhook.Filter{EndpointID: endpoint, Status: webhook.Failed})
		},
		"of event": func() ([]webhook.Delivery, error) { return w.Deliveries(ctx, webhook.Filter{EventID: second.EventID}) },
		"in range": func() ([]webhook.Delivery, error) {
			return w.InRange(ctx, webhook.Range{EndpointID: endpoint, Since: at.Add(time.Minute), Until: at.Add(2 * time.Hour), Limit: 9})
		},
	} {
		got, err := find()
		good(t, err)
		same(t, what, got[0], second)
	}
	older, err := w.Deliveries(ctx, webhook.Filter{EndpointID: endpoint, Before: second.ID, Limit: 9})
	good(t, err)
	same(t, "older", older, []webhook.Delivery{first})
	hooked(t, db, func(tx webhook.Tx) error {
		got, err := tx.DeliveryOf(ctx, endpoint, first.EventID)
		same(t, "of the pair", got, first)
		return err
	})
	_, err = w.Delivery(ctx, "whd_none")
	fails(t, err, webhook.ErrNoDelivery)
}

// leasedDeliveries are leased from the start, to who made them.
func leasedDeliveries(t *testing.T, db *store.DB) {
	ctx, w, endpoint := context.Background(), db.Webhooks(), id.New("whe")
	d := aDelivery(t, db, endpoint, at)
	held, lost := d, d
	held.ID, held.EventID, lost.ID, lost.EventID = id.New("whd"), id.New("evt"), id.New("whd"), id.New("evt")
	hooked(t, db, func(tx webhook.Tx) error {
		added, err := tx.InsertDeliveries(ctx, []webhook.Delivery{held, d}, time.Now().Add(time.Hour))
		same(t, "added", added, map[string]bool{held.ID: true})
		if err == nil {
			_, err = tx.InsertDeliveries(ctx, []webhook.Delivery{lost}, time.Now().Add(-time.Second))
		}
		return err
	})
	all, err := w.Lease(ctx, endpoint, at, time.Now().Add(time.Hour), 9)
	good(t, err)
	same(t, "due", len(all), 2)
	same(t, "first", all[0].ID, d.ID)
	same(t, "whose lease ran out", all[1].ID, lost.ID)
	hooked(t, db, func(tx webhook.Tx) error {
		done, err := tx.UpdateDeliveries(ctx, []webhook.Delivery{held, lost})
		same(t, "still theirs", done, map[string]bool{held.ID: true})
		return err
	})
}

func deliveryLeases(t *testing.T, db *store.DB) {
	ctx, w, endpoint := context.Background(), db.Webhooks(), id.New("whe")
	late, early, other := aDelivery(t, db, endpoint, at.Add(time.Second)), aDelivery(t, db, endpoint, at), aDelivery(t, db, id.New("whe"), at)
	due := func(now time.Time) bool {
		found, err := w.Due(ctx, endpoint, now)
		good(t, err)
		return found
	}
	same(t, "due before the time", due(at.Add(-1)), false)
	same(t, "due at the time", due(at), true)
	lease := func(now, until time.Time) (ids []string) {
		all, err := w.Lease(ctx, endpoint, now, until, 5)
		good(t, err)
		for _, d := range all {
			ids = append(ids, d.ID)
			same(t, "version", d.Version > 1, true)
		}
		return ids
	}
	later := at.Add(time.Minute)
	same(t, "leased", lease(at, time.Now().Add(time.Hour)), []string{early.ID})
	same(t, "leased next", lease(later, time.Now().Add(-time.Second)), []string{late.ID})
	same(t, "leased after the lease ran out", lease(later, time.Now().Add(time.Hour)), []string{late.ID})
	same(t, "due while all is leased", due(later), false)

	left, err := w.Delivery(ctx, late.ID)
	good(t, err)
	left.NextAt = later
	hooked(t, db, func(tx webhook.Tx) error {
		_, err := tx.UpdateDeliveries(ctx, []webhook.Delivery{left})
		return err
	})
	same(t, "an update ends the lease", lease(later, time.Now().Add(time.Hour)), []string{late.ID})
	got, err := w.Delivery(ctx, other.ID)
	good(t, err)
	same(t, "another endpoint's", got, other)
}

func attempts(t *testing.T, db *store.DB) {
	ctx, w, endpoint := context.Background(), db.Webhooks(), id.New("whe")
	d := aDelivery(t, db, endpoint, at)
	add := func(number int) webhook.Attempt {
		a := webhook.Attempt{ID: id.New("wha"), DeliveryID: d.ID, EndpointID: endpoint, Number: number, HTTPStatus: 500,
			Response: "oh \"\\ 茶 <\uFFFD>", Error: "e", At: at, SignedAt: at.Truncate(time.Second), Took: 1234567}
		hooked(t, db, func(tx webhook.Tx) error { return tx.InsertAttempts(ctx, []webhook.Attempt{a}) })
		return a
	}
	first, second := add(1), add(2)
	all, err := w.AttemptsOf(ctx, d.ID)
	good(t, err)
	same(t, "of the delivery", all, []webhook.Attempt{first, second})
	shown := webhook.Delivery{ID: d.ID, EndpointID: endpoint, EventID: d.EventID, Type: d.Type, Body: d.Body, Status: d.Status, NextAt: d.NextAt}
	tried, err := w.Attempts(ctx, webhook.Filter{EndpointID: endpoint, Limit: 1})
	good(t, err)
	same(t, "newest", tried, []webhook.Tried{{Attempt: second, Delivery: shown}})
	tried, err = w.Attempts(ctx, webhook.Filter{EndpointID: endpoint, Before: second.ID, Limit: 9})
	good(t, err)
	same(t, "older", tried, []webhook.Tried{{Attempt: first, Delivery: shown}})

	kept := aDelivery(t, db, endpoint, at.Add(time.Hour))
	for n := 1; n > 0; {
		n, err = w.Forget(ctx, d.GiveUpAt)
		good(t, err)
	}
	_, err = w.Delivery(ctx, d.ID)
	fails(t, err, webhook.ErrNoDelivery)
	all, err = w.AttemptsOf(ctx, d.ID)
	good(t, err)
	same(t, "attempts after", len(all), 0)
	_, err = w.Delivery(ctx, kept.ID)
	good(t, err)
}
