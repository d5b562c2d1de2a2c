package wechat

import (
	"context"
	"errors"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
	client "github.com/paypush/paypush/wechat"
)

var (
	_ push.Lister   = (*Channel)(nil)
	_ push.Profiler = (*Channel)(nil)
)

// tagPage is how many people of a tag are read before they are stored.
const tagPage = 10_000

// Followers reads a page of at most 10,000.
func (c *Channel) Followers(ctx context.Context, after string) (push.Page, error) {
	p, err := c.client.FollowerPage(ctx, after)
	return push.Page{OpenIDs: p.OpenIDs, Next: p.Next, Total: p.Total}, fault.Wrap("wechat.Followers", err)
}

// Profiles reads at most 100 people. The platform refuses a call with somebody
// in it whom it does not know; then the others are read in halves, and nothing
// is told of that one.
func (c *Channel) Profiles(ctx context.Context, openids []string) ([]push.Profile, error) {
	found, err := c.client.FollowerBatch(ctx, openids, client.SimplifiedChinese)
	var e *client.Error
	if errors.As(err, &e) && (e.Code == strangerCode || e.Code == foreignCode) {
		if len(openids) == 1 {
			return []push.Profile{{OpenID: openids[0]}}, nil
		}
		half := len(openids) / 2
		some, err := c.Profiles(ctx, openids[:half])
		if err != nil {
			return some, err
		}
		rest, err := c.Profiles(ctx, openids[half:])
		return append(some, rest...), err
	}
	all := make([]push.Profile, 0, len(found))
	for _, f := range found {
		all = append(all, push.Profile{OpenID: f.OpenID, UnionID: f.UnionID, FollowedAt: f.SubscribedAt})
	}
	return all, fault.Wrap("wechat.Profiles", err)
}

// Tags lists the account's tags, those of the platform's own included.
func (c *Channel) Tags(ctx context.Context) ([]push.Tag, error) {
	tags, err := c.client.Tags(ctx)
	all := make([]push.Tag, 0, len(tags))
	for _, t := range tags {
		all = append(all, push.Tag{ID: int64(t.ID), Name: t.Name, People: t.Count})
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
