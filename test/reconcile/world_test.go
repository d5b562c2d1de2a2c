package reconcile_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	provider "github.com/paypush/paypush/internal/provider/alipay"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
	"github.com/paypush/paypush/sandbox"
	"github.com/paypush/paypush/test/harness"
)

// world is a sandbox, and a ledger that lives by the sandbox's clock.
type world struct {
	t      *testing.T
	box    *harness.Client
	url    string
	offset time.Duration
	db     *store.DB
	money  *pay.Service
	books  *reconcile.Service
}

func newWorld(t *testing.T, engine string) *world {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(box)
	box.SetBaseURL(front.URL)
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, box: harness.NewClient(front.URL, ""), url: front.URL}
	w.db = storetest.Open(t, storetest.URL(t, engine), store.Options{})
	account := w.account()
	ledger := w.db.Ledger()
	w.money = pay.NewService(pay.Config{Store: ledger, Due: ledger, Rejects: ledger, Providers: map[string]pay.Provider{"alipay": account},
		Channels: []string{"alipay.page"}, Now: w.now, NewID: id.New, Lifetime: 2 * time.Hour, Policy: pay.DefaultPolicy()})
	w.books = reconcile.New(reconcile.Config{Store: w.db.Reconciliations(), Money: w.money, Now: w.now, Real: time.Now, NewID: id.New,
		Accounts: map[string]reconcile.Account{"alipay": {Biller: account, Merchant: "m", Terms: reconcile.Terms{FeeRate: 6000}}}})
	return w
}

// account is the sandbox's merchant, as a provider.
func (w *world) account() *provider.Account {
	var c struct {
		Alipay struct {
			Gateway  string `json:"gateway"`
			AppID    string `json:"app_id"`
			SellerID string `json:"seller_id"`
			Private  string `json:"app_private_key_pkcs8"`
			Public   string `json:"alipay_public_key"`
		} `json:"alipay"`
	}
	w.box.Must(w.t, http.MethodGet, "/sandbox/credentials", nil, &c)
	signer, err := alipay.ParsePrivateKey([]byte(c.Alipay.Private))
	w.good(err)
	platform, err := alipay.ParsePublicKey([]byte(c.Alipay.Public))
	w.good(err)
	client, err := alipay.New(alipay.Config{AppID: c.Alipay.AppID, SellerID: c.Alipay.SellerID, Gateway: c.Alipay.Gateway,
		Signer: signer, PlatformKey: platform, Now: w.now})
	w.good(err)
	return provider.New(client, "http://127.0.0.1:1/notify", "http://127.0.0.1:1/return")
}

func (w *world) good(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) now() time.Time {
	return time.Now().Add(w.offset).UTC().Truncate(time.Microsecond)
}

// tenOClock moves the world to ten in the morning, in China, of the day after.
func (w *world) tenOClock() {
	w.t.Helper()
	at := pay.DayOf(w.now()).End().Add(10 * time.Hour)
	w.pass(at.Sub(w.now()))
}

func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.box.Must(w.t, http.MethodPost, "/sandbox/clock", map[string]string{"advance": d.String()}, nil)
	w.offset += d
}

// fault is a rule of the sandbox.
type fault struct {
	At   string  `json:"at"`
	Kind string  `json:"kind"`
	Rate float64 `json:"rate"`
	Path string  `json:"path"`
}

func noNotices() fault { return fault{"alipay.notify", "drop", 1, ""} }

func (w *world) faults(rules ...fault) {
	w.t.Helper()
	w.box.Must(w.t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 1, "rules": rules}, nil)
}

// order places an order; opened, the platform knows its trade.
func (w *world) order(amount pay.Amount, opened bool) pay.Draft {
	w.t.Helper()
	d, err := w.money.Draft(context.Background(), pay.NewOrder{Amount: amount, Subject: "茶", Channel: "alipay.page"})
	w.good(err)
	_, _, err = w.money.Place(context.Background(), d)
	w.good(err)
	if opened {
		resp, err := http.Get(d.Link)
		w.good(err)
		w.good(resp.Body.Close())
	}
	return d
}

func (w *world) pays(d pay.Draft) {
	w.t.Helper()
	w.box.Must(w.t, http.MethodPost, "/sandbox/alipay/trades/"+d.Payment.Number+"/pay", nil, nil)
}

// rest lets the ledger do what is due until nothing is.
func (w *world) rest() {
	w.t.Helper()
	for range 50 {
		n, err := w.money.Sweep(context.Background())
		w.good(err)
		if n == 0 {
			return
		}
	}
	w.t.Fatal("the ledger does not come to rest")
}

// reconciled goes through what is due and returns a day's reconciliation with
// its differences that are in a state.
func (w *world) reconciled(day pay.Day, state reconcile.State) (reconcile.Reconciliation, []reconcile.Difference) {
	w.t.Helper()
	ctx := context.Background()
	_, err := w.books.Sweep(ctx)
	w.good(err)
	r, err := w.books.Reader().ReconciliationOf(ctx, "alipay", day)
	w.good(err)
	if r.Status != reconcile.Finished {
		w.t.Fatalf("%s is %s: %s", day, r.Status, r.Failure)
	}
	all, err := w.books.Reader().Differences(ctx, reconcile.DifferenceFilter{ReconciliationID: r.ID, State: state, Limit: 100})
	w.good(err)
	return r, all
}

// about names a difference as tests expect it.
func about(kind reconcile.Kind, of pay.BillKind, number string) string {
	if len(number) > 5 && number[:5] == "extra" {
		number = "extra"
	}
	return fmt.Sprintf("%s %s %s", kind, of, number)
}
