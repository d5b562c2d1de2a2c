package wechat

import "context"

// SendText sends a text as a custom message; see SendCustom.
func (c *Client) SendText(ctx context.Context, openid, text string) error {
	return c.SendCustom(ctx, openid, CustomText(text))
}

// SendCustom sends a custom message. It reaches a follower only inside a
// window: five messages within 48 hours of their own message, three within one
// minute of a follow, a scan or a menu tap. Outside it the error is
// Unreachable (45015), with the count used up QuotaExhausted (45047). There is
// no deduplication: an unknown outcome must not be repeated.
//
// It follows 发送客服消息 (/cgi-bin/message/custom/send).
func (c *Client) SendCustom(ctx context.Context, openid string, m CustomMessage) error {
	return c.SendCustomAs(ctx, "", openid, m)
}

// SendCustomAs is SendCustom in the name and with the picture of a customer
// service member, such as service1@account.
func (c *Client) SendCustomAs(ctx context.Context, kfAccount, openid string, m CustomMessage) error {
	const op = "custom.send"
	switch {
	case openid == "":
		return invalid(op, "receiver is empty")
	case m == nil:
		return invalid(op, "message is nil")
	}
	kind, content, fault := m.custom()
	if fault != "" {
		return invalid(op, "%s", fault)
	}
	body := map[string]any{"touser": openid, "msgtype": kind, kind: content}
	if kfAccount != "" {
		body["customservice"] = map[string]string{"kf_account": kfAccount}
	}
	return c.post(ctx, op, "/cgi-bin/message/custom/send", body, new(status))
}

// Typing shows or hides the sign that somebody is writing. It lasts 15 seconds
// or until the next message, and works only within 30 seconds of the person's
// last contact (45080).
//
// It follows 客服输入状态 (/cgi-bin/message/custom/typing).
func (c *Client) Typing(ctx context.Context, openid string, on bool) error {
	return c.typing(ctx, "custom.typing", "/cgi-bin/message/custom/typing", openid, on)
}

// TypingInMiniProgram is Typing for a mini program's customer service; the
// client must be the mini program's own.
//
// It follows 下发客服当前输入状态 (/cgi-bin/message/custom/business/typing).
func (c *Client) TypingInMiniProgram(ctx context.Context, openid string, on bool) error {
	return c.typing(ctx, "custom.business.typing", "/cgi-bin/message/custom/business/typing", openid, on)
}

func (c *Client) typing(ctx context.Context, op, path, openid string, on bool) error {
	command := "CancelTyping"
	if on {
		command = "Typing"
	}
	return c.set(ctx, op, path, map[string]string{"touser": openid, "command": command})
}
