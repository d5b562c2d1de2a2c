package wechat

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

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

// errNotFollower says that only followers can write to the account.
var errNotFollower = errors.New("only followers can write to the account")

// errNoButton says that a follower sees no such menu entry.
var errNoButton = errors.New("only followers see the menu, and it holds no such entry")

// say is a person writing to the account: it opens the long window.
func (p *Platform) say(n uint32, text string) error {
	who := &p.people.all[n]
	if !who.follows && p.account.Settings.Kind != kindMini {
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
