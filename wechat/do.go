package wechat

import (
	"context"
	"encoding/json"
	"net/url"
)

// anyReply decodes into whatever the caller wants, beside the verdict.
type anyReply struct {
	status
	out any
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *anyReply) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &r.status); err != nil || r.out == nil {
		return err
	}
	if r.ErrCode != nil && *r.ErrCode != 0 {
		return nil
	}
	return json.Unmarshal(data, r.out)
}

// Do POSTs in as JSON to a path this package has no method for and decodes the
// reply into out, which may be nil. Token, errors and limiter are those of
// every call; since nothing is known about the path, a lost reply is Unknown.
func (c *Client) Do(ctx context.Context, path string, in, out any) error {
	return c.postCall(ctx, call{op: path, path: path}, in, &anyReply{out: out})
}

// Get reads a path this package has no method for and decodes the reply into
// out. The access token is added to the query. A lost reply is Retryable.
func (c *Client) Get(ctx context.Context, path string, query url.Values, out any) error {
	return c.get(ctx, path, path, query, &anyReply{out: out})
}
