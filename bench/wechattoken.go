package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/wechat"
)

// wechatToken lets 10,000 goroutines ask a client that has no access token for
// one at once, and reports how many fetches that caused. One is the bound.
func wechatToken(ctx context.Context, _ *lab, report func(line)) error {
	const askers = 10_000
	var fetches atomic.Int64
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fetches.Add(1)
		fixed(w, r)
	})}
	go s.Serve(l)   //nolint:errcheck // it ends by Close
	defer s.Close() //nolint:errcheck // nobody asks any more
	client, err := wechat.New(wechat.Config{AppID: "wxbench", AppSecret: wechat.Secret(random(16)), BaseURL: "http://" + l.Addr().String()})
	if err != nil {
		return err
	}
	begin := make(chan struct{})
	errs := make([]error, askers)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			<-begin
			tok, err := client.AccessToken(ctx)
			if err == nil && tok.Reveal() != fixedToken {
				err = fmt.Errorf("asker %d got another token", i)
			}
			errs[i] = err
		})
	}
	close(begin)
	all.Wait()
	if err := first(errs); err != nil {
		return err
	}
	report(limit(float64(fetches.Load()), 1, "fetches"))
	return nil
}
