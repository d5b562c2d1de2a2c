package wechat

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// site is a developer's server with a one-time link, an OAuth callback that
// asks to confirm, and a page behind it.
type site struct {
	*httptest.Server
	mu     sync.Mutex
	forms  int
	agents []string
	bound  string
}

func (f *fixture) site() *site {
	s := &site{forms: 1}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /link", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes"})
		http.Redirect(w, r, f.url+f.authorizePath(s.URL+"/back", scopeInfo), http.StatusFound)
	})
	mux.HandleFunc("GET /fixed", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://open.weixin.qq.com"+f.authorizePath(s.URL+"/back", scopeBase), http.StatusFound)
	})
	mux.HandleFunc("GET /back", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.agents = append(s.agents, r.UserAgent())
		s.mu.Unlock()
		openid := f.exchange(r.URL.Query().Get("code")).text("openid")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("X-Frame-Options", "DENY")
		w.Header().Set("Content-Security-Policy", "frame-ancestors 'none'")
		fmt.Fprint(w, `<!doctype html><link rel=stylesheet href=/a.css><script>1</script><p onclick=x()>confirm?</p><img src="//other.example/x.png">`)
		for range s.forms {
			fmt.Fprintf(w, `<form method=post action="confirm?x=1"><input type=hidden name=openid value=%q><button name=go value=1>ok</button></form>`, openid)
		}
	})
	mux.Handle("POST /confirm", http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.FormValue("go") == "1" && r.URL.Query().Get("x") == "1" {
			s.bound = r.FormValue("openid")
		}
		fmt.Fprintf(w, "bound %s", s.bound)
	})))
	mux.HandleFunc("GET /alipay", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, f.url+"/gateway.do?method=alipay.trade.page.pay", http.StatusFound)
	})
	mux.HandleFunc("GET /loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	s.Server = httptest.NewServer(mux)
	f.Cleanup(s.Close)
	return s
}

func (f *fixture) scan(who, text, rest string) reply {
	f.Helper()
	return f.post("/sandbox/wechat/followers/"+who+"/scan", `{"text":"`+text+`"`+rest+`}`)
}

func TestScanGoesAllTheWay(t *testing.T) {
	f := newFixture(t)
	s, who := f.site(), f.person("小明")
	got := f.scan(who, s.URL+"/link", `,"consent":true`)
	if got["status"] != float64(200) || got.text("body") != "bound "+who || got.text("final_url") != s.URL+"/confirm?x=1" {
		t.Errorf("the scan ended at %v", got)
	}
	if len(s.agents) != 1 || !strings.Contains(s.agents[0], "MicroMessenger") {
		t.Errorf("agents %q", s.agents)
	}
}

func TestScanWithoutConsentStopsAtThePlatform(t *testing.T) {
	f := newFixture(t)
	s, who := f.site(), f.person("小明")
	got := f.scan(who, s.URL+"/link", "")
	if !strings.HasPrefix(got.text("final_url"), f.url+"/connect/oauth2/authorize") || !strings.Contains(got.text("body"), "小明") || s.bound != "" {
		t.Errorf("the scan ended at %v", got)
	}
}

func TestScanPressesOnlyOneLoneForm(t *testing.T) {
	f := newFixture(t)
	s, who := f.site(), f.person("小明")
	s.forms = 2
	if got := f.scan(who, s.URL+"/link", `,"consent":true`); !strings.Contains(got.text("body"), "confirm?") || s.bound != "" {
		t.Errorf("the scan ended at %v, bound %q", got, s.bound)
	}
}

func TestScanReachesFixedHostsInTheSandbox(t *testing.T) {
	f := newFixture(t)
	s, who := f.site(), f.person("小明")
	if got := f.scan(who, s.URL+"/fixed", `,"consent":true`); got.text("body") != "bound "+who {
		t.Errorf("the scan ended at %v", got)
	}
}

