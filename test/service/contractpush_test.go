package service_test

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/paypush/paypush/test/harness"
)

func (c *contract) campaigns() {
	openID := c.follower("小刚")
	c.templates()
	c.rules()
	harness.Eventually(c.t, "the copy of the followers is complete", func() bool {
		c.good("sync-followers", "", "")
		state := c.good("get-follower-sync", "", "")
		return state["ended_at"] != nil && len(c.good("list-followers", "?limit=100", "")["data"].([]any)) > 0
	})
	c.good("get-follower", "", "", openID)
	if got := c.good("update-follower", "", `{"no_promotions":true,"without":["mass"]}`, openID); got["no_promotions"] != true || len(got["without"].([]any)) != 1 {
		c.t.Errorf("the follower: %v", got)
	}

	const body = `{"title":"开课","kind":"service","audience":{"all_followers":true},"template":"course","data":{"name":"数学"},"rate":1}`
	draft := c.good("create-campaign", "", body)
	c.good("list-campaigns", "?limit=1", "")
	c.good("forecast-campaign", "", "", id(draft))
	trial := c.good("try-campaign", "", `{"to":{"openid":"`+openID+`"}}`, id(draft))
	harness.Eventually(c.t, "the trial is told, and the platform reports that it arrived", func() bool {
		got := c.good("get-message", "", "", id(trial))
		return got["status"] == "sent" && got["report"] == "delivered"
	})
	c.good("start-campaign", "", "", id(draft))
	c.good("pause-campaign", "", "", id(draft))
	c.good("resume-campaign", "", "", id(draft))
	if got := c.good("cancel-campaign", "", "", id(draft)); got["status"] != "cancelled" {
		c.t.Errorf("the campaign: %v", got)
	}
	c.good("get-campaign", "", "", id(draft))
	c.good("list-campaign-deliveries", "?limit=1&status=skipped&code=cancelled", "", id(draft))
	export := c.ops["export-campaign-deliveries"]
	a := c.call(export, export.at(id(draft))+"?status=skipped", "", "Accept", "text/csv")
	if export.succeeded = strings.HasPrefix(a.body, "openid,status,way"); !export.succeeded {
		c.t.Errorf("the export: %d %s", a.status, a.body)
	}
	c.good("get-campaign-progress", "", "", id(draft))
	c.good("list-follower-tags", "", "")
	c.good("list-followers", "?state=left", "")
	start := c.ops["start-campaign"]
	c.bad(start, http.StatusConflict, start.at(id(draft)), "")
	create := c.ops["create-campaign"]
	promo := c.good("create-campaign", "", `{"title":"春季","kind":"promotion","audience":{"members":true},"text":"八折","cap":{"most":2,"days":30}}`)
	if got := fmt.Sprint(promo["cap"]); got != "map[days:30 most:2]" {
		c.t.Errorf("the cap: %s", got)
	}
	for _, wrong := range []string{`{"title":"x","kind":"service","audience":{},"text":"x"}`, `{"title":"x","kind":"service","audience":{"members":true},"text":"x","cap":{"most":2,"days":30}}`, `{"title":"x","kind":"gift","audience":{"members":true},"text":"x"}`} {
		c.bad(create, http.StatusUnprocessableEntity, create.path, wrong)
	}
}

