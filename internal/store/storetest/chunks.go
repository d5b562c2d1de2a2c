package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/store"
)

// chunkLeases hands out exactly as many chunks as were asked for, each to one
// holder, however many wait: what is leased beyond that nobody works on.
func chunkLeases(t *testing.T, db *store.DB) {
	const people = 400
	ctx, s := context.Background(), db.Campaigns()
	var openids []string
	for i := range people {
		openids = append(openids, fmt.Sprintf("o%05d", i))
	}
	c := push.Campaign{ID: serial(), No: time.Now().UnixNano(), Account: "wechat", Audience: push.Audience{Kind: push.AudienceOpenIDs},
		Purpose: push.PurposeService, Status: push.CampaignRunning, Version: 1, CreatedAt: at}
	good(t, s.UpdateCampaigns(ctx, func(tx push.CampaignTx) error {
		if err := tx.InsertCampaign(ctx, c, openids); err != nil {
			return err
		}
		return tx.OpenPlan(ctx, c.No)
	}))
	until := time.Now().Add(time.Hour)
	added, _, err := s.Freeze(ctx, c, push.Slice{Holder: "a", Until: until, Now: at, Size: people, Chunk: 1})
	good(t, err)
	same(t, "people", added, int64(people))
	seen := map[int64]bool{}
	for round, limit := range []int{1, 1, 1, 7, 1} {
		leased, err := s.LeaseChunks(ctx, push.Lease{Holder: "a", Now: at, Until: until, Room: time.Now(), Limit: limit})
		good(t, err)
		same(t, fmt.Sprintf("chunks of lease %d", round), len(leased), limit)
		for _, k := range leased {
			if seen[k.First] {
				t.Errorf("chunk %d was leased twice", k.First)
			}
			seen[k.First] = true
		}
	}
	good(t, s.UpdateCampaigns(ctx, func(tx push.CampaignTx) error {
		c.Status = push.CampaignPaused
		return tx.UpdateCampaign(ctx, c)
	}))
}
