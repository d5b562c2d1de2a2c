package web

import (
	"fmt"
	"html/template"
	"strings"

	"rsc.io/qr"
)

// quiet is the blank border that a QR code needs, in modules.
const quiet = 4

// drawQR draws text as an SVG of one path. Nothing of the text itself is in
// the markup, so it needs no escaping. It stands beside the same text for
// those who can't see it, and is hidden from screen readers.
func drawQR(text string) (template.HTML, error) {
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
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" aria-hidden="true" shape-rendering="crispEdges">`+
		`<rect class="qr-ground" width="%d" height="%d"/><path class="qr-ink" d="%s"/></svg>`,
		size, size, size, size, path.String())), nil
}
