package crash_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/test/harness"
)

// world is a sandbox and a server, each a process of its own.
type world struct {
	box, api        *harness.Client
	server          *harness.Process
	args            []string
	ready, dataPath string
	members         []*person
	began           time.Time // by the world's clock
}

// person is a member with a bound phone.
type person struct {
	name, id, openid string
	mu               sync.Mutex
	orders           []order
}

func (p *person) add(o order) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.orders = append(p.orders, o)
}

type order struct {
	ID     string `json:"id"`
	Number string `json:"out_trade_no"`
	Status string `json:"status"`
	Amount int64  `json:"amount"`
	PayURL string `json:"pay_url"`
}

func newWorld(t *testing.T, databaseURL string, flags ...string) *world {
	t.Helper()
	dir := t.TempDir()
	boxAddress, address := harness.FreeAddress(t), harness.FreeAddress(t)
	box := harness.Start(t, bin, "sandbox", "--listen", boxAddress, "--data", filepath.Join(dir, "sandbox"))
	box.WaitReady("http://" + boxAddress + "/sandbox/clock")
	w := &world{box: harness.NewClient("http://"+boxAddress, ""), ready: "http://" + address + "/readyz",
		dataPath: filepath.Join(dir, "server"),
		args:     []string{"serve", "--listen", address, "--data", filepath.Join(dir, "server"), "--sandbox", "http://" + boxAddress}, began: time.Now()}
	w.args = append(w.args, flags...)
	if databaseURL != "" {
		w.args = append(w.args, "--database-url", databaseURL)
	}
	w.start(t)
	w.api = harness.NewClient("http://"+address, harness.APIKey(t, w.dataPath))
	return w
}

func (w *world) start(t *testing.T) {
	t.Helper()
	w.server = harness.Start(t, bin, w.args...)
	w.server.WaitReady(w.ready)
}

// restart kills the server as kill -9 does and starts it again.
func (w *world) restart(t *testing.T) {
	t.Helper()
	w.server.Kill()
	w.start(t)
}

// addMember registers somebody, gives them a phone, and binds it through the
// one-time link, all over HTTP.
func (w *world) addMember(t *testing.T, n int) *person {
	t.Helper()
	p := &person{name: "payer" + string(rune('a'+n))}
	browser := harness.NewBrowser(t, w.api.Base)
	status, at, err := browser.Form("/register", url.Values{"user": {p.name}, "pwd": {"correct horse " + p.name}})
	if err != nil || status != http.StatusOK {
		t.Fatalf("registering ended at %s with %d, %v", at, status, err)
	}
	var phone struct {
		OpenID string `json:"openid"`
	}
	w.box.Must(t, http.MethodPost, "/sandbox/wechat/followers", map[string]string{"nickname": "手机" + p.name}, &phone)
	w.box.Must(t, http.MethodPost, "/sandbox/wechat/followers/"+phone.OpenID+"/follow", nil, nil)
	var qr struct {
		Code int    `json:"code"`
		Data string `json:"data"`
	}
	browser.Must(t, http.MethodGet, "/bind/qrcode", nil, &qr)
	var scanned struct {
		FinalURL string `json:"final_url"`
		Status   int    `json:"status"`
		Body     string `json:"body"`
	}
	w.box.Must(t, http.MethodPost, "/sandbox/wechat/followers/"+phone.OpenID+"/scan",
		map[string]any{"text": qr.Data, "consent": true}, &scanned)
	var bound struct {
		Bound  bool   `json:"bound"`
		OpenID string `json:"openid"`
	}
	browser.Must(t, http.MethodGet, "/bind/status", nil, &bound)
	if !bound.Bound || bound.OpenID != phone.OpenID {
		t.Fatalf("%s is not bound: %+v; the phone ended at %s with %d:\n%s", p.name, bound, scanned.FinalURL, scanned.Status, scanned.Body)
	}
	p.openid = phone.OpenID
	p.id = w.memberID(t, p)
	w.members = append(w.members, p)
	return p
}

// memberID finds the member in the event that binding raised.
func (w *world) memberID(t *testing.T, p *person) (id string) {
	t.Helper()
	harness.Eventually(t, "the binding is an event", func() bool {
		var raw struct {
			Data []struct {
				Type string          `json:"type"`
				Data json.RawMessage `json:"data"`
			} `json:"data"`
		}
		w.api.Must(t, http.MethodGet, "/v1/events?limit=100", nil, &raw)
		for _, e := range raw.Data {
			var bound struct {
				Member string `json:"member"`
				OpenID string `json:"openid"`
			}
			if e.Type == "user.bound" && json.Unmarshal(e.Data, &bound) == nil && bound.OpenID == p.openid {
				id = bound.Member
			}
		}
		return id != ""
	})
	return id
}

