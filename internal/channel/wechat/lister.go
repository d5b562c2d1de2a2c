package wechat

import (
	"context"
	"errors"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
	client "github.com/paypush/paypush/wechat"
)

var _ push.Lister = (*Channel)(nil)

// tagPage is how many people of a tag are read before they are stored.
const tagPage = 10_000

// Followers reads a page of at most 10,000.
func (c *Channel) Followers(ctx context.Context, after string) (push.Page, error) {
	p, err := c.client.FollowerPage(ctx, after)
	return push.Page{OpenIDs: p.OpenIDs, Next: p.Next, Total: p.Total}, fault.Wrap("wechat.Followers", err)
}

// Tags lists the account's tags, those of the platform's own included.
func (c *Channel) Tags(ctx context.Context) ([]int64, error) {
	tags, err := c.client.Tags(ctx)
	all := make([]int64, 0, len(tags))
	for _, t := range tags {
		all = append(all, int64(t.ID))
	}
	return all, fault.Wrap("wechat.Tags", err)
}

// Tagged reads on from somebody until there are enough for one page. A tag
// that the platform lists and does not open, as some of its own, has nobody.
func (c *Channel) Tagged(ctx context.Context, tag int64, after string) (p push.Page, err error) {
	for openid, err := range c.client.TagMembers(ctx, int(tag), after) {
		var e *client.Error
		if errors.As(err, &e) && e.Rejected() {
			return push.Page{}, nil
		}
		if err != nil {
			return push.Page{}, fault.Wrap("wechat.Tagged", err)
		}
		if p.OpenIDs = append(p.OpenIDs, openid); len(p.OpenIDs) == tagPage {
			p.Next = openid
			break
		}
	}
	p.Total = int64(len(p.OpenIDs))
	return p, nil
}
