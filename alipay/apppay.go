package alipay

import (
	"context"
	"fmt"
	"net/http"
)

// AppPay lets the merchant's own app open Alipay's (alipay.trade.app.pay).
type AppPay struct {
	Order
	// NotifyURL is where Alipay posts the outcome.
	NotifyURL string `json:"-"`
	// GoodsType is "0" for virtual and "1" for real goods.
	GoodsType string `json:"goods_type,omitempty"`
	// SpecifiedChannel "pcredit" goes straight to Huabei.
	SpecifiedChannel string `json:"specified_channel,omitempty"`
}

// AppPayOrder answers the signed order string that the server hands to the app,
// which passes it to Alipay's SDK as it is. Nothing is sent by the call. What holds
// for [Client.PagePayURL] about expiry holds here.
func (c *Client) AppPayOrder(p AppPay) (string, error) {
	if err := p.check(methodAppPay, c.now()); err != nil {
		return "", err
	}
	content := struct {
		*AppPay
		orderExtra
	}{&p, p.extra("QUICK_MSECURITY_PAY")}
	r := Request{Method: methodAppPay, Content: content, extra: p.Extra, NotifyURL: p.NotifyURL}
	all, err := c.params(&r)
	if err != nil {
		return "", &Error{Method: methodAppPay, Err: err, unsent: true}
	}
	b := make([]byte, 0, encodedSize(all))
	for _, p := range all {
		b = appendParam(b, p)
	}
	return string(b), nil
}

// AppResult is what Alipay's SDK told the app, once it was verified. Like a return
// URL it comes through the payer's hands and settles nothing: query the trade.
type AppResult struct {
	Reply
	AppID       string `json:"app_id"`
	OutTradeNo  string `json:"out_trade_no"`
	TradeNo     string `json:"trade_no"`
	TotalAmount Fen    `json:"total_amount"`
	SellerID    string `json:"seller_id"`
}

// ParseAppResult verifies and reads the "result" text that Alipay's SDK gives to
// the app beside resultStatus 9000. Errors are those of [Client.Do]; a result for
// another app or seller matches [ErrAccount].
func (c *Client) ParseAppResult(result []byte) (*AppResult, error) {
	out := new(AppResult)
	r := Request{Method: methodAppPay}
	// The text comes from a phone: it must not make the client fetch anything.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	reply, err := c.open(ctx, &r, &answer{status: http.StatusOK, body: result})
	if err != nil {
		return nil, err
	}
	if err := decode(&r, reply, out); err != nil {
		return nil, err
	}
	if err := c.checkAccount(out.AppID, out.SellerID, true); err != nil {
		return nil, fmt.Errorf("alipay: app result: %w", err)
	}
	return out, nil
}
