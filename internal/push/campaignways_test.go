package push_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/push"
)

// Invariant 16: a campaign finds the way of each recipient, and says before it
// starts what it will do.
func TestInvariant16CampaignTellsEachInTheirWay(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.template(t, "refund")
		n.follow(t, 0, 12)
		for _, who := range []string{"o00001", "o00004", "o00007"} {
			good(t, n.followers.Touch(ctx, "wechat", who, push.ContactWrote, noon.Add(-time.Hour)))
		}
		good(t, n.followers.Touch(ctx, "wechat", "o00009", push.ContactLeft, noon))
		in := push.NewCampaign{Title: "x", Purpose: push.PurposeService, Template: "refund", Values: map[string]string{"amount": "100"},
			Ways: []push.Way{push.WayCustom, push.WayTemplate}, Audience: push.Audience{Kind: push.AudienceOpenIDs}}
		for i := range 12 {
			in.OpenIDs = append(in.OpenIDs, []string{"o00000", "o00001", "o00002", "o00003", "o00004", "o00005", "o00006", "o00007", "o00008", "o00009", "o00010", "o00011"}[i])
		}
		c, err := n.campaigns.Draft(ctx, in)
		good(t, err)
		good(t, n.campaigns.Place(ctx, c, in.OpenIDs))
		f, err := n.campaigns.Forecast(ctx, c.ID)
		good(t, err)
		if f.People != 12 || len(f.Ways) != 2 || f.Ways[0].Way != push.WayTemplate || f.Ways[0].People != 8 || f.Ways[1].People != 3 ||
			!slices.Equal(f.Skipped, []push.Loss{{Code: push.CodeLeft, People: 1}}) {
			t.Errorf("forecast %+v", f)
		}
		trial, err := n.campaigns.DraftTrial(ctx, c.ID, push.To{OpenID: "me"})
		good(t, err)
		_, err = n.messages.Place(ctx, trial)
		good(t, err)
		if m := n.deliver(t, trial.ID); m.Status != push.Sent || m.Recipient != "me" {
			t.Errorf("the trial: %+v", m)
		}
		_, err = n.campaigns.Start(ctx, c.ID)
		good(t, err)
		if got := n.until(t, c, push.CampaignDone); got != (push.Counts{Total: 12, Sent: 11, Skipped: 1, Frozen: true}) {
			t.Errorf("counts %+v: the trial is counted", got)
		}
		ways := map[push.Way]int{}
		for _, d := range n.deliveries(t, c, push.Sent) {
			ways[d.Way]++
			if d.Way == push.WayTemplate && d.Skips.String() != "custom:window_closed" {
				t.Errorf("%s: %v", d.Recipient, d.Skips)
			}
		}
		if ways[push.WayCustom] != 3 || ways[push.WayTemplate] != 8 {
			t.Errorf("ways %v", ways)
		}
		n.once(t, 12)
		some, err := n.campaigns.Deliveries(ctx, c, push.DeliveryFilter{Way: push.WayCustom, After: -1, Limit: 10})
		if err != nil || len(some) != 3 {
			t.Errorf("%d are found by their way, %v", len(some), err)
		}
		n.watched(t, c)
	})
}

// watched checks what is left to look at after a campaign.
func (n *node) watched(t *testing.T, c push.Campaign) {
	t.Helper()
	all := 0
	for _, err := range n.campaigns.All(context.Background(), c, push.DeliveryFilter{After: -1}) {
		good(t, err)
		all++
	}
	if all != 12 {
		t.Errorf("%d of 12 are exported", all)
	}
	points, err := n.campaigns.Progress(context.Background(), c)
	good(t, err)
	if len(points) == 0 || points[len(points)-1].Sent != 11 || points[len(points)-1].Queued != 0 {
		t.Errorf("progress %+v", points)
	}
}

// One who is unknown to the platform keeps nobody else of a mass call from
// being told.
func TestOneStrangerInAMassCallStopsNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 40)
		n.channel.Refuse("o00013")
		c := n.launch(t, promotion())
		counts := n.until(t, c, push.CampaignDone)
		if counts.Sent < 37 || counts.Sent+counts.Failed != 40 || counts.Failed == 0 {
			t.Errorf("counts %+v", counts)
		}
		told := map[string]int{}
		for _, call := range n.channel.Calls() {
			if !slices.Contains(call.Recipients, "o00013") {
				for _, who := range call.Recipients {
					told[who]++
				}
			}
		}
		for who, times := range told {
			if times != 1 {
				t.Errorf("%s was told %d times", who, times)
			}
		}
		if int64(len(told)) != counts.Sent {
			t.Errorf("%d are told, %d called sent", len(told), counts.Sent)
		}
	})
}

// A promotion is tried on one person as a preview of mass send.
func TestPromotionIsTriedAsAPreview(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		in := promotion()
		in.Title, in.Audience.Kind = "x", push.AudienceFollowers
		c, err := n.campaigns.Draft(context.Background(), in)
		good(t, err)
		good(t, n.campaigns.Place(context.Background(), c, nil))
		m, err := n.campaigns.DraftTrial(context.Background(), c.ID, push.To{OpenID: "me"})
		good(t, err)
		_, err = n.messages.Place(context.Background(), m)
		good(t, err)
		if m = n.deliver(t, m.ID); m.Way != push.WayPreview || m.Status != push.Sent || len(n.channel.Calls()) != 0 {
			t.Errorf("%+v", m)
		}
	})
}
