// Package alipay emulates the merchant-payment part of the Alipay Open
// Platform for the sandbox: the gateway with its signatures and error codes,
// the pages that a payer sees, the trades behind them and the notices that
// follow.
//
// It is not a client and shares nothing with one: signing, parsing and wire
// texts are written here a second time, from the platform's documents, so that
// a mistake of the client shows.
//
// The rule that surprises: a page-pay link is no trade. The trade begins when
// somebody opens the link, exactly as on the real platform, and until then a
// query answers ACQ.TRADE_NOT_EXIST.
package alipay

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/paypush/paypush/sandbox/world"
)

// Platform is one emulated Alipay with one merchant. It is safe for concurrent
// use.
type Platform struct {
	world   *world.World
	origin  func() string
	account *account
	ledger  *ledger
	wallet  *wallet
	post    *postman
	methods map[string]method
	pages   *pages
	config  atomic.Pointer[settings]

	payCodes  payCodes
	transfers transfers
	grants    *grants
	nonces    nonces

	gifts sync.Mutex
	given map[string]fen
}

// New makes the platform of w, with the keys and trades that the journal of w
// holds, or with fresh ones. Notices that were not acknowledged when the last
// process ended are sent again when they are due. The function origin tells
// under which address the sandbox is reached; it is asked at every link.
func New(w *world.World, origin func() string) (*Platform, error) {
	p := &Platform{world: w, origin: origin, post: newPostman(w)}
	var err error
	if p.account, err = openAccount(w); err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	if err := p.loadSettings(); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	p.ledger, p.wallet = newLedger(w, p.aged), newWallet(p.account)
	if err := p.ledger.load(p.recall); err != nil {
		return nil, fmt.Errorf("trades: %w", err)
	}
	if err := p.loadGifts(); err != nil {
		return nil, fmt.Errorf("balances: %w", err)
	}
	if err := p.transfers.load(w, p.recallTransfer); err != nil {
		return nil, fmt.Errorf("transfers: %w", err)
	}
	if p.grants, err = newGrants(w); err != nil {
		return nil, fmt.Errorf("grants: %w", err)
	}
	if p.pages, err = newPages(); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	p.methods = p.allMethods()
	p.resume()
	return p, nil
}

// Register adds the gateway, the payer's pages and the control calls.
func (p *Platform) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /gateway.do", p.serveGateway)
	mux.HandleFunc("POST /gateway.do", p.serveGateway)
	mux.HandleFunc("/v3/alipay/", p.serveV3)
	mux.HandleFunc("GET /downloadBillFile.resource", p.serveBill)
	p.registerCashier(mux)
	p.registerConsent(mux)
	p.registerControl(mux)
}

// allMethods maps the name of every method to what answers it.
func (p *Platform) allMethods() map[string]method {
	return map[string]method{
		"alipay.fund.trans.uni.transfer":                 {answer: p.sendMoney},
		"alipay.fund.trans.common.query":                 {answer: p.queryTransfer},
		"alipay.system.oauth.token":                      {answer: p.userToken},
		"alipay.user.info.share":                         {answer: p.userInfo},
		"alipay.open.auth.token.app":                     {answer: p.merchantToken},
		certDownload:                                     {answer: p.downloadCert},
		"alipay.data.dataservice.bill.downloadurl.query": {answer: p.billURL},
		"alipay.trade.page.pay":                          {page: p.openPage},
		wapPay:                                           {page: p.openPage},
		appPay:                                           {page: p.openPage},
		"alipay.trade.precreate":                         {answer: p.precreate},
		"alipay.trade.pay":                               {answer: p.payByCode},
		"alipay.trade.create":                            {answer: p.createTrade},
		"alipay.trade.query":                             {answer: p.query},
		"alipay.trade.close":                             {answer: p.closeTrade},
		"alipay.trade.cancel":                            {answer: p.cancelTrade},
		"alipay.trade.refund":                            {answer: p.refund},
		"alipay.trade.fastpay.refund.query":              {answer: p.queryRefund},
	}
}
