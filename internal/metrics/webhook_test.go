package metrics_test

import (
	"errors"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
	"github.com/paypush/paypush/internal/webhook"
)

func TestAttemptsCountByOutcomeOnceTheyAreDurable(t *testing.T) {
	db := storetest.Open(t, storetest.URL(t, store.SQLite), store.Options{})
	m := newMetrics()
	all, undone := m.Webhooks(db.Webhooks()), errors.New("undone")
	for i, status := range []int{200, 204, 500, 301, 0} {
		attempt := webhook.Attempt{ID: string(rune('a' + i)), DeliveryID: "whd_1", EndpointID: "whe_1", Number: 1, HTTPStatus: status, At: time.Now(), SignedAt: time.Now()}
		if err := all.Update(t.Context(), func(tx webhook.Tx) error {
			return errors.Join(tx.InsertAttempts(t.Context(), []webhook.Attempt{attempt}), undone)
		}); !errors.Is(err, undone) {
			t.Fatal(err)
		}
		if err := all.Update(t.Context(), func(tx webhook.Tx) error {
			return tx.InsertAttempts(t.Context(), []webhook.Attempt{attempt})
		}); err != nil {
			t.Fatal(err)
		}
	}
	want(t, scrape(t, m), `paypush_webhook_attempts_total{outcome="delivered"} 2`, `paypush_webhook_attempts_total{outcome="refused"} 2`,
		`paypush_webhook_attempts_total{outcome="unanswered"} 1`)
}
