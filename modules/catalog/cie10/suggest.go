package cie10

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"hampi/modules/platform/textfold"
)

// Suggest finds the diagnoses that a text names, in the order in which it names them. It proposes few rather than
// wrong ones: a name must stand there whole, and what is denied, ruled out, or said of somebody's past or family is
// passed over. Symptoms and mere checks are proposed only where no diagnosis is named.
func (c *CIE10) Suggest(text string, prefer Preference, limit int) []Code {
	var found []mention
	place := 0
	for _, clause := range clauses(inWords(cutLetters(text, longestText))) {
		found = append(found, c.mentions(clause, prefer, place)...)
		place += len(clause)
	}
	if slices.ContainsFunc(found, func(m mention) bool { return !c.isMinor(m.code) }) {
		found = slices.DeleteFunc(found, func(m mention) bool { return c.isMinor(m.code) })
	}
	slices.SortStableFunc(found, func(a, b mention) int { return cmp.Compare(a.from, b.from) })
	var codes []Code
	for _, m := range found {
		if code := c.codes[m.code]; len(codes) < limit && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

const longestText = 4000 // letters

// inWords is a text in which the signs that deny are words.
func inWords(text string) string {
	return strings.NewReplacer("d/c", "descartar", "D/C", "descartar", "r/o", "descartar", "R/O", "descartar", "(-)", " negativo").Replace(text)
}

// minor are the codes of what one comes for and of how it happened, which are no diagnosis beside one.
const minor = "R00-R99 L29 N89.8 H53.1 H53.8 H57.1 H57.8-H57.9 M25.5 M79.6 V00-Y98 Z00-Z01"

func (c *CIE10) isMinor(code int32) bool { return within(c.codes[code].Code, c.minor) }

// spoken is a word of a text.
type spoken struct {
	stem  string
	sigla bool // written all in capitals
}

// clauses are the stretches of a text that may name a diagnosis, without what is denied or said of others.
func clauses(text string) (kept [][]spoken) {
	for _, sentence := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".;\n", r) }) {
		denied := false
		for part := range strings.SplitSeq(sentence, ",") {
			var clause []spoken
			clause, denied = affirmed(part, denied)
			if len(clause) > 0 {
				kept = append(kept, clause)
			}
		}
	}
	return kept
}

// Words after which what follows is not what the patient has now. denials reach to the end of the sentence, through
// its commas; absences and others' only to the next comma.
const (
	denials   = " niega niegan negando descarta descartar descartan descartado descartada descartando excluye excluir excluyen improbable ausencia "
	absences  = " no sin ni tampoco nunca antecedente antecedentes ant familiar familiares familia madre padre hermano hermana abuelo abuela tio tia hijo hija esposo esposa riesgo "
	turns     = " pero presenta refiere actualmente dx diagnostico diagnosticos impresion con tiene cursa "
	reversals = " negativo negativa negativos negativas neg descartado descartada descartados descartadas ausente ausentes excluido excluida improbable "
)

// partOfName are beginnings of words before which "no" is part of a diagnosis' own name.
var partOfName = []string{"especific", "insulino", "toxic", "reactiv"}

// affirmed is what a part of a sentence says the patient has; denied says whether a denial is still open.
func affirmed(part string, denied bool) (clause []spoken, stillDenied bool) {
	words := strings.FieldsFunc(part, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	absent := false
	for i, written := range words {
		w := textfold.Fold(written)
		has := func(list string) bool { return strings.Contains(list, " "+w+" ") }
		switch {
		case has(reversals) || w == "reactivo" && before(words, i) == "no":
			clause = nil
		case has(denials) || w == "probable" && before(words, i) == "poco":
			denied = true
		case w == "no" && i+1 < len(words) && startsOne(textfold.Fold(words[i+1]), partOfName):
		case w == "sin" && saysNoAlarm(words[i+1:]):
		case has(absences):
			absent = true
		case has(turns) && before(words, i) != "no": // "no presenta" denies what follows
			denied, absent = denied && w == "con", absent && w == "con"
		}
		if !denied && !absent && !strings.Contains(empty, " "+w+" ") {
			clause = append(clause, spoken{stem(w), written == strings.ToUpper(written)})
		}
	}
	return clause, denied
}

// before is the word before the one at i; empty at the beginning.
func before(words []string, i int) string {
	if i == 0 {
		return ""
	}
	return textfold.Fold(words[i-1])
}

// saysNoAlarm reports whether what follows "sin" is "signos de alarma", which is part of the name of a dengue.
func saysNoAlarm(words []string) bool { return len(words) >= 3 && textfold.Fold(words[2]) == "alarma" }

func startsOne(w string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(w, p) })
}

