package alipay_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	client "github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/provider/alipay"
)

// newPlatform is one stand-in for all tests; its keys take a while to make.
var newPlatform = sync.OnceValue(alipaytest.NewPlatform)

const number = "20261122ABCDEFGH"

// account is an account whose gateway answers each method with what answers
// holds for it.
func account(t *testing.T, answers map[string]string) *alipay.Account {
	t.Helper()
	platform := newPlatform()
	gateway := httptest.NewServer(platform.Gateway(func(c alipaytest.Call) string {
		answer, ok := answers[c.Method]
		if !ok {
			t.Errorf("unexpected call of %s", c.Method)
		}
		return answer
	}))
	t.Cleanup(gateway.Close)
	conf := platform.Config()
	conf.Gateway = gateway.URL + "/gateway.do"
	c, err := client.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	return alipay.New(c, "https://pay.example.com/notify/alipay", "https://pay.example.com/return/alipay")
}

const (
	absent   = `{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_NOT_EXIST","sub_msg":"交易不存在"}`
	waiting  = `{"code":"10000","msg":"Success","out_trade_no":"` + number + `","total_amount":"12.34","trade_no":"2026","trade_status":"WAIT_BUYER_PAY"}`
	paid     = `{"code":"10000","msg":"Success","out_trade_no":"` + number + `","send_pay_date":"2026-11-22 20:00:00","total_amount":"12.34","trade_no":"2026","trade_status":"TRADE_SUCCESS"}`
	finished = `{"code":"10000","msg":"Success","out_trade_no":"` + number + `","send_pay_date":"2026-11-22 20:00:00","total_amount":"12.34","trade_no":"2026","trade_status":"TRADE_FINISHED"}`
	closed   = `{"code":"10000","msg":"Success","out_trade_no":"` + number + `","total_amount":"12.34","trade_no":"2026","trade_status":"TRADE_CLOSED"}`
	returned = `{"code":"10000","msg":"Success","out_trade_no":"` + number + `","send_pay_date":"2026-11-22 20:00:00","total_amount":"12.34","trade_no":"2026","trade_status":"TRADE_CLOSED"}`
	refused  = `{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_STATUS_ERROR","sub_msg":"交易状态不合法"}`
	trouble  = `{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error","sub_msg":"系统繁忙"}`
)

func TestQueryTranslatesEveryState(t *testing.T) {
	for answer, want := range map[string]pay.TradeState{absent: pay.TradeAbsent, waiting: pay.TradeWaiting, paid: pay.TradeSucceeded,
		finished: pay.TradeSucceeded, closed: pay.TradeClosed, returned: pay.TradeReturned} {
		r, err := account(t, map[string]string{"alipay.trade.query": answer}).Query(t.Context(), number)
		if err != nil || r.State != want || r.Number != number {
			t.Errorf("%s gave %+v, %v; want %s", answer, r, err, want)
		}
		if want == pay.TradeSucceeded && (r.Amount != 1234 || !r.PaidAt.Equal(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))) {
			t.Errorf("paid %d fen at %s", r.Amount, r.PaidAt)
		}
	}
	_, err := account(t, map[string]string{"alipay.trade.query": trouble}).Query(t.Context(), number)
	if k := fault.KindOf(err); k != fault.Unavailable && k != fault.Unknown {
		t.Errorf("trouble at Alipay is of kind %q: %v", k, err)
	}
}

// What can't be closed is asked about: the payer may have been faster.
func TestCloseThatIsRefusedIsQueried(t *testing.T) {
	for close, query := range map[string]string{refused: paid, absent: "", `{"code":"10000","msg":"Success","out_trade_no":"` + number + `","trade_no":"2026"}`: ""} {
		want := map[string]pay.TradeState{refused: pay.TradeSucceeded, absent: pay.TradeAbsent}[close]
		if want == "" {
			want = pay.TradeClosed
		}
		answers := map[string]string{"alipay.trade.close": close}
		if query != "" {
			answers["alipay.trade.query"] = query
		}
		if r, err := account(t, answers).Close(t.Context(), number); err != nil || r.State != want {
			t.Errorf("close answered %s: %+v, %v; want %s", close, r, err, want)
		}
	}
}

