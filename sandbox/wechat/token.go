package wechat

import (
	"net"
	"slices"
	"strings"
	"time"
)

// tokenLife is how long an access token lives, overlap how long a superseded
// one goes on working, and early how long before its end a stable one is
// renewed.
const (
	tokenLife   = 7200 * time.Second
	overlap     = 5 * time.Minute
	forceApart  = 30 * time.Second
	forcePerDay = 20
	keptTokens  = 64
)

// issued is one access token. Superseded ones work until Until and are then
// not the latest any more; others age out at Until.
type issued struct {
	Value      string `json:"value"`
	Until      int64  `json:"until"` // Unix seconds
	Superseded bool   `json:"superseded,omitempty"`
}

// line is the succession of tokens of one kind; the last one is current.
type line struct {
	Tokens []issued `json:"tokens"`
	Forced []int64  `json:"forced,omitempty"` // Unix seconds of forced renewals
}

// tokens are both lines; neither invalidates the other.
type tokens struct {
	plain  line
	stable line
}

func newTokens() tokens { return tokens{} }

func tokenEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/token", verb: byEither, open: true, do: (*Platform).plainToken},
		{path: "/cgi-bin/stable_token", verb: byPost, open: true, do: (*Platform).stableToken},
	}
}

type tokenReply struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
}

func (p *Platform) plainToken(c *call) (any, error) {
	q := c.query
	if err := p.allowed(c); err != nil {
		return nil, err
	}
	if err := p.credential(q.Get("appid"), q.Get("secret"), q.Get("grant_type"), "client_credential"); err != nil {
		return nil, err
	}
	now := c.now
	t := p.tokens.plain.renew(now, now.Add(overlap))
	p.put("token", "plain", p.tokens.plain)
	return tokenReply{t.Value, t.Until - now.Unix()}, nil
}

func (p *Platform) stableToken(c *call) (any, error) {
	var in struct {
		GrantType    string `json:"grant_type"`
		AppID        string `json:"appid"`
		Secret       string `json:"secret"`
		ForceRefresh bool   `json:"force_refresh"`
	}
	if err := p.allowed(c); err != nil {
		return nil, err
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := p.credential(in.AppID, in.Secret, in.GrantType, "client_credential"); err != nil {
		return nil, err
	}
	t, err := p.tokens.stable.get(c.now, in.ForceRefresh)
	if err != nil {
		return nil, err
	}
	p.put("token", "stable", p.tokens.stable)
	return tokenReply{t.Value, t.Until - c.now.Unix()}, nil
}

// credential checks who asks for a token.
func (p *Platform) credential(appid, secret, grant, want string) error {
	switch {
	case appid == "":
		return fail(41002)
	case secret == "":
		return fail(41004)
	case grant != want:
		return fail(40002)
	case appid != p.account.AppID:
		return fail(40013)
	case secret != p.account.Secret:
		return fail(40125)
	}
	return nil
}

// current is the newest token, false when there is none that lives.
func (l *line) current(now time.Time) (issued, bool) {
	if len(l.Tokens) == 0 {
		return issued{}, false
	}
	t := l.Tokens[len(l.Tokens)-1]
	return t, !t.Superseded && now.Unix() < t.Until
}

// renew issues a new token; the former one works until oldUntil.
func (l *line) renew(now, oldUntil time.Time) issued {
	if old, alive := l.current(now); alive {
		i := len(l.Tokens) - 1
		l.Tokens[i] = issued{old.Value, oldUntil.Unix(), true}
	}
	t := issued{Value: "92_" + urlText(133), Until: now.Add(tokenLife).Unix()}
	l.Tokens = append(l.Tokens, t)
	if extra := len(l.Tokens) - keptTokens; extra > 0 {
		l.Tokens = append([]issued(nil), l.Tokens[extra:]...)
	}
	return t
}

// get is the stable mode: the same token with its remaining seconds, a new one
// in its last five minutes or, within bounds, when force is asked.
func (l *line) get(now time.Time, force bool) (issued, error) {
	t, alive := l.current(now)
	switch {
	case !alive:
		return l.renew(now, now), nil
	case force:
		return l.force(now, t)
	case t.Until-now.Unix() < int64(overlap.Seconds()):
		return l.renew(now, now.Add(overlap)), nil
	}
	return t, nil
}

func (l *line) force(now time.Time, t issued) (issued, error) {
	if n := len(l.Forced); n > 0 && now.Unix()-l.Forced[n-1] < int64(forceApart.Seconds()) {
		return t, nil
	}
	if n := len(l.Forced); n >= forcePerDay && sameDay(l.Forced[n-forcePerDay], now.Unix()) {
		return issued{}, fail(45009)
	}
	l.Forced = append(l.Forced, now.Unix())
	if extra := len(l.Forced) - forcePerDay; extra > 0 {
		l.Forced = l.Forced[extra:]
	}
	return l.renew(now, now), nil
}

// check judges the token of a call.
func (t *tokens) check(value string, now time.Time) error {
	if value == "" {
		return fail(41001)
	}
	if head, tail, cut := strings.Cut(value, "_"); !cut || head == "" || len(tail) < 64 {
		return fail(40014)
	}
	for _, l := range []*line{&t.stable, &t.plain} {
		for i := len(l.Tokens) - 1; i >= 0; i-- {
			if l.Tokens[i].Value == value {
				return l.Tokens[i].judge(now)
			}
		}
	}
	return fail(40001)
}

func (t issued) judge(now time.Time) error {
	switch {
	case now.Unix() < t.Until:
		return nil
	case t.Superseded:
		return fail(40001)
	}
	return fail(42001)
}

// spoil makes a fault of a token code come true: the token presented is
// invalid from now on, as when the platform takes one back early.
func (p *Platform) spoil(code int, value string) {
	if code != 40001 && code != 42001 && code != 40014 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens.plain.kill(value)
	p.tokens.stable.kill(value)
	p.put("token", "plain", p.tokens.plain)
	p.put("token", "stable", p.tokens.stable)
}

func (l *line) kill(value string) {
	for i := range l.Tokens {
		if l.Tokens[i].Value == value {
			l.Tokens[i].Until, l.Tokens[i].Superseded = 0, true
		}
	}
}

// sameDay tells whether two Unix times fall on one day in China.
func sameDay(a, b int64) bool {
	const shift, day = 8 * 3600, 24 * 3600
	return (a+shift)/day == (b+shift)/day
}

// allowed checks the caller's address against the account's list.
func (p *Platform) allowed(c *call) error {
	ip := c.remoteIP()
	if list := p.account.Settings.Allowed; len(list) == 0 || slices.Contains(list, ip) {
		return nil
	}
	return &apiError{40164, "invalid ip " + ip + " ipv6 ::ffff:" + ip + ", not in whitelist"}
}

// remoteIP is the caller's address without the port.
func (c *call) remoteIP() string {
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		return c.r.RemoteAddr
	}
	return host
}
