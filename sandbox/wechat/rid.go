package wechat

import (
	"strings"
	"time"
)

// What is remembered of failed calls.
const (
	keptFailures = 500
	failureLife  = 7 * 24 * 3600 // seconds
	failureBody  = 4 << 10
)

// failedCall is one call that was refused, as /cgi-bin/openapi/rid/get shows it.
type failedCall struct {
	rid   string
	sns   bool
	At    int64  `json:"invoke_time"`
	Cost  int64  `json:"cost_in_ms"`
	Query string `json:"request_url"`
	Body  string `json:"request_body"`
	Reply string `json:"response_body"`
	IP    string `json:"client_ip"`
}

// refused remembers a refusal under its id.
func (p *Platform) refused(c *call, sns bool, refusal done, began time.Time) {
	_, rid, found := strings.Cut(refusal.Errmsg, "rid: ")
	if !found {
		return
	}
	body := c.body
	if len(body) > failureBody {
		body = body[:failureBody]
	}
	reply, err := compact(refusal)
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures = append(p.failures, failedCall{rid: rid, sns: sns, At: c.now.Unix(), Cost: time.Since(began).Milliseconds(),
		Query: c.r.URL.RawQuery, Body: string(body), Reply: string(reply), IP: c.remoteIP()})
	if extra := len(p.failures) - keptFailures; extra > 0 {
		p.failures = p.failures[extra:]
	}
}

// ridGet is POST /cgi-bin/openapi/rid/get: what a refused call was, for seven
// days. The sandbox remembers the newest ones of this run.
func (p *Platform) ridGet(c *call) (any, error) {
	var in struct {
		RID string `json:"rid"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	for _, f := range p.failures {
		switch {
		case f.rid != in.RID:
		case f.sns:
			return nil, fail(76022)
		case c.now.Unix() < f.At+failureLife:
			return struct {
				done
				Request failedCall `json:"request"`
			}{ok(), f}, nil
		}
	}
	return nil, fail(76001)
}
