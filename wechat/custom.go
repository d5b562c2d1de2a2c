package wechat

import "context"

// SendText sends a text as a custom message. It reaches a follower only inside
// a window: five messages within 48 hours of their own message, three within
// one minute of a follow, a scan or a menu tap. Outside it the error is
// Unreachable (45015), with the count used up QuotaExhausted (45047). There is
// no deduplication: an unknown outcome must not be repeated.
//
// It follows 发送客服消息 (/cgi-bin/message/custom/send).
func (c *Client) SendText(ctx context.Context, openid, text string) error {
	const op = "custom.send"
	switch {
	case openid == "":
		return invalid(op, "receiver is empty")
	case text == "":
		return invalid(op, "text is empty")
	}
	msg := map[string]any{"touser": openid, "msgtype": "text", "text": map[string]string{"content": text}}
	return c.post(ctx, op, "/cgi-bin/message/custom/send", msg, new(status))
}
