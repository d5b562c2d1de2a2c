package wechat

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestConditionalMenus(t *testing.T) {
	dir := t.TempDir()
	f := openFixture(t, dir)
	const button = `{"button":[{"type":"click","name":"会员","key":"vip"}]`
	f.wantCode("without a menu for all", f.api("/cgi-bin/menu/addconditional", button+`,"matchrule":{"tag_id":"100"}}`), 65303)
	f.wantCode("menu", f.api("/cgi-bin/menu/create", `{"button":[{"type":"click","name":"大家","key":"all"}]}`), 0)
	tag := f.api("/cgi-bin/tags/create", `{"tag":{"name":"会员"}}`)["tag"].(map[string]any)["id"]
	who, other := f.person("小明"), f.person("小红")
	raw, _ := json.Marshal(tag)
	f.wantCode("tagging", f.api("/cgi-bin/tags/members/batchtagging", `{"openid_list":["`+who+`"],"tagid":`+string(raw)+`}`), 0)
	for rule, want := range map[string]int{`{}`: 65304, `{"sex":"1"}`: 65320, `{"tag_id":"100","city":"广州"}`: 65320} {
		f.wantCode(rule, f.api("/cgi-bin/menu/addconditional", button+`,"matchrule":`+rule+`}`), want)
	}
	made := f.api("/cgi-bin/menu/addconditional", button+`,"matchrule":{"tag_id":"`+string(raw)+`","client_platform_type":2}}`)
	if made.text("menuid") == "" || made["errcode"] != nil {
		t.Fatalf("made %v", made)
	}
	f.api("/cgi-bin/menu/addconditional", `{"button":[{"type":"click","name":"苹果","key":"ios"}],"matchrule":{"client_platform_type":"1"}}`)
	sees := func(f *fixture, who string) string {
		_, b := f.request("GET", "/sandbox/wechat/followers/"+who+"/menu", "")
		return b
	}
	g := openFixture(t, dir)
	for _, one := range []*fixture{f, g} {
		if a, b := sees(one, who), sees(one, other); !strings.Contains(a, "vip") || !strings.Contains(b, "all") {
			t.Errorf("they see %s and %s", a, b)
		}
	}
	tried, _ := json.Marshal(g.api("/cgi-bin/menu/trymatch", `{"user_id":"`+who+`"}`))
	all, _ := json.Marshal(g.api("/cgi-bin/menu/get", ""))
	if !strings.Contains(string(tried), "vip") || strings.Count(string(all), "matchrule") != 2 {
		t.Errorf("try %s\nget %s", tried, all)
	}
	if resp, _ := g.request("POST", "/sandbox/wechat/followers/"+other+"/tap", `{"button":"vip"}`); resp.StatusCode != http.StatusConflict {
		t.Errorf("a menu that one does not see was tapped: %d", resp.StatusCode)
	}
	f.wantCode("delete", g.api("/cgi-bin/menu/delconditional", `{"menuid":"`+made.text("menuid")+`"}`), 0)
	f.wantCode("delete again", g.api("/cgi-bin/menu/delconditional", `{"menuid":"`+made.text("menuid")+`"}`), 65301)
	f.wantCode("delete all", g.api("/cgi-bin/menu/delete", ""), 0)
	f.wantCode("none is left", g.api("/cgi-bin/menu/trymatch", `{"user_id":"`+who+`"}`), 46003)
}

