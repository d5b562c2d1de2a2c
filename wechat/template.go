package wechat

import "context"

// Template is one template message. Templates are for service notices that
// somebody's own action caused; promotions by template cost the account its
// permission.
type Template struct {
	// ToUser is the receiver's openid; it must follow the account.
	ToUser string `json:"touser"`
	// TemplateID is the id the template has in this account.
	TemplateID string `json:"template_id"`
	// URL is opened by a tap; a MiniProgram wins over it.
	URL string `json:"url,omitempty"`
	// MiniProgram is opened by a tap.
	MiniProgram *MiniProgram `json:"miniprogram,omitempty"`
	// ClientMsgID makes a repetition harmless: within about ten minutes the
	// platform delivers one message per receiver and id. 32 characters at
	// most.
	ClientMsgID string `json:"client_msg_id,omitempty"`
	// Data holds the keyword values. first and remark of old templates are
	// accepted and dropped by the platform since May 2023.
	Data map[string]Value `json:"data"`
}

// Value is what stands for one keyword.
type Value struct {
	Value string `json:"value"`
	// Color is #RRGGBB; phones have stopped showing it.
	Color string `json:"color,omitempty"`
}

// MiniProgram is a page of a mini program linked with the account.
type MiniProgram struct {
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath,omitempty"`
}

// SendTemplate hands a template message to the platform and returns its id.
// Success means accepted: delivery is reported later by a TemplateResult event
// with the same id. It may be called concurrently; an unknown outcome may be
// repeated only with the same ClientMsgID.
//
// Values that the platform would refuse are refused here, see Template.Check.
//
// It follows 发送模板消息 (/cgi-bin/message/template/send).
func (c *Client) SendTemplate(ctx context.Context, t Template) (msgID int64, err error) {
	const op = "template.send"
	switch {
	case t.ToUser == "":
		return 0, invalid(op, "receiver is empty")
	case t.TemplateID == "":
		return 0, invalid(op, "template id is empty")
	}
	if err := c.checkValues(op, t.Data); err != nil {
		return 0, err
	}
	var out messageReply
	cl := call{op: op, path: "/cgi-bin/message/template/send", body: t.appendJSON(nil), confirmed: true}
	if err := c.do(ctx, cl, &out); err != nil {
		return 0, err
	}
	return out.MsgID, nil
}

func (c *Client) checkValues(op string, data map[string]Value) error {
	if c.unchecked {
		return nil
	}
	return checkData(op, data)
}
