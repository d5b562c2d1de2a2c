package store_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// BenchmarkReceive settles an order by each of many genuine notices, 128 at
// once, without what verifying them costs.
func BenchmarkReceive(b *testing.B) {
	for _, engine := range []string{store.SQLite, store.Postgres} {
		b.Run(engine, func(b *testing.B) {
			db := storetest.Open(b, storetest.URL(b, engine), store.Options{})
			service := believer(db)
			each(b, b.N, func(n int) error {
				d, err := service.Draft(b.Context(), pay.NewOrder{Number: believed(n), Amount: 1234, Subject: "coffee", Channel: "alipay.page"})
				if err != nil {
					return err
				}
				d.Payment.NextQueryAt = d.Order.ExpiresAt
				_, _, err = service.Place(b.Context(), d)
				return err
			})
			b.ReportAllocs()
			b.ResetTimer()
			each(b, b.N, func(n int) error {
				v, err := service.Receive(b.Context(), pay.Posted{Account: "alipay", Body: longNotice(n),
					Header: map[string][]string{"Content-Type": {"application/x-www-form-urlencoded"}}, Remote: "127.0.0.1"})
				if err == nil && v != pay.VerdictSettled {
					err = fmt.Errorf("notice %d: %s", n, v)
				}
				return err
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notices/s")
		})
	}
}

// each calls do for 0 to n-1, 128 at once.
func each(b *testing.B, n int, do func(int) error) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range 128 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

func believed(n int) string { return fmt.Sprintf("BENCH%08d", n) }

// longNotice is as long as a real notice is.
func longNotice(n int) []byte {
	return append(bytes.Repeat([]byte("field=value&"), 80), believed(n)...)
}

// believing takes the end of a body for the number of a payment that succeeded.
type believing struct{ pay.Listener }

func (believing) ReadNotice(p pay.Posted) (pay.Report, error) {
	return pay.Report{Number: string(p.Body[len(p.Body)-len(believed(0)):]), TradeNo: "T" + string(p.Body[len(p.Body)-8:]),
		State: pay.TradeSucceeded, Amount: 1234, Buyer: "159****5620", PaidAt: time.Now().UTC()}, nil
}

type unsigned struct{ pay.Provider }

func (unsigned) Link(context.Context, pay.Payment, string, string) (string, error) { return "", nil }

func believer(db *store.DB) *pay.Service {
	return pay.NewService(pay.Config{Store: db.Ledger(), Due: db.Ledger(), Rejects: db.Ledger(),
		Providers: map[string]pay.Provider{"alipay": unsigned{}}, Listeners: map[string]pay.Listener{"alipay": believing{}},
		Channels: []string{"alipay.page"}, Now: func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
		NewID: id.New, Lifetime: 2 * time.Hour})
}
