package push

import (
	"context"
	"slices"

	"github.com/paypush/paypush/internal/fault"
)

// Preferences are what somebody asked not to be told, and how. The zero value
// refuses nothing. What an order needs is told all the same; see
// [NewMessage.Needed].
type Preferences struct {
	NoNotices    bool  // no services but what an order needs
	NoPromotions bool  //
	Without      []Way // ways in which they want neither
}

// PreferableWays are the ways that people may choose among.
func PreferableWays() []Way { return []Way{WayTemplate, WayCustom, WayMass} }

// ErrPreference tells which ways people may do without.
var ErrPreference = fault.Input("/without", "preference_invalid", "Name each way to do without once: template, custom or mass.")

func (p Preferences) check() error {
	for i, w := range p.Without {
		if !slices.Contains(PreferableWays(), w) || slices.Contains(p.Without[:i], w) {
			return ErrPreference
		}
	}
	return nil
}

// Prefer changes what somebody wants to be told, known to the account or not,
// by a function, which may run more than once. Those who change it at the same
// time do so one after the other. It fails with [ErrPreference] and then
// changes nothing.
func (f *Followers) Prefer(ctx context.Context, account, openid string, change func(*Preferences)) error {
	err := f.store.Prefer(ctx, account, openid, func(p *Preferences) error {
		change(p)
		return p.check()
	})
	return fault.Wrap("push.Prefer", err)
}
