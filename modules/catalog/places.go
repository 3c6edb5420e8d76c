package catalog

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strings"

	"hampi/modules/platform/sorting"
	"hampi/modules/platform/textfold"
)

//go:generate go run ./generate

//go:embed all:data
var tables embed.FS

// Place is a district of Peru by its INEI code (UBIGEO), the one SUNAT asks for.
type Place struct {
	Code       string // six digits
	District   string
	Province   string
	Department string
}

// Label is the place as people write it: "Amarilis, Huánuco, Huánuco".
func (p Place) Label() string { return p.District + ", " + p.Province + ", " + p.Department }

// Places finds districts by their names. It lies in memory and serves the browser build too.
type Places struct {
	list   []foldedPlace
	byCode map[string]Place
}

// foldedPlace carries its names as they are compared.
type foldedPlace struct {
	Place
	name               string   // the district's
	district, province []string // their words
	words              []string // all of them
}

// LoadPlaces reads the embedded table. It fails when the program was built without generating it first.
func LoadPlaces() (*Places, error) {
	table, err := tables.ReadFile("data/ubigeo.txt")
	if err != nil {
		return nil, fmt.Errorf("the table of places is missing; run make before building: %w", err)
	}
	return parsePlaces(string(table)), nil
}

// parsePlaces reads lines of a code and a name, each after the place that holds it.
func parsePlaces(table string) *Places {
	names := map[string]string{}
	p := &Places{byCode: map[string]Place{}}
	for line := range strings.Lines(table) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		names[code] = name
		if len(code) == 6 {
			p.add(Place{Code: code, District: name, Province: names[code[:4]], Department: names[code[:2]]})
		}
	}
	return p
}

func (p *Places) add(place Place) {
	folded := foldedPlace{Place: place, district: textfold.Words(place.District), province: textfold.Words(place.Province)}
	folded.name = strings.Join(folded.district, " ")
	folded.words = slices.Concat(folded.district, folded.province, textfold.Words(place.Department))
	p.list = append(p.list, folded)
	p.byCode[place.Code] = place
}

// ByCode is the district of an INEI code; false for a code that does not exist.
func (p *Places) ByCode(code string) (Place, bool) {
	place, ok := p.byCode[code]
	return place, ok
}

// Place is the label of an INEI code; false for a code that does not exist.
func (p *Places) Place(code string) (string, bool) {
	place, ok := p.byCode[code]
	if !ok {
		return "", false
	}
	return place.Label(), true
}

// Len is how many districts the table holds.
func (p *Places) Len() int { return len(p.list) }

// Search finds districts by beginnings of words of district, province and department, in any order and without
// accents, or by the beginning of the code; the likeliest first. Nothing typed finds nothing. When nothing fits, one
// slip a word is forgiven.
func (p *Places) Search(query string, limit int) []Place {
	typed := textfold.Words(query)
	if len(typed) == 0 {
		return nil
	}
	found := p.where(typed, func(f foldedPlace) bool {
		return textfold.Begin(typed, f.words) || len(typed) == 1 && strings.HasPrefix(f.Code, typed[0])
	})
	if len(found) == 0 {
		found = p.where(typed, func(f foldedPlace) bool { return nearly(typed, f.words) })
	}
	return found[:min(limit, len(found))]
}

// where lists what fits, best first: named exactly so, named so at its beginning, by how many typed words name the
// district, then its province; then by name.
func (p *Places) where(typed []string, fits func(foldedPlace) bool) []Place {
	type ranked struct {
		Place
		rank [4]int
	}
	var hits []ranked
	whole := strings.Join(typed, " ")
	for _, f := range p.list {
		if fits(f) {
			hits = append(hits, ranked{f.Place, [4]int{
				truth(f.name == whole), truth(strings.HasPrefix(f.name, whole)), begun(typed, f.district), begun(typed, f.province),
			}})
		}
	}
	sorting.By(hits, func(a, b ranked) int {
		return cmp.Or(slices.Compare(b.rank[:], a.rank[:]), cmp.Compare(textfold.Fold(a.Label()), textfold.Fold(b.Label())))
	})
	places := make([]Place, 0, len(hits))
	for _, h := range hits {
		places = append(places, h.Place)
	}
	return places
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// begun counts the typed words that begin one of words.
func begun(typed, words []string) int {
	n := 0
	for _, t := range typed {
		n += truth(textfold.Begin([]string{t}, words))
	}
	return n
}

// shortestForSlip keeps short words, which are near to everything, exact.
const shortestForSlip = 4

// nearly reports whether every typed word begins one of words, with one slip in the longer ones.
func nearly(typed, words []string) bool {
	for _, t := range typed {
		most := truth(len(t) >= shortestForSlip)
		if !slices.ContainsFunc(words, func(w string) bool { return textfold.PrefixDistance(t, w, most) <= most }) {
			return false
		}
	}
	return true
}
