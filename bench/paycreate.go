package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"time"
)

const (
	createConnections = 32
	createRounds      = 6
)

// payCreate posts orders that go straight to Alipay's page, each answered when
// it is durable. The bound is bare RSA-2048 signatures on the same processors,
// by as many goroutines as there are.
func payCreate(ctx context.Context, l *lab, report func(line)) error {
	box, url, err := l.sandbox(ctx)
	if err != nil {
		return err
	}
	defer box.kill()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	return l.onBoth(ctx, func(engine, database string) error {
		r, err := l.create(ctx, key, url, database)
		if err == nil {
			r.Engine = engine
			report(r)
		}
		return err
	})
}

func (l *lab) create(ctx context.Context, key *rsa.PrivateKey, sandbox, database string) (line, error) {
	folder, err := l.folder()
	if err != nil {
		return line{}, err
	}
	s, err := l.serve(ctx, sandbox, folder, database)
	if err != nil {
		return line{}, err
	}
	defer s.kill()
	load, err := newLoad(s.address, createConnections)
	if err != nil {
		return line{}, err
	}
	defer load.close() //nolint:errcheck // the server goes too
	request := post(s.address, "/v1/orders", "application/json",
		fmt.Sprintf(`{"amount":%d,"subject":%q,"channel":%q}`, seedAmount, seedSubject, seedChannel), "Authorization: Bearer "+s.key)
	length := l.length / (2 * (createRounds + 1))
	var times []float64
	t, err := takeTurns(ctx, createRounds, s.quiet,
		func(context.Context) (slice, error) { return signFor(key, length) },
		func(ctx context.Context) (slice, error) {
			done, took, err := load.drive(ctx, until(time.Now().Add(length), request), created)
			times = append(times, took...)
			return done, err
		})
	if err != nil {
		return line{}, fmt.Errorf("%w\n%s", err, s.out)
	}
	r := t.line("orders/s")
	r.P50, r.P99 = quantile(times, 0.5), quantile(times, 0.99)
	if r.RSS, err = s.megabytes("VmHWM"); err != nil {
		return line{}, err
	}
	return r, s.stop()
}

// created wants an order with a link to the platform that is signed.
func created(a answer) error {
	if a.status != http.StatusCreated || !bytes.Contains(a.body, []byte("/gateway.do?")) || !bytes.Contains(a.body, []byte("sign=")) {
		return fmt.Errorf("an order was answered %d %.300q", a.status, a.body)
	}
	return nil
}

// placed wants an order.
func placed(a answer) error {
	if a.status != http.StatusCreated {
		return fmt.Errorf("an order was answered %d %.300q", a.status, a.body)
	}
	return nil
}

// signFor makes bare signatures on every processor for a while.
func signFor(key *rsa.PrivateKey, d time.Duration) (slice, error) {
	began := time.Now()
	end := began.Add(d)
	sum := sha256.Sum256([]byte(seedSubject))
	counts, errs := make([]int, runtime.GOMAXPROCS(0)), make([]error, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range counts {
		all.Go(func() {
			for ; errs[i] == nil && time.Now().Before(end); counts[i]++ {
				_, errs[i] = rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
			}
		})
	}
	all.Wait()
	s := slice{took: time.Since(began)}
	for _, n := range counts {
		s.done += n
	}
	return s, first(errs)
}
