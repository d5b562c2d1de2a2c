package alipay_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

func (b *bench) faults(rules ...world.Fault) {
	b.t.Helper()
	if err := b.world.SetFaults(1, rules); err != nil {
		b.t.Fatal(err)
	}
}

func TestFaultsOfNotices(t *testing.T) {
	tests := []struct {
		kind  string
		came  int
		check func(t *testing.T, b *bench, s *shop)
	}{
		{"drop", 0, nil},
		{"duplicate", 2, nil},
		{"bad_signature", 1, func(t *testing.T, b *bench, s *shop) {
			if genuine(b.alipay, s.next(t)) {
				t.Error("the notice is genuine")
			}
		}},
		{"wrong_amount", 1, func(t *testing.T, b *bench, s *shop) {
			if n := s.next(t); n.Get("total_amount") != "9.91" || !genuine(b.alipay, n) {
				t.Errorf("the notice is %v", n)
			}
		}},
		{"wrong_app", 1, func(t *testing.T, b *bench, s *shop) {
			if n := s.next(t); n.Get("app_id") == b.creds.AppID || !genuine(b.alipay, n) {
				t.Errorf("the notice is %v", n)
			}
		}},
		{"reply_lost", 1, nil},
		{"http_500", 1, nil},
		{"errcode", 1, nil},
	}
	for _, tt := range tests {
		t.Run(tt.kind, func(t *testing.T) {
			b, s := newBench(t), newShop(t, "success")
			b.faults(world.Fault{At: "alipay.notify", Kind: tt.kind, Rate: 1})
			b.paidAt(s, "o1")
			log := b.attempts("o1", 1)
			if len(s.got) != tt.came || log[0].Faults != tt.kind {
				t.Errorf("%d notices came, logged %+v", len(s.got), log)
			}
			if tt.check != nil {
				tt.check(t, b, s)
			}
			b.world.ClearFaults()
			b.world.Advance(4 * time.Minute)
			if acked := log[0].Answer == "success" && log[0].Status == 200; !acked {
				b.attempts("o1", 2)
			}
		})
	}
}

func TestADelayedNoticeWaitsForTheWorldsClock(t *testing.T) {
	b, s := newBench(t), newShop(t, "success")
	b.faults(world.Fault{At: "alipay.notify", Kind: "delay", Delay: time.Hour, Rate: 1})
	b.paidAt(s, "o1")
	b.world.Advance(59 * time.Minute)
	if len(s.got) != 0 {
		t.Error("the notice came too early")
	}
	b.world.Advance(time.Minute)
	s.next(t)
}

func TestAReorderedNoticeIsOvertaken(t *testing.T) {
	b, s := newBench(t), newShop(t, "success")
	b.faults(world.Fault{At: "alipay.notify", Kind: "reorder", Path: "/late", Rate: 1})
	b.openLink(order("first", "1"), request{"notify_url": s.server.URL + "/late"})
	b.pay("first")
	b.openLink(order("second", "1"), request{"notify_url": s.server.URL + "/notify"})
	b.pay("second")
	if got := s.next(t).Get("out_trade_no"); got != "second" {
		t.Errorf("%s came first", got)
	}
	b.world.Advance(2 * time.Minute)
	if got := s.next(t).Get("out_trade_no"); got != "first" {
		t.Errorf("%s came second", got)
	}
}

// tryRefund sends a refund of one yuan and returns its answer, or nil when the
// connection died.
func (b *bench) tryRefund(number string) *answer {
	b.t.Helper()
	q := b.call("alipay.trade.refund", map[string]any{"out_trade_no": "o1", "refund_amount": "1", "out_request_no": number})
	resp, err := http.Post(b.server.URL+"/gateway.do", "application/x-www-form-urlencoded", strings.NewReader(b.sign(q).Encode()))
	if err != nil {
		return nil
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return &answer{status: resp.StatusCode}
	}
	a := b.read(resp)
	return &a
}

func TestFaultsOfTheGateway(t *testing.T) {
	b := newBench(t)
	b.paid("o1", "100")
	refunded := func(number string) bool {
		a := b.do("alipay.trade.fastpay.refund.query", map[string]any{"out_trade_no": "o1", "out_request_no": number})
		return a.field("refund_status") == "REFUND_SUCCESS"
	}
	tests := []struct {
		fault world.Fault
		died  bool
		moved bool
		check func(a answer) bool
	}{
		{world.Fault{Kind: "drop"}, true, false, nil},
		{world.Fault{Kind: "reply_lost"}, true, true, nil},
		{world.Fault{Kind: "http_500"}, false, false, func(a answer) bool { return a.status == 500 }},
		{world.Fault{Kind: "errcode"}, false, false, func(a answer) bool {
			return a.field("code") == "20000" && a.field("sub_code") == "isp.unknow-error" && verifies(b.alipay, "RSA2", a.inner, a.sign)
		}},
		{world.Fault{Kind: "errcode", CodeText: "ACQ.SYSTEM_ERROR"}, false, false, func(a answer) bool {
			return a.field("code") == "40004" && a.field("sub_code") == "ACQ.SYSTEM_ERROR"
		}},
		{world.Fault{Kind: "bad_signature"}, false, true, func(a answer) bool { return !verifies(b.alipay, "RSA2", a.inner, a.sign) }},
		{world.Fault{Kind: "wrong_app"}, false, true, func(a answer) bool { return !verifies(b.alipay, "RSA2", a.inner, a.sign) }},
		{world.Fault{Kind: "wrong_amount"}, false, true, func(a answer) bool {
			return a.field("send_back_fee") == "1.01" && verifies(b.alipay, "RSA2", a.inner, a.sign)
		}},
		{world.Fault{Kind: "duplicate"}, false, true, func(a answer) bool { return a.field("fund_change") == "N" }},
		{world.Fault{Kind: "latency", Delay: time.Millisecond}, false, true, func(a answer) bool { return a.field("fund_change") == "Y" }},
		{world.Fault{Kind: "delay", Delay: time.Millisecond}, false, true, func(a answer) bool { return a.field("fund_change") == "Y" }},
	}
	for _, tt := range tests {
		t.Run(tt.fault.Kind+tt.fault.CodeText, func(t *testing.T) {
			fault, number := tt.fault, tt.fault.Kind+tt.fault.CodeText
			fault.At, fault.Rate, fault.Path = "alipay.gateway", 1, "alipay.trade.refund"
			b.faults(fault)
			a := b.tryRefund(number)
			b.world.ClearFaults()
			if (a == nil) != tt.died {
				t.Fatalf("the connection died: %v", a == nil)
			}
			if a != nil && !tt.check(*a) {
				t.Errorf("answered %+v", *a)
			}
			if got := refunded(number); got != tt.moved {
				t.Errorf("money moved: %v", got)
			}
		})
	}
}

func TestAReorderedAnswerIsOvertaken(t *testing.T) {
	b := newBench(t)
	b.paid("o1", "100")
	b.faults(world.Fault{At: "alipay.gateway", Kind: "reorder", Path: "alipay.trade.refund", Rate: 1})
	late := make(chan *answer, 1)
	go func() { late <- b.tryRefund("r1") }()
	for done := false; !done; {
		b.do("alipay.trade.query", map[string]any{"out_trade_no": "o1"})
		select {
		case a := <-late:
			a.want(t, "10000", "")
			done = true
		default:
		}
	}
}
