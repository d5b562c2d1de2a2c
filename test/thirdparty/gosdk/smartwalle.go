package main

import (
	"context"

	"github.com/smartwalle/alipay/v3"
)

// tellSmartwalle is the story of smartwalle's client, which always verifies.
func tellSmartwalle(t *teller) error {
	client, err := t.smartwalleClient(t.PrivateKey)
	if err != nil {
		return err
	}
	order := func(number, amount, product string) alipay.Trade {
		return alipay.Trade{
			NotifyURL: t.notify, ReturnURL: "http://shop.example/return", OutTradeNo: number, TotalAmount: amount,
			Subject: `测试商品 100% & "更多"+`, ProductCode: product,
		}
	}

	t.step("page pay", func(context.Context) (any, error) {
		link, err := client.TradePagePay(alipay.TradePagePay{Trade: order("sw-1", "88.66", "FAST_INSTANT_TRADE_PAY")})
		if err != nil {
			return nil, err
		}
		return open(link.String())
	})
	t.step("wap pay", func(context.Context) (any, error) {
		link, err := client.TradeWapPay(alipay.TradeWapPay{Trade: order("sw-2", "1.00", "QUICK_WAP_WAY")})
		if err != nil {
			return nil, err
		}
		return open(link.String())
	})
	t.step("notice", func(ctx context.Context) (any, error) {
		if err := t.pay("sw-1"); err != nil {
			return nil, err
		}
		all, err := t.notice()
		if err != nil {
			return nil, err
		}
		n, err := client.DecodeNotification(ctx, all)
		if err != nil {
			return nil, err
		}
		all.Set("total_amount", "9.99")
		_, refused := client.DecodeNotification(ctx, all)
		return map[string]any{"genuine": true, "changed": refused == nil, "status": n.TradeStatus, "subject": n.Subject}, nil
	})
	t.smartwalleCalls(client, order)

	if err := client.SetEncryptKey(t.AESKey); err != nil {
		return err
	}
	t.step("encrypted", func(ctx context.Context) (any, error) {
		return client.TradeQuery(ctx, alipay.TradeQuery{OutTradeNo: "sw-1"})
	})
	t.step("a foreign private key", func(ctx context.Context) (any, error) {
		foreign, err := t.smartwalleClient(t.ForeignKey)
		if err != nil {
			return nil, err
		}
		return foreign.TradeQuery(ctx, alipay.TradeQuery{OutTradeNo: "sw-1"})
	})
	return nil
}

func (t *teller) smartwalleClient(privateKey string) (*alipay.Client, error) {
	client, err := alipay.New(t.AppID, privateKey, false, alipay.WithSandboxGateway(t.Sandbox+"/gateway.do"))
	if err != nil {
		return nil, err
	}
	if !t.certMode() {
		return client, client.LoadAliPayPublicKey(t.PlatformKey)
	}
	if err := client.LoadAppCertPublicKey(t.AppCert); err != nil {
		return nil, err
	}
	if err := client.LoadAliPayRootCert(t.RootCerts); err != nil {
		return nil, err
	}
	return client, client.LoadAlipayCertPublicKey(t.PlatformCert)
}

func (t *teller) smartwalleCalls(client *alipay.Client, order func(number, amount, product string) alipay.Trade) {
	t.step("query", func(ctx context.Context) (any, error) {
		return client.TradeQuery(ctx, alipay.TradeQuery{OutTradeNo: "sw-1"})
	})
	t.step("query of an unknown number", func(ctx context.Context) (any, error) {
		return client.TradeQuery(ctx, alipay.TradeQuery{OutTradeNo: "nobody"})
	})
	refund := alipay.TradeRefund{OutTradeNo: "sw-1", RefundAmount: "8.66", OutRequestNo: "r1"}
	t.step("refund", func(ctx context.Context) (any, error) { return client.TradeRefund(ctx, refund) })
	t.step("refund again", func(ctx context.Context) (any, error) { return client.TradeRefund(ctx, refund) })
	t.step("refund query", func(ctx context.Context) (any, error) {
		return client.TradeFastPayRefundQuery(ctx, alipay.TradeFastPayRefundQuery{
			OutTradeNo: "sw-1", OutRequestNo: "r1", QueryOptions: []string{"refund_detail_item_list", "gmt_refund_pay", "deposit_back_info"},
		})
	})
	t.step("precreate", func(ctx context.Context) (any, error) {
		return client.TradePreCreate(ctx, alipay.TradePreCreate{Trade: order("sw-3", "0.05", "")})
	})
	t.step("pay by payment code", func(ctx context.Context) (any, error) {
		code, err := t.payCode()
		if err != nil {
			return nil, err
		}
		return client.TradePay(ctx, alipay.TradePay{Trade: order("sw-4", "12.00", "FACE_TO_FACE_PAYMENT"), Scene: "bar_code", AuthCode: code})
	})
	t.step("cancel", func(ctx context.Context) (any, error) {
		return client.TradeCancel(ctx, alipay.TradeCancel{OutTradeNo: "sw-4"})
	})
	t.step("create", func(ctx context.Context) (any, error) {
		buyer, err := t.buyer()
		if err != nil {
			return nil, err
		}
		return client.TradeCreate(ctx, alipay.TradeCreate{Trade: order("sw-5", "3.00", "JSAPI_PAY"), BuyerId: buyer})
	})
	t.step("close", func(ctx context.Context) (any, error) {
		return client.TradeClose(ctx, alipay.TradeClose{OutTradeNo: "sw-5"})
	})
	t.step("user token for a bad code", func(ctx context.Context) (any, error) {
		return client.SystemOauthToken(ctx, alipay.SystemOauthToken{GrantType: "authorization_code", Code: "nobody"})
	})
	t.step("bill URL", func(ctx context.Context) (any, error) {
		day, err := t.yesterday()
		if err != nil {
			return nil, err
		}
		return client.BillDownloadURLQuery(ctx, alipay.BillDownloadURLQuery{BillType: "trade", BillDate: day})
	})
}
