package observation

import "github.com/shopspring/decimal"

// Days of the ages at which the rows change.
const (
	sixWeeks = 42
	year     = 365
	ever     = 150 * year
)

const anyTrimester = -1

// rangeRow is one line of the tables. Without ages it speaks of adults.
type rangeRow struct {
	code             string
	low, high        string
	sex              Sex
	fromDays, toDays int // from included, to excluded
	everyAge         bool
	trimester        int    // 0: not pregnant
	alarmAbove       string // where the alarm stands higher than the usual
	quiet            bool   // shown, alarms nobody
	source           string
}

// Sources as they are shown.
const (
	adults   = "adulto en reposo"
	byAge    = "según edad, por revisar"
	inGravid = "en gestación, por revisar"
	general  = "adultos, referencia general"
)

// rangeTable is §6 of the clinical reference (general professional knowledge; a laboratory's own range wins). The rows
// by age and of pregnancy are a public Peruvian implementer's: narrower than the textbooks, so they are quiet.
// Pressure: usual to 129/84; 130–139 is elevated, and the alarm stands where it is high, from 140/90 — in pregnancy too.
var rangeTable = []rangeRow{
	{code: Systolic, low: "70", high: "100", fromDays: 0, toDays: sixWeeks, quiet: true, source: byAge},
	{code: Systolic, low: "84", high: "106", fromDays: sixWeeks, toDays: year, quiet: true, source: byAge},
	{code: Systolic, low: "98", high: "106", fromDays: year, toDays: 2 * year, quiet: true, source: byAge},
	{code: Systolic, low: "99", high: "112", fromDays: 2 * year, toDays: 6 * year, quiet: true, source: byAge},
	{code: Systolic, low: "104", high: "124", fromDays: 6 * year, toDays: 13 * year, quiet: true, source: byAge},
	{code: Systolic, low: "118", high: "132", fromDays: 13 * year, toDays: 16 * year, quiet: true, source: byAge},
	{code: Systolic, low: "110", high: "140", fromDays: 16 * year, toDays: 18 * year, quiet: true, source: byAge},
	{code: Systolic, low: "90", high: "120", trimester: 1, alarmAbove: "139", source: inGravid},
	{code: Systolic, low: "90", high: "130", trimester: 2, alarmAbove: "139", source: inGravid},
	{code: Systolic, low: "95", high: "135", trimester: 3, alarmAbove: "139", source: inGravid},
	{code: Systolic, low: "90", high: "129", alarmAbove: "139", source: adults},

	{code: Diastolic, low: "50", high: "68", fromDays: 0, toDays: sixWeeks, quiet: true, source: byAge},
	{code: Diastolic, low: "56", high: "70", fromDays: sixWeeks, toDays: year, quiet: true, source: byAge},
	{code: Diastolic, low: "58", high: "70", fromDays: year, toDays: 2 * year, quiet: true, source: byAge},
	{code: Diastolic, low: "64", high: "70", fromDays: 2 * year, toDays: 6 * year, quiet: true, source: byAge},
	{code: Diastolic, low: "64", high: "86", fromDays: 6 * year, toDays: 13 * year, quiet: true, source: byAge},
	{code: Diastolic, low: "68", high: "82", fromDays: 13 * year, toDays: 16 * year, quiet: true, source: byAge},
	{code: Diastolic, low: "68", high: "90", fromDays: 16 * year, toDays: 18 * year, quiet: true, source: byAge},
	{code: Diastolic, low: "60", high: "80", trimester: 1, alarmAbove: "89", source: inGravid},
	{code: Diastolic, low: "60", high: "85", trimester: 2, alarmAbove: "89", source: inGravid},
	{code: Diastolic, low: "65", high: "85", trimester: 3, alarmAbove: "89", source: inGravid},
	{code: Diastolic, low: "60", high: "84", alarmAbove: "89", source: adults},

	{code: HeartRate, low: "120", high: "140", fromDays: 0, toDays: sixWeeks, quiet: true, source: byAge},
	{code: HeartRate, low: "100", high: "130", fromDays: sixWeeks, toDays: year, quiet: true, source: byAge},
	{code: HeartRate, low: "100", high: "120", fromDays: year, toDays: 2 * year, quiet: true, source: byAge},
	{code: HeartRate, low: "80", high: "120", fromDays: 2 * year, toDays: 6 * year, quiet: true, source: byAge},
	{code: HeartRate, low: "80", high: "100", fromDays: 6 * year, toDays: 13 * year, quiet: true, source: byAge},
	{code: HeartRate, low: "70", high: "80", fromDays: 13 * year, toDays: 16 * year, quiet: true, source: byAge},
	{code: HeartRate, low: "60", high: "80", fromDays: 16 * year, toDays: 18 * year, quiet: true, source: byAge},
	{code: HeartRate, low: "70", high: "90", trimester: 1, quiet: true, source: inGravid},
	{code: HeartRate, low: "75", high: "95", trimester: 2, quiet: true, source: inGravid},
	{code: HeartRate, low: "80", high: "100", trimester: 3, quiet: true, source: inGravid},
	{code: HeartRate, low: "60", high: "100", source: adults},

	{code: Breathing, low: "40", high: "45", fromDays: 0, toDays: sixWeeks, quiet: true, source: byAge},
	{code: Breathing, low: "20", high: "30", fromDays: sixWeeks, toDays: 6 * year, quiet: true, source: byAge},
	{code: Breathing, low: "12", high: "20", fromDays: 6 * year, toDays: 18 * year, quiet: true, trimester: anyTrimester, source: byAge},
	{code: Breathing, low: "12", high: "22", fromDays: 60 * year, toDays: ever, trimester: anyTrimester, source: "desde los 60 años"},
	{code: Breathing, low: "12", high: "20", trimester: anyTrimester, source: adults},

	{code: Temperature, low: "36.0", high: "37.4", alarmAbove: "37.9", everyAge: true, trimester: anyTrimester, source: "axilar; fiebre desde 38.0"},
	{code: BMI, low: "18.5", high: "24.9", source: "adultos"},
	{code: Waist, high: "87.9", sex: Female, source: "mujeres, menos de 88"},
	{code: Waist, high: "101.9", sex: Male, source: "varones, menos de 102"},
	{code: Glasgow, low: "15", everyAge: true, trimester: anyTrimester, source: "consciente"},
	{code: Pain, high: "3", everyAge: true, trimester: anyTrimester, source: "escala de 0 a 10; desde 4 es moderado"}, // ours
	{code: CapillaryGlucose, low: "70", high: "99", quiet: true, source: "en ayunas"},

	{code: "4544-3", low: "36", high: "46", sex: Female, source: general},
	{code: "4544-3", low: "41", high: "53", sex: Male, source: general},
	{code: Platelets, low: "150", high: "400", trimester: anyTrimester, source: general},
	{code: "6690-2", low: "4.5", high: "11", source: general},
	{code: "1558-6", low: "70", high: "99", source: "en ayunas; desde 126, diabetes"},
	{code: "4548-4", high: "5.6", source: "desde 6.5, diabetes"},
	{code: "2160-0", low: "0.5", high: "1.1", sex: Female, source: general},
	{code: "2160-0", low: "0.7", high: "1.3", sex: Male, source: general},
	{code: "22664-7", low: "15", high: "45", source: general},
	{code: "2093-3", high: "199", source: general},
	{code: "13457-7", high: "129", source: general}, // 100 to 130 by risk: the higher one alarms
	{code: "2089-1", high: "129", source: general},
	{code: "2085-9", low: "51", sex: Female, source: general},
	{code: "2085-9", low: "41", sex: Male, source: general},
	{code: "2571-8", high: "149", source: general},
	{code: "1742-6", high: "45", source: general}, // 35 to 45 by laboratory
	{code: "1920-8", high: "40", source: general},
	{code: "1975-2", low: "0.2", high: "1.2", source: general},
	{code: Potassium, low: "3.5", high: "5.0", trimester: anyTrimester, source: general},
	{code: "3016-3", low: "0.4", high: "4.0", source: general},
}