// A refund that Alipay accepted is never called refused, whatever the query
// after it says.
func TestAcceptedRefundIsNeverRefused(t *testing.T) {
	call := pay.RefundCall{Number: number, RequestNo: "r1", Amount: 500, Reason: "退货"}
	const repeated = `{"code":"10000","msg":"Success","fund_change":"N","out_trade_no":"` + number + `","refund_fee":"5.00","trade_no":"2026"}`
	for query, want := range map[string]pay.RefundState{
		`{"code":"10000","msg":"Success","out_request_no":"r1","out_trade_no":"` + number + `","refund_amount":"5.00","refund_status":"REFUND_SUCCESS","total_amount":"12.34","trade_no":"2026"}`: pay.RefundStateDone,
		`{"code":"10000","msg":"Success"}`: pay.RefundStateRunning, refused: pay.RefundStateRunning, trouble: pay.RefundStateRunning} {
		a := account(t, map[string]string{"alipay.trade.refund": repeated, "alipay.trade.fastpay.refund.query": query})
		if state, err := a.Refund(t.Context(), call); err != nil || state != want {
			t.Errorf("the query answered %s: %q, %v; want %s", query, state, err, want)
		}
	}
	_, err := account(t, map[string]string{"alipay.trade.refund": refused}).Refund(t.Context(), call)
	if fault.KindOf(err) != fault.Rejected {
		t.Errorf("a refused refund: %v", err)
	}
}

// Invariant 3: signature and account are judged here; what is genuine and not
// ours is Foreign, what nobody signed is forged.
func TestInvariant03ReadNotice(t *testing.T) {
	a, platform := account(t, nil), newPlatform()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	fields := alipaytest.PaidNotice(number, 1234, at)
	r, err := a.ReadNotice(pay.Posted{Body: platform.Notice(fields)})
	if err != nil || r.State != pay.TradeSucceeded || r.Amount != 1234 || r.Foreign || r.Number != number || !r.PaidAt.Equal(at) {
		t.Errorf("a genuine notice: %+v, %v", r, err)
	}
	fields["app_id"] = "2021000000000009"
	if r, err := a.ReadNotice(pay.Posted{Body: platform.Notice(fields)}); err != nil || !r.Foreign {
		t.Errorf("another app's notice: %+v, %v", r, err)
	}
	fields = alipaytest.PaidNotice(number, 1234, at)
	fields["total_amount"] = "a lot"
	if r, err := a.ReadNotice(pay.Posted{Body: platform.Notice(fields)}); err != nil || !r.Foreign {
		t.Errorf("a genuine notice that can't be read: %+v, %v", r, err)
	}
	fields = alipaytest.PaidNotice(number, 1234, at)
	fields["subject"] = "a&b=c"
	if r, err := a.ReadNotice(pay.Posted{Body: platform.Notice(fields)}); err != nil || !r.Vague {
		t.Errorf("a notice that can be cut otherwise: %+v, %v", r, err)
	}
	body := string(platform.Notice(alipaytest.PaidNotice(number, 1234, at)))
	for _, forged := range []string{"", "x", strings.Replace(body, "12.34", "12.35", 1), body + "&a=b", body + "&total_amount=12.34"} {
		if _, err := a.ReadNotice(pay.Posted{Body: []byte(forged)}); !errors.Is(err, pay.ErrForged) {
			t.Errorf("%.60q: %v", forged, err)
		}
	}
}

func TestLinkKnowsItsChannels(t *testing.T) {
	a := account(t, nil)
	p := pay.Payment{Number: number, Amount: 1234, Channel: "alipay.page", ExpiresAt: time.Now().Add(time.Hour)}
	for channel, method := range map[string]string{"alipay.page": "alipay.trade.page.pay", "alipay.wap": "alipay.trade.wap.pay"} {
		p.Channel = channel
		link, err := a.Link(t.Context(), p, "商品", "ord_1")
		if err != nil || !strings.Contains(link, "method="+method) || !strings.Contains(link, "time_expire") {
			t.Errorf("%s: %s, %v", channel, link, err)
		}
	}
	p.Channel = "alipay.moon"
	if _, err := a.Link(t.Context(), p, "商品", "ord_1"); !errors.Is(err, pay.ErrNoChannel) {
		t.Errorf("an unknown channel: %v", err)
	}
	p.Channel, p.ExpiresAt = "alipay.page", time.Now().Add(-time.Hour)
	if _, err := a.Link(t.Context(), p, "商品", "ord_1"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a link that has expired already: %v", err)
	}
}
