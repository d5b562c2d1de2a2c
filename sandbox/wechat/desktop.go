package wechat

import (
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rsc.io/qr"
)

// Login on a desktop: a website application of its own shows a code, a phone
// scans it and agrees, and the desktop's browser goes on to the website.

const (
	scopeLogin   = "snsapi_login"
	desktopLife  = 5 * time.Minute  // of the code on the desktop
	websiteLife  = 10 * time.Minute // of the code that the website gets
	keptDesktops = 1000
	confirmURL   = "https://open.weixin.qq.com/connect/confirm?uuid="
)

// website is the application that the Open Platform account has besides the
// Official Account.
type website struct {
	AppID  string `json:"app_id"`
	Secret string `json:"app_secret"`
}

func newWebsite() website { return website{"wx" + hexText(8), hexText(16)} }

// desktop is one code on a desktop.
type desktop struct {
	uuid     string
	redirect string
	state    string
	until    int64
	scanned  bool
	refused  bool
	code     string // what the website gets, once somebody agreed
}

func (p *Platform) registerDesktop(mux *http.ServeMux) {
	mux.HandleFunc("GET /connect/qrconnect", p.desktopBegin)
	mux.HandleFunc("GET /connect/qrconnect/{uuid}", p.desktopPage)
	mux.HandleFunc("GET /connect/qrcode/{uuid}", p.desktopCode)
	mux.HandleFunc("GET /connect/confirm", p.confirmPage)
	mux.HandleFunc("POST /connect/confirm", p.confirmAnswer)
}

// desktopBegin is the page that a website sends a desktop's browser to.
func (p *Platform) desktopBegin(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	target, err := url.Parse(q.Get("redirect_uri"))
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case q.Get("appid") != p.account.Website.AppID:
		page(w, "error", refusal{"无法打开", "AppID 参数错误 · unknown appid of a website", "40013"})
	case q.Get("scope") != scopeLogin:
		page(w, "error", refusal{"无法打开", "scope 参数错误 · scope is snsapi_login", "10005"})
	case err != nil || !p.ownHost(target):
		page(w, "error", refusal{"无法打开", "redirect_uri 域名与后台配置不一致 · redirect_uri mismatch", "10003"})
	case q.Get("response_type") != "code" || !plainState(q.Get("state")):
		page(w, "error", refusal{"无法打开", "参数错误 · bad response_type or state", "10016"})
	default:
		d := &desktop{uuid: urlText(16), redirect: target.String(), state: q.Get("state"), until: p.world.Now().Add(desktopLife).Unix()}
		p.desktops = append(p.desktops, d)
		if extra := len(p.desktops) - keptDesktops; extra > 0 {
			p.desktops = p.desktops[extra:]
		}
		http.Redirect(w, r, "/connect/qrconnect/"+d.uuid, http.StatusFound)
	}
}

// desktopOf finds a code on a desktop that still works; the caller holds the
// lock.
func (p *Platform) desktopOf(uuid string) *desktop {
	for _, d := range p.desktops {
		if d.uuid == uuid && p.world.Now().Unix() < d.until {
			return d
		}
	}
	return nil
}

// desktopPage waits for the phone: it looks again every two seconds.
func (p *Platform) desktopPage(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.desktopOf(r.PathValue("uuid"))
	switch {
	case d == nil:
		page(w, "error", refusal{"二维码已失效", "请回到网站重新登录 · the code has expired, go back to the website", ""})
	case d.code != "":
		http.Redirect(w, r, withCode(d.redirect, d.code, d.state), http.StatusFound)
	case d.refused:
		page(w, "refused", nil)
	default:
		w.Header().Set("Refresh", "2")
		page(w, "desktop", map[string]any{"Site": p.account.Name + " · 网站", "UUID": d.uuid, "Scanned": d.scanned, "Holds": confirmURL + d.uuid})
	}
}

// desktopCode draws what the desktop shows.
func (p *Platform) desktopCode(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	d := p.desktopOf(r.PathValue("uuid"))
	p.mu.Unlock()
	if d == nil {
		http.NotFound(w, r)
		return
	}
	picture, err := qr.Encode(confirmURL+d.uuid, qr.M)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	jpeg.Encode(w, picture.Image(), nil) //nolint:errcheck // the reader has gone
}

// confirmPage is what the phone sees that scanned the desktop's code.
func (p *Platform) confirmPage(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, n, bad := p.confirming(r, r.URL.Query().Get("uuid"))
	if bad != nil {
		page(w, "error", bad)
		return
	}
	d.scanned = true
	page(w, "desktopconfirm", map[string]string{"Site": p.account.Name + " · 网站", "UUID": d.uuid, "Nickname": p.nickname(n)})
}

// confirmAnswer is the button pressed on that page.
func (p *Platform) confirmAnswer(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		page(w, "error", refusal{"无法打开", "参数错误", ""})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	d, n, bad := p.confirming(r, r.PostForm.Get("uuid"))
	switch {
	case bad != nil:
		page(w, "error", bad)
	case r.PostForm.Get("answer") != "allow":
		d.refused = true
		page(w, "refused", nil)
	default:
		g := grantedCode{Person: n, Scope: scopeLogin, Website: true, Until: p.world.Now().Add(websiteLife).Unix()}
		d.code = p.oauth.issue(g)
		p.put("code", d.code, g)
		page(w, "desktopdone", nil)
	}
}

// confirming finds whose phone it is and which desktop is meant; one that was
// answered is not asked again.
func (p *Platform) confirming(r *http.Request, uuid string) (*desktop, uint32, *refusal) {
	n, known := p.find(r.Header.Get(phoneHeader))
	if !known {
		return nil, 0, &refusal{"请在微信客户端打开链接", "Open this link in WeChat: scan it with a phone of the sandbox, /sandbox/", ""}
	}
	d := p.desktopOf(uuid)
	if d == nil || d.code != "" || d.refused {
		return nil, 0, &refusal{"二维码已失效", "请在电脑上刷新 · the code on the desktop has expired", ""}
	}
	return d, n, nil
}

// withCode is the address to go back to with a code.
func withCode(redirect, code, state string) string {
	u, err := url.Parse(redirect)
	if err != nil {
		return redirect
	}
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&code="+code+"&state="+state, "&")
	return u.String()
}
