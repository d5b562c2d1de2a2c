package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/api"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
	"github.com/paypush/paypush/internal/request"
	"github.com/paypush/paypush/internal/store"
)

// doorman lets everybody in.
type doorman struct{}

func (doorman) Find(context.Context, string) (api.Key, error) { return api.Key{ID: "key_1"}, nil }

// notebook keeps first answers in memory, at once.
type notebook struct {
	mu  sync.Mutex
	all map[api.Scope]api.Replay
}

func (n *notebook) Find(_ context.Context, s api.Scope) (api.Replay, bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	r, ok := n.all[s]
	return r, ok, nil
}

func (n *notebook) Attach(ctx context.Context, r api.Replay) context.Context {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all[r.Scope] = r
	return ctx
}

func (n *notebook) Keep(ctx context.Context, r api.Replay) error {
	n.Attach(ctx, r)
	return nil
}

// FuzzOrderInput posts any bytes as a new order. Whatever they are, the answer
// is an order that keeps to the promises or a whole problem, never our defect,
// and a request that made an order gets the same answer again.
func FuzzOrderInput(f *testing.F) {
	for _, s := range []string{`{"amount":1,"subject":"x"}`, `{"amount":10000000000,"subject":"茶","channel":"test.page","expires_in":60,"metadata":{"a":"b"}}`,
		`{"amount":1e40,"subject":"x"}`, `{"amount":12.5}`, `{"amount":1,"subject":"x","out_trade_no":"FUZZ00000001","return_url":"https://a.example/?b=c#d"}`,
		`{"amount":1,"amount":2,"subject":"x"}`, `{"AMOUNT":1,"subject":"x"}`, `{"amount":1,"subject":"\ud800"}`, "{\"amount\":1,\"subject\":\"\xff\"}",
		`{"amount":1,"subject":"x","member":"\u0000"}`, `[1]`, `null`, ``, `{"amount":1,"subject":"x"} {}`, strings.Repeat(`{"metadata":`, 2000)} {
		f.Add([]byte(s))
	}
	mux := newAPI(f)
	n := 0
	f.Fuzz(func(t *testing.T, body []byte) {
		n++
		key := "k" + strconv.Itoa(n)
		first, again := post(mux, key, body), post(mux, key, body)
		if first.Code >= http.StatusInternalServerError || first.Code == http.StatusCreated && again.Body.String() != first.Body.String() {
			t.Fatalf("%q: %d %s, then %d %s", body, first.Code, first.Body, again.Code, again.Body)
		}
		if first.Code < 300 {
			wholeOrder(t, first.Body.Bytes())
			return
		}
		var p struct {
			Code      string `json:"code"`
			Status    int    `json:"status"`
			RequestID string `json:"request_id"`
		}
		if err := json.Unmarshal(first.Body.Bytes(), &p); err != nil || p.Code == "" || p.RequestID == "" || p.Status != first.Code {
			t.Fatalf("%q: %d %s: %v", body, first.Code, first.Body, err)
		}
	})
}

func wholeOrder(t *testing.T, b []byte) {
	t.Helper()
	var o struct {
		ID, Status, Subject string
		Number              string `json:"out_trade_no"`
		Amount              int64
		PayURL              string    `json:"pay_url"`
		CreatedAt           time.Time `json:"created_at"`
		ExpiresAt           time.Time `json:"expires_at"`
	}
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if o.ID == "" || o.Status != "pending" || strings.TrimSpace(o.Subject) == "" || len(o.Number) < 8 || len(o.Number) > 32 ||
		o.Amount < 1 || o.Amount > 10_000_000_000 || o.PayURL == "" || !o.ExpiresAt.After(o.CreatedAt) {
		t.Fatalf("not a whole order: %s", b)
	}
}

func post(mux http.Handler, key string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/v1/orders", strings.NewReader(string(body)))
	r.Header.Set("Authorization", "Bearer sk_x")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r.WithContext(request.WithID(r.Context())))
	return w
}

// newAPI is the API over a ledger on SQLite and a payment platform in memory.
func newAPI(f *testing.F) http.Handler {
	db, err := store.Open(context.Background(), "sqlite:"+f.TempDir()+"/fuzz.db", store.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := db.Close(); err != nil {
			f.Error(err)
		}
	})
	if err := db.Migrate(context.Background()); err != nil {
		f.Fatal(err)
	}
	platform, ledger := paytest.New("test", time.Now), db.Ledger()
	service := pay.NewService(pay.Config{Store: ledger, Due: ledger, Rejects: ledger, Providers: map[string]pay.Provider{"test": platform},
		Listeners: map[string]pay.Listener{"test": platform}, Channels: []string{"test.page"}, Now: time.Now, NewID: id.New, Lifetime: time.Hour,
		Policy: pay.DefaultPolicy()})
	mux := http.NewServeMux()
	api.New(mux, api.Config{Pay: service, Keys: doorman{}, Replays: &notebook{all: map[api.Scope]api.Replay{}}, NewID: id.New,
		PublicURL: "https://pay.example.com", Now: time.Now})
	return mux
}
