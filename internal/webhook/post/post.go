// Package post sends webhooks over HTTP. It implements [webhook.Sender].
//
// It decides nothing about retries; it says what came of one request. It is
// not for calling platforms, which have clients of their own.
//
// The rule that surprises: whether an address may be called is asked when the
// connection is made, about the address that the name resolved to, and no
// proxy stands between, so a name can't lead to a network that is ours.
package post

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/paypush/paypush/internal/webhook"
)

// How long a try takes at most, and how much of an answer is read and kept.
const (
	dialTimeout = 5 * time.Second
	tryTimeout  = 10 * time.Second
	readMost    = 64 << 10
	keepMost    = 2 << 10
)

// errNotAllowed is why a connection was not made.
var errNotAllowed = errors.New("the address is not public")

// Sender posts. It is safe for any number of goroutines.
type Sender struct {
	client *http.Client
	agent  string
}

// New makes a sender that calls what guard allows. Version is named in the
// User-Agent.
func New(guard webhook.Guard, version string) *Sender {
	return &Sender{agent: "paypush/" + version, client: &http.Client{
		Transport:     schemes{plain: transport(guard, true), secure: transport(guard, false)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes idle connections.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// schemes has a transport for each scheme, since a plain connection is allowed
// to fewer addresses.
type schemes struct{ plain, secure *http.Transport }

// RoundTrip implements http.RoundTripper.
func (s schemes) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "http" {
		return s.plain.RoundTrip(r)
	}
	return s.secure.RoundTrip(r)
}

// CloseIdleConnections is found by http.Client.
func (s schemes) CloseIdleConnections() {
	s.plain.CloseIdleConnections()
	s.secure.CloseIdleConnections()
}

func transport(guard webhook.Guard, plain bool) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !guard.Allows(at.Addr(), plain) {
				return errNotAllowed
			}
			return nil
		}}
	return &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 64,
		MaxIdleConns: 512, IdleConnTimeout: 60 * time.Second, TLSHandshakeTimeout: dialTimeout,
		MaxResponseHeaderBytes: 32 << 10, DisableCompression: true}
}

// Post implements [webhook.Sender].
func (s *Sender) Post(ctx context.Context, r webhook.Request) (reply webhook.Reply) {
	began := time.Now()
	defer func() { reply.Took = time.Since(began) }()
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return webhook.Reply{Error: "The address is broken."}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", s.agent)
	req.Header.Set(webhook.HeaderID, r.ID)
	req.Header.Set(webhook.HeaderTimestamp, strconv.FormatInt(r.At.Unix(), 10))
	req.Header.Set(webhook.HeaderSignature, r.Signature)
	resp, err := s.client.Do(req)
	if err != nil {
		return webhook.Reply{Error: reason(err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, readMost))
	reply = webhook.Reply{Status: resp.StatusCode, Body: string(body[:min(len(body), keepMost)]),
		RetryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	if err != nil {
		reply.Error = reason(err)
	}
	return reply
}

// reason tells people why there was no answer. The address stays out of it,
// since it may hold a secret.
func reason(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var timeout interface{ Timeout() bool }
	var dns *net.DNSError
	switch {
	case errors.Is(err, errNotAllowed):
		return "Not called: the address is not public, or plain http."
	case errors.Is(err, context.Canceled):
		return "Interrupted: the server was stopping."
	case errors.As(err, &timeout) && timeout.Timeout():
		return "No answer within " + tryTimeout.String() + "."
	case errors.As(err, &dns):
		return "The name of the host can't be resolved."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The connection was refused."
	}
	return strings.ToValidUTF8(firstRunes(err.Error(), 200), "")
}

func firstRunes(s string, n int) string { return s[:min(len(s), n)] }

// retryAfter reads what an endpoint asks for, seconds or a date; 0 where it is
// neither.
func retryAfter(header string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(strings.TrimSpace(header), 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
