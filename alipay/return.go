package alipay

import (
	"fmt"
	"strings"
	"time"
)

// Return is what Alipay adds to the return URL when it sends the payer's browser
// back. It says which order the payer comes from and nothing about payment.
type Return struct {
	// Method is "alipay.trade.page.pay.return" or "alipay.trade.wap.pay.return".
	Method string
	// AppID made the order, AuthAppID is the merchant's app when a service provider did.
	AppID, AuthAppID string
	// SellerID is the payee.
	SellerID string
	// TradeNo is Alipay's number of the trade, OutTradeNo the merchant's.
	TradeNo, OutTradeNo string
	// TotalAmount is what the order asks for.
	TotalAmount Fen
	// Time is when the browser was sent back, in UTC.
	Time time.Time
}

// ParseReturn verifies the raw query of a return URL and reads it. It never
// settles an order: the payer can repeat it, and it has no status. Show a page and
// ask [Client.Query].
//
// The Return is non-nil exactly when the signature is good; its errors are those
// of [Client.ParseNotice]. Parameters that the merchant's own return URL had are
// ignored, whether Alipay signed them or not.
func (c *Client) ParseReturn(rawQuery string) (*Return, error) {
	params, err := parseForm(strings.TrimPrefix(rawQuery, "?"))
	if err != nil {
		return nil, fmt.Errorf("alipay: return: %w", err)
	}
	if err := c.verifyCallback(params, len(rawQuery)); err != nil {
		params = onlyReturn(params)
		if err := c.verifyCallback(params, len(rawQuery)); err != nil {
			return nil, fmt.Errorf("alipay: return: %w", err)
		}
	}
	decodeCharset(params)
	r, err := readReturn(params)
	if err == nil {
		err = c.checkAccount(r.AppID, r.SellerID, true)
	}
	if err != nil {
		return r, fmt.Errorf("alipay: return: %w", err)
	}
	return r, nil
}

// onlyReturn keeps the parameters that Alipay itself adds.
func onlyReturn(params []param) []param {
	own := make([]param, 0, len(params))
	for _, p := range params {
		switch p.name {
		case "app_id", "auth_app_id", "charset", "method", "out_trade_no", "seller_id", "sign", "sign_type",
			"timestamp", "total_amount", "trade_no", "version":
			own = append(own, p)
		}
	}
	return own
}

func readReturn(params []param) (*Return, error) {
	r := &Return{
		Method:     lookup(params, "method"),
		AppID:      lookup(params, "app_id"),
		AuthAppID:  lookup(params, "auth_app_id"),
		SellerID:   lookup(params, "seller_id"),
		TradeNo:    lookup(params, "trade_no"),
		OutTradeNo: lookup(params, "out_trade_no"),
	}
	var err error
	if r.TotalAmount, err = ParseFen(lookup(params, "total_amount")); err != nil {
		return r, fmt.Errorf("%w: field total_amount", ErrMalformed)
	}
	if r.Time, err = parseTime(lookup(params, "timestamp")); err != nil {
		return r, fmt.Errorf("%w: field timestamp", ErrMalformed)
	}
	return r, nil
}
