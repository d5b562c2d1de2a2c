package push_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store/storetest"
)

func TestCampaignTellsEverybodyOnce(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 1203)
		good(t, n.followers.Touch(context.Background(), "wechat", "o00007", push.ContactLeft, noon))
		c := n.launch(t, service())
		counts := n.until(t, c, push.CampaignDone)
		if want := (push.Counts{Total: 1202, Sent: 1202, Frozen: true}); counts != want {
			t.Errorf("counts %+v, want %+v", counts, want)
		}
		n.once(t, 1202)
	})
}

// One whose message is refused stops nobody else.
func TestOneFailureStopsNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 250)
		n.channel.Next(push.Outcome{Status: push.Failed, Code: "40003", Detail: "invalid openid"}, push.Outcome{Status: push.Skipped, Code: "43004"})
		c := n.launch(t, service())
		counts := n.until(t, c, push.CampaignDone)
		if counts.Sent != 248 || counts.Failed != 1 || counts.Skipped != 1 {
			t.Errorf("counts %+v", counts)
		}
		if failed := n.deliveries(t, c, push.Failed); len(failed) != 1 || failed[0].Code != "40003" || failed[0].Detail != "invalid openid" {
			t.Errorf("failed: %+v", failed)
		}
	})
}

// What surely was not delivered is tried again later.
func TestWhatWasNotDeliveredIsTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 120)
		n.channel.Next(push.Outcome{Status: push.Queued, Code: "45011", After: time.Minute}, push.Outcome{Status: push.Queued, Code: "-1"})
		c := n.launch(t, service())
		counts := n.work(t, c, func(_ push.Campaign, got push.Counts) bool { return got.Sent == 118 })
		if counts.Queued != 2 {
			t.Errorf("counts %+v", counts)
		}
		n.clock.advance(2 * time.Minute)
		n.until(t, c, push.CampaignDone)
		n.once(t, 120)
	})
}

// A node that dies after it marked a batch and before it wrote down what came
// of it neither loses a recipient nor tells one twice: the next one asks again
// under the same id.
func TestCrashBetweenSendingAndWritingLosesNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		shared, channel := &clock{t: noon}, pushtest.Recognising(8*time.Minute)
		dying := newNode(t, url, shared, channel, func(s push.CampaignStore) push.CampaignStore { return &mortal{CampaignStore: s} })
		dying.follow(t, 0, 700)
		c := dying.launch(t, service())
		dying.work(t, c, func(push.Campaign, push.Counts) bool { return channel.Tries() >= 200 })
		if len(dying.deliveries(t, c, push.Sending)) == 0 {
			t.Fatal("it left nobody in doubt")
		}
		shared.advance(time.Minute) // its leases end
		heir := newNode(t, url, shared, channel)
		counts := heir.until(t, c, push.CampaignDone)
		if counts.Sent != 700 {
			t.Errorf("counts %+v", counts)
		}
		heir.once(t, 700)
		if channel.Tries() <= 700 {
			t.Errorf("%d tries: nobody was asked for again", channel.Tries())
		}
	})
}

// A text has nothing by which a repetition would be recognised: who is in
// doubt ends as unknown and is not told again.
func TestTextInDoubtIsNeverRepeated(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		for _, who := range n.follow(t, 0, 40) {
			good(t, n.followers.Touch(context.Background(), "wechat", who, push.ContactWrote, noon.Add(-time.Minute)))
		}
		n.channel.Next(push.Outcome{Status: push.Unknown, Detail: "the connection broke"})
		c := n.launch(t, push.NewCampaign{Purpose: push.PurposeService, Text: "您的课程明天开始"})
		counts := n.until(t, c, push.CampaignDone)
		if counts.Unknown != 1 || counts.Sent != 39 || n.channel.Tries() != 40 {
			t.Errorf("counts %+v after %d tries", counts, n.channel.Tries())
		}
		f, err := n.followers.Follower(context.Background(), "wechat", "o00003")
		good(t, err)
		if f.Typed.Left != 4 {
			t.Errorf("%d texts are left of five", f.Typed.Left)
		}
	})
}

