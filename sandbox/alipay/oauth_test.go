package alipay_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func (b *bench) oauth(extra request) answer {
	b.t.Helper()
	q := b.call("alipay.system.oauth.token", nil)
	for name, value := range extra {
		q[name] = value
	}
	a := b.send(q)
	if !verifies(b.alipay, "RSA2", a.inner, a.sign) {
		b.t.Fatalf("the answer is not signed: %s", a.inner)
	}
	return a
}

func TestSigningInAtThePlatform(t *testing.T) {
	b := newBench(t)
	back := "http://shop.example/in?x=1"
	page := b.browse(b.server.URL + "/oauth2/publicAppAuthorize.htm?" + url.Values{
		"app_id": {b.creds.AppID}, "scope": {"auth_user"}, "redirect_uri": {back}, "state": {"s1"},
	}.Encode())
	page.Body.Close()
	if page.StatusCode != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("the consent page answered %d", page.StatusCode)
	}
	buyer := b.people().Buyers[1]
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(b.server.URL+"/sandbox/alipay/consent", url.Values{
		"app_id": {b.creds.AppID}, "scope": {"auth_user"}, "redirect_uri": {back}, "state": {"s1"}, "buyer": {buyer.ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	to, err := resp.Location()
	if err != nil || to.Query().Get("state") != "s1" || to.Query().Get("x") != "1" || to.Host != "shop.example" {
		t.Fatalf("went to %v: %v", to, err)
	}
	code := to.Query().Get("auth_code")
	a := b.oauth(request{"grant_type": "authorization_code", "code": code})
	if a.root != "alipay_system_oauth_token_response" || a.field("user_id") != buyer.ID || a.decoded["code"] != nil || a.decoded["expires_in"] != 1296000.0 {
		t.Errorf("answered %s %s", a.root, a.inner)
	}
	info := b.send(b.call("alipay.user.info.share", nil).changed("auth_token", a.field("access_token")))
	if info.field("user_id") != buyer.ID || info.field("nick_name") == "" {
		t.Errorf("the user is %s", info.inner)
	}
	refused := func(sub string, extra request) {
		t.Helper()
		a := b.oauth(extra)
		a.want(t, "40002", sub)
		if a.root != "error_response" {
			t.Errorf("the failure is in %s", a.root)
		}
	}
	refused("isv.code-invalid", request{"grant_type": "authorization_code", "code": code})
	refused("isv.code-invalid", request{"grant_type": "authorization_code", "code": "x"})
	refused("isv.grant-type-invalid", request{"grant_type": "password"})
	refused("isv.refresh-token-invalid", request{"grant_type": "refresh_token", "refresh_token": "x"})
	renewal := a.field("refresh_token")
	again := b.oauth(request{"grant_type": "refresh_token", "refresh_token": renewal})
	if again.field("user_id") != buyer.ID || again.field("access_token") == a.field("access_token") {
		t.Errorf("renewed to %s", again.inner)
	}
	refused("isv.refreshed-token-invalid", request{"grant_type": "refresh_token", "refresh_token": renewal})
	b.world.Advance(16 * 24 * time.Hour)
	b.send(b.call("alipay.user.info.share", nil).changed("auth_token", again.field("access_token"))).want(t, "20001", "aop.auth-token-time-out")
	b.send(b.call("alipay.user.info.share", nil).changed("auth_token", "x")).want(t, "20001", "aop.invalid-auth-token")
	b.world.Advance(16 * 24 * time.Hour)
	refused("isv.refresh-token-time-out", request{"grant_type": "refresh_token", "refresh_token": again.field("refresh_token")})
}

func TestActingForAMerchant(t *testing.T) {
	b, s := newBench(t), newShop(t, "success")
	var given struct {
		Code      string `json:"app_auth_code"`
		AuthAppID string `json:"auth_app_id"`
	}
	b.control("POST", "/sandbox/alipay/app_auth_code", "", &given)
	exchange := map[string]any{"grant_type": "authorization_code", "code": given.Code}
	a := b.do("alipay.open.auth.token.app", exchange)
	a.want(t, "10000", "")
	token := a.field("app_auth_token")
	b.do("alipay.open.auth.token.app", exchange).want(t, "40004", "AUTH_CODE_NOT_VALID")
	b.do("alipay.open.auth.token.app", map[string]any{"grant_type": "authorization_code", "code": "x"}).want(t, "40004", "AUTH_CODE_NOT_EXIST")
	b.openLink(order("o1", "1"), request{"app_auth_token": token, "notify_url": s.server.URL})
	b.pay("o1")
	if n := s.next(t); n.Get("app_id") != b.creds.AppID || n.Get("auth_app_id") != given.AuthAppID {
		t.Errorf("the notice is %v", n)
	}
	query := b.call("alipay.trade.query", map[string]any{"out_trade_no": "o1"})
	b.send(query.changed("app_auth_token", token)).want(t, "10000", "")
	b.send(query.changed("app_auth_token", "x")).want(t, "20001", "aop.invalid-app-auth-token")
	b.world.Advance(16 * 24 * time.Hour)
	b.send(query.changed("app_auth_token", token)).want(t, "20001", "aop.app-auth-token-time-out")
}
