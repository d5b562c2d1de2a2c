package wechat

import (
	"strings"
	"testing"
	"time"
)

func TestKindsOfAccount(t *testing.T) {
	paths := map[string]string{
		"template": templatePath, "custom": customPath, "qr": "/cgi-bin/qrcode/create", "menu": "/cgi-bin/menu/create",
		"users": "/cgi-bin/user/get", "mass": "/cgi-bin/message/mass/sendall", "notice": "/cgi-bin/message/subscribe/bizsend", "onetime": "/cgi-bin/message/template/subscribe",
	}
	for kind, rights := range map[string]string{
		kindService: "template custom qr menu users mass notice onetime", kindServicePlain: "menu",
		kindSubscription: "custom menu users mass onetime", kindSubscriptionRaw: "", kindTest: "template custom qr menu users",
	} {
		have := map[string]bool{}
		for _, r := range strings.Fields(rights) {
			have[r] = true
		}
		for name, path := range paths {
			if may(kind, path) != have[name] {
				t.Errorf("%s may %s: %v", kind, name, !have[name])
			}
		}
	}
}

func TestAccountWithoutTheRight(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	f.call("PUT", "/sandbox/wechat/settings", `{"kind":"subscription"}`)
	f.wantCode("template", f.api(templatePath, f.templateBody(who, "", nil)), 48001)
	f.wantCode("custom", f.api(customPath, textBody(who, "x")), 0)
	if _, body := f.request("GET", f.authorizePath("http://127.0.0.1/", scopeBase), ""); !strings.Contains(body, "10005") {
		t.Error("the web login of a subscription account was opened")
	}
}

func TestDailyQuota(t *testing.T) {
	f := newFixture(t)
	f.call("PUT", "/sandbox/wechat/settings", `{"quotas":{"/cgi-bin/user/get":3}}`)
	path := "/cgi-bin/user/get"
	for range 3 {
		f.wantCode("within", f.api(path, ""), 0)
	}
	f.wantCode("beyond", f.api(path, ""), 45009)
	got := f.api("/cgi-bin/openapi/quota/get", `{"cgi_path":"/cgi-bin/user/get"}`)
	if q := got["quota"].(map[string]any); q["daily_limit"] != float64(3) || q["used"] != float64(3) || q["remain"] != float64(0) {
		t.Errorf("quota %v", got)
	}
	f.wantCode("unknown path", f.api("/cgi-bin/openapi/quota/get", `{"cgi_path":"/x"}`), 76021)
	f.wantCode("clear", f.api("/cgi-bin/clear_quota", `{"appid":"`+f.p.account.AppID+`"}`), 0)
	f.wantCode("after the clearing", f.api(path, ""), 0)
	for range clearsPerMonth - 1 {
		f.wantCode("clear again", f.post("/cgi-bin/clear_quota/v2", `{"appid":"`+f.p.account.AppID+`","appsecret":"`+f.p.account.Secret+`"}`), 0)
	}
	f.wantCode("an 11th time", f.api("/cgi-bin/openapi/quota/clear", `{"cgi_path":"/cgi-bin/user/get"}`), 48006)
	f.world.Advance(24 * time.Hour)
	for range 3 {
		f.wantCode("the next day", f.api(path, ""), 0)
	}
}

func TestMinuteQuota(t *testing.T) {
	f := newFixture(t)
	now := f.world.Now().Truncate(time.Minute)
	f.p.mu.Lock()
	defer f.p.mu.Unlock()
	for range 60 {
		if err := f.p.use("/cgi-bin/message/mass/send", now); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.p.use("/cgi-bin/message/mass/send", now); err == nil || err.Error()[:5] != "45011" {
		t.Errorf("the 61st in a minute: %v", err)
	}
	if err := f.p.use("/cgi-bin/message/mass/send", now.Add(time.Minute)); err != nil {
		t.Errorf("the next minute: %v", err)
	}
}

func TestAddressesAllowed(t *testing.T) {
	f := newFixture(t)
	f.call("PUT", "/sandbox/wechat/settings", `{"ip_allow_list":["192.0.2.1"]}`)
	got := f.get(f.tokenPath())
	f.wantCode("from elsewhere", got, 40164)
	if want := "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: "; got.text("errmsg")[:len(want)] != want {
		t.Errorf("errmsg %q", got.text("errmsg"))
	}
	f.wantCode("stable from elsewhere", f.stable(false), 40164)
	f.call("PUT", "/sandbox/wechat/settings", `{"ip_allow_list":["127.0.0.1"]}`)
	f.wantCode("from an allowed one", f.get(f.tokenPath()), 0)
}

func TestJSTicket(t *testing.T) {
	f := newFixture(t)
	path := "/cgi-bin/ticket/getticket?type=jsapi"
	first := f.api(path, "")
	if first["errcode"] != float64(0) || first["expires_in"] != float64(7200) || first.text("ticket") == "" {
		t.Errorf("getticket answered %v", first)
	}
	if again := f.call("POST", path+"&access_token="+f.token(), ""); again.text("ticket") != first.text("ticket") {
		t.Errorf("a POST answered %v", again)
	}
	f.wantCode("unknown type", f.api("/cgi-bin/ticket/getticket?type=x", ""), 40097)
	f.world.Advance(2*time.Hour + time.Second)
	if next := f.api(path, ""); next.text("ticket") == first.text("ticket") {
		t.Error("the ticket outlived its time")
	}
}
