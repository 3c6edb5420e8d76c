package prescribing

import (
	"slices"
	"strings"
	"testing"

	"hampi/modules/catalog"
)

// These look into the tables, which nobody outside sees; what they do to a prescription is in check_test.go.

func everyMedicine(t *testing.T) []medicine {
	t.Helper()
	medicines, err := catalog.LoadMedicines()
	if err != nil {
		t.Fatal(err)
	}
	var items []medicine
	for _, m := range medicines.All() {
		items = append(items, prepare(FromCatalog(m)))
	}
	return items
}

// TestEveryRowSpeaksOfSomething finds a row that a slip has silenced.
func TestEveryRowSpeaksOfSomething(t *testing.T) {
	items := everyMedicine(t)
	speaks := func(table, row string, g group) {
		t.Helper()
		if !slices.ContainsFunc(items, g.has) {
			t.Errorf("%s: %q speaks of no medicine of the catalogue", table, row)
		}
		for _, name := range g.members {
			if strings.Join(essence(name), " ") != name {
				t.Errorf("%s: %q is not written as the essence of a name", table, name)
			}
		}
	}
	for _, r := range allergyTable {
		if r.class != "" {
			speaks("allergies", r.class, r.never)
		}
		for _, g := range r.careful {
			speaks("allergies, careful", r.why, g)
		}
		if len(r.words) == 0 || r.source == "" || len(r.careful) > 0 && r.why == "" {
			t.Errorf("allergies: %+v is not whole", r)
		}
	}
	for _, r := range slices.Concat(pregnancyTable, lactationTable) {
		speaks("states", r.why, r.group)
		if r.source == "" || r.severity.rank() < 1 || r.beforeWeek > 0 && r.beforeWeek <= r.fromWeek {
			t.Errorf("states: %+v is not whole", r)
		}
	}
	for _, r := range ageTable {
		speaks("ages", r.why, r.group)
	}
	for _, r := range elderTable {
		speaks("elders", r.why, r.group)
	}
	for _, r := range controlledTable {
		speaks("controlled", r.why, r.group)
	}
	for _, r := range interactionTable {
		speaks("interactions", r.why, r.a)
		speaks("interactions", r.why, r.b)
	}
	for _, r := range duplicateTable {
		speaks("duplicates", r.words, r.group)
	}
	for _, r := range conditionTable {
		speaks("conditions", r.why, r.group)
	}
	for _, r := range doseTable {
		speaks("doses", r.mostAdult, r.group)
	}
}

// TestNamesAreNotTakenForEachOther keeps the forgiveness of slips from making one medicine of two.
func TestNamesAreNotTakenForEachOther(t *testing.T) {
	seen := map[string]part{}
	for _, item := range everyMedicine(t) {
		for _, p := range item.parts {
			seen[p.name] = p
		}
	}
	for one, p := range seen {
		for other, q := range seen {
			if listen(p.words).says(q.words) && !slices.Equal(p.words, q.words) {
				t.Errorf("%s is taken for %s", one, other)
			}
		}
	}
}

// TestEveryFormIsCounted holds for each presentation of the catalogue.
func TestEveryFormIsCounted(t *testing.T) {
	for _, item := range everyMedicine(t) {
		if FormOf(item.Form).Unit == "unidad" {
			t.Errorf("the form %q is not in the table", item.Form)
		}
	}
}

func TestNumbersInLetters(t *testing.T) {
	for n, words := range map[int]string{
		0: "cero", 1: "un", 15: "quince", 16: "dieciséis", 21: "veintiún", 22: "veintidós", 30: "treinta", 31: "treinta y un", 45: "cuarenta y cinco",
		100: "cien", 101: "ciento un", 500: "quinientos", 999: "novecientos noventa y nueve", 1000: "mil", 1500: "mil quinientos", 9999: "nueve mil novecientos noventa y nueve",
	} {
		if got := inLetters(n, false); got != words {
			t.Errorf("%d: %q, expected %q", n, got, words)
		}
	}
	for n, words := range map[int]string{1: "una", 21: "veintiuna", 31: "treinta y una", 200: "doscientas", 501: "quinientas una", 2300: "dos mil trescientas"} {
		if got := inLetters(n, true); got != words {
			t.Errorf("%d: %q, expected %q", n, got, words)
		}
	}
}
