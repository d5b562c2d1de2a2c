package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/paypush/paypush/sandbox/wechat/browser"
)

// browserOf answers the browser on the phone of n.
func (p *Platform) browserOf(n uint32) *browser.Browser {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.browsers[n]
	if b == nil {
		b = browser.New(p.origin, http.Header{phoneHeader: {p.codec.openid(n)}})
		p.browsers[n] = b
	}
	return b
}

// scanOrder is what a person scans and how far they go along with it.
type scanOrder struct {
	Text     string `json:"text"`
	Consent  bool   `json:"consent"`
	Snapshot bool   `json:"snapshot"`
	// Chat says that the link is no code but was tapped in the account's chat.
	Chat bool `json:"chat"`
}

// scanResult is where a scan ends.
type scanResult struct {
	FinalURL string `json:"final_url"`
	Status   int    `json:"status"`
	Body     string `json:"body"`
}

// scan opens what a QR code holds. With consent the person agrees on the
// platform's page and then presses the one button of a page that asks to
// confirm, a page with exactly one POST form.
func (p *Platform) scan(ctx context.Context, n uint32, o scanOrder) (scanResult, error) {
	text := strings.TrimSpace(o.Text)
	if text == p.account.followURL() {
		return p.scanAccount(n, o.Consent), nil
	}
	if opaque, found := qrAddress(text); found {
		return p.scanQR(n, opaque, text, o.Consent)
	}
	if !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") {
		return scanResult{"", http.StatusOK, text}, nil
	}
	extra := http.Header{}
	if o.Snapshot {
		extra.Set(snapshotHeader, "1")
	}
	if o.Chat {
		extra.Set(chatHeader, "1")
	}
	b := p.browserOf(n)
	at, err := b.Open(ctx, text, extra)
	if err == nil && o.Consent {
		at, err = agree(ctx, b, at, extra)
	}
	var blocked *browser.Blocked
	if errors.As(err, &blocked) {
		return scanResult{blocked.URL.String(), http.StatusForbidden, "微信不能打开支付宝页面，请在浏览器打开 · WeChat does not open Alipay's pages, use another browser"}, nil
	}
	if err != nil {
		return scanResult{}, err
	}
	return scanResult{at.URL.String(), at.Status, string(at.Body)}, nil
}

// agree presses through the consent page and one confirming page.
func agree(ctx context.Context, b *browser.Browser, at browser.Page, extra http.Header) (browser.Page, error) {
	if onConsent(at) {
		next, err := press(ctx, b, at, extra)
		if err != nil {
			return at, err
		}
		at = next
	}
	if onConsent(at) || len(postForms(at)) != 1 {
		return at, nil
	}
	return press(ctx, b, at, extra)
}

// onConsent tells the platform's own page from others.
func onConsent(at browser.Page) bool {
	return at.URL.Path == "/connect/oauth2/authorize" && len(postForms(at)) == 1
}

func postForms(at browser.Page) []browser.Form {
	var all []browser.Form
	for _, f := range at.Forms() {
		if f.Post {
			all = append(all, f)
		}
	}
	return all
}

// press submits the page's POST form by its first button.
func press(ctx context.Context, b *browser.Browser, at browser.Page, extra http.Header) (browser.Page, error) {
	f := postForms(at)[0]
	var first browser.Button
	if len(f.Buttons) > 0 {
		first = f.Buttons[0]
	}
	return b.Post(ctx, at.URL, f.Action.String(), f.Press(first), extra)
}

// errNotFollower says that only followers can write to the account.
var errNotFollower = errors.New("only followers can write to the account")

// errNoButton says that a follower sees no such menu entry.
var errNoButton = errors.New("only followers see the menu, and it holds no such entry")

// say is a person writing to the account: it opens the long window.
func (p *Platform) say(n uint32, text string) error {
	who := &p.people.all[n]
	if !who.follows {
		return errNotFollower
	}
	now := p.world.Now()
	m := who.details()
	m.Typed = window{typedCount, now.Add(typedLength).Unix()}
	m.Contact = now.Unix()
	p.keepPerson(n)
	p.append(n, message{Via: fromPerson, MsgType: "text", Text: text}, 0, "")
	p.push(n, textFields(text, firstMsgID+p.chats.last))
	return nil
}

// browse shows a page on the phone to the person who holds it: GET and POST
// /sandbox/wechat/followers/{openid}/browser?u=ADDRESS.
func (p *Platform) browse(w http.ResponseWriter, r *http.Request, n uint32) {
	at, err := p.visitPage(r, n)
	var blocked *browser.Blocked
	switch {
	case errors.As(err, &blocked):
		page(w, "blocked", blocked.URL.String())
		return
	case err != nil:
		page(w, "error", refusal{"无法打开网页", hideURL(err).Error(), ""})
		return
	}
	own := r.URL.Path
	via := func(address string) string {
		return own + "?" + url.Values{"u": {address}, "from": {at.URL.String()}}.Encode()
	}
	w.Header().Set("Content-Type", at.Type)
	w.Header().Set("Content-Security-Policy", browser.Policy)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "same-origin")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(at.Status)
	w.Write(at.Show(via))
}

func (p *Platform) visitPage(r *http.Request, n uint32) (browser.Page, error) {
	q := r.URL.Query()
	target, b := q.Get("u"), p.browserOf(n)
	if r.Method != http.MethodPost {
		extra := http.Header{}
		if q.Get("chat") != "" {
			extra.Set(chatHeader, "1")
		}
		return b.Open(r.Context(), formTarget(target, q), extra)
	}
	if err := r.ParseForm(); err != nil {
		return browser.Page{}, fmt.Errorf("the form cannot be read: %w", err)
	}
	from, err := url.Parse(q.Get("from"))
	if err != nil || from.Host == "" {
		from = nil
	}
	return b.Post(r.Context(), from, target, r.PostForm, nil)
}

// formTarget puts a GET form's fields behind its real target.
func formTarget(target string, q url.Values) string {
	form := q.Get(browser.FormField)
	if form == "" {
		return target
	}
	u, err := url.Parse(form)
	if err != nil {
		return form
	}
	q.Del(browser.FormField)
	u.RawQuery = q.Encode()
	return u.String()
}
