package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// call is one API request before a token is put on it.
type call struct {
	op          string // names the operation in errors, such as "template.send"
	path        string
	query       string // encoded, without the access token
	body        []byte // POSTed when not nil
	contentType string // application/json when empty
	// repeatable says that a second execution changes nothing, so a lost
	// reply is retryable instead of unknown.
	repeatable bool
	// confirmed says that the platform answers errcode 0 on success; a reply
	// without one then proves nothing.
	confirmed bool
	secrets   []string // what must not show in an error, beside app secret and token
}

// reply is a decoded body that may carry the platform's verdict.
type reply interface{ verdict() *status }

// quickReply is a reply that knows its commonest form by heart and reads it
// without the JSON decoder; any other form is left to that.
type quickReply interface{ quick(body []byte) bool }

// status is the part that any reply may have.
type status struct {
	ErrCode *int64 `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

func (s *status) verdict() *status { return s }

// do runs a call that needs an access token. A token the platform calls bad is
// replaced and the call repeated once: the first attempt was refused, so
// nothing happens twice.
func (c *Client) do(ctx context.Context, cl call, out reply) error {
	if err := c.admit(ctx, cl); err != nil {
		return err
	}
	tok, err := c.tokens.token(ctx)
	if err != nil {
		return asError(cl.op, err)
	}
	err = c.attempt(ctx, cl, tok.Value.Reveal(), out)
	if !tokenIsBad(err) {
		return err
	}
	next, renewErr := c.tokens.replace(ctx, tok.Value)
	if renewErr != nil {
		return tokenFailure(err, renewErr)
	}
	*out.verdict() = status{}
	return c.attempt(ctx, cl, next.Value.Reveal(), out)
}

// doBare runs a call that carries no access token.
func (c *Client) doBare(ctx context.Context, cl call, out reply) error {
	if err := c.admit(ctx, cl); err != nil {
		return err
	}
	return c.attempt(ctx, cl, "", out)
}

func (c *Client) attempt(ctx context.Context, cl call, token string, out reply) error {
	raw, err := c.exchange(ctx, cl, token)
	if err != nil {
		return err
	}
	return c.decode(cl, token, raw.body, out)
}

// decode reads a body into out and turns a verdict other than zero into an
// error.
func (c *Client) decode(cl call, token string, body []byte, out reply) error {
	if q, ok := out.(quickReply); ok && q.quick(body) {
		return nil
	}
	if err := unmarshal(body, out); err != nil {
		return c.lost(cl, token, errReply)
	}
	st := out.verdict()
	switch {
	case st.ErrCode == nil && cl.confirmed:
		return c.lost(cl, token, errReply)
	case st.ErrCode == nil || *st.ErrCode == 0:
		return nil
	}
	msg, rid := splitRequestID(st.ErrMsg)
	return &Error{
		Op: cl.op, Code: int(*st.ErrCode), RequestID: rid,
		Msg: c.scrub(msg, cl.hides(token)),
	}
}

// unmarshal decodes JSON, also where the platform left raw control characters
// inside a string, as nicknames sometimes have them.
func unmarshal(body []byte, out any) error {
	err := json.Unmarshal(body, out)
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	clean := make([]byte, len(body))
	for i, b := range body {
		if b < ' ' {
			b = ' '
		}
		clean[i] = b
	}
	return json.Unmarshal(clean, out)
}

func (cl call) method() string {
	if cl.body == nil {
		return http.MethodGet
	}
	return http.MethodPost
}

func (cl call) hides(token string) []string {
	if token == "" {
		return cl.secrets
	}
	return append([]string{token}, cl.secrets...)
}
