package browser

import (
	"net/http"
	"net/url"
	"strings"
)

// extraKey finds the headers of one visit in its requests' contexts.
type extraKey struct{}

// carrier brings requests to where they belong: WeChat's own hosts to the
// sandbox, which alone is told whose phone it is.
type carrier struct {
	origin   func() string
	identity http.Header
	next     http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *carrier) RoundTrip(r *http.Request) (*http.Response, error) {
	own, err := url.Parse(c.origin())
	if err != nil || own.Host == "" {
		return c.next.RoundTrip(r)
	}
	platform := ofPlatform(r.URL.Hostname())
	if !platform && r.URL.Host != own.Host {
		return c.next.RoundTrip(r)
	}
	next := r.Clone(r.Context())
	if platform {
		next.URL.Scheme, next.URL.Host, next.Host = own.Scheme, own.Host, own.Host
	}
	extra, _ := r.Context().Value(extraKey{}).(http.Header)
	for _, from := range []http.Header{c.identity, extra} {
		for key, values := range from {
			next.Header[key] = values
		}
	}
	resp, err := c.next.RoundTrip(next)
	if resp != nil {
		resp.Request = r
	}
	return resp, err
}

// ofPlatform tells WeChat's own hosts.
func ofPlatform(host string) bool {
	host = strings.ToLower(host)
	return host == "weixin.qq.com" || strings.HasSuffix(host, ".weixin.qq.com")
}
