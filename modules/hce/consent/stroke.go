package consent

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Stroke is a line that was drawn with finger, pen or mouse: x and y in turn, in units of the pad, from its upper left
// corner.
type Stroke []int

// The pad, in its own units.
const (
	PadWidth  = 1000
	PadHeight = 300

	maxPoints = 8000 // of all strokes: minutes of writing
	leastInk  = 150  // units of line: what is shorter is a slip of the finger
)

// parseStrokes reads what the pad sends; false for what it did not send.
func parseStrokes(text string) (strokes []Stroke, ok bool) {
	if strings.TrimSpace(text) == "" {
		return nil, true
	}
	if json.Unmarshal([]byte(text), &strokes) != nil {
		return nil, false
	}
	points := 0
	for _, s := range strokes {
		if len(s)%2 != 0 || len(s) == 0 {
			return nil, false
		}
		for i := 0; i < len(s); i += 2 {
			if s[i] < 0 || s[i] > PadWidth || s[i+1] < 0 || s[i+1] > PadHeight {
				return nil, false
			}
		}
		points += len(s) / 2
	}
	return strokes, points <= maxPoints
}

// ink is how long the lines are, in units of the pad.
func ink(strokes []Stroke) (length float64) {
	for _, s := range strokes {
		for i := 2; i+1 < len(s); i += 2 {
			length += math.Hypot(float64(s[i]-s[i-2]), float64(s[i+1]-s[i-1]))
		}
	}
	return length
}

// pathOf draws strokes as the path of an SVG.
func pathOf(strokes []Stroke) string {
	var path strings.Builder
	for _, s := range strokes {
		for i := 0; i+1 < len(s); i += 2 {
			letter := "L"
			if i == 0 {
				letter = "M"
			}
			path.WriteString(letter + strconv.Itoa(s[i]) + " " + strconv.Itoa(s[i+1]))
		}
		if len(s) == 2 {
			path.WriteString("h1") // a point
		}
	}
	return path.String()
}
