package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/internal/store"
)

const (
	readOrders      = 1_000
	readConnections = 32
	readRounds      = 8
)

// orderRead gets orders with their payments by the API. The bound is a bare
// handler in another process that answers the bytes of one of them.
func orderRead(ctx context.Context, l *lab, report func(line)) error {
	box, err := newStandIn()
	if err != nil {
		return err
	}
	defer box.close() //nolint:errcheck // it only reads
	return l.onBoth(ctx, func(engine, database string) error {
		folder, err := l.folder()
		if err != nil {
			return err
		}
		if database == "" {
			database = "sqlite:" + filepath.Join(folder, "paypush.db")
		}
		if err := seed(ctx, database, numbers(readOrders)); err != nil {
			return err
		}
		r, err := l.readOrders(ctx, box, folder, database)
		if err == nil {
			r.Engine = engine
			report(r)
		}
		return err
	})
}

func (l *lab) readOrders(ctx context.Context, box *standIn, folder, database string) (line, error) {
	ids, err := orderIDs(ctx, database, numbers(readOrders))
	if err != nil {
		return line{}, err
	}
	s, err := l.serve(ctx, box.url, folder, database)
	if err != nil {
		return line{}, err
	}
	defer s.kill()
	toServer, err := newReading(s, ids, readConnections)
	if err != nil {
		return line{}, err
	}
	defer toServer.load.close() //nolint:errcheck // the server goes too
	bound, toBound, err := sameAnswer(ctx, folder, toServer)
	if err != nil {
		return line{}, err
	}
	defer bound.kill()
	length := l.length / (2 * (readRounds + 1))
	t, err := takeTurns(ctx, readRounds, s.quiet,
		func(ctx context.Context) (slice, error) { return toBound.read(ctx, length) },
		func(ctx context.Context) (slice, error) { return toServer.read(ctx, length) })
	if err != nil {
		return line{}, fmt.Errorf("%w\n%s", err, s.out)
	}
	sayTime("the server", s.process, len(toServer.times))
	sayTime("the bound", bound, len(toBound.times))
	r := t.line("orders/s")
	r.P50, r.P99 = quantile(toServer.times, 0.5), quantile(toServer.times, 0.99)
	r.RSS, err = s.megabytes("VmHWM")
	return r, errors.Join(err, s.stop())
}

// orderIDs finds the ids of orders by their numbers.
func orderIDs(ctx context.Context, database string, numbers []string) (ids []string, err error) {
	db, err := store.Open(ctx, database, store.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, n := range numbers {
		o, err := db.Ledger().OrderByNumber(ctx, n)
		if err != nil {
			return nil, err
		}
		ids = append(ids, o.ID)
	}
	return ids, nil
}

// sameAnswer starts the bound, which gives to every request what the server
// answers to the first.
func sameAnswer(ctx context.Context, folder string, of *reading) (*process, *reading, error) {
	a, err := of.load.conns[0].do(of.requests[0])
	if err == nil {
		err = found(a)
	}
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(folder, "answer.json")
	if err := os.WriteFile(file, a.body, 0o600); err != nil {
		return nil, nil, err
	}
	p, address, err := startChild(ctx, sameChild, file)
	if err != nil {
		return nil, nil, err
	}
	load, err := newLoad(address, len(of.load.conns))
	if err != nil {
		p.kill()
		return nil, nil, err
	}
	return p, &reading{load: load, requests: of.requests, check: found}, nil
}

// reading gets the same addresses again and again.
type reading struct {
	load     *load
	requests [][]byte
	check    func(answer) error
	times    []float64
}

// newReading gets the orders of a server, over so many connections.
func newReading(s *server, ids []string, connections int) (*reading, error) {
	load, err := newLoad(s.address, connections)
	if err != nil {
		return nil, err
	}
	r := &reading{load: load, check: found}
	for _, id := range ids {
		r.requests = append(r.requests, get(s.address, "/v1/orders/"+id, "Authorization: Bearer "+s.key))
	}
	return r, nil
}

func (r *reading) read(ctx context.Context, d time.Duration) (slice, error) {
	end := time.Now().Add(d)
	var next atomic.Int64
	done, times, err := r.load.drive(ctx, func() []byte {
		if time.Now().After(end) {
			return nil
		}
		return r.requests[int(next.Add(1))%len(r.requests)]
	}, r.check)
	r.times = append(r.times, times...)
	return done, err
}

// found wants an order with its payment.
func found(a answer) error {
	if a.status != http.StatusOK || len(a.body) < 200 {
		return fmt.Errorf("an order was answered %d %.300q", a.status, a.body)
	}
	return nil
}
