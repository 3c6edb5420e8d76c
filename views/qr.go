package views

import (
	"errors"
	"fmt"
	"strings"

	"rsc.io/qr/coding" // of the library only what makes the code: its pictures would weigh on the browser's app
)

// qrPath draws a QR code as the path of an SVG whose unit is one module, and tells how many modules wide it is.
func qrPath(text string, level coding.Level) (path string, side int, err error) {
	code, err := qrCode(text, level)
	if err != nil {
		return "", 0, fmt.Errorf("make a QR code: %w", err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return b.String(), code.Size, nil
}

// How much of a code may be lost: an eighth (M) of most, a quarter (Q) of what SUNAT wants printed.
const (
	usualQR  = coding.M
	strongQR = coding.Q
)

// qrCode is the smallest code of a level that holds the text.
func qrCode(text string, level coding.Level) (*coding.Code, error) {
	words := coding.String(text)
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		if words.Bits(v) > v.DataBytes(level)*8 {
			continue
		}
		plan, err := coding.NewPlan(v, level, 0)
		if err != nil {
			return nil, err
		}
		return plan.Encode(words)
	}
	return nil, errors.New("the text is too long")
}

// qrBox leaves the four modules of white around the code that a reader needs.
func qrBox(side int) string {
	const quiet = 4
	return fmt.Sprintf("%d %d %d %d", -quiet, -quiet, side+2*quiet, side+2*quiet)
}
