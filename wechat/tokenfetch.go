package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"
)

// refreshMargin lies inside the last five minutes of a stable token, the time
// in which a fetch brings a new one while the old one still works.
const refreshMargin = 4 * time.Minute

type tokenRequest struct {
	GrantType string `json:"grant_type"`
	AppID     string `json:"appid"`
	Secret    string `json:"secret"`
	Force     bool   `json:"force_refresh,omitempty"`
}

type tokenReply struct {
	status
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
}

func newAccessTokenKeeper(c *Client, cfg Config) *tokenKeeper {
	if cfg.ClassicToken {
		k := newTokenKeeper(cfg.AppID, cfg, c.fetchClassic)
		k.everyFetchIsNew, k.perDay = true, classicBound
		return k
	}
	return newTokenKeeper(cfg.AppID, cfg, c.fetchStable)
}

// fetchStable follows 获取稳定版接口调用凭据 (/cgi-bin/stable_token).
func (c *Client) fetchStable(ctx context.Context, force bool) (Token, error) {
	body, err := encode(tokenRequest{"client_credential", c.appID, c.secret.Reveal(), force})
	if err != nil {
		return Token{}, err
	}
	return c.fetchToken(ctx, call{op: "stable_token", path: "/cgi-bin/stable_token", body: body, repeatable: true})
}

// fetchClassic follows 获取接口调用凭据 (/cgi-bin/token). Each fetch replaces
// the token, so there is nothing to force.
func (c *Client) fetchClassic(ctx context.Context, _ bool) (Token, error) {
	query := "grant_type=client_credential&appid=" + url.QueryEscape(c.appID) +
		"&secret=" + url.QueryEscape(c.secret.Reveal())
	return c.fetchToken(ctx, call{op: "token", path: "/cgi-bin/token", query: query, repeatable: true})
}

func (c *Client) fetchToken(ctx context.Context, cl call) (Token, error) {
	started := c.now()
	var out tokenReply
	if err := c.attempt(ctx, cl, "", &out); err != nil {
		return Token{}, credentialError(err)
	}
	if out.AccessToken == "" || out.ExpiresIn <= 0 {
		return Token{}, c.lost(cl, "", errReply)
	}
	return newToken(out.AccessToken, started, out.ExpiresIn), nil
}

// newToken dates a token from before the request was sent, which errs to the
// safe side.
func newToken(value string, fetched time.Time, seconds int64) Token {
	// Two hours is what the platform documents; the bound only keeps a
	// nonsensical reply from overflowing.
	life := time.Duration(min(seconds, 30*24*3600)) * time.Second
	margin := min(refreshMargin, life/5)
	return Token{Value: Secret(value), ExpiresAt: fetched.Add(life), RefreshAt: fetched.Add(life - margin)}
}

// credentialError marks 40001 from a token endpoint as final: there it means
// that the secret is another account's.
func credentialError(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Code == 40001 {
		e.class = classRejected
	}
	return err
}

// errorOffset says where JSON went wrong without quoting it.
func errorOffset(err error) int64 {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return syntax.Offset
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return kind.Offset
	}
	return 0
}
