package cie10

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
)

// CIE10 is a table made ready for searching. It is read by any number at once and never changes.
type CIE10 struct {
	codes    []Code // by code
	names    []name
	words    []word // by their letters
	postings []int32
	synonyms map[string][]rewriting // by the first stem of what is typed
	alike    map[string][]int32     // stem → words that say the same
	areas    map[string][]span      // specialty → the codes it deals with
	minor    []span                 // codes that are no diagnosis beside one
	slightOf []uint8                // by name: how many of its words are slight
	common   []bool                 // by place in codes: a term names it
	desks    sync.Pool              // of *desk
}

// kind tells where a name comes from.
type kind uint8

const (
	ofTitle  kind = iota
	ofFamily      // its category's title: whoever types only that gets the unspecified code
	ofLocal       // as MINSA's forms call it
	ofTerm        // as doctors and patients call it
)

// name is one way in which a code is called.
type name struct {
	code      int32 // place in codes
	total     float32
	count     uint8 // different words
	kind      kind
	rank      uint8  // place among the codes of its term, or of its family's unspecified ones
	plain     bool   // the title says that nothing more is known
	without   bool   // it says "sin" something
	specialty string // the one in whose mouth it means this code; empty: everybody's
}

// word is a stem with the names it stands in: postings[from:to].
type word struct {
	stem     string
	sounds   string
	letters  uint32 // which letters it sounds like
	written  uint32 // and is written with
	weight   float32
	from, to int32
}

// rewriting is a synonym in stems.
type rewriting struct{ typed, meant []string }

// New makes a table ready. It takes some hundredths of a second, and some tenths in a browser.
func New(t Table) *CIE10 {
	b := builder{places: map[string][]int32{}}
	b.c = &CIE10{synonyms: map[string][]rewriting{}, alike: map[string][]int32{}, areas: areas(), minor: spansOf(minor)}
	entries := slices.Clone(t.Entries)
	slices.SortFunc(entries, func(x, y Entry) int { return strings.Compare(x.Code.Code, y.Code.Code) })
	b.addEntries(entries)
	b.addTerms(t.Terms)
	b.finish()
	for _, s := range t.Synonyms {
		r := rewriting{tokens(s.Typed), tokens(s.Meant)}
		if len(r.typed) > 0 {
			b.c.synonyms[r.typed[0]] = append(b.c.synonyms[r.typed[0]], r)
		}
	}
	for _, words := range t.Alike {
		b.addAlike(tokens(words))
	}
	b.c.desks.New = func() any { return b.c.newDesk() }
	return b.c
}

// Len is how many codes the table holds, those that are only headings or retired included.
func (c *CIE10) Len() int { return len(c.codes) }

// Find is the code that was typed, in whatever way it was written; false for one that the table lacks.
func (c *CIE10) Find(typed string) (Code, bool) {
	code, ok := Dotted(typed)
	if !ok {
		return Code{}, false
	}
	i, ok := c.place(code)
	if !ok {
		return Code{}, false
	}
	return c.codes[i], true
}

func (c *CIE10) place(code string) (int, bool) {
	return slices.BinarySearchFunc(c.codes, code, func(x Code, code string) int { return strings.Compare(x.Code, code) })
}

// builder collects the names and where each stem stands.
type builder struct {
	c      *CIE10
	places map[string][]int32 // stem → names
	ofName [][]string         // stems of each name
}

func (b *builder) addEntries(entries []Entry) {
	family := Entry{}
	for i, e := range entries {
		b.c.codes = append(b.c.codes, e.Code)
		if len(e.Code.Code) == 3 {
			family = e
		}
		if !e.Selectable() {
			continue
		}
		text, unspecified := plain(e.Title)
		b.add(name{code: int32(i), kind: ofTitle, plain: unspecified}, tokens(text))
		if e.Local != "" {
			local, _ := plain(e.Local)
			b.add(name{code: int32(i), kind: ofLocal, plain: unspecified}, tokens(local))
		}
		if family.Heading && Category(e.Code.Code) == family.Code.Code && (unspecified || strings.HasSuffix(e.Code.Code, ".9")) {
			rank := uint8(0)
			if !strings.HasSuffix(e.Code.Code, ".9") {
				rank = 1
			}
			b.add(name{code: int32(i), kind: ofFamily, plain: true, rank: rank}, tokens(family.Title))
		}
	}
	b.c.common = make([]bool, len(b.c.codes))
}

