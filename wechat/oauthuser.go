package wechat

import (
	"context"
	"net/url"
)

// OAuthUser is a person's profile as consented to. Since October 2021 the
// platform leaves sex and region empty.
type OAuthUser struct {
	OpenID    string   `json:"openid"`
	UnionID   string   `json:"unionid"`
	Nickname  string   `json:"nickname"`
	AvatarURL string   `json:"headimgurl"`
	Privilege []string `json:"privilege"`
}

// Language is the language of names in replies.
type Language string

// The languages of the platform.
const (
	SimplifiedChinese  Language = "zh_CN"
	TraditionalChinese Language = "zh_TW"
	English            Language = "en"
)

// UserInfo reads the profile of the person who consented with ScopeUserInfo. A
// token of ScopeBase is refused with 48001. An empty language means simplified
// Chinese.
//
// It follows 网页授权, step four (/sns/userinfo).
func (c *Client) UserInfo(ctx context.Context, tok *OAuthToken, lang Language) (*OAuthUser, error) {
	var out struct {
		status
		OAuthUser
	}
	cl := snsCall("oauth.userinfo", "/sns/userinfo", tok)
	cl.query += "&lang=" + url.QueryEscape(string(orChinese(lang)))
	if err := c.doBare(ctx, cl, &out); err != nil {
		return nil, err
	}
	if out.OpenID == "" {
		return nil, c.lost(cl, "", errReply)
	}
	return &out.OAuthUser, nil
}

// CheckAuth asks whether a person's token is still good; nil means yes.
//
// It follows 网页授权, 检验授权凭证 (/sns/auth).
func (c *Client) CheckAuth(ctx context.Context, tok *OAuthToken) error {
	cl := snsCall("oauth.check", "/sns/auth", tok)
	cl.confirmed = true
	return c.doBare(ctx, cl, new(status))
}

// RefreshOAuth renews a person's token. A token that has not expired stays the
// same and only lives longer.
//
// It follows 网页授权, step three (/sns/oauth2/refresh_token).
func (c *Client) RefreshOAuth(ctx context.Context, refresh Secret) (*OAuthToken, error) {
	const op = "oauth.refresh"
	if refresh == "" {
		return nil, invalid(op, "refresh token is empty")
	}
	return c.oauthToken(ctx, call{
		op: op, path: "/sns/oauth2/refresh_token", repeatable: true,
		query: "appid=" + url.QueryEscape(c.appID) + "&grant_type=refresh_token&refresh_token=" +
			url.QueryEscape(refresh.Reveal()),
		secrets: []string{refresh.Reveal()},
	})
}

func snsCall(op, path string, tok *OAuthToken) call {
	return call{
		op: op, path: path, repeatable: true,
		query:   "access_token=" + url.QueryEscape(tok.AccessToken.Reveal()) + "&openid=" + url.QueryEscape(tok.OpenID),
		secrets: []string{tok.AccessToken.Reveal()},
	}
}

func orChinese(lang Language) Language {
	if lang == "" {
		return SimplifiedChinese
	}
	return lang
}
