package wechat

import "time"

// refreshLife is how long the refresh token of a web login lives.
const refreshLife = 30 * 24 * time.Hour

// rememberUsed is how long after its end a code is still known as used.
const rememberUsed = time.Hour

// grantedCode is one code that a consent gave.
type grantedCode struct {
	Person   uint32 `json:"person"`
	Scope    string `json:"scope"`
	Until    int64  `json:"until"`
	Used     bool   `json:"used,omitempty"`
	Snapshot bool   `json:"snapshot,omitempty"`
	Website  bool   `json:"website,omitempty"` // for the website application
}

// login is what a code was exchanged for.
type login struct {
	OpenID       string `json:"openid"`
	Person       uint32 `json:"person"`
	Scope        string `json:"scope"`
	Access       string `json:"access"`
	Until        int64  `json:"until"`
	RefreshUntil int64  `json:"refresh_until"`
	Snapshot     bool   `json:"snapshot,omitempty"`
	Website      bool   `json:"website,omitempty"`
	UnionID      string `json:"unionid,omitempty"`
}

// oauth holds codes and logins of the web login. These tokens are not the
// API's tokens.
type oauth struct {
	codes    map[string]grantedCode
	order    []string          // codes, oldest first
	logins   map[string]*login // by refresh token
	byAccess map[string]string // refresh tokens by access token
}

func newOAuth() oauth {
	return oauth{codes: map[string]grantedCode{}, logins: map[string]*login{}, byAccess: map[string]string{}}
}

func (o *oauth) issue(g grantedCode) string {
	code := urlText(32)
	o.keepCode(code, g)
	return code
}

func (o *oauth) keepCode(code string, g grantedCode) {
	o.codes[code] = g
	o.order = append(o.order, code)
}

// forget drops codes that ended long ago and answers them.
func (o *oauth) forget(now time.Time) []string {
	limit := now.Add(-rememberUsed).Unix()
	n := 0
	for n < len(o.order) && o.codes[o.order[n]].Until < limit {
		delete(o.codes, o.order[n])
		n++
	}
	gone := o.order[:n]
	o.order = o.order[n:]
	return gone
}

func (o *oauth) keepLogin(refresh string, l *login) {
	o.logins[refresh] = l
	o.byAccess[l.Access] = refresh
}

// byToken finds the login of a web access token.
func (o *oauth) byToken(access string) (*login, bool) {
	l, found := o.logins[o.byAccess[access]]
	return l, found && l.Access == access
}
