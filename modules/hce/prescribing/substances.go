package prescribing

import (
	"slices"
	"strings"

	"hampi/modules/catalog"
	"hampi/modules/platform/textfold"
)

// saltWords are parts of a name that do not change what the substance does to somebody: "diclofenaco sódico" is
// diclofenaco. They are left away when something else remains.
var saltWords = []string{
	"acetato", "acetonido", "benzatina", "benzatinica", "besilato", "butilbromuro", "carbonato", "clorhidrato", "digluconato", "fosfato",
	"fumarato", "hiperbarica", "maleato", "magnesico", "mesilato", "potasica", "potasico", "procainica", "sodica", "sodico", "succinato", "sulfato", "tartrato",
	"trihidrato", "trometamina", "trometamol", "calcica", "calcico",
}

// minerals are in many salts, which are not one medicine.
var minerals = []string{"calcio", "magnesio", "zinc", "potasio", "sodio", "litio", "aluminio"}

// linkWords tie a name together and say nothing.
var linkWords = []string{"de", "del", "la", "las", "el", "los", "a", "al", "y", "o", "e", "con", "en", "para", "por"}

// essence are the folded words that make a substance. The names of the tables are written so.
func essence(name string) []string {
	words := slices.DeleteFunc(textfold.Words(name), func(w string) bool { return slices.Contains(linkWords, w) })
	core := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(saltWords, w) })
	if !slices.ContainsFunc(core, func(w string) bool { return !slices.Contains(minerals, w) }) {
		return words // calcium carbonate is more than calcium
	}
	return core
}

// synonyms are other names of an ingredient, as they stand in what people tell of their allergies.
var synonyms = map[string]string{
	"acetaminofen": "paracetamol", "adrenalina": "epinefrina", "aas": "acido acetilsalicilico", "aspirina": "acido acetilsalicilico", "clorfeniramina": "clorfenamina",
	"cotrimoxazol": "sulfametoxazol trimetoprima", "bactrim": "sulfametoxazol trimetoprima", "dipirona": "metamizol", "antalgina": "metamizol", "hioscina": "escopolamina",
	"meperidina": "petidina", "metimazol": "tiamazol", "noradrenalina": "norepinefrina", "panadol": "paracetamol", "valproato": "acido valproico", "xilocaina": "lidocaina",
	"augmentin": "amoxicilina acido clavulanico", "apronax": "naproxeno",
}

// heard are words that somebody wrote, as they sound; each with its singular.
type heard []string

// hear takes the words of what was told, and the ingredients that its other names mean.
func hear(told string) heard {
	words := textfold.Words(told)
	for _, w := range slices.Clone(words) {
		words = append(words, strings.Fields(synonyms[w])...)
	}
	return listen(words)
}

func listen(words []string) heard {
	var h heard
	for _, w := range words {
		h = append(h, sounds.Replace(w))
		if singular, many := strings.CutSuffix(w, "s"); many {
			h = append(h, sounds.Replace(singular))
		}
	}
	return h
}

// says reports whether all words of a name are among what was heard, give or take a slip in each.
func (h heard) says(core []string) bool {
	for _, part := range core {
		sound := sounds.Replace(part)
		if !slices.ContainsFunc(h, func(w string) bool { return near(w, sound) }) {
			return false
		}
	}
	return len(core) > 0
}

// sounds writes letters that Spanish hears alike in one way, so that a slip is left for real slips.
var sounds = strings.NewReplacer("ph", "f", "ll", "l", "ss", "s", "rr", "r", "mm", "m", "nn", "n", "th", "t", "qu", "c", "k", "c", "ce", "se", "ci", "si", "z", "s",
	"y", "i", "v", "b", "ch", "ch", "h", "")

// shortestForSlip keeps short words, which are near to everything, exact.
const shortestForSlip = 6

// near reports whether two sounds are one, allowing one slip in a word of six letters. Two would make eritromicina of
// azitromicina and ampicilina of amoxicilina.
func near(a, b string) bool {
	return a == b || min(len(a), len(b)) >= shortestForSlip && textfold.Distance(a, b, 1) <= 1
}

// medicine is a line made ready to be compared: its ingredients, and where it stands in the tables of pairs.
type medicine struct {
	Item
	parts     []part
	firsts    []bool // by row of interactionTable: it is of the row's first group
	seconds   []bool
	duplicate []bool // by row of duplicateTable
}

// part is an ingredient.
type part struct {
	name  string
	words []string // its essence, sorted
	heard heard    // of what was written freely; what the catalogue spells is compared exactly
}

func prepare(i Item) medicine {
	m := medicine{Item: i}
	for _, name := range catalog.Ingredients(i.DCI) {
		p := part{name: name, words: essence(name)}
		slices.Sort(p.words)
		if i.ATC == "" {
			p.heard = listen(p.words)
		}
		m.parts = append(m.parts, p)
	}
	for _, row := range interactionTable {
		m.firsts, m.seconds = append(m.firsts, row.a.has(m)), append(m.seconds, row.b.has(m))
	}
	for _, row := range duplicateTable {
		m.duplicate = append(m.duplicate, row.group.has(m))
	}
	return m
}

func prepareAll(items []Item) []medicine {
	all := make([]medicine, 0, len(items))
	for _, i := range items {
		all = append(all, prepare(i))
	}
	return all
}

// named reports whether the ingredient has all words of a name of the tables.
func (p part) named(name string) bool {
	if p.heard != nil {
		return p.heard.says(strings.Fields(name))
	}
	for word := range strings.FieldsSeq(name) {
		if !slices.Contains(p.words, word) {
			return false
		}
	}
	return true
}

// group is a set of medicines that the rules speak of together: by ATC where the line has one, and by the names of
// ingredients, which also catch combinations and what is written freely.
type group struct {
	atc     []string // beginnings of codes
	members []string // ingredients, each as its essence
	except  []string // beginnings of codes that are left out
}

// has reports whether a line holds a medicine of the group.
func (g group) has(m medicine) bool {
	if m.ATC != "" && begins(m.ATC, g.except) {
		return false
	}
	return m.ATC != "" && begins(m.ATC, g.atc) || m.place(g.members) >= 0
}

// place is where the first ingredient of one of these names stands; −1 when there is none.
func (m medicine) place(members []string) int {
	return slices.IndexFunc(m.parts, func(p part) bool { return slices.ContainsFunc(members, p.named) })
}

func begins(code string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(code, p) {
			return true
		}
	}
	return false
}

// sharedIngredient is an ingredient that two lines have in common; "" when they have none. It compares without slips:
// prednisona is not prednisolona. Water for dissolving is no medicine twice.
func sharedIngredient(a, b medicine) string {
	for _, one := range a.parts {
		for _, other := range b.parts {
			if len(one.words) > 0 && slices.Equal(one.words, other.words) && !slices.Contains(one.words, "agua") {
				return one.name
			}
		}
	}
	return ""
}
