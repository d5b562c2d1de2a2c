package alipay

import (
	"context"
	"encoding/json"
	"time"
)

// MerchantToken lets a service provider call for a merchant who authorised it; see
// [Client.ForMerchant].
type MerchantToken struct {
	Reply
	// AppAuthToken calls, AppRefreshToken gets the next one. Both are secrets.
	AppAuthToken    string `json:"app_auth_token"`
	AppRefreshToken string `json:"app_refresh_token"`
	// AuthAppID is the merchant's app, UserID the merchant (2088...).
	AuthAppID string `json:"auth_app_id"`
	UserID    string `json:"user_id"`
	// Lifetime and RefreshLifetime say how long the two tokens are valid.
	Lifetime        time.Duration `json:"-"`
	RefreshLifetime time.Duration `json:"-"`
}

// UnmarshalJSON reads the platform's form of the answer; of several tokens it takes
// the first.
func (t *MerchantToken) UnmarshalJSON(b []byte) error {
	type plain MerchantToken
	type timed struct {
		*plain
		Expires   seconds `json:"expires_in"`
		ReExpires seconds `json:"re_expires_in"`
	}
	w := timed{plain: (*plain)(t)}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	var list struct {
		Tokens []json.RawMessage `json:"tokens"`
	}
	if err := json.Unmarshal(b, &list); err == nil && t.AppAuthToken == "" && len(list.Tokens) > 0 {
		if err := json.Unmarshal(list.Tokens[0], &w); err != nil {
			return err
		}
	}
	t.Lifetime, t.RefreshLifetime = time.Duration(w.Expires), time.Duration(w.ReExpires)
	return nil
}

// MerchantToken turns the app_auth_code that a merchant's authorisation brought,
// which works once, into a token (alipay.open.auth.token.app).
func (c *Client) MerchantToken(ctx context.Context, appAuthCode string) (*MerchantToken, error) {
	return c.merchantToken(ctx, appAuthCode, map[string]string{"grant_type": "authorization_code", "code": appAuthCode})
}

// RefreshMerchantToken turns a refresh token into the next token.
func (c *Client) RefreshMerchantToken(ctx context.Context, refreshToken string) (*MerchantToken, error) {
	return c.merchantToken(ctx, refreshToken, map[string]string{"grant_type": "refresh_token", "refresh_token": refreshToken})
}

func (c *Client) merchantToken(ctx context.Context, secret string, content map[string]string) (*MerchantToken, error) {
	if secret == "" {
		return nil, invalid(methodMerchantToken, "a code or refresh token is needed")
	}
	out := new(MerchantToken)
	if _, err := c.Do(ctx, Request{Method: methodMerchantToken, Content: content}, out); err != nil {
		return nil, err
	}
	return out, nil
}
