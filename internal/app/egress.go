package app

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/paypush/paypush/internal/config"
)

// egress is the only way out: an HTTP transport that refuses every host which
// is not a platform of the configured mode, whatever a client was told.
type egress struct {
	allows func(hostport string) bool
	next   http.RoundTripper
}

// RoundTrip refuses before anything is sent.
func (e egress) RoundTrip(r *http.Request) (*http.Response, error) {
	if !e.allows(r.URL.Host) {
		return nil, fmt.Errorf("host %s is not one of this mode", r.URL.Host)
	}
	return e.next.RoundTrip(r)
}

// newHTTPClient makes the client with which platforms are called.
func newHTTPClient(c config.Config) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	transport := &http.Transport{DialContext: dialer.DialContext, Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second,
		ResponseHeaderTimeout: 15 * time.Second}
	return &http.Client{Transport: egress{allows: c.Allows, next: transport}, Timeout: 20 * time.Second}
}
