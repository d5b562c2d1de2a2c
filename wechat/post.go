package wechat

import "context"

// post sends v as JSON to a path that changes something and whose success the
// platform confirms by errcode 0.
func (c *Client) post(ctx context.Context, op, path string, v any, out reply) error {
	body, err := encode(v)
	if err != nil {
		return invalid(op, "request cannot be written as JSON: %v", err)
	}
	return c.do(ctx, call{op: op, path: path, body: body, confirmed: true}, out)
}
