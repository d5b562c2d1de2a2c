package push_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
)

// teller is a platform that tells of mass calls when asked, in the end.
type teller struct {
	*pushtest.Channel
	asked   int
	answers []func() (string, bool, error)
}

func (c *teller) Followers(context.Context, string) (push.Page, error)     { return push.Page{}, nil }
func (c *teller) Tags(context.Context) ([]push.Tag, error)                 { return nil, nil }
func (c *teller) Tagged(context.Context, int64, string) (push.Page, error) { return push.Page{}, nil }

func (c *teller) MassReport(context.Context, string) (string, bool, error) {
	c.asked++
	next := c.answers[0]
	c.answers = c.answers[1:]
	return next()
}

// What a platform posts about a mass call may be lost: it is asked, less and
// less often, until it tells; whoever it told already is not asked.
func TestALostEndOfAMassCallIsAskedFor(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		platform := &teller{Channel: n.channel, answers: []func() (string, bool, error){
			func() (string, bool, error) { return "", false, nil },
			func() (string, bool, error) { return "", false, errors.New("away") },
			func() (string, bool, error) { return push.ReportDelivered, true, nil },
		}}
		asking := push.NewFollowers(push.FollowersConfig{Store: n.db.Followers(), Channels: map[string]push.Channel{"wechat": platform},
			Now: n.clock.now, Real: n.clock.now, Holder: "asking"})
		n.follow(t, 0, 6)
		c := n.launch(t, promotion())
		n.until(t, c, push.CampaignDone)
		for step, wait := range []time.Duration{0, 11 * time.Minute, 15 * time.Minute, 10 * time.Minute, 50 * time.Minute} {
			n.clock.advance(wait)
			err := asking.Inquire(ctx, "wechat")
			if want := []int{0, 1, 1, 2, 3}[step]; platform.asked != want || (err != nil) != (step == 3) {
				t.Fatalf("step %d: asked %d times, want %d; %v", step, platform.asked, want, err)
			}
		}
		for _, d := range n.deliveries(t, c, push.Sent) {
			if d.Report != push.ReportDelivered {
				t.Errorf("%+v", d)
			}
		}
		n.clock.advance(48 * time.Hour)
		other := n.launch(t, promotion())
		n.until(t, other, push.CampaignDone)
		good(t, n.followers.Report(ctx, "wechat", n.deliveries(t, other, push.Sent)[0].PlatformID, push.ReportPartly))
		n.clock.advance(48 * time.Hour)
		if good(t, asking.Inquire(ctx, "wechat")); platform.asked != 3 {
			t.Errorf("asked %d times", platform.asked)
		}
	})
}

// What only an ended campaign needed goes in time, in batches; its counts and
// recipients, and the lists of others, stay.
func TestListsAndProgressOfOldCampaignsAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		all := n.follow(t, 0, 5)
		in := service()
		in.Audience, in.OpenIDs = push.Audience{Kind: push.AudienceOpenIDs}, all
		old := n.launch(t, in)
		n.until(t, old, push.CampaignDone)
		n.clock.advance(181 * 24 * time.Hour)
		draft, err := n.campaigns.Draft(ctx, in)
		good(t, err)
		good(t, n.campaigns.Place(ctx, draft, all))
		then := n.clock.now().Add(-180 * 24 * time.Hour)
		gone, err := n.db.Campaigns().Forget(ctx, then)
		if good(t, err); gone < 6 {
			t.Errorf("%d rows are gone, want the list of five and the progress", gone)
		}
		if gone, err = n.db.Campaigns().Forget(ctx, then); gone != 0 || err != nil {
			t.Errorf("%d more, %v", gone, err)
		}
		if marks, err := n.campaigns.Progress(ctx, old); err != nil || len(marks) != 0 {
			t.Errorf("%d marks are left, %v", len(marks), err)
		}
		if f, err := n.campaigns.Forecast(ctx, draft.ID); err != nil || f.People != 5 {
			t.Errorf("the draft's list: %+v, %v", f, err)
		}
		if counts, err := n.campaigns.Counts(ctx, old); err != nil || counts.Sent != 5 || len(n.deliveries(t, old, push.Sent)) != 5 {
			t.Errorf("%+v, %v", counts, err)
		}
	})
}
