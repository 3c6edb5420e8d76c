package prescribing

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"hampi/modules/catalog"
	"hampi/modules/hce/observation"
	"hampi/modules/platform/sorting"
	"hampi/modules/platform/textfold"
)

// Kind is what a finding is about.
type Kind string

// The kinds, in the order they are shown.
const (
	Controlled  Kind = "controlled"
	AllergyTo   Kind = "allergy" // to the ingredient itself
	ClassOf     Kind = "class"   // to medicines of its class
	Pregnancy   Kind = "pregnancy"
	Lactation   Kind = "lactation"
	AgeOf       Kind = "age"
	Illness     Kind = "condition"
	Duplicate   Kind = "duplicate"
	Interaction Kind = "interaction"
	DoseOf      Kind = "dose"
)

// Kinds are all that is looked at.
func Kinds() []Kind {
	return []Kind{Controlled, AllergyTo, ClassOf, Pregnancy, Lactation, AgeOf, Illness, Duplicate, Interaction, DoseOf}
}

// Severity is what a finding asks.
type Severity string

// The severities. Block is lifted by no reason; Stop asks a reason to go on; Warn is read.
const (
	Block Severity = "block"
	Stop  Severity = "stop"
	Warn  Severity = "warn"
)

func (s Severity) rank() int { return slices.Index([]Severity{Block, Stop, Warn}, s) }

// Finding is one thing that speaks against a line.
type Finding struct {
	Kind     Kind     `json:"kind"`
	Severity Severity `json:"severity"`
	Item     int      `json:"item"` // place of the line, from 0
	Medicine string   `json:"medicine"`
	Against  string   `json:"against"` // the allergy, the other medicine, the state
	Why      string   `json:"why"`     // whole sentences, for people
	Source   string   `json:"source"`
	Unsure   bool     `json:"unsure,omitempty"`
}

// Key names a finding among those of a prescription, for the reason given to it. It stays while the line stays.
func (f Finding) Key() string {
	return strings.Join([]string{string(f.Kind), strconv.Itoa(f.Item), textfold.Fold(f.Medicine), textfold.Fold(f.Against)}, "|")
}

// Allergy is what the patient's file says: whatever somebody wrote. Severe ones count more.
type Allergy struct {
	Substance string
	Severe    bool
}

// Condition is an illness by its CIE-10 code, dotted; without a code its rules stay silent.
type Condition struct{ Code, Name string }

// Patient is whom it is prescribed to.
type Patient struct {
	Age        observation.Age
	Sex        observation.Sex
	Pregnant   bool
	Weeks      int // of gestation, completed; 0: not known
	Lactating  bool
	Weight     decimal.NullDecimal // kilograms
	Allergies  []Allergy
	Unknown    bool // nobody could look at the allergies that were noted: a device does not hold them
	Conditions []Condition
	Active     []Item // what is being taken, of earlier prescriptions
}

// Check looks at each line against the patient, what is taken already, and the other lines: the strongest findings of
// each line first. It says the same whenever it is asked the same.
func Check(items []Item, p Patient) []Finding {
	var found findings
	lines, active, allergies := prepareAll(items), prepareAll(p.Active), understand(p.Allergies)
	for n, item := range lines {
		c := checking{n: n, item: item, patient: p, found: &found}
		c.controlled()
		for _, allergy := range allergies {
			c.allergy(allergy)
		}
		if p.Unknown {
			c.add(AllergyTo, Stop, "", "Sus alergias no se guardan en este equipo y no se revisaron. Pregunte antes de recetar y escriba qué refiere.", "", true)
		}
		c.states()
		c.age()
		c.conditions()
		c.dose()
		for _, other := range active {
			c.beside(other, true)
		}
		for _, other := range lines[:n] {
			c.beside(other, false)
		}
	}
	return found.ordered()
}

// checking is one line under examination.
type checking struct {
	n       int
	item    medicine
	patient Patient
	found   *findings
}

func (c checking) add(kind Kind, severity Severity, against, why, source string, unsure bool) {
	*c.found = append(*c.found, Finding{
		Kind: kind, Severity: severity, Item: c.n, Medicine: c.item.Name(), Against: against, Why: why, Source: source, Unsure: unsure,
	})
}

type findings []Finding

// ordered leaves one finding a key, the strongest, and sorts.
func (f findings) ordered() []Finding {
	sorting.By(f, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Severity.rank(), b.Severity.rank()),
			cmp.Compare(slices.Index(Kinds(), a.Kind), slices.Index(Kinds(), b.Kind)), cmp.Compare(a.Against, b.Against), cmp.Compare(a.Why, b.Why))
	})
	seen := map[string]bool{}
	return slices.DeleteFunc(f, func(x Finding) bool {
		key := x.Key()
		again := seen[key]
		seen[key] = true
		return again
	})
}

func (c checking) controlled() {
	for _, row := range controlledTable {
		if row.group.has(c.item) {
			c.add(Controlled, row.severity, "DS 023-2001-SA", c.item.Name()+" es un medicamento controlado: "+row.why+".", row.source, row.unsure)
			return
		}
	}
	if c.item.Sale == catalog.Retained {
		c.add(Controlled, Block, "DS 023-2001-SA", c.item.Name()+" es un medicamento controlado: no se prescribe en una receta común.", "catálogo de medicamentos", true)
	}
}

// understood is an entry of the file with the rules it calls up.
type understood struct {
	Allergy
	heard heard
	noted string // how it stands in a sentence
	rules []allergyRule
}

