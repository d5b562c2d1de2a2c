// Package qrcode draws what a phone is to scan. It knows nothing of what the
// codes are for.
//
// The rule that surprises: the picture has colours of its own, since others
// show it on their pages; a style sheet may change them by its classes.
package qrcode

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is the blank border that a QR code needs, in modules.
const quiet = 4

// SVG draws text as an SVG of one path. It fails where the text is too long for
// a code, about two thousand bytes. Nothing of the text itself is in
// the markup, so it needs no escaping. It stands beside the same text for
// those who can't see it, and is hidden from screen readers.
func SVG(text string) (string, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
				x += run
			}
		}
	}
	size := code.Size + 2*quiet
	return fmt.Sprintf(`<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" aria-hidden="true" shape-rendering="crispEdges">`+
		`<rect class="qr-ground" fill="#fff" width="%d" height="%d"/><path class="qr-ink" d="%s"/></svg>`,
		size, size, size, size, path.String()), nil
}
