package observation

import (
	"strings"

	"github.com/shopspring/decimal"
)

// criticalRow is a limit beyond which a value must be acknowledged by name. below and above are excluded: a value at
// the limit is not yet critical.
type criticalRow struct {
	code             string
	below, above     string
	pregnant         bool // this row for pregnant women only, before the row for everybody
	fromDays, toDays int  // 0, 0: every age
}

// criticalTable is the list to change when the clinic and its laboratory agree on another one. Each laboratory has its
// own; these are the usual values of hospital lists (general knowledge, to be confirmed by the clinic's direction).
// Pressure: crisis from 180/120 (§6), in pregnancy severe from 160/110.
var criticalTable = []criticalRow{
	{code: Systolic, below: "80", above: "159", pregnant: true},
	{code: Systolic, above: "179"},
	{code: Systolic, below: "80", fromDays: 13 * year, toDays: ever},
	{code: Diastolic, above: "109", pregnant: true},
	{code: Diastolic, above: "119"},
	{code: HeartRate, below: "40", above: "150", fromDays: 13 * year, toDays: ever},
	{code: HeartRate, below: "60", above: "220", fromDays: 0, toDays: 13 * year},
	{code: Breathing, below: "8", above: "35", fromDays: 13 * year, toDays: ever},
	{code: Temperature, below: "34", above: "41"},
	{code: Glasgow, below: "9"},
	{code: CapillaryGlucose, below: "54", above: "450"},
	{code: "2345-7", below: "54", above: "450"},
	{code: "1558-6", below: "54", above: "450"},
	{code: Potassium, below: "2.8", above: "6.2"},
	{code: "2951-2", below: "120", above: "160"},           // sodium
	{code: "17861-6", below: "6.5", above: "13"},           // calcium
	{code: Haemoglobin, below: "7", above: "20"},           // NTS 213: severe anaemia in pregnancy below 7
	{code: Platelets, below: "40", above: "1000"},          //
	{code: "6690-2", below: "2", above: "40"},              // leucocytes
	{code: "6301-6", above: "5"},                           // INR
	{code: "3173-2", above: "100"},                         // aPTT
	{code: "3255-7", below: "100"},                         // fibrinogen
	{code: "2160-0", above: "7.4"},                         // creatinine
	{code: "1975-2", above: "15", fromDays: 0, toDays: 28}, // bilirubin of the newborn
}

// Critical says why a value must be acknowledged, and on which side it lies: −1 too low, 1 too high; 0 and no words
// when it need not be.
func Critical(code string, value decimal.Decimal, s Subject) (why string, side int) {
	for _, row := range criticalRows(code, s) {
		if side := outside(value, number(row.below), number(row.above)); side != 0 {
			return criticalWords(code, Of(value), row, side), side
		}
	}
	return "", 0
}

func criticalRows(code string, s Subject) []criticalRow {
	if code == Saturation || code == ArterialOxygen {
		return []criticalRow{{code: code, below: oxygenAt(s.Altitude).critical}}
	}
	var rows []criticalRow
	for _, row := range criticalTable {
		if row.code != code || row.pregnant && !s.pregnant() {
			continue
		}
		if row.toDays == 0 || s.Age.Known && s.Age.Days >= row.fromDays && s.Age.Days < row.toDays {
			rows = append(rows, row)
		}
	}
	return rows
}

// criticalWords is the sentence shown with the value: what, how much, against which limit.
func criticalWords(code string, value Value, row criticalRow, side int) string {
	kind, _ := KindOf(code)
	limit := "más de " + row.above
	if side < 0 {
		limit = "menos de " + row.below
	}
	if row.pregnant {
		limit += " en gestación"
	}
	return strings.TrimSpace(kind.Name+" "+kind.Words(value)) + ": valor crítico (" + limit + ")."
}
