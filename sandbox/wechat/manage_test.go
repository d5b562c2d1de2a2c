package wechat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUserBatchAndRemark(t *testing.T) {
	f := newFixture(t)
	who, other := f.person("小明"), f.person("小红")
	f.wantCode("remark", f.api("/cgi-bin/user/info/updateremark", `{"openid":"`+who+`","remark":"老王"}`), 0)
	f.wantCode("long remark", f.api("/cgi-bin/user/info/updateremark", `{"openid":"`+who+`","remark":"`+strings.Repeat("王", 31)+`"}`), 40035)
	got := f.api("/cgi-bin/user/info/batchget", `{"user_list":[{"openid":"`+who+`"},{"openid":"`+other+`","lang":"en"}]}`)
	list := got["user_info_list"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["remark"] != "老王" || list[1].(map[string]any)["language"] != "en" || got["errcode"] != nil {
		t.Errorf("batchget answered %v", got)
	}
	many := strings.TrimSuffix(strings.Repeat(`{"openid":"`+who+`"},`, 101), ",")
	f.wantCode("101 people", f.api("/cgi-bin/user/info/batchget", `{"user_list":[`+many+`]}`), 40032)
	f.wantCode("a stranger", f.api("/cgi-bin/user/info/batchget", `{"user_list":[{"openid":"o1"}]}`), 40003)
}

func TestTags(t *testing.T) {
	dir := t.TempDir()
	f := openFixture(t, dir)
	who, other := f.person("小明"), f.person("小红")
	made := f.api("/cgi-bin/tags/create", `{"tag":{"name":"会员"}}`)
	id := made["tag"].(map[string]any)["id"].(float64)
	if id < firstTag || made["errcode"] != nil {
		t.Errorf("tags/create answered %v", made)
	}
	f.wantCode("the same name", f.api("/cgi-bin/tags/create", `{"tag":{"name":"会员"}}`), 45157)
	f.wantCode("a long name", f.api("/cgi-bin/tags/create", `{"tag":{"name":"`+strings.Repeat("长", 11)+`"}}`), 45158)
	f.wantCode("a system tag", f.api("/cgi-bin/tags/update", `{"tag":{"id":2,"name":"x"}}`), 45058)
	f.wantCode("an unknown tag", f.api("/cgi-bin/tags/delete", `{"tag":{"id":999}}`), 45159)
	tagging := fmt.Sprintf(`{"openid_list":["%s","%s"],"tagid":%v}`, who, other, id)
	f.wantCode("tagging", f.api("/cgi-bin/tags/members/batchtagging", tagging), 0)
	f.wantCode("tagging 51", f.api("/cgi-bin/tags/members/batchtagging", fmt.Sprintf(`{"openid_list":[%s"x"],"tagid":%v}`, strings.Repeat(`"x",`, 50), id)), 40032)
	f.post("/sandbox/wechat/followers/"+other+"/unfollow", "")
	members := f.api("/cgi-bin/user/tag/get", fmt.Sprintf(`{"tagid":%v}`, id))
	if members["count"] != float64(1) || members.text("next_openid") != who {
		t.Errorf("members %v", members)
	}
	g := openFixture(t, dir)
	if got := g.api("/cgi-bin/tags/getidlist", `{"openid":"`+who+`"}`); !cmp.Equal(got["tagid_list"], []any{id}) {
		t.Errorf("tags of one: %v", got)
	}
	if got := g.api("/cgi-bin/tags/get", ""); len(got["tags"].([]any)) != 2 {
		t.Errorf("tags %v", got)
	}
	g.wantCode("untagging", g.api("/cgi-bin/tags/members/batchuntagging", tagging), 0)
	g.wantCode("delete", g.api("/cgi-bin/tags/delete", fmt.Sprintf(`{"tag":{"id":%v}}`, id)), 0)
}

func TestTagBounds(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	for i := range maxTags {
		id := f.api("/cgi-bin/tags/create", fmt.Sprintf(`{"tag":{"name":"t%d"}}`, i))["tag"].(map[string]any)["id"]
		want := 0
		if i >= maxTagsEach {
			want = 45059
		}
		f.wantCode("tagging", f.api("/cgi-bin/tags/members/batchtagging", fmt.Sprintf(`{"openid_list":["%s"],"tagid":%v}`, who, id)), want)
	}
	f.wantCode("one too many", f.api("/cgi-bin/tags/create", `{"tag":{"name":"x"}}`), 45056)
}

func TestBlacklist(t *testing.T) {
	f := newFixture(t)
	who := f.person("小明")
	list := `{"openid_list":["` + who + `"]}`
	f.wantCode("block", f.api("/cgi-bin/tags/members/batchblacklist", list), 0)
	f.wantCode("write to one blocked", f.api(customPath, textBody(who, "x")), 43019)
	if got := f.api("/cgi-bin/tags/members/getblacklist", `{"begin_openid":""}`); got["total"] != float64(1) || got.text("next_openid") != who {
		t.Errorf("blacklist %v", got)
	}
	f.wantCode("too many", f.api("/cgi-bin/tags/members/batchblacklist", `{"openid_list":[`+strings.TrimSuffix(strings.Repeat(`"x",`, 21), ",")+`]}`), 40032)
	f.wantCode("unblock", f.api("/cgi-bin/tags/members/batchunblacklist", list), 0)
	f.wantCode("write again", f.api(customPath, textBody(who, "x")), 0)
}

func TestMenu(t *testing.T) {
	f := newFixture(t)
	r := f.receiver()
	who := f.person("小明")
	f.point(r, modePlain)
	f.wantCode("no menu", f.api("/cgi-bin/menu/get", ""), 46003)
	f.wantCode("no buttons", f.api("/cgi-bin/menu/create", `{"button":[]}`), 40016)
	f.wantCode("unknown type", f.api("/cgi-bin/menu/create", `{"button":[{"type":"dance","name":"a"}]}`), 40017)
	f.wantCode("no key", f.api("/cgi-bin/menu/create", `{"button":[{"type":"click","name":"a"}]}`), 40019)
	f.wantCode("create", f.api("/cgi-bin/menu/create", `{"button":[{"name":"更多","sub_button":[{"type":"click","name":"订单","key":"orders"},{"type":"view","name":"商店","url":"http://shop.example/"}]}]}`), 0)
	if got := f.api("/cgi-bin/menu/get", ""); got["menu"] == nil {
		t.Errorf("menu/get answered %v", got)
	}
	f.world.Advance(2 * time.Minute)
	f.post("/sandbox/wechat/followers/"+who+"/tap", `{"button":"订单"}`)
	if it := <-r.got; it.kind != "eventCLICK" || !strings.Contains(it.inner, "<EventKey><![CDATA[orders]]>") {
		t.Errorf("told %s", it.inner)
	}
	f.wantCode("after the tap", f.api(customPath, textBody(who, "x")), 0)
	f.post("/sandbox/wechat/followers/"+who+"/tap", `{"button":"http://shop.example/"}`)
	if it := <-r.got; it.kind != "eventVIEW" {
		t.Errorf("told %s", it.inner)
	}
	f.wantCode("delete", f.api("/cgi-bin/menu/delete", ""), 0)
	f.wantCode("gone", f.api("/cgi-bin/menu/get", ""), 46003)
}

func TestTemplateList(t *testing.T) {
	f := newFixture(t)
	get := "/cgi-bin/template/get_all_private_template"
	list := f.api(get, "")["template_list"].([]any)
	if last := list[len(list)-1].(map[string]any); len(list) != 5 || last["title"] != "订阅模板消息" || last["content"] != "{{content.DATA}}" {
		t.Errorf("list %v", list)
	}
	if got := f.call("POST", get+"?access_token="+f.token(), ""); len(got["template_list"].([]any)) != 5 {
		t.Errorf("a POST without a body answered %v", got)
	}
	f.wantCode("without keywords", f.api("/cgi-bin/template/api_add_template", `{"template_id_short":"42"}`), 40246)
	made := f.api("/cgi-bin/template/api_add_template", `{"template_id_short":"42","keyword_name_list":["订单编号","支付金额"]}`)
	if made.code() != 0 || len(made.text("template_id")) != 43 {
		t.Errorf("add answered %v", made)
	}
	who := f.person("小明")
	body := `{"touser":"` + who + `","template_id":"` + made.text("template_id") + `","data":{"character_string1":{"value":"A1"},"amount2":{"value":"1.00元"}}}`
	f.wantCode("send the new one", f.api(templatePath, body), 0)
	del := `{"template_id":"` + made.text("template_id") + `"}`
	f.wantCode("delete", f.api("/cgi-bin/template/del_private_template", del), 0)
	f.wantCode("delete again", f.api("/cgi-bin/template/del_private_template", del), 40037)
	f.wantCode("send the deleted one", f.api(templatePath, body), 40037)
	f.wantCode("industry", f.api("/cgi-bin/template/api_set_industry", `{"industry_id1":"1","industry_id2":7}`), 0)
	f.wantCode("industry twice a month", f.api("/cgi-bin/template/api_set_industry", `{"industry_id1":1,"industry_id2":4}`), 43100)
	if got := f.api("/cgi-bin/template/get_industry", ""); got["secondary_industry"].(map[string]any)["first_class"] != "金融业" || got["errcode"] != nil {
		t.Errorf("industry %v", got)
	}
	for range maxTemplates - 4 {
		f.wantCode("fill", f.api("/cgi-bin/template/api_add_template", `{"template_id_short":"42","keyword_name_list":["时间"]}`), 0)
	}
	f.wantCode("overfull", f.api("/cgi-bin/template/api_add_template", `{"template_id_short":"42","keyword_name_list":["时间"]}`), 45026)
}
