package wechat

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/paypush/paypush/sandbox/wechat/browser"
)

// scanOrder is what a person scans and how far they go along with it.
type scanOrder struct {
	Text string `json:"text"`
	// Consent says that the person goes along to the end: follows, opens the
	// link that the account answers, agrees and confirms.
	Consent bool `json:"consent"`
	// Follow says that the person follows and then goes on by hand.
	Follow   bool `json:"follow"`
	Snapshot bool `json:"snapshot"`
	// Chat says that the link is no code but was tapped in the account's chat.
	Chat bool `json:"chat"`
}

// scanResult is where a scan ends.
type scanResult struct {
	FinalURL string `json:"final_url"`
	Status   int    `json:"status"`
	Body     string `json:"body"`
	// Asks says that the phone shows the account and a button to follow it.
	Asks bool `json:"asks_to_follow,omitempty"`
}

// shown is what a phone shows after a code of the account's own.
func shown(address, body string) scanResult {
	return scanResult{FinalURL: address, Status: http.StatusOK, Body: body}
}

// What a phone says after a code of the account's own.
const (
	saysFollow   = "关注公众号？ · follow the account?"
	saysFollowed = "已关注 · followed"
	saysEntered  = "已进入公众号 · entered the account"
	saysExpired  = "该二维码已过期 · this QR code has expired"
)

// scan opens what a QR code holds. With consent the person agrees on the
// platform's page and then presses the one button of a page that asks to
// confirm, a page with exactly one POST form.
func (p *Platform) scan(ctx context.Context, n uint32, o scanOrder) (scanResult, error) {
	text := strings.TrimSpace(o.Text)
	if text == p.account.followURL() {
		return p.scanAccount(n, o.Consent || o.Follow), nil
	}
	if opaque, found := qrAddress(text); found {
		result, told := p.scanQR(n, opaque, text, o.Consent || o.Follow)
		if !o.Consent {
			return result, nil
		}
		if link := p.answeredLink(ctx, told); link != "" {
			return p.openPage(ctx, n, scanOrder{Text: link, Consent: true, Chat: true, Snapshot: o.Snapshot})
		}
		return result, nil
	}
	if !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") {
		return shown("", text), nil
	}
	o.Text = text
	return p.openPage(ctx, n, o)
}

// openPage opens a page and goes as far along with it as the order says.
func (p *Platform) openPage(ctx context.Context, n uint32, o scanOrder) (scanResult, error) {
	extra := http.Header{}
	if o.Snapshot {
		extra.Set(snapshotHeader, "1")
	}
	if o.Chat {
		extra.Set(chatHeader, "1")
	}
	b := p.browserOf(n)
	at, err := b.Open(ctx, o.Text, extra)
	if err == nil && o.Consent {
		at, err = agree(ctx, b, at, extra)
	}
	var blocked *browser.Blocked
	if errors.As(err, &blocked) {
		return scanResult{FinalURL: blocked.URL.String(), Status: http.StatusForbidden, Body: "微信不能打开支付宝页面，请在浏览器打开 · WeChat does not open Alipay's pages, use another browser"}, nil
	}
	if err != nil {
		return scanResult{}, err
	}
	return scanResult{FinalURL: at.URL.String(), Status: at.Status, Body: string(at.Body)}, nil
}

// linkInText finds addresses in what an account says.
var linkInText = regexp.MustCompile(`https?://[^\s<>"']+`)

// answeredLink waits for the account's answer to what it was told, and gives
// the one address in it; empty without an answer, or with none or several.
func (p *Platform) answeredLink(ctx context.Context, told *pushed) string {
	if told == nil {
		return ""
	}
	timer := time.NewTimer(p.patience)
	defer timer.Stop()
	select {
	case <-told.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	links := linkInText.FindAllString(told.reply.Text, -1)
	if told.reply.URL != "" {
		links = append(links, told.reply.URL)
	}
	slices.Sort(links)
	if links = slices.Compact(links); len(links) != 1 {
		return ""
	}
	return links[0]
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

// qrAddress answers what stands behind the address of a parametric code.
func qrAddress(text string) (opaque string, found bool) {
	for _, head := range []string{"http://weixin.qq.com/q/", "https://weixin.qq.com/q/", "http://mp.weixin.qq.com/q/", "https://mp.weixin.qq.com/q/"} {
		if tail, ok := strings.CutPrefix(text, head); ok {
			return tail, true
		}
	}
	return "", false
}

// followURL is what the account's own QR code holds: who scans it may follow.
func (a *account) followURL() string { return "http://weixin.qq.com/r/" + a.AppID[2:] }

// scanAccount is a person scanning the account's own code.
func (p *Platform) scanAccount(n uint32, follows bool) scanResult {
	p.mu.Lock()
	defer p.mu.Unlock()
	result := shown(p.account.followURL(), saysEntered)
	if p.people.all[n].follows {
		return result
	}
	if !follows {
		result.Body, result.Asks = saysFollow, true
		return result
	}
	p.follow(n, "", "")
	p.people.all[n].details().Scene = "ADD_SCENE_QR_CODE"
	p.keepPerson(n)
	result.Body = saysFollowed
	return result
}

// scanQR is a person scanning a parametric code: followers are told to the
// account as SCAN, others follow when they want to. It answers what the
// account was told.
func (p *Platform) scanQR(n uint32, opaque, text string, follows bool) (scanResult, *pushed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	code, now := p.qrs.byOpaque[opaque], p.world.Now()
	if code == nil || code.Until != 0 && now.Unix() >= code.Until {
		return shown(text, saysExpired), nil
	}
	who := &p.people.all[n]
	if !who.follows && !follows {
		result := shown(text, saysFollow)
		result.Asks = true
		return result, nil
	}
	if !who.follows {
		told := p.follow(n, code.Scene, code.Ticket)
		who.details().QRNumber = code.Number
		p.keepPerson(n)
		return shown(text, saysFollowed), told
	}
	m := who.details()
	m.Brief, m.Contact = window{briefCount, now.Add(briefLength).Unix()}, now.Unix()
	p.keepPerson(n)
	p.note(n, "扫描了公众号的二维码 · Scanned the account's code")
	told := p.push(n, eventFields("SCAN", field{"EventKey", code.Scene}, field{"Ticket", code.Ticket}))
	return shown(text, saysEntered), told
}
