package alipay_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
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
