package wechat

import (
	"strings"
	"testing"
	"time"
)

func TestTokenRefusals(t *testing.T) {
	f := newFixture(t)
	a := f.p.account
	for _, row := range []struct {
		name, method, path, body string
		want                     int
		text                     string
	}{
		{"no appid", "GET", "/cgi-bin/token?grant_type=client_credential&secret=x", "", 41002, "appid missing"},
		{"no secret", "GET", "/cgi-bin/token?grant_type=client_credential&appid=x", "", 41004, "appsecret missing"},
		{"other grant", "GET", "/cgi-bin/token?grant_type=x&appid=x&secret=x", "", 40002, "invalid grant_type"},
		{"unknown appid", "GET", "/cgi-bin/token?grant_type=client_credential&appid=wx0&secret=x", "", 40013, "invalid appid"},
		{"wrong secret", "GET", "/cgi-bin/token?grant_type=client_credential&secret=x&appid=" + a.AppID, "", 40125, "invalid appsecret"},
		{"stable by GET", "GET", "/cgi-bin/stable_token", "", 43002, "require POST method"},
		{"stable without a body", "POST", "/cgi-bin/stable_token", "", 44002, "empty post data"},
		{"stable with broken JSON", "POST", "/cgi-bin/stable_token", "{", 47001, "data format error"},
		{"no token", "GET", "/cgi-bin/user/get", "", 41001, "access_token missing"},
		{"garbled token", "GET", "/cgi-bin/user/get?access_token=garbage", "", 40014, "invalid access_token"},
		{"foreign token", "GET", "/cgi-bin/user/get?access_token=92_" + strings.Repeat("a", 133), "", 40001, "invalid credential, access_token is invalid or not latest"},
		{"GET where a POST is wanted", "GET", templatePath, "", 43002, "require POST method"},
		{"POST where a GET is wanted", "POST", "/cgi-bin/user/get", "{}", 43001, "require GET method"},
		{"nothing posted", "POST", templatePath + "?access_token=" + f.token(), "", 44002, "empty post data"},
		{"broken JSON posted", "POST", templatePath + "?access_token=" + f.token(), "{", 47001, "data format error"},
		{"unknown path", "GET", "/cgi-bin/no/such", "", 40066, "invalid url"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := f.call(row.method, row.path, row.body)
			f.wantCode(row.name, got, row.want)
			if !strings.HasPrefix(got.text("errmsg"), row.text) || !strings.Contains(got.text("errmsg"), " rid: ") {
				t.Errorf("errmsg %q", got.text("errmsg"))
			}
		})
	}
}

func TestReplyForm(t *testing.T) {
	f := newFixture(t)
	resp, body := f.request("GET", f.tokenPath(), "")
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		t.Errorf("status %d, type %q", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	if strings.ContainsAny(body, "\n\r") || strings.Contains(body, "errcode") || !strings.Contains(body, `"expires_in":7200`) {
		t.Errorf("token reply %q", body)
	}
	resp, body = f.request("GET", "/sns/userinfo", "")
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/plain" || !strings.Contains(body, ", rid: ") {
		t.Errorf("sns refusal %d %q %q", resp.StatusCode, resp.Header.Get("Content-Type"), body)
	}
}

func TestPlainTokenOverlap(t *testing.T) {
	f := newFixture(t)
	check := func(token string) int { return f.get("/cgi-bin/user/get?access_token=" + token).code() }
	first := f.token()
	second := f.token()
	if first == second {
		t.Fatal("a second fetch gave the same token")
	}
	if check(first) != 0 || check(second) != 0 {
		t.Error("both tokens should work inside the overlap")
	}
	f.world.Advance(5*time.Minute + time.Second)
	if check(first) != 40001 || check(second) != 0 {
		t.Errorf("after the overlap: %d and %d", check(first), check(second))
	}
	f.world.Advance(2 * time.Hour)
	if got := check(second); got != 42001 {
		t.Errorf("an aged-out token gave %d, want 42001", got)
	}
}

func TestStableToken(t *testing.T) {
	f := newFixture(t)
	check := func(token string) int { return f.get("/cgi-bin/user/get?access_token=" + token).code() }
	first := f.stable(false)
	plain := f.token()
	f.world.Advance(time.Hour)
	again := f.stable(false)
	if again.text("access_token") != first.text("access_token") || again["expires_in"].(float64) > 3600 {
		t.Errorf("inside the lifetime: %v then %v", first, again)
	}
	if check(plain) != 0 {
		t.Error("the plain token suffered from the stable one")
	}
	f.world.Advance(56 * time.Minute)
	next := f.stable(false)
	if next.text("access_token") == first.text("access_token") || next["expires_in"].(float64) < 300 {
		t.Errorf("in the last five minutes: %v", next)
	}
	if check(first.text("access_token")) != 0 || check(next.text("access_token")) != 0 {
		t.Error("old and new should both work")
	}
	f.world.Advance(5*time.Minute + time.Second)
	if check(first.text("access_token")) != 40001 {
		t.Error("the old token outlived its overlap")
	}
}

func TestForceRefresh(t *testing.T) {
	f := newFixture(t)
	first := f.stable(false).text("access_token")
	second := f.stable(true).text("access_token")
	if first == second {
		t.Fatal("force_refresh gave the same token")
	}
	f.wantCode("a killed token", f.get("/cgi-bin/user/get?access_token="+first), 40001)
	if f.stable(true).text("access_token") != second {
		t.Error("a second force within 30 s should change nothing")
	}
	for range forcePerDay - 1 {
		f.world.Advance(31 * time.Second)
		f.wantCode("force", f.stable(true), 0)
	}
	f.world.Advance(31 * time.Second)
	if got := f.stable(true).code(); got != 45009 && got != 0 {
		t.Errorf("the 21st force of a day gave %d", got)
	}
}
