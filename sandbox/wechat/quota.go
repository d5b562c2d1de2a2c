package wechat

import (
	"encoding/json"
	"time"
)

// clearsPerMonth is how often the counts may be reset.
const clearsPerMonth = 10

// keepEvery is after how many calls of a path its count is journaled; a killed
// sandbox forgets fewer than that.
const keepEvery = 64

// quotas count calls per path, by the day and by the minute in China.
type quotas struct {
	Day    int64          `json:"day"`
	Used   map[string]int `json:"used"`
	Month  int64          `json:"month"` // Unix seconds of the newest reset
	Clears int            `json:"clears"`

	minute int64
	recent map[string]int
}

// perDay is the limit of calls in a day of a path that has one.
func perDay(kind, path string) (int, bool) {
	normal, test := 0, 0
	switch path {
	case "/cgi-bin/token":
		normal, test = 2_000, 200
	case "/cgi-bin/stable_token":
		normal, test = 500_000, 500_000
	case "/cgi-bin/menu/create", "/cgi-bin/menu/delete":
		normal, test = 1_000, 100
	case "/cgi-bin/menu/get":
		normal, test = 10_000, 1_000
	case "/cgi-bin/tags/create", "/cgi-bin/tags/get", "/cgi-bin/tags/update":
		normal, test = 1_000, 100
	case "/cgi-bin/tags/members/batchtagging", "/cgi-bin/tags/members/batchuntagging":
		normal, test = 100_000, 1_000
	case "/cgi-bin/media/upload":
		normal, test = 100_000, 500
	case "/cgi-bin/media/get":
		normal, test = 200_000, 1_000
	case "/cgi-bin/message/custom/send":
		normal, test = 500_000, 50_000
	case "/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send", "/cgi-bin/message/mass/preview":
		normal, test = 100, 100
	case "/cgi-bin/message/mass/delete":
		normal, test = 10, 10
	case "/cgi-bin/qrcode/create":
		normal, test = 100_000, 10_000
	case "/cgi-bin/user/get":
		normal, test = 500, 100
	case "/cgi-bin/user/info":
		normal, test = 5_000_000, 500_000
	case "/cgi-bin/user/info/updateremark":
		normal, test = 10_000, 10_000
	case "/cgi-bin/message/template/send", "/cgi-bin/message/template/subscribe":
		normal, test = 100_000, 100_000
	case "/cgi-bin/ticket/getticket":
		normal, test = 1_000_000, 1_000_000
	}
	if kind == kindTest {
		return test, test > 0
	}
	return normal, normal > 0
}

// perMinute is the limit of calls in a minute of a path that has one.
func perMinute(path string) (int, bool) {
	switch path {
	case "/cgi-bin/stable_token":
		return 10_000, true
	case "/sns/oauth2/access_token", "/sns/oauth2/refresh_token":
		return 50_000, true
	case "/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send":
		return 60, true
	}
	return 0, false
}

// dailyLimit is the limit in force: the account's own, or that of its kind
// raised by the number of its followers.
func (p *Platform) dailyLimit(path string) (int, bool) {
	if n, set := p.account.Settings.Quotas[path]; set {
		return n, true
	}
	n, limited := perDay(p.account.Settings.Kind, path)
	for _, step := range []int{100_000, 1_000_000, 10_000_000} {
		if p.people.followers >= step {
			n *= 10
		}
	}
	return n, limited
}

// use counts one call, or refuses it.
func (p *Platform) use(path string, now time.Time) error {
	q := &p.quotas
	q.roll(now)
	if most, limited := perMinute(path); limited {
		if q.recent[path] >= most {
			return fail(45011)
		}
		q.recent[path]++
	}
	most, limited := p.dailyLimit(path)
	if !limited {
		return nil
	}
	if q.Used[path] >= most {
		return fail(45009)
	}
	q.Used[path]++
	if q.Used[path]%keepEvery == 0 || q.Used[path] == most {
		p.keepQuotas()
	}
	return nil
}

func (p *Platform) keepQuotas() { p.put("quotas", "quotas", p.quotas) }

func (p *Platform) restoreQuotas(_ string, raw json.RawMessage) error {
	return json.Unmarshal(raw, &p.quotas)
}

// roll begins a new day or minute of counting.
func (q *quotas) roll(now time.Time) {
	day, minute := (now.Unix()+8*3600)/(24*3600), now.Unix()/60
	if q.Used == nil || q.Day != day {
		q.Day, q.Used = day, map[string]int{}
	}
	if q.recent == nil || q.minute != minute {
		q.minute, q.recent = minute, map[string]int{}
	}
}
