package wechat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	massAllPath  = "/cgi-bin/message/mass/sendall"
	massListPath = "/cgi-bin/message/mass/send"
)

func massText(extra, text string) string {
	return `{` + extra + `,"msgtype":"text","text":{"content":"` + text + `"}}`
}

func TestMassSend(t *testing.T) {
	dir := t.TempDir()
	f := openFixture(t, dir)
	r := f.receiver()
	who, gone := f.person("小明"), f.person("小红")
	f.post("/sandbox/wechat/followers/bulk", `{"count":500}`)
	f.post("/sandbox/wechat/followers/"+gone+"/unfollow", "")
	f.point(r, modePlain)
	all := `"filter":{"is_to_all":true}`
	got := f.api(massAllPath, massText(all, "新品上市"))
	if got["errmsg"] != "send job submission success" || got["msg_id"] == nil || got["msg_data_id"] == nil {
		t.Errorf("sendall answered %v", got)
	}
	it := <-r.got
	for _, want := range []string{"MASSSENDJOBFINISH", "<TotalCount>501</TotalCount>", "<SentCount>501</SentCount>", "<![CDATA[send success]]>"} {
		if !strings.Contains(it.inner, want) {
			t.Errorf("the end was told without %s: %s", want, it.inner)
		}
	}
	status := f.api("/cgi-bin/message/mass/get", fmt.Sprintf(`{"msg_id":%.0f}`, got["msg_id"]))
	if status["msg_status"] != "SEND_SUCCESS" {
		t.Errorf("status %v", status)
	}
	f.api(templatePath, f.templateBody(who, "", nil))
	before := f.truth()
	if want := (truth{Delivered: 502, Recipients: 501}); before != want {
		t.Errorf("truth %+v, want %+v", before, want)
	}
	messages := f.get("/sandbox/wechat/followers/" + who + "/messages")
	g := openFixture(t, dir)
	if g.truth() != before {
		t.Errorf("truth %+v after a restart, %+v before", g.truth(), before)
	}
	if diff := cmp.Diff(messages, g.get("/sandbox/wechat/followers/"+who+"/messages")); diff != "" {
		t.Error(diff)
	}
	for range massPerMonth - 1 {
		g.wantCode("again", g.api(massAllPath, massText(all, "再来一次")), 0)
	}
	job := g.api(massAllPath, massText(all, "第五次"))
	g.wantCode("a fifth", job, 0)
	if n := len(g.get("/sandbox/wechat/followers/" + who + "/messages")["messages"].([]any)); n != 5 {
		t.Errorf("%d messages on the phone, want four and the template", n)
	}
}

func TestMassRefusals(t *testing.T) {
	f := newFixture(t)
	who, other := f.person("小明"), f.person("小红")
	pair := `"touser":["` + who + `","` + other + `"]`
	for _, row := range []struct {
		name, path, body string
		want             int
	}{
		{"unknown tag", massAllPath, massText(`"filter":{"tag_id":7}`, "x"), 40152},
		{"one receiver", massListPath, massText(`"touser":["`+who+`"]`, "x"), 40032},
		{"a stranger", massListPath, massText(`"touser":["`+who+`","o1"]`, "x"), 40003},
		{"empty text", massListPath, massText(pair, ""), 44004},
		{"unknown type", massListPath, `{` + pair + `,"msgtype":"song"}`, 40008},
		{"bad media", massListPath, `{` + pair + `,"msgtype":"image","image":{"media_id":"x"}}`, 40007},
		{"unknown job", "/cgi-bin/message/mass/get", `{"msg_id":1}`, 40059},
		{"first with a clientmsgid", massListPath, massText(pair+`,"clientmsgid":"c1"`, "x"), 0},
		{"again at once", massListPath, massText(pair+`,"clientmsgid":"c1"`, "x"), 45066},
		{"long clientmsgid", massListPath, massText(pair+`,"clientmsgid":"`+strings.Repeat("c", 65)+`"`, "x"), 45067},
		{"preview", "/cgi-bin/message/mass/preview", massText(`"touser":"`+who+`"`, "x"), 0},
	} {
		f.wantCode(row.name, f.api(row.path, row.body), row.want)
	}
	f.world.Advance(2 * time.Minute)
	if got := f.api(massListPath, massText(pair+`,"clientmsgid":"c1"`, "x")); got.code() != 45065 || got["msg_id"] == nil {
		t.Errorf("later with the same clientmsgid: %v", got)
	}
	f.call("PUT", "/sandbox/wechat/settings", `{"kind":"subscription"}`)
	f.wantCode("a second call of the day", f.api(massAllPath, massText(`"filter":{"is_to_all":true}`, "x")), 45028)
	f.wantCode("a list by a subscription account", f.api(massListPath, massText(pair, "x")), 48001)
}

