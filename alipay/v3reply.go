package alipay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// openV3 verifies an answer of version 3 and tells success from failure.
func (c *Client) openV3(ctx context.Context, r *Request, got *answer) (*Reply, error) {
	fail := got.failure(r.Method)
	distrust := c.verifyV3(ctx, got)
	fail.Verified = distrust == nil
	if got.status >= 400 {
		return nil, fail.refusedV3(got, distrust)
	}
	if distrust != nil {
		fail.Err = distrust
		return nil, fail
	}
	if got.status != http.StatusOK && got.status != http.StatusNoContent {
		fail.Err = errors.New("unexpected HTTP status")
		return nil, fail
	}
	content, err := c.contentV3(got)
	if err != nil {
		fail.Err = err
		return nil, fail
	}
	return &Reply{TraceID: got.traceID, Raw: content}, nil
}

func (c *Client) verifyV3(ctx context.Context, got *answer) error {
	signature := got.header.Get("alipay-signature")
	if signature == "" {
		return fmt.Errorf("%w: missing", ErrSignature)
	}
	key, err := c.replyKey(ctx, got.header.Get("alipay-sn"))
	if err != nil {
		return err
	}
	content := fmt.Appendf(nil, "%s\n%s\n%s\n", got.header.Get("alipay-timestamp"), got.header.Get("alipay-nonce"), got.body)
	return verify(key, RSA2, content, signature)
}

// refusedV3 reads an error body. A signature is not expected there, but a wrong
// one is not let through.
func (e *Error) refusedV3(got *answer, distrust error) *Error {
	var body struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	switch {
	case distrust != nil && got.header.Get("alipay-signature") != "":
		e.Err = distrust
	case json.Unmarshal(got.body, &body) != nil || body.Code == "":
		e.Err = fmt.Errorf("%w: error without a code", ErrMalformed)
	default:
		e.Code, e.Msg = strconv.Itoa(got.status), http.StatusText(got.status)
		e.SubCode, e.SubMsg = body.Code, body.Message
	}
	return e
}

func (c *Client) contentV3(got *answer) ([]byte, error) {
	body := bytes.TrimSpace(got.body)
	switch {
	case len(body) == 0:
		return []byte("{}"), nil
	case body[0] != '{' && c.content != nil:
		return c.content.decrypt(strings.Trim(string(body), `"`))
	case !json.Valid(body):
		return nil, fmt.Errorf("%w: reply is not JSON", ErrMalformed)
	}
	return body, nil
}
