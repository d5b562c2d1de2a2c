package push_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store/storetest"
)

// roll is an account with followers, read in pages of 10,000.
type roll struct {
	pushtest.Channel
	people []string
	tagged map[int64][]string
	broken int // the read that fails; 0 for none
	reads  int
}

func (r *roll) page(all []string, after string) (push.Page, error) {
	if r.reads++; r.reads == r.broken {
		return push.Page{}, errors.New("the platform is away")
	}
	i, _ := slices.BinarySearch(all, after+"\x00")
	p := push.Page{OpenIDs: all[i:min(len(all), i+10_000)], Total: int64(len(all))}
	if i+10_000 < len(all) {
		p.Next = p.OpenIDs[9_999]
	}
	return p, nil
}

func (r *roll) Followers(_ context.Context, after string) (push.Page, error) {
	return r.page(r.people, after)
}
func (r *roll) Tagged(_ context.Context, tag int64, after string) (push.Page, error) {
	return r.page(r.tagged[tag], after)
}
func (r *roll) Tags(context.Context) ([]push.Tag, error) {
	return []push.Tag{{ID: 2, Name: "星标"}, {ID: 101, Name: "老学员"}}, nil
}

// Followers past the first page of 10,000 are kept, though a page fails on the
// way and another node goes on.
func TestFollowersPastTenThousandAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx, c := context.Background(), &clock{t: noon}
		r := &roll{tagged: map[int64][]string{}, broken: 2}
		for i := range 23_456 {
			r.people = append(r.people, fmt.Sprintf("o%05d", i))
		}
		r.tagged[101] = r.people[100:150]
		n := newNode(t, url, c, new(pushtest.Channel))
		follow := func() *push.Followers {
			return push.NewFollowers(push.FollowersConfig{Store: n.db.Followers(), Channels: map[string]push.Channel{"wechat": r}, Now: c.now,
				Real: c.now, Holder: fmt.Sprint(r.reads)})
		}
		if err := follow().Step(ctx, "wechat"); err == nil {
			t.Fatal("the broken page is no error")
		}
		c.advance(2 * time.Minute)
		good(t, follow().Step(ctx, "wechat"))
		if r.reads != 2+2+2 {
			t.Errorf("%d reads: it began again", r.reads)
		}
		count := func(a push.Audience, want int64) {
			t.Helper()
			groups, err := n.db.Campaigns().Outlook(ctx, push.Campaign{Account: "wechat", Audience: a}, c.now(), push.Bars{})
			good(t, err)
			got := int64(0)
			for _, g := range groups {
				got += g.People
			}
			if got != want {
				t.Errorf("%+v has %d people, want %d", a, got, want)
			}
		}
		count(push.Audience{Kind: push.AudienceFollowers}, 23_456)
		count(push.Audience{Kind: push.AudienceTag, Tag: 101}, 50)

		r.people, r.tagged[101] = slices.Delete(slices.Clone(r.people), 5, 15), r.tagged[101][:20] // ten leave
		c.advance(25 * time.Hour)
		good(t, follow().Step(ctx, "wechat"))
		count(push.Audience{Kind: push.AudienceFollowers}, 23_446)
		count(push.Audience{Kind: push.AudienceTag, Tag: 101}, 20)
		gone, err := n.followers.Follower(ctx, "wechat", "o00007")
		good(t, err)
		if gone.Following || gone.LeftAt.IsZero() {
			t.Errorf("who left: %+v", gone)
		}
	})
}

// A rule answers a team's own event once, and the rule of receipts keeps the
// promise of one message for each order across the upgrade.
func TestRulesAnswerEventsOnce(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		tpl, err := n.messages.SaveTemplate(ctx, push.Template{Name: "course", Zh: "您学完了{course}", En: "You finished {course}",
			Layouts: map[string]push.Layout{"wechat": {ID: "T1", Fields: map[string]string{"thing1": "course", "thing2": "=恭喜 {who}"}}}})
		good(t, err)
		again, err := n.messages.SaveTemplate(ctx, tpl)
		good(t, err)
		if tpl.Version != 1 || again.Version != 2 {
			t.Errorf("versions %d and %d", tpl.Version, again.Version)
		}
		r, err := n.messages.DraftRule(ctx, push.Rule{Event: "course.finished", Template: "course", Enabled: true,
			Values: map[string]string{"course": "course.name", "who": "=同学"}, Link: "https://learn.test/{id}"})
		good(t, err)
		good(t, n.messages.AddRule(ctx, r))
		e := event.Event{ID: "evt_1", Type: "course.finished", Object: "c1", At: noon,
			Data: []byte(`{"id":7,"openid":"o1","course":{"name":"烘焙"}}`)}
		paid := event.Event{ID: "evt_2", Type: event.OrderPaid, Object: "ord_1", At: noon,
			Data: []byte(`{"id":"ord_1","openid":"o1","amount":1230,"subject":"茶","out_trade_no":"N1"}`)}
		for range 3 {
			good(t, n.onEvents(ctx, []event.Event{e, paid, {ID: "evt_3", Type: "course.begun", Data: []byte(`{"openid":"o1"}`)}}))
		}
		m, err := n.db.Messages().MessageByKey(ctx, "rule:"+r.ID+":evt_1")
		good(t, err)
		if m.Values["course"] != "烘焙" || m.Values["who"] != "同学" || m.Link != "https://learn.test/7" || m.Recipient != "o1" {
			t.Errorf("message %+v", m)
		}
		receipt, err := n.db.Messages().MessageByKey(ctx, "order.paid:ord_1")
		good(t, err)
		if receipt.Values["amount"] != "12.30" || receipt.Values["time"] != "2026-03-02 12:00:00" {
			t.Errorf("receipt %+v", receipt)
		}
		all, err := n.db.Messages().Messages(ctx, push.Filter{Limit: 10})
		good(t, err)
		if len(all) != 2 {
			t.Errorf("%d messages", len(all))
		}
		_, err = n.messages.Deliver(ctx, m.ID)
		good(t, err)
		if got := n.channel.Delivered(); len(got) != 1 || got[0].Layout == nil || got[0].Layout.Fill(got[0].Values)["thing2"] != "恭喜 同学" {
			t.Errorf("delivered %+v", got)
		}
		good(t, n.messages.DeleteRule(ctx, r.ID))
		e.ID = "evt_9"
		good(t, n.onEvents(ctx, []event.Event{e}))
		if _, err := n.db.Messages().MessageByKey(ctx, "rule:"+r.ID+":evt_9"); !errors.Is(err, push.ErrNoMessage) {
			t.Errorf("a deleted rule answers: %v", err)
		}
	})
}
