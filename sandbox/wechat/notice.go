package wechat

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/paypush/paypush/sandbox/control"
)

// Bounds of subscribe notices.
const (
	maxOneTimeTitle = 15
	maxOneTimeText  = 200
	maxOneTimeScene = 10_000
)

func noticeEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/message/subscribe/bizsend", verb: byPost, do: (*Platform).sendNotice},
		{path: "/cgi-bin/message/subscribe/send", verb: byPost, do: (*Platform).sendMini},
		{path: "/cgi-bin/message/template/subscribe", verb: byPost, do: (*Platform).sendOneTime},
		{path: "/wxaapi/newtmpl/gettemplate", verb: byGet, do: (*Platform).noticeTemplates},
		{path: "/wxaapi/newtmpl/deltemplate", verb: byPost, do: (*Platform).deleteNotice},
	}
}

// noticeTemplate is one template of subscribe notices.
type noticeTemplate struct {
	ID      string `json:"priTmplId"`
	Title   string `json:"title"`
	Content string `json:"content"`
	Example string `json:"example"`
	Type    int    `json:"type"` // 2: one use for each consent
}

func firstNotices() []noticeTemplate {
	return []noticeTemplate{{
		ID: urlText(43), Title: "活动开始提醒", Type: 2,
		Content: "活动名称:{{thing1.DATA}}\n开始时间:{{time2.DATA}}\n温馨提示:{{thing3.DATA}}\n",
		Example: "活动名称:新品体验\n开始时间:2019年10月1日 15:01\n温馨提示:请准时参加\n",
	}}
}

func (p *Platform) noticeTemplates(*call) (any, error) {
	return struct {
		done
		Data []noticeTemplate `json:"data"`
	}{ok(), p.account.Notices}, nil
}

func (p *Platform) deleteNotice(c *call) (any, error) {
	var in struct {
		ID string `json:"priTmplId"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.account.Notices, func(t noticeTemplate) bool { return t.ID == in.ID })
	if i < 0 {
		return nil, fail(40037)
	}
	p.account.Notices = slices.Delete(slices.Clone(p.account.Notices), i, i+1)
	p.keepAccount()
	return ok(), nil
}

func (p *Platform) notice(id string) (*layout, bool) {
	for _, t := range p.account.Notices {
		if t.ID == id {
			return p.layout(template{ID: t.ID, Title: t.Title, Content: t.Content}), true
		}
	}
	return nil, false
}

// sendNotice is POST /cgi-bin/message/subscribe/bizsend; it uses up one
// consent of the receiver.
func (p *Platform) sendNotice(c *call) (any, error) {
	var in noticeMessage
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return p.tellNotice(in)
}

// noticeMessage is what both kinds of subscribe messages take.
type noticeMessage struct {
	templateMessage
	Page string `json:"page"`
}

func (p *Platform) tellNotice(in noticeMessage) (any, error) {
	n, known := p.find(in.ToUser)
	t, found := p.notice(in.TemplateID)
	values := in.Data.texts()
	switch {
	case !known:
		return nil, fail(40003)
	case !found:
		return nil, fail(40037)
	}
	if err := t.check(values); err != nil {
		return nil, err
	}
	if !p.useGrant(n, t.ID) {
		return nil, fail(43101)
	}
	m := message{Via: viaNotice, MsgType: "template", Title: t.Title, URL: in.Page, Templ: t.ID, Data: values, Lines: t.card(values)}
	if !strings.Contains(in.Page, "://") {
		m.URL, m.Mini = "", in.Page
	}
	p.deliver(n, m, "", append([]string{t.ID, in.Page}, flat(values)...)...)
	return ok(), nil
}

// sendOneTime is POST /cgi-bin/message/template/subscribe; it uses up the
// consent of one scene.
func (p *Platform) sendOneTime(c *call) (any, error) {
	var in struct {
		templateMessage
		Scene any    `json:"scene"`
		Title string `json:"title"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	n, known := p.find(in.ToUser)
	text := in.Data.texts()["content"]
	switch {
	case !known:
		return nil, fail(40003)
	case in.TemplateID != p.account.OneTimeID:
		return nil, fail(40037)
	case utf8.RuneCountInString(in.Title) > maxOneTimeTitle || utf8.RuneCountInString(text) > maxOneTimeText:
		return nil, fail(45002)
	case !p.useGrant(n, oneTimeGrant(wholeNumber(in.Scene))):
		return nil, fail(43101)
	}
	m := message{Via: viaNotice, MsgType: "template", Title: in.Title, URL: in.URL, Templ: in.TemplateID, Lines: []cardLine{{"", text}}}
	p.deliver(n, m, "", in.TemplateID, in.Title, text, in.URL)
	return ok(), nil
}

// useGrant takes one consent away.
func (p *Platform) useGrant(n uint32, what string) bool {
	m := p.people.all[n].details()
	i := slices.Index(m.Grants, what)
	if i < 0 {
		return false
	}
	m.Grants = slices.Delete(m.Grants, i, i+1)
	p.keepPerson(n)
	return true
}

// doGrant is a person answering the question whether a notice may come.
func (p *Platform) doGrant(w http.ResponseWriter, r *http.Request, n uint32) {
	in := struct {
		ID     string `json:"template_id"`
		Accept bool   `json:"accept"`
	}{Accept: true}
	if err := control.Body(r, &in); err != nil {
		control.Refuse(w, http.StatusBadRequest, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, found := p.notice(in.ID); !found {
		control.Refuse(w, http.StatusNotFound, errors.New("there is no such notice template"))
		return
	}
	status := "reject"
	if in.Accept {
		status = "accept"
		m := p.people.all[n].details()
		m.Grants = append(m.Grants, in.ID)
		p.keepPerson(n)
	}
	p.push(n, append(eventFields("subscribe_msg_popup_event"), field{"SubscribeMsgPopupEvent", popupList(in.ID, status)}))
	control.Answer(w, http.StatusOK, map[string]any{"template_id": in.ID, "status": status})
}
