package metrics

import (
	"context"

	"github.com/paypush/paypush/internal/push"
)

// Campaigns counts what became of recipients, as it is committed through a
// store of campaigns.
func (m *Metrics) Campaigns(next push.CampaignStore) push.CampaignStore { return campaigns{next, m} }

type campaigns struct {
	push.CampaignStore
	m *Metrics
}

// fate is what recipients that are counted together have in common.
type fate struct {
	way     push.Way
	outcome push.Status
	code    string
}

// UpdateCampaigns implements [push.CampaignStore]; it counts the last run, once
// it is durable.
func (s campaigns) UpdateCampaigns(ctx context.Context, fn func(push.CampaignTx) error) error {
	var seen *campaignTx
	err := s.CampaignStore.UpdateCampaigns(ctx, func(tx push.CampaignTx) error {
		seen = &campaignTx{CampaignTx: tx, fates: map[fate]int{}}
		return fn(seen)
	})
	if err == nil && seen != nil {
		for f, n := range seen.fates {
			s.m.deliveries.WithLabelValues(string(f.way), string(f.outcome), f.code).Add(float64(n))
		}
	}
	return err
}

type campaignTx struct {
	push.CampaignTx
	fates map[fate]int
}

// Settle implements [push.CampaignTx].
func (t *campaignTx) Settle(ctx context.Context, k push.Chunk, all []push.Delivery) error {
	err := t.CampaignTx.Settle(ctx, k, all)
	if err == nil {
		for _, d := range all {
			t.fates[fate{d.Way, d.Status, d.Code}]++
		}
	}
	return err
}
