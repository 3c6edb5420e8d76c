package views

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// qrPath draws a QR code as the path of an SVG whose unit is one module, and tells how many modules wide it is.
func qrPath(text string) (path string, side int, err error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", 0, fmt.Errorf("make a QR code: %w", err)
	}
	code.DisableBorder = true
	grid := code.Bitmap()
	var b strings.Builder
	for y, row := range grid {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return b.String(), len(grid), nil
}

// qrBox leaves the four modules of white around the code that a reader needs.
func qrBox(side int) string {
	const quiet = 4
	return fmt.Sprintf("%d %d %d %d", -quiet, -quiet, side+2*quiet, side+2*quiet)
}
