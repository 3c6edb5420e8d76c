package cie10_test

import (
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/catalog/cie10"
	"hampi/modules/platform/fault"
)

var _ = Describe("a code", func() {
	DescribeTable("is kept with its dot, however it is written",
		func(typed, code string) {
			dotted, ok := cie10.Dotted(typed)
			Expect(ok).To(BeTrue())
			Expect(dotted).To(Equal(code))
		},
		Entry("with dot", "K02.1", "K02.1"), Entry("without", "K021", "K02.1"), Entry("small", " k021 ", "K02.1"),
		Entry("a category", "I10", "I10"), Entry("filled up", "I10X", "I10"), Entry("filled up after a dot", "i10.x", "I10"),
		Entry("Peru's own five signs", "J4591", "J45.91"), Entry("and six", "z30051", "Z30.051"),
	)

	DescribeTable("is not just anything", func(typed string) {
		_, ok := cie10.Dotted(typed)
		Expect(ok).To(BeFalse())
	},
		Entry("nothing", ""), Entry("words", "caries"), Entry("too short", "K0"), Entry("too long", "K02.1234"), Entry("a dot too early", "K0.21"),
		Entry("two dots", "K02..1"), Entry("a figure first", "102.1"), Entry("a letter in the middle", "KO2.1"),
	)

	It("comes back from how MINSA's forms write it", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			e := rapid.SampledFrom(builtIn.Entries).Draw(t, "entry")
			bare := strings.ReplaceAll(e.Code.Code, ".", "")
			if len(bare) == 3 {
				bare += "X"
			}
			found, ok := index.Find(strings.ToLower(bare))
			Expect(ok).To(BeTrue())
			Expect(found).To(Equal(e.Code))
		})
	})
})

var _ = Describe("the built-in table", func() {
	It("is whole, and has what the package lacks", func() {
		Expect(index.Len()).To(BeNumerically(">=", 14_200))
		for _, code := range []string{"I10", "K02.1", "K02.5", "H11.0", "O14.1", "O14.2", "O60.0", "Z34.9", "A97.0", "A09.0", "I48.9", "U07.1", "C80.9", "N18.3", "M79.7"} {
			found, ok := index.Find(code)
			Expect(ok).To(BeTrue(), code)
			Expect(found.Selectable()).To(BeTrue(), code)
		}
	})

	It("is written with its accents, its proper names and its letters of kind", func() {
		for code, title := range map[string]string{
			"I10": "Hipertensión esencial (primaria)", "H11.0": "Pterigión", "K04.7": "Absceso periapical sin fístula", "L60.0": "Uña encarnada",
			"H36.0": "Retinopatía diabética", "O15.9": "Eclampsia, en período no especificado", "B57.1": "Enfermedad de Chagas aguda que no afecta al corazón",
			"B16.9": "Hepatitis aguda tipo B, sin agente delta y sin coma hepático", "F51.0": "Insomnio no orgánico", "Q90.9": "Síndrome de Down, no especificado",
		} {
			found, _ := index.Find(code)
			Expect(found.Title).To(Equal(title))
		}
		for _, e := range builtIn.Entries {
			Expect(e.Title).NotTo(MatchRegexp(`cion\b|sion\b|logia\b|grafia\b|tomia\b|[ÃÂ�]|  | $|^[a-z]|\([a-z][0-9]{2}`), e.Code.Code)
		}
	})

	It("knows headings, sexes and manifestations", func() {
		heading := func(code string) bool { c, _ := index.Find(code); return c.Heading }
		Expect(heading("K02")).To(BeTrue())
		Expect(heading("I10")).To(BeFalse())
		Expect(heading("A09")).To(BeFalse(), "MINSA still takes it by itself")
		sex := func(code string) cie10.Sex { c, _ := index.Find(code); return c.Sex }
		Expect([]cie10.Sex{sex("O14.1"), sex("N40"), sex("Z30.1"), sex("Z30.2"), sex("N99.1"), sex("N99.2")}).To(Equal([]cie10.Sex{"F", "M", "F", "", "", "F"}))
		asterisk := func(code string) bool { c, _ := index.Find(code); return c.Asterisk }
		Expect(asterisk("H36.0")).To(BeTrue())
		Expect(asterisk("H35.3")).To(BeFalse())
	})

	It("survives being written down", func() {
		again, err := cie10.ParseTable(builtIn.String())
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(builtIn))
	})

	It("has only codes and words that exist in the lists beside it", func() {
		words, err := cie10.Words(os.DirFS("."))
		Expect(err).NotTo(HaveOccurred())
		Expect(words.Terms).To(Equal(builtIn.Terms), "run go generate ./modules/catalog")
		for _, term := range words.Terms {
			Expect(term.Words).NotTo(BeEmpty())
			known := false
			for _, code := range term.Codes {
				found, ok := index.Find(code)
				known = known || ok && found.Selectable()
			}
			Expect(known).To(BeTrue(), "%s: %v", term.Words, term.Codes)
		}
	})

	DescribeTable("is refused when it is none", func(text string) {
		_, err := cie10.ParseTable(text)
		Expect(err).To(HaveOccurred())
	},
		Entry("nothing", ""), Entry("no entries", "#terms\n#synonyms\n#alike\n"), Entry("no title", "I10\n"), Entry("no dot", "K021\tCaries\n"), Entry("HTML", "<html>\n"),
	)
})

var _ = Describe("a diagnosis to be noted", func() {
	check := func(n cie10.Noted) string {
		_, err := index.Check("diagnosticos", n)
		fields, _ := fault.Fields(err)
		return fields["diagnosticos"]
	}

	It("is the catalogue's code", func() {
		code, err := index.Check("diagnosticos", cie10.Noted{Code: "k021", Sex: cie10.Female, First: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(code.Code).To(Equal("K02.1"))
		Expect(code.Title).To(Equal("Caries de la dentina"))
	})

	DescribeTable("is refused in words", func(n cie10.Noted, words string) { Expect(check(n)).To(ContainSubstring(words)) },
		Entry("nothing", cie10.Noted{}, "Elija un diagnóstico"),
		Entry("no code", cie10.Noted{Code: "Z99.8Q7"}, "no está en la CIE-10"),
		Entry("words", cie10.Noted{Code: strings.Repeat("caries ", 50)}, "«caries carie» no está"),
		Entry("a heading", cie10.Noted{Code: "K02"}, "K02 es una categoría. Elija uno de sus códigos, como K02.9."),
		Entry("a code that is no longer used", cie10.Noted{Code: "A90"}, "ya no se usa"),
		Entry("the other sex", cie10.Noted{Code: "N40", Sex: cie10.Female}, "solo en hombres"),
		Entry("and the other way round", cie10.Noted{Code: "O14.1", Sex: cie10.Male}, "solo en mujeres"),
		Entry("a manifestation first", cie10.Noted{Code: "H36.0", First: true}, "anote primero la enfermedad"),
	)

	It("may be a manifestation after its cause, and anything while the sex is not known", func() {
		Expect(check(cie10.Noted{Code: "H36.0"})).To(BeEmpty())
		Expect(check(cie10.Noted{Code: "N40"})).To(BeEmpty())
	})
})
