package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"runtime"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

// alipayPagePay makes complete page-pay addresses, one after the other. The
// bound is the bare RSA-2048 signature in each.
func alipayPagePay(ctx context.Context, l *lab, report func(line)) error {
	config := alipaytest.NewPlatform().Config()
	client, err := alipay.New(config)
	if err != nil {
		return err
	}
	key := config.Signer.(*rsa.PrivateKey)
	sum := sha256.Sum256([]byte(seedSubject))
	order := alipay.PagePay{Order: alipay.Order{OutTradeNo: "BENCH10000000", TotalAmount: seedAmount, Subject: seedSubject,
		TimeExpire: time.Now().Add(2 * time.Hour)},
		NotifyURL: "https://pay.example.com/notify/alipay", ReturnURL: "https://pay.example.com/return/alipay"}
	r, err := alone(ctx, l,
		func() error { _, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:]); return err },
		func() error { _, err := client.PagePayURL(order); return err })
	r.Unit = "urls/s"
	if err == nil {
		report(r)
	}
	return err
}

// alipayNotice reads and verifies a notice. The bound is the bare RSA-2048
// verification in it.
func alipayNotice(ctx context.Context, l *lab, report func(line)) error {
	p := alipaytest.NewPlatform()
	client, err := alipay.New(p.Config())
	if err != nil {
		return err
	}
	body := []byte(notice(p, "BENCH10000000"))
	own, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	signature, err := rsa.SignPKCS1v15(rand.Reader, own, crypto.SHA256, sum[:])
	if err != nil {
		return err
	}
	r, err := alone(ctx, l,
		func() error { return rsa.VerifyPKCS1v15(&own.PublicKey, crypto.SHA256, sum[:], signature) },
		func() error { _, err := client.ParseNotice(body); return err })
	r.Unit = "notices/s"
	if err == nil {
		report(r)
	}
	return err
}

// alone measures a function on one goroutine in many short turns, and how much
// it allocates.
func alone(ctx context.Context, l *lab, bound, measured func() error) (line, error) {
	const rounds = 60
	length := l.length / (4 * rounds)
	again := func(do func() error) func(context.Context) (slice, error) {
		return func(context.Context) (slice, error) {
			began := time.Now()
			for n := 1; ; n++ {
				if err := do(); err != nil {
					return slice{}, err
				}
				if took := time.Since(began); took >= length {
					return slice{n, took}, nil
				}
			}
		}
	}
	t, err := takeTurns(ctx, rounds, nil, again(bound), again(measured))
	if err != nil {
		return line{}, err
	}
	r := t.line("")
	r.Allocs, err = allocations(measured)
	return r, err
}

// allocations counts how many objects a call makes on average.
func allocations(do func() error) (*float64, error) {
	const calls = 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range calls {
		if err := do(); err != nil {
			return nil, err
		}
	}
	runtime.ReadMemStats(&after)
	n := float64((after.Mallocs - before.Mallocs) / calls)
	return &n, nil
}
