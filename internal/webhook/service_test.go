package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/seal"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/webhook"
)

// house is a store with services over it, as nodes share one.
type house struct {
	db   *store.DB
	ring seal.Ring
}

func newHouse(t *testing.T) house {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	ring, err := seal.Parse(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return house{db, ring}
}

func (h house) node(sender webhook.Sender) *webhook.Service {
	return webhook.NewService(webhook.Config{Store: h.db.Webhooks(), Sender: sender, Sealer: h.ring,
		Guard: webhook.Guard{Anything: true}, Now: func() time.Time { return time.Now().UTC() }, NewID: id.New})
}

// town is everybody who may be called. Who is held answers only when let go.
type town struct {
	mu    sync.Mutex
	calls map[string]int // by address and event
	held  map[string]chan struct{}
	began chan struct{} // one for each call
	any   chan struct{} // one for each call that was answered
}

func newTown() *town {
	return &town{calls: map[string]int{}, held: map[string]chan struct{}{},
		began: make(chan struct{}, 10_000), any: make(chan struct{}, 10_000)}
}

// Post implements [webhook.Sender].
func (s *town) Post(ctx context.Context, r webhook.Request) webhook.Reply {
	s.mu.Lock()
	s.calls[r.URL+" "+r.ID]++
	gate := s.held[r.URL]
	s.mu.Unlock()
	s.began <- struct{}{}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return webhook.Reply{Error: "cut"}
		}
	}
	s.any <- struct{}{}
	return webhook.Reply{Status: 200}
}

