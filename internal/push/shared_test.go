package push_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
	"github.com/paypush/paypush/internal/store/storetest"
)

// tally counts what is leased, and how often somebody looks, and has nobody
// wait for their turn.
type tally struct {
	push.CampaignStore
	looks, leased *atomic.Int64
}

func (s tally) LeaseChunks(ctx context.Context, l push.Lease) ([]push.Chunk, error) {
	all, err := s.CampaignStore.LeaseChunks(ctx, l)
	s.leased.Add(int64(len(all)))
	s.looks.Add(1)
	return all, err
}

func (s tally) UpdateCampaigns(ctx context.Context, fn func(push.CampaignTx) error) error {
	return s.CampaignStore.UpdateCampaigns(ctx, func(tx push.CampaignTx) error { return fn(tallyTx{tx}) })
}

type tallyTx struct{ push.CampaignTx }

func (x tallyTx) Reserve(ctx context.Context, name string, now time.Time, span time.Duration, latest time.Time) (time.Time, bool, error) {
	_, ok, err := x.CampaignTx.Reserve(ctx, name, now, span, latest)
	return time.Time{}, ok, err
}

// limited has a node send at most a hundred messages a second from its account,
// and counts how often it looks for chunks and how many it gets.
func (n *node) limited() (looks, leased *atomic.Int64) {
	looks, leased = new(atomic.Int64), new(atomic.Int64)
	n.campaigns = push.NewCampaigns(push.CampaignConfig{Store: tally{n.db.Campaigns(), looks, leased}, Messages: n.messages,
		Channels: map[string]push.Channel{"wechat": n.channel}, WeChat: "wechat", Rates: map[string]int64{"wechat": 100},
		Now: n.clock.now, Real: n.clock.now, NewID: id.New, Holder: id.New("node")})
	return looks, leased
}

// The limit of an account is not kept per process: where one node has used the
// room up, another finds none. Nor does it take chunks for which there is no
// room only to give them back.
func TestLimitOfAnAccountIsSharedByNodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		shared, channel := &clock{t: noon}, new(pushtest.Channel)
		first, second := newNode(t, url, shared, channel), newNode(t, url, shared, channel)
		first.limited()
		looks, leased := second.limited()
		first.follow(t, 0, 1100) // three chunks
		c := first.launch(t, service())
		// Fifty a batch, each for half a second, and room for one second ahead.
		first.work(t, c, func(_ push.Campaign, got push.Counts) bool { return got.Sent == 150 })
		shared.advance(300 * time.Millisecond) // what was given back is due again; there is no room yet
		counts := second.work(t, c, func(push.Campaign, push.Counts) bool { return looks.Load() >= 20 })
		if counts.Sent != 150 || channel.Tries() != 150 {
			t.Errorf("%d are sent by %d tries, want 150", counts.Sent, channel.Tries())
		}
		if leased.Load() != 0 {
			t.Errorf("%d chunks were leased without room", leased.Load())
		}
		shared.advance(300 * time.Millisecond)
		second.work(t, c, func(_ push.Campaign, got push.Counts) bool { return got.Sent == 200 })
	})
}

// rash leases chunks whether there is room or not, as it happens where the room
// is taken between the lease and the batch.
type rash struct{ push.CampaignStore }

func (s rash) LeaseChunks(ctx context.Context, l push.Lease) ([]push.Chunk, error) {
	l.Room = l.Room.Add(time.Hour)
	return s.CampaignStore.LeaseChunks(ctx, l)
}

// A campaign that finds no room under the limit of its account has taken none
// under its own.
func TestRoomTakenInVainIsGivenBack(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx := context.Background()
		reserve := func(name string, span, most time.Duration) (start time.Time) {
			good(t, n.db.Campaigns().UpdateCampaigns(ctx, func(tx push.CampaignTx) (err error) {
				start, _, err = tx.Reserve(ctx, name, n.clock.now(), span, n.clock.now().Add(most))
				return err
			}))
			return start
		}
		reserve("account:wechat", time.Minute, 0) // somebody else's
		n.follow(t, 0, 40)
		in, looks := service(), new(atomic.Int64)
		in.Rate = 100
		n.campaigns = push.NewCampaigns(push.CampaignConfig{Store: tally{rash{n.db.Campaigns()}, looks, new(atomic.Int64)}, Messages: n.messages,
			Channels: map[string]push.Channel{"wechat": n.channel}, WeChat: "wechat", Rates: map[string]int64{"wechat": 100},
			Now: n.clock.now, Real: n.clock.now, NewID: id.New, Holder: id.New("node")})
		c := n.launch(t, in)
		n.work(t, c, func(_ push.Campaign, got push.Counts) bool { return got.Frozen && looks.Load() >= 30 })
		if start := reserve("campaign:"+c.ID, 0, time.Hour); start.After(n.clock.now()) {
			t.Errorf("the campaign's own limit is taken until %s", start)
		}
		if n.channel.Tries() != 0 {
			t.Errorf("%d were sent without room", n.channel.Tries())
		}
	})
}
