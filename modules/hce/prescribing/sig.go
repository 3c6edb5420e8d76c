package prescribing

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Sig is the line as a patient reads it: "1 tableta por vía oral cada 8 horas por 5 días (15 tabletas)". What the line
// does not say yet is left out.
func Sig(i Item) string {
	parts := []string{i.Dose.Words(), routeWords(i.Route), siteWords(i.Site), i.Frequency.Words()}
	if i.Frequency.Kind != Once {
		parts = append(parts, i.Duration.Words())
	}
	if i.Quantity.Value.IsPositive() {
		parts = append(parts, "("+i.Quantity.Words()+")")
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// Words is the amount as it is said: "1 tableta", "media tableta", "1 tableta y media", "2.5 mL".
func (a Amount) Words() string {
	if !a.Value.IsPositive() || a.Unit == "" {
		return ""
	}
	whole := a.Value.Floor()
	rest := a.Value.Sub(whole)
	switch {
	case !countable(a.Unit) || rest.IsZero():
		return a.Value.String() + " " + plural(a.Unit, a.Value)
	case rest.Equal(half) && whole.IsZero():
		return half2(a.Unit) + " " + a.Unit
	case rest.Equal(half):
		return whole.String() + " " + plural(a.Unit, whole) + " y " + half2(a.Unit)
	case a.Value.Equal(quarter):
		return "un cuarto de " + a.Unit
	}
	return a.Value.String() + " " + plural(a.Unit, a.Value)
}

var (
	half    = decimal.RequireFromString("0.5")
	quarter = decimal.RequireFromString("0.25")
)

func half2(unit string) string {
	if feminine(unit) {
		return "media"
	}
	return "medio"
}

// countable are things, which are halved in words; measures are not.
func countable(unit string) bool {
	switch unit {
	case "mL", "mg", "g", "mcg", "UI", "%":
		return false
	}
	return true
}

// plural is a unit beside a number: "tabletas", "inhalaciones", "frascos de 60 mL"; measures stay.
func plural(unit string, n decimal.Decimal) string {
	if n.Equal(decimal.NewFromInt(1)) || !countable(unit) {
		return unit
	}
	first, rest, more := strings.Cut(unit, " ")
	if more {
		rest = " " + rest
	}
	switch {
	case strings.HasSuffix(first, "ión"):
		return strings.TrimSuffix(first, "ión") + "iones" + rest
	case strings.HasSuffix(first, "s"):
		return first + rest
	case strings.HasSuffix(first, "r"), strings.HasSuffix(first, "d"), strings.HasSuffix(first, "l"):
		return first + "es" + rest
	}
	return first + "s" + rest
}

// feminine units are counted "una", "veintiuna".
func feminine(unit string) bool {
	first, _, _ := strings.Cut(unit, " ")
	return strings.HasSuffix(first, "a") || strings.HasSuffix(first, "ión") || strings.HasSuffix(first, "dad") || first == "unidosis"
}

func routeWords(route string) string {
	switch route {
	case "":
		return ""
	case "infiltración dental":
		return "por infiltración dental"
	case "dental":
		return "sobre los dientes"
	}
	return "por vía " + route
}

func siteWords(site string) string {
	switch {
	case site == "":
		return ""
	case strings.HasPrefix(site, "ojo"), strings.HasPrefix(site, "oído"):
		return "en el " + site
	case strings.HasPrefix(site, "ambos"):
		return "en " + site
	}
	return "en " + site
}

// Words is the frequency as it is said: "cada 8 horas", "1 vez al día", "en dosis única", "si hay dolor, cada 6 horas
// como mínimo, máximo 4 al día,".
func (f Frequency) Words() string {
	if f.problem() != "" {
		return ""
	}
	switch f.Kind {
	case EveryHours:
		return "cada " + count(f.Number, "hora")
	case TimesADay:
		return count(f.Number, "vez") + " al día"
	case Once:
		return "en dosis única"
	}
	words := "si es necesario,"
	if f.Condition != "" {
		words = "si hay " + f.Condition + ","
	}
	if f.Number > 0 {
		words += " cada " + count(f.Number, "hora") + " como mínimo,"
	}
	return words + " máximo " + strconv.Itoa(f.MostADay) + " al día,"
}

// Words is the duration as it is said: "por 5 días".
func (d Duration) Words() string {
	if d.problem() != "" {
		return ""
	}
	unit := map[DurationUnit]string{Days: "día", Weeks: "semana", Months: "mes"}[d.Unit]
	return "por " + count(d.Value, unit)
}

func count(n int, unit string) string {
	word := unit
	if n != 1 {
		word = unit + "s"
		switch unit {
		case "vez":
			word = "veces"
		case "mes":
			word = "meses"
		}
	}
	return strconv.Itoa(n) + " " + word
}

// QuantityInWords is the quantity in figures and letters, as controlled medicines ask: "15 (quince) tabletas".
func QuantityInWords(i Item) string {
	a := i.Quantity
	if !a.Value.IsPositive() || a.Unit == "" {
		return ""
	}
	if !a.Value.IsInteger() || a.Value.GreaterThan(mostUnits) {
		return a.Words()
	}
	return a.Value.String() + " (" + inLetters(int(a.Value.IntPart()), feminine(a.Unit)) + ") " + plural(a.Unit, a.Value)
}
