package prescribing_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"hampi/modules/hce/prescribing"
)

var _ = Describe("a line of a prescription", func() {
	with := func(i prescribing.Item, f prescribing.Frequency, d prescribing.Duration) prescribing.Item {
		i.Frequency, i.Duration = f, d
		i.Quantity = i.ComputedQuantity()
		return i
	}
	days := func(n int) prescribing.Duration { return prescribing.Duration{Value: n, Unit: prescribing.Days} }
	hours := func(n int) prescribing.Frequency {
		return prescribing.Frequency{Kind: prescribing.EveryHours, Number: n}
	}
	times := func(n int) prescribing.Frequency {
		return prescribing.Frequency{Kind: prescribing.TimesADay, Number: n}
	}

	DescribeTable("reads as a patient is told", func(make func() prescribing.Item, sig string) {
		Expect(prescribing.Sig(make())).To(Equal(sig))
	},
		Entry("tablets", func() prescribing.Item { return line("parac tab 500") }, "1 tableta por vía oral cada 8 horas por 5 días (15 tabletas)"),
		Entry("half a tablet", func() prescribing.Item { return with(dose(line("warf"), "0.5", "tableta"), times(1), days(30)) },
			"media tableta por vía oral 1 vez al día por 30 días (15 tabletas)"),
		Entry("one and a half", func() prescribing.Item { return with(dose(line("prednisona 5"), "1.5", "tableta"), times(2), days(3)) },
			"1 tableta y media por vía oral 2 veces al día por 3 días (9 tabletas)"),
		Entry("one day", func() prescribing.Item { return with(line("azitro tab"), times(1), days(1)) }, "1 tableta por vía oral 1 vez al día por 1 día (1 tableta)"),
		Entry("a weight for tablets", func() prescribing.Item { return dose(line("amox tab 500"), "1", "g") }, "1 g por vía oral cada 8 horas por 5 días (30 tabletas)"),
		Entry("a suspension", func() prescribing.Item { return with(dose(line("amox 250 susp"), "7.5", "mL"), hours(8), days(7)) },
			"7.5 mL por vía oral cada 8 horas por 7 días (3 frascos de 60 mL)"),
		Entry("a suspension by weight", func() prescribing.Item { return with(dose(line("amox 250 susp"), "375", "mg"), hours(8), days(7)) },
			"375 mg por vía oral cada 8 horas por 7 días (3 frascos de 60 mL)"),
		Entry("drops", func() prescribing.Item { return with(dose(line("parac gotas"), "20", "gota"), hours(6), days(3)) },
			"20 gotas por vía oral cada 6 horas por 3 días (2 frascos de 10 mL)"),
		Entry("drops for an eye", func() prescribing.Item {
			i := with(line("timolol"), times(2), days(30))
			i.Site = "ojo derecho"
			return i
		}, "1 gota por vía oftálmica en el ojo derecho 2 veces al día por 30 días (1 frasco de 5 mL)"),
		Entry("a cream", func() prescribing.Item { return with(line("clotrim crema"), times(2), days(14)) }, "1 aplicación por vía tópica 2 veces al día por 14 días (1 tubo)"),
		Entry("once", func() prescribing.Item {
			return with(dose(line("fluco 150"), "1", "cápsula"), prescribing.Frequency{Kind: prescribing.Once}, prescribing.Duration{})
		},
			"1 cápsula por vía oral en dosis única (1 cápsula)"),
		Entry("as needed", func() prescribing.Item {
			return with(line("ibup 400"), prescribing.Frequency{Kind: prescribing.AsNeeded, Number: 8, MostADay: 3, Condition: "dolor"}, days(3))
		}, "1 tableta por vía oral si hay dolor, cada 8 horas como mínimo, máximo 3 al día, por 3 días (9 tabletas)"),
		Entry("every two days", func() prescribing.Item { return with(line("prednisona 50"), hours(48), days(7)) }, "1 tableta por vía oral cada 48 horas por 7 días (4 tabletas)"),
		Entry("weeks and months", func() prescribing.Item {
			return with(line("enalapril 10"), times(2), prescribing.Duration{Value: 3, Unit: prescribing.Months})
		}, "1 tableta por vía oral 2 veces al día por 3 meses (180 tabletas)"),
		Entry("ampoules are not halved", func() prescribing.Item { return with(dose(line("diclo iny"), "0.5", "ampolla"), times(1), days(3)) },
			"media ampolla por vía parenteral 1 vez al día por 3 días (3 ampollas)"),
		Entry("inhalations", func() prescribing.Item {
			return with(dose(line("salbut aeros"), "2", "inhalación"), hours(6), days(5))
		},
			"2 inhalaciones por vía inhalatoria cada 6 horas por 5 días (1 inhalador de 200 dosis)"),
		Entry("nothing yet", func() prescribing.Item { return prescribing.Item{} }, ""),
	)

	It("writes the quantity out in letters", func() {
		Expect(prescribing.QuantityInWords(line("parac tab 500"))).To(Equal("15 (quince) tabletas"))
		i := line("amox 250 susp")
		i.Quantity = prescribing.Amount{Value: number("21"), Unit: "frasco de 60 mL"}
		Expect(prescribing.QuantityInWords(i)).To(Equal("21 (veintiún) frascos de 60 mL"))
		Expect(prescribing.QuantityInWords(prescribing.Item{})).To(BeEmpty())
	})

	It("proposes no quantity that it cannot know", func() {
		for _, i := range []prescribing.Item{{}, freely("Pasta al agua"), dose(line("parac tab 500"), "0", "tableta"), dose(line("parac tab 500"), "1", "mL"), dose(line("amox clav tab"), "500", "mg")} {
			Expect(i.ComputedQuantity().Value.IsZero()).To(BeTrue(), "%+v", i)
		}
	})

	DescribeTable("is not signed without what the norm asks", func(change func(*prescribing.Item), field, words string) {
		i := line("parac tab 500")
		Expect(i.Problems().Err()).To(Succeed())
		change(&i)
		Expect(i.Problems()).To(HaveKeyWithValue(field, words))
	},
		Entry("generic name", func(i *prescribing.Item) { i.DCI = " " }, "dci", "Falta el nombre genérico (DCI)."),
		Entry("strength", func(i *prescribing.Item) { i.Strength = "" }, "strength", "Falta la concentración."),
		Entry("form", func(i *prescribing.Item) { i.Form = "" }, "form", "Falta la forma farmacéutica."),
		Entry("route", func(i *prescribing.Item) { i.Route = "" }, "route", "Falta la vía."),
		Entry("dose", func(i *prescribing.Item) { i.Dose.Value = decimal.Zero }, "dose", "Falta la dosis."),
		Entry("a dose below nothing", func(i *prescribing.Item) { i.Dose.Value = number("-1") }, "dose", "Falta la dosis."),
		Entry("frequency", func(i *prescribing.Item) { i.Frequency = prescribing.Frequency{} }, "frequency", "Falta la frecuencia."),
		Entry("every nothing", func(i *prescribing.Item) { i.Frequency.Number = 0 }, "frequency", "Cada cuántas horas va de 1 a 168."),
		Entry("as needed without a most", func(i *prescribing.Item) { i.Frequency = prescribing.Frequency{Kind: prescribing.AsNeeded} }, "frequency", "Falta el máximo de veces al día."),
		Entry("duration", func(i *prescribing.Item) { i.Duration = prescribing.Duration{} }, "duration", "Falta la duración."),
		Entry("forty years", func(i *prescribing.Item) { i.Duration = prescribing.Duration{Value: 480, Unit: prescribing.Months} }, "duration", "La duración llega a un año."),
		Entry("quantity", func(i *prescribing.Item) { i.Quantity = prescribing.Amount{} }, "quantity", "Falta la cantidad total."),
		Entry("too many", func(i *prescribing.Item) { i.Quantity.Value = number("10000") }, "quantity", "Como máximo 9,999; aquí hay 10000."),
	)

	It("needs no duration for a single dose, and no strength when it is prepared", func() {
		i := freely("Pasta al agua")
		i.Frequency, i.Quantity = prescribing.Frequency{Kind: prescribing.Once}, prescribing.Amount{Value: number("1"), Unit: "pote"}
		Expect(i.Problems().Err()).To(Succeed())
	})

	It("ends with its last day, and a prescription thirty days on", func() {
		Expect(line("parac tab 500").EndsOn(today).Format("02/01")).To(Equal("28/11"))
		Expect(prescribing.Expires(today, prescribing.ExpiryDays).Format("02/01")).To(Equal("24/12"))
	})

	It("is doses times dose, rounded up to whole things", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			i := line("parac tab 500")
			quarters := rapid.Int64Range(1, 40).Draw(t, "quarters")
			i.Dose.Value = decimal.New(quarters*25, -2)
			n, d := rapid.IntRange(1, 24).Draw(t, "times"), rapid.IntRange(1, 90).Draw(t, "days")
			i.Frequency, i.Duration = times(n), days(d)
			expected := decimal.New(quarters*25*int64(n)*int64(d), -2).Ceil()
			if got := i.ComputedQuantity(); !got.Value.Equal(expected) || got.Unit != "tableta" {
				t.Fatalf("%v: %v, expected %s", i, got, expected)
			}
			i.Frequency = hours(n)
			if got, least := i.ComputedQuantity().Value, i.Dose.Value.Mul(decimal.NewFromInt(int64(d*24/n))); got.LessThan(least) {
				t.Fatalf("%s do not last: %s", got, least)
			}
		})
	})

	It("survives being kept", func() {
		i := line("amox clav tab 875")
		text, err := json.Marshal(i)
		Expect(err).NotTo(HaveOccurred())
		var back prescribing.Item
		Expect(json.Unmarshal(text, &back)).To(Succeed())
		Expect(prescribing.Sig(back)).To(Equal(prescribing.Sig(i)))
		Expect(string(text)).To(ContainSubstring(`"dose":{"value":"1","unit":"tableta"}`))
	})

	It("never falls over, whatever it says", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			i := anything(t)
			sig := prescribing.Sig(i) + prescribing.QuantityInWords(i)
			_ = i.Problems()
			_ = i.ComputedQuantity()
			if strings.Contains(sig, "%!") {
				t.Fatal(sig)
			}
		})
	})
})