func TestCustomerService(t *testing.T) {
	dir := t.TempDir()
	f := openFixture(t, dir)
	const add, invite = "/customservice/kfaccount/add", "/customservice/kfaccount/inviteworker"
	for body, want := range map[string]int{
		`{"kf_account":"anna","nickname":"安娜"}`: 65404, `{"kf_account":"an na@gh","nickname":"安娜"}`: 65404,
		`{"kf_account":"anna@gh","nickname":""}`: 65403, `{"kf_account":"anna@gh","nickname":"` + strings.Repeat("长", 17) + `"}`: 65403,
	} {
		f.wantCode(body, f.api(add, body), want)
	}
	f.wantCode("add", f.api(add, `{"kf_account":"anna@gh","nickname":"安娜"}`), 0)
	f.wantCode("add again", f.api(add, `{"kf_account":"anna@gh","nickname":"安娜"}`), 65406)
	f.wantCode("rename", f.api("/customservice/kfaccount/update", `{"kf_account":"anna@gh","nickname":"小安"}`), 0)
	f.wantCode("rename nobody", f.api("/customservice/kfaccount/update", `{"kf_account":"ben@gh","nickname":"小安"}`), 65401)
	f.wantCode("invite", f.api(invite, `{"kf_account":"anna@gh","invite_wx":"wx1"}`), 0)
	f.wantCode("invite again", f.api(invite, `{"kf_account":"anna@gh","invite_wx":"wx1"}`), 65408)
	if got := f.kfs(); got["kf_nick"] != "小安" || got["invite_status"] != "waiting" {
		t.Errorf("listed %v", got)
	}
	f.world.Advance(25 * time.Hour)
	if got := f.kfs(); got["invite_status"] != "expired" {
		t.Errorf("a day later %v", got)
	}
	if resp, _ := f.request("POST", "/sandbox/wechat/kf/anna@gh", `{"accept":true}`); resp.StatusCode != http.StatusConflict {
		t.Errorf("an expired invitation was accepted: %d", resp.StatusCode)
	}
	f.api(invite, `{"kf_account":"anna@gh","invite_wx":"wx1"}`)
	f.post("/sandbox/wechat/kf/anna@gh", `{"accept":true,"online":true}`)
	if got, _ := json.Marshal(f.api("/cgi-bin/customservice/getonlinekflist", "")); !strings.Contains(string(got), "anna@gh") {
		t.Errorf("online %s", got)
	}
	who := f.person("小明")
	f.wantCode("in a name", f.api("/cgi-bin/message/custom/send", `{"touser":"`+who+`","msgtype":"text","text":{"content":"你好"},"customservice":{"kf_account":"anna@gh"}}`), 0)
	f.wantCode("in nobody's name", f.api("/cgi-bin/message/custom/send", `{"touser":"`+who+`","msgtype":"text","text":{"content":"你好"},"customservice":{"kf_account":"x@gh"}}`), 65401)
	if got := f.p.chats.byWho[0]; len(got) == 0 || got[len(got)-1].Speaker != "小安" {
		t.Errorf("the chat %v", got)
	}
	g := openFixture(t, dir)
	if got := g.kfs(); got["kf_wx"] != "wx1" {
		t.Errorf("after a restart %v", got)
	}
	g.wantCode("delete by GET", g.api("/customservice/kfaccount/del?kf_account=anna@gh", ""), 0)
	g.wantCode("delete by POST", g.api("/customservice/kfaccount/del", `{"kf_account":"anna@gh"}`), 65401)
}

// kfs is the only member of customer service as the API lists it.
func (f *fixture) kfs() map[string]any {
	f.Helper()
	list := f.api("/cgi-bin/customservice/getkflist", "")["kf_list"].([]any)
	if len(list) != 1 {
		f.Fatalf("listed %v", list)
	}
	return list[0].(map[string]any)
}

