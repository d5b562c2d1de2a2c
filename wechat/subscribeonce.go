package wechat

import (
	"context"
	"net/url"
	"strconv"
	"unicode/utf8"
)

const (
	maxOnceScene = 10_000
	maxOnceTitle = 15
	maxOnceText  = 200
)

// OnceMessage is a one-time subscribe message: one for each time somebody
// agreed on the page of SubscribeOnceURL. The receiver need not follow.
type OnceMessage struct {
	ToUser, TemplateID string
	// URL is opened by a tap; a MiniProgram wins over it.
	URL         string
	MiniProgram *MiniProgram
	// Scene is the one that was agreed to, 0 to 10,000.
	Scene int
	// Title is at most 15 characters and Content 200.
	Title, Content string
	// Color is #RRGGBB.
	Color string
}

// SubscribeOnceURL is the page on which somebody agrees to one message. It
// comes back to redirectURL; see ParseSubscribeOnce. Reserved plays the part of
// an OAuth state and obeys its rules.
//
// It follows 一次性订阅消息.
func (c *Client) SubscribeOnceURL(templateID string, scene int, redirectURL, reserved string) (string, error) {
	const op = "subscribe.once"
	if scene < 0 || scene > maxOnceScene {
		return "", invalid(op, "scene must be between 0 and %d", maxOnceScene)
	}
	if !validState(reserved) {
		return "", invalid(op, "reserved must be 1 to %d letters and digits", maxState)
	}
	return c.mp.String() + "/mp/subscribemsg?action=get_confirm&appid=" + escapeQuery(c.appID) +
		"&scene=" + strconv.Itoa(scene) + "&template_id=" + escapeQuery(templateID) +
		"&redirect_url=" + escapeQuery(redirectURL) + "&reserved=" + reserved + "#wechat_redirect", nil
}

// OnceAnswer is what comes back from the page of SubscribeOnceURL.
type OnceAnswer struct {
	// OpenID is empty unless Agreed.
	OpenID, TemplateID, Reserved string
	Scene                        int
	Agreed                       bool
}

// ParseSubscribeOnce reads the query of the return. It is not signed: compare
// Reserved with what was stored before anything is believed.
func ParseSubscribeOnce(query url.Values) (OnceAnswer, error) {
	scene, err := strconv.Atoi(single(query, "scene"))
	if err != nil || scene < 0 || scene > maxOnceScene {
		return OnceAnswer{}, invalid("subscribe.once", "scene of the return")
	}
	a := OnceAnswer{
		OpenID: single(query, "openid"), TemplateID: single(query, "template_id"),
		Reserved: single(query, "reserved"), Scene: scene,
	}
	a.Agreed = single(query, "action") == "confirm" && a.OpenID != ""
	return a, nil
}

// SendOnce sends the one message that was agreed to (43101 otherwise).
//
// It follows 推送订阅模板消息 (/cgi-bin/message/template/subscribe).
func (c *Client) SendOnce(ctx context.Context, m OnceMessage) error {
	const op = "template.subscribe"
	switch {
	case m.ToUser == "" || m.TemplateID == "":
		return invalid(op, "receiver or template id is empty")
	case m.Scene < 0 || m.Scene > maxOnceScene:
		return invalid(op, "scene must be between 0 and %d", maxOnceScene)
	case utf8.RuneCountInString(m.Title) > maxOnceTitle:
		return invalid(op, "title is longer than %d characters", maxOnceTitle)
	case m.Content == "" || utf8.RuneCountInString(m.Content) > maxOnceText:
		return invalid(op, "content must be 1 to %d characters", maxOnceText)
	}
	in := struct {
		ToUser      string           `json:"touser"`
		TemplateID  string           `json:"template_id"`
		URL         string           `json:"url,omitempty"`
		MiniProgram *MiniProgram     `json:"miniprogram,omitempty"`
		Scene       string           `json:"scene"`
		Title       string           `json:"title"`
		Data        map[string]Value `json:"data"`
	}{
		m.ToUser, m.TemplateID, m.URL, m.MiniProgram, strconv.Itoa(m.Scene), m.Title,
		map[string]Value{"content": {Value: m.Content, Color: m.Color}},
	}
	return c.post(ctx, op, "/cgi-bin/message/template/subscribe", in, new(status))
}
