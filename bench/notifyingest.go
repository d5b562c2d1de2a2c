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
	bodies := signAhead(box.platform, 2*l.length, notifyMost)
	if err := seed(ctx, database, numbers(len(bodies))); err != nil {
		return line{}, err
	}
	r, sent, err := l.notices(ctx, box, folder, database, bodies, func(f *feeds) (turns, error) {
		return f.takeTurns(ctx, notifyRounds, len(bodies)/(notifyRounds+1))
	})
	if err != nil {
		return line{}, err
	}
	return r, settled(ctx, database, numbers(sent))
}

// signAhead signs notices on every processor, for a while or until there are as
// many as wanted; signing one takes as long as settling some.
func signAhead(p *alipaytest.Platform, d time.Duration, most int) []string {
	end := time.Now().Add(d)
	bodies := make([]string, most)
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for time.Now().Before(end) {
				i := int(next.Add(1)) - 1
				if i >= most {
					return
				}
				bodies[i] = notice(p, number(i))
			}
		})
	}
	all.Wait()
	return bodies[:min(int(next.Load()), most)]
}

func notice(p *alipaytest.Platform, number string) string {
	fields := alipaytest.PaidNotice(number, alipay.Fen(seedAmount), time.Now())
	fields["trade_no"] += number[5:]
	fields["notify_id"] += number[5:]
	return string(p.Notice(fields))
}

// feeds are the server and the bound that notices are sent to.
type feeds struct {
	server, bound *feed
	quiet         func(context.Context) error
}

// takeTurns sends parts of the notices to the bound and to the server in turns.
func (f *feeds) takeTurns(ctx context.Context, rounds, part int) (turns, error) {
	return takeTurns(ctx, rounds, f.quiet,
		func(ctx context.Context) (slice, error) { return f.bound.send(ctx, part) },
		func(ctx context.Context) (slice, error) { return f.server.send(ctx, part) })
}

// notices starts a server and the bound, lets drive send them notices, and
// tells how many the server was sent.
func (l *lab) notices(ctx context.Context, box *standIn, folder, database string, bodies []string,
	drive func(*feeds) (turns, error)) (r line, sent int, err error) {
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
	t, err := drive(&feeds{toServer, toBound, s.quiet})
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

// feed sends a list of notices in order, and begins anew at its end.
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
		requests[i] = post(f.address, "/notify/alipay", "application/x-www-form-urlencoded; charset=utf-8", f.bodies[(f.sent+i)%len(f.bodies)])
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
