package cie10

import (
	"math"
	"slices"
	"strings"

	"hampi/modules/platform/textfold"
)

// Preference is who searches, for whom, and what was used before. The zero Preference prefers nothing.
type Preference struct {
	Specialty     string         // a key of accounts.Specialties
	Doctor        map[string]int // code → how often this doctor has used it
	SpecialtyUses map[string]int // code → how often the clinic's people of the specialty have
	Sex           Sex            // the patient's: codes of the other sex are left out
}

// mostTyped bounds what is read of a query: longer ones are no search.
const (
	mostTyped  = 120 // letters
	mostTokens = 12
)

// Search finds selectable codes by what a doctor types, the likeliest first. Nothing typed finds what the doctor uses
// most.
func (c *CIE10) Search(typed string, prefer Preference, limit int) []Code {
	if limit <= 0 {
		return nil
	}
	typed = cutLetters(typed, mostTyped)
	if strings.TrimSpace(typed) == "" {
		return c.mostUsed(prefer, limit)
	}
	found := c.byCode(typed, prefer, limit)
	if len(found) > 0 {
		return found
	}
	d, ok := c.desks.Get().(*desk)
	if !ok {
		return nil
	}
	defer c.desks.Put(d)
	d.begin()
	stems := tokens(typed)
	for _, variant := range c.variants(stems[:min(len(stems), mostTokens)]) {
		d.score(variant, prefer)
	}
	return d.best(limit, prefer)
}

func cutLetters(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return string([]rune(s)[:min(most, len([]rune(s)))])
}

// byCode lists the codes that begin as typed, when what was typed looks like the beginning of one: the same code first.
func (c *CIE10) byCode(typed string, prefer Preference, limit int) (found []Code) {
	prefix, ok := codePrefix(typed)
	if !ok {
		return nil
	}
	at, _ := c.place(prefix)
	for _, code := range c.codes[at:] {
		if !strings.HasPrefix(code.Code, prefix) || len(found) == limit {
			break
		}
		if code.Selectable() && prefer.allows(code) {
			found = append(found, code)
		}
	}
	return found
}

// codePrefix is the dotted beginning of a code: "k0", "K02", "k02.1", "K021", "I10X".
func codePrefix(typed string) (string, bool) {
	if code, ok := Dotted(typed); ok {
		return code, true
	}
	s := strings.ToUpper(strings.TrimSpace(typed))
	short := len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && '0' <= s[1] && s[1] <= '9'
	if !short && len(s) == 4 && s[3] == '.' {
		return Dotted(s[:3])
	}
	return s, short
}

func (p Preference) allows(c Code) bool { return p.Sex == AnySex || c.Sex == AnySex || c.Sex == p.Sex }

// mostUsed lists the codes this doctor has used, the most used first.
func (c *CIE10) mostUsed(prefer Preference, limit int) []Code {
	var used []Code
	for code := range prefer.Doctor {
		if found, ok := c.Find(code); ok && found.Selectable() && prefer.allows(found) {
			used = append(used, found)
		}
	}
	slices.SortFunc(used, func(a, b Code) int {
		if more := prefer.Doctor[b.Code] - prefer.Doctor[a.Code]; more != 0 {
			return more
		}
		return strings.Compare(a.Code, b.Code)
	})
	return used[:min(limit, len(used))]
}

// variants are the query itself and what it says with synonyms in the place of its words.
func (c *CIE10) variants(stems []string) [][]string {
	all := [][]string{stems}
	for i, s := range stems {
		for _, r := range c.synonyms[s] {
			if len(stems) >= i+len(r.typed) && slices.Equal(stems[i:i+len(r.typed)], r.typed) {
				all = append(all, slices.Concat(stems[:i], r.meant, stems[i+len(r.typed):]))
			}
		}
		if i+1 < len(stems) {
			if _, one := c.exactly(s + stems[i+1]); one { // "pre eclampsia"
				all = append(all, slices.Concat(stems[:i], []string{s + stems[i+1]}, stems[i+2:]))
			}
		}
	}
	return all[:min(len(all), 5)]
}

// hit is a word of the table that a typed word may mean, and how surely.
type hit struct {
	word    int
	quality float32
}

// alikeQuality is how surely a word stands for another that says the same.
const alikeQuality = 0.8

// shortestForSlip keeps short words, which are near to everything, exact.
const (
	shortestForSlip = 4
	longForTwoSlips = 8
)

