package wechat

// How long the typing state lasts, and how recent the person's last contact
// must be, both in seconds.
const (
	typingLength  = 15
	typingContact = 30
)

// typing is POST /cgi-bin/message/custom/typing.
func (p *Platform) typing(c *call) (any, error) {
	var in struct {
		ToUser  string `json:"touser"`
		Command string `json:"command"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	n, known := p.find(in.ToUser)
	if !known {
		return nil, fail(40003)
	}
	m, now := p.people.all[n].details(), c.now.Unix()
	switch {
	case in.Command != "Typing" && in.Command != "CancelTyping":
		return nil, fail(45072)
	case now-m.Contact >= typingContact:
		return nil, fail(45080)
	case in.Command == "CancelTyping":
		m.Typing = 0
	case now-m.Typing < typingLength:
		return nil, fail(45081)
	default:
		m.Typing = now
	}
	p.keepPerson(n)
	return ok(), nil
}
