package main

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"net/url"

	"github.com/go-pay/gopay"
	"github.com/go-pay/gopay/alipay"
)

// tellGopay is the story of gopay's client of the older gateway, with the
// verification of replies switched on. It believes to speak to the real host;
// the environment of the process makes the sandbox its proxy.
func tellGopay(t *teller) error {
	client, err := t.gopayClient()
	if err != nil {
		return err
	}
	order := func(number, amount string) gopay.BodyMap {
		return gopay.BodyMap{"out_trade_no": number, "total_amount": amount, "subject": `测试商品 100% & "更多"+`}
	}
	named := func(number string) gopay.BodyMap { return gopay.BodyMap{"out_trade_no": number} }

	t.step("page pay", func(ctx context.Context) (any, error) {
		link, err := client.TradePagePay(ctx, order("gopay-1", "88.66"))
		if err != nil {
			return nil, err
		}
		return open(link)
	})
	t.step("wap pay", func(ctx context.Context) (any, error) {
		link, err := client.TradeWapPay(ctx, order("gopay-2", "1.00"))
		if err != nil {
			return nil, err
		}
		return open(link)
	})
	t.step("notice", func(context.Context) (any, error) {
		if err := t.pay("gopay-1"); err != nil {
			return nil, err
		}
		return t.gopayNotice()
	})
	t.step("query", func(ctx context.Context) (any, error) { return gopayValue(client.TradeQuery(ctx, named("gopay-1"))) })
	t.step("query of an unknown number", func(ctx context.Context) (any, error) { return gopayValue(client.TradeQuery(ctx, named("nobody"))) })
	refund := gopay.BodyMap{"out_trade_no": "gopay-1", "refund_amount": "8.66", "out_request_no": "r1"}
	t.step("refund", func(ctx context.Context) (any, error) { return gopayValue(client.TradeRefund(ctx, refund)) })
	t.step("refund again", func(ctx context.Context) (any, error) { return gopayValue(client.TradeRefund(ctx, refund)) })
	t.step("refund query", func(ctx context.Context) (any, error) {
		return gopayValue(client.TradeFastPayRefundQuery(ctx, gopay.BodyMap{"out_trade_no": "gopay-1", "out_request_no": "r1"}))
	})
	t.step("precreate", func(ctx context.Context) (any, error) {
		return gopayValue(client.TradePrecreate(ctx, order("gopay-3", "0.05")))
	})
	t.step("pay by payment code", func(ctx context.Context) (any, error) {
		code, err := t.payCode()
		if err != nil {
			return nil, err
		}
		return gopayValue(client.TradePay(ctx, order("gopay-4", "12.00").Set("auth_code", code).Set("scene", "bar_code")))
	})
	t.step("cancel", func(ctx context.Context) (any, error) { return gopayValue(client.TradeCancel(ctx, named("gopay-4"))) })
	t.step("close", func(ctx context.Context) (any, error) { return gopayValue(client.TradeClose(ctx, named("gopay-2"))) })
	t.step("user token for a bad code", func(ctx context.Context) (any, error) {
		return gopayValue(client.SystemOauthToken(ctx, gopay.BodyMap{"grant_type": "authorization_code", "code": "nobody"}))
	})
	t.step("bill URL", func(ctx context.Context) (any, error) {
		day, err := t.yesterday()
		if err != nil {
			return nil, err
		}
		return gopayValue(client.DataBillDownloadUrlQuery(ctx, gopay.BodyMap{"bill_type": "trade", "bill_date": day}))
	})
	return nil
}

// gopayValue passes a reply on; the SDK answers one beside the error of a
// business failure, which must not hide that error.
func gopayValue[T any](reply T, err error) (any, error) { return reply, err }

func (t *teller) gopayClient() (*alipay.Client, error) {
	client, err := alipay.NewClient(t.AppID, t.PrivateKey, true)
	if err != nil {
		return nil, err
	}
	client.SetNotifyUrl(t.notify).SetReturnUrl("http://shop.example/return")
	if !t.certMode() {
		key, err := base64.StdEncoding.DecodeString(t.PlatformKey)
		client.AutoVerifySign(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: key}))
		return client, err
	}
	client.AutoVerifySign([]byte(t.PlatformCert))
	return client, client.SetCertSnByContent([]byte(t.AppCert), []byte(t.RootCerts), []byte(t.PlatformCert))
}

// gopayNotice verifies the next notice, and a changed one.
func (t *teller) gopayNotice() (any, error) {
	all, err := t.notice()
	if err != nil {
		return nil, err
	}
	genuine, err := t.gopayVerify(all)
	if err != nil {
		return nil, err
	}
	all.Set("total_amount", "9.99")
	changed, _ := t.gopayVerify(all)
	return map[string]any{"genuine": genuine, "changed": changed, "status": all.Get("trade_status"), "subject": all.Get("subject")}, nil
}

func (t *teller) gopayVerify(all url.Values) (bool, error) {
	body, err := alipay.ParseNotifyByURLValues(all)
	if err != nil {
		return false, err
	}
	if t.certMode() {
		return alipay.VerifySignWithCert([]byte(t.PlatformCert), body)
	}
	return alipay.VerifySign(t.PlatformKey, body)
}
