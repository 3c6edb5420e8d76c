// Package observation holds the rules of what is measured: vital signs and laboratory results, their units, what is
// usual for somebody of that age and sex, what is out of it, what cannot be, and what nobody may leave unread.
//
// It is pure: no storage, no clock. Numbers are decimals, codes are LOINC's and units UCUM's. The figures stand in
// limits_table.go, ranges_table.go and critical_table.go, to be changed there.
package observation

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"hampi/modules/catalog"
)

// The vital signs by their LOINC codes.
const (
	Pressure         = "85354-9" // the panel of the two below
	Systolic         = "8480-6"
	Diastolic        = "8462-4"
	MeanPressure     = "8478-0"
	HeartRate        = "8867-4"
	Breathing        = "9279-1"
	Temperature      = "8310-5"
	Saturation       = "59408-5" // by pulse oximetry
	ArterialOxygen   = "2708-6"
	Weight           = "29463-7"
	Height           = "8302-2"
	BMI              = "39156-5"
	Head             = "9843-4"
	Waist            = "8280-0"
	Pain             = "72514-3"
	Glasgow          = "9269-2"
	CapillaryGlucose = "41653-7"
)

// The results that have a rule of their own.
const (
	Haemoglobin = "718-7"
	Platelets   = "777-3"
	Potassium   = "2823-3"
)

// Kind is something that can be observed, as a form asks it.
type Kind struct {
	catalog.Lab
	Short    string   // the label of its tile: "Pulso"
	Places   int32    // decimals it is kept and shown with
	Computed bool     // worked out from others, never typed
	Choices  []string // the answers of a coded one
}

// Vitals are the vital signs in the order of the form.
func Vitals() []Kind {
	return []Kind{
		vital(Systolic, "PAS", 0), vital(Diastolic, "PAD", 0), computed(MeanPressure, "PAM", 0), vital(HeartRate, "Pulso", 0),
		vital(Breathing, "Resp.", 0), vital(Temperature, "Temp.", 1), vital(Saturation, "Sat. O₂", 0), vital(Weight, "Peso", 3),
		vital(Height, "Talla", 1), computed(BMI, "IMC", 1), vital(Waist, "Cintura", 1), vital(Head, "P. cefálico", 1),
		vital(CapillaryGlucose, "Glucosa", 0), vital(Pain, "Dolor", 0), vital(Glasgow, "Glasgow", 0),
	}
}

func vital(code, short string, places int32) Kind {
	lab, _ := catalog.LOINC(code)
	return Kind{Lab: lab, Short: short, Places: places}
}

func computed(code, short string, places int32) Kind {
	kind := vital(code, short, places)
	kind.Computed = true
	return kind
}

// labPlaces is enough for every result of the table; a laboratory that gives fewer keeps its own.
const labPlaces = 3

// KindOf is what a code observes; false for a code the product does not use, and for a panel, which has no value.
func KindOf(code string) (Kind, bool) {
	for _, kind := range Vitals() {
		if kind.Code == code {
			return kind, true
		}
	}
	lab, known := catalog.LOINC(code)
	if !known || lab.Type == catalog.Panel {
		return Kind{}, false
	}
	return Kind{Lab: lab, Short: lab.Name, Places: labPlaces, Choices: choices(code)}, true
}

// choices are the answers of a result that is read from a list; none for free words.
func choices(code string) []string {
	switch code {
	case "883-9":
		return []string{"A", "B", "AB", "O"}
	case "10331-7":
		return []string{"Positivo", "Negativo"}
	case "882-1":
		return []string{"O+", "O-", "A+", "A-", "B+", "B-", "AB+", "AB-"}
	case "5195-3", "16128-1", "20507-0", "56888-1", "31201-7":
		return []string{"No reactivo", "Reactivo", "Indeterminado"}
	case "2106-3", "2118-8", "5802-4", "5799-2", "5794-3", "94500-6", "94558-4":
		return []string{"Negativo", "Positivo", "Indeterminado"}
	}
	return nil
}

// Value is what was observed: a number with its unit, or words. A coded value is one of its kind's choices; what lies
// beyond an apparatus is words that ReadBound reads.
type Value struct {
	Number decimal.NullDecimal
	Text   string
}

// Of is a value in numbers.
func Of(number decimal.Decimal) Value { return Value{Number: decimal.NewNullDecimal(number)} }

// Words is the value as it is printed, with its unit: "36.5 °C", "<0.01 ng/mL", "No reactivo".
func (k Kind) Words(v Value) string {
	if b, is := k.bound(v); is {
		return strings.TrimSpace(b.String() + " " + k.Unit())
	}
	if !v.Number.Valid {
		return v.Text
	}
	return strings.TrimSpace(k.Round(v.Number.Decimal).String() + " " + k.Unit())
}

// Round is a number as the kind keeps it.
func (k Kind) Round(number decimal.Decimal) decimal.Decimal { return number.Round(k.Places) }

// Age is how old somebody was at a moment. Unknown when there is no birth date, or it lies after the moment.
type Age struct {
	Known               bool
	Days, Months, Years int
}

// AgeAt is the age at the time of an observation, by whole days of the calendar of at's zone.
func AgeAt(birth, at time.Time) Age {
	if birth.IsZero() {
		return Age{}
	}
	born := time.Date(birth.Year(), birth.Month(), birth.Day(), 0, 0, 0, 0, time.UTC)
	then := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	if then.Before(born) {
		return Age{}
	}
	months := (then.Year()-born.Year())*12 + int(then.Month()) - int(born.Month())
	if then.Day() < born.Day() && then.AddDate(0, 0, 1).Month() == then.Month() {
		months-- // the last day of a shorter month completes one begun on the 31st
	}
	return Age{Known: true, Days: int(then.Sub(born).Hours() / 24), Months: months, Years: months / 12}
}

// Sex decides some ranges; "" is unknown.
type Sex string

// The sexes of the ranges.
const (
	Female Sex = "F"
	Male   Sex = "M"
)

// Subject is who was observed, and where.
type Subject struct {
	Age       Age
	Sex       Sex
	Trimester int // of pregnancy, 1 to 3; 0: not pregnant
	// Altitude of the site in metres, a setting; for haemoglobin that of the residence, where it is known. nil: unknown.
	Altitude *int
}

func (s Subject) pregnant() bool { return s.Trimester > 0 }

// grown is an adult, for the ranges; somebody without an age is not taken for one.
func (s Subject) grown() bool { return s.Age.Known && s.Age.Years >= 18 }
