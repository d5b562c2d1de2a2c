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

// tally counts what was refused room under a rate, and has nobody wait for
// their turn.
type tally struct {
	push.CampaignStore
	refused *atomic.Int64
}

func (s tally) UpdateCampaigns(ctx context.Context, fn func(push.CampaignTx) error) error {
	return s.CampaignStore.UpdateCampaigns(ctx, func(tx push.CampaignTx) error { return fn(tallyTx{tx, s.refused}) })
}

type tallyTx struct {
	push.CampaignTx
	refused *atomic.Int64
}

func (x tallyTx) Reserve(ctx context.Context, name string, now time.Time, span time.Duration, latest time.Time) (time.Time, bool, error) {
	_, ok, err := x.CampaignTx.Reserve(ctx, name, now, span, latest)
	if !ok {
		x.refused.Add(1)
	}
	return time.Time{}, ok, err
}

// The limit of an account is not kept per process: where one node has used the
// room up, another finds none.
func TestLimitOfAnAccountIsSharedByNodes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		shared, channel, refused := &clock{t: noon}, new(pushtest.Channel), new(atomic.Int64)
		var nodes []*node
		for range 2 {
			n := newNode(t, url, shared, channel)
			n.campaigns = push.NewCampaigns(push.CampaignConfig{Store: tally{n.db.Campaigns(), refused}, Messages: n.messages,
				Channels: map[string]push.Channel{"wechat": channel}, WeChat: "wechat", Rates: map[string]int64{"wechat": 100},
				Now: shared.now, Real: shared.now, NewID: id.New, Holder: id.New("node")})
			nodes = append(nodes, n)
		}
		nodes[0].follow(t, 0, 1100) // three chunks
		c := nodes[0].launch(t, service())
		// Fifty a batch, each for half a second, and room for one second ahead.
		for round, n := range nodes {
			counts := n.work(t, c, func(_ push.Campaign, got push.Counts) bool {
				return got.Sent >= 150 && refused.Load() >= int64(3*(round+1))
			})
			if counts.Sent != 150 || channel.Tries() != 150 {
				t.Errorf("after %d nodes %d are sent by %d tries, want 150", round+1, counts.Sent, channel.Tries())
			}
			shared.advance(300 * time.Millisecond) // the chunks are looked at again; there is no room yet
		}
	})
}
