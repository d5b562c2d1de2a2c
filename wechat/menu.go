package wechat

import (
	"context"
	"errors"
	"fmt"
)

// Button is one button of the account's menu. A button with Sub opens a list
// and does nothing else.
type Button struct {
	Name string `json:"name"`
	// Type is one of the Button constants; empty with Sub.
	Type string `json:"type,omitempty"`
	// Key comes back as the EventKey of click and scan buttons.
	Key string `json:"key,omitempty"`
	// URL is what a view button opens, and an old client instead of a mini
	// program.
	URL       string   `json:"url,omitempty"`
	AppID     string   `json:"appid,omitempty"`
	PagePath  string   `json:"pagepath,omitempty"`
	MediaID   string   `json:"media_id,omitempty"`
	ArticleID string   `json:"article_id,omitempty"`
	Sub       []Button `json:"sub_button,omitempty"`
}

// The kinds of buttons. A tap on the first three lets the account send three
// custom messages within a minute.
const (
	ButtonClick        = "click"
	ButtonScan         = "scancode_push"
	ButtonScanAndWait  = "scancode_waitmsg"
	ButtonView         = "view"
	ButtonMiniProgram  = "miniprogram"
	ButtonPhoto        = "pic_sysphoto"
	ButtonPhotoOrAlbum = "pic_photo_or_album"
	ButtonAlbum        = "pic_weixin"
	ButtonLocation     = "location_select"
	ButtonMedia        = "media_id"
	ButtonArticle      = "article_id"
)

const (
	maxButtons    = 3
	maxSubButtons = 5
)

type menuBody struct {
	Buttons []Button `json:"button"`
}

// SetMenu replaces the account's menu: up to three buttons, each with up to
// five below it. Phones show it after up to 24 hours, at once to new
// followers.
//
// It follows 创建接口 (/cgi-bin/menu/create).
func (c *Client) SetMenu(ctx context.Context, buttons []Button) error {
	const op = "menu.create"
	if fault := checkMenu(buttons); fault != "" {
		return invalid(op, "%s", fault)
	}
	return c.set(ctx, op, "/cgi-bin/menu/create", menuBody{buttons})
}

// checkMenu says what is wrong with a menu, if anything.
func checkMenu(buttons []Button) string {
	if len(buttons) == 0 || len(buttons) > maxButtons {
		return fmt.Sprintf("a menu has 1 to %d buttons", maxButtons)
	}
	for _, b := range buttons {
		if len(b.Sub) > maxSubButtons {
			return fmt.Sprintf("button %q has more than %d below it", b.Name, maxSubButtons)
		}
		if b.Name == "" || (b.Type == "") == (len(b.Sub) == 0) {
			return fmt.Sprintf("button %q needs a name, and a type or buttons below it", b.Name)
		}
	}
	return ""
}

// Menu reads the menu that was made through the API. An account without one
// answers none.
//
// It follows 查询接口 (/cgi-bin/menu/get).
func (c *Client) Menu(ctx context.Context) ([]Button, error) {
	m, err := c.menus(ctx)
	return m.Menu.Buttons, err
}

// menusReply is every menu of the account.
type menusReply struct {
	status
	Menu        menuBody `json:"menu"`
	Conditional []struct {
		menuBody
		ID   anyText `json:"menuid"`
		Rule struct {
			TagID  anyText `json:"tag_id"`
			System anyText `json:"client_platform_type"`
		} `json:"matchrule"`
	} `json:"conditionalmenu"`
}

func (c *Client) menus(ctx context.Context) (out menusReply, err error) {
	err = c.get(ctx, "menu.get", "/cgi-bin/menu/get", nil, &out)
	var e *Error
	if errors.As(err, &e) && e.Code == codeNoMenu {
		err = nil
	}
	return out, err
}

const codeNoMenu = 46003

// DeleteMenu removes the menu, and with it those of [Client.ConditionalMenus].
//
// It follows 删除接口 (/cgi-bin/menu/delete).
func (c *Client) DeleteMenu(ctx context.Context) error {
	return c.do(ctx, call{op: "menu.delete", path: "/cgi-bin/menu/delete", repeatable: true, confirmed: true}, new(status))
}
