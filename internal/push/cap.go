package push

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Cap is how many promotions one person is told at most within some days, by
// whichever campaigns of an account. The zero value is no cap.
type Cap struct{ Most, Days int }

// The bounds of a cap.
const (
	MaxCapMost = 20
	MaxCapDays = 366
)

// ErrCap tells what a cap may be.
var ErrCap = fault.Input("/cap", "cap_invalid", "A cap is 1 to 20 promotions within 1 to 366 days.")

// Valid reports whether it is none or within its bounds.
func (c Cap) Valid() bool {
	return c == Cap{} || c.Most >= 1 && c.Most <= MaxCapMost && c.Days >= 1 && c.Days <= MaxCapDays
}

// Bar keeps people from a promotion: those who were told Most of them after a
// moment. The zero value keeps nobody.
type Bar struct {
	Most  int
	After time.Time
}

// bars reports whether somebody is kept from one.
func (b Bar) bars(f Follower) bool {
	switch {
	case b.Most == 0:
		return false
	case b.Most == 1 && f.PromotedAt.After(b.After):
		return true
	}
	return len(f.Promotions) >= b.Most && f.Promotions[b.Most-1].After(b.After)
}

// Bars are what the promotions that somebody was told before keep them from:
// the pause between two, the account's cap, the campaign's own.
type Bars struct{ Gap, Account, Campaign Bar }

// bars are those of a campaign at a moment.
func (c choice) bars(now time.Time) (b Bars) {
	if c.gap > 0 {
		b.Gap = Bar{1, now.Add(-c.gap)}
	}
	b.Account, b.Campaign = c.caps[0].bar(now), c.caps[1].bar(now)
	return b
}

func (c Cap) bar(now time.Time) Bar {
	return Bar{c.Most, now.Add(-time.Duration(c.Days) * 24 * time.Hour)}
}

// promise notes with those whom a batch is about to tell a promotion that they
// were told one, before anything leaves, so that no other campaign, on any
// node, tells them beyond a cap at the same moment. Whom another was quicker
// to tell is left out; the next turn says why. Who may have been told by an
// earlier try stays.
func (s *Campaigns) promise(ctx context.Context, tx CampaignTx, w *stint, chosen []Candidate) ([]Candidate, error) {
	if w.campaign.Purpose != PurposePromotion {
		return chosen, nil
	}
	var fresh []string
	for _, p := range chosen {
		if p.FirstTryAt.IsZero() {
			fresh = append(fresh, p.Recipient)
		}
	}
	if len(fresh) == 0 {
		return chosen, nil
	}
	now := s.now()
	taken, err := tx.Promise(ctx, w.campaign.Account, fresh, now, w.choice.bars(now))
	if err != nil {
		return nil, err
	}
	left := chosen[:0]
	for _, p := range chosen {
		if !p.FirstTryAt.IsZero() || taken[p.Recipient] {
			left = append(left, p)
		}
	}
	if len(left) == 1 && len(chosen) > 1 && left[0].Way == WayMass && left[0].FirstTryAt.IsZero() {
		return nil, tx.Withdraw(ctx, w.campaign.Account, []string{left[0].Recipient}) // mass send needs two
	}
	return left, nil
}

// withdraw takes back what was noted with those whom a batch surely did not
// tell.
func (s *Campaigns) withdraw(ctx context.Context, tx CampaignTx, w *stint, ended []Delivery) error {
	if w.campaign.Purpose != PurposePromotion {
		return nil
	}
	var untold []string
	for _, d := range ended {
		if d.Status == Queued && d.FirstTryAt.IsZero() || (d.Status == Failed || d.Status == Skipped) && !d.doubted {
			untold = append(untold, d.Recipient)
		}
	}
	if len(untold) == 0 {
		return nil
	}
	return tx.Withdraw(ctx, w.campaign.Account, untold)
}
