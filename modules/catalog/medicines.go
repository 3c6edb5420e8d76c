package catalog

import (
	_ "embed" // the table of medicines
	"fmt"
	"slices"
	"strings"

	"hampi/modules/platform/sorting"
	"hampi/modules/platform/textfold"
)

// medicinesTable is a line a presentation, its columns parted by tabs: id, DCI, strength, form, route, ATC, group, sale.
// It is written by hand for outpatient, dental, obstetric and eye care; it is not the PNUME, and how a presentation may
// be sold is to be confirmed against DIGEMID's register. Ids are never given to another presentation.
//
//go:embed medicines.txt
var medicinesTable string

// Sale is how a pharmacy may sell a medicine.
type Sale string

// The ways.
const (
	FreeSale       Sale = "VL" // venta libre
	OnPrescription Sale = "R"
	Retained       Sale = "RE" // the pharmacy keeps the prescription
)

// Label is the way in words.
func (s Sale) Label() string {
	switch s {
	case FreeSale:
		return "Venta libre"
	case OnPrescription:
		return "Con receta"
	case Retained:
		return "Con receta retenida"
	}
	return ""
}

// Medicine is one presentation of a medicine under its generic name.
type Medicine struct {
	ID       string // M0001
	DCI      string // "Amoxicilina + ácido clavulánico"
	Strength string // "875 mg + 125 mg"
	Form     string // "tableta"
	Route    string // "oral"
	ATC      string
	Group    string // therapeutic heading
	Sale     Sale
}

// Label is the medicine as it heads a line of a prescription: "Amoxicilina 500 mg, cápsula".
func (m Medicine) Label() string { return m.DCI + " " + m.Strength + ", " + m.Form }

// Ingredients are the parts of the DCI: "Amoxicilina", "ácido clavulánico".
func (m Medicine) Ingredients() []string { return Ingredients(m.DCI) }

// Ingredients parts a generic name at its plus signs; those inside brackets part nothing.
func Ingredients(dci string) []string {
	var parts []string
	start, depth := 0, 0
	for i, r := range dci {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == '+' && depth <= 0:
			parts, start = append(parts, dci[start:i]), i+1
		}
	}
	parts = append(parts, dci[start:])
	for i := range parts {
		parts[i] = oneLine(parts[i])
	}
	return slices.DeleteFunc(parts, func(part string) bool { return part == "" })
}

// Medicines finds presentations by name. It lies in memory and serves the browser build too.
type Medicines struct {
	list []foldedMedicine
	byID map[string]Medicine
}

// foldedMedicine carries its words as they are compared.
type foldedMedicine struct {
	Medicine
	name  string   // the whole DCI
	dci   []string // its words
	other []string // of its other names
	words []string // all, strength and form included
}

// LoadMedicines reads the embedded table. It fails when a line of it is broken.
func LoadMedicines() (*Medicines, error) {
	m := &Medicines{byID: map[string]Medicine{}}
	for line := range strings.Lines(medicinesTable) {
		medicine, err := parseMedicine(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, err
		}
		m.add(medicine)
	}
	return m, nil
}

func parseMedicine(line string) (Medicine, error) {
	f := strings.Split(line, "\t")
	if len(f) != 8 {
		return Medicine{}, fmt.Errorf("the table of medicines has a line of %d columns: %q", len(f), line)
	}
	return Medicine{ID: f[0], DCI: f[1], Strength: f[2], Form: f[3], Route: f[4], ATC: f[5], Group: f[6], Sale: Sale(f[7])}, nil
}

func (m *Medicines) add(medicine Medicine) {
	f := foldedMedicine{Medicine: medicine, dci: textfold.Words(medicine.DCI), other: otherNames(medicine.DCI)}
	f.name = strings.Join(f.dci, " ")
	f.words = slices.Concat(f.dci, f.other, textfold.Words(medicine.Strength), textfold.Words(medicine.Form))
	m.list = append(m.list, f)
	m.byID[medicine.ID] = medicine
}

// Len is how many presentations the table holds.
func (m *Medicines) Len() int { return len(m.list) }

// All are the presentations in the order of their names.
func (m *Medicines) All() []Medicine {
	all := make([]Medicine, 0, len(m.list))
	for _, f := range m.list {
		all = append(all, f.Medicine)
	}
	return all
}

// Find is the presentation of an id; false for an id that does not exist.
func (m *Medicines) Find(id string) (Medicine, bool) {
	medicine, ok := m.byID[id]
	return medicine, ok
}

// Search finds presentations by beginnings of words of generic name, strength and form, in any order and without
// accents ("amox 500"), or by another name people use for it ("aspirina"); the likeliest first. Nothing typed finds
// nothing. When nothing fits, one slip a word is forgiven.
func (m *Medicines) Search(query string, limit int) []Medicine {
	typed := textfold.Words(query)
	if len(typed) == 0 || limit <= 0 {
		return nil
	}
	found := m.where(typed, func(f foldedMedicine) bool { return textfold.Begin(typed, f.words) })
	if len(found) == 0 {
		found = m.where(typed, func(f foldedMedicine) bool { return nearly(typed, f.words) })
	}
	return found[:min(limit, len(found))]
}

// where lists what fits, best first: the name begins as typed; most typed words are of the name, or of another name;
// a medicine of its own before a combination; then as the table stands, the usual forms of a medicine before its others.
func (m *Medicines) where(typed []string, fits func(foldedMedicine) bool) []Medicine {
	type ranked struct {
		Medicine
		rank [4]int
	}
	var hits []ranked
	first := typed[0]
	for _, f := range m.list {
		if fits(f) {
			hits = append(hits, ranked{f.Medicine, [4]int{
				truth(strings.HasPrefix(f.name, first)), begun(typed, f.dci), begun(typed, f.other), -len(f.Ingredients()),
			}})
		}
	}
	sorting.By(hits, func(a, b ranked) int { return slices.Compare(b.rank[:], a.rank[:]) })
	for from := 0; from < len(hits); {
		to := from + 1
		for to < len(hits) && hits[to].DCI == hits[from].DCI && hits[to].rank == hits[from].rank {
			to++
		}
		sorting.By(hits[from:to], func(a, b ranked) int { return usualForm(b.Form) - usualForm(a.Form) })
		from = to
	}
	found := make([]Medicine, 0, len(hits))
	for _, h := range hits {
		found = append(found, h.Medicine)
	}
	return found
}

// usualForm is how usual a form is in a prescription of a consulting room.
func usualForm(form string) int {
	switch word, _, _ := strings.Cut(form, " "); word {
	case "tableta", "cápsula", "comprimido":
		return 2
	case "inyectable":
		return 0
	}
	return 1
}