func TestNoticeLibrary(t *testing.T) {
	f := newFixture(t)
	if got := f.api("/wxaapi/newtmpl/getcategory", ""); len(got["data"].([]any)) != 2 || got.code() != 0 {
		t.Errorf("categories %v", got)
	}
	const titles = "/wxaapi/newtmpl/getpubtemplatetitles?"
	for query, want := range map[string]int{
		"ids=616&start=0&limit=2": 0, "ids=616,402&start=4&limit=30": 0, "start=0&limit=2": 200018, "ids=1&start=0&limit=2": 200019,
		"ids=616&start=-1&limit=2": 200016, "ids=616&start=0&limit=31": 200017,
	} {
		f.wantCode(query, f.api(titles+query, ""), want)
	}
	if got := f.api(titles+"ids=616&start=1&limit=1", ""); got["count"] != float64(3) || len(got["data"].([]any)) != 1 {
		t.Errorf("a page %v", got)
	}
	f.wantCode("keywords of nothing", f.api("/wxaapi/newtmpl/getpubtemplatekeywords?tid=1", ""), 200014)
	if got := f.api("/wxaapi/newtmpl/getpubtemplatekeywords?tid=401", ""); len(got["data"].([]any)) != 5 {
		t.Errorf("keywords %v", got)
	}
	for body, want := range map[string]int{
		`{"tid":"1","kidList":[1,2]}`: 200014, `{"tid":"401","kidList":[1]}`: 200020, `{"tid":"401","kidList":[1,9]}`: 200020,
		`{"tid":"401","kidList":[1,2],"sceneDesc":"` + strings.Repeat("长", 16) + `"}`: 200021,
	} {
		f.wantCode(body, f.api("/wxaapi/newtmpl/addtemplate", body), want)
	}
	id := f.api("/wxaapi/newtmpl/addtemplate", `{"tid":401,"kidList":[2,3],"sceneDesc":"付款"}`).text("priTmplId")
	who := f.person("小明")
	send := func(amount string) reply {
		return f.api("/cgi-bin/message/subscribe/bizsend", `{"touser":"`+who+`","template_id":"`+id+`","data":{"amount2":{"value":"`+amount+`"},"thing3":{"value":"茶"}}}`)
	}
	f.wantCode("never agreed", send("10.00元"), 43101)
	f.post("/sandbox/wechat/followers/"+who+"/grant", `{"template_id":"`+id+`","accept":true}`)
	f.wantCode("a bad amount", send("很多"), 47003)
	f.wantCode("agreed", send("10.00元"), 0)
	f.wantCode("used up", send("10.00元"), 43101)
}

func TestMiniProgramMessages(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	id := f.p.account.Notices[0].ID
	const send = "/cgi-bin/message/subscribe/send"
	body := func(page, state, data string) string {
		return `{"touser":"` + who + `","template_id":"` + id + `","page":"` + page + `","miniprogram_state":"` + state + `","data":` + data + `}`
	}
	const data = `{"thing1":{"value":"茶会"},"time2":{"value":"2026年1月1日 10:00"},"thing3":{"value":"早到"}}`
	f.wantCode("a service account", f.api(send, body("", "", data)), 48001)
	f.call("PUT", "/sandbox/wechat/settings", `{"kind":"mini_program"}`)
	f.wantCode("a service account's way", f.api("/cgi-bin/message/subscribe/bizsend", body("", "", data)), 48001)
	f.wantCode("never agreed", f.api(send, body("pages/index?x=1", "formal", data)), 43101)
	f.post("/sandbox/wechat/followers/"+who+"/grant", `{"template_id":"`+id+`","accept":true}`)
	f.wantCode("data as text", f.api(send, body("", "", `"{}"`)), 47003)
	f.wantCode("a page of the web", f.api(send, body("https://x.test/", "", data)), 41030)
	f.wantCode("a state", f.api(send, body("", "draft", data)), 40097)
	f.wantCode("agreed", f.api(send, body("pages/index?x=1", "trial", data)), 0)
	f.wantCode("the old way", f.api("/cgi-bin/message/wxopen/template/uniform_send", `{}`), 45109)
	f.wantCode("the older way", f.api("/cgi-bin/message/wxopen/template/send", `{}`), 45103)
	f.post("/sandbox/wechat/followers/"+who+"/say", `{"text":"在吗"}`)
	f.wantCode("typing", f.api("/cgi-bin/message/custom/business/typing", `{"touser":"`+who+`","command":"Typing"}`), 0)
	f.wantCode("a link", f.api("/cgi-bin/message/custom/send", `{"touser":"`+who+`","msgtype":"link","link":{"title":"a","description":"b","url":"https://x.test/","thumb_url":""}}`), 0)
	f.wantCode("news", f.api("/cgi-bin/message/custom/send", `{"touser":"`+who+`","msgtype":"news","news":{"articles":[{"title":"a"}]}}`), 40008)
	f.wantCode("a template", f.api("/cgi-bin/message/template/send", f.templateBody(who, "", nil)), 48001)
}

