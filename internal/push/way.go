package push

import "time"

// Way is how somebody is told over WeChat.
type Way string

// The ways.
const (
	WayTemplate Way = "template" // a template message: service notices alone, to those who follow
	WayCustom   Way = "custom"   // a customer service message: inside a window that the person opened
	WayMass     Way = "mass"     // mass send: four a month for each person
)

const massPerMonth = 4

// skip is why somebody is not told.
type skip struct{ code, detail string }

var (
	skipLeft      = skip{"not_following", "They don't follow the account."}
	skipWindow    = skip{"window_closed", "A text may be sent only within 48 hours after they wrote, and five times. Use a template for a service notice."}
	skipRefused   = skip{"promotions_refused", "They asked not to be told promotions."}
	skipRecent    = skip{"told_recently", "They were told a promotion not long ago."}
	skipMonth     = skip{"mass_quota", "They had their four mass messages of this month."}
	skipAlone     = skip{"mass_needs_two", "Mass send needs two recipients, and this one has no open window."}
	skipCancelled = skip{"cancelled", "The campaign was cancelled before it was their turn."}
	skipAccount   = skip{"account_missing", "The account that was to send it is no longer configured."}
	doubtful      = skip{"outcome_unknown", "Nobody knows whether the platform took it."}
)

// Candidate is a recipient whose turn it is, with what is known of them.
type Candidate struct {
	Delivery
	Known    bool // whether the account told us of them
	Follower Follower
}

// wayFor chooses the legal way to tell somebody, or says why there is none.
// Somebody of whom nothing is known may follow; the platform will say.
func (c Campaign) wayFor(p Candidate, now time.Time) (Way, *skip) {
	f := p.Follower
	switch {
	case p.Known && !f.Following:
		return "", &skipLeft
	case c.Purpose == PurposePromotion:
		return c.promote(p, now)
	case c.Template != "":
		return WayTemplate, nil
	case f.Typed.open(now) || f.Brief.open(now):
		return WayCustom, nil
	}
	return "", &skipWindow
}

func (c Campaign) promote(p Candidate, now time.Time) (Way, *skip) {
	f := p.Follower
	switch {
	case f.NoPromotions:
		return "", &skipRefused
	case c.Gap > 0 && f.PromotedAt.Add(c.Gap).After(now):
		return "", &skipRecent
	case f.MassMonth == monthOf(now) && f.MassCount >= massPerMonth:
		return "", &skipMonth
	}
	return WayMass, nil
}
