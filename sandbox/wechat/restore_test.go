package wechat

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paypush/paypush/sandbox/world"
)

func TestEverythingSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	f := openFixture(t, dir)
	who, gone := f.person("小明"), f.person("小红")
	bulk := f.post("/sandbox/wechat/followers/bulk", `{"count":1000}`)
	f.post("/sandbox/wechat/followers/"+gone+"/unfollow", "")
	f.post("/sandbox/wechat/followers/"+bulk.text("last_openid")+"/unfollow", "")
	f.api(templatePath, f.templateBody(who, "k1", nil))
	f.api(templatePath, f.templateBody(who, "k1", nil))
	f.api(templatePath, f.templateBody(who, "k2", nil))
	f.api(customPath, textBody(who, "你好"))
	code, used := f.code(who, nil), f.code(who, nil)
	login := f.exchange(used)
	token, before, account := f.stable(false).text("access_token"), f.truth(), f.p.account
	messages := f.get("/sandbox/wechat/followers/" + who + "/messages?all=1")

	g := openFixture(t, dir)
	if diff := cmp.Diff(account, g.p.account); diff != "" {
		t.Errorf("account: %s", diff)
	}
	if diff := cmp.Diff(messages, g.get("/sandbox/wechat/followers/"+who+"/messages?all=1")); diff != "" {
		t.Errorf("messages: %s", diff)
	}
	if g.truth() != before {
		t.Errorf("truth %+v, before %+v", g.truth(), before)
	}
	if g.stable(false).text("access_token") != token {
		t.Error("the stable token changed")
	}
	if got := g.exchange(code).text("openid"); got != who {
		t.Errorf("the code gave %q", got)
	}
	g.wantCode("a used code", g.exchange(used), 40163)
	g.wantCode("a login", g.get("/sns/auth?openid="+who+"&access_token="+login.text("access_token")), 0)
	g.wantCode("the one who left", g.api(templatePath, g.templateBody(gone, "", nil)), 43004)
	if got := g.api("/cgi-bin/user/get", ""); got["total"] != float64(1000) {
		t.Errorf("%v followers", got["total"])
	}
	g.api(templatePath, g.templateBody(who, "k1", nil))
	if g.truth().Deduplicated != 2 {
		t.Errorf("a client_msg_id was forgotten: %+v", g.truth())
	}
	for range briefCount - 1 {
		g.wantCode("the rest of the window", g.api(customPath, textBody(who, "x")), 0)
	}
	g.wantCode("the window is used up", g.api(customPath, textBody(who, "x")), 45047)
}

func TestPendingPushesSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	f := openFixture(t, dir)
	r := f.receiver()
	f.point(r, modePlain)
	f.world.SetFaults(1, []world.Fault{{At: atCallback, Kind: "drop", Rate: 1}})
	f.person("小明")
	f.settled(func(p pushed) bool { return len(p.Attempts) == 1 })
	f.world.Close()
	g := openFixture(t, dir)
	if it := <-r.got; it.kind != "eventsubscribe" {
		t.Errorf("resumed with %q", it.kind)
	}
	g.settled(func(p pushed) bool { return p.State == pushDelivered && len(p.Attempts) == 2 })
}

func TestFollowersArePagedWithoutLoss(t *testing.T) {
	f := newFixture(t)
	f.person("小明")
	f.post("/sandbox/wechat/followers/bulk", `{"count":25000}`)
	seen, next, pages := map[any]bool{}, "", 0
	for {
		page := f.api("/cgi-bin/user/get?next_openid="+next, "")
		pages++
		if page["count"] == float64(0) {
			if page["data"] != nil || page["next_openid"] != "" {
				t.Errorf("the empty page is %v", page)
			}
			break
		}
		for _, id := range page["data"].(map[string]any)["openid"].([]any) {
			seen[id] = true
		}
		next = page.text("next_openid")
	}
	if len(seen) != 25001 || pages != 4 {
		t.Errorf("%d openids in %d pages", len(seen), pages)
	}
}

func TestUserInfo(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	got := f.api("/cgi-bin/user/info?lang=zh_CN&openid="+who, "")
	if got["subscribe"] != float64(1) || got["nickname"] != "" || got["errcode"] != nil || got.text("subscribe_scene") != "ADD_SCENE_SEARCH" {
		t.Errorf("user/info answered %v", got)
	}
	f.post("/sandbox/wechat/followers/"+who+"/unfollow", "")
	if got := f.api("/cgi-bin/user/info?openid="+who, ""); len(got) != 2 || got["subscribe"] != float64(0) {
		t.Errorf("for one who left: %v", got)
	}
	f.wantCode("nobody", f.api("/cgi-bin/user/info?openid=o1", ""), 40003)
}

func TestAPIFaults(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	token := f.stable(false).text("access_token")
	set := func(fault world.Fault) {
		fault.At, fault.Rate, fault.Path = atAPI, 1, "template"
		if err := f.world.SetFaults(1, []world.Fault{fault}); err != nil {
			t.Fatal(err)
		}
	}
	send := func() (*http.Response, error) {
		r, _ := http.NewRequest("POST", f.url+templatePath+"?access_token="+token, http.NoBody)
		return http.DefaultTransport.RoundTrip(r)
	}
	set(world.Fault{Kind: "drop"})
	if _, err := send(); err == nil {
		t.Error("a dropped call was answered")
	}
	set(world.Fault{Kind: "http_500"})
	if resp, err := send(); err != nil || resp.StatusCode != 500 {
		t.Error("http_500 did not strike")
	}
	set(world.Fault{Kind: "latency", Delay: time.Millisecond})
	f.wantCode("late", f.post(templatePath+"?access_token="+token, f.templateBody(who, "", nil)), 0)
	set(world.Fault{Kind: "reply_lost"})
	before := f.truth().Delivered
	if _, err := http.Post(f.url+templatePath+"?access_token="+token, "", strings.NewReader(f.templateBody(who, "", nil))); err == nil {
		t.Error("a lost reply arrived")
	}
	if f.truth().Delivered != before+1 {
		t.Error("the message was not delivered before its reply was lost")
	}
	set(world.Fault{Kind: "errcode"})
	f.wantCode("busy", f.post(templatePath+"?access_token="+token, "{}"), -1)
	set(world.Fault{Kind: "errcode", Code: 40001})
	f.wantCode("struck token", f.post(templatePath+"?access_token="+token, "{}"), 40001)
	f.world.ClearFaults()
	f.wantCode("the token is really dead", f.get("/cgi-bin/user/get?access_token="+token), 40001)
	if next := f.stable(false).text("access_token"); next == token {
		t.Error("the dead token was handed out again")
	}
}
