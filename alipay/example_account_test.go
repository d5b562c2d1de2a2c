package alipay_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/alipay/alipaytest"
)

func ExampleClient_V3() {
	server := httptest.NewServer(platform().GatewayV3(func(call alipaytest.CallV3) (int, string) {
		fmt.Println(call.Verb, call.URI)
		return http.StatusOK, `{"trade_status":"TRADE_SUCCESS"}`
	}))
	defer server.Close()
	cfg := platform().Config()
	cfg.Gateway = server.URL + "/gateway.do"
	client, err := alipay.New(cfg)
	if err != nil {
		panic(err)
	}
	trade, err := client.V3().Query(context.Background(), alipay.Query{
		TradeRef: alipay.TradeRef{OutTradeNo: "20260301000001"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(trade.Status.Paid())
	// Output:
	// POST /v3/alipay/trade/query
	// true
}

func ExampleParseCertificates() {
	_, err := alipay.ParseCertificates([]byte("appCertPublicKey.crt"), nil, nil)
	fmt.Println(errors.Is(err, alipay.ErrKey))
	// Output: true
}

func ExampleClient_ForMerchant() {
	client, done := exampleClient(`{"code":"20001","msg":"Insufficient Token Permissions","sub_code":"aop.app-auth-token-time-out"}`)
	defer done()
	_, err := client.ForMerchant("the merchant's token").Query(context.Background(), alipay.Query{
		TradeRef: alipay.TradeRef{OutTradeNo: "20260301000001"},
	})
	fmt.Println(errors.Is(err, alipay.AuthTokenExpired))
	// Output: true
}

func ExampleClient_MerchantToken() {
	client, done := exampleClient(`{"code":"10000","msg":"Success","app_auth_token":"t1","expires_in":31536000}`)
	defer done()
	token, err := client.MerchantToken(context.Background(), "the code of the merchant's authorisation")
	if err != nil {
		panic(err)
	}
	fmt.Println(token.Lifetime)
	// Output: 8760h0m0s
}

func ExampleClient_UserToken() {
	client, done := exampleClient(`{"access_token":"a1","user_id":"2088000000000002","expires_in":1296000}`)
	defer done()
	token, err := client.UserToken(context.Background(), "the auth_code of the user's consent")
	if err != nil {
		panic(err)
	}
	fmt.Println(token.UserID, token.Lifetime)
	// Output: 2088000000000002 360h0m0s
}

func ExampleClient_Transfer() {
	client, done := exampleClient(`{"code":"40004","msg":"Business Failed","sub_code":"PAYER_BALANCE_NOT_ENOUGH"}`)
	defer done()
	_, err := client.Transfer(context.Background(), alipay.Transfer{
		OutBizNo:    "T20260301000001",
		TransAmount: 100, // 1.00 yuan
		OrderTitle:  "Deposit",
		Payee:       alipay.Payee{Identity: "2088000000000002", IdentityType: "ALIPAY_USER_ID"},
	})
	fmt.Println(errors.Is(err, alipay.PayerBalance))
	// Output: true
}

func ExampleClient_Encrypted() {
	cfg := platform().Config()
	cfg.ContentKey = "AAECAwQFBgcICQoLDA0ODw==" // as the console shows it
	client, err := alipay.New(cfg)
	if err != nil {
		panic(err)
	}
	secret, err := client.Encrypted()
	if err != nil {
		panic(err)
	}
	link, err := secret.PagePayURL(alipay.PagePay{
		Order: alipay.Order{OutTradeNo: "20260301000001", TotalAmount: 1234, Subject: "Tea"},
	})
	fmt.Println(link != "", err)
	// Output: true <nil>
}
