package wechat

import "unicode/utf8"

// maxRemark is the longest remark, in characters.
const maxRemark = 30

// userBatch is POST /cgi-bin/user/info/batchget.
func (p *Platform) userBatch(c *call) (any, error) {
	var in struct {
		List []struct {
			OpenID string `json:"openid"`
			Lang   string `json:"lang"`
		} `json:"user_list"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.List) == 0 || len(in.List) > 100 {
		return nil, fail(40032)
	}
	list := []any{}
	for _, each := range in.List {
		n, known := p.find(each.OpenID)
		if !known {
			return nil, fail(40003)
		}
		list = append(list, p.userView(n, each.Lang))
	}
	return map[string]any{"user_info_list": list}, nil
}

// updateRemark is POST /cgi-bin/user/info/updateremark.
func (p *Platform) updateRemark(c *call) (any, error) {
	var in struct {
		OpenID string `json:"openid"`
		Remark string `json:"remark"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	n, known := p.find(in.OpenID)
	switch {
	case !known || !p.people.all[n].follows:
		return nil, fail(40003)
	case utf8.RuneCountInString(in.Remark) > maxRemark:
		return nil, fail(40035)
	}
	p.people.all[n].details().Remark = in.Remark
	p.keepPerson(n)
	return ok(), nil
}

// blacklistGet is POST /cgi-bin/tags/members/getblacklist, paged as user/get.
func (p *Platform) blacklistGet(c *call) (any, error) {
	var in struct {
		Begin string `json:"begin_openid"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	black := func(who *person) bool { return who.more != nil && who.more.Black }
	total := 0
	for i := range p.people.all {
		if black(&p.people.all[i]) {
			total++
		}
	}
	return p.pageOf(in.Begin, total, black)
}

func (p *Platform) blacklistAdd(c *call) (any, error)    { return p.blacklist(c, true) }
func (p *Platform) blacklistRemove(c *call) (any, error) { return p.blacklist(c, false) }

func (p *Platform) blacklist(c *call, black bool) (any, error) {
	numbers, err := p.openidList(c, 20)
	if err != nil {
		return nil, err
	}
	for _, n := range numbers {
		p.people.all[n].details().Black = black
		p.keepPerson(n)
	}
	return ok(), nil
}

// openidList reads a posted openid_list of at most most people.
func (p *Platform) openidList(c *call, most int) ([]uint32, error) {
	var in struct {
		List []string `json:"openid_list"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.List) == 0 || len(in.List) > most {
		return nil, fail(40032)
	}
	var numbers []uint32
	for _, openid := range in.List {
		n, known := p.find(openid)
		if !known {
			return nil, fail(40003)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}
