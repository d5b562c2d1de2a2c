package wechat

import "context"

// Notice is a subscribe notice of a service account: one message for each time
// the receiver agreed to its template.
type Notice struct {
	ToUser     string `json:"touser"`
	TemplateID string `json:"template_id"`
	// Page is opened by a tap; a MiniProgram wins over it.
	Page        string       `json:"page,omitempty"`
	MiniProgram *MiniProgram `json:"miniprogram,omitempty"`
	// Data holds the keyword values; colours are not sent.
	Data map[string]string `json:"-"`
}

// MiniProgramNotice is a subscribe message of a mini program. The client that
// sends it must be the mini program's own.
type MiniProgramNotice struct {
	ToUser     string `json:"touser"`
	TemplateID string `json:"template_id"`
	// Page is a page of the released mini program (41030).
	Page string `json:"page,omitempty"`
	// State is developer, trial or formal; formal when empty.
	State    string            `json:"miniprogram_state,omitempty"`
	Language Language          `json:"lang,omitempty"`
	Data     map[string]string `json:"-"`
}

type keyword struct {
	Value string `json:"value"`
}

// SendNotice sends a subscribe notice. 43101 covers never agreed, refused and
// used up alike. There is no deduplication: an unknown outcome may have spent
// the permission.
//
// It follows 发送订阅通知 (/cgi-bin/message/subscribe/bizsend).
func (c *Client) SendNotice(ctx context.Context, n Notice) error {
	const op = "subscribe.bizsend"
	data, err := c.noticeData(op, n.ToUser, n.TemplateID, n.Data)
	if err != nil {
		return err
	}
	in := struct {
		Notice
		Data map[string]keyword `json:"data"`
	}{n, data}
	return c.post(ctx, op, "/cgi-bin/message/subscribe/bizsend", in, new(status))
}

// SendMiniProgramNotice sends a subscribe message of a mini program; see
// SendNotice for its outcome.
//
// It follows 发送订阅消息 (/cgi-bin/message/subscribe/send).
func (c *Client) SendMiniProgramNotice(ctx context.Context, n MiniProgramNotice) error {
	const op = "subscribe.send"
	data, err := c.noticeData(op, n.ToUser, n.TemplateID, n.Data)
	if err != nil {
		return err
	}
	in := struct {
		MiniProgramNotice
		Data map[string]keyword `json:"data"`
	}{n, data}
	return c.post(ctx, op, "/cgi-bin/message/subscribe/send", in, new(status))
}

func (c *Client) noticeData(op, toUser, templateID string, data map[string]string) (map[string]keyword, error) {
	switch {
	case toUser == "":
		return nil, invalid(op, "receiver is empty")
	case templateID == "":
		return nil, invalid(op, "template id is empty")
	}
	out, check := make(map[string]keyword, len(data)), make(map[string]Value, len(data))
	for key, value := range data {
		out[key], check[key] = keyword{value}, Value{Value: value}
	}
	return out, c.checkValues(op, check)
}