// Resuming sends to nobody again, and pausing is over when it returns.
func TestResumeTellsNobodyTwice(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 900)
		c := n.launch(t, service())
		n.work(t, c, func(push.Campaign, push.Counts) bool { return n.channel.Tries() > 0 })
		for range 3 {
			_, err := n.campaigns.Pause(context.Background(), c.ID)
			if err == nil {
				before := n.channel.Tries()
				good(t, n.campaigns.Step(context.Background()))
				if got := n.channel.Tries(); got != before || len(n.deliveries(t, c, push.Sending)) != 0 {
					t.Errorf("%d tries before and %d during the pause", before, got)
				}
				_, err = n.campaigns.Resume(context.Background(), c.ID)
			}
			good(t, err)
			n.work(t, c, func(now push.Campaign, _ push.Counts) bool {
				return now.Status == push.CampaignRunning || now.Status == push.CampaignDone
			})
		}
		if counts := n.until(t, c, push.CampaignDone); counts.Sent != 900 {
			t.Errorf("counts %+v", counts)
		}
		n.once(t, 900)
	})
}

// Cancelling ends everybody: told, or skipped with the reason.
func TestCancelEndsEverybody(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.follow(t, 0, 300)
		c := n.launch(t, service())
		good(t, n.campaigns.Step(context.Background())) // frozen, not sent
		_, err := n.campaigns.Cancel(context.Background(), c.ID)
		good(t, err)
		counts := n.work(t, c, func(_ push.Campaign, got push.Counts) bool { return got.Queued == 0 })
		if counts.Skipped != 300 || n.channel.Tries() != 0 {
			t.Errorf("counts %+v after %d tries", counts, n.channel.Tries())
		}
		if d := n.deliveries(t, c, push.Skipped)[0]; d.Code != "cancelled" {
			t.Errorf("%+v", d)
		}
		if _, err := n.campaigns.Resume(context.Background(), c.ID); !errors.Is(err, push.ErrCampaignState) {
			t.Errorf("a cancelled campaign resumes: %v", err)
		}
	})
}

// A rate holds for all nodes together, not for each.
func TestRateIsSharedByNodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		shared := &clock{t: noon}
		a, b := newNode(t, url, shared, new(pushtest.Channel)), newNode(t, url, shared, new(pushtest.Channel))
		var end time.Time
		for i := range 6 {
			n := []*node{a, b}[i%2]
			good(t, n.db.Campaigns().UpdateCampaigns(context.Background(), func(tx push.CampaignTx) error {
				start, ok, err := tx.Reserve(context.Background(), "account:wechat", noon, 100*time.Millisecond, noon.Add(450*time.Millisecond))
				switch {
				case err != nil:
					return err
				case ok != (i < 5):
					t.Errorf("room %d: %v", i, ok)
				case ok && !end.IsZero() && !start.Equal(end):
					t.Errorf("room %d begins at %v, the one before ends at %v", i, start, end)
				}
				end = start.Add(100 * time.Millisecond)
				return nil
			}))
		}
	})
}

// mortal dies when it would write down what became of its third batch, and
// every time from then on.
type mortal struct {
	push.CampaignStore
	sent atomic.Int64
}

var errDead = errors.New("the process is dead")

func (m *mortal) UpdateCampaigns(ctx context.Context, fn func(push.CampaignTx) error) error {
	return m.CampaignStore.UpdateCampaigns(ctx, func(tx push.CampaignTx) error { return fn(&mortalTx{tx, m}) })
}

type mortalTx struct {
	push.CampaignTx
	m *mortal
}

func (t *mortalTx) Settle(ctx context.Context, k push.Chunk, all []push.Delivery) error {
	if len(all) > 0 && t.m.sent.Add(1) >= 3 {
		return errDead
	}
	return t.CampaignTx.Settle(ctx, k, all)
}

func (t *mortalTx) Release(ctx context.Context, k push.Chunk, due time.Time) error {
	if t.m.sent.Load() >= 3 {
		return errDead
	}
	return t.CampaignTx.Release(ctx, k, due)
}
