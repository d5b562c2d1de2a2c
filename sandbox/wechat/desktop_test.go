package wechat

import (
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// browse gets a page without following redirects.
func (f *fixture) browse(path string) (status int, location, page string) {
	f.Helper()
	r, err := http.NewRequest("GET", f.url+path, nil)
	if err != nil {
		f.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		f.Fatal(err)
	}
	defer resp.Body.Close()
	b := make([]byte, 64<<10)
	n, _ := resp.Body.Read(b)
	return resp.StatusCode, resp.Header.Get("Location"), string(b[:n])
}

func (f *fixture) desktopPath() string {
	return "/connect/qrconnect?" + url.Values{"appid": {f.p.account.Website.AppID}, "redirect_uri": {"http://127.0.0.1:1/back?x=1"}, "response_type": {"code"},
		"scope": {"snsapi_login"}, "state": {"abc123"}}.Encode() + "#wechat_redirect"
}

func (f *fixture) siteExchange(code string) reply {
	f.Helper()
	site := f.p.account.Website
	return f.get("/sns/oauth2/access_token?grant_type=authorization_code&appid=" + site.AppID + "&secret=" + site.Secret + "&code=" + code)
}

// A desktop shows a code, a phone agrees, and the desktop's browser goes on to
// the website with a code of the website's own; the unionid joins the two.
func TestDesktopLogin(t *testing.T) {
	f := newFixture(t)
	f.call("PUT", "/sandbox/wechat/settings", `{"open_platform":true}`)
	who := f.person("小明")
	_, wait, _ := f.browse(f.desktopPath())
	status, _, page := f.browse(wait)
	if status != http.StatusOK || !strings.Contains(page, "请使用微信扫描二维码登录") {
		t.Fatalf("the desktop shows %d %s", status, page)
	}
	uuid := strings.TrimPrefix(wait, "/connect/qrconnect/")
	resp, err := http.Get(f.url + "/connect/qrcode/" + uuid)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := jpeg.Decode(resp.Body); err != nil {
		t.Error(err)
	}
	if got := f.scan(who, confirmURL+uuid, ""); !strings.Contains(got.text("body"), "小明") {
		t.Errorf("the phone shows %v", got)
	}
	if _, _, page = f.browse(wait); !strings.Contains(page, "已扫描") {
		t.Errorf("the desktop shows %s", page)
	}
	if got := f.scan(who, confirmURL+uuid, `,"consent":true`); !strings.Contains(got.text("body"), "已确认登录") {
		t.Errorf("the phone ends at %v", got)
	}
	status, back, _ := f.browse(wait)
	to, err := url.Parse(back)
	if err != nil || status != http.StatusFound || to.Query().Get("state") != "abc123" || to.Query().Get("x") != "1" {
		t.Fatalf("sent back by %d to %s", status, back)
	}
	code := to.Query().Get("code")
	f.wantCode("exchanged by the account", f.exchange(code), 40029)
	login := f.siteExchange(code)
	if login.text("openid") == who || login.text("scope") != "snsapi_login" || login.text("unionid") == "" {
		t.Errorf("login %v", login)
	}
	f.wantCode("exchanged again", f.siteExchange(code), 40163)
	profile := f.get("/sns/userinfo?access_token=" + login.text("access_token") + "&openid=" + login.text("openid"))
	follower := f.api("/cgi-bin/user/info?openid="+who, "")
	if profile.text("unionid") != login.text("unionid") || follower.text("unionid") != login.text("unionid") || profile.text("nickname") != "小明" {
		t.Errorf("profile %v, follower %v", profile, follower)
	}
}

func TestDesktopLoginRefusals(t *testing.T) {
	f := newFixture(t)
	for what, path := range map[string]string{
		"40013": strings.Replace(f.desktopPath(), f.p.account.Website.AppID, f.p.account.AppID, 1),
		"10005": strings.Replace(f.desktopPath(), "snsapi_login", "snsapi_base", 1),
		"10003": strings.Replace(f.desktopPath(), "127.0.0.1%3A1", "elsewhere.example", 1),
		"10016": strings.Replace(f.desktopPath(), "abc123", "abc%2B", 1),
	} {
		if _, to, page := f.browse(path); to != "" || !strings.Contains(page, what) {
			t.Errorf("%s: sent to %q, %s", what, to, page)
		}
	}
	who := f.person("小明")
	_, wait, _ := f.browse(f.desktopPath())
	uuid := strings.TrimPrefix(wait, "/connect/qrconnect/")
	if _, page := f.request("POST", "/connect/confirm", ""); !strings.Contains(page, "请在微信客户端打开链接") {
		t.Errorf("without a phone: %s", page)
	}
	f.world.Advance(6 * time.Minute)
	if got := f.scan(who, confirmURL+uuid, `,"consent":true`); !strings.Contains(got.text("body"), "二维码已失效") {
		t.Errorf("too late: %v", got)
	}
	site := f.p.account.Website
	f.wantCode("a wrong secret", f.get("/sns/oauth2/access_token?grant_type=authorization_code&appid="+site.AppID+"&secret=x&code=y"), 40125)
	f.wantCode("another's secret", f.get("/sns/oauth2/access_token?grant_type=authorization_code&appid="+site.AppID+"&secret="+f.p.account.Secret+"&code=y"), 40125)
	if got := f.api("/cgi-bin/user/info?openid="+who, ""); got["unionid"] != nil {
		t.Errorf("a unionid without an Open Platform account: %v", got)
	}
}

// The same template message again within a minute is refused where the
// account's settings say so.
func TestRepeatedTemplateMessage(t *testing.T) {
	f := newFixture(t)
	f.call("PUT", "/sandbox/wechat/settings", `{"refuse_repeats":true}`)
	who := f.person("小明")
	body := f.templateBody(who, "", map[string]string{"keyword1": "1.00元"})
	f.wantCode("first", f.api(templatePath, body), 0)
	f.wantCode("again", f.api(templatePath, body), 40241)
	f.wantCode("another", f.api(templatePath, f.templateBody(who, "", map[string]string{"keyword1": "2.00元"})), 0)
	f.world.Advance(time.Minute)
	f.wantCode("a minute later", f.api(templatePath, body), 0)
}
