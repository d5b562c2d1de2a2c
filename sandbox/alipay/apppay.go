package alipay

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/paypush/paypush/sandbox/control"
)

// appResult is what the client SDK on a phone hands back to a merchant's app.
type appResult struct {
	Status string `json:"resultStatus"`
	Result string `json:"result"`
	Memo   string `json:"memo"`
}

// openByApp answers the control call that plays the phone's side of
// alipay.trade.app.pay: a merchant's app hands over the signed order string,
// and the buyer pays or turns away.
func (p *Platform) openByApp(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Order  string `json:"order_string"`
		Buyer  string `json:"buyer_id"`
		Cancel bool   `json:"cancel"`
	}
	if !control.Read(w, r, &in) {
		return
	}
	c, no := p.readOrderString(in.Order)
	if no != nil {
		control.Answer(w, http.StatusOK, appResult{Status: "4000", Memo: no.bare() + " " + no.text})
		return
	}
	o, no := readOrder(c.biz, p.ledger.now(), pageTerms(c.method))
	if no != nil {
		control.Answer(w, http.StatusOK, appResult{Status: "4000", Memo: no.bare() + " " + no.text})
		return
	}
	t, no := p.place(c, o, stateWaiting)
	if no != nil {
		control.Answer(w, http.StatusOK, appResult{Status: appStatus(no.sub), Memo: no.bare() + " " + no.text})
		return
	}
	if in.Cancel {
		t.mu.Unlock()
		control.Answer(w, http.StatusOK, appResult{Status: "6001", Memo: "用户取消"})
		return
	}
	err := p.pay(t, in.Buyer, 0)
	kept := t.record
	t.mu.Unlock()
	if err != nil {
		control.Answer(w, http.StatusOK, appResult{Status: "4000", Memo: failureText(err)})
		return
	}
	control.Answer(w, http.StatusOK, p.appSuccess(c, &kept))
}

// readOrderString checks an order string as the gateway checks a request.
func (p *Platform) readOrderString(order string) (*call, *refusal) {
	all := params{}
	err := all.addForm(order)
	c := &call{params: all, method: all["method"], app: p.account.apps[all["app_id"]]}
	c.charset, _ = charsetOf(all["charset"])
	if no, bad := p.check(c, err); bad {
		return nil, &no
	}
	if c.method != appPay {
		return nil, refusing("isv.invalid-method")
	}
	return c, nil
}

func appStatus(sub string) string {
	if sub == "ACQ.TRADE_HAS_SUCCESS" {
		return "5000"
	}
	return "4000"
}

// appSuccess signs the result over the exact text of its object, as answers of
// the gateway are signed.
func (p *Platform) appSuccess(c *call, t *record) appResult {
	failed := appResult{Status: "6004", Memo: "结果未知"}
	inner, err := success(fields{
		"app_id": c.app.id, "auth_app_id": orElse(t.AuthAppID, t.AppID), "charset": t.GBK.name(),
		"out_trade_no": t.OutTradeNo, "trade_no": t.TradeNo, "total_amount": t.total().String(),
		"seller_id": p.account.sellerID, "timestamp": p.ledger.now().wire(),
	}).inner()
	if err != nil {
		return failed
	}
	signature, err := sign(c.app.platform, t.SignType, inner)
	if err != nil {
		return failed
	}
	name, err := json.Marshal(string(t.SignType))
	if err != nil {
		return failed
	}
	return appResult{
		Status: "9000",
		Result: `{"alipay_trade_app_pay_response":` + inner + `,"sign":"` + signature + `","sign_type":` + string(name) + `}`,
	}
}

const (
	wapPay = "alipay.trade.wap.pay"
	appPay = "alipay.trade.app.pay"
)

// pageTerms are what the three browser and phone products ask for.
func pageTerms(method string) terms {
	switch method {
	case wapPay:
		return terms{product: "QUICK_WAP_WAY", timeout: maxTimeout, shortest: 5 * time.Minute}
	case appPay:
		return terms{product: "QUICK_MSECURITY_PAY", timeout: maxTimeout, shortest: time.Minute}
	}
	return terms{product: "FAST_INSTANT_TRADE_PAY", timeout: maxTimeout, shortest: time.Minute}
}
