package wechat

import (
	"context"
	"net/url"
)

// post sends v as JSON to a path that changes something and whose success the
// platform confirms by errcode 0. Its reply, when lost, leaves the outcome
// unknown.
func (c *Client) post(ctx context.Context, op, path string, v any, out reply) error {
	return c.postCall(ctx, call{op: op, path: path, confirmed: true}, v, out)
}

// set is post for a change that may be made twice without harm, such as
// setting a remark.
func (c *Client) set(ctx context.Context, op, path string, v any) error {
	return c.postCall(ctx, call{op: op, path: path, confirmed: true, repeatable: true}, v, new(status))
}

// ask sends v as JSON to a path that only reads, and whose replies carry no
// errcode on success.
func (c *Client) ask(ctx context.Context, op, path string, v any, out reply) error {
	return c.postCall(ctx, call{op: op, path: path, repeatable: true}, v, out)
}

func (c *Client) postCall(ctx context.Context, cl call, v any, out reply) error {
	body, err := encode(v)
	if err != nil {
		return invalid(cl.op, "request cannot be written as JSON: %v", err)
	}
	cl.body = body
	return c.do(ctx, cl, out)
}

// get reads a path.
func (c *Client) get(ctx context.Context, op, path string, query url.Values, out reply) error {
	return c.do(ctx, call{op: op, path: path, query: query.Encode(), repeatable: true}, out)
}

// unusable is a reply without what it is for, from a path that may be asked
// again.
func unusable(op string) error {
	return &Error{Op: op, Err: errReply, class: classRetryable}
}
