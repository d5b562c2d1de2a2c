package wechat

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// code opens the authorize page as the phone of openid does and answers the
// code it is sent back with.
func (f *fixture) code(openid string, header http.Header) string {
	f.Helper()
	r, _ := http.NewRequest("GET", f.url+f.authorizePath("http://127.0.0.1:1/back?x=1", scopeBase), nil)
	r.Header.Set(phoneHeader, openid)
	for key, v := range header {
		r.Header[key] = v
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		f.Fatal(err)
	}
	resp.Body.Close()
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusFound {
		f.Fatalf("status %d, location %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	q := to.Query()
	if q.Get("x") != "1" || q.Get("state") != "abc123" || !strings.HasPrefix(to.String(), "http://127.0.0.1:1/back?") {
		f.Errorf("sent back to %s", to)
	}
	return q.Get("code")
}

func (f *fixture) exchange(code string) reply {
	f.Helper()
	a := f.p.account
	return f.get("/sns/oauth2/access_token?grant_type=authorization_code&appid=" + a.AppID + "&secret=" + a.Secret + "&code=" + code)
}

func TestCodeIsUsedOnceAndExpires(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	code := f.code(who, nil)
	got := f.exchange(code)
	if got.text("openid") != who || got.text("scope") != scopeBase || got["expires_in"] != float64(7200) || got["errcode"] != nil || got["is_snapshotuser"] != nil {
		t.Errorf("exchange answered %v", got)
	}
	f.wantCode("again", f.exchange(code), 40163)
	f.wantCode("unknown", f.exchange("nonsense"), 40029)
	f.wantCode("missing", f.exchange(""), 41008)
	late := f.code(who, nil)
	f.world.Advance(codeLife + 1e9)
	f.wantCode("expired", f.exchange(late), 40029)
	f.wantCode("its token used for the API", f.get("/cgi-bin/user/get?access_token="+got.text("access_token")), 40001)
}

func TestLoginRefreshAndUserInfo(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	in := f.exchange(f.code(who, nil))
	info := "/sns/userinfo?openid=" + who + "&access_token="
	f.wantCode("userinfo of a base login", f.get(info+in.text("access_token")), 48001)
	f.wantCode("auth", f.get("/sns/auth?openid="+who+"&access_token="+in.text("access_token")), 0)
	f.wantCode("auth of another", f.get("/sns/auth?openid=o1&access_token="+in.text("access_token")), 40003)
	path := "/sns/oauth2/refresh_token?grant_type=refresh_token&appid=" + f.p.account.AppID + "&refresh_token="
	if got := f.get(path + in.text("refresh_token")); got.text("access_token") != in.text("access_token") {
		t.Error("a living token should stay the same")
	}
	f.world.Advance(tokenLife + 1e9)
	if got := f.get(path + in.text("refresh_token")); got.text("access_token") == in.text("access_token") || got.code() != 0 {
		t.Errorf("an expired token should be replaced: %v", got)
	}
	f.wantCode("bad refresh token", f.get(path+"x"), 40030)
	f.world.Advance(refreshLife)
	f.wantCode("old refresh token", f.get(path+in.text("refresh_token")), 42002)
}

func TestSnapshotVisitorIsNobody(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	got := f.exchange(f.code(who, http.Header{snapshotHeader: {"1"}}))
	if got["is_snapshotuser"] != float64(1) || got.text("openid") == who || got.text("openid") == "" {
		t.Errorf("a snapshot login answered %v", got)
	}
	f.wantCode("a message to a snapshot openid", f.api("/cgi-bin/message/template/send", f.templateBody(got.text("openid"), "", nil)), 40003)
}

func TestAuthorizeRefusals(t *testing.T) {
	f := newFixture(t)
	f.p.account.Settings.OAuthDomain = "shop.example"
	good := "http://shop.example/back"
	for name, row := range map[string]struct{ path, want string }{
		"foreign host":  {f.authorizePath("http://127.0.0.1/back", scopeBase), "10003"},
		"sub domain":    {f.authorizePath("http://a.shop.example/back", scopeBase), "10003"},
		"other scheme":  {f.authorizePath("ftp://shop.example/back", scopeBase), "10003"},
		"bad scope":     {f.authorizePath(good, "snsapi_login"), "10005"},
		"unknown appid": {strings.Replace(f.authorizePath(good, scopeBase), f.p.account.AppID, "wx0", 1), "40013"},
		"bad state":     {strings.Replace(f.authorizePath(good, scopeBase), "abc123", "a-b", 1), "10016"},
		"no phone":      {f.authorizePath(good, scopeBase), "请在微信客户端打开链接"},
	} {
		resp, body := f.request("GET", row.path, "")
		if resp.StatusCode != 200 || !strings.Contains(body, row.want) {
			t.Errorf("%s: %d without %s", name, resp.StatusCode, row.want)
		}
	}
}
