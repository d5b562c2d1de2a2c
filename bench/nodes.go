package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	nodesMost        = 3
	nodesRounds      = 4
	nodesConnections = 8 // to each node
	nodesFaults      = `{"seed":1,"rules":[{"at":"alipay.gateway","kind":"latency","rate":1,"delay":"50ms"}]}`
)

// nodes has the platform asked about orders, which takes it 50 ms, by one, two
// and three servers over one PostgreSQL. The bound is as many times what one
// server does.
func nodes(ctx context.Context, l *lab, report func(line)) error {
	box, url, err := l.sandbox(ctx)
	if err != nil {
		return err
	}
	defer box.kill()
	var told any
	if err := call(ctx, http.MethodPut, url+"/sandbox/faults", nodesFaults, &told); err != nil {
		return err
	}
	return l.onBoth(ctx, func(engine, database string) error {
		if database == "" {
			return nil // one process has the file to itself
		}
		var all []*node
		for range nodesMost {
			n, err := l.node(ctx, url, database)
			if err != nil {
				return err
			}
			defer n.server.kill()
			all = append(all, n)
		}
		return l.compareNodes(ctx, engine, all, report)
	})
}

func (l *lab) compareNodes(ctx context.Context, engine string, all []*node, report func(line)) error {
	length := l.length / (nodesMost * nodesRounds)
	for count := 1; count <= len(all); count++ {
		var loads []string
		t, err := takeTurns(ctx, nodesRounds, nil,
			func(ctx context.Context) (slice, error) {
				s, err := together(ctx, all[:1], length)
				s.done *= count
				return s, err
			},
			func(ctx context.Context) (slice, error) {
				before, err := readMeter()
				if err != nil {
					return slice{}, err
				}
				s, err := together(ctx, all[:count], length)
				after, unread := readMeter()
				loads = append(loads, after.since(before, s.done))
				return s, errors.Join(err, unread)
			})
		if err != nil {
			return err
		}
		say("%d nodes: %s", count, loads[len(loads)-1])
		r := t.line(fmt.Sprintf("calls/s, nodes: %d", count))
		r.Engine = engine
		report(r)
	}
	var errs []error
	for _, n := range all {
		errs = append(errs, n.server.stop())
	}
	return errors.Join(errs...)
}

// node is one of several servers, and what is asked of it.
type node struct {
	server   *server
	requests [][]byte
	next     atomic.Int64
}

func (l *lab) node(ctx context.Context, sandbox, database string) (*node, error) {
	folder, err := l.folder()
	if err != nil {
		return nil, err
	}
	s, err := l.serve(ctx, sandbox, folder, database)
	if err != nil {
		return nil, err
	}
	n := &node{server: s}
	if err := n.makeOrders(); err != nil {
		s.kill()
		return nil, err
	}
	return n, nil
}

// makeOrders makes orders of the node's own to ask about.
func (n *node) makeOrders() error {
	const key = "Authorization: Bearer "
	request := post(n.server.address, "/v1/orders", "application/json",
		fmt.Sprintf(`{"amount":%d,"subject":%q,"channel":%q}`, seedAmount, seedSubject, seedChannel), key+n.server.key)
	for range 16 * nodesConnections {
		a, err := n.server.once(request)
		if err == nil {
			err = created(a)
		}
		var order struct {
			ID string `json:"id"`
		}
		if err == nil {
			err = json.Unmarshal(a.body, &order)
		}
		if err != nil {
			return err
		}
		n.requests = append(n.requests, post(n.server.address, "/v1/orders/"+order.ID+"/query", "application/json", "", key+n.server.key))
	}
	return nil
}

// ask asks about one order after the other until the end.
func (n *node) ask(ctx context.Context, end time.Time) (slice, error) {
	l, err := newLoad(n.server.address, nodesConnections)
	if err != nil {
		return slice{}, err
	}
	s, _, err := l.drive(ctx, func() []byte {
		if time.Now().After(end) {
			return nil
		}
		return n.requests[int(n.next.Add(1))%len(n.requests)]
	}, found)
	return s, errors.Join(err, l.close())
}

// together asks some nodes at once.
func together(ctx context.Context, some []*node, d time.Duration) (slice, error) {
	began := time.Now()
	done, errs := make([]slice, len(some)), make([]error, len(some))
	var all sync.WaitGroup
	for i, n := range some {
		all.Go(func() { done[i], errs[i] = n.ask(ctx, began.Add(d)) })
	}
	all.Wait()
	s := slice{took: time.Since(began)}
	for _, one := range done {
		s.done += one.done
	}
	return s, first(errs)
}
