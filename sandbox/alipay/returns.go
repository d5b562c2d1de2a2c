package alipay

import (
	"net/url"
	"strings"
)

// returnAddress is where the browser goes after a payment: the merchant's
// return_url with the twelve signed parameters, or empty when there is none.
// It says nothing of the trade's state.
func (p *Platform) returnAddress(t *record) (string, error) {
	if !isWebAddress(t.ReturnURL) {
		return "", nil
	}
	by := p.account.apps[t.AppID]
	if by == nil {
		by = p.account.keyApp
	}
	all := params{
		"charset": t.GBK.name(), "out_trade_no": t.OutTradeNo, "method": t.Method + ".return",
		"total_amount": t.total().String(), "trade_no": t.TradeNo, "auth_app_id": orElse(t.AuthAppID, t.AppID), "version": "1.0",
		"app_id": t.AppID, "seller_id": p.account.sellerID, "timestamp": p.ledger.now().wire(),
	}.encoded(t.GBK)
	if err := all.signCallback(by.platform, t.SignType); err != nil {
		return "", err
	}
	return withQuery(t.ReturnURL, all.form()), nil
}

// withQuery adds a query to an address that may have one already.
func withQuery(address, query string) string {
	page, fragment, hasFragment := strings.Cut(address, "#")
	separator := "?"
	switch {
	case strings.HasSuffix(page, "?") || strings.HasSuffix(page, "&"):
		separator = ""
	case strings.Contains(page, "?"):
		separator = "&"
	}
	page += separator + query
	if hasFragment {
		page += "#" + fragment
	}
	return page
}

// hostOf names the site of an address for people.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