func endpoint(t *testing.T, s *webhook.Service, url string) webhook.Endpoint {
	t.Helper()
	e, _, err := s.Draft(webhook.NewEndpoint{URL: url})
	if err == nil {
		err = s.Place(t.Context(), e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func some(n int) (all []event.Event) {
	for i := range n {
		all = append(all, event.Event{ID: id.New("evt"), Type: "order.paid", Object: strconv.Itoa(i), Version: 2,
			Data: json.RawMessage(`{}`), At: time.Now().UTC()})
	}
	return all
}

// run runs nodes until the test or stop ends them, and returns when they ended.
func run(t *testing.T, nodes ...*webhook.Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for _, n := range nodes {
		running.Go(func() { n.Run(ctx) })
	}
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	t.Cleanup(stop)
	return stop
}

func take(t *testing.T, from <-chan struct{}, n int) {
	t.Helper()
	late := time.After(20 * time.Second)
	for i := range n {
		select {
		case <-from:
		case <-late:
			t.Fatalf("%d of %d calls were made", i, n)
		}
	}
}

// Events handed in by several nodes, several times, reach each endpoint once.
func TestEachEventReachesEachEndpointOnce(t *testing.T) {
	h, s := newHouse(t), newTown()
	nodes := []*webhook.Service{h.node(s), h.node(s), h.node(s)}
	endpoint(t, nodes[0], "https://a.test")
	endpoint(t, nodes[0], "https://b.test")
	events := some(300)
	stop := run(t, nodes...)
	var handing sync.WaitGroup
	for _, n := range nodes {
		handing.Go(func() {
			for part := range slices.Chunk(events, 70) {
				if err := n.Enqueue(t.Context(), part); err != nil {
					t.Error(err)
				}
			}
		})
	}
	handing.Wait()
	take(t, s.any, 2*len(events))
	stop()
	for key, n := range s.calls {
		if n != 1 {
			t.Errorf("%s was called %d times", key, n)
		}
	}
	all, err := nodes[0].Endpoints(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	left, err := nodes[0].Deliveries(t.Context(), webhook.Filter{EndpointID: all[0].ID, Status: webhook.Pending, Limit: 1})
	if err != nil || len(left) > 0 {
		t.Errorf("left %v %v", left, err)
	}
}

// blind is a store in which nothing is ever due.
type blind struct {
	webhook.Store
	looked chan struct{} // one for each look
}

// Due implements [webhook.Store].
func (b blind) Due(context.Context, string, time.Time) (bool, error) {
	b.looked <- struct{}{}
	return false, nil
}

func TestWhatIsNewIsSentWithoutBeingLookedUp(t *testing.T) {
	h, s := newHouse(t), newTown()
	store := blind{h.db.Webhooks(), make(chan struct{}, 10_000)}
	n := webhook.NewService(webhook.Config{Store: store, Sender: s, Sealer: h.ring,
		Guard: webhook.Guard{Anything: true}, Now: func() time.Time { return time.Now().UTC() }, NewID: id.New})
	e := endpoint(t, n, "https://a.test")
	stop := run(t, n)
	if _, err := n.Update(t.Context(), e.ID, webhook.Change{}); err != nil {
		t.Fatal(err)
	}
	take(t, store.looked, 1)
	if err := n.Enqueue(t.Context(), some(100)); err != nil {
		t.Fatal(err)
	}
	take(t, s.any, 100)
	stop()
	done, err := n.Deliveries(t.Context(), webhook.Filter{EndpointID: e.ID, Status: webhook.Delivered, Limit: 100})
	if err != nil || len(done) != 100 || done[0].Attempts != 1 {
		t.Errorf("%d were delivered: %v", len(done), err)
	}
}

// What finds no room in hand waits for its turn.
func TestMoreThanIsInHandArrivesOnceToo(t *testing.T) {
	h, s := newHouse(t), newTown()
	n := h.node(s)
	for range webhook.MaxEndpoints - 1 {
		e, _, err := n.Draft(webhook.NewEndpoint{URL: "https://other.test", Types: []string{"order.closed"}})
		if err == nil {
			err = n.Place(t.Context(), e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	endpoint(t, n, "https://a.test")
	stop := run(t, n)
	for part := range slices.Chunk(some(900), 300) {
		if err := n.Enqueue(t.Context(), part); err != nil {
			t.Fatal(err)
		}
	}
	take(t, s.any, 900)
	stop()
	if len(s.calls) != 900 {
		t.Errorf("%d were called", len(s.calls))
	}
	for key, n := range s.calls {
		if n != 1 {
			t.Errorf("%s was called %d times", key, n)
		}
	}
}

func TestASlowEndpointHoldsUpNobodyElse(t *testing.T) {
	h, s := newHouse(t), newTown()
	n := h.node(s)
	gate := make(chan struct{})
	s.held["https://slow.test"] = gate
	endpoint(t, n, "https://slow.test")
	endpoint(t, n, "https://quick.test")
	run(t, n)
	if err := n.Enqueue(t.Context(), some(200)); err != nil {
		t.Fatal(err)
	}
	take(t, s.any, 200)
	close(gate)
	take(t, s.any, 200)
}

// A try that our own end cuts says nothing of the endpoint and is made again.
func TestWhatIsUnderWayAtTheEndIsMadeAgain(t *testing.T) {
	h, s := newHouse(t), newTown()
	n := h.node(s)
	s.held["https://slow.test"] = make(chan struct{})
	e, one := endpoint(t, n, "https://slow.test"), some(1)
	stop := run(t, n)
	if err := n.Enqueue(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	take(t, s.began, 1)
	stop()
	d, err := n.Deliveries(t.Context(), webhook.Filter{EndpointID: e.ID, Limit: 1})
	if err != nil || len(d) != 1 || d[0].Status != webhook.Pending || d[0].Tries != 0 || d[0].Attempts != 1 {
		t.Fatalf("%+v %v", d, err)
	}
	s.mu.Lock()
	delete(s.held, "https://slow.test")
	s.mu.Unlock()
	run(t, h.node(s))
	take(t, s.any, 1)
	if got, err := n.Endpoint(t.Context(), e.ID); err != nil || !got.FailingSince.IsZero() {
		t.Errorf("%+v %v", got, err)
	}
}

// Invariant 17: secrets lie sealed in the database, and a server without a key
// takes none.
func TestInvariant17SecretsAreSealed(t *testing.T) {
	h := newHouse(t)
	n := h.node(newTown())
	e, secret, err := n.Draft(webhook.NewEndpoint{URL: "https://x.test"})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains([]string{string(e.Sealed)}, secret) || len(e.Sealed) < len(secret) {
		t.Errorf("sealed %q", e.Sealed)
	}
	hidden, err := n.Hide(e.ID, secret)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := n.Reveal(e.ID, hidden); err != nil || got != secret {
		t.Errorf("revealed %v", err)
	}
	if _, err := n.Reveal("whe_other", hidden); err == nil {
		t.Error("another endpoint's name opens it")
	}
	if _, _, err := (house{h.db, seal.Ring{}}).node(newTown()).Draft(webhook.NewEndpoint{URL: "https://x.test"}); !errors.Is(err, seal.ErrNoKey) {
		t.Errorf("without a key: %v", err)
	}
}

func TestEndpointsAreBounded(t *testing.T) {
	n := newHouse(t).node(newTown())
	for range webhook.MaxEndpoints {
		endpoint(t, n, "https://x.test")
	}
	e, _, err := n.Draft(webhook.NewEndpoint{URL: "https://x.test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Place(t.Context(), e); !errors.Is(err, webhook.ErrTooMany) {
		t.Errorf("one more: %v", err)
	}
}

func TestWhatIsNotThereIsSaid(t *testing.T) {
	n := newHouse(t).node(newTown())
	ctx, e := t.Context(), endpoint(t, n, "https://x.test")
	_, missing := n.Update(ctx, "whe_none", webhook.Change{})
	_, noEvent := n.DraftReplay(ctx, "evt_none", "")
	_, _, noDelivery := n.Delivery(ctx, "whd_none")
	_, tooLong := n.DraftRotation(8 * 24 * time.Hour)
	_, _, backwards := n.ReplayRange(ctx, webhook.Range{EndpointID: e.ID, Since: noonish, Until: noonish})
	for want, got := range map[error]error{webhook.ErrNoEndpoint: missing, webhook.ErrNoEvent: noEvent,
		webhook.ErrNoDelivery: noDelivery, webhook.ErrOverlap: tooLong, webhook.ErrRange: backwards} {
		if !errors.Is(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

var noonish = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
