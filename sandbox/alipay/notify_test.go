package alipay_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func (b *bench) paidAt(s *shop, number string) {
	b.t.Helper()
	b.openLink(order(number, "9.90"), request{"notify_url": s.server.URL + "/notify"})
	b.pay(number)
}

func TestANoticeSaysWhatThePlatformSays(t *testing.T) {
	b, s := newBench(t), newShop(t, "success")
	biz := order("o1", "9.90")
	biz["passback_params"] = "a%3Db%26c"
	b.openLink(biz, request{"notify_url": s.server.URL + "/notify"})
	b.pay("o1")
	n := <-s.got
	if got := n.header.Get("Content-Type"); got != "application/x-www-form-urlencoded; charset=utf-8" {
		t.Errorf("content type is %q", got)
	}
	if !genuine(b.alipay, n.values) {
		t.Error("the notice is not genuine")
	}
	want := []string{
		"app_id", "auth_app_id", "buyer_id", "buyer_logon_id", "buyer_pay_amount", "charset", "fund_bill_list",
		"gmt_create", "gmt_payment", "invoice_amount", "notify_id", "notify_time", "notify_type", "out_trade_no",
		"passback_params", "point_amount", "receipt_amount", "seller_email", "seller_id", "sign", "sign_type",
		"subject", "total_amount", "trade_no", "trade_status", "version",
	}
	if got := slices.Sorted(maps.Keys(n.values)); !slices.Equal(got, want) {
		t.Errorf("parameters are %v", got)
	}
	for name, want := range map[string]string{
		"app_id": b.creds.AppID, "seller_id": b.creds.SellerID, "trade_status": "TRADE_SUCCESS",
		"total_amount": "9.90", "notify_type": "trade_status_sync", "passback_params": "a%3Db%26c",
		"fund_bill_list": `[{"amount":"9.90","fundChannel":"ALIPAYACCOUNT"}]`, "subject": "测试商品 tea",
	} {
		if n.values.Get(name) != want {
			t.Errorf("%s is %q", name, n.values.Get(name))
		}
	}
	for name, values := range n.values {
		if len(values) != 1 || values[0] == "" {
			t.Errorf("%s is %q", name, values)
		}
	}
}

// attempts waits until n sendings of the order's notice are logged.
func (b *bench) attempts(number string, n int) []attemptLog {
	b.t.Helper()
	news, stop := b.world.Subscribe("alipay.trades")
	defer stop()
	for {
		var view struct{ Notices []noticeLog }
		b.control("GET", "/sandbox/alipay/trades/"+number, "", &view)
		if len(view.Notices) == 1 && len(view.Notices[0].Attempts) >= n {
			return view.Notices[0].Attempts
		}
		select {
		case <-news:
		case <-time.After(20 * time.Second):
			b.t.Fatalf("%d attempts did not come: %+v", n, view)
		}
	}
}

type noticeLog struct {
	State    string
	NextTime *time.Time `json:"next_time"`
	Attempts []attemptLog
}

type attemptLog struct {
	Time   time.Time
	Status int
	Answer string
	Error  string
	Faults string
	Manual bool
}

func TestEightSendingsOver25Hours(t *testing.T) {
	b, s := newBench(t), newShop(t, "fail")
	b.paidAt(s, "o1")
	first := s.next(t)
	waits := []time.Duration{
		4 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 15 * time.Hour,
	}
	b.attempts("o1", 1)
	for i, wait := range waits {
		b.world.Advance(wait - time.Minute)
		if extra := len(s.got); extra != 0 {
			t.Fatalf("sending %d came a minute early", i+2)
		}
		b.world.Advance(time.Minute)
		if n := s.next(t); n.Get("notify_id") != first.Get("notify_id") || !genuine(b.alipay, n) {
			t.Errorf("sending %d is another notice", i+2)
		}
		b.attempts("o1", i+2)
	}
	b.world.Advance(1000 * time.Hour)
	var view struct{ Notices []noticeLog }
	b.control("GET", "/sandbox/alipay/trades/o1", "", &view)
	if n := view.Notices[0]; n.State != "failed" || n.NextTime != nil || len(n.Attempts) != 8 || n.Attempts[7].Answer != "fail" {
		t.Errorf("at the end the notice is %+v", n)
	}
}

