package wechat

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// maxText is the longest text of a custom message, in bytes.
const maxText = 2048

// customMessage is what /cgi-bin/message/custom/send takes; the content stands
// under the name of the type.
type customMessage struct {
	ToUser  string `json:"touser"`
	MsgType string `json:"msgtype"`
	Text    struct {
		Content string `json:"content"`
	} `json:"text"`
	News struct {
		Articles []article `json:"articles"`
	} `json:"news"`
	Menu struct {
		Head string `json:"head_content"`
		List []struct {
			Content string `json:"content"`
		} `json:"list"`
		Tail string `json:"tail_content"`
	} `json:"msgmenu"`
	Link    linkCard `json:"link"`
	Speaker struct {
		Account string `json:"kf_account"`
	} `json:"customservice"`
}

// linkCard is what a mini program sends instead of news.
type linkCard struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
}

type article struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	PicURL      string `json:"picurl"`
}

func (p *Platform) sendCustom(c *call) (any, error) {
	var in customMessage
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	n, known := p.find(in.ToUser)
	if !known {
		return nil, fail(40003)
	}
	m, err := p.customContent(in, c.body)
	if err != nil {
		return nil, err
	}
	if m.Speaker, err = p.speaker(in.Speaker.Account); err != nil {
		return nil, err
	}
	who := &p.people.all[n]
	switch {
	case who.blocks:
		return nil, fail(48002)
	case who.more != nil && who.more.Black:
		return nil, fail(43019)
	case !who.follows && p.account.Settings.Kind != kindMini:
		return nil, fail(45015)
	}
	details := who.details()
	if err := details.take(c.now); err != nil {
		return nil, err
	}
	details.Typing = 0
	p.keepPerson(n)
	p.deliver(n, m, "", m.MsgType, m.Title, m.Text, m.URL)
	if bytes.Contains(c.body, []byte(`\u`)) {
		p.note(n, `请求体含有 \u 转义，部分客户端会原样显示 · the body held \u escapes, which some clients show as they are`)
	}
	return ok(), nil
}

// speaker is in whose name a message speaks; empty for the account's own.
func (p *Platform) speaker(account string) (string, error) {
	if account == "" {
		return "", nil
	}
	i := p.kfIndex(account)
	if i < 0 {
		return "", fail(65401)
	}
	return p.kfs[i].Nick, nil
}

// maySend tells which types of custom messages a kind of account sends.
func maySend(kind, msgType string) bool {
	switch kind {
	case kindMini:
		return slices.Contains([]string{"text", "image", "link", "miniprogrampage"}, msgType)
	case kindTest:
		return msgType != "link" && msgType != "msgmenu"
	}
	return msgType != "link"
}

// customContent checks the content and makes the entry of the chat.
func (p *Platform) customContent(in customMessage, body []byte) (message, error) {
	m := message{Via: viaCustom, MsgType: in.MsgType}
	if !maySend(p.account.Settings.Kind, in.MsgType) {
		return m, fail(40008)
	}
	switch in.MsgType {
	case "link":
		return m.withArticles([]article{{Title: in.Link.Title, Description: in.Link.Description, URL: in.Link.URL}})
	case "text":
		return m.withText(in.Text.Content)
	case "news":
		return m.withArticles(in.News.Articles)
	case "msgmenu":
		lines := []string{in.Menu.Head}
		for _, item := range in.Menu.List {
			lines = append(lines, "· "+item.Content)
		}
		return m.withText(strings.Join(append(lines, in.Menu.Tail), "\n"))
	case "image", "voice", "video", "music", "mpnews", "mpnewsarticle", "wxcard", "miniprogrampage":
		return p.richContent(m, body)
	}
	return m, fail(40008)
}

func (m message) withText(text string) (message, error) {
	switch {
	case text == "":
		return m, fail(44004)
	case len(text) > maxText:
		return m, fail(45002)
	}
	m.Text = text
	return m, nil
}

func (m message) withArticles(list []article) (message, error) {
	switch {
	case len(list) == 0:
		return m, fail(44004)
	case len(list) > 1:
		return m, fail(45008)
	}
	m.Title, m.Text, m.URL = list[0].Title, list[0].Description, list[0].URL
	return m, nil
}

// richContent takes the types that name a thing kept elsewhere.
func (p *Platform) richContent(m message, body []byte) (message, error) {
	var all map[string]json.RawMessage
	var content map[string]any
	if json.Unmarshal(body, &all) != nil || json.Unmarshal(all[m.MsgType], &content) != nil {
		return m, fail(47001)
	}
	text := func(key string) string { s, _ := content[key].(string); return s }
	if m.MsgType == "image" || m.MsgType == "voice" || m.MsgType == "video" || m.MsgType == "mpnews" {
		if p.findMedia(text("media_id")) == nil {
			return m, fail(40007)
		}
		m.Text = text("media_id")
	}
	m.Title = text("title")
	if m.Text == "" {
		m.Text = text("description") + text("article_id") + text("card_id") + text("pagepath")
	}
	m.URL = text("musicurl")
	return m, nil
}
