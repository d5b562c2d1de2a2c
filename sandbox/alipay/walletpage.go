package alipay

import (
	"html/template"
	"net/http"
	"strings"
)

const (
	// walletLooksBack is how many of the newest trades are searched for those
	// that wait for a buyer, and walletShows how many of them are shown.
	walletLooksBack = 500
	walletShows     = 8
)

// walletView is what a buyer's own page shows.
type walletView struct {
	payer
	Others  []payer
	Code    string
	Drawn   template.HTML
	Waiting []waitingView
}

type waitingView struct {
	Subject string
	Amount  fen
	Link    string
}

// showWallet is the buyer's side of paying by code: a fresh code to be scanned
// by a till, and the payments that wait for a confirmation.
func (p *Platform) showWallet(w http.ResponseWriter, r *http.Request) {
	id := orElse(r.PathValue("buyer_id"), p.account.buyers[0].ID)
	if !p.account.knows(id) {
		http.Error(w, "没有这个买家 / no such buyer", http.StatusNotFound)
		return
	}
	code, _ := p.payCodes.issue(id, p.ledger.now())
	v := walletView{Code: spaced(code), Drawn: drawCode(code), Waiting: p.waitingFor(id)}
	for _, each := range p.payers() {
		if each.ID == id {
			v.payer = each
		} else {
			v.Others = append(v.Others, each)
		}
	}
	p.pages.draw(w, http.StatusOK, "wallet.html", v)
}

// waitingFor lists the newest trades that a buyer has yet to confirm.
func (p *Platform) waitingFor(buyerID string) []waitingView {
	var found []waitingView
	for i, t := range p.ledger.newest() {
		if i >= walletLooksBack || len(found) >= walletShows {
			break
		}
		p.ledger.lock(t)
		if t.State == stateWaiting && t.Buyer == buyerID {
			found = append(found, waitingView{Subject: t.Subject, Amount: t.Amount, Link: p.cashierURL(t.TradeNo) + onPhone})
		}
		t.mu.Unlock()
	}
	return found
}

// spaced writes a code in groups of four.
func spaced(code string) string {
	var groups []string
	for len(code) > 4 {
		groups, code = append(groups, code[:4]), code[4:]
	}
	return strings.Join(append(groups, code), " ")
}
