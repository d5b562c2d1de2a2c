package push

import (
	"context"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/fault"
)

// NewCampaign is what somebody asks to tell many.
type NewCampaign struct {
	Title    string
	Purpose  Purpose
	Audience Audience
	OpenIDs  []string // with AudienceOpenIDs
	Template string   // with Values, or
	Values   map[string]string
	Text     string // one of the two; a promotion is text
	Link     string
	Ways     []Way // in their order; empty for all that are legal
	Rate     int64
	StartAt  time.Time
	IfMissed string         // empty for MissedStart
	Quiet    *Quiet         // nil for what its purpose has: NightRest for promotions, none for services
	Cap      Cap            // of a promotion, beside the account's; zero for none
	Gap      *time.Duration // nil for a day between promotions
}

const maxOpenIDs = 100_000

var openIDFormat = regexp.MustCompile(`^[!-~]{1,64}$`)

// Draft checks a campaign. It stores nothing.
func (s *Campaigns) Draft(ctx context.Context, in NewCampaign) (Campaign, error) {
	return s.draft(ctx, in, false)
}

// draft is Draft; listed tells that a list of openids is there already.
func (s *Campaigns) draft(ctx context.Context, in NewCampaign, listed bool) (Campaign, error) {
	if err := s.check(ctx, in, listed); err != nil {
		return Campaign{}, fault.Wrap("push.DraftCampaign", err)
	}
	id := s.newID("cmp")
	c := Campaign{ID: id, No: numberOf(id), Title: in.Title, Purpose: in.Purpose, Account: s.wechat, Audience: in.Audience,
		Template: in.Template, Values: in.Values, Text: in.Text, Link: in.Link, Cap: in.Cap, Rate: in.Rate, StartAt: in.StartAt,
		IfMissed: in.IfMissed, Status: CampaignDraft, Version: 1, CreatedAt: s.now()}
	var err error
	if c.Ways, err = waysOf(in.Ways, in.Purpose, in.Template != ""); err != nil {
		return Campaign{}, err
	}
	if c.IfMissed == "" {
		c.IfMissed = MissedStart
	}
	if in.Purpose == PurposePromotion {
		c.Quiet, c.Gap = NightRest(), 24*time.Hour
	}
	if in.Quiet != nil {
		c.Quiet = *in.Quiet
	}
	if in.Gap != nil {
		c.Gap = *in.Gap
	}
	return c, nil
}

func (s *Campaigns) check(ctx context.Context, in NewCampaign, listed bool) error {
	switch {
	case s.wechat == "":
		return ErrNoAccount
	case in.Purpose != PurposeService && in.Purpose != PurposePromotion:
		return ErrPurpose
	case in.Purpose == PurposePromotion && in.Template != "":
		return ErrPromoByTemplate
	case in.IfMissed != "" && in.IfMissed != MissedStart && in.IfMissed != MissedCancel:
		return ErrMissed
	case !in.Cap.Valid(), in.Cap != (Cap{}) && in.Purpose != PurposePromotion:
		return ErrCap
	case (in.Text == "") == (in.Template == ""), !utf8.ValidString(in.Text), utf8.RuneCountInString(in.Text) > 600:
		return ErrNoContent
	}
	if err := checkAudience(in, listed); err != nil || in.Template == "" {
		return err
	}
	t, err := s.messages.Template(ctx, in.Template)
	if err != nil {
		return err
	}
	return t.checkValues(in.Values)
}

func checkAudience(in NewCampaign, listed bool) error {
	switch in.Audience.Kind {
	case AudienceFollowers, AudienceMembers, AudienceTag:
		return nil
	case AudiencePaidSince:
		if in.Audience.Since.IsZero() {
			return ErrAudience
		}
		return nil
	case AudienceOpenIDs:
		if len(in.OpenIDs) == 0 && !listed || len(in.OpenIDs) > maxOpenIDs {
			return ErrTooManyOpenIDs
		}
		for _, id := range in.OpenIDs {
			if !openIDFormat.MatchString(id) {
				return ErrTooManyOpenIDs
			}
		}
		return nil
	}
	return ErrAudience
}
