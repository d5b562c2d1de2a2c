package wechat

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Client speaks for one Official Account. It is safe for any number of
// goroutines; make one per account and keep it, since it owns the account's
// access token and its connections.
type Client struct {
	appID     string
	secret    Secret
	base      *url.URL
	authorize *url.URL
	mp        *url.URL
	transport http.RoundTripper
	timeout   time.Duration
	limiter   Limiter
	unchecked bool
	logger    *slog.Logger
	now       func() time.Time
	tokens    *tokenKeeper
	tickets   *tokenKeeper
	callback  *Callback
}

// New makes a client. It checks the configuration and talks to nobody: wrong
// credentials show at the first call.
func New(cfg Config) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Client{
		appID: cfg.AppID, secret: cfg.AppSecret, limiter: cfg.Limiter,
		logger: cfg.Logger, now: cfg.Now, unchecked: cfg.SkipValueChecks,
	}
	c.transport, c.timeout = transportOf(cfg)
	if err := c.setHosts(cfg); err != nil {
		return nil, err
	}
	if c.callback, err = newCallback(cfg); err != nil {
		return nil, err
	}
	c.tokens = newAccessTokenKeeper(c, cfg)
	c.tickets = newTicketKeeper(c, cfg)
	return c, nil
}

func (c *Client) setHosts(cfg Config) (err error) {
	if c.base, err = origin("BaseURL", cfg.BaseURL); err != nil {
		return err
	}
	if c.authorize, err = origin("AuthorizeURL", cfg.AuthorizeURL); err != nil {
		return err
	}
	c.mp, err = origin("MPURL", cfg.MPURL)
	return err
}

// AppID returns the account's id.
func (c *Client) AppID() string { return c.appID }

// Format prints the account's id alone, for every verb: fmt would otherwise
// print the secret, which it cannot ask to hide itself in an unexported field.
func (c *Client) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "wechat.Client(%s)", c.appID) }

// Callback returns the verifier and parser of what the platform posts to this
// account. It is never nil.
func (c *Client) Callback() *Callback { return c.callback }

// AccessToken returns the account's API token, fetching it when there is none
// that lasts. Any number of callers cause one fetch. It is for calls that this
// package has no method for; do not keep the value.
func (c *Client) AccessToken(ctx context.Context) (Secret, error) {
	tok, err := c.tokens.token(ctx)
	if err != nil {
		return "", asError("access_token", err)
	}
	return tok.Value, nil
}

// transportOf takes what this package uses of an HTTP client. Going to the
// transport itself saves the redirect and cookie machinery, both unwanted
// here, and errors that quote the URL.
func transportOf(cfg Config) (http.RoundTripper, time.Duration) {
	if cfg.HTTPClient == nil {
		return newTransport(), cfg.Timeout
	}
	transport, timeout := cfg.HTTPClient.Transport, cfg.HTTPClient.Timeout
	if transport == nil {
		transport = http.DefaultTransport
	}
	if timeout == 0 {
		timeout = cfg.Timeout
	}
	return transport, timeout
}

// newTransport has idle connections for hundreds of calls in flight: the
// default of two per host would dial anew for most of them.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          1024,
		MaxIdleConnsPerHost:   512,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}