// hits are the words that a typed stem may mean: itself, those that say the same, those it begins, or, where there are none, those that sound
// alike or are a slip or two away.
func (c *CIE10) hits(stem string, found []hit) []hit {
	at, exact := c.exactly(stem)
	if exact {
		found = append(found, hit{at, 1})
		at++
	}
	for _, other := range c.alike[stem] {
		found = append(found, hit{int(other), alikeQuality})
	}
	if len(stem) < 2 {
		return found
	}
	for ; at < len(c.words) && strings.HasPrefix(c.words[at].stem, stem); at++ {
		found = append(found, hit{at, 0.75 + 0.2*float32(len(stem))/float32(len(c.words[at].stem))})
	}
	sure := len(found) > 0
	found = c.kin(stem, found)
	if sure || len(stem) < shortestForSlip {
		return found
	}
	return c.near(stem, found)
}

// What two words of one family share: toxoplasmosis and toxoplasma, pulpar and pulpa.
const (
	leastShared      = 4   // letters
	leastSharedShare = 0.7 // of the longer one
)

// kin adds the words that begin as a stem does and end otherwise, as words of one family do. Those that begin with the
// whole stem are found already.
func (c *CIE10) kin(stem string, found []hit) []hit {
	least := max(leastShared, int(math.Ceil(leastSharedShare*float64(len(stem)))))
	if len(stem) <= leastShared || len(stem) < least {
		return found
	}
	root := stem[:least]
	at, _ := c.exactly(root)
	for ; at < len(c.words) && strings.HasPrefix(c.words[at].stem, root); at++ {
		other := c.words[at].stem
		if strings.HasPrefix(other, stem) {
			continue
		}
		if share := float64(shared(stem, other)) / float64(max(len(stem), len(other))); share >= leastSharedShare {
			found = append(found, hit{at, float32(0.5 + 0.3*share)})
		}
	}
	return found
}

// shared is how many letters two words begin alike with.
func shared(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// near adds the words that sound like the stem or that are a slip or two away from it, as they sound or as they are
// written: a letter left out may change how the others sound (clulitis).
func (c *CIE10) near(stem string, found []hit) []hit {
	heard, same := ending(sounds(stem)), false
	letters, typed := lettersOf(heard), lettersOf(stem)
	most := 1
	if len(heard) >= longForTwoSlips {
		most = 2
	}
	for i := range c.words {
		w := &c.words[i]
		if len(w.sounds) < len(heard)-most {
			continue
		}
		slips, whole := most+1, most+1
		if mayBegin(heard, letters, w.sounds, w.letters, most) {
			slips, whole = slipsTo(heard, w.sounds, most)
		}
		if slips > 0 && mayBegin(stem, typed, w.stem, w.written, 1) {
			if asWritten, all := slipsTo(stem, w.stem, 1); asWritten < slips {
				slips, whole = asWritten, all
			}
		}
		if slips <= most {
			same = same || whole == 0
			found = append(found, hit{i, nearness(slips, whole, most)})
		}
	}
	if same { // it is only misspelled: what is a slip away is another word
		found = slices.DeleteFunc(found, func(h hit) bool { return c.words[h.word].sounds != heard })
	}
	return found
}

// mayBegin reports whether so many of the letters typed are in a word, and near enough to its beginning, that counting
// the slips is worth the while.
func mayBegin(typed string, letters uint32, word string, of uint32, most int) bool {
	return differ(letters, of) <= most && differ(letters, lettersOf(cut(word, len(typed)+most))) <= most
}

// slipsTo counts the slips to the beginning of a word, and to the whole of it.
func slipsTo(typed, word string, most int) (begun, whole int) {
	if begun = textfold.PrefixDistance(typed, word, most); begun > most {
		return begun, begun
	}
	return begun, textfold.Distance(typed, word, most)
}

// differ counts the letters typed that a word lacks: each takes a slip.
func differ(typed, word uint32) int {
	n := 0
	for missing := typed &^ word; missing != 0; missing &= missing - 1 {
		n++
	}
	return n
}

// nearness is 0.95 for what sounds the same, less for each slip, and less again for a beginning of a longer word.
func nearness(begun, whole, most int) float32 {
	quality := 0.95 - 0.15*float32(begun)
	if whole > most {
		quality -= 0.1
	}
	return quality
}

// usageFactor lifts what is used often: by six tenths at most for the doctor, four for the specialty.
func (p Preference) usageFactor(code string) float32 {
	lift := float64(0)
	if n := p.Doctor[code]; n > 0 {
		lift += math.Min(0.6, 0.12*math.Log2(1+float64(n)))
	}
	if n := p.SpecialtyUses[code]; n > 0 {
		lift += math.Min(0.4, 0.045*math.Log2(1+float64(n)))
	}
	return float32(1 + lift)
}