// mention is a name that stands in a clause.
type mention struct {
	code     int32
	from, to int // words of the text
	weight   float32
}

// mentions are the names that a clause carries whole, the weightiest where they share words.
func (c *CIE10) mentions(clause []spoken, prefer Preference, offset int) (found []mention) {
	at := map[int32][]int{} // name → places of its words in the clause
	for i, s := range clause {
		if w, ok := c.exactly(s.stem); ok && !isSlight(s.stem) {
			for _, id := range c.postings[c.words[w].from:c.words[w].to] {
				at[id] = append(at[id], i)
			}
		}
	}
	var all []mention
	for id, places := range at {
		if m, ok := c.whole(id, places, clause, prefer); ok {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b mention) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(c.codes[a.code].Code, c.codes[b.code].Code))
	})
	for _, m := range all {
		if !slices.ContainsFunc(found, func(f mention) bool { return m.from <= f.to && f.from <= m.to }) {
			found = append(found, m)
		}
	}
	for i := range found {
		found[i].from, found[i].to = found[i].from+offset, found[i].to+offset
	}
	return found
}

// whole is the mention of a name all of whose words stand close together in the clause.
func (c *CIE10) whole(id int32, places []int, clause []spoken, prefer Preference) (m mention, ok bool) {
	n := &c.names[id]
	wanted := int(n.count) - int(c.slightOf[id]) // slight words need not be written
	if wanted == 0 || len(places) < wanted || !prefer.allows(c.codes[n.code]) {
		return m, false
	}
	from, to, ok := closest(places, clause, wanted)
	if !ok || n.without != saysWithout(clause[from:to+1]) || to-from+1 > wanted+2 || wanted == 1 && !c.speaksAlone(n, clause[from], prefer) {
		return m, false
	}
	weight := n.total * c.standing(n, prefer) * c.ofCode(n.code, prefer)
	weight *= 1 - 0.1*float32(to-from+1-wanted)
	return mention{code: n.code, from: from, to: to, weight: weight}, true
}

// saysWithout reports whether "sin" stands between the words of a name.
func saysWithout(words []spoken) bool {
	return slices.ContainsFunc(words, func(s spoken) bool { return s.stem == "sin" })
}

// closest is the shortest stretch of the clause with as many different words of the name.
func closest(places []int, clause []spoken, wanted int) (from, to int, ok bool) {
	best := len(clause) + 1
	for i := range places {
		seen := map[string]bool{}
		for j := i; j < len(places); j++ {
			seen[clause[places[j]].stem] = true
			if len(seen) == wanted {
				if length := places[j] - places[i] + 1; length < best {
					best, from, to, ok = length, places[i], places[j], true
				}
				break
			}
		}
	}
	return from, to, ok
}

// mute are stems under which a diagnosis is found when somebody types them, and which say too little in a text.
const mute = ` fuma nicotin cigarrill masa bult bultit dolor choqu muert ataqu sopl flem nalg solitari tripl expulsiv inerci calor pique pest conversion 
	 refractiv cicatriz estri raic cerclaj episiotomi hemodialisi displasi atoni desmineralizacion barr pano cluster adenoid leucocitosi contraccion caput 
	 tristez angusti coler rabi gorgoje tupe empein lunar sibilant potr mezquin soltur fluj regl perdid ectopi tumoracion debilidad agotamient gemel mellizo `

// speaksAlone reports whether one word is enough: an abbreviation in capitals, or a word that means a disease. What one
// comes for, and what an injury is called by, are said of too much else.
func (c *CIE10) speaksAlone(n *name, s spoken, prefer Preference) bool {
	if strings.Contains(mute, " "+s.stem+" ") {
		return false
	}
	switch c.codes[n.code].Code[0] {
	case 'Z', 'T', 'V', 'W', 'X', 'Y':
		return false
	}
	if n.specialty != "" && n.specialty != prefer.Specialty {
		return false
	}
	return len(s.stem) > 3 || s.sigla
}
