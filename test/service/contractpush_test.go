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
	if got := c.good("update-follower", "", `{"no_promotions":true}`, openID); got["no_promotions"] != true {
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
	for _, wrong := range []string{`{"title":"x","kind":"service","audience":{},"text":"x"}`, `{"title":"x","kind":"gift","audience":{"members":true},"text":"x"}`} {
		c.bad(create, http.StatusUnprocessableEntity, create.path, wrong)
	}
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
