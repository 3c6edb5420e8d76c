package patients

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/platform/pii"
	"hampi/modules/platform/textfold"
)

// Candidate is an entry that may be who is looked for: enough to rank it, and no more.
type Candidate struct {
	ID      uuid.UUID
	Active  uuid.UUID // the entry that answers for the person
	SortKey string
}

// Term asks for a word of a name: one that begins so or, once slips are looked for, one of these whole words.
type Term struct {
	Begins string
	Is     []string
}

// Query is what somebody typed into the one search box, read in every way it can be meant.
type Query struct {
	Typed     string
	Terms     []string   // name pieces, folded
	Documents []Document // the whole number, under each type it fits
	Phone     string     // E.164, or ""
	Record    string     // record number, or ""
}

const (
	maxTyped = 100 // letters of a search that are read
	maxTerms = 6
)

// ParseQuery reads the search box. Text without letters and digits is a query that finds nothing.
func ParseQuery(typed string) Query {
	typed = oneSpace(typed)
	if letters := []rune(typed); len(letters) > maxTyped {
		typed = string(letters[:maxTyped])
	}
	q := Query{Typed: typed}
	q.Terms = textfold.Words(typed)
	q.Terms = q.Terms[:min(len(q.Terms), maxTerms)]
	if !strings.ContainsAny(typed, "0123456789") {
		return q
	}
	q.Documents = possibleDocuments(typed)
	if number := withoutType(typed); number != typed {
		q.Documents = append(possibleDocuments(number), q.Documents...)
	}
	if phone, ok := pii.NormalizePhonePE(typed); ok {
		q.Phone = phone
	}
	q.Record = possibleRecord(typed)
	return q
}

// Empty reports whether there is nothing to look for.
func (q Query) Empty() bool { return len(q.Terms) == 0 && q.Phone == "" }

// NewDNI is the DNI that the whole text is, for "Registrar con DNI"; "" if it is none.
func (q Query) NewDNI() string {
	for _, d := range q.Documents {
		if d.Type == DNI {
			return d.Number
		}
	}
	return ""
}

// IsName reports whether what was typed can be the name of somebody new.
func (q Query) IsName() bool {
	return len(q.Terms) > 0 && !strings.ContainsAny(q.Typed, "0123456789") && nameProblem(q.Typed, "") == ""
}

func possibleDocuments(typed string) []Document {
	var documents []Document
	for _, t := range DocumentTypes() {
		if d, problem := ParseDocument(t, typed); t != None && problem == "" {
			documents = append(documents, d)
		}
	}
	return documents
}

// withoutType takes off the kind of document that people write before its number: "DNI 99012345", "Pasaporte: AB1234".
func withoutType(typed string) string {
	word, number, _ := strings.Cut(strings.NewReplacer(":", " ", "D.N.I.", "DNI ", "C.E.", "CE ").Replace(strings.ToUpper(typed)), " ")
	if rest, glued := strings.CutPrefix(word, string(DNI)); glued && digitsOnly(rest) && rest != "" {
		return rest
	}
	if listType(word) == "" && word != "DOC" && word != "DOCUMENTO" {
		return typed
	}
	return strings.TrimSpace(number)
}

func possibleRecord(typed string) string {
	number := strings.ToUpper(typed)
	number = strings.TrimSpace(strings.TrimPrefix(number, "HC"))
	return TidyRecordNumber(number)
}

// TidyRecordNumber writes a record number as it is kept: figures with six places, anything else in capitals.
func TidyRecordNumber(number string) string {
	number = strings.ToUpper(oneSpace(number))
	if digitsOnly(number) && len(number) < 6 {
		return strings.Repeat("0", 6-len(number)) + number
	}
	return number
}

// Slips is how many slips of the fingers a typed piece of that many letters may hold.
func Slips(letters int) int {
	switch {
	case letters < 4:
		return 0
	case letters < 8:
		return 1
	}
	return 2
}

const maxAlternatives = 8

// Near are the words that the typed term may have meant, the nearest first; none for a term too short to say.
func Near(term string, vocabulary []string) []string {
	most := Slips(len([]rune(term)))
	if most == 0 {
		return nil
	}
	type near struct {
		word string
		far  int
	}
	var found []near
	for _, word := range vocabulary {
		if far := textfold.PrefixDistance(term, word, most); far <= most {
			found = append(found, near{word, far*10 + min(9, abs(len(word)-len(term)))})
		}
	}
	sort.Slice(found, func(i, j int) bool {
		if found[i].far != found[j].far {
			return found[i].far < found[j].far
		}
		return found[i].word < found[j].word // whatever the order in which a store tells its words
	})
	words := make([]string, 0, maxAlternatives)
	for _, f := range found[:min(len(found), maxAlternatives)] {
		words = append(words, f.word)
	}
	return words
}

// Rank puts candidates in the order in which a person expects them and keeps the best; entries of one person count
// once, and who does not fit is left out.
func Rank(terms []string, candidates []Candidate, most int) []Candidate {
	type ranked struct {
		Candidate
		score int
	}
	typed := strings.Join(terms, " ")
	var fits []ranked
	for _, c := range candidates {
		if score, ok := scoreOf(terms, typed, c.SortKey); ok {
			fits = append(fits, ranked{c, score})
		}
	}
	sort.SliceStable(fits, func(i, j int) bool {
		if fits[i].score != fits[j].score {
			return fits[i].score < fits[j].score
		}
		if fits[i].SortKey != fits[j].SortKey {
			return fits[i].SortKey < fits[j].SortKey
		}
		return bytes.Compare(fits[i].ID[:], fits[j].ID[:]) < 0
	})
	var best []Candidate
	seen := map[uuid.UUID]bool{}
	for _, f := range fits {
		if !seen[f.Active] && len(best) < most {
			seen[f.Active] = true
			best = append(best, f.Candidate)
		}
	}
	return best
}

// Costs of a piece that is not simply the beginning of the list's name; less is better.
const (
	costPrefix = 1  // the word goes on behind what was typed
	costSlip   = 20 // for each slip
	costInner  = 4  // the name does not begin as typed
)

func scoreOf(terms []string, typed, sortKey string) (score int, fits bool) {
	words := strings.Fields(sortKey)
	if !strings.HasPrefix(sortKey, typed) {
		score = costInner
	}
	longestFirst := slices.Clone(terms)
	sort.SliceStable(longestFirst, func(i, j int) bool { return len(longestFirst[i]) > len(longestFirst[j]) })
	used := make([]bool, len(words))
	for _, term := range longestFirst {
		best, at := -1, -1
		for i, word := range words {
			if cost := costOf(term, word); !used[i] && cost >= 0 && (best < 0 || cost < best) {
				best, at = cost, i
			}
		}
		if at < 0 {
			return 0, false
		}
		used[at] = true
		score += best
	}
	return score, true
}

// costOf is what a typed term costs against a word; -1 if it does not fit at all.
func costOf(term, word string) int {
	if term == word {
		return 0
	}
	if strings.HasPrefix(word, term) {
		return costPrefix
	}
	most := Slips(len([]rune(term)))
	if most == 0 {
		return -1
	}
	if far := textfold.PrefixDistance(term, word, most); far <= most {
		return costSlip * far
	}
	return -1
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
