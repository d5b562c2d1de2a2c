package wechat

import (
	"context"
	"strings"
)

// MenuRule says who sees a conditional menu: whoever fits all that is set. The
// platform no longer takes sex, region or language (65320).
type MenuRule struct {
	// TagID is a tag of [Client.Tags] in digits. Of several tags of a
	// follower, the last one counts.
	TagID string `json:"tag_id,omitempty"`
	// System is one of the System constants.
	System string `json:"client_platform_type,omitempty"`
}

// The systems of phones that a MenuRule tells apart.
const (
	SystemIOS     = "1"
	SystemAndroid = "2"
	SystemOther   = "3"
)

// ConditionalMenu is a menu for some followers.
type ConditionalMenu struct {
	ID      string
	Rule    MenuRule
	Buttons []Button
}

// AddConditionalMenu makes a menu for those whom the rule describes and returns
// its id. There must be a menu for everybody (65303); the newest that fits is
// shown. A menu can't be changed, only deleted and made anew.
//
// It follows 创建个性化菜单 (/cgi-bin/menu/addconditional).
func (c *Client) AddConditionalMenu(ctx context.Context, buttons []Button, rule MenuRule) (id string, err error) {
	const op = "menu.addconditional"
	if fault := checkMenu(buttons); fault != "" {
		return "", invalid(op, "%s", fault)
	}
	if rule == (MenuRule{}) {
		return "", invalid(op, "the rule is empty")
	}
	in := struct {
		menuBody
		Rule MenuRule `json:"matchrule"`
	}{menuBody{buttons}, rule}
	var out struct {
		status
		ID anyText `json:"menuid"`
	}
	if err := c.postCall(ctx, call{op: op, path: "/cgi-bin/menu/addconditional"}, in, &out); err != nil {
		return "", err
	}
	if out.ID == "" {
		return "", c.lost(call{op: op}, "", errReply)
	}
	return string(out.ID), nil
}

// ConditionalMenus lists the menus for some followers, beside the one that
// [Client.Menu] reads.
//
// It follows 查询接口 (/cgi-bin/menu/get).
func (c *Client) ConditionalMenus(ctx context.Context) ([]ConditionalMenu, error) {
	m, err := c.menus(ctx)
	var all []ConditionalMenu
	for _, one := range m.Conditional {
		all = append(all, ConditionalMenu{ID: string(one.ID), Buttons: one.Buttons,
			Rule: MenuRule{TagID: string(one.Rule.TagID), System: string(one.Rule.System)}})
	}
	return all, err
}

// MenuFor answers the menu that a follower sees.
//
// It follows 测试个性化菜单匹配结果 (/cgi-bin/menu/trymatch).
func (c *Client) MenuFor(ctx context.Context, openid string) ([]Button, error) {
	var out struct {
		status
		menuBody
	}
	err := c.ask(ctx, "menu.trymatch", "/cgi-bin/menu/trymatch", map[string]string{"user_id": openid}, &out)
	return out.Buttons, err
}

// DeleteConditionalMenu removes one menu for some followers; [Client.DeleteMenu]
// removes all menus.
//
// It follows 删除个性化菜单 (/cgi-bin/menu/delconditional).
func (c *Client) DeleteConditionalMenu(ctx context.Context, id string) error {
	return c.set(ctx, "menu.delconditional", "/cgi-bin/menu/delconditional", map[string]string{"menuid": id})
}

// anyText is a value that the platform writes now as a string, now as a number.
type anyText string

// UnmarshalJSON takes both forms.
func (t *anyText) UnmarshalJSON(b []byte) error {
	if s := strings.Trim(string(b), `"`); s != "null" {
		*t = anyText(s)
	}
	return nil
}