// members adds a user of the team's, who binds a phone by a link that the API
// made, is told something, and is unbound.
func (c *contract) members() {
	m := c.good("create-member", "", `{"user":"7d444840-9dc0-11d1-b245-5ffdce74fad2"}`)
	create := c.ops["create-member"]
	c.bad(create, http.StatusUnprocessableEntity, create.path, `{"user":"7D444840-9dc0-11d1-b245-5ffdce74fad2"}`)
	c.bad(create, http.StatusUnprocessableEntity, create.path, `{"user":"two words"}`)
	invite, undo := c.ops["create-bind-link"], c.ops["delete-binding"]
	c.bad(invite, http.StatusNotFound, invite.at("mem_none"), "")
	link := c.good("create-bind-link", "", "", id(m))
	if !strings.HasPrefix(fmt.Sprint(link["qr"]), "<svg ") {
		c.t.Errorf("the link: %v", link)
	}
	phone := c.follower("小李")
	c.box.Must(c.t, http.MethodPost, "/sandbox/wechat/followers/"+phone+"/scan", map[string]any{"text": link["url"], "consent": true}, nil)
	c.bad(invite, http.StatusConflict, invite.at(id(m)), "")
	bound := c.good("get-member", "", "", id(m))["bindings"].([]any)
	if len(bound) != 1 || bound[0].(map[string]any)["openid"] != phone {
		c.t.Fatalf("bound: %v", bound)
	}
	if all := c.good("list-members", "?user=7d444840-9DC0-11d1-b245-5ffdce74fad2", "")["data"].([]any); len(all) != 1 || id(all[0].(map[string]any)) != id(m) {
		c.t.Errorf("found by user: %v", all)
	}
	if all := c.good("list-members", "?user=nobody-of-ours", "")["data"].([]any); len(all) != 0 {
		c.t.Errorf("found nobody as %v", all)
	}
	c.good("list-members", "?limit=1&cursor="+id(m), "")
	if told := c.good("create-message", "", `{"to":{"user":"7d444840-9dc0-11d1-b245-5ffdce74fad2"},"text":"你好"}`); told["openid"] != phone || told["member"] != m["id"] {
		c.t.Errorf("told: %v", told)
	}
	c.bad(undo, http.StatusNotFound, undo.at(id(m), "bnd_none"), "")
	c.good("delete-binding", "", "", id(m), id(bound[0].(map[string]any)))
	if left := c.good("get-member", "", "", id(m))["bindings"].([]any); len(left) != 0 {
		c.t.Errorf("still bound: %v", left)
	}
	one, list := c.ops["get-member"], c.ops["list-members"]
	c.bad(one, http.StatusNotFound, one.at("mem_none"), "")
	c.bad(list, http.StatusUnprocessableEntity, "/v1/members?cursor=x", "")
}

// follower makes somebody who follows the account.
func (c *contract) follower(nickname string) string {
	var phone struct {
		OpenID string `json:"openid"`
	}
	c.box.Must(c.t, http.MethodPost, "/sandbox/wechat/followers", map[string]string{"nickname": nickname}, &phone)
	return phone.OpenID
}

func (c *contract) templates() {
	var creds struct {
		WeChat struct {
			TemplateID string `json:"template_id"`
		} `json:"wechat"`
	}
	c.box.Must(c.t, http.MethodGet, "/sandbox/credentials", nil, &creds)
	c.good("save-template", "", fmt.Sprintf(`{"zh":"%s","en":"%s","layouts":{"wechat":{"id":"%s","fields":{"keyword1":"name"}}},"params":{"name":"text"},"sample":{"name":"数学"}}`,
		"{name}结束了", "{name} is over", creds.WeChat.TemplateID), "course")
	c.good("list-templates", "", "")
	c.good("get-template", "", "", "course")
	c.good("list-template-versions", "", "", "course")
	if shown := c.good("preview-template", "", `{"data":{"name":"语文"}}`, "course"); shown["ok"] != true {
		c.t.Errorf("the preview: %v", shown)
	}
}

func (c *contract) rules() {
	r := c.good("create-rule", "", `{"event":"course.ended","template":"course","values":{"name":"course.name"},"ways":["custom","template"]}`)
	c.good("list-rules", "", "")
	if got := c.good("update-rule", "", `{"enabled":false}`, id(r)); got["enabled"] != false {
		c.t.Errorf("the rule: %v", got)
	}
	c.good("delete-rule", "", "", id(r))
	create := c.ops["create-rule"]
	c.bad(create, http.StatusUnprocessableEntity, create.path, `{"event":"message.sent","template":"course"}`)
	c.bad(create, http.StatusUnprocessableEntity, create.path, `{"event":"course.ended","template":"none"}`)
	c.bad(create, http.StatusUnprocessableEntity, create.path, `{"event":"course.ended","template":"course","ways":["mass"]}`)
}
