package wechat

import (
	"encoding/json"
	"strconv"
)

// massPreview is POST /cgi-bin/message/mass/preview, to one person.
func (p *Platform) massPreview(c *call) (any, error) {
	in, err := c.massOrder()
	if err != nil {
		return nil, err
	}
	var openid string
	_ = json.Unmarshal(in.ToUser, &openid)
	n, known := p.find(openid)
	switch {
	case !known:
		return nil, fail(40003)
	case !p.people.all[n].follows:
		return nil, fail(43004)
	}
	m, err := p.massContent(in)
	if err != nil {
		return nil, err
	}
	p.deliver(n, m, "", viaMass, m.MsgType, m.Text, strconv.FormatInt(p.chats.last, 10))
	return massReply{done{0, "preview success"}, firstJob + p.chats.last, 0}, nil
}

// massJob finds the job an order names.
func (p *Platform) massJob(c *call) (*massJob, error) {
	in, err := c.massOrder()
	if err != nil {
		return nil, err
	}
	id, _ := strconv.ParseInt(in.MsgID.String(), 10, 64)
	for _, j := range p.jobs {
		if j.ID == id {
			return j, nil
		}
	}
	return nil, fail(40059)
}

// massGet is POST /cgi-bin/message/mass/get.
func (p *Platform) massGet(c *call) (any, error) {
	j, err := p.massJob(c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"msg_id": j.ID, "msg_status": j.Status}, nil
}

// massDelete is POST /cgi-bin/message/mass/delete. What arrived on phones
// stays counted; only its status changes.
func (p *Platform) massDelete(c *call) (any, error) {
	j, err := p.massJob(c)
	if err != nil {
		return nil, err
	}
	j.Status = "DELETE"
	p.put("mass", strconv.FormatInt(j.ID, 10), j)
	return ok(), nil
}

func (p *Platform) restoreMass(_ string, raw json.RawMessage) error {
	var j massJob
	if err := json.Unmarshal(raw, &j); err != nil {
		return err
	}
	p.jobs = append(p.jobs, &j)
	p.chats.last = max(p.chats.last, j.ID-firstJob)
	if !sameMonth(p.massMonth, j.At) {
		p.massMonth, p.massCounts = j.At, map[uint32]uint8{}
	}
	p.reach(&j)
	return nil
}
