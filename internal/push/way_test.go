package push_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
)

// Invariant 16: a promotion is never a template message.
func TestInvariant16PromotionIsNeverATemplateMessage(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		_, err := n.campaigns.Draft(context.Background(), push.NewCampaign{Title: "x", Purpose: push.PurposePromotion,
			Audience: push.Audience{Kind: push.AudienceFollowers}, Template: push.TemplateReceipt})
		if !errors.Is(err, push.ErrPromoByTemplate) {
			t.Errorf("it is drafted: %v", err)
		}
	})
}

// Invariant 16: everybody is told in a legal way or skipped with the reason.
func TestInvariant16ServiceTextGoesWhereTheWindowIsOpen(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.follow(t, 0, 4) // their minute is over
		good(t, n.followers.Touch(ctx, "wechat", "o00001", push.ContactWrote, noon.Add(-47*time.Hour)))
		good(t, n.followers.Touch(ctx, "wechat", "o00002", push.ContactWrote, noon.Add(-49*time.Hour)))
		good(t, n.followers.Touch(ctx, "wechat", "o00003", push.ContactWrote, noon.Add(-time.Hour)))
		good(t, n.followers.Touch(ctx, "wechat", "o00003", push.ContactLeft, noon.Add(-time.Minute)))
		c := n.launch(t, push.NewCampaign{Purpose: push.PurposeService, Text: "您的订单已发货",
			Audience: push.Audience{Kind: push.AudienceOpenIDs}, OpenIDs: []string{"o00000", "o00001", "o00002", "o00003", "unknown", "o00001"}})
		counts := n.until(t, c, push.CampaignDone)
		if counts.Total != 5 || counts.Sent != 1 || counts.Skipped != 4 {
			t.Errorf("counts %+v", counts)
		}
		want := map[string]string{"o00000": "window_closed", "o00001": "", "o00002": "window_closed", "o00003": "not_following", "unknown": "window_closed"}
		for _, d := range n.deliveries(t, c, "") {
			if d.Code != want[d.Recipient] && d.Status != push.Sent {
				t.Errorf("%s: %s %s, want %q", d.Recipient, d.Status, d.Code, want[d.Recipient])
			}
		}
		if got := n.channel.Delivered(); len(got) != 1 || got[0].Recipient != "o00001" || got[0].Kind != push.KindText {
			t.Errorf("delivered %+v", got)
		}
	})
}

func promotion() push.NewCampaign {
	return push.NewCampaign{Purpose: push.PurposePromotion, Text: "周末八折"}
}

// Promotions go out by mass send, to those who want them, rest at night, and
// leave out who was told not long ago or had four this month.
func TestInvariant16PromotionsGoByMassSend(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.follow(t, 0, 30)
		if choice, err := n.followers.Wrote(ctx, "wechat", "o00005", " td ", noon); err != nil || !choice {
			t.Fatalf("TD is no choice: %v", err)
		}
		for round, want := range []push.Counts{{Total: 30, Sent: 29, Skipped: 1, Frozen: true}, {Total: 30, Skipped: 30, Frozen: true}} {
			c := n.launch(t, promotion())
			if got := n.until(t, c, push.CampaignDone); got != want {
				t.Errorf("round %d: %+v, want %+v", round, got, want)
			}
		}
		if calls := n.channel.Calls(); len(calls) != 1 || len(calls[0].Recipients) != 29 || n.channel.Tries() != 0 {
			t.Errorf("%d mass calls and %d single messages", len(calls), n.channel.Tries())
		}
		n.clock.advance(11 * time.Hour) // eleven in the evening
		c := n.launch(t, promotion())
		good(t, n.campaigns.Step(ctx))
		n.work(t, c, func(_ push.Campaign, got push.Counts) bool { return got.Total == 30 })
		if got := len(n.channel.Calls()); got != 1 {
			t.Errorf("%d calls at night", got)
		}
		n.clock.advance(14 * time.Hour)
		n.until(t, c, push.CampaignDone)
		for range 3 {
			n.clock.advance(25 * time.Hour)
			n.until(t, n.launch(t, promotion()), push.CampaignDone)
		}
		if got := len(n.channel.Calls()); got != 4 {
			t.Errorf("%d calls in a month", got)
		}
	})
}

// A mass call whose reply was lost is made again with the same people under
// the same id.
func TestLostMassCallIsRepeatedAsItWas(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 10)
		n.channel.Next(push.Outcome{Status: push.Unknown})
		c := n.launch(t, promotion())
		n.work(t, c, func(push.Campaign, push.Counts) bool { return len(n.channel.Calls()) == 1 })
		n.clock.advance(time.Minute)
		if got := n.until(t, c, push.CampaignDone); got.Sent != 10 {
			t.Errorf("counts %+v", got)
		}
		calls := n.channel.Calls()
		if len(calls) != 2 || calls[0].ID != calls[1].ID || len(calls[1].Recipients) != 10 {
			t.Errorf("calls %+v", calls)
		}
	})
}

func TestQuietHoursEnd(t *testing.T) {
	at := func(clock string) time.Time {
		v, err := time.Parse("2006-01-02 15:04 -0700", "2026-03-02 "+clock+" +0800")
		good(t, err)
		return v.UTC()
	}
	night := push.NightRest()
	for clock, want := range map[string]time.Time{"21:59": {}, "22:00": at("08:00").Add(24 * time.Hour), "07:59": at("08:00"), "08:00": {}} {
		if got := night.Ends(at(clock)); !got.Equal(want) {
			t.Errorf("at %s it ends %v, want %v", clock, got, want)
		}
	}
	if got := (push.Quiet{}).Ends(at("03:00")); !got.IsZero() {
		t.Errorf("no quiet ends %v", got)
	}
}

// A start that was missed by far does what it was told to do then.
func TestMissedStart(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 3)
		late, never := service(), service()
		late.StartAt, never.StartAt, never.IfMissed = noon.Add(time.Hour), noon.Add(time.Hour), push.MissedCancel
		a, b := n.launch(t, late), n.launch(t, never)
		if a.Status != push.CampaignScheduled {
			t.Fatalf("it is %s", a.Status)
		}
		n.clock.advance(3 * time.Hour)
		n.until(t, a, push.CampaignDone)
		n.until(t, b, push.CampaignCancelled)
		n.once(t, 3)
	})
}

var _ push.Masser = (*pushtest.Channel)(nil)
