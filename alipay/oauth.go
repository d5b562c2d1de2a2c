package alipay

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Pages on which a user lets an app know who they are, for [Client.AuthorizeURL].
const (
	// ProductionAuthorize is the page of real users.
	ProductionAuthorize = "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm"
	// SandboxAuthorize is the page of the official sandbox.
	SandboxAuthorize = "https://openauth-sandbox.dl.alipaydev.com/oauth2/publicAppAuthorize.htm"
)

// AuthorizeURL answers the address on page that asks a user for a scope: auth_base
// for the id alone, auth_user for name and picture. Alipay sends the browser back
// to redirect with auth_code and the state, which the caller must have made
// unguessable and must compare.
func (c *Client) AuthorizeURL(page, redirect, scope, state string) string {
	b := append([]byte(page), '?')
	for _, p := range []param{{"app_id", c.appID}, {"scope", scope}, {"redirect_uri", redirect}, {"state", state}} {
		b = appendParam(b, p)
	}
	return string(b)
}

// UserToken lets the app call for a user who agreed.
type UserToken struct {
	Reply
	// AccessToken calls, RefreshToken gets the next one. Both are secrets.
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	// UserID (2088...) or OpenID names the user, by the app's setting.
	UserID string `json:"user_id"`
	OpenID string `json:"open_id"`
	// Lifetime and RefreshLifetime say how long the two tokens are valid.
	Lifetime        time.Duration `json:"-"`
	RefreshLifetime time.Duration `json:"-"`
}

// UnmarshalJSON reads the platform's form of the answer.
func (t *UserToken) UnmarshalJSON(b []byte) error {
	type plain UserToken
	w := struct {
		*plain
		Expires   seconds `json:"expires_in"`
		ReExpires seconds `json:"re_expires_in"`
	}{plain: (*plain)(t)}
	err := json.Unmarshal(b, &w)
	t.Lifetime, t.RefreshLifetime = time.Duration(w.Expires), time.Duration(w.ReExpires)
	return err
}

// seconds is a duration that the platform writes as a number, or as a string.
type seconds time.Duration

func (s *seconds) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "" || text == "null" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return fmt.Errorf("%w: duration %.20q", ErrMalformed, text)
	}
	*s = seconds(time.Duration(n) * time.Second)
	return nil
}

// UserToken turns the auth_code of a user, which works once, into a token
// (alipay.system.oauth.token). A wrong code is [OAuthCodeInvalid].
func (c *Client) UserToken(ctx context.Context, authCode string) (*UserToken, error) {
	return c.userToken(ctx, map[string]string{"grant_type": "authorization_code", "code": authCode})
}

// RefreshUserToken turns a refresh token into the next token.
func (c *Client) RefreshUserToken(ctx context.Context, refreshToken string) (*UserToken, error) {
	return c.userToken(ctx, map[string]string{"grant_type": "refresh_token", "refresh_token": refreshToken})
}

func (c *Client) userToken(ctx context.Context, params map[string]string) (*UserToken, error) {
	for name, value := range params {
		if value == "" {
			return nil, invalid(methodOAuthToken, "%s is needed", name)
		}
	}
	out := new(UserToken)
	if _, err := c.Do(ctx, Request{Method: methodOAuthToken, Params: params}, out); err != nil {
		return nil, err
	}
	if out.AccessToken == "" {
		return nil, &Error{Method: methodOAuthToken, HTTPStatus: 200, Verified: true, TraceID: out.TraceID,
			Err: fmt.Errorf("%w: reply without a token", ErrMalformed)}
	}
	return out, nil
}

// User is what a user lets the app know. Fields they don't share are empty.
type User struct {
	Reply
	// UserID (2088...) or OpenID names the user, by the app's setting.
	UserID string `json:"user_id"`
	OpenID string `json:"open_id"`
	// Avatar is the address of a picture.
	Avatar   string `json:"avatar"`
	NickName string `json:"nick_name"`
	Province string `json:"province"`
	City     string `json:"city"`
	// Gender is "F" or "M".
	Gender string `json:"gender"`
}

// UserInfo asks for a user's profile by the AccessToken of [Client.UserToken]
// (alipay.user.info.share).
func (c *Client) UserInfo(ctx context.Context, accessToken string) (*User, error) {
	if accessToken == "" {
		return nil, invalid(methodUserInfo, "an access token is needed")
	}
	out := new(User)
	if _, err := c.Do(ctx, Request{Method: methodUserInfo, AuthToken: accessToken}, out); err != nil {
		return nil, err
	}
	return out, nil
}