func TestOneJumpMakesAllTheSendings(t *testing.T) {
	b, s := newBench(t), newShop(t, "no")
	b.paidAt(s, "o1")
	b.world.Advance(25 * time.Hour)
	for range 8 {
		s.next(t)
	}
}

func TestOnlySuccessAcknowledges(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		state  string
	}{
		{"success", 200, "success", "acknowledged"},
		{"with a line feed", 200, "success\n", "pending"},
		{"in capitals", 200, "SUCCESS", "pending"},
		{"as JSON", 200, `{"code":"success"}`, "pending"},
		{"accepted", 202, "success", "pending"},
		{"nothing", 200, "", "pending"},
		{"an error", 500, "success", "pending"},
		{"a redirect", 302, "success", "pending"},
	}
	b := newBench(t)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer shop.Close()
			number := "o" + string(rune('a'+i))
			b.openLink(order(number, "1"), request{"notify_url": shop.URL})
			b.pay(number)
			log := b.attempts(number, 1)
			var view struct{ Notices []noticeLog }
			b.control("GET", "/sandbox/alipay/trades/"+number, "", &view)
			if view.Notices[0].State != tt.state || log[0].Status != tt.status {
				t.Errorf("the notice is %+v", view.Notices[0])
			}
		})
	}
}

func TestASendingByHandEndsTheSchedule(t *testing.T) {
	b, s := newBench(t), newShop(t, "fail", "success")
	b.openLink(order("quiet", "1"), nil)
	for number, want := range map[string]int{"nobody": 404, "quiet": 409} {
		if got := b.control("POST", "/sandbox/alipay/trades/"+number+"/notify", "", nil); got != want {
			t.Errorf("%s answered %d", number, got)
		}
	}
	b.paidAt(s, "o1")
	s.next(t)
	b.attempts("o1", 1)
	var done attemptLog
	if status := b.control("POST", "/sandbox/alipay/trades/o1/notify", "", &done); status != 200 || done.Answer != "success" || !done.Manual {
		t.Errorf("answered %d %+v", status, done)
	}
	s.next(t)
	b.world.Advance(25 * time.Hour)
	if got := len(b.attempts("o1", 2)); got != 2 {
		t.Errorf("%d sendings", got)
	}
}

func TestRefundsAreToldWhenAsked(t *testing.T) {
	b, s := newBench(t), newShop(t, "success")
	if status := b.control("PUT", "/sandbox/alipay/settings", `{"notify_refunds":true,"notify_closed":true,"odd_content_type":true}`, nil); status != 200 {
		t.Fatalf("settings answered %d", status)
	}
	b.paidAt(s, "o1")
	s.next(t)
	refund := func(amount, number string) url.Values {
		b.do("alipay.trade.refund", map[string]any{"out_trade_no": "o1", "refund_amount": amount, "out_request_no": number}).want(t, "10000", "")
		n := <-s.got
		if n.header.Get("Content-Type") != "application/x-www-form-urlencoded; text/html; charset=utf-8" {
			t.Errorf("content type is %s", n.header.Get("Content-Type"))
		}
		return n.values
	}
	part := refund("1.90", "r1")
	if part.Get("trade_status") != "TRADE_SUCCESS" || part.Get("refund_fee") != "1.90" || part.Get("out_biz_no") != "r1" {
		t.Errorf("the part was told as %v", part)
	}
	rest := refund("8", "r2")
	if rest.Get("trade_status") != "TRADE_CLOSED" || rest.Get("refund_fee") != "9.90" || rest.Get("gmt_close") == "" || rest.Has("receipt_amount") {
		t.Errorf("the rest was told as %v", rest)
	}
	b.openLink(order("o2", "1"), request{"notify_url": s.server.URL})
	b.world.Advance(16 * 24 * time.Hour)
	if n := s.next(t); n.Get("trade_status") != "TRADE_CLOSED" || n.Has("refund_fee") || !genuine(b.alipay, n) {
		t.Errorf("the timeout was told as %v", n)
	}
}

func TestATradeOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	s := newShop(t, "fail", "success")
	first := openBench(t, dir)
	first.paidAt(s, "o1")
	first.do("alipay.trade.refund", map[string]any{"out_trade_no": "o1", "refund_amount": "1", "out_request_no": "r1"}).want(t, "10000", "")
	id := s.next(t).Get("notify_id")
	first.attempts("o1", 1)
	// Only the listener is closed: a killed process does not close its world.
	first.server.Close()

	second := openBench(t, dir)
	defer second.close()
	if second.creds.AppID != first.creds.AppID || second.creds.PKCS1 != first.creds.PKCS1 {
		t.Error("the keys changed")
	}
	a := second.do("alipay.trade.fastpay.refund.query", map[string]any{"out_trade_no": "o1", "out_request_no": "r1"})
	if a.field("refund_amount") != "1.00" {
		t.Errorf("the refund became %s", a.inner)
	}
	second.world.Advance(5 * time.Minute)
	if n := s.next(t); n.Get("notify_id") != id {
		t.Errorf("another notice came: %v", n)
	}
	second.attempts("o1", 2)
	if err := first.world.Close(); err != nil {
		t.Error(err)
	}
}

func TestGBKNoticesAreSignedOverTheirBytes(t *testing.T) {
	b, s := newBench(t), newShop(t, "success")
	biz := `{"out_trade_no":"g1","total_amount":"1","subject":"` + "\xb2\xe8" + `","product_code":"FAST_INSTANT_TRADE_PAY"}`
	q := b.call("alipay.trade.page.pay", biz).changed("charset", "GBK")
	q["notify_url"] = s.server.URL
	b.browse(b.server.URL + "/gateway.do?" + b.sign(q).Encode()).Body.Close()
	b.pay("g1")
	n := s.next(t)
	if n.Get("subject") != "\xb2\xe8" || n.Get("charset") != "GBK" || !genuine(b.alipay, n) {
		t.Errorf("the notice is %q", n)
	}
}

func TestANoticeWithoutAReceiverIsLogged(t *testing.T) {
	b := newBench(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	b.openLink(order("o1", "1"), request{"notify_url": gone.URL})
	b.pay("o1")
	if a := b.attempts("o1", 1)[0]; a.Status != 0 || !strings.Contains(a.Error, "refused") {
		t.Errorf("the attempt is %+v", a)
	}
}

func TestNotifyVerify(t *testing.T) {
	b, s := newBench(t), newShop(t, "fail", "success")
	b.paidAt(s, "o1")
	id := s.next(t).Get("notify_id")
	b.attempts("o1", 1)
	ask := func(partner, id string) string {
		resp := b.browse(b.server.URL + "/gateway.do?service=notify_verify&partner=" + partner + "&notify_id=" + id)
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	if len(id) != 34 || ask(b.creds.SellerID, id) != "true" {
		t.Errorf("%s is not verified", id)
	}
	for _, other := range [][2]string{{"2088", id}, {b.creds.SellerID, id[:33]}, {b.creds.SellerID, "0" + id[1:]}} {
		if ask(other[0], other[1]) != "false" {
			t.Errorf("%s of %s is verified", other[1], other[0])
		}
	}
	b.world.Advance(4 * time.Minute)
	b.attempts("o1", 2)
	if ask(b.creds.SellerID, id) != "false" {
		t.Error("an acknowledged notice is still verified")
	}
}
