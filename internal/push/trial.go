package push

import (
	"context"

	"github.com/paypush/paypush/internal/fault"
)

// DraftTrial makes the message by which one person sees what a campaign would
// tell: in the newest version of its template, or for a promotion as a preview
// of mass send. It belongs to no recipient of the campaign and is counted
// nowhere in it. Place it with [Service.Place].
func (s *Campaigns) DraftTrial(ctx context.Context, id string, to To) (Message, error) {
	c, err := s.store.Campaign(ctx, id)
	if err != nil {
		return Message{}, fault.Wrap("push.DraftTrial "+id, err)
	}
	in := NewMessage{To: to, Template: c.Template, Values: c.Values, Text: c.Text, Link: c.Link}
	if c.Purpose == PurposeService {
		in.Ways = c.Ways
	}
	m, err := s.messages.Draft(ctx, in)
	if err != nil {
		return Message{}, fault.Wrap("push.DraftTrial "+id, err)
	}
	if m.Key = "trial:" + c.ID + ":" + m.ID; c.Purpose == PurposePromotion {
		m.Ways = []Way{WayPreview}
	}
	return m, nil
}
