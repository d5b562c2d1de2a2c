package push

import (
	"slices"
	"strings"

	"github.com/paypush/paypush/internal/fault"
)

// Way is how somebody is told over WeChat.
type Way string

// The ways. Preview is for tests alone: it shows one person what mass send
// would send.
const (
	WayTemplate Way = "template" // a template message: service notices alone, to those who follow
	WayCustom   Way = "custom"   // a customer service message: inside a window that the person opened
	WayMass     Way = "mass"     // mass send: four a month for each person
	WayPreview  Way = "preview"
)

// ErrWays tells which ways there are.
var ErrWays = fault.Input("/ways", "ways_invalid",
	"Name each way once: template and custom for what is a service, mass and custom for a promotion. The way template needs a template.")

// waysOf completes the ways that somebody asked for, first the one to try
// first, or fails with [ErrWays]. Without any, it is all that are legal, the
// one that reaches most people first.
func waysOf(asked []Way, purpose Purpose, template bool) ([]Way, error) {
	legal := []Way{WayTemplate, WayCustom}
	switch {
	case purpose == PurposePromotion:
		legal = []Way{WayMass, WayCustom}
	case !template:
		legal = []Way{WayCustom}
	}
	if len(asked) == 0 {
		return legal, nil
	}
	for i, w := range asked {
		if !slices.Contains(legal, w) || slices.Contains(asked[:i], w) {
			return nil, ErrWays
		}
	}
	return asked, nil
}

// Skip is a way that was passed over, and why: one of our codes, or the
// platform's where it refused.
type Skip struct {
	Way  Way
	Code string
}

// Skips are the ways that were passed over, in their order.
type Skips []Skip

// String writes skips as they are stored.
func (s Skips) String() string {
	parts := make([]string, len(s))
	for i, one := range s {
		parts[i] = string(one.Way) + ":" + one.Code
	}
	return strings.Join(parts, ",")
}

// ParseSkips reads what String wrote.
func ParseSkips(text string) Skips {
	if text == "" {
		return nil
	}
	var all Skips
	for part := range strings.SplitSeq(text, ",") {
		way, code, _ := strings.Cut(part, ":")
		all = append(all, Skip{Way(way), code})
	}
	return all
}

// has reports whether a way was passed over already.
func (s Skips) has(w Way) bool {
	return slices.ContainsFunc(s, func(one Skip) bool { return one.Way == w })
}
