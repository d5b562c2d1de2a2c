package wechat

import (
	"context"
	"strconv"
	"time"
)

// TemplateInfo is a template of this account.
type TemplateInfo struct {
	ID    string `json:"template_id"`
	Title string `json:"title"`
	// PrimaryIndustry and DeputyIndustry are empty for category templates,
	// the only kind that can be added since May 2023.
	PrimaryIndustry string `json:"primary_industry"`
	DeputyIndustry  string `json:"deputy_industry"`
	// Content holds the keywords as {{thing1.DATA}}.
	Content string `json:"content"`
	Example string `json:"example"`
}

// Industry is one of the two industries of an account.
type Industry struct {
	First  string `json:"first_class"`
	Second string `json:"second_class"`
}

const maxIndustry = 41

// Templates lists the account's templates, 25 at most. One entry without
// industries, of the content {{content.DATA}}, is the fixed template of
// one-time subscriptions.
//
// It follows 获取已选用模板列表 (/cgi-bin/template/get_all_private_template).
func (c *Client) Templates(ctx context.Context) ([]TemplateInfo, error) {
	var out struct {
		status
		List []TemplateInfo `json:"template_list"`
	}
	err := c.get(ctx, "template.list", "/cgi-bin/template/get_all_private_template", nil, &out)
	return out.List, err
}

// AddTemplate adds a template of the library by its short id and returns its
// id in this account. Category templates need their keywords (40246). An
// unknown outcome shows in Templates.
//
// It follows 选用模板 (/cgi-bin/template/api_add_template).
func (c *Client) AddTemplate(ctx context.Context, shortID string, keywords []string) (id string, err error) {
	var out struct {
		status
		ID string `json:"template_id"`
	}
	in := struct {
		ShortID  string   `json:"template_id_short"`
		Keywords []string `json:"keyword_name_list,omitempty"`
	}{shortID, keywords}
	err = c.post(ctx, "template.add", "/cgi-bin/template/api_add_template", in, &out)
	return out.ID, err
}

// DeleteTemplate removes a template from the account.
//
// It follows 删除模板 (/cgi-bin/template/del_private_template).
func (c *Client) DeleteTemplate(ctx context.Context, id string) error {
	return c.post(ctx, "template.delete", "/cgi-bin/template/del_private_template", map[string]string{"template_id": id}, new(status))
}

// SetIndustry chooses the account's two industries, numbers from 1 to 41. It
// may be done once a month.
//
// It follows 设置所属行业 (/cgi-bin/template/api_set_industry).
func (c *Client) SetIndustry(ctx context.Context, primary, secondary int) error {
	const op = "template.set_industry"
	for _, n := range []int{primary, secondary} {
		if n < 1 || n > maxIndustry {
			return invalid(op, "industry %d is not between 1 and %d", n, maxIndustry)
		}
	}
	in := struct {
		Primary   int `json:"industry_id1"`
		Secondary int `json:"industry_id2"`
	}{primary, secondary}
	return c.post(ctx, op, "/cgi-bin/template/api_set_industry", in, new(status))
}

// Industries reads the account's two industries.
//
// It follows 获取行业信息 (/cgi-bin/template/get_industry).
func (c *Client) Industries(ctx context.Context) (primary, secondary Industry, err error) {
	var out struct {
		status
		Primary   Industry `json:"primary_industry"`
		Secondary Industry `json:"secondary_industry"`
	}
	err = c.get(ctx, "template.industry", "/cgi-bin/template/get_industry", nil, &out)
	return out.Primary, out.Secondary, err
}

// BlockedMessage is a template message that the platform kept back.
type BlockedMessage struct {
	// ID goes up; the largest one read is where the next page begins.
	ID      int64
	Title   string
	Content string
	OpenID  string
	SentAt  time.Time
}

// maxBlocked is the longest page of blocked messages.
const maxBlocked = 100

// BlockedMessages lists at most limit (1 to 100) messages of a template that
// the platform kept back, behind the id after; zero begins.
//
// It follows 查询拦截的模板消息 (/wxa/sec/queryblocktmplmsg).
func (c *Client) BlockedMessages(ctx context.Context, templateID string, after int64, limit int) ([]BlockedMessage, error) {
	const op = "template.blocked"
	if templateID == "" || after < 0 || limit < 1 || limit > maxBlocked {
		return nil, invalid(op, "give a template, a first id from 0 and a limit of 1 to %d", maxBlocked)
	}
	in := struct {
		Template string `json:"tmpl_msg_id"`
		After    int64  `json:"largest_id"`
		Limit    int    `json:"limit"`
	}{templateID, after, limit}
	var out struct {
		status
		List []struct {
			ID      anyText `json:"id"`
			Title   string  `json:"title"`
			Content string  `json:"content"`
			OpenID  string  `json:"openid"`
			SentAt  int64   `json:"send_timestamp"`
		} `json:"msginfo"`
	}
	if err := c.ask(ctx, op, "/wxa/sec/queryblocktmplmsg", in, &out); err != nil {
		return nil, err
	}
	all := make([]BlockedMessage, len(out.List))
	for i, m := range out.List {
		id, err := strconv.ParseInt(string(m.ID), 10, 64)
		if err != nil {
			return nil, unusable(op)
		}
		all[i] = BlockedMessage{ID: id, Title: m.Title, Content: m.Content, OpenID: m.OpenID, SentAt: time.Unix(m.SentAt, 0).UTC()}
	}
	return all, nil
}
