package alipay

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/paypush/paypush/sandbox/control"
)

func (p *Platform) registerConsent(mux *http.ServeMux) {
	mux.HandleFunc("GET /oauth2/publicAppAuthorize.htm", p.showConsent)
	mux.HandleFunc("POST /sandbox/alipay/consent", p.agree)
	mux.HandleFunc("POST /sandbox/alipay/buyers/{buyer_id}/oauth_code", p.codeByCall)
	mux.HandleFunc("POST /sandbox/alipay/app_auth_code", p.appCodeByCall)
}

// consentView is what the page on which a person agrees shows.
type consentView struct {
	AppID, Scope, Redirect, State string
	Buyers                        []payer
}

// showConsent is the page to which an app sends a person to sign in.
func (p *Platform) showConsent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	v := consentView{
		AppID: q.Get("app_id"), Scope: orElse(q.Get("scope"), "auth_base"),
		Redirect: q.Get("redirect_uri"), State: q.Get("state"), Buyers: p.payers(),
	}
	if p.account.apps[v.AppID] == nil {
		writeErrorPage(w, refuse("isv.invalid-app-id"))
		return
	}
	if !isWebAddress(v.Redirect) || len(v.State) > 100 {
		writeErrorPage(w, refuse("isv.invalid-parameter"))
		return
	}
	p.pages.draw(w, http.StatusOK, "consent.html", v)
}

func (p *Platform) agree(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	appID, to := r.PostFormValue("app_id"), r.PostFormValue("redirect_uri")
	if p.account.apps[appID] == nil || !p.account.knows(r.PostFormValue("buyer")) || !isWebAddress(to) {
		http.Error(w, "请求无效 / not a valid request", http.StatusBadRequest)
		return
	}
	q := url.Values{
		"app_id": {appID}, "auth_code": {p.userCode(appID, r.PostFormValue("buyer"))},
		"scope": {r.PostFormValue("scope")}, "source": {"alipay_wallet"},
	}
	if state := r.PostFormValue("state"); state != "" {
		q.Set("state", state)
	}
	redirect(w, withQuery(to, q.Encode()))
}

func (p *Platform) userCode(appID, buyerID string) string {
	return p.grants.give(grant{Subject: buyerID, AppID: appID, Kind: "code", Until: p.ledger.now().after(codeValid)})
}

// chosenApp reads which app a control call means; the key-mode one if none is
// named.
func (p *Platform) chosenApp(w http.ResponseWriter, r *http.Request) *app {
	var in struct {
		AppID string `json:"app_id"`
	}
	if !control.Read(w, r, &in) {
		return nil
	}
	chosen := p.account.apps[orElse(in.AppID, p.account.keyApp.id)]
	if chosen == nil {
		control.Refuse(w, http.StatusBadRequest, errors.New("there is no such app"))
	}
	return chosen
}

// codeByCall gives an app a person's code without a page.
func (p *Platform) codeByCall(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("buyer_id")
	if !p.account.knows(id) {
		control.Refuse(w, http.StatusNotFound, errNoBuyer)
		return
	}
	if by := p.chosenApp(w, r); by != nil {
		control.Answer(w, http.StatusOK, map[string]string{"auth_code": p.userCode(by.id, id)})
	}
}

// appCodeByCall gives an app the code by which it may act for a merchant,
// whose own app is the other one of the sandbox.
func (p *Platform) appCodeByCall(w http.ResponseWriter, r *http.Request) {
	by := p.chosenApp(w, r)
	if by == nil {
		return
	}
	merchant := p.account.keyApp
	if by == merchant {
		merchant = p.account.certApp
	}
	code := p.grants.give(grant{Subject: merchant.id, AppID: by.id, Kind: "app_code", Until: p.ledger.now().after(codeValid)})
	control.Answer(w, http.StatusOK, map[string]string{"app_auth_code": code, "auth_app_id": merchant.id})
}
