package wechat

import "time"

func quotaEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/clear_quota", verb: byPost, do: (*Platform).clearQuota},
		{path: "/cgi-bin/clear_quota/v2", verb: byPost, open: true, do: (*Platform).clearQuotaBySecret},
		{path: "/cgi-bin/openapi/quota/get", verb: byPost, do: (*Platform).quotaGet},
		{path: "/cgi-bin/openapi/quota/clear", verb: byPost, do: (*Platform).quotaClear},
		{path: "/cgi-bin/openapi/rid/get", verb: byPost, do: (*Platform).ridGet},
	}
}

// quotaOrder is what the calls about quotas take.
type quotaOrder struct {
	AppID  string `json:"appid"`
	Secret string `json:"appsecret"`
	Path   string `json:"cgi_path"`
}

// clearQuota is POST /cgi-bin/clear_quota.
func (p *Platform) clearQuota(c *call) (any, error) {
	var in quotaOrder
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.AppID != p.account.AppID {
		return nil, fail(40013)
	}
	return p.clear(c.now, "")
}

// clearQuotaBySecret is POST /cgi-bin/clear_quota/v2, which needs no token.
func (p *Platform) clearQuotaBySecret(c *call) (any, error) {
	var in quotaOrder
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := p.credential(in.AppID, in.Secret, "", ""); err != nil {
		return nil, err
	}
	return p.clear(c.now, "")
}

// quotaClear is POST /cgi-bin/openapi/quota/clear, for one path.
func (p *Platform) quotaClear(c *call) (any, error) {
	var in quotaOrder
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if _, known := p.dailyLimit(in.Path); !known {
		return nil, fail(76021)
	}
	return p.clear(c.now, in.Path)
}

// clear resets the counts of one path, or of all, ten times a month.
func (p *Platform) clear(now time.Time, path string) (any, error) {
	q := &p.quotas
	if !sameMonth(q.Month, now.Unix()) {
		q.Month, q.Clears = now.Unix(), 0
	}
	if q.Clears >= clearsPerMonth {
		return nil, fail(48006)
	}
	q.Clears++
	q.roll(now)
	if path == "" {
		q.Used = map[string]int{}
	} else {
		delete(q.Used, path)
	}
	p.keepQuotas()
	return ok(), nil
}

type quotaReply struct {
	done
	Quota struct {
		Limit  int `json:"daily_limit"`
		Used   int `json:"used"`
		Remain int `json:"remain"`
	} `json:"quota"`
	Rate *rateLimit `json:"rate_limit,omitempty"`
}

type rateLimit struct {
	Calls   int `json:"call_count"`
	Seconds int `json:"refresh_second"`
}

// quotaGet is POST /cgi-bin/openapi/quota/get.
func (p *Platform) quotaGet(c *call) (any, error) {
	var in quotaOrder
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	most, known := p.dailyLimit(in.Path)
	if !known {
		return nil, fail(76021)
	}
	p.quotas.roll(c.now)
	reply := quotaReply{done: ok()}
	reply.Quota.Limit, reply.Quota.Used = most, p.quotas.Used[in.Path]
	reply.Quota.Remain = max(0, most-reply.Quota.Used)
	if n, limited := perMinute(in.Path); limited {
		reply.Rate = &rateLimit{n, 60}
	}
	return reply, nil
}
