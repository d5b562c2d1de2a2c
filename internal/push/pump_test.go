package push_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/push/pushtest"
)

// idle is a store in which nothing waits. It counts who looks for chunks.
type idle struct {
	push.CampaignStore
	looks atomic.Int64
}

func (s *idle) LeaseChunks(context.Context, push.Lease) ([]push.Chunk, error) {
	s.looks.Add(1)
	return nil, nil
}

func (*idle) UpdateCampaigns(context.Context, func(push.CampaignTx) error) error { return nil }
func (*idle) Campaign(context.Context, string) (push.Campaign, error)            { return push.Campaign{}, nil }
func (*idle) Due(context.Context, time.Time) ([]push.Campaign, error)            { return nil, nil }
func (*idle) Unfrozen(context.Context) ([]push.Campaign, error)                  { return nil, nil }
func (*idle) Finished(context.Context) ([]push.Campaign, error)                  { return nil, nil }
func (*idle) Running(context.Context) ([]push.Campaign, error)                   { return nil, nil }

// Whatever a campaign waits for, all workers look at once when it is there,
// not one of them now and the others at their next tick.
func TestAllWorkersAreWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(idle)
		c := push.NewCampaigns(push.CampaignConfig{Store: s, Now: time.Now, NewID: id.New})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go c.Run(ctx)
		synctest.Wait()
		began, workers := time.Now(), s.looks.Load()
		_, err := c.Resume(ctx, "cmp_1")
		good(t, err)
		synctest.Wait()
		if looks := s.looks.Load() - workers; workers < 2 || looks != workers || !time.Now().Equal(began) {
			t.Errorf("%d of %d workers looked at once", looks, workers)
		}
	})
}

// slow holds every message back until it is opened, and notes the order in
// which they set out.
type slow struct {
	push.Channel
	open chan struct{}
	mu   sync.Mutex
	left []push.Message
}

func (c *slow) Send(ctx context.Context, m push.Message) push.Outcome {
	c.mu.Lock()
	c.left = append(c.left, m)
	c.mu.Unlock()
	<-c.open
	return c.Channel.Send(ctx, m)
}

// Batches set out one after the other. Side by side they would come back
// together too, and nobody would be told while all of them are written down.
func TestBatchesSetOutInTurn(t *testing.T) {
	const inFlight, batch = 4, 100
	each(t, func(t *testing.T, n *node) {
		channel := &slow{Channel: new(pushtest.Channel), open: make(chan struct{})}
		n.campaigns = push.NewCampaigns(push.CampaignConfig{Store: n.db.Campaigns(), Messages: n.messages,
			Channels: map[string]push.Channel{"wechat": channel}, WeChat: "wechat", Concurrency: inFlight,
			Now: n.clock.now, Real: n.clock.now, NewID: id.New, Holder: id.New("node")})
		n.follow(t, 0, 1200) // three chunks
		c := n.launch(t, service())
		var open sync.Once
		n.work(t, c, func(now push.Campaign, got push.Counts) bool {
			if len(n.deliveries(t, c, push.Sending)) == 3*batch { // each of the three has its first batch
				open.Do(func() { close(channel.open) })
			}
			return now.Status == push.CampaignDone
		})
		first := make(map[int]int) // chunk -> of the first batch, some of which may set out with the next
		for _, m := range channel.left[:batch-inFlight] {
			number, err := strconv.Atoi(m.Recipient[1:])
			good(t, err)
			first[number/500]++
		}
		if len(first) != 1 {
			t.Errorf("the first batch set out with others: %v", first)
		}
	})
}
