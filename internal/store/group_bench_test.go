package store_test

import (
	"context"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// BenchmarkCommit commits one row each for 64 callers at once.
func BenchmarkCommit(b *testing.B) {
	for _, engine := range []string{store.SQLite, store.Postgres} {
		b.Run(engine, func(b *testing.B) {
			db := storetest.Open(b, storetest.URL(b, engine), store.Options{Connections: 32})
			ctx := context.Background()
			var wg sync.WaitGroup
			turns := make(chan struct{})
			for range 64 {
				wg.Go(func() {
					for range turns {
						if err := db.Outbox().Add(ctx, storetest.Event()); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ResetTimer()
			for range b.N {
				turns <- struct{}{}
			}
			close(turns)
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}
