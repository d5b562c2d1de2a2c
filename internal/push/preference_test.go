package push_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/push"
)

func (n *node) prefer(t *testing.T, openid string, change func(*push.Preferences)) {
	t.Helper()
	good(t, n.followers.Prefer(context.Background(), "wechat", openid, change))
}

// Invariant 16: a campaign leaves those out who want no notices, and tells who
// wants them in another way in that one; the forecast said so before.
func TestInvariant16CampaignKeepsToPreferences(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.template(t, "course")
		all := n.follow(t, 0, 4)
		for _, openid := range all {
			good(t, n.followers.Touch(ctx, "wechat", openid, push.ContactWrote, n.clock.now()))
		}
		n.prefer(t, all[1], func(p *push.Preferences) { p.NoNotices = true })
		n.prefer(t, all[2], func(p *push.Preferences) { p.Without = []push.Way{push.WayTemplate} })
		n.prefer(t, all[3], func(p *push.Preferences) { p.NoPromotions = true })
		in := push.NewCampaign{Purpose: push.PurposeService, Template: "course", Values: map[string]string{"amount": "1"}}
		c := n.launch(t, in)
		f, err := n.campaigns.Forecast(ctx, c.ID)
		good(t, err)
		if want := []push.Loss{{Code: push.CodeNoNotices, People: 1}}; !slices.Equal(f.Skipped, want) || len(f.Ways) != 2 || f.Ways[0].People != 2 || f.Ways[1].Way != push.WayCustom {
			t.Errorf("the forecast: %+v", f)
		}
		if counts := n.until(t, c, push.CampaignDone); counts.Sent != 3 || counts.Skipped != 1 {
			t.Errorf("%+v", counts)
		}
		got := n.deliveries(t, c, "")
		if d := got[1]; d.Code != push.CodeNoNotices || d.Status != push.Skipped {
			t.Errorf("who wants no notices: %+v", d)
		}
		if d := got[2]; d.Way != push.WayCustom || d.Skips.String() != "template:way_refused" {
			t.Errorf("who wants no cards: %+v", d)
		}
	})
}

// Invariant 16: what an order needs is told to whom it concerns, whatever they
// prefer; another notice is not, and says why.
func TestInvariant16ReceiptsAreNotSwitchedOff(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		n.template(t, "told")
		n.follow(t, 0, 1)
		n.prefer(t, "o00000", func(p *push.Preferences) { p.NoNotices, p.Without = true, push.PreferableWays() })
		told := func(what event.Type) push.Message {
			r, err := n.messages.DraftRule(ctx, push.Rule{Event: what, Template: "told", Enabled: true, Values: map[string]string{"amount": "amount"}})
			good(t, err)
			good(t, n.messages.AddRule(ctx, r))
			e := event.Event{ID: "evt_" + string(what), Type: what, Object: "x", At: noon, Data: []byte(`{"openid":"o00000","amount":500}`)}
			good(t, n.onEvents(ctx, []event.Event{e}))
			m, err := n.db.Messages().MessageByKey(ctx, "rule:"+r.ID+":"+e.ID)
			good(t, err)
			return n.deliver(t, m.ID)
		}
		if m := told(event.RefundSucceeded); m.Status != push.Sent || !m.Needed {
			t.Errorf("a refund: %+v", m)
		}
		m := told("course.finished")
		if m.Status != push.Skipped || m.Code != push.CodeNoNotices || m.Needed {
			t.Errorf("a course: %+v", m)
		}
		if m, err := n.messages.Again(ctx, m.ID); err != nil || m.Needed {
			t.Errorf("again: %+v, %v", m, err)
		}
		n.prefer(t, "o00000", func(p *push.Preferences) { p.NoNotices = false })
		if m := n.tell(t, push.NewMessage{To: push.To{OpenID: "o00000"}, Template: "told", Values: map[string]string{"amount": "1"}}); m.Code != push.CodeNoWay {
			t.Errorf("in no way: %+v", m)
		}
	})
}

// Choices made at the same moment all hold, those of somebody of whom nothing
// was known too; one that can't be changes nothing.
func TestPreferencesAreChangedOneAfterTheOther(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		var all sync.WaitGroup
		for _, change := range []func(*push.Preferences){
			func(p *push.Preferences) { p.NoNotices = true },
			func(p *push.Preferences) { p.NoPromotions = true },
			func(p *push.Preferences) { p.Without = append(p.Without, push.WayCustom) },
			func(p *push.Preferences) { p.Without = append(p.Without, push.WayMass) },
		} {
			all.Go(func() {
				if err := n.followers.Prefer(ctx, "wechat", "o1", change); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, bad := range [][]push.Way{{push.WayPreview}, {"smoke"}, {push.WayCustom, push.WayCustom}} {
			if err := n.followers.Prefer(ctx, "wechat", "o1", func(p *push.Preferences) { *p = push.Preferences{Without: bad} }); !errors.Is(err, push.ErrPreference) {
				t.Errorf("%v: %v", bad, err)
			}
		}
		f, err := n.followers.Follower(ctx, "wechat", "o1")
		if err != nil || !f.NoNotices || !f.NoPromotions || len(f.Without) != 2 || f.Following {
			t.Errorf("%+v, %v", f, err)
		}
	})
}
