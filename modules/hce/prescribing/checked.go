package prescribing

import (
	"slices"
	"strings"
)

// RulesVersion names the state of the tables; it is raised with every change of a row, and kept with what was checked.
const RulesVersion = "2026-11-29"

// Checked is what stands in contraindications_checked: against what the prescription was looked at, what could not be
// looked at and why, what was found, and the reason given to go on.
type Checked struct {
	Rules      string     `json:"rules"`
	Kinds      []Kind     `json:"kinds"`
	Allergies  []string   `json:"allergies"`
	Conditions []string   `json:"conditions"`
	Active     []string   `json:"active"`
	AgeDays    *int       `json:"age_days"`
	WeightKg   *string    `json:"weight_kg"`
	Pregnancy  string     `json:"pregnancy"` // "" when she is not
	Lactating  bool       `json:"lactating"`
	Unchecked  []string   `json:"unchecked"`
	Findings   []Answered `json:"findings"`
}

// Answered is a finding with the prescriber's reason; "" where none was asked or given.
type Answered struct {
	Finding
	Reason string `json:"reason"`
}

// Record writes down a check. reasons are by the findings' keys. The lists are sorted, so that the same check is the
// same document.
func Record(items []Item, p Patient, reasons map[string]string) Checked {
	c := Checked{Rules: RulesVersion, Kinds: Kinds(), Allergies: []string{}, Conditions: []string{}, Active: []string{}, Lactating: p.Lactating, Unchecked: unchecked(items, p), Findings: []Answered{}}
	for _, a := range p.Allergies {
		c.Allergies = append(c.Allergies, a.Substance)
	}
	for _, x := range p.Conditions {
		c.Conditions = append(c.Conditions, strings.TrimSpace(x.Code+" "+x.Name))
	}
	for _, i := range p.Active {
		c.Active = append(c.Active, i.Name())
	}
	for _, list := range [][]string{c.Allergies, c.Conditions, c.Active} {
		slices.Sort(list)
	}
	if p.Age.Known {
		c.AgeDays = &p.Age.Days
	}
	if p.Weight.Valid {
		kilograms := p.Weight.Decimal.String()
		c.WeightKg = &kilograms
	}
	if p.Pregnant {
		c.Pregnancy = gestation(p.Weeks)
	}
	for _, f := range Check(items, p) {
		c.Findings = append(c.Findings, Answered{Finding: f, Reason: strings.TrimSpace(reasons[f.Key()])})
	}
	return c
}

// Of is the part of a check that is about one line.
func (c Checked) Of(item int) Checked {
	c.Findings = slices.DeleteFunc(slices.Clone(c.Findings), func(f Answered) bool { return f.Item != item })
	return c
}

// Unanswered are the findings that keep a prescription from being signed: those that nothing lifts, and those whose
// reason is missing.
func (c Checked) Unanswered() []Finding {
	var open []Finding
	for _, f := range c.Findings {
		if f.Severity == Block || f.Severity == Stop && f.Reason == "" {
			open = append(open, f.Finding)
		}
	}
	return open
}

// unchecked says what the rules could not look at.
func unchecked(items []Item, p Patient) []string {
	list := []string{}
	if !p.Age.Known {
		list = append(list, "Edad: no está registrada.")
	}
	if p.Pregnant && p.Weeks <= 0 {
		list = append(list, "Gestación: la semana no está registrada; se revisó como toda la gestación.")
	}
	for n, item := range items {
		c := checking{n: n, item: prepare(item), patient: p}
		if why := c.doseUnchecked(); why != "" {
			list = append(list, item.Name()+": "+why)
		}
	}
	return list
}

// doseUnchecked says why the dose of a line was not compared; "" when it was.
func (c checking) doseUnchecked() string {
	if c.item.Route != "oral" && c.item.Route != "rectal" {
		return "la dosis por esta vía no se compara."
	}
	for _, row := range doseTable {
		if _, _, known := c.amounts(row); row.group.has(c.item) && known {
			return ""
		}
	}
	return "sin rango en la tabla para comparar la dosis."
}
