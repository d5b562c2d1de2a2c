package alipay_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

// fixture reads a reply of testdata, whose README tells where each comes from.
func fixture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// expecting runs a gateway that checks method and biz_content and answers.
func expecting(t *testing.T, method, content, answer string) *alipay.Client {
	t.Helper()
	return serve(t, platform().Gateway(func(call alipaytest.Call) string {
		if call.Method != method {
			t.Errorf("method = %s, want %s", call.Method, method)
		}
		if call.Content != content {
			t.Errorf("biz_content\n got %s\nwant %s", call.Content, content)
		}
		return answer
	}), nil)
}

func TestQueryPaid(t *testing.T) {
	c := expecting(t, "alipay.trade.query", `{"out_trade_no":"1","query_options":["fund_bill_list"]}`,
		fixture(t, "query_paid.json"))
	trade, err := c.Query(t.Context(), alipay.Query{
		TradeRef: alipay.TradeRef{OutTradeNo: "1"}, QueryOptions: []string{"fund_bill_list"}})
	if err != nil {
		t.Fatal(err)
	}
	if !trade.Status.Paid() || trade.TotalAmount != 1234 || trade.ReceiptAmount != 1200 || trade.InvoiceAmount != 1234 {
		t.Errorf("trade = %+v", trade)
	}
	if want := time.Date(2026, 3, 1, 4, 5, 6, 0, time.UTC); !trade.Paid.Equal(want) {
		t.Errorf("paid = %v, want %v", trade.Paid, want)
	}
	want := alipay.FundBill{Channel: "BANKCARD", Amount: 1200, FundType: "DEBIT_CARD", BankCode: "CEB"}
	if len(trade.FundBills) != 2 || trade.FundBills[1] != want {
		t.Errorf("fund bills = %+v", trade.FundBills)
	}
}

func TestQueryUnpaid(t *testing.T) {
	trade, err := answering(t, fixture(t, "query_unpaid.json")).Query(t.Context(), someTrade)
	if err != nil {
		t.Fatal(err)
	}
	if trade.Status != alipay.WaitBuyerPay || trade.Status.Paid() || !trade.Paid.IsZero() || trade.ReceiptAmount != 0 {
		t.Errorf("trade = %+v", trade)
	}
}

func TestQueryUnknownTrade(t *testing.T) {
	_, err := answering(t, fixture(t, "query_not_exist.json")).Query(t.Context(), someTrade)
	if e := asError(t, err); !e.Is(alipay.TradeNotExist) || class(e) != "rejected" {
		t.Errorf("err = %v", err)
	}
}

func TestCloseAndCancel(t *testing.T) {
	c := expecting(t, "alipay.trade.close", `{"trade_no":"2026"}`, `{"code":"10000","msg":"Success","trade_no":"2026"}`)
	if out, err := c.Close(t.Context(), alipay.Close{TradeRef: alipay.TradeRef{TradeNo: "2026"}}); err != nil || out.TradeNo != "2026" {
		t.Errorf("close = %+v, %v", out, err)
	}
	c = expecting(t, "alipay.trade.cancel", `{"out_trade_no":"1"}`, fixture(t, "cancel_refund.json"))
	out, err := c.Cancel(t.Context(), alipay.TradeRef{OutTradeNo: "1"})
	if err != nil || out.Action != "refund" || out.RetryFlag != "N" || out.Refunded.IsZero() {
		t.Errorf("cancel = %+v, %v", out, err)
	}
	out, err = answering(t, `{"code":"10000","msg":"Success","out_trade_no":"1","retry_flag":"N"}`).
		Cancel(t.Context(), alipay.TradeRef{OutTradeNo: "1"})
	if err != nil || out.Action != "" {
		t.Errorf("cancel of an unknown number = %+v, %v", out, err)
	}
}

func TestRefund(t *testing.T) {
	c := expecting(t, "alipay.trade.refund",
		`{"out_trade_no":"1","refund_amount":"2.34","out_request_no":"R1","refund_reason":"坏了"}`, fixture(t, "refund.json"))
	refund := alipay.Refund{TradeRef: alipay.TradeRef{OutTradeNo: "1"}, RefundAmount: 234, OutRequestNo: "R1", RefundReason: "坏了"}
	out, err := c.Refund(t.Context(), refund)
	if err != nil {
		t.Fatal(err)
	}
	if !out.Moved() || out.RefundFee != 334 || out.SendBackFee != 234 || out.Time.IsZero() {
		t.Errorf("refund = %+v", out)
	}
	out, err = answering(t, fixture(t, "refund_repeated.json")).Refund(t.Context(), refund)
	if err != nil || out.Moved() || out.RefundFee != 334 || out.SendBackFee != 0 {
		t.Errorf("repeated = %+v, %v", out, err)
	}
}