// haemoglobinTable: adults from §6; pregnancy from NTS 213-2024, whose limit is of anaemia and has no upper end (a
// measured 14.5 or more, adjusted, deserves a note of its own in the prenatal chart).
var haemoglobinTable = []rangeRow{
	{low: "11.0", trimester: 1, source: "NTS 213-2024, primer trimestre"},
	{low: "10.5", trimester: 2, source: "NTS 213-2024, segundo trimestre"},
	{low: "11.0", trimester: 3, source: "NTS 213-2024, tercer trimestre"},
	{low: "12.0", high: "15.5", sex: Female, source: "mujeres"},
	{low: "13.5", high: "17.0", sex: Male, source: "varones"},
}

// altitudeTable: NTS 213-MINSA/DGIESP-2024 (RM 251-2024), metres of residence and g/dL to subtract.
var altitudeTable = []struct {
	below      int
	adjustment string
}{
	{500, "0"}, {1000, "0.4"}, {1500, "0.8"}, {2000, "1.1"}, {2500, "1.4"},
	{3000, "1.8"}, {3500, "2.1"}, {4000, "2.5"}, {4500, "2.9"}, {5000, "3.3"},
}

// oxygenRow is what holds of saturation (%) at sites below an altitude in metres. Below low a value is marked, below ask a
// form asks whether it is right, below critical somebody has to say what was done.
type oxygenRow struct {
	below              int
	low, ask, critical string
	source             string
}

// saturationTable is the one place for saturation by altitude. Source: §6 of the clinical reference, which is general
// knowledge and no norm: Huánuco (1,900 m) 92–96, 3,000–3,800 m 88–92, above 4,000 m 80–88 (Cerro de Pasco, 4,330 m). The
// bands between, and where a form asks and a value is critical (five points under the usual, nowhere under 80), are ours.
// UNCERTAIN: the clinic's direction confirms these figures before it relies on them.
var saturationTable = []oxygenRow{
	{1500, "95", "90", "90", "a nivel del mar"},
	{2500, "92", "90", "87", "entre 1,500 y 2,500 m"},
	{3000, "90", "90", "85", "entre 2,500 y 3,000 m"},
	{4000, "88", "88", "83", "entre 3,000 y 4,000 m"},
	{6000, "80", "80", "80", "sobre 4,000 m"},
}

// unknownAltitude holds where nobody has said how high the site lies: the sea's usual is shown and marks nobody, for at
// 4,000 m it would call the whole town ill.
var unknownAltitude = oxygenRow{0, "95", "90", "85", "a nivel del mar; la altitud de la sede no está registrada"}

// oxygenAt is the row of an altitude; nil: unknown.
func oxygenAt(metres *int) oxygenRow {
	if metres == nil {
		return unknownAltitude
	}
	for _, row := range saturationTable {
		if *metres < row.below {
			return row
		}
	}
	return oxygenRow{ask: unknownAltitude.ask, critical: unknownAltitude.critical, source: "sin referencia a esa altitud"}
}

// AskedOxygen is the saturation below which a form asks whether it is right, at a site of that altitude in metres.
func AskedOxygen(metres *int) decimal.Decimal { return number(oxygenAt(metres).ask).Decimal }