func (b *builder) addTerms(terms []Term) {
	for _, t := range terms {
		stems := tokens(t.Words)
		rank := uint8(0)
		for _, code := range t.Codes {
			i, ok := b.c.place(code)
			if !ok || !b.c.codes[i].Selectable() {
				continue
			}
			b.add(name{code: int32(i), kind: ofTerm, rank: rank, specialty: t.Specialty}, stems)
			b.c.common[i] = true
			rank++
		}
	}
}

func (b *builder) add(n name, stems []string) {
	stems = slices.Clone(stems)
	slices.Sort(stems)
	stems = slices.Compact(stems)
	if len(stems) == 0 || len(stems) > math.MaxUint8 {
		return
	}
	n.count, n.without = uint8(len(stems)), !n.plain && slices.Contains(stems, "sin")
	id := int32(len(b.c.names))
	b.c.names = append(b.c.names, n)
	b.ofName = append(b.ofName, stems)
	for _, s := range stems {
		b.places[s] = append(b.places[s], id)
	}
}

// finish sorts the words, weighs them by how rare they are, and adds up what each name weighs.
func (b *builder) finish() {
	c := b.c
	for stem, names := range b.places {
		w := word{stem: stem, sounds: sounds(stem), from: int32(len(c.postings)), weight: weightOfSlight(stem)}
		w.letters, w.written = lettersOf(w.sounds), lettersOf(stem)
		if !isSlight(stem) {
			w.weight = float32(1 + math.Log(float64(len(c.names))/float64(len(names))))
		}
		if isFigure(stem) {
			w.weight = min(w.weight, figureWeight)
		}
		if isQualifier(stem) {
			w.weight = min(w.weight, qualifierWeight)
		}
		c.postings = append(c.postings, names...)
		w.to = int32(len(c.postings))
		c.words = append(c.words, w)
	}
	slices.SortFunc(c.words, func(x, y word) int { return cmp.Compare(x.stem, y.stem) })
	c.slightOf = make([]uint8, len(c.names))
	for id, stems := range b.ofName {
		for _, s := range stems {
			if isSlight(s) {
				c.slightOf[id]++
			}
			i, _ := c.exactly(s)
			c.names[id].total += c.words[i].weight
		}
	}
}

// addAlike lets each word of a set stand for the others that the table has.
func (b *builder) addAlike(stems []string) {
	slices.Sort(stems)
	stems = slices.Compact(stems)
	for _, s := range stems {
		for _, other := range stems {
			if i, ok := b.c.exactly(other); ok && other != s {
				b.c.alike[s] = append(b.c.alike[s], int32(i))
			}
		}
	}
}

func (c *CIE10) exactly(stem string) (int, bool) {
	return slices.BinarySearchFunc(c.words, stem, func(w word, stem string) int { return strings.Compare(w.stem, stem) })
}

// lettersOf is a set of letters; two words that are k slips apart differ in 2k letters at most.
func lettersOf(w string) (set uint32) {
	for i := range len(w) {
		if 'a' <= w[i] && w[i] <= 'z' {
			set |= 1 << (w[i] - 'a')
		}
	}
	return set
}

// areas are the codes that each specialty deals with.
func areas() map[string][]span {
	eyes := spansOf("H00-H59 T15 S05 Z01.0 Z96.1 B30 Z46.0 Z97.0 Z97.3")
	return map[string][]span{
		"odontologia":  spansOf("K00-K14 S02.5 S03.2 S03.0 Z01.2 Z46.3-Z46.4 Z97.2 B00.1-B00.2 B37.0 R19.6 Q35-Q37 G50.0 A69.0-A69.1"),
		"obstetricia":  spansOf("O00-O99 Z30-Z39 P00-P04 N60-N99 D25 Z12.3-Z12.4 Z01.4 B37.3 A60 A63.0 Z87.5 Z97.5"),
		"ginecologia":  spansOf("N60-N99 D25-D28 E28 B37.3 A59 A60 A63.0 Z30-Z32 Z01.4 Z12.3-Z12.4 O00-O99 C50-C58 D05-D06 R87"),
		"oftalmologia": eyes, "optometria": eyes,
		"pediatria":  spansOf("A00-A09 B01 B05-B09 B26 B76-B83 J00-J22 J45 L20-L22 P00-P96 Q00-Q99 R56 Z00.1 Z23-Z27 H65-H66 E40-E46 D50 R62"),
		"psicologia": spansOf("F00-F99 Z55-Z65 Z70-Z73 R40-R46 X60-X84 T74"),
		"nutricion":  spansOf("E10-E14 E40-E68 E78 D50-D53 K58-K59 R63 Z71.3 Z72.4 O24"),
	}
}
