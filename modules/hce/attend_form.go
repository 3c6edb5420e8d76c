package hce

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/shopspring/decimal"

	"hampi/modules/catalog"
	"hampi/modules/hce/observation"
	"hampi/modules/hce/prescribing"
)

// The most of what a draft holds, and of what one line of it says.
const (
	mostDiagnoses = 20
	mostItems     = 30
	longestTyped  = 600 // letters of a line
)

// typedLine is a line as somebody typed it, without what cannot be seen.
func typedLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	letters := []rune(strings.Join(strings.Fields(text), " "))
	return string(letters[:min(len(letters), longestTyped)])
}

// The names of the inputs of the diagnoses: one "dx" each, in their order, with a title and a kind.
func titleField(code string) string { return "dx.titulo." + code }
func kindField(code string) string  { return "dx.tipo." + code }

// readDiagnoses takes the diagnoses out of a sent form.
func readDiagnoses(in url.Values) []Diagnosis {
	var list []Diagnosis
	for _, sent := range in["dx"] {
		code := typedLine(sent)
		if code == "" || len(list) == mostDiagnoses || slices.ContainsFunc(list, func(d Diagnosis) bool { return d.Code == code }) {
			continue
		}
		list = append(list, Diagnosis{Code: code, Title: typedLine(in.Get(titleField(sent))), Kind: kindTyped(in.Get(kindField(sent)))})
	}
	return list
}

func kindTyped(text string) DiagnosisKind {
	if kind := DiagnosisKind(text); slices.Contains(DiagnosisKinds(), kind) {
		return kind
	}
	return ""
}

// readItems takes the prescription out of a sent form.
func readItems(in url.Values, medicines MedicineTable) []Prescribed {
	var list []Prescribed
	for _, place := range in["rx"] {
		if n, err := strconv.Atoi(place); err != nil || n < 0 || n >= mostItems || len(list) == mostItems {
			continue
		}
		list = append(list, readItem(in, "rx."+place+".", medicines))
	}
	return list
}

func readItem(in url.Values, prefix string, medicines MedicineTable) Prescribed {
	text := func(name string) string { return typedLine(in.Get(prefix + name)) }
	item := prescribing.Item{DCI: text("dci"), Strength: text("strength"), Form: text("form")}
	if medicines != nil {
		if m, known := medicines.Find(text("medicine")); known {
			item = prescribing.FromCatalog(m)
		}
	}
	item.Dose = prescribing.Amount{Value: figure(text("dose")), Unit: text("dose_unit")}
	item.Route, item.Site, item.Instructions = text("route"), text("site"), text("instructions")
	item.Frequency = prescribing.Frequency{
		Kind: prescribing.FrequencyKind(text("frequency")), Number: whole(text("number")), MostADay: whole(text("most")), Condition: text("condition"),
	}
	item.Frequency = pruned(item.Frequency)
	item.Duration = prescribing.Duration{Value: whole(text("duration")), Unit: prescribing.DurationUnit(text("duration_unit"))}
	item.Quantity = quantityOf(item, text("quantity"), text("quantity_unit"), text("computed"))
	return Prescribed{Item: item, Reason: text("reason")}
}

// pruned leaves out what a way to tell a frequency does not use.
func pruned(f prescribing.Frequency) prescribing.Frequency {
	switch f.Kind {
	case prescribing.AsNeeded:
		return f
	case prescribing.EveryHours, prescribing.TimesADay:
		return prescribing.Frequency{Kind: f.Kind, Number: f.Number}
	case prescribing.Once:
		return prescribing.Frequency{Kind: f.Kind}
	}
	return prescribing.Frequency{}
}

// quantityOf is what the line comes to, unless somebody wrote another quantity than the one computed before.
func quantityOf(item prescribing.Item, typed, unit, computed string) prescribing.Amount {
	amount := item.ComputedQuantity()
	if typed == "" || typed == computed {
		return amount
	}
	if amount.Unit != "" {
		unit = amount.Unit
	}
	if unit == "" {
		unit = prescribing.FormOf(item.Form).Unit
	}
	return prescribing.Amount{Value: figure(typed), Unit: unit}
}

// figure reads a decimal; zero for what is none.
func figure(text string) decimal.Decimal {
	d, ok := observation.ReadNumber(text)
	if !ok || d.Abs().GreaterThan(decimal.NewFromInt(1_000_000)) {
		return decimal.Zero
	}
	return d
}

// whole reads a number of three digits; zero for what is none.
func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 9999 {
		return 0
	}
	return n
}

// without drops the diagnosis of a code.
func without(list []Diagnosis, code string) []Diagnosis {
	return slices.DeleteFunc(slices.Clone(list), func(d Diagnosis) bool { return d.Code == code })
}

// raised moves the diagnosis of a code one place up: the first is the main one.
func raised(list []Diagnosis, code string) []Diagnosis {
	list = slices.Clone(list)
	if i := slices.IndexFunc(list, func(d Diagnosis) bool { return d.Code == code }); i > 0 {
		list[i-1], list[i] = list[i], list[i-1]
	}
	return list
}

// routesOfMedicines are those that the table of medicines knows.
func routesOfMedicines() []string {
	return []string{
		"oral", "sublingual", "parenteral", "intramuscular", "endovenosa", "subcutánea", "tópica", "oftálmica", "ótica", "nasal", "inhalatoria", "vaginal", "rectal", "bucal",
		"dental", "infiltración dental", "intrauterina", "subdérmica",
	}
}

// freeItem begins a line that is in no table, such as an extemporaneous preparation.
func freeItem() Prescribed {
	return Prescribed{Item: prescribing.Item{Form: "solución", Sale: catalog.OnPrescription, Route: "oral"}}
}
