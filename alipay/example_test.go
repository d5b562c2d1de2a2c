package alipay_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

// exampleClient answers a client of a gateway that gives one answer. A real program
// calls alipay.New with keys of alipay.ParsePrivateKey and alipay.ParsePublicKey.
func exampleClient(answer string) (*alipay.Client, func()) {
	server := httptest.NewServer(platform().Gateway(func(alipaytest.Call) string { return answer }))
	cfg := platform().Config()
	cfg.Gateway = server.URL
	client, err := alipay.New(cfg)
	if err != nil {
		panic(err)
	}
	return client, server.Close
}

func ExampleNew() {
	_, err := alipay.ParsePrivateKey([]byte("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"))
	fmt.Println(errors.Is(err, alipay.ErrKey))

	_, err = alipay.New(alipay.Config{AppID: "9021000000000001", Gateway: alipay.OfficialSandbox})
	fmt.Println(err)
	// Output:
	// true
	// alipay: unusable key: no app private key
}

func ExampleClient_PagePayURL() {
	client, done := exampleClient("")
	defer done()
	link, err := client.PagePayURL(alipay.PagePay{
		Order: alipay.Order{
			OutTradeNo:  "20260301000001",
			TotalAmount: 1234, // 12.34 yuan
			Subject:     "Tea",
			TimeExpire:  time.Now().Add(30 * time.Minute),
		},
		NotifyURL: "https://shop.example/notify/alipay",
		ReturnURL: "https://shop.example/return/alipay",
	})
	if err != nil {
		panic(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		panic(err)
	}
	fmt.Println(u.Query().Get("method"))
	// Output: alipay.trade.page.pay
}

func ExampleClient_WapPayURL() {
	client, done := exampleClient("")
	defer done()
	link, err := client.WapPayURL(alipay.WapPay{
		Order:   alipay.Order{OutTradeNo: "20260301000001", TotalAmount: 1234, Subject: "Tea"},
		QuitURL: "https://shop.example/cart",
	})
	fmt.Println(link != "", err)
	// Output: true <nil>
}

func ExampleClient_Precreate() {
	client, done := exampleClient(`{"code":"10000","msg":"Success","qr_code":"https:\/\/qr.alipay.com\/bax00001"}`)
	defer done()
	code, err := client.Precreate(context.Background(), alipay.Precreate{
		Order: alipay.Order{OutTradeNo: "20260301000001", TotalAmount: 1234, Subject: "Tea"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(code.QRCode)
	// Output: https://qr.alipay.com/bax00001
}

func ExampleClient_Query() {
	client, done := exampleClient(`{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_NOT_EXIST"}`)
	defer done()
	trade, err := client.Query(context.Background(), alipay.Query{
		TradeRef: alipay.TradeRef{OutTradeNo: "20260301000001"},
	})
	switch {
	case errors.Is(err, alipay.TradeNotExist):
		fmt.Println("nobody has opened the payment page yet")
	case err != nil:
		fmt.Println("ask again later:", err)
	default:
		fmt.Println("paid:", trade.Status.Paid())
	}
	// Output: nobody has opened the payment page yet
}

func ExampleClient_Refund() {
	client, done := exampleClient(`{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error"}`)
	defer done()
	_, err := client.Refund(context.Background(), alipay.Refund{
		TradeRef:     alipay.TradeRef{OutTradeNo: "20260301000001"},
		RefundAmount: 234,
		OutRequestNo: "20260301000001R1",
	})
	if failure, ok := errors.AsType[*alipay.Error](err); ok && failure.Unknown() {
		fmt.Println("the outcome is not known: ask RefundQuery with the same number")
	}
	// Output: the outcome is not known: ask RefundQuery with the same number
}

func ExampleClient_RefundQuery() {
	client, done := exampleClient(`{"code":"10000","msg":"Success"}`)
	defer done()
	state, err := client.RefundQuery(context.Background(), alipay.RefundQuery{
		TradeRef:     alipay.TradeRef{OutTradeNo: "20260301000001"},
		OutRequestNo: "20260301000001R1",
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(state.Succeeded())
	// Output: false
}

func ExampleClient_Close() {
	client, done := exampleClient(`{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_STATUS_ERROR"}`)
	defer done()
	_, err := client.Close(context.Background(), alipay.Close{
		TradeRef: alipay.TradeRef{OutTradeNo: "20260301000001"},
	})
	fmt.Println(errors.Is(err, alipay.TradeStatusError))
	// Output: true
}

func ExampleClient_ParseNotice() {
	client, done := exampleClient("")
	defer done()
	handler := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256<<10))
		if err != nil {
			return
		}
		notice, err := client.ParseNotice(body)
		if err != nil {
			io.WriteString(w, alipay.Fail)
			return
		}
		// Compare the amount with the order and store the effects before answering.
		fmt.Println(notice.OutTradeNo, notice.TotalAmount, notice.Paid())
		io.WriteString(w, alipay.Success)
	}
	body := platform().Notice(alipaytest.PaidNotice("20260301000001", 1234, time.Now()))
	w := httptest.NewRecorder()
	handler(w, httptest.NewRequest(http.MethodPost, "/notify/alipay", bytes.NewReader(body)))
	fmt.Println(w.Body)
	// Output:
	// 20260301000001 12.34 true
	// success
}

func ExampleClient_ParseReturn() {
	client, done := exampleClient("")
	defer done()
	query := platform().ReturnQuery(alipaytest.ReturnFields("20260301000001", 1234, time.Now()))
	back, err := client.ParseReturn(query)
	if err != nil {
		panic(err)
	}
	fmt.Println("show what is known of order", back.OutTradeNo)
	// Output: show what is known of order 20260301000001
}

func ExampleClient_AppPayOrder() {
	client, done := exampleClient("")
	defer done()
	order, err := client.AppPayOrder(alipay.AppPay{
		Order: alipay.Order{OutTradeNo: "20260301000001", TotalAmount: 1234, Subject: "Tea"},
	})
	fmt.Println(order != "", err)
	// Output: true <nil>
}

func ExampleClient_Pay() {
	client, done := exampleClient(`{"code":"10003","msg":" order success pay inprocess","out_trade_no":"20260301000001"}`)
	defer done()
	payment, err := client.Pay(context.Background(), alipay.Pay{
		Order:    alipay.Order{OutTradeNo: "20260301000001", TotalAmount: 1234, Subject: "Tea"},
		AuthCode: "280000000000000001",
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("paid:", payment.Succeeded(), "waiting for the password:", payment.Waiting())
	// Output: paid: false waiting for the password: true
}

func ExampleClient_Create() {
	client, done := exampleClient(`{"code":"10000","msg":"Success","trade_no":"2026030122001400000000000001"}`)
	defer done()
	trade, err := client.Create(context.Background(), alipay.Create{
		Order:   alipay.Order{OutTradeNo: "20260301000001", TotalAmount: 1234, Subject: "Tea"},
		BuyerID: "2088000000000002",
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(trade.TradeNo)
	// Output: 2026030122001400000000000001
}

func ExampleClient_Cancel() {
	client, done := exampleClient(`{"code":"10000","msg":"Success","retry_flag":"N","action":"close"}`)
	defer done()
	cancelled, err := client.Cancel(context.Background(), alipay.TradeRef{OutTradeNo: "20260301000001"})
	if err != nil {
		panic(err)
	}
	fmt.Println(cancelled.Action)
	// Output: close
}

func ExampleClient_BillURL() {
	client, done := exampleClient(`{"code":"40004","msg":"Business Failed","sub_code":"NO_BILL_DATA"}`)
	defer done()
	_, err := client.BillURL(context.Background(), alipay.BillQuery{Type: alipay.BillTrade, Date: "2026-03-01"})
	fmt.Println(errors.Is(err, alipay.NoBillData))
	// Output: true
}

func ExampleNewBillReader() {
	const file = "#支付宝业务明细查询\r\n支付宝交易号,商户订单号,业务类型,订单金额（元）\r\n" +
		"2026030122001400000000000001\t,20260301000001\t,交易,12.34\r\n" +
		"2026030122001400000000000001\t,20260301000001\t,退款,-2.34\r\n#业务明细列表结束\r\n"
	bill, err := alipay.NewBillReader(strings.NewReader(file))
	if err != nil {
		panic(err)
	}
	for row, err := range bill.Rows() {
		if err != nil {
			panic(err)
		}
		fmt.Println(row.OutTradeNo, row.Amount, row.Refund())
	}
	// Output:
	// 20260301000001 12.34 false
	// 20260301000001 -2.34 true
}

func ExampleClient_Do() {
	client, done := exampleClient(`{"code":"10000","msg":"Success","order_status":"paid"}`)
	defer done()
	var answer struct {
		Status string `json:"order_status"`
	}
	reply, err := client.Do(context.Background(), alipay.Request{
		Method:  "alipay.commerce.example.query",
		Content: map[string]string{"out_order_no": "1"},
	}, &answer)
	if err != nil {
		panic(err)
	}
	fmt.Println(reply.Code, answer.Status)
	// Output: 10000 paid
}
