package wechat

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The platform's own hosts, used unless a Config names others.
const (
	DefaultBaseURL      = "https://api.weixin.qq.com"
	DefaultAuthorizeURL = "https://open.weixin.qq.com"
	DefaultMPURL        = "https://mp.weixin.qq.com"
)

const defaultTimeout = 10 * time.Second

// Config describes one Official Account and how to reach the platform. Only
// AppID and AppSecret are required.
type Config struct {
	// AppID is the account's id, such as wx0123456789abcdef.
	AppID string
	// AppSecret is the account's API secret.
	AppSecret Secret

	// BaseURL is where the API is, DefaultBaseURL when empty. Setting it to a
	// host outside weixin.qq.com moves AuthorizeURL and MPURL there too unless
	// they are set, so one value points everything at a sandbox.
	BaseURL string
	// AuthorizeURL is the origin of the consent page.
	AuthorizeURL string
	// MPURL is the origin of QR code images and one-time subscribe pages.
	MPURL string

	// Token is the callback token of the account's settings page. A client
	// without one refuses every callback.
	Token Secret
	// EncodingAESKey is the 43-character callback key. It is required by
	// CallbackSafe and CallbackCompatible.
	EncodingAESKey Secret
	// CallbackMode is the mode chosen on the settings page. The zero value is
	// CallbackSafe when EncodingAESKey is set and CallbackPlain otherwise. It
	// is never taken from a request.
	CallbackMode CallbackMode
	// CallbackMaxAge is how old a callback's timestamp may be, or how far
	// ahead, before it is refused; ten minutes when zero.
	CallbackMaxAge time.Duration

	// ClassicToken fetches tokens from /cgi-bin/token instead of
	// /cgi-bin/stable_token. Each classic fetch kills the former token, so
	// nodes must then share a TokenStore.
	ClassicToken bool
	// TokenStore is where nodes share the access token; memory when nil.
	TokenStore TokenStore

	// HTTPClient carries the requests; one with enough idle connections per
	// host when nil. Only its Transport and Timeout are used: redirects are
	// never followed, since they would carry the token elsewhere, and there
	// are no cookies.
	HTTPClient *http.Client
	// Timeout bounds one HTTP exchange, ten seconds when zero. It is ignored
	// when HTTPClient sets its own.
	Timeout time.Duration
	// SkipValueChecks sends keyword values as they are, should the platform
	// have loosened its rules; see CheckValue.
	SkipValueChecks bool
	// Limiter, when set, is asked before every API call.
	Limiter Limiter
	// Logger hears of token refreshes and of a failing TokenStore; nobody does
	// when nil. It is never given a secret.
	Logger *slog.Logger
	// Now is the clock for expiry; time.Now when nil.
	Now func() time.Time
}

// withDefaults fills what was left empty and refuses what cannot work.
func (cfg Config) withDefaults() (Config, error) {
	if cfg.AppID == "" {
		return cfg, errors.New("wechat: config: AppID is empty")
	}
	if cfg.AppSecret == "" {
		return cfg, errors.New("wechat: config: AppSecret is empty")
	}
	cfg = cfg.withHosts()
	if cfg.TokenStore == nil {
		cfg.TokenStore = NewMemoryTokenStore()
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg, nil
}

func (cfg Config) withHosts() Config {
	authorize, mp := DefaultAuthorizeURL, DefaultMPURL
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	} else if !isPlatformHost(cfg.BaseURL) {
		authorize, mp = cfg.BaseURL, cfg.BaseURL
	}
	if cfg.AuthorizeURL == "" {
		cfg.AuthorizeURL = authorize
	}
	if cfg.MPURL == "" {
		cfg.MPURL = mp
	}
	return cfg
}

// isPlatformHost tells the platform's fallback API hosts, which serve no
// consent page, from somebody else's.
func isPlatformHost(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && strings.HasSuffix(u.Hostname(), ".weixin.qq.com")
}

// origin checks a base URL and takes off the trailing slash.
func origin(field, raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("wechat: config: %s is not an absolute http or https URL", field)
	}
	if u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("wechat: config: %s must hold only scheme, host and path", field)
	}
	return u, nil
}
