package wechat

import (
	"context"
	"unicode/utf8"
)

// NoticeTemplate is a subscribe notice template of this account.
type NoticeTemplate struct {
	ID      string `json:"priTmplId"`
	Title   string `json:"title"`
	Content string `json:"content"`
	Example string `json:"example"`
	// Type is 2 for one-time and 3 for long-term templates, which only public
	// services get.
	Type int `json:"type"`
}

// NoticeTemplates lists the account's subscribe notice templates.
//
// It follows 获取私有模板列表 (/wxaapi/newtmpl/gettemplate).
func (c *Client) NoticeTemplates(ctx context.Context) ([]NoticeTemplate, error) {
	var out struct {
		status
		Data []NoticeTemplate `json:"data"`
	}
	err := c.get(ctx, "newtmpl.list", "/wxaapi/newtmpl/gettemplate", nil, &out)
	return out.Data, err
}

// AddNoticeTemplate takes a template of the public library with two to five of
// its keywords, in order, and a description of at most 15 characters.
//
// It follows 选用模板 (/wxaapi/newtmpl/addtemplate).
func (c *Client) AddNoticeTemplate(ctx context.Context, titleID string, keywords []int, scene string) (id string, err error) {
	const op = "newtmpl.add"
	switch {
	case len(keywords) < 2 || len(keywords) > 5:
		return "", invalid(op, "a template has two to five keywords")
	case utf8.RuneCountInString(scene) > 15:
		return "", invalid(op, "scene description is longer than 15 characters")
	}
	in := struct {
		TitleID  string `json:"tid"`
		Keywords []int  `json:"kidList"`
		Scene    string `json:"sceneDesc"`
	}{titleID, keywords, scene}
	var out struct {
		status
		ID string `json:"priTmplId"`
	}
	err = c.post(ctx, op, "/wxaapi/newtmpl/addtemplate", in, &out)
	return out.ID, err
}

// DeleteNoticeTemplate removes a subscribe notice template from the account.
//
// It follows 删除模板 (/wxaapi/newtmpl/deltemplate).
func (c *Client) DeleteNoticeTemplate(ctx context.Context, id string) error {
	return c.post(ctx, "newtmpl.delete", "/wxaapi/newtmpl/deltemplate", map[string]string{"priTmplId": id}, new(status))
}
