package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/paypush/paypush/test/harness"
)

// story is what happened to one person, and every secret that came up.
type story struct {
	desk    *visitor
	orderID string
	secrets map[string]string
}

const userPassword = "Kiefernzapfen-7391"

// live registers, signs in by link, binds, pays and is told.
func (w *world) live(t *testing.T) story {
	t.Helper()
	s := story{secrets: map[string]string{"api key": w.hello.APIKey, "password": userPassword,
		"sign-in link": strings.TrimSuffix(w.hello.LoginLink[strings.LastIndex(w.hello.LoginLink, "/")+1:], "?go=1")}}
	admin := newVisitor(t, w.server.URL())
	s.secrets["administrator's session"] = admin.open(t, w.hello.LoginLink)
	desk := newVisitor(t, w.server.URL())
	desk.post(t, "/register", url.Values{"user": {"anna"}, "pwd": {userPassword}})
	desk.post(t, "/login", url.Values{"user": {"anna"}, "pwd": {userPassword}})
	s.secrets["session"] = desk.open(t, w.server.URL()+"/me")
	s.secrets["bind link"] = w.bind(t, desk)
	other := newVisitor(t, w.server.URL())
	other.post(t, "/register", url.Values{"user": {"ben"}, "pwd": {userPassword}})
	w.bindByCode(t, other)
	s.desk, s.orderID = desk, w.buy(t, desk, 1)
	w.credentials(t, s.secrets)
	w.visits(t, s.secrets)
	return s
}

// bind scans the desk's code with a new phone and returns the secret in it.
func (w *world) bind(t *testing.T, desk *visitor) string {
	t.Helper()
	var code struct {
		Data string `json:"data"`
	}
	desk.json(t, "/bind/qrcode", &code)
	var follower struct {
		OpenID string `json:"openid"`
	}
	w.box.Must(t, http.MethodPost, "/sandbox/wechat/followers", map[string]string{"nickname": "Anna"}, &follower)
	w.box.Must(t, http.MethodPost, "/sandbox/wechat/followers/"+follower.OpenID+"/scan",
		map[string]any{"text": code.Data, "consent": true}, nil)
	var bound struct {
		Bound bool `json:"bound"`
	}
	desk.json(t, "/bind/status", &bound)
	if !bound.Bound {
		t.Fatal("the phone was not bound")
	}
	return code.Data[strings.LastIndex(code.Data, "/")+1:]
}

// bindByCode is bind by a parametric code: one scan follows, and the phone goes
// along with what comes into its chat.
func (w *world) bindByCode(t *testing.T, desk *visitor) {
	t.Helper()
	page := desk.body(t, "/bind/code")
	code := regexp.MustCompile(`value="(http://weixin[^"]+)"`).FindStringSubmatch(page)
	if code == nil {
		t.Fatalf("no code:\n%.2000s", page)
	}
	var follower struct {
		OpenID string `json:"openid"`
	}
	w.box.Must(t, http.MethodPost, "/sandbox/wechat/followers", map[string]any{"nickname": "Ben", "follow": false}, &follower)
	w.box.Must(t, http.MethodPost, "/sandbox/wechat/followers/"+follower.OpenID+"/scan",
		map[string]any{"text": code[1], "consent": true}, nil)
	var bound struct {
		Bound  bool   `json:"bound"`
		OpenID string `json:"openid"`
	}
	desk.json(t, "/bind/status", &bound)
	if !bound.Bound || bound.OpenID != follower.OpenID {
		t.Fatalf("bound %+v, want %s", bound, follower.OpenID)
	}
}

// buy pays an order of the member's and waits until that many messages were
// tried.
func (w *world) buy(t *testing.T, desk *visitor, messages int) string {
	t.Helper()
	at := desk.post(t, "/pay", url.Values{"subject": {"茶"}, "money": {"12.50"}})
	id := at[strings.LastIndex(at, "/")+1:]
	page := desk.body(t, at)
	link := regexp.MustCompile(`href="([^"]*gateway\.do[^"]*)"`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("the cashier shows no link to the platform:\n%.2000s", page)
	}
	platform := strings.ReplaceAll(link[1], "&amp;", "&")
	u, err := url.Parse(platform)
	if err != nil {
		t.Fatal(err)
	}
	w.box.Must(t, http.MethodGet, platform, nil, nil)
	number := regexp.MustCompile(`"out_trade_no":"([^"]+)"`).FindStringSubmatch(u.Query().Get("biz_content"))
	w.box.Must(t, http.MethodPost, "/sandbox/alipay/trades/"+number[1]+"/pay", nil, nil)
	harness.Eventually(t, "the message was tried", func() bool {
		return strings.Count(w.log.String(), "message tried") >= messages
	})
	return id
}

// credentials adds what the platforms' settings pages hold.
func (w *world) credentials(t *testing.T, into map[string]string) {
	t.Helper()
	var c struct {
		Alipay struct {
			Key string `json:"app_private_key_pkcs8"`
		} `json:"alipay"`
		WeChat struct {
			AppSecret string `json:"app_secret"`
			Token     string `json:"token"`
			AESKey    string `json:"encoding_aes_key"`
		} `json:"wechat"`
	}
	w.box.Must(t, http.MethodGet, "/sandbox/credentials", nil, &c)
	into["private key"], into["app secret"] = c.Alipay.Key[40:200], c.WeChat.AppSecret
	into["callback token"], into["aes key"] = c.WeChat.Token, c.WeChat.AESKey
}

// visits adds what went to the platforms: access tokens and oauth codes.
func (w *world) visits(t *testing.T, into map[string]string) {
	t.Helper()
	var seen struct {
		Requests []struct{ Path, Query string } `json:"requests"`
	}
	w.box.Must(t, http.MethodGet, "/sandbox/history", nil, &seen)
	for _, r := range seen.Requests {
		q, err := url.ParseQuery(r.Query)
		if err != nil {
			continue
		}
		for _, name := range []string{"access_token", "code", "state"} {
			if v := q.Get(name); v != "" {
				into[name+" at "+r.Path] = v
			}
		}
	}
}
