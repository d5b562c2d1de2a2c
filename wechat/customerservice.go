package wechat

import (
	"context"
	"io"
	"net/url"
	"time"
	"unicode/utf8"
)

// KfAccount is a member of the account's customer service, in whose name
// [Client.SendCustomAs] speaks.
type KfAccount struct {
	// Account is such as service1@account.
	Account  string `json:"kf_account"`
	Nickname string `json:"kf_nick"`
	Picture  string `json:"kf_headimgurl"`
	// WeChat is whose phone it is bound to; Invited is who has been asked,
	// with the Invitation waiting, rejected or expired, until InvitedUntil in
	// Unix seconds.
	WeChat       string `json:"kf_wx"`
	Invited      string `json:"invite_wx"`
	Invitation   string `json:"invite_status"`
	InvitedUntil int64  `json:"invite_expire_time"`
}

// Expires is when an invitation ends, zero where there is none.
func (k KfAccount) Expires() time.Time {
	if k.InvitedUntil == 0 {
		return time.Time{}
	}
	return time.Unix(k.InvitedUntil, 0).UTC()
}

// OnlineKf is a member of customer service who is at work.
type OnlineKf struct {
	Account string `json:"kf_account"`
	// Status is 1 for somebody who is online on the web.
	Status int `json:"status"`
	// Cases is how many people they talk to.
	Cases int `json:"accepted_case"`
}

// maxKfNickname is the longest nickname, in characters.
const maxKfNickname = 16

type kfRequest struct {
	Account  string `json:"kf_account"`
	Nickname string `json:"nickname,omitempty"`
	Invited  string `json:"invite_wx,omitempty"`
}

// AddKfAccount adds a member of customer service, such as service1@account,
// under a nickname of at most 16 characters.
//
// It follows 添加客服账号 (/customservice/kfaccount/add).
func (c *Client) AddKfAccount(ctx context.Context, account, nickname string) error {
	return c.kfPost(ctx, "kf.add", "/customservice/kfaccount/add", kfRequest{Account: account, Nickname: nickname})
}

// RenameKfAccount gives a member of customer service another nickname.
//
// It follows 修改客服账号 (/customservice/kfaccount/update).
func (c *Client) RenameKfAccount(ctx context.Context, account, nickname string) error {
	return c.kfPost(ctx, "kf.update", "/customservice/kfaccount/update", kfRequest{Account: account, Nickname: nickname})
}

// InviteKfWorker asks a person, by their WeChat id, to be this member.
//
// It follows 邀请绑定客服账号 (/customservice/kfaccount/inviteworker).
func (c *Client) InviteKfWorker(ctx context.Context, account, wechatID string) error {
	return c.kfPost(ctx, "kf.invite", "/customservice/kfaccount/inviteworker", kfRequest{Account: account, Invited: wechatID})
}

func (c *Client) kfPost(ctx context.Context, op, path string, in kfRequest) error {
	switch {
	case in.Account == "":
		return invalid(op, "account is empty")
	case in.Nickname == "" && in.Invited == "":
		return invalid(op, "nickname, or who is invited, is empty")
	case utf8.RuneCountInString(in.Nickname) > maxKfNickname:
		return invalid(op, "nickname is longer than %d characters", maxKfNickname)
	}
	return c.post(ctx, op, path, in, new(status))
}

// SetKfPicture uploads the picture of a member of customer service, a JPEG of
// at most 5 MB.
//
// It follows 上传客服头像 (/customservice/kfaccount/uploadheadimg).
func (c *Client) SetKfPicture(ctx context.Context, account, filename string, content io.Reader) error {
	const op = "kf.picture"
	body, contentType, err := form(op, filename, content)
	if err != nil {
		return err
	}
	return c.do(ctx, call{
		op: op, path: "/customservice/kfaccount/uploadheadimg", query: url.Values{"kf_account": {account}}.Encode(),
		body: body, contentType: contentType, repeatable: true, confirmed: true,
	}, new(status))
}

// DeleteKfAccount removes a member of customer service.
//
// It follows 删除客服账号 (/customservice/kfaccount/del).
func (c *Client) DeleteKfAccount(ctx context.Context, account string) error {
	return c.do(ctx, call{
		op: "kf.delete", path: "/customservice/kfaccount/del", query: url.Values{"kf_account": {account}}.Encode(),
		repeatable: true, confirmed: true,
	}, new(status))
}

// KfAccounts lists the members of customer service.
//
// It follows 获取所有客服账号 (/cgi-bin/customservice/getkflist).
func (c *Client) KfAccounts(ctx context.Context) ([]KfAccount, error) {
	var out struct {
		status
		List []KfAccount `json:"kf_list"`
	}
	err := c.get(ctx, "kf.list", "/cgi-bin/customservice/getkflist", nil, &out)
	return out.List, err
}

// OnlineKfAccounts lists those who are at work.
//
// It follows 获取在线客服列表 (/cgi-bin/customservice/getonlinekflist).
func (c *Client) OnlineKfAccounts(ctx context.Context) ([]OnlineKf, error) {
	var out struct {
		status
		List []OnlineKf `json:"kf_online_list"`
	}
	err := c.get(ctx, "kf.online", "/cgi-bin/customservice/getonlinekflist", nil, &out)
	return out.List, err
}
