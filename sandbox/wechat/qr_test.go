package wechat

import (
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestQRCreate(t *testing.T) {
	f := newFixture(t)
	for _, row := range []struct {
		name, body string
		want       int
	}{
		{"temporary number", `{"action_name":"QR_SCENE","action_info":{"scene":{"scene_id":4294967295}}}`, 0},
		{"number beyond 32 bits", `{"action_name":"QR_SCENE","action_info":{"scene":{"scene_id":4294967296}}}`, 40053},
		{"temporary text", `{"action_name":"QR_STR_SCENE","expire_seconds":300,"action_info":{"scene":{"scene_str":"bind-1"}}}`, 0},
		{"permanent number", `{"action_name":"QR_LIMIT_SCENE","action_info":{"scene":{"scene_id":100000}}}`, 0},
		{"permanent number too large", `{"action_name":"QR_LIMIT_SCENE","action_info":{"scene":{"scene_id":100001}}}`, 40053},
		{"permanent text", `{"action_name":"QR_LIMIT_STR_SCENE","action_info":{"scene":{"scene_str":"shop"}}}`, 0},
		{"unknown action", `{"action_name":"QR","action_info":{"scene":{"scene_id":1}}}`, 40053},
		{"empty scene", `{"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":""}}}`, 40053},
		{"zero", `{"action_name":"QR_SCENE","action_info":{"scene":{"scene_id":0}}}`, 40053},
		{"long scene", `{"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":"` + strings.Repeat("a", 65) + `"}}}`, 40053},
	} {
		got := f.api("/cgi-bin/qrcode/create", row.body)
		f.wantCode(row.name, got, row.want)
		if row.want != 0 {
			continue
		}
		if got["errcode"] != nil || got["errmsg"] != nil || !strings.HasPrefix(got.text("url"), "http://weixin.qq.com/q/") {
			t.Errorf("%s: %v", row.name, got)
		}
		if lasting := strings.HasPrefix(row.name, "permanent"); lasting != (got["expire_seconds"] == nil) {
			t.Errorf("%s: expire_seconds %v", row.name, got["expire_seconds"])
		}
	}
}

func TestQRPicture(t *testing.T) {
	f := newFixture(t)
	got := f.api("/cgi-bin/qrcode/create", `{"action_name":"QR_SCENE","action_info":{"scene":{"scene_id":7}}}`)
	resp, err := http.Get(f.url + "/cgi-bin/showqrcode?ticket=" + url.QueryEscape(got.text("ticket")))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := jpeg.Decode(resp.Body); err != nil || resp.Header.Get("Content-Type") != "image/jpg" {
		t.Errorf("%v %s", err, resp.Header.Get("Content-Type"))
	}
	if resp, _ := f.request("GET", "/cgi-bin/showqrcode?ticket=x", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown ticket answered %d", resp.StatusCode)
	}
}

func TestOneScanFollowsOrEnters(t *testing.T) {
	f := newFixture(t)
	r := f.receiver()
	f.point(r, modePlain)
	who := f.post("/sandbox/wechat/followers", `{"nickname":"小明","follow":false}`).text("openid")
	made := f.api("/cgi-bin/qrcode/create", `{"action_name":"QR_STR_SCENE","expire_seconds":300,"action_info":{"scene":{"scene_str":"bind-1"}}}`)
	f.scan(who, made.text("url"), "")
	f.wantCode("not yet a follower", f.api(customPath, textBody(who, "x")), 45015)
	f.scan(who, made.text("url"), `,"consent":true`)
	if it := <-r.got; !strings.Contains(it.inner, "<EventKey><![CDATA[qrscene_bind-1]]>") || !strings.Contains(it.inner, made.text("ticket")) || it.kind != "eventsubscribe" {
		t.Errorf("the follow was told as %s", it.inner)
	}
	f.world.Advance(2 * time.Minute)
	f.wantCode("a minute later", f.api(customPath, textBody(who, "x")), 45015)
	f.scan(who, made.text("url"), "")
	if it := <-r.got; !strings.Contains(it.inner, "<EventKey><![CDATA[bind-1]]>") || it.kind != "eventSCAN" {
		t.Errorf("the scan was told as %s", it.inner)
	}
	for range briefCount {
		f.wantCode("after the scan", f.api(customPath, textBody(who, "x")), 0)
	}
	f.wantCode("a fourth", f.api(customPath, textBody(who, "x")), 45047)
	if info := f.api("/cgi-bin/user/info?openid="+who, ""); info.text("subscribe_scene") != "ADD_SCENE_QR_CODE" || info.text("qr_scene_str") != "bind-1" {
		t.Errorf("user/info %v", info)
	}
	f.world.Advance(5 * time.Minute)
	if got := f.scan(who, made.text("url"), ""); !strings.Contains(got.text("body"), "过期") {
		t.Errorf("an old code gave %v", got)
	}
}

func TestNumericSceneIsToldAsANumber(t *testing.T) {
	f := newFixture(t)
	who := f.post("/sandbox/wechat/followers", `{"nickname":"小明","follow":false}`).text("openid")
	made := f.api("/cgi-bin/qrcode/create", `{"action_name":"QR_LIMIT_SCENE","action_info":{"scene":{"scene_id":7}}}`)
	f.scan(who, made.text("url"), `,"consent":true`)
	if info := f.api("/cgi-bin/user/info?openid="+who, ""); info["qr_scene"] != float64(7) || info.text("qr_scene_str") != "" {
		t.Errorf("user/info %v", info)
	}
}

func TestTheAccountsOwnCodeFollows(t *testing.T) {
	f := newFixture(t)
	who := f.post("/sandbox/wechat/followers", `{"nickname":"小明","follow":false}`).text("openid")
	code := f.p.Credentials().(map[string]any)["follow_url"].(string)
	f.scan(who, code, "")
	f.wantCode("without consent", f.api(templatePath, f.templateBody(who, "", nil)), 43004)
	f.scan(who, code, `,"consent":true`)
	f.wantCode("after following", f.api(templatePath, f.templateBody(who, "", nil)), 0)
	if info := f.api("/cgi-bin/user/info?openid="+who, ""); info.text("subscribe_scene") != "ADD_SCENE_QR_CODE" || info.text("qr_scene_str") != "" {
		t.Errorf("user/info %v", info)
	}
}
