package push

import (
	"context"

	"github.com/paypush/paypush/internal/fault"
)

// Edit changes what a draft says, to whom and how, all of it at once. Where the
// audience is a list of openids as before and no new one comes, the list stays.
// It fails as [Campaigns.Draft] does, and with [ErrCampaignState] for what is
// no draft any more; then nothing is changed.
func (s *Campaigns) Edit(ctx context.Context, id string, in NewCampaign) (Campaign, error) {
	old, err := s.store.Campaign(ctx, id)
	if err != nil {
		return Campaign{}, fault.Wrap("push.Edit "+id, err)
	}
	stays := in.Audience.Kind == AudienceOpenIDs && len(in.OpenIDs) == 0 && old.Audience.Kind == AudienceOpenIDs
	next, err := s.draft(ctx, in, stays)
	if err != nil {
		return Campaign{}, fault.Wrap("push.Edit "+id, err)
	}
	c, err := s.move(ctx, id, func(tx CampaignTx, c *Campaign) error {
		switch {
		case c.Status != CampaignDraft:
			return ErrCampaignState
		case stays && c.Audience.Kind != AudienceOpenIDs: // somebody else took it away meanwhile
			return ErrTooManyOpenIDs
		}
		next.ID, next.No, next.Version, next.CreatedAt = c.ID, c.No, c.Version, c.CreatedAt
		*c = next
		return tx.RewriteCampaign(ctx, next, in.OpenIDs, stays)
	})
	return c, fault.Wrap("push.Edit "+id, err)
}
