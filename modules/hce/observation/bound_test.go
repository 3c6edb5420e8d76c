package observation_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/hce/observation"
)

// words is a value that is no number.
func words(text string) observation.Value { return observation.Value{Text: text} }

var _ = Describe("a result beyond what the apparatus reads", func() {
	DescribeTable("is read with its sign, and kept as it was given", func(typed, kept string) {
		b, read := observation.ReadBound(typed)
		Expect(read).To(Equal(kept != ""))
		if read {
			Expect(b.String()).To(Equal(kept))
		}
	},
		Entry(nil, "<0.01", "<0.01"), Entry(nil, "< 0,010", "<0.010"), Entry(nil, ">1000", ">1000"), Entry(nil, ">= 5", "≥5"), Entry(nil, "≤2", "≤2"),
		Entry("no sign", "5", ""), Entry("no number", "<", ""), Entry("two signs", "<>5", ""), Entry("a negative one", "<-1", ""), Entry("words", "< uno", ""),
	)

	DescribeTable("is flagged only where its side is sure", func(code, text string, flag observation.Flag) {
		j := observation.Judge(code, words(text), man(40), nil)
		Expect(j.Flag).To(Equal(flag), j.Range.Words())
		Expect(j.Critical != "").To(Equal(flag == observation.CriticalHigh || flag == observation.CriticalLow))
	},
		Entry("below the lower end", observation.Potassium, "<3.0", observation.Low),
		Entry("below something inside: nobody knows", observation.Potassium, "<4.5", observation.NoFlag),
		Entry("above the upper end", observation.Potassium, ">5.5", observation.High),
		Entry("above a critical value, its edge too", observation.Potassium, ">9", observation.CriticalHigh),
		Entry("words of a vital sign are words", observation.Temperature, "<37", observation.NoFlag),
	)

	It("goes by the laboratory's range where one is printed, and is normal where that has one end", func() {
		lab := observation.Laboratory(some("0"), some("0.04"))
		Expect(observation.Judge(observation.Potassium, words("<0.01"), man(40), &lab).Flag).NotTo(Equal(observation.High))
		open := observation.Range{High: some("200"), Source: "lab"}
		Expect(observation.Judge("2093-3", words("<50"), man(40), &open).Flag).To(Equal(observation.Normal))
		Expect(observation.Judge("2093-3", words(">500"), man(40), &open).Flag).To(Equal(observation.High))
	})

	It("stands with its unit, and nothing is reckoned with it", func() {
		kind, _ := observation.KindOf(observation.Potassium)
		Expect(kind.Words(words(">9"))).To(Equal(">9 " + kind.Unit()))
		set := observation.Set{observation.Potassium: words(">9")}
		Expect(observation.Problems(set, man(40))).To(BeEmpty())
		Expect(set.WithComputed()).To(HaveLen(1))
		refused := observation.Problems(observation.Set{observation.Potassium: words("<0")}, man(40))
		Expect(refused).To(HaveLen(1))
		Expect(refused[0].Words).To(ContainSubstring("no puede ser <0"))
		Expect(observation.Problems(observation.Set{observation.Temperature: words("<37")}, man(40))).To(HaveLen(1), "a vital sign is a number")
	})
})
