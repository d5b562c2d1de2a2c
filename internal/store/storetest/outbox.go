package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

func anEvent(object string) event.Event {
	return event.Event{ID: id.New("evt"), Type: event.OrderPaid, Object: object, Version: 2, Data: json.RawMessage(`{"a":1}`), At: at}
}

// Number numbers every event.
func Number(t testing.TB, db *store.DB) {
	t.Helper()
	for more := 1; more > 0; {
		var err error
		if more, err = db.Outbox().Number(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// numberAll numbers every event and returns the last number.
func numberAll(t *testing.T, db *store.DB) (last int64) {
	t.Helper()
	Number(t, db)
	for {
		all, err := db.Outbox().After(context.Background(), last, 1000)
		good(t, err)
		if len(all) == 0 {
			return last
		}
		last = all[len(all)-1].Seq
	}
}

func outbox(t *testing.T, db *store.DB) {
	ctx, o := context.Background(), db.Outbox()
	last := numberAll(t, db)
	e, object := anEvent("x"), id.New("ord")
	changed := db.Changed()
	good(t, db.Ledger().Update(ctx, func(tx pay.Tx) error { return tx.AddEvent(ctx, e) }))
	<-changed
	second := anEvent(object)
	good(t, o.Add(ctx, second))
	all, err := o.After(ctx, last, 10)
	good(t, err)
	same(t, "numbered at once", len(all) == 2, db.Engine() == store.SQLite)
	same(t, "last", numberAll(t, db), last+2)
	all, err = o.After(ctx, last, 10)
	good(t, err)
	e.Seq, second.Seq = last+1, last+2
	same(t, "events", all, []event.Event{e, second})
	all, err = o.Of(ctx, object)
	good(t, err)
	same(t, "an object's", all, []event.Event{second})

	name := id.New("cur")
	for _, step := range []struct{ to, want int64 }{{5, 5}, {3, 5}, {6, 6}} {
		good(t, o.Advance(ctx, name, step.to))
		at, err := o.Cursor(ctx, name)
		good(t, err)
		same(t, "cursor", at, step.want)
	}
	at, err := o.Cursor(ctx, "nobody")
	good(t, err)
	same(t, "fresh cursor", at, int64(0))
}

func forged(t *testing.T, _ *store.DB) {
	ctx := context.Background()
	url := URL(t, strings.Split(t.Name(), "/")[1])
	for _, now := range []time.Time{at.Add(-401 * 24 * time.Hour), at, at.Add(time.Minute), at.Add(2 * time.Minute)} {
		db, err := store.Open(ctx, url, store.Options{Now: func() time.Time { return now }})
		good(t, err)
		for i := range 500 {
			db.Ledger().Reject(ctx, pay.Posted{Account: "alipay", Body: []byte(strings.Repeat("x", 1<<14)), Remote: "r"},
				fmt.Sprintf("forged \x00 %d", i))
		}
		good(t, db.Close())
	}
	db := Open(t, url, store.Options{})
	counts, err := db.Ledger().ForgedCounts(ctx, at.Add(-500*24*time.Hour))
	good(t, err)
	same(t, "counts", counts, []store.ForgedCount{{Account: "alipay", Hour: at.Truncate(time.Hour), Count: 1500}})
	samples, err := db.Ledger().ForgedSamples(ctx)
	good(t, err)
	if len(samples) == 0 || len(samples) > 100 || len(samples[0].Body) != 4096 {
		t.Fatalf("%d samples", len(samples))
	}
}

// oddText stores what PostgreSQL refuses in text, and finds it again.
func oddText(t *testing.T, db *store.DB) {
	ctx := context.Background()
	o := anOrder(serial())
	o.Subject, o.MemberID = "zero \x00 and broken \xff", "m\x00"
	place(t, db, o)
	all, err := db.Ledger().Orders(ctx, pay.OrderFilter{MemberID: "m\x00", Limit: 1})
	good(t, err)
	same(t, "subject", all[0].Subject, "zero \uFFFD and broken \uFFFD")
	_, err = db.Ledger().Order(ctx, "ord_\x00\xff")
	fails(t, err, pay.ErrNoOrder)
}

// Event makes an event for benchmarks: one row.
func Event() event.Event { return anEvent("ord_1") }
