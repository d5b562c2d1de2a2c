package store_test

import (
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
	"github.com/paypush/paypush/internal/webhook"
)

// BenchmarkDeliveries writes deliveries, leases them and settles them with an
// attempt each, 500 at once, and says what each step takes.
func BenchmarkDeliveries(b *testing.B) {
	for _, engine := range []string{store.SQLite, store.Postgres} {
		b.Run(engine, func(b *testing.B) {
			db := storetest.Open(b, storetest.URL(b, engine), store.Options{})
			w, endpoint := db.Webhooks(), id.New("whe")
			var insert, lease, settle time.Duration
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; done += 500 {
				began := time.Now()
				all := deliveriesTo(endpoint, 500)
				if err := w.Update(b.Context(), func(tx webhook.Tx) error {
					_, err := tx.InsertDeliveries(b.Context(), all, time.Time{})
					return err
				}); err != nil {
					b.Fatal(err)
				}
				insert += time.Since(began)
				began = time.Now()
				all, err := w.Lease(b.Context(), endpoint, time.Now(), time.Now().Add(time.Minute), 500)
				if err != nil || len(all) != 500 {
					b.Fatal(len(all), err)
				}
				lease += time.Since(began)
				began = time.Now()
				tries := triesOf(all)
				err = w.Update(b.Context(), func(tx webhook.Tx) error {
					if err := tx.InsertAttempts(b.Context(), tries); err != nil {
						return err
					}
					done, err := tx.UpdateDeliveries(b.Context(), all)
					if len(done) != 500 {
						b.Error(len(done))
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				settle += time.Since(began)
			}
			for name, took := range map[string]time.Duration{"insert": insert, "lease": lease, "settle": settle} {
				b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/1e3, "us/"+name)
			}
		})
	}
}

func deliveriesTo(endpoint string, n int) (all []webhook.Delivery) {
	now := time.Now().UTC()
	for range n {
		e := id.New("evt")
		all = append(all, webhook.Delivery{ID: id.New("whd"), EndpointID: endpoint, EventID: e, Type: "order.paid", Status: webhook.Pending,
			Body: []byte(`{"id":"` + e + `","type":"order.paid","timestamp":"2026-03-01T04:05:06.123456Z","object":"ord_0000000000000000000000",` +
				`"version":2,"data":{"id":"ord_0000000000000000000000","out_trade_no":"BENCH10000000","status":"paid","amount":1234,` +
				`"subject":"一杯咖啡 a cup of coffee","channel":"alipay.page","paid_at":"2026-03-01T04:05:06Z"},"created_at":"2026-03-01T04:05:06.123456Z"}`),
			NextAt: now, GiveUpAt: now.Add(webhook.Window), Version: 1, CreatedAt: now})
	}
	return all
}

func triesOf(all []webhook.Delivery) (tries []webhook.Attempt) {
	now := time.Now().UTC()
	for i, d := range all {
		all[i].Status, all[i].NextAt, all[i].DoneAt, all[i].Attempts = webhook.Delivered, time.Time{}, now, 1
		tries = append(tries, webhook.Attempt{ID: id.New("wha"), DeliveryID: d.ID, EndpointID: d.EndpointID, Number: 1, HTTPStatus: 200,
			Response: "ok", At: now, SignedAt: now, Took: time.Millisecond})
	}
	return tries
}