// anything is a line as a broken client might send it.
func anything(t *rapid.T) prescribing.Item {
	plain := rapid.String().Filter(func(s string) bool { return !strings.Contains(s, "%") }) // a percent sign of its own is no broken format
	text := rapid.OneOf(plain, rapid.SampledFrom([]string{"", "Amoxicilina", "Ibuprofeno + cafeína", "500 mg", "250 mg/5 mL", "0 mg/0 mL", "tableta", "jarabe", "oral", "mg", "g", "mL", "gota", "J01CA04", "M01AE01"}))
	amount := func(name string) prescribing.Amount {
		return prescribing.Amount{Value: decimal.New(rapid.Int64().Draw(t, name), rapid.Int32Range(-4, 4).Draw(t, name+" exponent")), Unit: text.Draw(t, name+" unit")}
	}
	return prescribing.Item{
		DCI: text.Draw(t, "dci"), Strength: text.Draw(t, "strength"), Form: text.Draw(t, "form"), ATC: text.Draw(t, "atc"), Route: text.Draw(t, "route"), Site: text.Draw(t, "site"),
		Dose: amount("dose"), Quantity: amount("quantity"),
		Frequency: prescribing.Frequency{Kind: prescribing.FrequencyKind(rapid.SampledFrom([]string{"", "x", "every_hours", "times_a_day", "once", "as_needed"}).Draw(t, "kind")),
			Number: rapid.Int().Draw(t, "number"), MostADay: rapid.Int().Draw(t, "most")},
		Duration: prescribing.Duration{Value: rapid.Int().Draw(t, "value"), Unit: prescribing.DurationUnit(rapid.SampledFrom([]string{"", "days", "weeks", "months"}).Draw(t, "unit"))},
	}
}
