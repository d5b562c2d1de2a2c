package wechat_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/wechat"
)

func TestAuthorizeURL(t *testing.T) {
	c := mustClient(t, wechat.Config{AppID: "wx1", AppSecret: "s"})
	got, err := c.AuthorizeURL(wechat.ScopeUserInfo, "https://example.com/back?a=1&b=x y", "abc123")
	want := "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=https%3A%2F%2Fexample.com%2Fback%3Fa%3D1%26b%3Dx%20y" +
		"&response_type=code&scope=snsapi_userinfo&state=abc123#wechat_redirect"
	if err != nil || got != want {
		t.Errorf("%s\n%v", got, err)
	}
	for _, bad := range []string{"", "a-b", "状态", strings.Repeat("a", 129)} {
		if _, err := c.AuthorizeURL(wechat.ScopeBase, "https://example.com/", bad); !errors.Is(err, wechat.ErrInvalid) {
			t.Errorf("state %q: %v", bad, err)
		}
	}
	if _, err := c.AuthorizeURL("snsapi_all", "https://example.com/", "a"); !errors.Is(err, wechat.ErrInvalid) {
		t.Error("scope was taken")
	}
	if _, err := c.AuthorizeURL(wechat.ScopeBase, "/relative", "a"); !errors.Is(err, wechat.ErrInvalid) {
		t.Error("relative redirect was taken")
	}
}

func TestHosts(t *testing.T) {
	for _, tt := range []struct{ base, authorize, want string }{
		{"", "", "https://open.weixin.qq.com/connect/"},
		{"https://sh.api.weixin.qq.com", "", "https://open.weixin.qq.com/connect/"},
		{"http://127.0.0.1:9/", "", "http://127.0.0.1:9/connect/"},
		{"http://127.0.0.1:9", "https://proxy.example/x", "https://proxy.example/x/connect/"},
	} {
		c := mustClient(t, wechat.Config{AppID: "wx1", AppSecret: "s", BaseURL: tt.base, AuthorizeURL: tt.authorize})
		got, err := c.QRConnectURL("wxsite", "https://example.com/", "a")
		if err != nil || !strings.HasPrefix(got, tt.want+"qrconnect?appid=wxsite&") || !strings.Contains(got, "scope=snsapi_login") {
			t.Errorf("%q: %s %v", tt.base, got, err)
		}
	}
}

func TestExchangeCode(t *testing.T) {
	p := newPlatform(t)
	p.handle("/sns/oauth2/access_token", func(w http.ResponseWriter, r *http.Request, _ []byte) {
		q := r.URL.Query()
		if r.Method != http.MethodGet || q.Get("appid") != testAppID || q.Get("secret") != testSecret || q.Get("grant_type") != "authorization_code" {
			t.Errorf("%s %v", r.Method, q)
		}
		if q.Get("code") != "good code&" {
			sayCode(w, 40163, "code been used,")
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(`{"access_token":"at","expires_in":7200,"refresh_token":"rt","openid":"o1","scope":"snsapi_userinfo","is_snapshotuser":1,"unionid":"u1"}`))
	})
	c := p.client()
	tok, err := c.ExchangeCode(t.Context(), "good code&")
	if err != nil {
		t.Fatal(err)
	}
	want := wechat.OAuthToken{AccessToken: "at", RefreshToken: "rt", ExpiresIn: 2 * time.Hour, OpenID: "o1", UnionID: "u1", Scope: "snsapi_userinfo", SnapshotUser: true}
	if *tok != want {
		t.Errorf("snapshot %v openid %s", tok.SnapshotUser, tok.OpenID)
	}
	_, err = c.ExchangeCode(t.Context(), "used")
	var e *wechat.Error
	if !errors.As(err, &e) || e.Code != 40163 || !e.Rejected() || e.Msg != "code been used" {
		t.Errorf("%v", err)
	}
	if _, err := c.ExchangeCode(t.Context(), ""); !errors.Is(err, wechat.ErrInvalid) {
		t.Error(err)
	}
	if fetches, _ := p.counts(); fetches != 0 {
		t.Error("an API token was fetched for a /sns call")
	}
}

func TestCodeIsNeverSpentTwiceByTheTransport(t *testing.T) {
	p := newPlatform(t)
	p.on("/sns/auth", `{"errcode":0,"errmsg":"ok"}`)
	p.handle("/sns/oauth2/access_token", func(http.ResponseWriter, *http.Request, []byte) { panic(http.ErrAbortHandler) })
	c := p.client()
	// A kept connection is what the transport would repeat a GET on.
	if err := c.CheckAuth(t.Context(), &wechat.OAuthToken{AccessToken: "a", OpenID: "o"}); err != nil {
		t.Fatal(err)
	}
	_, err := c.ExchangeCode(t.Context(), "code1")
	var e *wechat.Error
	if !errors.As(err, &e) || !e.Unknown() {
		t.Fatal(err)
	}
	if n := p.calls("/sns/oauth2/access_token"); n != 1 {
		t.Errorf("code was sent %d times", n)
	}
}

func TestUserInfoAndRefresh(t *testing.T) {
	p := newPlatform(t)
	p.on("/sns/userinfo", `{"openid":"o1","nickname":"小明","sex":0,"headimgurl":"http://h/1","privilege":[],"unionid":"u1"}`)
	p.on("/sns/oauth2/refresh_token", `{"access_token":"at2","expires_in":7200,"refresh_token":"rt","openid":"o1","scope":"snsapi_base"}`)
	p.on("/sns/auth", `{"errcode":40003,"errmsg":"invalid openid"}`)
	c := p.client()
	tok := &wechat.OAuthToken{AccessToken: "at", OpenID: "o1"}
	u, err := c.UserInfo(t.Context(), tok, wechat.English)
	if err != nil || u.Nickname != "小明" || u.UnionID != "u1" || u.AvatarURL != "http://h/1" {
		t.Errorf("%+v %v", u, err)
	}
	r, _ := p.last("/sns/userinfo")
	if q := r.URL.Query(); q.Get("access_token") != "at" || q.Get("openid") != "o1" || q.Get("lang") != "en" {
		t.Errorf("%v", q)
	}
	fresh, err := c.RefreshOAuth(t.Context(), "rt")
	if err != nil || fresh.AccessToken != "at2" || fresh.SnapshotUser {
		t.Error(err)
	}
	var e *wechat.Error
	if err := c.CheckAuth(t.Context(), tok); !errors.As(err, &e) || e.Code != 40003 {
		t.Error(err)
	}
}
