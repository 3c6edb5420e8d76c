package observation

// limitRow are the figures at which a form asks ("¿es correcto?") and at which it refuses. Refusing limits are the last
// values that still pass. Without ages the row holds from 13 years, and for whoever has no known age.
type limitRow struct {
	code                     string
	askBelow, askAbove       string
	refuseBelow, refuseAbove string
	fromDays, toDays         int
	everyAge                 bool
	ours                     bool // not in §6 of the clinical reference: our own, to be reviewed
}

// limitTable: §6 of the clinical reference for adults. What it does not give for children is ours.
var limitTable = []limitRow{
	{code: Systolic, askBelow: "50", askAbove: "140", refuseBelow: "30", refuseAbove: "300", fromDays: 0, toDays: 13 * year, ours: true},
	{code: Systolic, askBelow: "80", askAbove: "200", refuseBelow: "30", refuseAbove: "300"},
	{code: Diastolic, askBelow: "25", askAbove: "95", refuseBelow: "20", refuseAbove: "200", fromDays: 0, toDays: 13 * year, ours: true},
	{code: Diastolic, askBelow: "40", askAbove: "120", refuseBelow: "20", refuseAbove: "200"},
	{code: HeartRate, askBelow: "80", askAbove: "200", refuseBelow: "20", refuseAbove: "300", fromDays: 0, toDays: year, ours: true},
	{code: HeartRate, askBelow: "55", askAbove: "180", refuseBelow: "20", refuseAbove: "300", fromDays: year, toDays: 13 * year, ours: true},
	{code: HeartRate, askBelow: "40", askAbove: "150", refuseBelow: "20", refuseAbove: "300"},
	{code: Breathing, askBelow: "20", askAbove: "65", refuseBelow: "4", refuseAbove: "80", fromDays: 0, toDays: year, ours: true},
	{code: Breathing, askBelow: "12", askAbove: "45", refuseBelow: "4", refuseAbove: "80", fromDays: year, toDays: 6 * year, ours: true},
	{code: Breathing, askBelow: "8", askAbove: "35", refuseBelow: "4", refuseAbove: "80", fromDays: 6 * year, toDays: 13 * year, ours: true},
	{code: Breathing, askBelow: "8", askAbove: "35", refuseBelow: "4", refuseAbove: "80"},
	{code: Temperature, askBelow: "34", askAbove: "41", refuseBelow: "25", refuseAbove: "45", everyAge: true},
	{code: Saturation, refuseBelow: "40", refuseAbove: "100", everyAge: true},
	{code: ArterialOxygen, refuseBelow: "40", refuseAbove: "100", everyAge: true}, // what is asked goes by altitude: saturationTable
	{code: Weight, refuseBelow: "0.3", refuseAbove: "350", everyAge: true},        // what is asked goes by age: growthTable
	{code: Height, refuseBelow: "20", refuseAbove: "250", everyAge: true},
	{code: Glasgow, refuseBelow: "3", refuseAbove: "15", everyAge: true},
	{code: Pain, refuseBelow: "0", refuseAbove: "10", everyAge: true},
	{code: CapillaryGlucose, askBelow: "40", askAbove: "500", refuseBelow: "10", refuseAbove: "900", everyAge: true, ours: true}, // the refusal is §6's
	{code: Head, askBelow: "28", askAbove: "60", refuseBelow: "15", refuseAbove: "75", everyAge: true, ours: true},
	{code: Waist, askBelow: "40", askAbove: "160", refuseBelow: "20", refuseAbove: "250", everyAge: true, ours: true},
	{code: BMI, askBelow: "12", askAbove: "60", everyAge: true, ours: true},
	{code: Haemoglobin, askBelow: "5", askAbove: "22", refuseBelow: "1", refuseAbove: "30", everyAge: true, ours: true},
	{code: Platelets, askBelow: "20", askAbove: "1000", refuseBelow: "0", refuseAbove: "5000", everyAge: true, ours: true}, // 150000 is the same in other units
	{code: Potassium, askBelow: "2.5", askAbove: "7", refuseBelow: "1", refuseAbove: "12", everyAge: true, ours: true},
	{code: "2951-2", askBelow: "115", askAbove: "165", refuseBelow: "80", refuseAbove: "220", everyAge: true, ours: true},
	{code: "6690-2", askBelow: "1", askAbove: "100", refuseBelow: "0", refuseAbove: "900", everyAge: true, ours: true},
	{code: "4544-3", askBelow: "15", askAbove: "65", refuseBelow: "3", refuseAbove: "85", everyAge: true, ours: true},
	{code: "4548-4", askBelow: "4", askAbove: "15", refuseBelow: "2", refuseAbove: "25", everyAge: true, ours: true},
	{code: "5803-2", refuseBelow: "4", refuseAbove: "10", everyAge: true, ours: true}, // pH of urine
	{code: "5811-5", refuseBelow: "0.99", refuseAbove: "1.06", everyAge: true, ours: true},
}

// growthRow are the weights (kg) and heights (cm) between which nobody is asked at an age; between two rows they are
// taken in proportion. Ours: well outside of the WHO growth curves, so that only slips of the fingers are asked about.
// The last row is §6's for adults.
type growthRow struct {
	days               int
	lightest, heaviest int64 // hundredths of a kilogram
	shortest, tallest  int64 // tenths of a centimetre
}

var growthTable = []growthRow{
	{0, 100, 600, 350, 600},
	{30, 200, 750, 420, 650},
	{180, 450, 1250, 550, 780},
	{year, 600, 1600, 620, 880},
	{2 * year, 800, 2000, 700, 1020},
	{5 * year, 1100, 3600, 880, 1280},
	{8 * year, 1500, 6000, 1020, 1500},
	{10 * year, 1800, 8000, 1100, 1650},
	{13 * year, 2500, 11000, 1200, 1880},
	{16 * year, 3000, 15000, 1200, 2050},
	{18 * year, 3000, 20000, 1200, 2100},
}
