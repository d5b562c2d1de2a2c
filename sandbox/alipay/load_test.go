package alipay_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/paypush/paypush/sandbox/world"
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

// BenchmarkTrades reports what a paid trade, with its acknowledged notice,
// costs in memory, and how long it takes to read it back at start.
func BenchmarkTrades(b *testing.B) {
	dir, shop := b.TempDir(), newShop(b, "success")
	first := openBench(b, dir)
	first.openLink(order("model", "12.30"), request{"notify_url": shop.server.URL + "/notify", "return_url": shop.server.URL + "/return"})
	first.pay("model")
	first.attempts("model", 1)
	first.close()
	multiply(b, dir, b.N)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ResetTimer()
	second := openBench(b, dir)
	b.StopTimer()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(b.N), "B/trade")
	second.status(fmt.Sprintf("%024d", b.N-1), "TRADE_SUCCESS")
	second.close()
}

// multiply writes n trades like the model into the journal.
func multiply(b *testing.B, dir string, n int) {
	w, err := world.New(world.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	var model map[string]any
	err = w.Load("alipay.trade", func(_ string, raw json.RawMessage) error { return json.Unmarshal(raw, &model) })
	if err != nil {
		b.Fatal(err)
	}
	tradeNo, _ := model["trade_no"].(string)
	for i := range n {
		model["out_trade_no"] = fmt.Sprintf("%024d", i)
		model["trade_no"] = tradeNo[:19] + fmt.Sprintf("%09d", i+1)
		if err := w.Put("alipay.trade", model["out_trade_no"].(string), model); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}