func understand(allergies []Allergy) []understood {
	var all []understood
	for _, a := range allergies {
		u := understood{Allergy: a, heard: hear(a.Substance), noted: "hay registrada alergia a «" + strings.TrimSpace(a.Substance) + "»"}
		if a.Severe {
			u.noted += ", grave"
		}
		for _, rule := range allergyTable {
			if rule.speaks(u.heard) {
				u.rules = append(u.rules, rule)
			}
		}
		all = append(all, u)
	}
	return all
}

func (r allergyRule) speaks(h heard) bool {
	said := func(name string) bool { return h.says(strings.Fields(name)) }
	return slices.ContainsFunc(r.words, said) || slices.ContainsFunc(r.never.members, said)
}

// allergy compares one entry of the file by ingredient, then by class.
func (c checking) allergy(a understood) {
	if n := slices.IndexFunc(c.item.parts, func(p part) bool { return a.heard.says(p.words) }); n >= 0 {
		c.add(AllergyTo, Stop, a.Substance, c.item.Name()+" contiene "+lowerFirst(c.item.parts[n].name)+": "+a.noted+".", "registro del paciente", false)
		return
	}
	for _, rule := range a.rules {
		if rule.never.has(c.item) {
			c.add(ClassOf, Stop, a.Substance, c.item.Name()+" es "+rule.class+": "+a.noted+".", rule.source, rule.unsure)
			continue
		}
		if slices.ContainsFunc(rule.careful, func(g group) bool { return g.has(c.item) }) {
			severity := Warn
			if a.Severe {
				severity = Stop
			}
			c.add(ClassOf, severity, a.Substance, c.item.Name()+" "+rule.why+": "+a.noted+".", rule.source, rule.unsure)
		}
	}
}

// states are pregnancy and lactation.
func (c checking) states() {
	if c.patient.Pregnant {
		for _, row := range pregnancyTable {
			if row.group.has(c.item) && row.inWeek(c.patient.Weeks) {
				c.add(Pregnancy, row.severity, gestation(c.patient.Weeks), c.item.Name()+" "+row.why+".", row.source, row.unsure)
			}
		}
	}
	if c.patient.Lactating {
		for _, row := range lactationTable {
			if row.group.has(c.item) {
				c.add(Lactation, row.severity, "lactancia", c.item.Name()+" "+row.why+".", row.source, row.unsure)
			}
		}
	}
}

// inWeek reports whether a row holds in a week; while the week is not known, every row does.
func (r stateRule) inWeek(week int) bool {
	if week <= 0 {
		return true
	}
	return week >= r.fromWeek && (r.beforeWeek == 0 || week < r.beforeWeek)
}

func gestation(weeks int) string {
	if weeks <= 0 {
		return "gestación, semana no registrada"
	}
	return "gestación de " + strconv.Itoa(weeks) + " semanas"
}

func (c checking) age() {
	if !c.patient.Age.Known {
		return
	}
	for _, row := range ageTable {
		if row.group.has(c.item) && c.patient.Age.Days < row.below {
			c.add(AgeOf, row.severity, row.words, c.item.Name()+" "+row.why+".", row.source, row.unsure)
		}
	}
	for _, row := range elderTable {
		if row.group.has(c.item) && c.patient.Age.Years >= 65 {
			c.add(AgeOf, Warn, "65 años o más", c.item.Name()+" "+row.why+".", "criterios de Beers (AGS 2023)", false)
		}
	}
}

func (c checking) conditions() {
	for _, condition := range c.patient.Conditions {
		for _, row := range conditionTable {
			if begins(condition.Code, row.codes) && row.group.has(c.item) {
				against := strings.TrimSpace(condition.Code + " " + condition.Name)
				c.add(Illness, row.severity, against, c.item.Name()+" "+row.why+": "+against+".", row.source, row.unsure)
			}
		}
	}
}

// beside compares with another medicine: one taken already, or another line.
func (c checking) beside(other medicine, taken bool) {
	where := "está también en esta receta"
	if taken {
		where = "ya lo toma"
	}
	if shared := sharedIngredient(c.item, other); shared != "" {
		severity := Stop
		if local(c.item.Item) != local(other.Item) {
			severity = Warn
		}
		c.add(Duplicate, severity, other.Name(), capital(shared)+" "+where+": "+other.Name()+".", "duplicidad", false)
	} else {
		c.sameClass(other)
	}
	for n, row := range interactionTable {
		if c.item.firsts[n] && other.seconds[n] || c.item.seconds[n] && other.firsts[n] {
			c.add(Interaction, row.severity, other.Name(), c.item.Name()+" con "+other.Name()+": "+row.why+".", row.source, row.unsure)
		}
	}
}

func (c checking) sameClass(other medicine) {
	for n, row := range duplicateTable {
		if c.item.duplicate[n] && other.duplicate[n] {
			c.add(Duplicate, Stop, other.Name(), c.item.Name()+" y "+other.Name()+" son "+row.words+".", "duplicidad de clase", false)
		}
	}
}

// local is what acts where it is put, and hardly beyond.
func local(i Item) bool {
	switch i.Route {
	case "tópica", "oftálmica", "ótica", "nasal", "vaginal", "bucal", "dental", "infiltración dental", "inhalatoria":
		return true
	}
	return false
}

func lowerFirst(s string) string { return onFirst(s, strings.ToLower) }

func capital(s string) string { return onFirst(s, strings.ToUpper) }

// onFirst changes the first letter only.
func onFirst(s string, change func(string) string) string {
	_, size := utf8.DecodeRuneInString(s)
	return change(s[:size]) + s[size:]
}
