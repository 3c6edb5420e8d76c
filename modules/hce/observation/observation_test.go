package observation_test

import (
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/catalog"
	"hampi/modules/hce/observation"
)

var _ = Describe("what is observed", func() {
	It("has a name, a unit and decimals for every vital sign", func() {
		for _, kind := range observation.Vitals() {
			Expect(kind.Name).NotTo(BeEmpty(), kind.Code)
			Expect(kind.Type).To(Equal(catalog.Quantity), kind.Code)
		}
		temperature, _ := observation.KindOf(observation.Temperature)
		Expect(temperature.Words(value("36.54"))).To(Equal("36.5 °C"))
		pain, _ := observation.KindOf(observation.Pain)
		Expect(pain.Words(value("4"))).To(Equal("4"))
		hiv, _ := observation.KindOf("56888-1")
		Expect(hiv.Choices).To(ContainElement("Reactivo"))
		Expect(hiv.Words(observation.Value{Text: "No reactivo"})).To(Equal("No reactivo"))
		for _, code := range []string{"", "58410-2", observation.Pressure, "1-1"} {
			_, known := observation.KindOf(code)
			Expect(known).To(BeFalse(), code)
		}
	})

	DescribeTable("ages at the time it was observed", func(birth, at string, days, months, years int) {
		born, _ := time.Parse(time.DateOnly, birth)
		then, _ := time.Parse(time.DateOnly, at)
		Expect(observation.AgeAt(born, then)).To(Equal(observation.Age{Known: true, Days: days, Months: months, Years: years}))
	},
		Entry("the day of birth", "2026-11-24", "2026-11-24", 0, 0, 0),
		Entry("the day before a birthday", "1992-11-25", "2026-11-24", 12417, 407, 33),
		Entry("the birthday", "1992-11-24", "2026-11-24", 12418, 408, 34),
		Entry("a month begun on the 31st", "2026-01-31", "2026-02-28", 28, 1, 0),
		Entry("not yet a month", "2026-01-30", "2026-02-27", 28, 0, 0),
		Entry("born on a leap day", "2024-02-29", "2025-02-28", 365, 12, 1),
	)

	It("knows no age without a birth date, or before it", func() {
		Expect(observation.AgeAt(time.Time{}, today).Known).To(BeFalse())
		Expect(observation.AgeAt(today.AddDate(0, 0, 1), today).Known).To(BeFalse())
	})
})

var _ = Describe("what is worked out", func() {
	It("is the mean pressure and the body mass index", func() {
		set := observation.Set{observation.Systolic: value("148"), observation.Diastolic: value("92"),
			observation.Weight: value("68.4"), observation.Height: value("156"), observation.BMI: value("99")}.WithComputed()
		Expect(set[observation.MeanPressure].Number.Decimal.String()).To(Equal("111"))
		Expect(set[observation.BMI].Number.Decimal.String()).To(Equal("28.1"))
	})

	It("is left out when a part is missing or impossible", func() {
		for _, set := range []observation.Set{nil, {observation.Systolic: value("148")}, {observation.Systolic: value("80"), observation.Diastolic: value("92")},
			{observation.Weight: value("70")}, {observation.Weight: value("70"), observation.Height: value("0")}} {
			whole := set.WithComputed()
			Expect(whole).NotTo(Or(HaveKey(observation.MeanPressure), HaveKey(observation.BMI)))
		}
	})

	It("lies between the two pressures, always", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			diastolic := rapid.Int64Range(20, 200).Draw(t, "diastolic")
			systolic := rapid.Int64Range(diastolic+1, 301).Draw(t, "systolic")
			mean, ok := observation.MeanPressureOf(decimal.NewNullDecimal(decimal.NewFromInt(systolic)), decimal.NewNullDecimal(decimal.NewFromInt(diastolic)))
			if !ok || mean.IntPart() < diastolic || mean.IntPart() > systolic {
				t.Fatalf("%d/%d: %s", systolic, diastolic, mean)
			}
		})
	})

	DescribeTable("reads a pressure typed in one field", func(text string, systolic, diastolic int, ok bool) {
		s, d, read := observation.ReadPressure(text)
		Expect(read).To(Equal(ok))
		if ok {
			Expect([]int{s, d}).To(Equal([]int{systolic, diastolic}))
		}
	},
		Entry(nil, "148/92", 148, 92, true), Entry(nil, "148 92", 148, 92, true), Entry(nil, "14892", 148, 92, true),
		Entry(nil, "9060", 90, 60, true), Entry(nil, "200110", 200, 110, true), Entry(nil, " 90 / 60 ", 90, 60, true),
		Entry(nil, "", 0, 0, false), Entry(nil, "148", 0, 0, false), Entry(nil, "148/", 0, 0, false), Entry(nil, "a/b", 0, 0, false),
		Entry(nil, "1/2/3", 0, 0, false), Entry(nil, "9999/92", 0, 0, false), Entry(nil, "+14/92", 0, 0, false),
	)

	DescribeTable("reads a number", func(text, read string) {
		n, ok := observation.ReadNumber(text)
		Expect(ok).To(Equal(read != ""))
		if ok {
			Expect(n.String()).To(Equal(read))
		}
	},
		Entry(nil, "36,5", "36.5"), Entry(nil, " 36.5", "36.5"), Entry(nil, "70", "70"), Entry(nil, ".5", "0.5"),
		Entry(nil, "", ""), Entry(nil, ".", ""), Entry(nil, "-3", ""), Entry(nil, "1e9", ""), Entry(nil, "3.5.1", ""), Entry(nil, "NaN", ""),
		Entry(nil, "1,234.5", ""), Entry(nil, "9999999999999", ""),
	)
})

