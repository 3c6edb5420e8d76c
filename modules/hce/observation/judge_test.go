package observation_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/hce/observation"
)

var _ = Describe("a value against what is usual", func() {
	DescribeTable("is flagged by age, sex, pregnancy and altitude",
		func(code, measured string, s observation.Subject, flag observation.Flag, alarm bool) {
			j := observation.Judge(code, value(measured), s, nil)
			Expect(j.Flag).To(Equal(flag), j.Range.Words())
			Expect(j.Alarm).To(Equal(alarm))
			Expect(j.Critical != "").To(Equal(flag == observation.CriticalHigh || flag == observation.CriticalLow))
			if j.Range.Known() {
				Expect(j.Range.Source).NotTo(BeEmpty())
			}
		},
		Entry("pressure at rest", observation.Systolic, "129", man(40), observation.Normal, false),
		Entry("elevated: out of the usual, no alarm yet", observation.Systolic, "138", man(40), observation.High, false),
		Entry("high", observation.Systolic, "140", man(40), observation.High, true),
		Entry("a crisis", observation.Systolic, "180", man(40), observation.CriticalHigh, true),
		Entry("diastolic, elevated", observation.Diastolic, "89", man(40), observation.High, false),
		Entry("diastolic, high", observation.Diastolic, "90", man(40), observation.High, true),
		Entry("diastolic, a crisis", observation.Diastolic, "120", man(40), observation.CriticalHigh, true),
		Entry("a pregnant woman is narrower", observation.Systolic, "125", pregnant(1), observation.High, false),
		Entry("and alarms from 140", observation.Systolic, "140", pregnant(3), observation.High, true),
		Entry("and is severe from 160", observation.Systolic, "160", pregnant(2), observation.CriticalHigh, true),
		Entry("and from 110 below", observation.Diastolic, "110", pregnant(2), observation.CriticalHigh, true),
		Entry("a child out of its narrow row alarms nobody", observation.HeartRate, "150", child(20), observation.High, false),
		Entry("a newborn breathes faster", observation.Breathing, "42", child(20), observation.Normal, false),
		Entry("the elderly too", observation.Breathing, "22", woman(70), observation.Normal, false),
		Entry("no fever", observation.Temperature, "37.4", woman(20), observation.Normal, false),
		Entry("warm", observation.Temperature, "37.8", woman(20), observation.High, false),
		Entry("fever", observation.Temperature, "38.0", child(400), observation.High, true),
		Entry("saturation at the sea", observation.Saturation, "94", at(man(40), 20), observation.Low, true),
		Entry("saturation in Huánuco", observation.Saturation, "92", at(man(40), 1900), observation.Normal, false),
		Entry("saturation in Cerro de Pasco", observation.Saturation, "84", at(man(40), 4338), observation.Normal, false),
		Entry("the altitude is not set: shown, not alarmed", observation.Saturation, "90", man(40), observation.Low, false),
		Entry("and critical below 85", observation.Saturation, "84", man(40), observation.CriticalLow, true),
		Entry("at 85 not yet", observation.Saturation, "85", man(40), observation.Low, false),
		Entry("below what is usual anywhere", observation.Saturation, "79", at(man(40), 4338), observation.CriticalLow, true),
		Entry("far below the usual of the sea", observation.Saturation, "89", at(man(40), 150), observation.CriticalLow, true),
		Entry("far below the usual of the place", observation.Saturation, "86", at(man(40), 1900), observation.CriticalLow, true),
		Entry("haemoglobin of a woman", observation.Haemoglobin, "12.0", woman(30), observation.Normal, false),
		Entry("of a man", observation.Haemoglobin, "13.4", man(30), observation.Low, true),
		Entry("the same in Huánuco is anaemia", observation.Haemoglobin, "13.0", at(woman(30), 1900), observation.Low, true),
		Entry("NTS 213: 11.5 at 20 weeks in Huánuco", observation.Haemoglobin, "11.5", at(pregnant(2), 1900), observation.Low, true),
		Entry("NTS 213: 12.0 at 20 weeks in Huánuco", observation.Haemoglobin, "12.0", at(pregnant(2), 1900), observation.Normal, false),
		Entry("NTS 213: 12.0 at 32 weeks in Huánuco", observation.Haemoglobin, "12.0", at(pregnant(3), 1900), observation.Low, true),
		Entry("NTS 213: 12.1 at 32 weeks in Huánuco", observation.Haemoglobin, "12.1", at(pregnant(3), 1900), observation.Normal, false),
		Entry("potassium", observation.Potassium, "5.1", man(30), observation.High, true),
		Entry("potassium that kills", observation.Potassium, "6.8", man(30), observation.CriticalHigh, true),
		Entry("glucose that faints", observation.CapillaryGlucose, "50", man(30), observation.CriticalLow, true),
		Entry("glucose after a meal alarms nobody", observation.CapillaryGlucose, "130", man(30), observation.High, false),
		Entry("few platelets", observation.Platelets, "39", man(30), observation.CriticalLow, true),
		Entry("bilirubin of a newborn", "1975-2", "16", child(5), observation.CriticalHigh, true),
		Entry("an adult's table says nothing of a child", "2160-0", "0.4", child(900), observation.NoFlag, false),
		Entry("nor of somebody without an age", "2160-0", "0.4", observation.Subject{Sex: observation.Female}, observation.NoFlag, false),
		Entry("nor without a sex where it decides", "2160-0", "0.4", observation.Subject{Age: man(30).Age}, observation.NoFlag, false),
	)

	It("alarms about saturation at no altitude less than below 80, and never later than the form asks", func() {
		for metres := 0; metres <= 6500; metres += 50 {
			why, _ := observation.Critical(observation.Saturation, number("79"), at(man(40), metres))
			Expect(why).NotTo(BeEmpty(), "%d m", metres)
			asked := observation.AskedOxygen(&metres)
			why, _ = observation.Critical(observation.Saturation, asked, at(man(40), metres))
			Expect(why).To(BeEmpty(), "%d m", metres)
			Expect(observation.Problems(observation.Set{observation.Saturation: observation.Of(asked.Sub(number("1")))}, at(man(40), metres))).To(HaveLen(1), "%d m", metres)
		}
	})

	It("goes by the laboratory's own range when it printed one", func() {
		own := observation.Laboratory(some("3.0"), some("5.5"))
		j := observation.Judge(observation.Potassium, value("5.3"), man(30), &own)
		Expect(j.Flag).To(Equal(observation.Normal))
		Expect(j.Range.Words()).To(Equal("3–5.5"))
		Expect(observation.Judge(observation.Potassium, value("6.8"), man(30), &own).Flag).To(Equal(observation.CriticalHigh))
		empty := observation.Range{}
		Expect(observation.Judge(observation.Potassium, value("5.3"), man(30), &empty).Flag).To(Equal(observation.High))
	})

	It("says why it has to be acknowledged", func() {
		why, side := observation.Critical(observation.Potassium, number("6.8"), man(30))
		Expect(why).To(Equal("Potasio 6.8 mmol/L: valor crítico (más de 6.2)."))
		Expect(side).To(Equal(1))
		why, _ = observation.Critical(observation.Systolic, number("162"), pregnant(3))
		Expect(why).To(Equal("Presión arterial sistólica 162 mmHg: valor crítico (más de 159 en gestación)."))
		_, side = observation.Critical(observation.Potassium, number("2.8"), man(30))
		Expect(side).To(BeZero())
	})

	DescribeTable("reads words", func(code, text string, flag observation.Flag) {
		Expect(observation.Judge(code, observation.Value{Text: text}, man(30), nil).Flag).To(Equal(flag))
	},
		Entry(nil, "56888-1", "No reactivo", observation.Normal),
		Entry(nil, "56888-1", "reactivo", observation.Abnormal),
		Entry(nil, "5802-4", "Positivo", observation.Abnormal),
		Entry("a pregnancy is no illness", "2106-3", "Positivo", observation.NoFlag),
		Entry("a blood group is none either", "883-9", "O", observation.NoFlag),
		Entry("free words are for a person", "630-4", "E. coli", observation.NoFlag),
	)

	DescribeTable("prints the range", func(low, high, words string) {
		r := observation.Range{}
		if low != "" {
			r.Low = some(low)
		}
		if high != "" {
			r.High = some(high)
		}
		Expect(r.Words()).To(Equal(words))
	}, Entry(nil, "3.5", "5.0", "3.5–5"), Entry(nil, "", "199", "hasta 199"), Entry(nil, "95", "", "desde 95"), Entry(nil, "", "", ""))

	It("has an adjustment for every altitude up to 5,000 m", func() {
		for metres, adjustment := range map[int]string{0: "0", 499: "0", 500: "0.4", 1894: "1.1", 3250: "2.1", 4999: "3.3"} {
			found, ok := observation.HaemoglobinAdjustment(metres)
			Expect(ok).To(BeTrue())
			Expect(found.String()).To(Equal(adjustment))
		}
		_, ok := observation.HaemoglobinAdjustment(5000)
		Expect(ok).To(BeFalse())
		Expect(observation.RangeOf(observation.Haemoglobin, at(woman(30), 5100)).Known()).To(BeFalse())
	})
})
