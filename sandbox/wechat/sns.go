package wechat

import (
	"strconv"
	"time"
)

func snsEndpoints() []endpoint {
	return []endpoint{
		{path: "/sns/oauth2/access_token", verb: byEither, open: true, sns: true, do: (*Platform).exchange},
		{path: "/sns/oauth2/refresh_token", verb: byEither, open: true, sns: true, do: (*Platform).refresh},
		{path: "/sns/userinfo", verb: byEither, open: true, sns: true, do: (*Platform).snsUserInfo},
		{path: "/sns/auth", verb: byEither, open: true, sns: true, do: (*Platform).snsAuth},
	}
}

type loginReply struct {
	AccessToken  string `json:"access_token"`
	ExpiresIn    int64  `json:"expires_in"`
	RefreshToken string `json:"refresh_token"`
	OpenID       string `json:"openid"`
	Scope        string `json:"scope"`
	Snapshot     int    `json:"is_snapshotuser,omitempty"`
	UnionID      string `json:"unionid,omitempty"`
}

// exchange is GET /sns/oauth2/access_token: a code for a login, once.
func (p *Platform) exchange(c *call) (any, error) {
	q := c.query
	code := q.Get("code")
	if q.Get("appid") != "" && q.Get("secret") != "" && code == "" {
		return nil, fail(41008)
	}
	site := q.Get("appid") == p.account.Website.AppID
	if err := p.loginCredential(site, q.Get("appid"), q.Get("secret"), q.Get("grant_type")); err != nil {
		return nil, err
	}
	for _, gone := range p.oauth.forget(c.now) {
		p.put("code", gone, nil)
	}
	g, found := p.oauth.codes[code]
	switch {
	case found && g.Used:
		return nil, fail(40163)
	case !found || c.now.Unix() >= g.Until || g.Website != site:
		return nil, fail(40029)
	}
	g.Used = true
	p.oauth.codes[code] = g
	p.put("code", code, g)
	return p.logIn(g, c.now), nil
}

// loginCredential is credential for the account or for the website.
func (p *Platform) loginCredential(site bool, appid, secret, grant string) error {
	if site {
		appid = p.account.AppID
		switch {
		case secret == "":
		case secret == p.account.Website.Secret:
			secret = p.account.Secret
		default:
			return fail(40125)
		}
	}
	return p.credential(appid, secret, grant, "authorization_code")
}

func (p *Platform) logIn(g grantedCode, now time.Time) loginReply {
	refresh := "92_" + urlText(86)
	l := &login{
		OpenID: p.codec.openid(g.Person), Person: g.Person, Scope: g.Scope, Snapshot: g.Snapshot,
		Access: "92_" + urlText(86), Until: now.Add(tokenLife).Unix(), RefreshUntil: now.Add(refreshLife).Unix(),
	}
	if g.Website {
		l.Website, l.OpenID = true, p.atSite.openid(g.Person)
	}
	if g.Scope != scopeBase {
		l.UnionID = p.unionid(g.Person)
	}
	if g.Snapshot {
		l.OpenID, l.UnionID = p.virtual.openid(g.Person), ""
	}
	p.oauth.keepLogin(refresh, l)
	p.put("login", refresh, l)
	return l.reply(refresh, now)
}

func (l *login) reply(refresh string, now time.Time) loginReply {
	r := loginReply{AccessToken: l.Access, ExpiresIn: l.Until - now.Unix(), RefreshToken: refresh, OpenID: l.OpenID, Scope: l.Scope, UnionID: l.UnionID}
	if l.Snapshot {
		r.Snapshot = 1
	}
	return r
}

// refresh is GET /sns/oauth2/refresh_token: the same token with a new life, or
// a new one when the former has expired.
func (p *Platform) refresh(c *call) (any, error) {
	q := c.query
	token := q.Get("refresh_token")
	l, found := p.oauth.logins[token]
	switch {
	case q.Get("appid") == "":
		return nil, fail(41002)
	case q.Get("appid") != p.account.AppID && q.Get("appid") != p.account.Website.AppID:
		return nil, fail(40013)
	case token == "":
		return nil, fail(41003)
	case q.Get("grant_type") != "refresh_token":
		return nil, fail(40002)
	case !found || l.Website != (q.Get("appid") == p.account.Website.AppID):
		return nil, fail(40030)
	case c.now.Unix() >= l.RefreshUntil:
		return nil, fail(42002)
	}
	if c.now.Unix() >= l.Until {
		delete(p.oauth.byAccess, l.Access)
		l.Access = "92_" + urlText(86)
	}
	l.Until = c.now.Add(tokenLife).Unix()
	p.oauth.keepLogin(token, l)
	p.put("login", token, l)
	return l.reply(token, c.now), nil
}

// loggedIn judges the token of a call to /sns.
func (p *Platform) loggedIn(c *call) (*login, error) {
	access := c.query.Get("access_token")
	l, found := p.oauth.byToken(access)
	switch {
	case access == "":
		return nil, fail(41001)
	case !found:
		return nil, fail(40001)
	case c.now.Unix() >= l.Until:
		return nil, fail(42001)
	case c.query.Get("openid") == "":
		return nil, fail(41009)
	case c.query.Get("openid") != l.OpenID:
		return nil, fail(40003)
	}
	return l, nil
}

type snsUser struct {
	OpenID     string   `json:"openid"`
	Nickname   string   `json:"nickname"`
	Sex        int      `json:"sex"`
	Language   string   `json:"language"`
	City       string   `json:"city"`
	Province   string   `json:"province"`
	Country    string   `json:"country"`
	HeadImgURL string   `json:"headimgurl"`
	Privilege  []string `json:"privilege"`
	UnionID    string   `json:"unionid,omitempty"`
}

// snsUserInfo is GET /sns/userinfo.
func (p *Platform) snsUserInfo(c *call) (any, error) {
	l, err := p.loggedIn(c)
	if err != nil {
		return nil, err
	}
	if l.Scope == scopeBase {
		return nil, fail(48001)
	}
	u := snsUser{OpenID: l.OpenID, Nickname: p.nickname(l.Person), Privilege: []string{}, HeadImgURL: p.avatarURL(l.Person), UnionID: l.UnionID}
	if l.Snapshot {
		u.Nickname, u.HeadImgURL = "微信用户", ""
	}
	return u, nil
}

func (p *Platform) avatarURL(n uint32) string {
	return p.origin() + "/sandbox/wechat/avatars/" + strconv.FormatUint(uint64(n), 10)
}

// snsAuth is GET /sns/auth.
func (p *Platform) snsAuth(c *call) (any, error) {
	if _, err := p.loggedIn(c); err != nil {
		return nil, err
	}
	return ok(), nil
}
