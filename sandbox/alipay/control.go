package alipay

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/paypush/paypush/sandbox/control"
)

func (p *Platform) registerControl(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox/alipay/trades", p.listTrades)
	mux.HandleFunc("GET /sandbox/alipay/trades/{out_trade_no}", p.showTrade)
	mux.HandleFunc("POST /sandbox/alipay/trades/{out_trade_no}/pay", p.payByCall)
	mux.HandleFunc("POST /sandbox/alipay/trades/{out_trade_no}/notify", p.notifyByCall)
	mux.HandleFunc("POST /sandbox/alipay/app_pay", p.openByApp)
	mux.HandleFunc("GET /sandbox/alipay/settings", p.showSettings)
	mux.HandleFunc("PUT /sandbox/alipay/settings", p.putSettings)
	mux.HandleFunc("GET /sandbox/alipay/buyers", p.listBuyers)
	mux.HandleFunc("PUT /sandbox/alipay/buyers/{buyer_id}", p.giveMoney)
	mux.HandleFunc("POST /sandbox/alipay/buyers/{buyer_id}/code", p.issueCode)
}

// named finds the trade of a control call, locked, or answers 404.
func (p *Platform) named(w http.ResponseWriter, r *http.Request) *trade {
	t := p.ledger.byNumber("", r.PathValue("out_trade_no"))
	if t == nil {
		control.Refuse(w, http.StatusNotFound, errors.New("there is no such trade; a page-pay link begins one when it is opened"))
		return nil
	}
	p.ledger.lock(t)
	return t
}

func (p *Platform) payByCall(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Buyer  string `json:"buyer_id"`
		Amount fen    `json:"amount"`
	}
	if !control.Read(w, r, &in) {
		return
	}
	if in.Amount < 0 || in.Amount > maxAmount {
		control.Refuse(w, http.StatusBadRequest, errors.New("amount is in fen and cannot be negative"))
		return
	}
	t := p.named(w, r)
	if t == nil {
		return
	}
	defer t.mu.Unlock()
	p.scan(t)
	if err := p.pay(t, in.Buyer, in.Amount); err != nil {
		control.Refuse(w, statusOfPay(err), err)
		return
	}
	control.Answer(w, http.StatusOK, p.view(t))
}

func statusOfPay(err error) int {
	if errors.Is(err, errNoBuyer) {
		return http.StatusBadRequest
	}
	return http.StatusConflict
}

func (p *Platform) notifyByCall(w http.ResponseWriter, r *http.Request) {
	t := p.named(w, r)
	if t == nil {
		return
	}
	var last *notice
	if n := len(t.Notices); n > 0 {
		last = t.Notices[n-1]
	}
	t.mu.Unlock()
	if last == nil {
		control.Refuse(w, http.StatusConflict, errors.New("there is nothing to tell: the trade is not paid, or has no notify_url"))
		return
	}
	control.Answer(w, http.StatusOK, viewAttempt(p.resend(r.Context(), t, last)))
}

func (p *Platform) showTrade(w http.ResponseWriter, r *http.Request) {
	t := p.named(w, r)
	if t == nil {
		return
	}
	defer t.mu.Unlock()
	control.Answer(w, http.StatusOK, p.view(t))
}

// listTrades answers all trades, newest first; or at most ?limit= of them,
// older than ?before= (a trade_no).
func (p *Platform) listTrades(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(orElse(r.FormValue("limit"), "1000000000"))
	if err != nil || limit < 1 {
		control.Refuse(w, http.StatusBadRequest, errors.New("limit is not a number"))
		return
	}
	views := []tradeView{}
	started := r.FormValue("before") == ""
	for _, t := range p.ledger.newest() {
		if len(views) == limit {
			break
		}
		if started {
			views = p.appendView(views, t)
		}
		started = started || t.TradeNo == r.FormValue("before")
	}
	control.Answer(w, http.StatusOK, map[string]any{"trades": views})
}

func (p *Platform) appendView(views []tradeView, t *trade) []tradeView {
	p.ledger.lock(t)
	defer t.mu.Unlock()
	return append(views, p.view(t))
}