func (f *fixture) upload(name string, content []byte) reply {
	f.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, _ := form.CreateFormFile(name, "a.png")
	part.Write(content)
	form.Close()
	resp, err := http.Post(f.url+"/cgi-bin/media/upload?type=image&access_token="+f.stable(false).text("access_token"), form.FormDataContentType(), &b)
	if err != nil {
		f.Fatal(err)
	}
	defer resp.Body.Close()
	var out reply
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		f.Fatal(err)
	}
	return out
}

func TestMedia(t *testing.T) {
	dir := t.TempDir()
	f := openFixture(t, dir)
	who := f.person("小明")
	var picture bytes.Buffer
	png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4)))
	got := f.upload("media", picture.Bytes())
	id := got.text("media_id")
	if id == "" || got["type"] != "image" || got["errcode"] != nil {
		t.Fatalf("upload answered %v", got)
	}
	f.wantCode("a text as a picture", f.upload("media", []byte("hello")), 40005)
	f.wantCode("another field", f.upload("file", picture.Bytes()), 41005)
	f.wantCode("empty", f.upload("media", nil), 44001)
	f = openFixture(t, dir)
	resp, body := f.request("GET", "/cgi-bin/media/get?media_id="+id+"&access_token="+f.token(), "")
	if resp.Header.Get("Content-Type") != "image/png" || body != picture.String() {
		t.Errorf("media/get answered %s", resp.Header.Get("Content-Type"))
	}
	send := `{"touser":"` + who + `","msgtype":"image","image":{"media_id":"` + id + `"}}`
	f.wantCode("send it", f.api(customPath, send), 0)
	if resp, _ := f.request("GET", "/sandbox/wechat/media/"+id, ""); resp.StatusCode != http.StatusOK {
		t.Errorf("the phone sees %d", resp.StatusCode)
	}
	f.world.Advance(mediaLife)
	f.wantCode("three days later", f.api("/cgi-bin/media/get?media_id="+id, ""), 40007)
}

func TestSubscribeNotice(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	list := f.api("/wxaapi/newtmpl/gettemplate", "")
	id := list["data"].([]any)[0].(map[string]any)["priTmplId"].(string)
	path := "/cgi-bin/message/subscribe/bizsend"
	body := `{"touser":"` + who + `","template_id":"` + id + `","data":{"thing1":{"value":"新品"},"time2":{"value":"15:01"},"thing3":{"value":"请准时"}}}`
	f.wantCode("never asked", f.api(path, body), 43101)
	r := f.receiver()
	f.point(r, modePlain)
	f.post("/sandbox/wechat/followers/"+who+"/grant", `{"template_id":"`+id+`","accept":false}`)
	if it := <-r.got; !strings.Contains(it.inner, "<SubscribeMsgPopupEvent><List>") || !strings.Contains(it.inner, "<SubscribeStatusString><![CDATA[reject]]>") {
		t.Errorf("told %s", it.inner)
	}
	f.wantCode("refused", f.api(path, body), 43101)
	f.post("/sandbox/wechat/followers/"+who+"/grant", `{"template_id":"`+id+`"}`)
	f.wantCode("bad value", f.api(path, strings.Replace(body, "15:01", "soon", 1)), 47003)
	f.wantCode("wrong names", f.api(path, strings.Replace(body, "touser", "toUser", 1)), 40003)
	if got := f.api(path, body); got["errcode"] != float64(0) {
		t.Errorf("granted: %v", got)
	}
	f.wantCode("used up", f.api(path, body), 43101)
	f.call("PUT", "/sandbox/wechat/settings", `{"kind":"test"}`)
	f.wantCode("a test account", f.api(path, body), 48001)
}

func TestOneTimeMessage(t *testing.T) {
	f := newFixture(t)
	who := f.post("/sandbox/wechat/followers", `{"nickname":"小明","follow":false}`).text("openid")
	back := make(chan url.Values, 1)
	s := f.site()
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { back <- r.URL.Query(); io.WriteString(w, "thanks") })
	q := url.Values{"action": {"get_confirm"}, "appid": {f.p.account.AppID}, "scene": {"7"}, "template_id": {f.p.account.OneTimeID}, "redirect_url": {s.URL + "/"}, "reserved": {"abc"}}
	body := `{"touser":"` + who + `","template_id":"` + f.p.account.OneTimeID + `","scene":"7","title":"发货了","data":{"content":{"value":"您的书已发出"}}}`
	f.wantCode("not asked", f.api("/cgi-bin/message/template/subscribe", body), 43101)
	f.scan(who, "https://mp.weixin.qq.com/mp/subscribemsg?"+q.Encode()+"#wechat_redirect", `,"consent":true`)
	if got := <-back; got.Get("openid") != who || got.Get("action") != "confirm" || got.Get("reserved") != "abc" {
		t.Errorf("came back with %v", got)
	}
	f.wantCode("once", f.api("/cgi-bin/message/template/subscribe", body), 0)
	f.wantCode("twice", f.api("/cgi-bin/message/template/subscribe", body), 43101)
}