func TestFailedCallsAreLookedUp(t *testing.T) {
	f := newFixture(t)
	look := func(refusal reply) reply {
		_, rid, _ := strings.Cut(refusal.text("errmsg"), "rid: ")
		return f.api("/cgi-bin/openapi/rid/get", `{"rid":"`+rid+`"}`)
	}
	refusal := f.api("/cgi-bin/user/info?openid=o1&lang=en", "")
	got := look(refusal)
	request, _ := got["request"].(map[string]any)
	if got.code() != 0 || !strings.Contains(request["request_url"].(string), "lang=en") || !strings.Contains(request["response_body"].(string), "40003") {
		t.Errorf("looked up %v", got)
	}
	f.wantCode("web login", look(f.get("/sns/auth?access_token=x&openid=o1")), 76022)
	f.wantCode("made up", f.api("/cgi-bin/openapi/rid/get", `{"rid":"61725984-6126f6f9-040f19c4"}`), 76001)
	f.world.Advance(7 * 24 * time.Hour)
	f.wantCode("a week later", look(refusal), 76001)
}

func TestMassSpeed(t *testing.T) {
	f := newFixture(t)
	for _, speed := range []string{"5", "-1", "null"} {
		f.wantCode(speed, f.api("/cgi-bin/message/mass/speed/set", `{"speed":`+speed+`}`), 45083)
	}
	f.wantCode("set", f.api("/cgi-bin/message/mass/speed/set", `{"speed":3}`), 0)
	if got := f.api("/cgi-bin/message/mass/speed/get", `{}`); got["speed"] != float64(3) || got["realspeed"] != float64(30) {
		t.Errorf("speed %v", got)
	}
}

// Each kind of media has its own bounds; a film is read at an address.
func TestMediaKinds(t *testing.T) {
	f := newFixture(t)
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	upload := func(kind string, content []byte) reply {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, _ := w.CreateFormFile("media", "x")
		part.Write(content)
		w.Close()
		r, _ := http.NewRequest("POST", f.url+"/cgi-bin/media/upload?type="+kind+"&access_token="+f.stable(false).text("access_token"), &b)
		r.Header.Set("Content-Type", w.FormDataContentType())
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var out reply
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	f.wantCode("a long voice", upload("voice", make([]byte, 2<<20+1)), 45001)
	f.wantCode("a large thumb", upload("thumb", append(picture.Bytes(), make([]byte, 64<<10)...)), 45001)
	f.wantCode("a thumb that is no JPEG", upload("thumb", []byte("\x89PNG\r\n\x1a\n")), 40005)
	f.wantCode("another kind", upload("file", picture.Bytes()), 40004)
	if got := upload("thumb", picture.Bytes()); got.text("thumb_media_id") == "" || got.text("media_id") != "" {
		t.Errorf("thumb %v", got)
	}
	film := upload("video", []byte("\x00\x00\x00\x18ftypmp42 and more"))
	address := f.api("/cgi-bin/media/get?media_id="+film.text("media_id"), "").text("video_url")
	if resp, body := f.request("GET", strings.TrimPrefix(address, f.url), ""); resp.StatusCode != http.StatusOK || !strings.Contains(body, "mp42") {
		t.Errorf("the film at %q answered %d", address, resp.StatusCode)
	}
}
