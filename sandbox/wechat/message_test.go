package wechat

import (
	"strings"
	"testing"
	"time"
)

const (
	customPath   = "/cgi-bin/message/custom/send"
	templatePath = "/cgi-bin/message/template/send"
)

func TestCustomWindow(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	for i := range briefCount {
		f.wantCode("after the follow", f.api(customPath, textBody(who, strings.Repeat("好", i+1))), 0)
	}
	f.wantCode("a fourth after the follow", f.api(customPath, textBody(who, "x")), 45047)
	f.world.Advance(time.Minute + time.Second)
	f.wantCode("after the minute", f.api(customPath, textBody(who, "x")), 45015)
	f.post("/sandbox/wechat/followers/"+who+"/say", `{"text":"在吗"}`)
	for range typedCount {
		f.wantCode("after a typed message", f.api(customPath, textBody(who, "y")), 0)
	}
	f.wantCode("a sixth", f.api(customPath, textBody(who, "y")), 45047)
	f.post("/sandbox/wechat/followers/"+who+"/say", `{"text":"喂"}`)
	f.world.Advance(48*time.Hour + time.Second)
	f.wantCode("after 48 hours", f.api(customPath, textBody(who, "y")), 45015)
	want := truth{Delivered: 8, Recipients: 1, RecipientsTwice: 1}
	if got := f.truth(); got != want {
		t.Errorf("truth %+v, want %+v", got, want)
	}
}

func TestCustomRefusals(t *testing.T) {
	f := newFixture(t)
	who, gone := f.person("小明"), f.person("小红")
	f.post("/sandbox/wechat/followers/"+gone+"/unfollow", "")
	for _, row := range []struct {
		name, body string
		want       int
	}{
		{"unknown openid", textBody("oNobody", "x"), 40003},
		{"unfollowed", textBody(gone, "x"), 45015},
		{"unknown type", `{"touser":"` + who + `","msgtype":"song"}`, 40008},
		{"empty text", textBody(who, ""), 44004},
		{"long text", textBody(who, strings.Repeat("x", maxText+1)), 45002},
		{"bad media", `{"touser":"` + who + `","msgtype":"image","image":{"media_id":"x"}}`, 40007},
		{"two articles", `{"touser":"` + who + `","msgtype":"news","news":{"articles":[{"title":"a"},{"title":"b"}]}}`, 45008},
		{"one article", `{"touser":"` + who + `","msgtype":"news","news":{"articles":[{"title":"a","url":"http://127.0.0.1/"}]}}`, 0},
	} {
		f.wantCode(row.name, f.api(customPath, row.body), row.want)
	}
}

func TestTemplateSend(t *testing.T) {
	f := newFixture(t)
	who, gone := f.person("小明"), f.person("小红")
	f.post("/sandbox/wechat/followers/"+gone+"/unfollow", "")
	values := map[string]string{"first": "您好", "keyword1": "12.00元", "keyword2": "一本书\n第二行", "remark": "谢谢"}
	got := f.api(templatePath, f.templateBody(who, "", values))
	if got.code() != 0 || got["errmsg"] != "ok" || got["msgid"].(float64) < 1<<53 {
		t.Errorf("template/send answered %v", got)
	}
	f.wantCode("not following", f.api(templatePath, f.templateBody(gone, "", values)), 43004)
	f.wantCode("unknown openid", f.api(templatePath, f.templateBody("oNobody", "", values)), 40003)
	id := f.p.account.Templates[0].ID
	f.wantCode("unknown template", f.api(templatePath, strings.Replace(f.templateBody(who, "", values), id, strings.Repeat("a", 43), 1)), 40037)
	f.wantCode("template of another length", f.api(templatePath, strings.Replace(f.templateBody(who, "", values), id, "a", 1)), 40036)
	list := f.get("/sandbox/wechat/followers/" + who + "/messages")["messages"].([]any)
	if len(list) != 1 {
		t.Fatalf("%d messages on the phone", len(list))
	}
	lines := list[0].(map[string]any)["lines"].([]any)
	if len(lines) != 2 || lines[1].(map[string]any)["value"] != "一本书" {
		t.Errorf("the card shows %v", lines)
	}
}

