package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/member/membertest"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// world is what is outside of all nodes.
type world struct {
	platform *paytest.Platform
	wechat   *pushtest.Channel
	people   *membertest.Directory
	clock    *clock
}

// clock is business time, moved by hand between the steps of a test.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func newWorld() *world {
	c := &clock{time.Date(2026, 3, 1, 4, 5, 6, 0, time.UTC)}
	return &world{platform: paytest.New("alipay", c.now), wechat: new(pushtest.Channel), people: new(membertest.Directory), clock: c}
}

// node is one server: the services of all domains over one handle of a database.
type node struct {
	db      *store.DB
	money   *pay.Service
	mail    *push.Service
	members *member.Service
}

func newNode(t *testing.T, url string, w *world) *node {
	t.Helper()
	return overLedger(storetest.Open(t, url, store.Options{}), w, nil)
}

// overLedger makes a node whose ledger is wrapped, where wrap is not nil.
func overLedger(db *store.DB, w *world, wrap func(pay.Store) pay.Store) *node {
	l := db.Ledger()
	var ledger pay.Store = l
	if wrap != nil {
		ledger = wrap(l)
	}
	n := &node{db: db, money: newMoney(w, ledger, l, pay.Policy{})}
	n.mail = push.NewService(push.Config{Store: db.Messages(), People: db.Messages(),
		Channels: map[string]push.Channel{"wechat": w.wechat}, Templates: []string{push.TemplateReceipt}, WeChat: "wechat",
		Now: w.clock.now, NewID: id.New, BaseURL: "https://shop.test"})
	n.members = member.NewService(member.Config{Store: db.People(), Hasher: membertest.Hasher{}, Throttle: db.Throttle(w.clock.now),
		Directories: map[string]member.Directory{"wechat": w.people}, Now: w.clock.now, NewID: id.New})
	return n
}

// duties is what a service of money needs of a ledger besides.
type duties interface {
	pay.Due
	pay.Rejects
}

// newMoney makes the service of money over a ledger.
func newMoney(w *world, ledger pay.Store, l duties, policy pay.Policy) *pay.Service {
	return moneyOver(w, w.platform, ledger, l, policy)
}

// moneyAt makes one that meets another platform than its listener does.
func moneyAt(w *world, p pay.Provider, l store.Ledger) *pay.Service {
	return moneyOver(w, p, l, l, pay.Policy{})
}

func moneyOver(w *world, p pay.Provider, ledger pay.Store, l duties, policy pay.Policy) *pay.Service {
	return pay.NewService(pay.Config{Store: ledger, Due: l, Rejects: l,
		Providers: map[string]pay.Provider{"alipay": p}, Listeners: map[string]pay.Listener{"alipay": w.platform},
		Channels: []string{"alipay.page", "alipay.qr"}, Now: w.clock.now, NewID: id.New, Lifetime: time.Hour, Policy: policy})
}

// order places an order with a payment.
func (n *node) order(t *testing.T, in pay.NewOrder) pay.Draft {
	t.Helper()
	if in.Amount == 0 {
		in.Amount = 1230
	}
	if in.Channel == "" {
		in.Channel = "alipay.page"
	}
	in.Subject = "茶"
	d, err := n.money.Draft(context.Background(), in)
	good(t, err)
	_, _, err = n.money.Place(context.Background(), d)
	good(t, err)
	return d
}

// receive hands a notice in and checks the verdict.
func (n *node) receive(t *testing.T, p pay.Posted, want pay.Verdict) {
	t.Helper()
	got, err := n.money.Receive(context.Background(), p)
	good(t, err)
	if got != want {
		t.Fatalf("verdict %s, want %s", got, want)
	}
}

func (n *node) stored(t *testing.T, id string) pay.Order {
	t.Helper()
	o, err := n.db.Ledger().Order(context.Background(), id)
	good(t, err)
	return o
}

// events numbers what there is and returns everything, as "type object".
func (n *node) events(t *testing.T) (all []string, read []event.Event) {
	t.Helper()
	ctx := context.Background()
	storetest.Number(t, n.db)
	read, err := n.db.Outbox().After(ctx, 0, 1000)
	good(t, err)
	for _, e := range read {
		all = append(all, fmt.Sprintf("%s %s", e.Type, e.Object))
	}
	return all, read
}

// count tells how many events there are of one type.
func (n *node) count(t *testing.T, of event.Type) (c int) {
	t.Helper()
	_, all := n.events(t)
	for _, e := range all {
		if e.Type == of {
			c++
		}
	}
	return c
}

func good(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
