package service_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/sandbox"
	"github.com/paypush/paypush/test/harness"
)

// pair is a server and its sandbox.
type pair struct {
	box, api *harness.Client
	server   *app.Server
	conf     config.Config
	gate     *gate
	stopOnce sync.Once
}

func newPair(t *testing.T, adjust ...func(*config.Config)) *pair {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(box)
	box.SetBaseURL(front.URL)
	p := &pair{box: harness.NewClient(front.URL, ""), gate: newGate(t)}
	data := t.TempDir() // before the server's end, so that it is removed after it
	t.Cleanup(func() {
		p.stop(t)
		front.CloseClientConnections()
		front.Close()
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	p.conf = config.Default()
	p.conf.Mode, p.conf.Listen, p.conf.Data, p.conf.SandboxURL = config.Sandbox, harness.FreeAddress(t), data, front.URL
	p.conf.PublicURL = p.gate.leadTo(p.conf.Listen)
	for _, a := range adjust {
		a(&p.conf)
	}
	p.start(t)
	return p
}

func (p *pair) start(t *testing.T) {
	t.Helper()
	server, err := app.Start(t.Context(), p.conf, app.Options{Log: slog.New(slog.DiscardHandler), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	p.server = server
	hello, err := server.Introduce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.api = harness.NewClient(server.URL(), hello.APIKey)
}

func (p *pair) stop(t *testing.T) {
	p.stopOnce.Do(func() {
		if p.server == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.server.Close(ctx); err != nil {
			t.Error(err)
		}
	})
}

type order struct {
	ID        string    `json:"id"`
	Number    string    `json:"out_trade_no"`
	Status    string    `json:"status"`
	Amount    int64     `json:"amount"`
	PayURL    string    `json:"pay_url"`
	ExpiresAt time.Time `json:"expires_at"`
	Payments  []struct {
		ID      string `json:"id"`
		Number  string `json:"out_trade_no"`
		Status  string `json:"status"`
		Settles bool   `json:"settles"`
		Surplus string `json:"surplus"`
	} `json:"payments"`
}

// newOrder creates an order that goes straight to Alipay's page.
func (p *pair) newOrder(t *testing.T, amount int64) (o order) {
	t.Helper()
	p.api.Must(t, http.MethodPost, "/v1/orders",
		map[string]any{"amount": amount, "subject": "测试商品 & <b>", "channel": "alipay.page"}, &o)
	return o
}

func (p *pair) order(t *testing.T, id string) (o order) {
	t.Helper()
	p.api.Must(t, http.MethodGet, "/v1/orders/"+id, nil, &o)
	return o
}

// open does what a payer's browser does with the link.
func (p *pair) open(t *testing.T, o order) {
	t.Helper()
	p.box.Must(t, http.MethodGet, o.PayURL, nil, nil)
}

// pay has the payer pay an opened order, amount 0 for what is asked.
func (p *pair) pay(t *testing.T, number string, amount int64) {
	t.Helper()
	var body any
	if amount > 0 {
		body = map[string]int64{"amount": amount}
	}
	p.box.Must(t, http.MethodPost, "/sandbox/alipay/trades/"+number+"/pay", body, nil)
}

func (p *pair) waitStatus(t *testing.T, id, status string) (o order) {
	t.Helper()
	harness.Eventually(t, "order "+id+" is "+status, func() bool {
		o = p.order(t, id)
		return o.Status == status
	})
	return o
}

func (p *pair) advance(t *testing.T, by string) {
	t.Helper()
	p.box.Must(t, http.MethodPost, "/sandbox/clock", map[string]string{"advance": by}, nil)
}

func (p *pair) faults(t *testing.T, rules ...map[string]any) {
	t.Helper()
	p.box.Must(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 1, "rules": rules}, nil)
}

type eventRow struct {
	Type   string `json:"type"`
	Object string `json:"object"`
}

// events counts the events of a type.
func (p *pair) events(t *testing.T, kind string) (n int) {
	t.Helper()
	after := ""
	for {
		var page struct {
			Data []eventRow `json:"data"`
			Next string     `json:"next_cursor"`
		}
		p.api.Must(t, http.MethodGet, "/v1/events?limit=100&after="+after, nil, &page)
		if len(page.Data) == 0 {
			return n
		}
		for _, e := range page.Data {
			if e.Type == kind {
				n++
			}
		}
		after = page.Next
	}
}
