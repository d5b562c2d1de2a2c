package wechat

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
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

// watchedBody notes whether the transport began to read it, which is when the
// request starts to leave. A call that fails before that has done nothing.
type watchedBody struct {
	left    *bytes.Reader
	started *atomic.Bool
}

// Read implements io.Reader. There is no WriteTo, which could go unnoticed.
func (b *watchedBody) Read(p []byte) (int, error) {
	b.started.Store(true)
	return b.left.Read(p)
}

// Close does nothing; the bytes belong to the call.
func (b *watchedBody) Close() error { return nil }

// exchange sends one request and reads the whole reply.
func (c *Client) exchange(ctx context.Context, cl call, token string) (rawReply, error) {
	if err := ctx.Err(); err != nil {
		return rawReply{}, &Error{Op: cl.op, Err: err, class: classRetryable}
	}
	started := new(atomic.Bool)
	resp, err := c.http.Do(c.request(ctx, cl, token, started))
	if err != nil {
		return rawReply{}, c.transportError(cl, token, err, started.Load())
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

func (c *Client) request(ctx context.Context, cl call, token string, started *atomic.Bool) *http.Request {
	req := (&http.Request{
		Method: cl.method(), URL: c.endpoint(cl, token), Host: c.base.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: make(http.Header, 1),
	}).WithContext(ctx)
	if cl.body == nil && cl.repeatable {
		return req
	}
	// A GET that spends something, such as an OAuth code, gets an empty body
	// without GetBody: the transport then never repeats it by itself.
	body := func() (io.ReadCloser, error) {
		return &watchedBody{left: bytes.NewReader(cl.body), started: started}, nil
	}
	req.Body, _ = body()
	if cl.body == nil {
		return req
	}
	req.ContentLength, req.GetBody = int64(len(cl.body)), body
	req.Header["Content-Type"] = []string{contentTypeOf(cl)}
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
func (c *Client) transportError(cl call, token string, err error, started bool) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	if !started && !cl.repeatable {
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