// settle waits until the ledger has caught up with the sandbox, helping the
// platform's schedules along by moving its clock a little.
func (w *world) settle(t *testing.T) {
	t.Helper()
	harness.Eventually(t, "every paid order is paid in the ledger and every message is final", func() bool {
		for _, m := range w.members {
			for _, o := range m.orders {
				var now order
				if status, err := w.api.Call(http.MethodGet, "/v1/orders/"+o.ID, nil, &now); err != nil || status != 200 || now.Status != "paid" {
					w.box.Must(t, http.MethodPost, "/sandbox/clock", map[string]string{"advance": "5s"}, nil)
					return false
				}
			}
			if len(w.messages(t, m)) < len(m.orders) {
				return false
			}
		}
		return true
	})
}

func (w *world) messages(t *testing.T, m *person) []json.RawMessage {
	t.Helper()
	var page struct {
		Messages []json.RawMessage `json:"messages"`
	}
	w.box.Must(t, http.MethodGet, "/sandbox/wechat/followers/"+m.openid+"/messages", nil, &page)
	return page.Messages
}

// compare holds the ledger against the sandbox's truth.
func (w *world) compare(t *testing.T) {
	t.Helper()
	var truth struct {
		Alipay struct {
			Trades []struct {
				Number string `json:"out_trade_no"`
				Status string `json:"status"`
				Paid   int64  `json:"paid"`
			} `json:"trades"`
			PaidCount int   `json:"paid_count"`
			Paid      int64 `json:"paid"`
		} `json:"alipay"`
		WeChat struct {
			RecipientsTwice int `json:"recipients_twice"`
		} `json:"wechat"`
	}
	w.box.Must(t, http.MethodGet, "/sandbox/truth", nil, &truth)
	paidThere := map[string]int64{}
	for _, trade := range truth.Alipay.Trades {
		if trade.Paid > 0 {
			paidThere[trade.Number] = trade.Paid
		}
	}
	orders, sum := 0, int64(0)
	for _, m := range w.members {
		for _, o := range m.orders {
			orders, sum = orders+1, sum+o.Amount
			if paidThere[o.Number] != o.Amount {
				t.Errorf("order %s of %d fen: the sandbox took %d", o.Number, o.Amount, paidThere[o.Number])
			}
		}
		w.compareMessages(t, m)
	}
	if truth.Alipay.PaidCount != orders || truth.Alipay.Paid != sum {
		t.Errorf("the sandbox has %d trades of %d fen, the ledger %d of %d", truth.Alipay.PaidCount, truth.Alipay.Paid, orders, sum)
	}
	if truth.WeChat.RecipientsTwice != 0 {
		t.Errorf("%d people got a message twice", truth.WeChat.RecipientsTwice)
	}
	w.compareEvents(t, orders)
}

func (w *world) compareMessages(t *testing.T, m *person) {
	t.Helper()
	all := w.messages(t, m)
	for _, o := range m.orders {
		n := 0
		for _, raw := range all {
			if strings.Contains(string(raw), o.Number) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s got %d messages for order %s", m.name, n, o.Number)
		}
	}
	if len(all) != len(m.orders) {
		t.Errorf("%s got %d messages for %d orders", m.name, len(all), len(m.orders))
	}
}

// compareEvents reads the whole feed by its cursor: one order.paid for each
// order, and no surplus.
func (w *world) compareEvents(t *testing.T, orders int) {
	t.Helper()
	paid, after := map[string]int{}, ""
	for {
		var page struct {
			Data []struct {
				Type   string `json:"type"`
				Object string `json:"object"`
			} `json:"data"`
			Next string `json:"next_cursor"`
		}
		w.api.Must(t, http.MethodGet, "/v1/events?limit=100&after="+after, nil, &page)
		for _, e := range page.Data {
			switch e.Type {
			case "order.paid":
				paid[e.Object]++
			case "surplus.found", "notice.mismatched":
				t.Errorf("event %s for %s", e.Type, e.Object)
			}
		}
		if len(page.Data) == 0 {
			break
		}
		after = page.Next
	}
	if len(paid) != orders {
		t.Errorf("%d orders have an order.paid, of %d", len(paid), orders)
	}
	for id, n := range paid {
		if n != 1 {
			t.Errorf("order %s has %d order.paid", id, n)
		}
	}
}
