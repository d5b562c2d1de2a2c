package wechat

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// Scope is what an authorization asks of a person.
type Scope string

// The scopes of web authorization.
const (
	// ScopeBase asks silently and gives the openid alone.
	ScopeBase Scope = "snsapi_base"
	// ScopeUserInfo shows a consent page and gives nickname and picture too.
	ScopeUserInfo Scope = "snsapi_userinfo"
	// scopeLogin belongs to the desktop login of a website application.
	scopeLogin Scope = "snsapi_login"
)

const maxState = 128

// OAuthToken is what a code was exchanged for. Its AccessToken is the
// person's, valid for /sns calls only, and never the account's API token.
type OAuthToken struct {
	AccessToken  Secret
	RefreshToken Secret
	// ExpiresIn counts from the exchange; two hours as a rule. The refresh
	// token lives 30 days and cannot be extended.
	ExpiresIn time.Duration
	// OpenID names the person within this account.
	OpenID string
	// UnionID names the person across the accounts of one Open Platform
	// account; empty when there is none.
	UnionID string
	Scope   string
	// SnapshotUser says that WeChat showed the page in snapshot mode and that
	// OpenID belongs to a virtual person. Never bind it, never charge it.
	SnapshotUser bool
}

// AuthorizeURL returns the consent page's address for a browser inside WeChat,
// which comes back to redirectURI with code and state. The host of redirectURI
// must be the account's web authorization domain. A state may hold only
// letters and digits, 128 at most; it must be random, stored by the server and
// good for one use.
func (c *Client) AuthorizeURL(scope Scope, redirectURI, state string) (string, error) {
	if scope != ScopeBase && scope != ScopeUserInfo {
		return "", invalid("oauth.authorize", "scope %q", scope)
	}
	return c.consentURL("/connect/oauth2/authorize", c.appID, scope, redirectURI, state)
}

// QRConnectURL returns the desktop login page of a website application, which
// has an app id of its own. The openid it leads to belongs to that
// application: pushes cannot use it, only its unionid joins the two.
func (c *Client) QRConnectURL(websiteAppID, redirectURI, state string) (string, error) {
	if websiteAppID == "" {
		return "", invalid("oauth.qrconnect", "website app id is empty")
	}
	return c.consentURL("/connect/qrconnect", websiteAppID, scopeLogin, redirectURI, state)
}

func (c *Client) consentURL(path, appID string, scope Scope, redirectURI, state string) (string, error) {
	back, err := url.Parse(redirectURI)
	if err != nil || back.Host == "" || (back.Scheme != "http" && back.Scheme != "https") {
		return "", invalid("oauth.authorize", "redirect URI must be absolute")
	}
	if !validState(state) {
		return "", invalid("oauth.authorize", "state must be 1 to %d letters and digits", maxState)
	}
	// Phones have been known to insist on this order and on the fragment.
	return c.authorize.String() + path + "?appid=" + escapeQuery(appID) +
		"&redirect_uri=" + escapeQuery(redirectURI) + "&response_type=code&scope=" + string(scope) +
		"&state=" + state + "#wechat_redirect", nil
}

func validState(state string) bool {
	if state == "" || len(state) > maxState {
		return false
	}
	return strings.IndexFunc(state, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}) < 0
}

func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

type oauthReply struct {
	status
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	ExpiresIn    int64  `json:"expires_in"`
	OpenID       string `json:"openid"`
	UnionID      string `json:"unionid"`
	Scope        string `json:"scope"`
	Snapshot     flag   `json:"is_snapshotuser"`
}

// flag reads 0 and 1, true and false, quoted or not. What it cannot read
// counts as set: the flags it is used for make a caller careful.
type flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(data []byte) error {
	switch strings.Trim(string(data), `"`) {
	case "", "0", "false", "null":
		*f = false
	default:
		*f = true
	}
	return nil
}

var _ json.Unmarshaler = (*flag)(nil)

// ExchangeCode turns the code of a redirect into the person's openid. A code
// lives five minutes and works once: WeChat clients open the redirect twice,
// so answer the second time from what the first one stored. An unknown outcome
// has spent the code; send the person through AuthorizeURL again.
//
// It follows 网页授权, step two (/sns/oauth2/access_token).
func (c *Client) ExchangeCode(ctx context.Context, code string) (*OAuthToken, error) {
	const op = "oauth.exchange"
	if code == "" {
		return nil, invalid(op, "code is empty")
	}
	return c.oauthToken(ctx, call{
		op: op, path: "/sns/oauth2/access_token",
		query: "appid=" + url.QueryEscape(c.appID) + "&secret=" + url.QueryEscape(c.secret.Reveal()) +
			"&code=" + url.QueryEscape(code) + "&grant_type=authorization_code",
		secrets: []string{code},
	})
}

func (c *Client) oauthToken(ctx context.Context, cl call) (*OAuthToken, error) {
	var out oauthReply
	if err := c.doBare(ctx, cl, &out); err != nil {
		return nil, credentialError(err)
	}
	if out.OpenID == "" || out.AccessToken == "" {
		return nil, c.lost(cl, "", errReply)
	}
	return &OAuthToken{
		AccessToken: Secret(out.AccessToken), RefreshToken: Secret(out.RefreshToken),
		ExpiresIn: time.Duration(min(out.ExpiresIn, 30*24*3600)) * time.Second, OpenID: out.OpenID,
		UnionID: out.UnionID, Scope: out.Scope, SnapshotUser: bool(out.Snapshot),
	}, nil
}
