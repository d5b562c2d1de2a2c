package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/paypush/paypush/alipay"
)

const (
	queryConnections = 32
	queryRounds      = 8
	queriesSigned    = 500
)

// sandboxQuery asks the sandbox for a paid trade, each query signed by the
// client, and counts the signed answers. The bound is bare RSA-2048: a
// verification and a signature for each, on the same processors.
func sandboxQuery(ctx context.Context, l *lab, report func(line)) error {
	box, url, err := l.sandbox(ctx)
	if err != nil {
		return err
	}
	defer box.kill()
	address := url[len("http://"):]
	requests, err := signedQueries(ctx, url, address)
	if err != nil {
		return err
	}
	load, err := newLoad(address, queryConnections)
	if err != nil {
		return err
	}
	asked := &reading{load: load, requests: requests, check: answered}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	length := l.length / (2 * (queryRounds + 1))
	t, err := takeTurns(ctx, queryRounds, box.quiet,
		func(context.Context) (slice, error) { return verifyAndSignFor(key, length) },
		func(ctx context.Context) (slice, error) { return asked.read(ctx, length) })
	if err != nil {
		return errors.Join(err, load.close())
	}
	sayTime("the sandbox", box, len(asked.times))
	r := t.line("queries/s")
	r.P50, r.P99 = quantile(asked.times, 0.5), quantile(asked.times, 0.99)
	r.RSS, err = box.megabytes("VmHWM")
	report(r)
	return errors.Join(err, load.close())
}

// answered wants a signed answer about the trade.
func answered(a answer) error {
	if a.status != http.StatusOK || !bytes.Contains(a.body, []byte(`"trade_status":"TRADE_SUCCESS"`)) || !bytes.Contains(a.body, []byte(`"sign":"`)) {
		return fmt.Errorf("a query was answered %d %.300q", a.status, a.body)
	}
	return nil
}

// signedQueries makes a trade that is paid and signs queries for it.
func signedQueries(ctx context.Context, url, address string) ([][]byte, error) {
	c, err := boxAccount(ctx, url)
	if err != nil {
		return nil, err
	}
	if err := payTrade(ctx, url, c); err != nil {
		return nil, err
	}
	tape := &tape{address: address}
	c.HTTPClient = &http.Client{Transport: tape}
	client, err := alipay.New(c)
	if err != nil {
		return nil, err
	}
	for range queriesSigned {
		if _, err := client.Query(ctx, alipay.Query{TradeRef: alipay.TradeRef{OutTradeNo: paidNumber}}); !errors.Is(err, errTaped) {
			return nil, err
		}
	}
	return tape.requests, nil
}

// paidNumber is the out_trade_no of the trade that payTrade makes.
const paidNumber = "BENCH10000000"

// payTrade makes a trade in the sandbox and pays it.
func payTrade(ctx context.Context, url string, c alipay.Config) error {
	client, err := alipay.New(c)
	if err != nil {
		return err
	}
	p := alipay.Precreate{Order: alipay.Order{OutTradeNo: paidNumber, TotalAmount: seedAmount, Subject: seedSubject}}
	if _, err := client.Precreate(ctx, p); err != nil {
		return err
	}
	var paid any
	return call(ctx, http.MethodPost, url+"/sandbox/alipay/trades/"+paidNumber+"/pay", "{}", &paid)
}

// boxAccount is the sandbox's Alipay account.
func boxAccount(ctx context.Context, url string) (alipay.Config, error) {
	var credentials struct {
		Alipay struct {
			Gateway string `json:"gateway"`
			AppID   string `json:"app_id"`
			Seller  string `json:"seller_id"`
			Key     string `json:"app_private_key_pkcs8"`
			Public  string `json:"alipay_public_key"`
		} `json:"alipay"`
	}
	if err := call(ctx, http.MethodGet, url+"/sandbox/credentials", "", &credentials); err != nil {
		return alipay.Config{}, err
	}
	c := credentials.Alipay
	signer, err1 := alipay.ParsePrivateKey([]byte(c.Key))
	key, err2 := alipay.ParsePublicKey([]byte(c.Public))
	return alipay.Config{AppID: c.AppID, SellerID: c.Seller, Signer: signer, PlatformKey: key, Gateway: c.Gateway}, errors.Join(err1, err2)
}

var errTaped = errors.New("bench: the request was written down and not sent")

// tape writes down requests instead of sending them.
type tape struct {
	address  string
	requests [][]byte
}

// RoundTrip implements http.RoundTripper.
func (t *tape) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	t.requests = append(t.requests, post(t.address, r.URL.RequestURI(), r.Header.Get("Content-Type"), string(body)))
	return nil, errTaped
}

// verifyAndSignFor verifies and signs on every processor for a while.
func verifyAndSignFor(key *rsa.PrivateKey, d time.Duration) (slice, error) {
	began := time.Now()
	end := began.Add(d)
	sum := sha256.Sum256([]byte(seedSubject))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		return slice{}, err
	}
	counts, errs := make([]int, runtime.GOMAXPROCS(0)), make([]error, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range counts {
		all.Go(func() {
			for ; errs[i] == nil && time.Now().Before(end); counts[i]++ {
				if errs[i] = rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature); errs[i] == nil {
					_, errs[i] = rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
				}
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
