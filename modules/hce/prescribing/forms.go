package prescribing

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"hampi/modules/platform/textfold"
)

// Form is how a pharmaceutical form is counted.
type Form struct {
	Unit string   // what one dose is told in: "tableta", "mL", "gota"
	Pack string   // what is handed out: "frasco de 60 mL"; empty: as many units as are taken
	Size int64    // how many units a pack holds; 0: one pack lasts
	Also []string // other units a dose may be told in
}

// dropsInMillilitre is the usual dropper's.
const dropsInMillilitre = 20

// formTable: units as pharmacies in Peru hand them out. Sizes of packs are the usual ones and only propose a quantity:
// the prescriber may write another.
var formTable = []struct {
	name string
	Form
}{
	{"tableta", Form{Unit: "tableta"}},
	{"cápsula", Form{Unit: "cápsula"}},
	{"óvulo o tableta vaginal", Form{Unit: "óvulo"}},
	{"supositorio", Form{Unit: "supositorio"}},
	{"polvo", Form{Unit: "sobre"}},
	{"inyectable", Form{Unit: "ampolla", Also: []string{"mL", "UI"}}},
	{"cartucho dental 1.8 mL", Form{Unit: "cartucho"}},
	{"tira oftálmica", Form{Unit: "tira"}},
	{"implante subdérmico", Form{Unit: "implante"}},
	{"dispositivo intrauterino", Form{Unit: "dispositivo"}},
	{"jarabe", Form{Unit: "mL", Pack: "frasco de 60 mL", Size: 60}},
	{"suspensión oral", Form{Unit: "mL", Pack: "frasco de 60 mL", Size: 60}},
	{"solución oral", Form{Unit: "mL", Pack: "frasco de 60 mL", Size: 60}},
	{"gotas orales (solución)", Form{Unit: "gota", Pack: "frasco de 10 mL", Size: 10 * dropsInMillilitre, Also: []string{"mL"}}},
	{"solución o suspensión oftálmica", Form{Unit: "gota", Pack: "frasco de 5 mL", Size: 5 * dropsInMillilitre}},
	{"solución ótica", Form{Unit: "gota", Pack: "frasco de 5 mL", Size: 5 * dropsInMillilitre}},
	{"solución para nebulización", Form{Unit: "gota", Pack: "frasco de 10 mL", Size: 10 * dropsInMillilitre, Also: []string{"mL"}}},
	{"solución nasal (spray)", Form{Unit: "aplicación", Pack: "frasco", Size: 120}},
	{"aerosol", Form{Unit: "inhalación", Pack: "inhalador de 200 dosis", Size: 200}},
	{"colutorio", Form{Unit: "mL", Pack: "frasco de 120 mL", Size: 120}},
	{"crema", Form{Unit: "aplicación", Pack: "tubo"}},
	{"crema vaginal", Form{Unit: "aplicación", Pack: "tubo"}},
	{"gel", Form{Unit: "aplicación", Pack: "tubo"}},
	{"gel oftálmico", Form{Unit: "aplicación", Pack: "tubo"}},
	{"ungüento", Form{Unit: "aplicación", Pack: "tubo"}},
	{"ungüento oftálmico", Form{Unit: "aplicación", Pack: "tubo"}},
	{"pasta bucal", Form{Unit: "aplicación", Pack: "tubo"}},
	{"pasta dental", Form{Unit: "aplicación", Pack: "tubo"}},
	{"barniz dental", Form{Unit: "aplicación", Pack: "unidosis", Size: 1}},
	{"loción", Form{Unit: "aplicación", Pack: "frasco"}},
	{"solución", Form{Unit: "aplicación", Pack: "frasco"}},
	{"champú", Form{Unit: "aplicación", Pack: "frasco"}},
	{"gas o líquido para inhalación", Form{Unit: "aplicación", Pack: "aplicación", Size: 1}},
}

// FormOf is how a form is counted; one that is not in the list is counted in units.
func FormOf(name string) Form {
	for _, f := range formTable {
		if textfold.Fold(f.name) == textfold.Fold(strings.TrimSpace(name)) {
			return f.Form
		}
	}
	return Form{Unit: "unidad"}
}

// Units are what a dose of the form may be told in, the usual one first. Weights are turned into the form's unit by
// the strength.
func (f Form) Units() []string {
	units := append([]string{f.Unit}, f.Also...)
	for _, weight := range []string{"mg", "g", "mcg"} {
		if !slices.Contains(units, weight) {
			units = append(units, weight)
		}
	}
	return units
}

// Doses is how many doses the line asks for; 0 while it does not say. Of what is taken as needed, the most.
func (i Item) Doses() int {
	if i.Frequency.problem() != "" || i.Frequency.Kind != Once && i.Duration.problem() != "" {
		return 0
	}
	switch i.Frequency.Kind {
	case EveryHours:
		return (i.Duration.Days()*24 + i.Frequency.Number - 1) / i.Frequency.Number
	case TimesADay:
		return i.Frequency.Number * i.Duration.Days()
	case AsNeeded:
		return i.Frequency.MostADay * i.Duration.Days()
	}
	return 1
}

// ComputedQuantity is what the line comes to: doses times dose, in units of the form, or in whole packs where packs are
// handed out. The zero Amount while the line does not say enough; a person may always write another.
func (i Item) ComputedQuantity() Amount {
	doses, form := i.Doses(), FormOf(i.Form)
	dose, known := i.doseIn(form.Unit)
	switch {
	case doses == 0:
		return Amount{}
	case form.Pack != "" && (form.Size == 0 || !known):
		return Amount{Value: decimal.NewFromInt(1), Unit: form.Pack}
	case !known:
		return Amount{}
	}
	total := dose.Mul(decimal.NewFromInt(int64(doses)))
	if form.Pack != "" {
		return Amount{Value: total.Div(decimal.NewFromInt(form.Size)).Ceil(), Unit: form.Pack}
	}
	if form.Unit != "tableta" { // nobody hands out half an ampoule; the halves of one tablet are two doses
		total = dose.Ceil().Mul(decimal.NewFromInt(int64(doses)))
	}
	return Amount{Value: total.Ceil(), Unit: form.Unit}
}

// doseIn is the dose told in a unit of the form; false when the strength does not tell how.
func (i Item) doseIn(unit string) (decimal.Decimal, bool) {
	drops := decimal.NewFromInt(dropsInMillilitre)
	switch {
	case !i.Dose.Value.IsPositive():
		return decimal.Zero, false
	case i.Dose.Unit == unit:
		return i.Dose.Value, true
	case i.Dose.Unit == "mL" && unit == "gota":
		return i.Dose.Value.Mul(drops), true
	case i.Dose.Unit == "gota" && unit == "mL":
		return i.Dose.Value.Div(drops), true
	}
	asked, weight := inMilligrams(i.Dose.Value, i.Dose.Unit)
	content, readable := readStrength(i.Strength)
	if readable && content.liquid && i.Dose.Unit == "mL" && unit == "ampolla" {
		return i.Dose.Value.Div(content.per), true
	}
	if !weight || !readable || len(content.milligrams) != 1 || !content.milligrams[0].IsPositive() {
		return decimal.Zero, false
	}
	units := asked.Div(content.milligrams[0]).Mul(content.per)
	switch {
	case content.liquid && unit == "gota":
		return units.Mul(drops), true
	case content.liquid && unit != "mL" && unit != "ampolla", !content.liquid && unit == "mL":
		return decimal.Zero, false
	case content.liquid && unit == "ampolla": // the strength is of the whole ampoule
		return units.Div(content.per), true
	}
	return units, true
}
