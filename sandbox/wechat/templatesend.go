package wechat

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

func messageEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/message/template/send", verb: byPost, do: (*Platform).sendTemplate},
		{path: "/cgi-bin/message/custom/send", verb: byPost, do: (*Platform).sendCustom},
		{path: "/cgi-bin/message/custom/typing", verb: byPost, do: (*Platform).typing},
	}
}

// templateMessage is what /cgi-bin/message/template/send takes.
type templateMessage struct {
	ToUser      string       `json:"touser"`
	TemplateID  string       `json:"template_id"`
	URL         string       `json:"url"`
	Mini        *miniProgram `json:"miniprogram"`
	ClientMsgID string       `json:"client_msg_id"`
	Data        valueMap     `json:"data"`
}

// miniProgram is where a tap leads; an empty one means none.
type miniProgram struct {
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
}

type valueMap map[string]struct {
	Value any `json:"value"`
}

// texts are the values as text; numbers are taken as they are written.
func (v valueMap) texts() map[string]string {
	all := make(map[string]string, len(v))
	for key, x := range v {
		if x.Value != nil {
			all[key] = fmt.Sprint(x.Value)
		} else {
			all[key] = ""
		}
	}
	return all
}

type sentReply struct {
	done
	MsgID int64 `json:"msgid"`
}

func (p *Platform) sendTemplate(c *call) (any, error) {
	var in templateMessage
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	n, known := p.find(in.ToUser)
	if !known {
		return nil, fail(40003)
	}
	t, err := p.template(in.TemplateID)
	if err != nil {
		return nil, err
	}
	values := in.Data.texts()
	if err := t.check(values); err != nil {
		return nil, err
	}
	if !p.people.all[n].follows {
		return nil, fail(43004)
	}
	return p.acceptTemplate(n, in, t, values, c.now)
}

// acceptTemplate delivers a sound message, once for each client_msg_id.
func (p *Platform) acceptTemplate(n uint32, in templateMessage, t *layout, values map[string]string, now time.Time) (any, error) {
	key := clientKey{n, markOf(in.ClientMsgID)}
	if in.ClientMsgID != "" {
		if id, again := p.sends.seen(key, now); again {
			p.chats.truth.Deduplicated++
			p.put("deduplicated", "count", p.chats.truth.Deduplicated)
			return sentReply{ok(), id}, nil
		}
	}
	mark := append([]string{t.ID, in.URL}, flat(values)...)
	if err := p.repeated(n, markOf(mark...), now); err != nil {
		return nil, err
	}
	msgid := firstMsgID + p.chats.last + 1
	if in.ClientMsgID != "" {
		p.sends.remember(key, msgid, now)
	}
	if p.people.all[n].blocks {
		p.chats.last++
		p.push(n, jobFinished(msgid, "failed:user block"))
		return sentReply{ok(), msgid}, nil
	}
	m := message{Via: viaTempl, MsgType: "template", Title: t.Title, URL: in.URL, Templ: t.ID, Data: values, Lines: t.card(values), MsgID: msgid}
	if in.Mini != nil && in.Mini.AppID != "" {
		m.URL, m.Mini = "", in.Mini.AppID+" "+in.Mini.PagePath
	}
	p.deliver(n, m, in.ClientMsgID, mark...)
	p.push(n, jobFinished(msgid, "success"))
	return sentReply{ok(), msgid}, nil
}

// repeated refuses the same message within a minute, when the account's
// settings say so.
func (p *Platform) repeated(n uint32, mark uint64, now time.Time) error {
	if !p.account.Settings.RefuseRepeats {
		return nil
	}
	if p.sends.repeats == nil {
		p.sends.repeats = map[clientKey]int64{}
	}
	key := clientKey{n, mark}
	if last, found := p.sends.repeats[key]; found && now.Unix()-last < 60 {
		return fail(40241)
	}
	p.sends.repeats[key] = now.Unix()
	return nil
}

// template looks an id up.
func (p *Platform) template(id string) (*layout, error) {
	for i := range p.account.Templates {
		if p.account.Templates[i].ID == id {
			return p.layout(p.account.Templates[i]), nil
		}
	}
	if len(id) != 43 {
		return nil, fail(40036)
	}
	return nil, fail(40037)
}

// card is what the phone shows: first and remark are silently dropped, as are
// lines without a value; values of old templates end at the first line break.
func (t *layout) card(values map[string]string) []cardLine {
	lines := make([]cardLine, 0, len(t.parts))
	for _, part := range t.parts {
		if part.key == "first" || part.key == "remark" {
			continue
		}
		value := values[part.key]
		if t.old {
			value = firstLine(value)
		}
		if value == "" {
			continue
		}
		lines = append(lines, cardLine{part.label, value})
	}
	return lines
}

// check refuses values that the template does not take. Old templates take
// everything.
func (t *layout) check(values map[string]string) error {
	if t.old {
		return nil
	}
	wanted := t.parts
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if key == "first" || key == "remark" {
			continue
		}
		if !slices.ContainsFunc(wanted, func(p part) bool { return p.key == key }) {
			return badValue(key, "invalid")
		}
	}
	for _, part := range wanted {
		value := values[part.key]
		if strings.TrimSpace(value) == "" && !strings.HasPrefix(part.key, "const") {
			return badValue(part.key, "is empty")
		}
		if !fits(part.key, value) {
			return badValue(part.key, "invalid")
		}
	}
	return nil
}

func badValue(key, what string) error {
	return &apiError{47003, fmt.Sprintf("argument invalid! data.%s.value %s", key, what)}
}

func flat(values map[string]string) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		all = append(all, key, values[key])
	}
	return all
}
