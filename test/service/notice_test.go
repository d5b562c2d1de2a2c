package service_test

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paypush/paypush/test/harness"
)

// The plain way: signed link, payment, notice, success, paid.
func TestPaidOrderIsSettledByItsNotice(t *testing.T) {
	p := newPair(t)
	o := p.newOrder(t, 1234)
	if !strings.Contains(o.PayURL, "time_expire") {
		t.Errorf("the link carries no time_expire: %s", o.PayURL)
	}
	p.open(t, o)
	p.pay(t, o.Number, 0)
	got := p.waitStatus(t, o.ID, "paid")
	if len(got.Payments) != 1 || !got.Payments[0].Settles || got.Payments[0].Number != o.Number {
		t.Errorf("payments: %+v", got.Payments)
	}
	harness.Eventually(t, "order.paid is in the feed", func() bool { return p.events(t, "order.paid") == 1 })
}

// Invariant 2: the same notice any number of times, in parallel.
func TestInvariant02SameNoticeManyTimesSettlesOnce(t *testing.T) {
	p := newPair(t)
	o := p.newOrder(t, 500)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	body := p.gate.notice(t, o.Number)
	var posting sync.WaitGroup
	for range 20 {
		posting.Go(func() {
			if status, answer := p.post(t, body); status != http.StatusOK || answer != "success" {
				t.Errorf("a repeated notice was answered %d %q", status, answer)
			}
		})
	}
	posting.Wait()
	p.waitStatus(t, o.ID, "paid")
	harness.Eventually(t, "order.paid is in the feed", func() bool { return p.events(t, "order.paid") == 1 })
	p.newOrder(t, 100) // whatever else was raised comes before this order's event
	harness.Eventually(t, "both orders are in the feed", func() bool { return p.events(t, "order.created") == 2 })
	if n := p.events(t, "order.paid"); n != 1 {
		t.Errorf("%d order.paid", n)
	}
}

// A notice that somebody saw and writes down otherwise is the same notice: it
// is not kept once more, so that nobody fills the disk with one of them.
func TestInvariant02RewrittenNoticeIsNotKeptAgain(t *testing.T) {
	p := newPair(t)
	o := p.newOrder(t, 500)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	body := p.gate.notice(t, o.Number)
	p.waitStatus(t, o.ID, "paid")
	fields := strings.Split(body, "&")
	for i := range 5 {
		rewritten := strings.Join(append(fields[i:len(fields):len(fields)], fields[:i]...), "&") + "&x" + strings.Repeat("y", i) + "="
		if status, answer := p.post(t, rewritten); status != http.StatusOK || answer != "success" {
			t.Errorf("it was answered %d %q", status, answer)
		}
	}
	var kept struct {
		Data []struct {
			Deliveries int64 `json:"deliveries"`
		} `json:"data"`
	}
	harness.Eventually(t, "every time it came is counted", func() bool {
		p.api.Must(t, http.MethodGet, "/v1/notices?out_trade_no="+o.Number, nil, &kept)
		return len(kept.Data) == 1 && kept.Data[0].Deliveries >= 6
	})
}

// Invariant 3: what the platform did not sign is answered fail and changes nothing.
func TestInvariant03ForgedNoticesChangeNothing(t *testing.T) {
	p := newPair(t)
	p.gate.closed.Store(true)
	o := p.newOrder(t, 990)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	genuine := p.gate.notice(t, o.Number)
	forged := map[string]string{
		"empty":             "",
		"no signature":      "out_trade_no=" + o.Number + "&trade_status=TRADE_SUCCESS&total_amount=9.90",
		"cut short":         genuine[:len(genuine)/2],
		"changed amount":    strings.Replace(genuine, "total_amount=9.90", "total_amount=0.01", 1),
		"changed number":    strings.Replace(genuine, "out_trade_no="+o.Number, "out_trade_no=20260101AAAAAAAA", 1),
		"repeated name":     genuine + "&trade_status=TRADE_SUCCESS",
		"repeated amount":   "total_amount=9.90&" + genuine,
		"added parameter":   genuine + "&extra=1",
		"not a form":        "\x00\xff\xfe%%%",
		"signature missing": strings.Replace(genuine, "sign=", "sgin=", 1),
	}
	for name, body := range forged {
		if body == genuine {
			t.Fatalf("%s: the notice was not changed", name)
		}
		if status, answer := p.post(t, body); status != http.StatusOK || answer != "fail" {
			t.Errorf("%s: answered %d %q", name, status, answer)
		}
	}
	if got := p.order(t, o.ID); got.Status != "pending" {
		t.Errorf("the order is %s", got.Status)
	}
	if status, answer := p.post(t, strings.Repeat("a=b&", 1<<18)); status != http.StatusRequestEntityTooLarge || answer != "fail" {
		t.Errorf("a megabyte: answered %d %q", status, answer)
	}
	if status, answer := p.post(t, genuine); status != http.StatusOK || answer != "success" {
		t.Errorf("the genuine notice afterwards: %d %q", status, answer)
	}
	p.waitStatus(t, o.ID, "paid")
}

