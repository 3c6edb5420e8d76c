package textfold

// Distance counts the slips between a and b: a letter added, left out, put for another, or two neighbours swapped
// (Damerau-Levenshtein, each place touched once). Beyond most it stops counting and says most+1.
func Distance(a, b string, most int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > most || len(y)-len(x) > most {
		return most + 1
	}
	var room [roomy]int
	last, within := lastRow(room[:], x, y, most)
	if !within {
		return most + 1
	}
	return min(last[len(y)], most+1)
}

// PrefixDistance counts the slips between typed and the beginning of word that is nearest to it, for words that are
// still being typed. Beyond most it says most+1.
func PrefixDistance(typed, word string, most int) int {
	x, y := []rune(typed), []rune(word)
	if len(x)-len(y) > most {
		return most + 1
	}
	y = y[:min(len(y), len(x)+most)]
	var room [roomy]int
	last, within := lastRow(room[:], x, y, most)
	if !within {
		return most + 1
	}
	nearest := most + 1
	for _, d := range last {
		nearest = min(nearest, d)
	}
	return nearest
}

// roomy is the room for the three rows of usual words, which a comparison keeps on its stack.
const roomy = 3 * 24

// lastRow holds at j the distance between all of x and the first j letters of y; false when all of them are beyond
// most, which two rows in a row tell (a swap looks back two rows).
func lastRow(room []int, x, y []rune, most int) ([]int, bool) {
	width := len(y) + 1
	cells := room
	if len(cells) < 3*width {
		cells = make([]int, 3*width)
	}
	before, above, row := cells[:width], cells[width:2*width], cells[2*width:3*width]
	for j := range above {
		above[j] = j
	}
	nearestAbove := 0
	for i := 1; i <= len(x); i++ {
		nearest := fillRow(before, above, row, x, y, i)
		if nearest > most && nearestAbove > most {
			return nil, false
		}
		before, above, row, nearestAbove = above, row, before, nearest
	}
	return above, true
}

// fillRow computes row i from the two rows over it and returns its smallest figure.
func fillRow(before, above, row []int, x, y []rune, i int) int {
	row[0] = i
	nearest := i
	for j := 1; j <= len(y); j++ {
		cost := 1
		if x[i-1] == y[j-1] {
			cost = 0
		}
		row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
		if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
			row[j] = min(row[j], before[j-2]+1)
		}
		nearest = min(nearest, row[j])
	}
	return nearest
}
