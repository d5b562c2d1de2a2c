package alipay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Reply is what every answer of the gateway has beside its own fields.
type Reply struct {
	// Code is "10000", or "10003" for a payment that waits for its buyer. It is
	// empty for methods that answer without one, as alipay.system.oauth.token.
	Code string `json:"-"`
	// TraceID is what Alipay's support asks for; empty if the gateway sent none.
	TraceID string `json:"-"`
	// Raw is the verified inner JSON object, as UTF-8.
	Raw json.RawMessage `json:"-"`
}

func (r *Reply) setReply(from *Reply) { *r = *from }

// Do sends one signed request by POST, verifies the reply and decodes its inner
// object into out, which may be nil. It is the way to methods that have no
// function of their own here.
//
// It sends once: no failure is retried. Every failure is an [*Error]. A cancelled
// or expired context says nothing about the outcome of a request that has left;
// such an error answers Unknown.
func (c *Client) Do(ctx context.Context, r Request, out any) (*Reply, error) {
	call := c.do
	if c.v3 {
		call = c.doV3
	}
	reply, err := call(ctx, &r)
	if err != nil {
		return nil, err
	}
	if err := decode(&r, reply, out); err != nil {
		return nil, err
	}
	return reply, nil
}

// decode reads the inner object of a good reply into out, which may be nil.
func decode(r *Request, reply *Reply, out any) error {
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(reply.Raw, out); err != nil {
		cause := fmt.Errorf("%w: content of the reply: %w", ErrMalformed, err)
		return &Error{Method: r.Method, HTTPStatus: http.StatusOK, TraceID: reply.TraceID,
			Verified: true, Raw: bounded(reply.Raw), Err: cause}
	}
	if o, ok := out.(interface{ setReply(*Reply) }); ok {
		o.setReply(reply)
	}
	return nil
}

// do is a call of gateway.do.
func (c *Client) do(ctx context.Context, r *Request) (*Reply, error) {
	all, err := c.params(r)
	if err != nil {
		return nil, &Error{Method: r.Method, Err: err, unsent: true}
	}
	query := append(make([]byte, 0, 1024), c.gateway...)
	query = append(query, '?')
	var body []byte
	for _, p := range all {
		if inBody(p.name) {
			body = appendParam(body, p)
		} else {
			query = appendParam(query, p)
		}
	}
	req, err := http.NewRequest(http.MethodPost, string(query), bytes.NewReader(body))
	if err != nil {
		return nil, invalid(r.Method, "the gateway makes no valid URL")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	req.Header.Set("Accept", "application/json")
	got, failure := c.send(ctx, r.Method, req)
	if failure != nil {
		return nil, failure
	}
	if got.status != http.StatusOK {
		failure = got.failure(r.Method)
		failure.Err = errors.New("unexpected HTTP status")
		return nil, failure
	}
	return c.open(ctx, r, got)
}

// open verifies an answer and tells success from failure.
func (c *Client) open(ctx context.Context, r *Request, got *answer) (*Reply, error) {
	fail := got.failure(r.Method)
	f, err := splitFrame(got.body, r.Method, got.gbk)
	if err != nil {
		fail.Err = err
		return nil, fail
	}
	distrust := c.verifyFrame(ctx, r, &f)
	fail.Verified = distrust == nil
	content := f.content
	if distrust == nil {
		content, err = c.plainContent(f.content)
	}
	if got.gbk {
		content = []byte(fromGBK(string(content)))
	}
	if err == nil {
		err = fail.readCodes(content)
	}
	if err != nil && distrust == nil {
		fail.Err = err
		return nil, fail
	}
	if distrust != nil && (f.signature != "" || !fail.mayBeUnsigned()) {
		fail.Err = distrust
		return nil, fail
	}
	if !fail.success(f.key) {
		return nil, fail
	}
	return &Reply{Code: fail.Code, TraceID: got.traceID, Raw: content}, nil
}

func (c *Client) verifyFrame(ctx context.Context, r *Request, f *frame) error {
	if r.selfProving {
		// Its signer is the very certificate it brings, which is checked by itself.
		return nil
	}
	if f.signature == "" {
		return fmt.Errorf("%w: missing", ErrSignature)
	}
	key, err := c.replyKey(ctx, f.certSN)
	if err != nil {
		return err
	}
	return verify(key, c.signType, f.content, f.signature)
}

func (e *Error) readCodes(content []byte) error {
	var codes struct {
		Code    string `json:"code"`
		Msg     string `json:"msg"`
		SubCode string `json:"sub_code"`
		SubMsg  string `json:"sub_msg"`
	}
	if err := json.Unmarshal(content, &codes); err != nil {
		return fmt.Errorf("%w: content of the reply: %w", ErrMalformed, err)
	}
	e.Code, e.Msg, e.SubCode, e.SubMsg = codes.Code, codes.Msg, codes.SubCode, codes.SubMsg
	return nil
}

// mayBeUnsigned reports a refusal that the gateway decides before it has found
// the app, and with it the key to sign with.
func (e *Error) mayBeUnsigned() bool {
	switch e.Code {
	case "40001", "40002", "40003":
		return strings.HasPrefix(e.SubCode, "isv.")
	}
	return false
}

// success tells whether the answer under key is one. A reply that claims neither
// success nor failure is malformed, so that its call has an unknown outcome.
func (e *Error) success(key string) bool {
	own := key != "error_response" && key != "null_response"
	switch {
	case own && e.Code == codeSuccess, own && e.Code == codeWaiting && e.Method == methodPay:
		return true
	case own && e.Code == "" && e.Method == methodOAuthToken:
		return true
	case e.Code == "" || e.Code == codeSuccess || e.Code == codeWaiting:
		e.Err = fmt.Errorf("%w: reply says neither success nor failure", ErrMalformed)
	}
	return false
}
