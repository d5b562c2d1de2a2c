package wechat

import "encoding/json"

func ticketEndpoints() []endpoint {
	return []endpoint{{path: "/cgi-bin/ticket/getticket", verb: byEither, do: (*Platform).jsTicket}}
}

type ticketReply struct {
	done
	Ticket  string `json:"ticket"`
	Seconds int64  `json:"expires_in"`
}

// jsTicket is GET /cgi-bin/ticket/getticket: the same ticket while it lives.
func (p *Platform) jsTicket(c *call) (any, error) {
	kind := c.query.Get("type")
	if kind != "jsapi" && kind != "wx_card" {
		return nil, fail(40097)
	}
	t := p.tickets[kind]
	if c.now.Unix() >= t.Until {
		t = issued{Value: urlText(86), Until: c.now.Add(tokenLife).Unix()}
		p.tickets[kind] = t
		p.put("ticket", kind, t)
	}
	return ticketReply{ok(), t.Value, t.Until - c.now.Unix()}, nil
}

func (p *Platform) restoreTicket(kind string, raw json.RawMessage) error {
	var t issued
	err := json.Unmarshal(raw, &t)
	p.tickets[kind] = t
	return err
}
