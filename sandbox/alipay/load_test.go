package alipay_test

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
)

// BenchmarkQuery answers signed queries in process, without a network, and
// compares them with the bare cost of verifying and signing.
func BenchmarkQuery(b *testing.B) {
	bench := newBench(b)
	bench.openLink(order("o1", "1"), nil)
	query := bench.call("alipay.trade.query", map[string]any{"out_trade_no": "o1"})
	address := "/gateway.do?" + bench.sign(query).Encode()
	b.Run("gateway", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(each *testing.PB) {
			for each.Next() {
				w := httptest.NewRecorder()
				bench.server.Config.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
				if w.Code != http.StatusOK {
					b.Error(w.Body)
				}
			}
		})
	})
	b.Run("bare", func(b *testing.B) {
		hash, sum := hashed("RSA2", "text")
		signature, err := rsa.SignPKCS1v15(rand.Reader, bench.key, hash, sum)
		if err != nil {
			b.Fatal(err)
		}
		b.RunParallel(func(each *testing.PB) {
			for each.Next() {
				if rsa.VerifyPKCS1v15(&bench.key.PublicKey, hash, sum, signature) != nil {
					b.Error("not verified")
				}
				if _, err := rsa.SignPKCS1v15(nil, bench.key, hash, sum); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkTrades reports what a paid trade costs in memory.
func BenchmarkTrades(b *testing.B) {
	bench := newBench(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range b.N {
		number := fmt.Sprintf("2026010200000%09d", i)
		q := bench.call("alipay.trade.page.pay", order(number, "12.30"))
		q["notify_url"], q["return_url"] = "http://127.0.0.1:1/notify/alipay", "http://127.0.0.1:1/return/alipay"
		serve(bench, "GET", "/gateway.do?"+bench.sign(q).Encode())
		serve(bench, "POST", "/sandbox/alipay/trades/"+number+"/pay")
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(b.N), "B/trade")
	runtime.KeepAlive(bench)
}

func serve(b *bench, method, address string) {
	b.server.Config.Handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, address, nil))
}
