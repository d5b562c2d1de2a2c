package alipay_test

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

var platform = sync.OnceValue(alipaytest.NewPlatform)

var noon = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

func fixedNow() time.Time { return noon }

func newClient(t testing.TB, change func(*alipay.Config)) *alipay.Client {
	t.Helper()
	cfg := platform().Config()
	cfg.Now = fixedNow
	if change != nil {
		change(&cfg)
	}
	c, err := alipay.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func someOrder() alipay.Order {
	return alipay.Order{
		OutTradeNo:     "20260301000001",
		TotalAmount:    1234,
		Subject:        `茶 & "cups" <2> 100% a+b=c`,
		TimeExpire:     noon.Add(30 * time.Minute),
		PassbackParams: "k=v&x=1 %",
	}
}

func TestPagePayURLIsVerifiedByThePlatform(t *testing.T) {
	c := newClient(t, nil)
	link, err := c.PagePayURL(alipay.PagePay{
		Order:     someOrder(),
		NotifyURL: "http://shop.example/notify/alipay",
		ReturnURL: "http://shop.example/return/alipay",
	})
	if err != nil {
		t.Fatal(err)
	}
	base, query, _ := strings.Cut(link, "?")
	if base != "http://127.0.0.1/gateway.do" {
		t.Errorf("base = %q", base)
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	call, err := platform().CheckParams(values)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"method": "alipay.trade.page.pay", "charset": "utf-8", "sign_type": "RSA2", "version": "1.0",
		"timestamp": "2026-03-01 12:00:00", "notify_url": "http://shop.example/notify/alipay",
		"return_url": "http://shop.example/return/alipay", "app_id": alipaytest.AppID,
	}
	for name, value := range want {
		if got := values.Get(name); got != value {
			t.Errorf("%s = %q, want %q", name, got, value)
		}
	}
	const content = `{"out_trade_no":"20260301000001","total_amount":"12.34",` +
		`"subject":"茶 & \"cups\" <2> 100% a+b=c","product_code":"FAST_INSTANT_TRADE_PAY",` +
		`"time_expire":"2026-03-01 12:30:00","passback_params":"k%3Dv%26x%3D1+%25"}`
	if call.Content != content {
		t.Errorf("biz_content\n got %s\nwant %s", call.Content, content)
	}
}

func TestWapPayURL(t *testing.T) {
	link, err := newClient(t, nil).WapPayURL(alipay.WapPay{Order: someOrder(), QuitURL: "http://shop.example/quit"})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	call, err := platform().CheckParams(u.Query())
	if err != nil {
		t.Fatal(err)
	}
	var content struct {
		Product string `json:"product_code"`
		Quit    string `json:"quit_url"`
	}
	if err := json.Unmarshal([]byte(call.Content), &content); err != nil {
		t.Fatal(err)
	}
	if content.Product != "QUICK_WAP_WAY" || content.Quit != "http://shop.example/quit" {
		t.Errorf("content = %+v", content)
	}
}

func TestOrdersRefusedBeforeSigning(t *testing.T) {
	c := newClient(t, nil)
	for name, change := range map[string]func(*alipay.Order){
		"no number":        func(o *alipay.Order) { o.OutTradeNo = "" },
		"long number":      func(o *alipay.Order) { o.OutTradeNo = strings.Repeat("1", 65) },
		"zero":             func(o *alipay.Order) { o.TotalAmount = 0 },
		"negative":         func(o *alipay.Order) { o.TotalAmount = -1 },
		"too much":         func(o *alipay.Order) { o.TotalAmount = alipay.MaxAmount + 1 },
		"no subject":       func(o *alipay.Order) { o.Subject = "" },
		"long subject":     func(o *alipay.Order) { o.Subject = strings.Repeat("茶", 257) },
		"broken subject":   func(o *alipay.Order) { o.Subject = "\xff" },
		"long body":        func(o *alipay.Order) { o.Body = strings.Repeat("b", 129) },
		"expired":          func(o *alipay.Order) { o.TimeExpire = noon },
		"both pay channel": func(o *alipay.Order) { o.EnablePayChannels = []string{"a"}; o.DisablePayChannels = []string{"b"} },
	} {
		t.Run(name, func(t *testing.T) {
			order := someOrder()
			change(&order)
			_, err := c.PagePayURL(alipay.PagePay{Order: order})
			failure, ok := errors.AsType[*alipay.Error](err)
			if !ok || !errors.Is(err, alipay.ErrInvalid) {
				t.Fatalf("err = %v", err)
			}
			if !failure.Rejected() || failure.Unknown() || failure.Retryable() {
				t.Errorf("rejected %v unknown %v retryable %v", failure.Rejected(), failure.Unknown(), failure.Retryable())
			}
		})
	}
}

func TestPagePayURLAllocations(t *testing.T) {
	c := newClient(t, nil)
	p := alipay.PagePay{Order: someOrder(), NotifyURL: "http://a.example/n", ReturnURL: "http://a.example/r"}
	if n := testing.AllocsPerRun(20, func() { c.PagePayURL(p) }); n > 30 {
		t.Errorf("%v allocations, at most 30 are allowed", n)
	}
}

func BenchmarkPagePayURL(b *testing.B) {
	c := newClient(b, nil)
	p := alipay.PagePay{Order: someOrder(), NotifyURL: "http://a.example/n", ReturnURL: "http://a.example/r"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.PagePayURL(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBareSignature(b *testing.B) {
	key := platform().Config().Signer
	sum := sha256.Sum256([]byte("content"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := key.Sign(rand.Reader, sum[:], crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
