package push_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store/storetest"
)

// capped makes a node's campaigns keep to a cap of the account.
func (n *node) capped(c push.Cap) {
	n.campaigns = push.NewCampaigns(push.CampaignConfig{Store: n.db.Campaigns(), Messages: n.messages, WeChat: "wechat",
		Channels: map[string]push.Channel{"wechat": n.channel}, Caps: map[string]push.Cap{"wechat": c}, Now: n.clock.now, Real: n.clock.now,
		NewID: id.New, Holder: id.New("node")})
}

// unhurried is a promotion without a pause after the one before.
func unhurried() push.NewCampaign {
	in, gap := promotion(), time.Duration(0)
	in.Gap, in.Quiet = &gap, &push.Quiet{}
	return in
}

// Invariant 16: nobody is told more promotions within some days than the
// account's cap allows, in whichever way; the forecast said so before, and the
// days pass.
func TestInvariant16CapOfAnAccountHolds(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.capped(push.Cap{Most: 2, Days: 30})
		n.follow(t, 0, 5)
		for _, openid := range []string{"o00001", "o00002"} {
			good(t, n.followers.Touch(ctx, "wechat", openid, push.ContactWrote, noon))
		}
		some := unhurried() // two of them were told one before, in a chat
		some.Audience, some.OpenIDs, some.Ways = push.Audience{Kind: push.AudienceOpenIDs}, []string{"o00001", "o00002"}, []push.Way{push.WayCustom}
		if got := n.until(t, n.launch(t, some), push.CampaignDone); got.Sent != 2 {
			t.Fatalf("%+v", got)
		}
		for round, want := range []push.Counts{{Total: 5, Sent: 5, Frozen: true}, {Total: 5, Sent: 3, Skipped: 2, Frozen: true}, {Total: 5, Skipped: 5, Frozen: true}} {
			n.clock.advance(24 * time.Hour)
			c := n.launch(t, unhurried())
			f, err := n.campaigns.Forecast(ctx, c.ID)
			good(t, err)
			if wants := []push.Loss{{Code: push.CodeCap, People: want.Skipped}}; want.Skipped > 0 && !slices.Equal(f.Skipped, wants) || want.Skipped == 0 && len(f.Skipped) > 0 {
				t.Errorf("round %d: forecast %+v", round, f.Skipped)
			}
			if got := n.until(t, c, push.CampaignDone); got != want {
				t.Errorf("round %d: %+v, want %+v", round, got, want)
			}
			for _, d := range n.deliveries(t, c, push.Skipped) {
				if d.Code != push.CodeCap {
					t.Errorf("round %d: %+v", round, d)
				}
			}
		}
		n.clock.advance(30 * 24 * time.Hour)
		if got := n.until(t, n.launch(t, unhurried()), push.CampaignDone); got.Sent != 5 {
			t.Errorf("a month later %+v", got)
		}
	})
}

// Invariant 16: two campaigns that run at the same moment, on two nodes, tell
// each person once where one is what the cap allows.
func TestInvariant16CapHoldsAmongNodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		shared, channel := &clock{t: noon}, new(pushtest.Channel)
		nodes := []*node{newNode(t, url, shared, channel), newNode(t, url, shared, channel)}
		const people = 300
		for _, openid := range nodes[0].follow(t, 0, people) {
			good(t, nodes[0].followers.Touch(context.Background(), "wechat", openid, push.ContactWrote, noon))
		}
		in := unhurried()
		in.Cap = push.Cap{Most: 1, Days: 7}
		in.Ways = []push.Way{push.WayCustom}
		var campaigns []push.Campaign
		for range 4 {
			campaigns = append(campaigns, nodes[0].launch(t, in))
		}
		var all sync.WaitGroup
		for i, n := range nodes {
			all.Go(func() { n.until(t, campaigns[i], push.CampaignDone) })
		}
		all.Wait()
		sent := int64(0)
		for _, c := range campaigns {
			counts := nodes[0].until(t, c, push.CampaignDone)
			sent += counts.Sent
			if counts.Sent+counts.Skipped != people {
				t.Errorf("%+v", counts)
			}
		}
		if sent != people {
			t.Errorf("%d are told, want %d", sent, people)
		}
		nodes[0].once(t, people)
	})
}

// Who was surely not told a promotion may be told the next.
func TestCapCountsOnlyWhatMayHaveArrived(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		in := unhurried()
		in.Cap = push.Cap{Most: 1, Days: 7}
		n.follow(t, 0, 4)
		n.channel.Next(push.Outcome{Status: push.Failed, Code: "45028"})
		if got := n.until(t, n.launch(t, in), push.CampaignDone); got.Failed != 4 {
			t.Fatalf("%+v", got)
		}
		n.channel.Next(push.Outcome{Status: push.Queued, Code: "-1"})
		c := n.launch(t, in)
		n.work(t, c, func(push.Campaign, push.Counts) bool { return len(n.channel.Calls()) == 2 })
		n.clock.advance(time.Hour)
		if got := n.until(t, c, push.CampaignDone); got.Sent != 4 {
			t.Errorf("after a failure %+v", got)
		}
		n.clock.advance(time.Hour)
		if got := n.until(t, n.launch(t, in), push.CampaignDone); got.Skipped != 4 {
			t.Errorf("after they were told %+v", got)
		}
	})
}

func TestCapsHaveBounds(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		for _, bad := range []push.Cap{{Most: 0, Days: 3}, {Most: 3}, {Most: push.MaxCapMost + 1, Days: 3}, {Most: 1, Days: push.MaxCapDays + 1}, {Most: -1, Days: 1}} {
			in := promotion()
			in.Cap, in.Audience.Kind = bad, push.AudienceFollowers
			if _, err := n.campaigns.Draft(context.Background(), in); !errors.Is(err, push.ErrCap) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		in := service()
		in.Cap, in.Audience.Kind = push.Cap{Most: 1, Days: 1}, push.AudienceFollowers
		if _, err := n.campaigns.Draft(context.Background(), in); !errors.Is(err, push.ErrCap) {
			t.Errorf("a service with a cap: %v", err)
		}
	})
}
