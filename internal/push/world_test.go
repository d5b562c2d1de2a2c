package push_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// clock is business and real time of a test.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// noon is a time outside every quiet span.
var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// node is the services of one server over a database.
type node struct {
	db        *store.DB
	clock     *clock
	channel   *pushtest.Channel
	messages  *push.Service
	campaigns *push.Campaigns
	followers *push.Followers
}

func newNode(t *testing.T, url string, c *clock, channel *pushtest.Channel, store_ ...func(push.CampaignStore) push.CampaignStore) *node {
	t.Helper()
	n := &node{db: storetest.Open(t, url, store.Options{Now: c.now}), clock: c, channel: channel}
	channels := map[string]push.Channel{"wechat": channel}
	var kept push.CampaignStore = n.db.Campaigns()
	for _, wrap := range store_ {
		kept = wrap(kept)
	}
	n.messages = push.NewService(push.Config{Store: n.db.Messages(), People: n.db.Messages(), Channels: channels,
		Templates: []string{push.TemplateReceipt}, Book: n.db.Book(), Rules: n.db.Book(), WeChat: "wechat", Now: c.now, NewID: id.New})
	n.campaigns = push.NewCampaigns(push.CampaignConfig{Store: kept, Messages: n.messages, Channels: channels, WeChat: "wechat",
		Now: c.now, Real: c.now, NewID: id.New, Holder: id.New("node")})
	n.followers = push.NewFollowers(push.FollowersConfig{Store: n.db.Followers(), Channels: channels, Now: c.now, Real: c.now, Holder: id.New("node")})
	return n
}

// each runs a test on both engines with one node.
func each(t *testing.T, fn func(t *testing.T, n *node)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, url string) {
		fn(t, newNode(t, url, &clock{t: noon}, new(pushtest.Channel)))
	})
}

func good(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// follow makes people follow, from a number on, and returns their openids.
func (n *node) follow(t *testing.T, from, count int) (all []string) {
	t.Helper()
	for i := range count {
		openid := fmt.Sprintf("o%05d", from+i)
		all = append(all, openid)
		good(t, n.followers.Touch(context.Background(), "wechat", openid, push.ContactFollowed, n.clock.now().Add(-time.Hour)))
	}
	return all
}

// launch places and starts a campaign.
func (n *node) launch(t *testing.T, in push.NewCampaign) push.Campaign {
	t.Helper()
	ctx := context.Background()
	if in.Audience.Kind == "" {
		in.Audience.Kind = push.AudienceFollowers
	}
	in.Title = "notice"
	c, err := n.campaigns.Draft(ctx, in)
	good(t, err)
	good(t, n.campaigns.Place(ctx, c, in.OpenIDs))
	c, err = n.campaigns.Start(ctx, c.ID)
	good(t, err)
	return c
}

func service() push.NewCampaign {
	return push.NewCampaign{Purpose: push.PurposeService, Template: push.TemplateReceipt}
}

// until works on campaigns until one has a status.
func (n *node) until(t *testing.T, c push.Campaign, status push.CampaignStatus) push.Counts {
	t.Helper()
	return n.work(t, c, func(now push.Campaign, _ push.Counts) bool { return now.Status == status })
}

// work runs the loops until something holds.
func (n *node) work(t *testing.T, c push.Campaign, enough func(push.Campaign, push.Counts) bool) push.Counts {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.campaigns.Run(ctx)
	}()
	defer func() { stop(); <-done }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		now, err := n.campaigns.Campaign(context.Background(), c.ID)
		good(t, err)
		counts, err := n.campaigns.Counts(context.Background(), now)
		good(t, err)
		if enough(now, counts) {
			return counts
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("it stays %s with %+v", now.Status, counts)
		}
	}
}

// deliveries are all recipients of a campaign.
func (n *node) deliveries(t *testing.T, c push.Campaign, status push.Status) (all []push.Delivery) {
	t.Helper()
	for after := int64(-1); ; {
		page, err := n.campaigns.Deliveries(context.Background(), c, push.DeliveryFilter{Status: status, After: after, Limit: 100})
		good(t, err)
		if len(page) == 0 {
			return all
		}
		all, after = append(all, page...), page[len(page)-1].N
	}
}

// once checks that everybody was told, and nobody twice.
func (n *node) once(t *testing.T, people int) {
	t.Helper()
	told := map[string]int{}
	for _, m := range n.channel.Delivered() {
		told[m.Recipient]++
	}
	if len(told) != people {
		t.Errorf("%d people were told, want %d", len(told), people)
	}
	for who, times := range told {
		if times != 1 {
			t.Errorf("%s was told %d times", who, times)
		}
	}
}

// onEvents has the rules answer events.
func (n *node) onEvents(ctx context.Context, all []event.Event) error {
	_, err := n.messages.OnEvents(ctx, all)
	return err
}
