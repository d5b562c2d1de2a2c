package push_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/push"
)

// A draft says, tells and waits as it was changed last; its list stays unless
// another one comes, and what has started is not changed any more.
func TestDraftIsEditedUntilItStarts(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.follow(t, 0, 6)
		in := service()
		in.Title, in.Audience, in.OpenIDs = "first", push.Audience{Kind: push.AudienceOpenIDs}, []string{"o00000", "o00001"}
		c, err := n.campaigns.Draft(ctx, in)
		good(t, err)
		good(t, n.campaigns.Place(ctx, c, in.OpenIDs))

		next := promotion()
		next.Title, next.Audience, next.Cap, next.Rate = "second", in.Audience, push.Cap{Most: 2, Days: 9}, 7
		next.StartAt, next.Quiet, next.Link, next.Ways = noon.Add(time.Hour), &push.Quiet{From: 1, To: 2}, "https://example.com", []push.Way{push.WayCustom}
		c, err = n.campaigns.Edit(ctx, c.ID, next)
		good(t, err)
		got, err := n.campaigns.Campaign(ctx, c.ID)
		good(t, err)
		if got.Title != "second" || got.Text != next.Text || got.Template != "" || got.Purpose != push.PurposePromotion || got.Cap != next.Cap || got.Rate != 7 ||
			!got.StartAt.Equal(next.StartAt) || got.Quiet != *next.Quiet || got.Gap != 24*time.Hour || got.Link != next.Link || len(got.Ways) != 1 ||
			got.Status != push.CampaignDraft || got.Version != 2 || got.No != c.No || !got.CreatedAt.Equal(c.CreatedAt) {
			t.Errorf("%+v", got)
		}
		people := func(want int64) {
			t.Helper()
			if f, err := n.campaigns.Forecast(ctx, c.ID); err != nil || f.People != want {
				t.Errorf("%d people, want %d; %v", f.People, want, err)
			}
		}
		people(2) // the list stayed
		in.OpenIDs = []string{"o00003", "o00004", "o00005"}
		_, err = n.campaigns.Edit(ctx, c.ID, in)
		good(t, err)
		people(3)
		bad := in
		bad.Text = "both"
		if _, err := n.campaigns.Edit(ctx, c.ID, bad); !errors.Is(err, push.ErrNoContent) {
			t.Errorf("both a text and a template: %v", err)
		}
		all := service()
		all.Title, all.Audience.Kind = "all", push.AudienceFollowers
		_, err = n.campaigns.Edit(ctx, c.ID, all)
		good(t, err)
		people(6)
		none := in
		none.OpenIDs = nil
		if _, err := n.campaigns.Edit(ctx, c.ID, none); !errors.Is(err, push.ErrTooManyOpenIDs) {
			t.Errorf("a list that never was: %v", err)
		}
		_, err = n.campaigns.Start(ctx, c.ID)
		good(t, err)
		if _, err := n.campaigns.Edit(ctx, c.ID, all); !errors.Is(err, push.ErrCampaignState) {
			t.Errorf("after the start: %v", err)
		}
		if counts := n.until(t, c, push.CampaignDone); counts.Sent != 6 {
			t.Errorf("%+v", counts)
		}
		if _, err := n.campaigns.Edit(ctx, "cmp_none", all); !errors.Is(err, push.ErrNoCampaign) {
			t.Errorf("nothing: %v", err)
		}
	})
}
