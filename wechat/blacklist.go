package wechat

import (
	"context"
	"iter"
	"slices"
)

const maxBlockBatch = 20

// Blacklist yields the openid of everybody on the blacklist, beginning after
// the one given. It ends after the first error.
//
// It follows 获取公众号的黑名单列表 (/cgi-bin/tags/members/getblacklist).
func (c *Client) Blacklist(ctx context.Context, after string) iter.Seq2[string, error] {
	return walk(ctx, after, func(ctx context.Context, after string) (OpenIDPage, error) {
		var out openIDReply
		in := map[string]string{"begin_openid": after}
		err := c.ask(ctx, "blacklist.get", "/cgi-bin/tags/members/getblacklist", in, &out)
		return out.page(after), err
	})
}

// Block puts people on the blacklist, twenty per call. It may be repeated as a
// whole after an error.
//
// It follows 拉黑用户 (/cgi-bin/tags/members/batchblacklist).
func (c *Client) Block(ctx context.Context, openids []string) error {
	return c.blocking(ctx, "blacklist.add", "/cgi-bin/tags/members/batchblacklist", openids)
}

// Unblock takes people off the blacklist, twenty per call. It may be repeated
// as a whole after an error.
//
// It follows 取消拉黑用户 (/cgi-bin/tags/members/batchunblacklist).
func (c *Client) Unblock(ctx context.Context, openids []string) error {
	return c.blocking(ctx, "blacklist.remove", "/cgi-bin/tags/members/batchunblacklist", openids)
}

func (c *Client) blocking(ctx context.Context, op, path string, openids []string) error {
	for chunk := range slices.Chunk(openids, maxBlockBatch) {
		if err := c.set(ctx, op, path, map[string][]string{"openid_list": chunk}); err != nil {
			return err
		}
	}
	return nil
}
