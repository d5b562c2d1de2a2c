package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

const (
	notifyConnections = 128
	notifyRounds      = 6
	notifyMost        = 60_000
)

// notifyIngest posts genuine notices, each for an order of its own, and counts
// those that were answered success, which the server says once the notice, the
// payment, the order and the event are durable. The bound is a handler in
// another process that only reads, verifies and answers. Afterwards every order
// is looked up: one that is not paid is an error.
func notifyIngest(ctx context.Context, l *lab, report func(line)) error {
	box, err := newStandIn()
	if err != nil {
		return err
	}
	defer box.close() //nolint:errcheck // it only reads
	return l.onBoth(ctx, func(engine, database string) error {
		r, err := l.ingest(ctx, box, database)
		if err == nil {
			r.Engine = engine
			report(r)
		}
		return err
	})
}

func (l *lab) ingest(ctx context.Context, box *standIn, database string) (line, error) {
	folder, err := l.folder()
	if err != nil {
		return line{}, err
	}
	if database == "" {
		database = "sqlite:" + filepath.Join(folder, "paypush.db")
	}
	bodies := signAhead(box.platform, l.length/2)
	if err := seed(ctx, database, numbers(len(bodies))); err != nil {
		return line{}, err
	}
	r, sent, err := l.takeNotices(ctx, box, folder, database, bodies)
	if err != nil {
		return line{}, err
	}
	return r, settled(ctx, database, numbers(sent))
}

// signAhead signs notices on every processor for a while; signing one takes as
// long as settling some.
func signAhead(p *alipaytest.Platform, d time.Duration) []string {
	end := time.Now().Add(d)
	bodies := make([]string, notifyMost)
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for time.Now().Before(end) {
				i := int(next.Add(1)) - 1
				if i >= notifyMost {
					return
				}
				bodies[i] = notice(p, number(i))
			}
		})
	}
	all.Wait()
	return bodies[:min(int(next.Load()), notifyMost)]
}

func notice(p *alipaytest.Platform, number string) string {
	fields := alipaytest.PaidNotice(number, alipay.Fen(seedAmount), time.Now())
	fields["trade_no"] += number[5:]
	fields["notify_id"] += number[5:]
	return string(p.Notice(fields))
}

// takeNotices drives the server and the bound in turns until every notice was
// sent once to the server. The bound is sent the same ones.
func (l *lab) takeNotices(ctx context.Context, box *standIn, folder, database string, bodies []string) (r line, sent int, err error) {
	public, err := publicText(box.platform.PublicKey())
	if err != nil {
		return r, 0, err
	}
	bound, boundAddress, err := startChild(ctx, verifyChild, public)
	if err != nil {
		return r, 0, err
	}
	defer bound.kill()
	s, err := l.serve(ctx, box.url, folder, database)
	if err != nil {
		return r, 0, err
	}
	defer s.kill()
	toBound, err1 := newFeed(boundAddress, bodies)
	toServer, err2 := newFeed(s.address, bodies)
	if err := errors.Join(err1, err2); err != nil {
		return r, 0, err
	}
	part := len(bodies) / (notifyRounds + 1)
	t, err := takeTurns(ctx, notifyRounds, s.quiet,
		func(ctx context.Context) (slice, error) { return toBound.send(ctx, part) },
		func(ctx context.Context) (slice, error) { return toServer.send(ctx, part) })
	if err != nil {
		return r, 0, fmt.Errorf("%w\n%s", err, s.out)
	}
	sayTime("the server", s.process, toServer.sent)
	sayTime("the bound", bound, toBound.sent)
	r = t.line("notices/s")
	r.P50, r.P99 = quantile(toServer.times, 0.5), quantile(toServer.times, 0.99)
	r.RSS, err = s.megabytes("VmHWM")
	return r, toServer.sent, errors.Join(err, toBound.load.close(), toServer.load.close(), s.stop())
}

// feed sends each of a list of notices once, in order.
type feed struct {
	load    *load
	address string
	bodies  []string
	sent    int
	times   []float64
}

func newFeed(address string, bodies []string) (*feed, error) {
	l, err := newLoad(address, notifyConnections)
	return &feed{load: l, address: address, bodies: bodies}, err
}

// send sends the next n notices. The requests are made before the clock starts.
func (f *feed) send(ctx context.Context, n int) (slice, error) {
	requests := make([][]byte, n)
	for i := range requests {
		requests[i] = post(f.address, "/notify/alipay", "application/x-www-form-urlencoded; charset=utf-8", f.bodies[f.sent+i])
	}
	var taken atomic.Int64
	done, times, err := f.load.drive(ctx, func() []byte {
		if i := taken.Add(1); int(i) <= n {
			return requests[i-1]
		}
		return nil
	}, success)
	f.sent += n
	f.times = append(f.times, times...)
	return done, err
}

func success(a answer) error {
	if a.status != http.StatusOK || string(a.body) != alipay.Success {
		return fmt.Errorf("a notice was answered %d %.300q", a.status, a.body)
	}
	return nil
}