// One scan of a parametric code follows, and the link in the account's answer
// is gone along with to the end; by hand, the person stops in the chat.
func TestScanOpensWhatTheAccountAnswers(t *testing.T) {
	f := newFixture(t)
	s, r := f.site(), f.receiver()
	r.answer = func(got received) (int, string) {
		return http.StatusOK, `<xml><ToUserName>x</ToUserName><FromUserName>y</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>` +
			`<Content><![CDATA[<a href="` + s.URL + `/fixed">确认</a> <a href="` + s.URL + `/fixed">confirm</a>]]></Content></xml>`
	}
	f.point(r, modePlain)
	code := f.api("/cgi-bin/qrcode/create", `{"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":"s"}}}`).text("url")
	far := f.person("远")
	f.post("/sandbox/wechat/followers/"+far+"/unfollow", "")
	if got := f.scan(far, code, ""); got["asks_to_follow"] != true {
		t.Errorf("a look alone gave %v", got)
	}
	if got := f.scan(far, code, `,"follow":true`); got["asks_to_follow"] != nil || s.bound != "" {
		t.Errorf("following alone gave %v, bound %q", got, s.bound)
	}
	near := f.person("近")
	if got := f.scan(near, code, `,"consent":true`); got.text("body") != "bound "+near {
		t.Errorf("going along ended at %v", got)
	}
}

func TestScanRefusals(t *testing.T) {
	f := newFixture(t)
	s, who := f.site(), f.person("小明")
	if got := f.scan(who, "just words", ""); got.text("body") != "just words" {
		t.Errorf("words gave %v", got)
	}
	for _, bad := range []string{s.URL + "/loop", "http://127.0.0.1:1/"} {
		if resp, _ := f.request("POST", "/sandbox/wechat/followers/"+who+"/scan", `{"text":"`+bad+`"}`); resp.StatusCode != http.StatusBadGateway {
			t.Errorf("%s answered %d", bad, resp.StatusCode)
		}
	}
	if resp, _ := f.request("POST", "/sandbox/wechat/followers/oNobody/scan", `{"text":"x"}`); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown phone answered %d", resp.StatusCode)
	}
}

func TestPhoneShowsPagesToAPerson(t *testing.T) {
	f := newFixture(t)
	s, who := f.site(), f.person("小明")
	view := "/sandbox/wechat/followers/" + who + "/browser"
	resp, body := f.request("GET", view+"?"+url.Values{"u": {s.URL + "/fixed"}}.Encode(), "")
	if resp.Header.Get("X-Frame-Options") != "" || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "frame-ancestors 'self'") {
		t.Errorf("headers %v", resp.Header)
	}
	for _, bad := range []string{"<script", "onclick", `action="confirm`, `href="/a.css"`, `src="//other`} {
		if strings.Contains(body, bad) {
			t.Errorf("the page still holds %s", bad)
		}
	}
	if !strings.Contains(body, `name="sandbox-url" content="`+s.URL+`/back?`) {
		t.Errorf("the page does not say where it is: %s", body)
	}
	_, rest, _ := strings.Cut(body, `action="`)
	action, _, _ := strings.Cut(rest, `"`)
	resp, err := http.PostForm(f.url+strings.ReplaceAll(action, "&amp;", "&"), url.Values{"openid": {who}, "go": {"1"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if s.bound != who {
		t.Errorf("bound %q", s.bound)
	}
}

func TestAlipayIsBlockedInsideWeChat(t *testing.T) {
	f := newFixture(t)
	s, who := f.site(), f.person("小明")
	for _, address := range []string{s.URL + "/alipay", f.url + "/gateway.do", "https://openapi.alipay.com/gateway.do"} {
		got := f.scan(who, address, "")
		if got["status"] != float64(403) || !strings.Contains(got.text("final_url"), "/gateway.do") {
			t.Errorf("%s ended at %v", address, got)
		}
		_, body := f.request("GET", "/sandbox/wechat/followers/"+who+"/browser?"+url.Values{"u": {address}}.Encode(), "")
		if !strings.Contains(body, `id="open-outside"`) {
			t.Errorf("%s: no way outside", address)
		}
	}
}

func TestFollowersFromTheChatAreNotAsked(t *testing.T) {
	f := newFixture(t)
	s := f.site()
	for nickname, row := range map[string]struct {
		follow bool
		want   string
	}{"小明": {true, "confirm?"}, "小红": {false, "consent-allow"}} {
		who := f.post("/sandbox/wechat/followers", fmt.Sprintf(`{"nickname":%q,"follow":%v}`, nickname, row.follow)).text("openid")
		if got := f.scan(who, s.URL+"/link", `,"chat":true`); !strings.Contains(got.text("body"), row.want) {
			t.Errorf("%s ended at %v", nickname, got)
		}
	}
}
