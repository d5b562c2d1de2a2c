package alipay

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
)

// maxForm bounds what a page may post, in bytes.
const maxForm = 64 << 10

func (p *Platform) registerCashier(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox/alipay/cashier/{trade_no}/{token}", p.showCashier)
	mux.HandleFunc("POST /sandbox/alipay/cashier/{trade_no}/{token}", p.payAtCashier)
	mux.HandleFunc("GET /sandbox/alipay/cashier/{trade_no}/{token}/leave", p.leaveCashier)
	mux.HandleFunc("GET /sandbox/alipay/qr/{trade_no}/{token}", p.scanCode)
	mux.HandleFunc("GET /sandbox/alipay/cashier/{trade_no}/{token}/events", p.watchCashier)
	mux.HandleFunc("GET /sandbox/alipay/wallet", p.showWallet)
	mux.HandleFunc("GET /sandbox/alipay/wallet/{buyer_id}", p.showWallet)
	mux.HandleFunc("GET /sandbox/alipay/static/", p.pages.serveStatic)
}

// token makes the address of a trade's page unguessable.
func (p *Platform) token(tradeNo string) string {
	mac := hmac.New(sha256.New, p.account.secret)
	_, _ = mac.Write([]byte("cashier " + tradeNo))
	return hex.EncodeToString(mac.Sum(nil)[:12])
}

func (p *Platform) cashierURL(tradeNo string) string {
	return p.origin() + "/sandbox/alipay/cashier/" + tradeNo + "/" + p.token(tradeNo)
}

// codeURL is what the QR code of a trade holds.
func (p *Platform) codeURL(tradeNo string) string {
	return p.origin() + "/sandbox/alipay/qr/" + tradeNo + "/" + p.token(tradeNo)
}

// onPhone marks the cashier of somebody who came by scanning: the merchant's
// page is on another screen, so the phone does not go there.
const onPhone = "?on=phone"

// on fits the page to where it is shown.
func (v cashierView) on(r *http.Request) cashierView {
	if r.URL.Query().Get("on") != "phone" {
		return v
	}
	v.Scanned, v.Phone, v.Code, v.Continue, v.BackHost = true, true, "", "", ""
	v.Self += onPhone
	return v
}

// visited finds the trade of a page, locked, or answers 404.
func (p *Platform) visited(w http.ResponseWriter, r *http.Request) *trade {
	tradeNo := r.PathValue("trade_no")
	t := p.ledger.byNumber(tradeNo, "")
	if t == nil || !hmac.Equal([]byte(r.PathValue("token")), []byte(p.token(tradeNo))) {
		http.Error(w, "没有这笔交易 / no such trade", http.StatusNotFound)
		return nil
	}
	p.ledger.lock(t)
	return t
}

func (p *Platform) showCashier(w http.ResponseWriter, r *http.Request) {
	t := p.visited(w, r)
	if t == nil {
		return
	}
	view := p.cashierView(t, "").on(r)
	t.mu.Unlock()
	p.pages.cashier(w, http.StatusOK, view)
}

// payAtCashier is the button. A trade that meanwhile was paid or closed shows
// itself again instead.
func (p *Platform) payAtCashier(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	buyerID := r.PostFormValue("buyer")
	t := p.visited(w, r)
	if t == nil {
		return
	}
	err := p.pay(t, buyerID, 0)
	view := p.cashierView(t, failureText(err)).on(r)
	kept := t.record
	t.mu.Unlock()
	if err != nil {
		p.pages.cashier(w, http.StatusConflict, view)
		return
	}
	to, err := p.returnAddress(&kept)
	if err != nil || to == "" || view.Scanned {
		to = view.Self
	}
	redirect(w, to)
}

// leaveCashier is the way back without paying. Nothing is signed, and nothing
// is said about the trade.
func (p *Platform) leaveCashier(w http.ResponseWriter, r *http.Request) {
	t := p.visited(w, r)
	if t == nil {
		return
	}
	to := orElse(t.LeaveURL, t.ReturnURL)
	view := p.cashierView(t, "")
	t.mu.Unlock()
	if !isWebAddress(to) {
		view.Left = true
		p.pages.cashier(w, http.StatusOK, view)
		return
	}
	redirect(w, to)
}

// scanCode is what a phone opens when it has read a trade's code.
func (p *Platform) scanCode(w http.ResponseWriter, r *http.Request) {
	t := p.visited(w, r)
	if t == nil {
		return
	}
	p.scan(t)
	to := p.cashierURL(t.TradeNo) + onPhone
	t.mu.Unlock()
	redirect(w, to)
}

func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// isWebAddress keeps the browser from being sent to anything but a web page.
func isWebAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func failureText(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errNoBuyer):
		return "没有这个买家 No such buyer"
	case errors.Is(err, errPoor):
		return "余额不足，请换一个买家 The balance of this buyer is not enough"
	}
	return "这笔交易现在不能付款 This trade cannot be paid now"
}
