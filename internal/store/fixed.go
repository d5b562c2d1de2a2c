package store

import (
	"fmt"
	"strings"
)

// Many values travel to a statement as one text of fixed widths, which a
// recursive query takes apart again: neither engine's arrays are known to the
// other. The values are ASCII.

// The widths of what is packed so.
const (
	numberWidth   = 12
	openIDWidth   = 64
	platformWidth = 32
)

// fixedNumbers packs numbers that are not negative.
func fixedNumbers(all []int64) string {
	var b strings.Builder
	b.Grow(len(all) * numberWidth)
	for _, n := range all {
		fmt.Fprintf(&b, "%0*d", numberWidth, n)
	}
	return b.String()
}

// fixedTexts packs texts, each cut to the width.
func fixedTexts(all []string, width int) string {
	var b strings.Builder
	b.Grow(len(all) * width)
	for _, s := range all {
		s = s[:min(len(s), width)]
		b.WriteString(s)
		for range width - len(s) {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