func TestClientMsgIDIsDelivered(t *testing.T) {
	f := newFixture(t)
	who, other := f.person("小明"), f.person("小红")
	first := f.api(templatePath, f.templateBody(who, "k1", nil))
	again := f.api(templatePath, f.templateBody(who, "k1", nil))
	if first["msgid"] != again["msgid"] || again.code() != 0 {
		t.Errorf("%v then %v", first, again)
	}
	f.api(templatePath, f.templateBody(other, "k1", nil))
	if got, want := f.truth(), (truth{Delivered: 2, Deduplicated: 1, Recipients: 2}); got != want {
		t.Errorf("truth %+v, want %+v", got, want)
	}
	f.world.Advance(dedupFor + time.Second)
	f.api(templatePath, f.templateBody(who, "k1", nil))
	if got := f.truth(); got.Delivered != 3 || got.RecipientsTwice != 1 {
		t.Errorf("after the window: %+v", got)
	}
}

func TestValueTypes(t *testing.T) {
	for _, row := range []struct {
		key, value string
		want       bool
	}{
		{"thing1", strings.Repeat("书", 20), true}, {"thing1", strings.Repeat("书", 21), false},
		{"number2", "12.5", true}, {"number2", "1e3", false}, {"letter3", "abc", true}, {"letter3", "a1", false},
		{"symbol4", "+-*", true}, {"symbol4", "a", false}, {"character_string5", "A-1_2", true}, {"character_string5", "号1", false},
		{"time6", "2019年10月1日 15:01", true}, {"time6", "2023-09-12 19:43:07", true}, {"time6", "15:01~16:00", true}, {"time6", "soon", false},
		{"date7", "2019年10月1日~2019年10月7日", true}, {"amount8", "￥10.00", true}, {"amount8", "10.00元", true}, {"amount8", "ten", false},
		{"phone_number9", "+86-10 8888", true}, {"phone_number9", "abc", false}, {"car_number10", "粤A8Z888", true},
		{"name11", "张三", true}, {"name11", strings.Repeat("张", 11), false}, {"name11", strings.Repeat("a", 20), true},
		{"phrase12", "已退款", true}, {"phrase12", "ok", false}, {"phrase12", "已经全部退款", false}, {"short_thing13", "anything", true},
	} {
		if got := fits(row.key, row.value); got != row.want {
			t.Errorf("fits(%q, %q) = %v", row.key, row.value, got)
		}
	}
}

func TestTypedTemplateChecksValues(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	typed := f.p.account.Templates[1].ID
	body := func(extra map[string]string) string {
		values := map[string]string{"character_string1": "A1", "amount2": "￥1.00", "thing3": "一本书", "time4": "2019-10-01 15:01"}
		for key, v := range extra {
			values[key] = v
		}
		return strings.Replace(f.templateBody(who, "", values), f.p.account.Templates[0].ID, typed, 1)
	}
	for _, row := range []struct {
		extra map[string]string
		want  int
		text  string
	}{
		{nil, 0, "ok"},
		{map[string]string{"first": "x", "remark": "y"}, 0, "ok"},
		{map[string]string{"thing3": strings.Repeat("书", 21)}, 47003, "argument invalid! data.thing3.value invalid"},
		{map[string]string{"amount2": ""}, 47003, "argument invalid! data.amount2.value is empty"},
		{map[string]string{"remark5": "x"}, 47003, "argument invalid! data.remark5.value invalid"},
	} {
		got := f.api(templatePath, body(row.extra))
		f.wantCode(row.text, got, row.want)
		if !strings.HasPrefix(got.text("errmsg"), row.text) {
			t.Errorf("errmsg %q, want %q", got.text("errmsg"), row.text)
		}
	}
}

func TestNamesAreToldApartByCase(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	f.wantCode("toUser", f.api(templatePath, strings.Replace(f.templateBody(who, "", nil), "touser", "toUser", 1)), 40003)
	f.wantCode("Data is ignored", f.api(templatePath, strings.Replace(f.templateBody(who, "", nil), `"data"`, `"Data"`, 1)), 0)
}

func TestTyping(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	typing := func(command string) reply {
		return f.api("/cgi-bin/message/custom/typing", `{"touser":"`+who+`","command":"`+command+`"}`)
	}
	f.wantCode("first", typing("Typing"), 0)
	f.wantCode("already", typing("Typing"), 45081)
	f.wantCode("bad command", typing("Sing"), 45072)
	f.wantCode("cancel", typing("CancelTyping"), 0)
	f.wantCode("anew", typing("Typing"), 0)
	f.wantCode("a message ends it", f.api(customPath, textBody(who, "x")), 0)
	f.wantCode("after the message", typing("Typing"), 0)
	f.world.Advance(time.Minute)
	f.wantCode("long after the contact", typing("Typing"), 45080)
}
