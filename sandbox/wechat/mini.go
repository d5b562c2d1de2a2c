package wechat

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
)

func miniEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/message/custom/business/typing", verb: byPost, do: (*Platform).typing},
		{path: "/cgi-bin/message/wxopen/template/send", verb: byPost, do: gone(45103)},
		{path: "/cgi-bin/message/wxopen/template/uniform_send", verb: byPost, do: gone(45109)},
	}
}

// gone is a path that the platform has taken away.
func gone(code int) func(*Platform, *call) (any, error) {
	return func(*Platform, *call) (any, error) { return nil, fail(code) }
}

// miniPage is how the path of a page looks.
var miniPage = regexp.MustCompile(`^[A-Za-z0-9_/-]*(\?.*)?$`)

// sendMini is POST /cgi-bin/message/subscribe/send, a mini program's subscribe
// message; it uses up one consent of the receiver.
func (p *Platform) sendMini(c *call) (any, error) {
	var raw struct {
		Data json.RawMessage `json:"data"`
	}
	if err := c.decode(&raw); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw.Data, []byte(`"`)) {
		return nil, fail(47003)
	}
	var in struct {
		noticeMessage
		State string `json:"miniprogram_state"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case !miniPage.MatchString(in.Page):
		return nil, fail(41030)
	case !slices.Contains([]string{"", "developer", "trial", "formal"}, in.State):
		return nil, fail(40097)
	}
	return p.tellNotice(in.noticeMessage)
}
