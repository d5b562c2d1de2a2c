package main

import (
	"context"
	"fmt"

	"github.com/go-pay/gopay"
	alipay "github.com/go-pay/gopay/alipay/v3"
)

// tellGopayV3 is the story of gopay's client of version 3, which verifies
// replies in certificate mode.
func tellGopayV3(t *teller) error {
	client, err := alipay.NewClientV3(t.AppID, t.PrivateKey, true)
	if err != nil {
		return err
	}
	if err := client.SetCert([]byte(t.AppCert), []byte(t.RootCerts), []byte(t.PlatformCert)); err != nil {
		return err
	}
	client.SetProxyHost(t.Sandbox)
	named := gopay.BodyMap{"out_trade_no": "gopayv3-1"}

	t.step("precreate", func(ctx context.Context) (any, error) {
		r, err := client.TradePrecreate(ctx, gopay.BodyMap{"out_trade_no": "gopayv3-1", "total_amount": "5.00", "subject": "三 / three"})
		return v3Value(r, err, func() alipay.ErrResponse { return r.ErrResponse })
	})
	t.step("query before the scan", func(ctx context.Context) (any, error) {
		r, err := client.TradeQuery(ctx, named)
		return v3Value(r, err, func() alipay.ErrResponse { return r.ErrResponse })
	})
	t.step("query", func(ctx context.Context) (any, error) {
		if err := t.pay("gopayv3-1"); err != nil {
			return nil, err
		}
		r, err := client.TradeQuery(ctx, named)
		return v3Value(r, err, func() alipay.ErrResponse { return r.ErrResponse })
	})
	t.step("refund", func(ctx context.Context) (any, error) {
		r, err := client.TradeRefund(ctx, gopay.BodyMap{"out_trade_no": "gopayv3-1", "refund_amount": "2.00", "out_request_no": "a"})
		return v3Value(r, err, func() alipay.ErrResponse { return r.ErrResponse })
	})
	t.step("cancel", func(ctx context.Context) (any, error) {
		r, err := client.TradeCancel(ctx, named)
		return v3Value(r, err, func() alipay.ErrResponse { return r.ErrResponse })
	})
	return nil
}

// v3Value turns a refusal, which the SDK answers with a nil error, into one.
func v3Value(reply any, err error, refusal func() alipay.ErrResponse) (any, error) {
	if err != nil {
		return nil, err
	}
	if no := refusal(); no.Code != "" {
		return nil, fmt.Errorf("%s: %s", no.Code, no.Message)
	}
	return reply, nil
}
