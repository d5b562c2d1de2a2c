package wechat

import (
	"embed"
	htmltemplate "html/template"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// The headers by which a phone's browser tells the platform, and only the
// platform, whose phone it is and whether it shows a mere snapshot.
const (
	phoneHeader    = "X-Sandbox-Phone"
	snapshotHeader = "X-Sandbox-Snapshot"
	chatHeader     = "X-Sandbox-Chat" // the page was opened from the account's chat
)

const (
	scopeBase = "snsapi_base"
	scopeInfo = "snsapi_userinfo"
	codeLife  = 5 * time.Minute
)

//go:embed pages
var pages embed.FS

// page renders one of the platform's own pages in the style of the phone.
func page(w http.ResponseWriter, name string, data any) {
	t := htmltemplate.Must(htmltemplate.ParseFS(pages, "pages/frame.html", "pages/"+name+".html"))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
	t.ExecuteTemplate(w, "frame", data) //nolint:errcheck // the phone has gone
}

// visit is one person opening the authorize page.
type visit struct {
	person   uint32
	redirect string
	scope    string
	state    string
	snapshot bool
	silent   bool // a follower coming from the chat is not asked
}

// refusal is the platform's error page; such a visit is never redirected.
type refusal struct{ Title, Text, Code string }

// authorizePage is GET /connect/oauth2/authorize: it redirects at once for
// snsapi_base and asks for consent for snsapi_userinfo.
func (p *Platform) authorizePage(w http.ResponseWriter, r *http.Request) {
	v, bad := p.visit(r, r.URL.Query())
	switch {
	case bad != nil:
		page(w, "error", bad)
	case v.scope == scopeBase || v.silent:
		http.Redirect(w, r, p.grant(v), http.StatusFound)
	default:
		p.mu.Lock()
		name := p.nickname(v.person)
		first, _ := utf8.DecodeRuneInString(name)
		data := map[string]any{"Account": p.account.Name, "Nickname": name, "Initial": string(first), "Query": r.URL.Query()}
		p.mu.Unlock()
		page(w, "consent", data)
	}
}

// authorizeAnswer is the button pressed on the consent page.
func (p *Platform) authorizeAnswer(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		page(w, "error", refusal{"无法打开", "参数错误", "10001"})
		return
	}
	v, bad := p.visit(r, r.PostForm)
	switch {
	case bad != nil:
		page(w, "error", bad)
	case r.PostForm.Get("answer") != "allow":
		page(w, "refused", nil)
	default:
		http.Redirect(w, r, p.grant(v), http.StatusFound)
	}
}

// visit judges the parameters.
func (p *Platform) visit(r *http.Request, q url.Values) (visit, *refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	scope, state := q.Get("scope"), q.Get("state")
	target, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case q.Get("appid") != p.account.AppID:
		return visit{}, &refusal{"无法打开", "AppID 参数错误 · unknown appid", "40013"}
	case scope != scopeBase && scope != scopeInfo || !mayLogIn(p.account.Settings.Kind):
		return visit{}, &refusal{"无法打开", "scope 参数错误或没有 scope 权限 · scope not allowed", "10005"}
	case err != nil || !p.ownHost(target):
		return visit{}, &refusal{"无法打开", "redirect_uri 域名与后台配置不一致 · redirect_uri mismatch", "10003"}
	case q.Get("response_type") != "code" || !plainState(state):
		return visit{}, &refusal{"无法打开", "参数错误 · bad response_type or state", "10016"}
	}
	n, known := p.find(r.Header.Get(phoneHeader))
	if !known {
		return visit{}, &refusal{"请在微信客户端打开链接", "Open this link in WeChat: scan it with a phone of the sandbox, /sandbox/", ""}
	}
	silent := r.Header.Get(chatHeader) != "" && p.people.all[n].follows
	return visit{n, target.String(), scope, state, r.Header.Get(snapshotHeader) != "", silent}, nil
}

// ownHost compares with the domain entered in the settings: the full host,
// exactly. While none is entered only loopback passes.
func (p *Platform) ownHost(u *url.URL) bool {
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return false
	}
	want := p.account.Settings.OAuthDomain
	if want == "" {
		ip := net.ParseIP(u.Hostname())
		return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	}
	return strings.EqualFold(u.Hostname(), want) || strings.EqualFold(u.Host, want)
}

// plainState is the platform's rule for state.
func plainState(s string) bool {
	if len(s) > 128 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// grant issues a code and answers the address to go back to.
func (p *Platform) grant(v visit) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	code := p.oauth.issue(grantedCode{Person: v.person, Scope: v.scope, Snapshot: v.snapshot, Until: p.world.Now().Add(codeLife).Unix()})
	p.put("code", code, p.oauth.codes[code])
	return withCode(v.redirect, code, v.state)
}
