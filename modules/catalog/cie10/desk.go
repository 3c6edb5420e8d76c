package cie10

import (
	"slices"
	"strings"
)

// desk is where one search is worked out; it is used again by the next, so that a search allocates next to nothing.
type desk struct {
	c        *CIE10
	names    []tally
	touched  []int32
	again    []int32   // touched by an earlier word, and by the one that is looked at
	codes    []float32 // by place in codes
	inReach  []int32   // codes with a score
	hits     []hit
	turn     uint32
	lastSeen []uint32 // by name: the turn it was counted in
}

// tally is how far a name agrees with the query.
type tally struct {
	query, name       float32 // weight of what agrees, on either side
	ofWord, nameOfOne float32 // the best for the typed word that is looked at
}

func (c *CIE10) newDesk() *desk {
	return &desk{
		c: c, names: make([]tally, len(c.names)), codes: make([]float32, len(c.codes)), lastSeen: make([]uint32, len(c.names)),
	}
}

func (d *desk) begin() {
	for _, code := range d.inReach {
		d.codes[code] = 0
	}
	d.inReach = d.inReach[:0]
}

// score adds one reading of the query: each code keeps its best name.
func (d *desk) score(stems []string, prefer Preference) {
	d.touched = d.touched[:0]
	d.turn++
	total := float32(0)
	for i, stem := range stems {
		if slices.Contains(stems[:i], stem) {
			continue // a synonym may say again what was typed
		}
		d.hits = d.c.hits(stem, d.hits[:0])
		weight := d.weightOf(stem)
		total += weight
		d.count(weight)
	}
	for _, id := range d.touched {
		d.settle(id, total, prefer)
	}
}

// unknownWeight is what a word counts that stands nowhere in the table.
const unknownWeight = 2.5

// weightOf is what a typed word counts: as the word it is, or as the mean of those it may become.
func (d *desk) weightOf(stem string) float32 {
	if isSlight(stem) {
		return weightOfSlight(stem)
	}
	if len(d.hits) == 0 && isFigure(stem) {
		return figureWeight
	}
	if len(d.hits) == 0 {
		return unknownWeight
	}
	if d.hits[0].quality == 1 {
		return d.c.words[d.hits[0].word].weight
	}
	sum := float32(0)
	for _, h := range d.hits {
		sum += d.c.words[h.word].weight
	}
	return sum / float32(len(d.hits))
}

// count gives every name the best that the word at hand gives it.
func (d *desk) count(weight float32) {
	first := len(d.touched)
	d.again = d.again[:0]
	for _, h := range d.hits {
		w := &d.c.words[h.word]
		for _, id := range d.c.postings[w.from:w.to] {
			t := &d.names[id]
			if d.lastSeen[id] != d.turn {
				d.lastSeen[id] = d.turn
				*t = tally{}
				d.touched = append(d.touched, id)
			} else if t.ofWord == 0 {
				d.again = append(d.again, id)
			}
			if given := weight * h.quality; given > t.ofWord {
				t.ofWord, t.nameOfOne = given, w.weight*h.quality
			}
		}
	}
	for _, id := range d.touched[first:] {
		d.names[id].add()
	}
	for _, id := range d.again {
		d.names[id].add()
	}
}

func (t *tally) add() {
	t.query += t.ofWord
	t.name += t.nameOfOne
	t.ofWord, t.nameOfOne = 0, 0
}

// settle turns a tally into a score for its code: how much of the query the name answers, squared, and how much of the
// name was asked for; then who says it, where it belongs and how often it is used.
func (d *desk) settle(id int32, total float32, prefer Preference) {
	n, t := &d.c.names[id], d.names[id]
	asked := t.query / total
	score := asked * asked * (0.55 + 0.45*min(1, t.name/n.total))
	if score < lowest {
		return
	}
	if score *= d.c.standing(n, prefer); score > d.codes[n.code] {
		if d.codes[n.code] == 0 {
			d.inReach = append(d.inReach, n.code)
		}
		d.codes[n.code] = score
	}
}

// lowest is the score below which a code has too little to do with the query.
const lowest = 0.12

// standing is what speaks for a name whatever was typed.
func (c *CIE10) standing(n *name, prefer Preference) float32 {
	factor := float32(1)
	switch n.kind {
	case ofTerm:
		factor *= 1.04 - 0.02*float32(n.rank)
	case ofFamily:
		factor -= 0.02 * float32(n.rank)
	}
	if n.plain {
		factor *= 1.02
	}
	switch {
	case n.specialty != "" && n.specialty == prefer.Specialty:
		factor *= 1.08
	case n.specialty != "":
		factor *= 0.85
	}
	return factor
}

// ofCode is what speaks for a code, whoever asks for it by whatever name.
func (c *CIE10) ofCode(i int32, prefer Preference) float32 {
	code := &c.codes[i]
	factor := prefer.usageFactor(code.Code)
	if c.common[i] {
		factor *= 1.06
	}
	if area, ok := c.areas[prefer.Specialty]; ok && within(code.Code, area) {
		return factor * 1.1
	}
	switch code.Code[0] {
	case 'V', 'W', 'X', 'Y':
		factor *= 0.9
	case 'O', 'P':
		factor *= 0.93
	case 'Q', 'T':
		factor *= 0.97
	}
	if code.Asterisk {
		factor *= 0.95
	}
	return factor
}

// familyLift is what speaks for the codes of the category that was asked for: whoever types "diabetes tipo 2" and does
// not want the unspecified one wants another of its kind.
const familyLift = 1.3

// family is the category of the likeliest code.
func (d *desk) family(prefer Preference) string {
	best, code := float32(0), ""
	for _, i := range d.inReach {
		if score := d.codes[i] * d.c.ofCode(i, prefer); score > best && prefer.allows(d.c.codes[i]) {
			best, code = score, d.c.codes[i].Code
		}
	}
	return Category(code)
}

// best lists the codes with the highest scores. Those with less than an eighth of the first one's are left out.
func (d *desk) best(limit int, prefer Preference) []Code {
	type ranked struct {
		code  int32
		score float32
	}
	top := make([]ranked, 0, limit+1)
	family := d.family(prefer)
	for _, i := range d.inReach {
		if !prefer.allows(d.c.codes[i]) {
			continue
		}
		r := ranked{i, d.codes[i] * d.c.ofCode(i, prefer)}
		if code := d.c.codes[i].Code; Category(code) == family && code != family {
			r.score *= familyLift
		}
		if len(top) == limit && r.score <= top[limit-1].score {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, r, func(x, r ranked) int {
			switch {
			case x.score > r.score:
				return -1
			case x.score < r.score:
				return 1
			}
			return strings.Compare(d.c.codes[x.code].Code, d.c.codes[r.code].Code)
		})
		top = slices.Insert(top, at, r)
		top = top[:min(limit, len(top))]
	}
	found := make([]Code, 0, len(top))
	for _, r := range top {
		if r.score >= top[0].score/8 {
			found = append(found, d.c.codes[r.code])
		}
	}
	return found
}