// Invariant 3: what the platform signs is fields joined by "&", so a subject
// with fields of its own can be cut into a notice about another order. It
// settles nothing: the platform is asked.
func TestInvariant03SubjectCannotPassForAnotherOrdersNotice(t *testing.T) {
	p := newPair(t)
	p.gate.closed.Store(true)
	known := p.newOrder(t, 100) // return addresses and notices name the seller
	p.open(t, known)
	p.pay(t, known.Number, 0)
	first, err := url.ParseQuery(p.gate.notice(t, known.Number))
	if err != nil {
		t.Fatal(err)
	}
	seller := first.Get("seller_id")
	dear := p.newOrder(t, 990000)
	var cheap order
	p.api.Must(t, http.MethodPost, "/v1/orders", map[string]any{"amount": 1, "channel": "alipay.page",
		"subject": "x&out_trade_no=" + dear.Number + "&seller_id=" + seller + "&total_amount=9900.00&trade_status=TRADE_SUCCESS&zz="}, &cheap)
	p.open(t, dear)
	p.open(t, cheap)
	p.pay(t, cheap.Number, 0)
	genuine, err := url.ParseQuery(p.gate.notice(t, cheap.Number))
	if err != nil {
		t.Fatal(err)
	}
	cut := url.Values{"sign": genuine["sign"], "sign_type": genuine["sign_type"]}
	var swallowed, tail []string
	for _, name := range slices.Sorted(maps.Keys(genuine)) {
		field := name + "=" + genuine.Get(name)
		switch {
		case name == "sign" || name == "sign_type":
		case name < "notify_type":
			cut.Set(name, genuine.Get(name))
		case name < "subject":
			swallowed = append(swallowed, field)
		case name > "subject":
			tail = append(tail, field)
		}
	}
	cut.Set("notify_type", strings.TrimPrefix(strings.Join(append(swallowed, "subject=x"), "&"), "notify_type="))
	cut.Set("out_trade_no", dear.Number)
	cut.Set("seller_id", seller)
	cut.Set("total_amount", "9900.00")
	cut.Set("trade_status", "TRADE_SUCCESS")
	cut.Set("zz", "&"+strings.Join(tail, "&"))
	p.post(t, cut.Encode())
	if got := p.order(t, dear.ID); got.Status != "pending" {
		t.Errorf("an order of 9900.00 is %s by a notice of one of 0.01", got.Status)
	}
}

// Invariant 3: genuine, but of another amount or account: success is answered,
// an event is raised, nothing settles by it; the query decides.
func TestInvariant03MismatchedNoticesAreKeptAndAsked(t *testing.T) {
	for _, kind := range []string{"wrong_amount", "wrong_app"} {
		t.Run(kind, func(t *testing.T) {
			p := newPair(t)
			p.faults(t, map[string]any{"at": "alipay.notify", "kind": kind, "rate": 1},
				map[string]any{"at": "alipay.gateway", "kind": "http_500", "rate": 1})
			o := p.newOrder(t, 777)
			p.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
			p.open(t, o)
			p.faults(t, map[string]any{"at": "alipay.notify", "kind": kind, "rate": 1},
				map[string]any{"at": "alipay.gateway", "kind": "http_500", "rate": 1})
			p.pay(t, o.Number, 0)
			p.gate.notice(t, o.Number)
			harness.Eventually(t, "the mismatch is an event", func() bool { return p.events(t, "notice.mismatched") > 0 })
			if got := p.order(t, o.ID); got.Status != "pending" {
				t.Fatalf("a mismatched notice made the order %s", got.Status)
			}
			p.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
			harness.Eventually(t, "the query settles it", func() bool {
				p.advance(t, "20s")
				return p.order(t, o.ID).Status == "paid"
			})
		})
	}
}