func TestRefundQuery(t *testing.T) {
	c := expecting(t, "alipay.trade.fastpay.refund.query",
		`{"out_trade_no":"1","out_request_no":"R1","query_options":["gmt_refund_pay"]}`, fixture(t, "refund_query.json"))
	q := alipay.RefundQuery{TradeRef: alipay.TradeRef{OutTradeNo: "1"}, OutRequestNo: "R1"}
	out, err := c.RefundQuery(t.Context(), q)
	if err != nil || !out.Succeeded() || out.RefundAmount != 234 || out.TotalAmount != 1234 || out.Time.IsZero() {
		t.Errorf("refund = %+v, %v", out, err)
	}
	for answer, want := range map[string]string{
		`{"code":"10000","refund_status":"REFUND_SUCCESS","deposit_back_info":` +
			`{"has_deposit_back":"true","dback_status":"S","dback_amount":"1.01","bank_ack_time":"2026-03-02 08:00:00"}}`: "S",
		`{"code":"10000","refund_status":"REFUND_SUCCESS","deposit_back_info":[{"dback_status":"S"}]}`: "",
	} {
		out, err := answering(t, answer).RefundQuery(t.Context(), q)
		if err != nil || (out.Deposit != nil) != (want != "") || want != "" && (out.Deposit.Status != want || out.Deposit.Amount != 101 || out.Deposit.BankAck.IsZero()) {
			t.Errorf("deposit = %+v, %v", out, err)
		}
	}
	out, err = answering(t, `{"code":"10000","msg":"Success"}`).RefundQuery(t.Context(), q)
	if err != nil || out.Succeeded() {
		t.Errorf("unknown refund = %+v, %v", out, err)
	}
}

func TestPrecreate(t *testing.T) {
	c := expecting(t, "alipay.trade.precreate", `{"out_trade_no":"20260301000001","total_amount":"12.34",`+
		`"subject":"tea","qr_code_timeout_express":"90m","product_code":"QR_CODE_OFFLINE"}`, fixture(t, "precreate.json"))
	out, err := c.Precreate(t.Context(), alipay.Precreate{
		Order:         alipay.Order{OutTradeNo: "20260301000001", TotalAmount: 1234, Subject: "tea"},
		QRCodeTimeout: "90m", ProductCode: "QR_CODE_OFFLINE",
	})
	if err != nil || out.QRCode != "https://qr.alipay.com/bax00001" {
		t.Errorf("precreate = %+v, %v", out, err)
	}
}

func TestCallsRefusedBeforeSending(t *testing.T) {
	c := newClient(t, nil)
	ctx, ref := t.Context(), alipay.TradeRef{OutTradeNo: "1"}
	for name, call := range map[string]func(context.Context) error{
		"query":  func(ctx context.Context) error { _, err := c.Query(ctx, alipay.Query{}); return err },
		"close":  func(ctx context.Context) error { _, err := c.Close(ctx, alipay.Close{}); return err },
		"cancel": func(ctx context.Context) error { _, err := c.Cancel(ctx, alipay.TradeRef{}); return err },
		"refund": func(ctx context.Context) error { _, err := c.Refund(ctx, alipay.Refund{}); return err },
		"refund query": func(ctx context.Context) error {
			_, err := c.RefundQuery(ctx, alipay.RefundQuery{TradeRef: ref})
			return err
		},
		"refund of nothing": func(ctx context.Context) error {
			_, err := c.Refund(ctx, alipay.Refund{TradeRef: ref, OutRequestNo: "r"})
			return err
		},
		"refund without a number": func(ctx context.Context) error {
			_, err := c.Refund(ctx, alipay.Refund{TradeRef: ref, RefundAmount: 1})
			return err
		},
		"precreate": func(ctx context.Context) error { _, err := c.Precreate(ctx, alipay.Precreate{}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			if e := asError(t, call(ctx)); !e.Rejected() {
				t.Errorf("err = %v", e)
			}
		})
	}
}
