package alipay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

const maxReplyBytes = 8 << 20

var errNotRead = errors.New("reply was not read to its end")

// answer is an HTTP reply, read whole and not yet believed.
type answer struct {
	status  int
	header  http.Header
	body    []byte
	gbk     bool
	traceID string
}

func (a *answer) failure(method string) *Error {
	return &Error{Method: method, HTTPStatus: a.status, TraceID: a.traceID, Raw: bounded(a.body)}
}

// send does one request, once.
func (c *Client) send(ctx context.Context, method string, req *http.Request) (*answer, *Error) {
	// Once a connection was handed out, the request may have been written.
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	resp, err := c.http.Do(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err != nil {
		return nil, &Error{Method: method, Err: withoutURL(err), unsent: !connected.Load()}
	}
	defer resp.Body.Close()
	got := &answer{status: resp.StatusCode, header: resp.Header}
	if got.traceID = resp.Header.Get("trace_id"); got.traceID == "" {
		got.traceID = resp.Header.Get("alipay-trace-id")
	}
	_, media, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	got.gbk = isGBK(media["charset"])
	if got.body, err = io.ReadAll(io.LimitReader(resp.Body, maxReplyBytes+1)); err != nil {
		err = fmt.Errorf("%w: %w", errNotRead, err)
	} else if len(got.body) > maxReplyBytes {
		err = fmt.Errorf("%w: reply is too long", ErrMalformed)
	}
	if err != nil {
		fail := got.failure(method)
		fail.Err = err
		return nil, fail
	}
	return got, nil
}

// withoutURL drops the address from a transport error: its query is signed.
func withoutURL(err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err
	}
	return err
}

func bounded(b []byte) []byte {
	return append([]byte(nil), b[:min(len(b), maxErrorRaw)]...)
}
