package push

import (
	"slices"
	"time"
)

const massPerMonth = 4

// Our own codes for why somebody is not told, or not in a way. See [Advice].
const (
	CodeLeft      = "not_following"
	CodeStranger  = "follower_unknown"
	CodeWindow    = "window_closed"
	CodeNoText    = "no_text"
	CodeUnmapped  = "template_unmapped"
	CodeRefused   = "promotions_refused"
	CodeNoNotices = "notices_refused"
	CodeNoWay     = "way_refused"
	CodeRecent    = "told_recently"
	CodeCap       = "frequency_cap"
	CodeMonth     = "mass_quota"
	CodeAlone     = "mass_needs_two"
	CodeNoMass    = "mass_unsupported"
	CodeCancelled = "cancelled"
	CodeAccount   = "account_missing"
	CodeDoubt     = "outcome_unknown"
)

// Candidate is a recipient whose turn it is, with what is known of them.
type Candidate struct {
	Delivery
	Known    bool // whether the account told us of them
	Follower Follower
}

// choice is what decides in which way somebody may be told something.
type choice struct {
	purpose Purpose
	ways    []Way         // in the order in which they are tried
	text    bool          // there are words for a message without a template
	mapped  bool          // the account has a template for it
	gap     time.Duration // between two promotions to one person
	caps    [2]Cap        // the account's and the campaign's own
	needed  bool          // whatever the person prefers
}

// way chooses the first legal way that was not passed over before, and adds
// those that it passes over now. Where there is none, it names the reason of
// the way that was to be tried first, or what keeps this person from being
// told at all.
func (c choice) way(p Candidate, now time.Time) (way Way, skips Skips, none string) {
	if none = c.person(p, now); none != "" {
		return "", p.Skips, none
	}
	skips = p.Skips
	for _, w := range c.ways {
		if skips.has(w) {
			continue
		}
		why := c.blocked(w, p, now)
		if why == "" {
			return w, skips, ""
		}
		skips = append(skips[:len(skips):len(skips)], Skip{w, why})
	}
	return "", skips, skips[0].Code
}

// person names why somebody is not told in any way. Somebody of whom nothing
// is known may follow; the platform will say.
func (c choice) person(p Candidate, now time.Time) string {
	bars := c.bars(now)
	switch f := p.Follower; {
	case p.Known && !f.Following:
		return CodeLeft
	case c.purpose != PurposePromotion && f.NoNotices && !c.needed:
		return CodeNoNotices
	case c.purpose != PurposePromotion:
		return ""
	case f.NoPromotions:
		return CodeRefused
	case bars.Gap.bars(f):
		return CodeRecent
	case bars.Account.bars(f), bars.Campaign.bars(f):
		return CodeCap
	}
	return ""
}

// blocked names why a way is not legal for somebody, or can't work. One call of
// mass send with a stranger in it is refused for all, so there nobody is tried
// of whom nothing is known.
func (c choice) blocked(w Way, p Candidate, now time.Time) string {
	f := p.Follower
	switch {
	case slices.Contains(f.Without, w) && !c.needed:
		return CodeNoWay
	case w == WayTemplate && !c.mapped:
		return CodeUnmapped
	case w == WayCustom && !c.text:
		return CodeNoText
	case w == WayCustom && !f.Typed.open(now) && !f.Brief.open(now):
		return CodeWindow
	case w == WayMass && !p.Known:
		return CodeStranger
	case w == WayMass && f.MassMonth == MonthOf(now) && f.MassCount >= massPerMonth:
		return CodeMonth
	}
	return ""
}
