package prescribing

import "github.com/shopspring/decimal"

// byWeight are those whose dose goes by their weight: children, until they weigh like adults.
const (
	byWeightYears = 18
	byWeightUnder = 50 // kilograms
	adultYears    = 12 // from here on nobody is asked for a weight
)

// farBeyond is how much over the most a dose is no rounding any more and stops.
var farBeyond = decimal.RequireFromString("1.2")

// dose compares what the line comes to with the table. Only what is swallowed is known: an injection's dose goes by
// what it is for.
func (c checking) dose() {
	if c.item.Route != "oral" && c.item.Route != "rectal" {
		return
	}
	for _, row := range doseTable {
		if !row.group.has(c.item) {
			continue
		}
		if atOnce, aDay, known := c.amounts(row); known {
			c.compare(row, atOnce, aDay)
		}
	}
}

// amounts are the milligrams of a dose and of a day; false when the line does not tell.
func (c checking) amounts(row doseRule) (atOnce, aDay decimal.Decimal, known bool) {
	atOnce, known = c.item.doseMilligrams(row.place(c.item))
	times, timed := c.item.dosesADay()
	return atOnce, atOnce.Mul(times), known && timed
}

// place is where the ingredient stands among those of a line; the first when none has the name.
func (r doseRule) place(m medicine) int {
	if r.of != "" {
		return max(0, m.place([]string{r.of}))
	}
	return max(0, m.place(r.group.members))
}

func (c checking) compare(row doseRule, atOnce, aDay decimal.Decimal) {
	adult := decimalOf(row.mostAdult)
	if adult.Valid && aDay.GreaterThan(adult.Decimal) {
		c.addDose(row, overBy(aDay, adult.Decimal), words(aDay)+" mg al día es más del máximo de "+words(adult.Decimal)+" mg")
		return
	}
	if !c.small() {
		return
	}
	if !c.patient.Weight.Valid || !c.patient.Weight.Decimal.IsPositive() {
		if c.patient.Age.Years < adultYears {
			c.addDose(row, Warn, "falta el peso para revisar la dosis")
		}
		return
	}
	c.compareByWeight(row, atOnce, aDay)
}

// compareByWeight finds what is too much a day, too much at once, or too little; the strongest of them is told.
func (c checking) compareByWeight(row doseRule, atOnce, aDay decimal.Decimal) {
	kilograms := c.patient.Weight.Decimal
	perDay, once := aDay.DivRound(kilograms, 4), atOnce.DivRound(kilograms, 4)
	most, mostOnce, least := decimalOf(row.mostADay), decimalOf(row.mostAtOnce), decimalOf(row.leastADay)
	if most.Valid && perDay.GreaterThan(most.Decimal) {
		c.addDose(row, overBy(perDay, most.Decimal), words(perDay)+" mg/kg al día es más de "+words(most.Decimal)+" mg/kg")
	}
	if mostOnce.Valid && once.GreaterThan(mostOnce.Decimal) {
		c.addDose(row, overBy(once, mostOnce.Decimal), words(once)+" mg/kg por toma es más de "+words(mostOnce.Decimal)+" mg/kg")
	}
	if least.Valid && perDay.LessThan(least.Decimal) && !reaches(aDay, decimalOf(row.mostAdult)) {
		c.addDose(row, Warn, words(perDay)+" mg/kg al día es menos de "+words(least.Decimal)+" mg/kg")
	}
}

// small reports whether the dose goes by weight.
func (c checking) small() bool {
	light := !c.patient.Weight.Valid || c.patient.Weight.Decimal.LessThan(decimal.NewFromInt(byWeightUnder))
	return c.patient.Age.Known && c.patient.Age.Years < byWeightYears && light
}

// reaches reports whether a day comes to half an adult's most: a heavy child gets an adult's dose, not a low one.
func reaches(aDay decimal.Decimal, adult decimal.NullDecimal) bool {
	return adult.Valid && aDay.Mul(decimal.NewFromInt(2)).GreaterThanOrEqual(adult.Decimal)
}

func overBy(value, most decimal.Decimal) Severity {
	if value.GreaterThan(most.Mul(farBeyond)) {
		return Stop
	}
	return Warn
}

func (c checking) addDose(row doseRule, severity Severity, why string) {
	of := ""
	if len(c.item.parts) > 1 {
		of = " (" + lowerFirst(c.item.parts[row.place(c.item)].name) + ")"
	}
	c.add(DoseOf, severity, "dosis", c.item.Name()+of+": "+why+".", row.source, row.unsure)
}

func words(d decimal.Decimal) string { return d.Round(1).String() }

// decimalOf reads a figure of a table; empty is none.
func decimalOf(text string) decimal.NullDecimal {
	if text == "" {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(decimal.RequireFromString(text))
}