// Invariant 3: an unknown payment is kept and answered success.
func TestInvariant03NoticeOfUnknownPayment(t *testing.T) {
	p, other := newPair(t), (*pair)(nil)
	o := p.newOrder(t, 100)
	p.open(t, o)
	p.stop(t)
	p.pay(t, o.Number, 0)
	body := p.gate.notice(t, o.Number)
	// The same sandbox account, a ledger that knows nothing of the order.
	other = &pair{box: p.box, gate: p.gate, conf: p.conf}
	other.conf.Data, other.conf.PublicURL = t.TempDir(), ""
	other.start(t)
	t.Cleanup(func() { other.stop(t) })
	for range 3 {
		if status, answer := other.post(t, body); status != http.StatusOK || answer != "success" {
			t.Errorf("answered %d %q", status, answer)
		}
	}
	harness.Eventually(t, "the stranger is an event", func() bool { return other.events(t, "notice.mismatched") == 1 })
	if n := other.events(t, "order.paid"); n != 0 {
		t.Errorf("%d order.paid", n)
	}
}

// Invariant 7: the return URL in the browser never settles an order.
func TestInvariant07ReturnNeverSettles(t *testing.T) {
	p := newPair(t)
	p.faults(t, map[string]any{"at": "alipay.notify", "kind": "drop", "rate": 1})
	o := p.newOrder(t, 321)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	back := p.returnURL(t, o.Number)
	p.faults(t, map[string]any{"at": "alipay.notify", "kind": "drop", "rate": 1},
		map[string]any{"at": "alipay.gateway", "kind": "http_500", "rate": 1})
	browser := harness.NewBrowser(t, p.server.URL())
	if status, err := browser.Call(http.MethodGet, back, nil, nil); err != nil || status != http.StatusOK {
		t.Fatalf("the return page: %d, %v", status, err)
	}
	if got := p.order(t, o.ID); got.Status != "pending" {
		t.Fatalf("the return URL made the order %s", got.Status)
	}
	forged := strings.Replace(back, "total_amount=3.21", "total_amount=9.99", 1)
	if forged == back {
		t.Fatal("the return URL was not changed")
	}
	if status, _ := browser.Call(http.MethodGet, forged, nil, nil); status < 400 {
		t.Errorf("a forged return was answered %d", status)
	}
	p.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
	harness.Eventually(t, "asking the platform settles it", func() bool {
		p.advance(t, "10s")
		return p.order(t, o.ID).Status == "paid"
	})
}

// returnURL is where the platform's cashier sends a payer who has paid.
func (p *pair) returnURL(t *testing.T, number string) string {
	t.Helper()
	var trade struct {
		Cashier string `json:"cashier_url"`
	}
	p.box.Must(t, http.MethodGet, "/sandbox/alipay/trades/"+number, nil, &trade)
	resp, err := http.Get(trade.Cashier)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var page strings.Builder
	if _, err := copyBounded(&page, resp.Body); err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`id="continue" href="([^"]+)"`).FindStringSubmatch(page.String())
	if found == nil {
		t.Fatalf("the cashier offers no way back:\n%s", page.String())
	}
	return html.UnescapeString(found[1])
}

// post sends a body to the notify address as a platform does.
func (p *pair) post(t *testing.T, body string) (status int, answer string) {
	t.Helper()
	resp, err := http.Post("http://"+p.conf.Listen+"/notify/alipay", "application/x-www-form-urlencoded; charset=utf-8", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	var b strings.Builder
	if _, err := copyBounded(&b, resp.Body); err != nil {
		t.Error(err)
	}
	return resp.StatusCode, b.String()
}
