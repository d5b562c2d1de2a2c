package wechat

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
)

// maxReply bounds a JSON reply; the largest real one, a page of 10,000
// openids, is about 400 kB.
const maxReply = 16 << 20

const jsonType = "application/json; charset=utf-8"

// rawReply is an HTTP reply of status 200.
type rawReply struct {
	body        []byte
	contentType string
}

// progress follows one request through the transport. What it says is only
// believed when the transport reports at all.
type progress struct {
	trace          httptrace.ClientTrace
	asked, written atomic.Bool
}

func newProgress() *progress {
	p := new(progress)
	p.trace.GetConn = func(string) { p.asked.Store(true) }
	p.trace.WroteHeaders = func() { p.written.Store(true) }
	return p
}

// nothingSent reports that the request certainly did not leave.
func (p *progress) nothingSent() bool { return p.asked.Load() && !p.written.Load() }

// exchange sends one request and reads the whole reply.
func (c *Client) exchange(ctx context.Context, cl call, token string) (rawReply, error) {
	if err := ctx.Err(); err != nil {
		return rawReply{}, &Error{Op: cl.op, Err: err, class: classRetryable}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	seen := newProgress()
	resp, err := c.transport.RoundTrip(c.request(httptrace.WithClientTrace(ctx, &seen.trace), cl, token))
	if err != nil {
		return rawReply{}, c.transportError(cl, token, err, seen.nothingSent())
	}
	defer resp.Body.Close()
	body, err := readReply(resp)
	switch {
	case resp.StatusCode != http.StatusOK:
		return rawReply{}, statusError(cl, resp.StatusCode)
	case err != nil:
		return rawReply{}, c.lost(cl, token, err)
	}
	return rawReply{body: body, contentType: resp.Header.Get("Content-Type")}, nil
}

func (c *Client) request(ctx context.Context, cl call, token string) *http.Request {
	req := (&http.Request{
		Method: cl.method(), URL: c.endpoint(cl, token), Host: c.base.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: make(http.Header, 1),
	}).WithContext(ctx)
	switch {
	case cl.body != nil:
		// These very types let the transport send head and body in one write.
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(cl.body)), nil }
		req.Body, _ = req.GetBody()
		req.ContentLength = int64(len(cl.body))
		req.Header["Content-Type"] = []string{contentTypeOf(cl)}
	case !cl.repeatable:
		// A GET that spends something, such as an OAuth code: with a body that
		// cannot be had again the transport never repeats it by itself.
		req.Body = io.NopCloser(strings.NewReader(""))
	}
	return req
}

func contentTypeOf(cl call) string {
	if cl.contentType != "" {
		return cl.contentType
	}
	return jsonType
}

func (c *Client) endpoint(cl call, token string) *url.URL {
	u := *c.base
	u.Path += cl.path
	u.RawQuery = cl.query
	if token != "" {
		u.RawQuery = "access_token=" + url.QueryEscape(token)
		if cl.query != "" {
			u.RawQuery += "&" + cl.query
		}
	}
	return &u
}

// readReply reads the body into one slice of its announced size.
func readReply(resp *http.Response) ([]byte, error) {
	if n := resp.ContentLength; n >= 0 && n <= maxReply {
		body := make([]byte, n)
		_, err := io.ReadFull(resp.Body, body)
		return body, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err == nil && len(body) > maxReply {
		err = errReplyTooLong
	}
	return body, err
}

// transportError classifies a failure of the HTTP client. The client's own
// error prints the URL, and with it the token, so only its cause is kept.
func (c *Client) transportError(cl call, token string, err error, nothingSent bool) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	if nothingSent {
		return &Error{Op: cl.op, Err: c.scrubError(err, cl.hides(token)), class: classRetryable}
	}
	return c.lost(cl, token, err)
}

// lost is a call whose reply cannot be known.
func (c *Client) lost(cl call, token string, err error) error {
	class := classUnknown
	if cl.repeatable {
		class = classRetryable
	}
	return &Error{Op: cl.op, Err: c.scrubError(err, cl.hides(token)), class: class}
}

// statusError is a reply that did not come from the API itself, which always
// answers 200: a proxy, a gateway or a wrong base URL.
func statusError(cl call, code int) error {
	e := &Error{Op: cl.op, HTTPStatus: code, Msg: strings.ToLower(http.StatusText(code)), class: classRejected}
	switch {
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable && cl.repeatable:
		e.class = classRetryable
	case code >= 500 && cl.repeatable:
		e.class = classRetryable
	case code >= 500 || code < 300:
		e.class = classUnknown
	}
	return e
}