var _ = Describe("a set of values", func() {
	words := func(set observation.Set, s observation.Subject) (all []string) {
		for _, p := range observation.Problems(set, s) {
			mark := "? "
			if p.Refused {
				mark = "! "
			}
			all = append(all, mark+p.Words)
		}
		return all
	}

	DescribeTable("is refused when it cannot be, asked about when it may be a slip", func(set observation.Set, s observation.Subject, expected ...string) {
		if len(expected) == 0 {
			Expect(words(set, s)).To(BeEmpty())
			return
		}
		Expect(words(set, s)).To(Equal(expected))
	},
		Entry("an ordinary visit", observation.Set{observation.Systolic: value("118"), observation.Diastolic: value("76"), observation.HeartRate: value("82"),
			observation.Temperature: value("36.6"), observation.Saturation: value("97"), observation.Weight: value("68.4"), observation.Height: value("156")}, woman(34)),
		Entry("temperature 73", observation.Set{observation.Temperature: value("73")}, woman(34), "! Temperatura corporal: va de 25 a 45 °C; aquí hay 73."),
		Entry("temperature 41.8", observation.Set{observation.Temperature: value("41.8")}, woman(34), "? Temperatura corporal 41.8 °C. ¿Es correcto este valor?"),
		Entry("systolic below diastolic", observation.Set{observation.Systolic: value("80"), observation.Diastolic: value("120")}, woman(34),
			"! La sistólica es mayor que la diastólica; aquí hay 80/120."),
		Entry("both the same", observation.Set{observation.Systolic: value("90"), observation.Diastolic: value("90")}, woman(34),
			"! La sistólica es mayor que la diastólica; aquí hay 90/90."),
		Entry("close together", observation.Set{observation.Systolic: value("98"), observation.Diastolic: value("90")}, woman(34),
			"? Presión arterial 98/90 mmHg. ¿Es correcto este valor?"),
		Entry("the refused before the asked", observation.Set{observation.Systolic: value("210"), observation.Temperature: value("5")}, man(60),
			"! Temperatura corporal: va de 25 a 45 °C; aquí hay 5.", "? Presión arterial sistólica 210 mmHg. ¿Es correcto este valor?"),
		Entry("a baby of sixty kilograms", observation.Set{observation.Weight: value("60")}, child(200), "? Peso corporal 60 kg. ¿Es correcto este valor?"),
		Entry("grams for kilograms", observation.Set{observation.Weight: value("3200")}, child(3), "! Peso corporal: va de 0.3 a 350 kg; aquí hay 3200."),
		Entry("a newborn", observation.Set{observation.Weight: value("3.25"), observation.Height: value("50"), observation.HeartRate: value("150"), observation.Breathing: value("48")}, child(3)),
		Entry("an adult of twelve kilograms", observation.Set{observation.Weight: value("12")}, man(40), "? Peso corporal 12 kg. ¿Es correcto este valor?"),
		Entry("metres for centimetres", observation.Set{observation.Height: value("1.62")}, man(40), "! Talla (estatura): va de 20 a 250 cm; aquí hay 1.62."),
		Entry("weight and height that do not go together", observation.Set{observation.Weight: value("180"), observation.Height: value("125")}, man(40),
			"? Índice de masa corporal (IMC) 115.2 kg/m². ¿Es correcto este valor?"),
		Entry("saturation of 101", observation.Set{observation.Saturation: value("101")}, man(40), "! Saturación de oxígeno por oximetría de pulso: va de 40 a 100 %; aquí hay 101."),
		Entry("85 in Huánuco", observation.Set{observation.Saturation: value("85")}, at(man(40), 1900), "? Saturación de oxígeno por oximetría de pulso 85 %. ¿Es correcto este valor?"),
		Entry("85 in Cerro de Pasco", observation.Set{observation.Saturation: value("85")}, at(man(40), 4338)),
		Entry("platelets in other units", observation.Set{observation.Platelets: value("150000")}, man(40), "! Plaquetas (automatizado): va de 0 a 5000 ×10³/µL; aquí hay 150000."),
		Entry("a negative result", observation.Set{"2093-3": value("-4")}, man(40), "! Colesterol total: como mínimo 0 mg/dL; aquí hay -4."),
		Entry("words for a number", observation.Set{"2093-3": {Text: "alto"}}, man(40), "! Colesterol total: se espera un número."),
		Entry("an answer that is none of the list", observation.Set{"883-9": {Text: "C"}}, man(40), "! Grupo sanguíneo ABO: elija A, B, AB o O."),
		Entry("a number where a word is asked", observation.Set{"883-9": value("1")}, man(40), "! Grupo sanguíneo ABO: elija A, B, AB o O."),
		Entry("nothing", observation.Set{"630-4": {}}, man(40), "! Falta el resultado de urocultivo."),
		Entry("a code of nobody", observation.Set{"1-8": value("1")}, man(40), "! El código 1-8 no está en la lista."),
		Entry("a part larger than the whole", observation.Set{"1968-7": value("2"), "1975-2": value("1")}, man(40), "! La bilirrubina directa es mayor que la total."),
		Entry("nobody's age: as a grown-up", observation.Set{observation.Weight: value("12")}, observation.Subject{}, "? Peso corporal 12 kg. ¿Es correcto este valor?"),
	)

	It("never falls over, whatever it holds, and says the same each time", func() {
		codes := []string{"", "x", "58410-2", observation.Systolic, observation.Diastolic, observation.Weight, observation.Height, observation.Saturation, observation.Haemoglobin, "883-9", "630-4"}
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			set := observation.Set{}
			for _, code := range rapid.SliceOf(rapid.SampledFrom(codes)).Draw(t, "codes") {
				set[code] = observation.Value{Text: rapid.String().Draw(t, "text")}
				if rapid.Bool().Draw(t, "a number") {
					set[code] = observation.Of(decimal.New(rapid.Int64().Draw(t, "number"), rapid.Int32Range(-6, 6).Draw(t, "exponent")))
				}
			}
			altitude := rapid.IntRange(-500, 9000).Draw(t, "altitude")
			s := observation.Subject{Age: observation.AgeAt(today.AddDate(0, 0, -rapid.IntRange(-1, 50000).Draw(t, "days")), today),
				Sex: observation.Sex(rapid.SampledFrom([]string{"", "F", "M"}).Draw(t, "sex")), Trimester: rapid.IntRange(0, 4).Draw(t, "trimester"), Altitude: &altitude}
			first := observation.Problems(set, s)
			for range 3 {
				if again := observation.Problems(set, s); !slices.Equal(again, first) {
					t.Fatalf("%v, then %v", first, again)
				}
			}
			for code, v := range set {
				observation.Judge(code, v, s, nil)
			}
		})
	})
})
