package alipay

// PagePay sends a payer's desktop browser to Alipay's cashier
// (alipay.trade.page.pay). The trade begins to exist when the payer acts there.
type PagePay struct {
	Order
	// NotifyURL is where Alipay posts the outcome; ReturnURL is where the browser
	// goes afterwards. Neither may carry a query of its own.
	NotifyURL string `json:"-"`
	ReturnURL string `json:"-"`
	// QRPayMode puts the QR code into a frame of the merchant's page: "0" (600x300),
	// "1" (300x600), "3" (75x75), "4" with QRCodeWidth. "2" or empty is a full page.
	QRPayMode string `json:"qr_pay_mode,omitempty"`
	// QRCodeWidth is in pixels, for mode "4".
	QRCodeWidth int64 `json:"qrcode_width,omitempty"`
	// IntegrationType is "PCWEB" (also when empty) or "ALIAPP".
	IntegrationType string `json:"integration_type,omitempty"`
	// RequestFromURL is the merchant's page for an integration inside Alipay's app.
	RequestFromURL string `json:"request_from_url,omitempty"`
	// GoodsType is "0" for virtual and "1" for real goods.
	GoodsType string `json:"goods_type,omitempty"`
}

// PagePayURL answers the signed address to which the payer's browser is to be
// sent. Nothing is sent by the call, and the address holds until the order expires:
// set TimeExpire, for a link can't be taken back before it has been opened.
// Refused arguments match [ErrInvalid].
func (c *Client) PagePayURL(p PagePay) (string, error) {
	if err := p.check(methodPagePay, c.now()); err != nil {
		return "", err
	}
	content := struct {
		*PagePay
		orderExtra
	}{&p, p.extra("FAST_INSTANT_TRADE_PAY")}
	return c.signedURL(&Request{Method: methodPagePay, Content: content, extra: p.Extra, NotifyURL: p.NotifyURL, ReturnURL: p.ReturnURL})
}

// WapPay sends the browser of a phone to Alipay's cashier or app
// (alipay.trade.wap.pay). A timeout of less than 5 minutes counts as 5.
type WapPay struct {
	Order
	// NotifyURL is where Alipay posts the outcome; ReturnURL is where the browser
	// goes afterwards, which on iOS may never happen.
	NotifyURL string `json:"-"`
	ReturnURL string `json:"-"`
	// QuitURL is where the payer lands who leaves without paying.
	QuitURL string `json:"quit_url,omitempty"`
	// SpecifiedChannel "pcredit" goes straight to Huabei.
	SpecifiedChannel string `json:"specified_channel,omitempty"`
	// GoodsType is "0" for virtual and "1" for real goods.
	GoodsType string `json:"goods_type,omitempty"`
}

// WapPayURL answers the signed address to which the phone's browser is to be sent.
// What holds for [Client.PagePayURL] holds here.
func (c *Client) WapPayURL(p WapPay) (string, error) {
	if err := p.check(methodWapPay, c.now()); err != nil {
		return "", err
	}
	content := struct {
		*WapPay
		orderExtra
	}{&p, p.extra("QUICK_WAP_WAY")}
	return c.signedURL(&Request{Method: methodWapPay, Content: content, extra: p.Extra, NotifyURL: p.NotifyURL, ReturnURL: p.ReturnURL})
}
