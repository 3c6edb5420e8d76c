package cie10_test

import (
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/catalog/cie10"
	"hampi/modules/catalog/cie10/cie10test"
	"hampi/modules/platform/textfold"
)

var _ = Describe("searching", func() {
	first := func(typed string, prefer cie10.Preference) string {
		GinkgoHelper()
		found := index.Search(typed, prefer, 5)
		Expect(found).NotTo(BeEmpty(), typed)
		return found[0].Code
	}

	DescribeTable("finds what a doctor means",
		func(typed, specialty, code string) {
			Expect(first(typed, cie10.Preference{Specialty: specialty})).To(Equal(code))
		},
		Entry("by code", "K02.1", "", "K02.1"), Entry("without dot", "k021", "", "K02.1"), Entry("filled up", "I10X", "", "I10"),
		Entry("words in any order", "cronica periodontitis", "", "K05.3"), Entry("without accents", "fistula absceso periapical con", "", "K04.6"),
		Entry("sin is not con", "absceso periapical sin fistula", "", "K04.7"), Entry("beginnings", "abs peri sin fis", "", "K04.7"),
		Entry("capitals", "PTERIGIÓN", "", "H11.0"), Entry("a slip", "pterijion", "", "H11.0"), Entry("two slips", "conjuntibitis alerjica", "", "H10.1"),
		Entry("as it sounds", "bronkitis", "", "J20.9"), Entry("an abbreviation", "HTA", "", "I10"), Entry("a lay word", "muela picada", "", "K02.1"),
		Entry("the family alone is its unspecified code", "blefaritis", "", "H01.0"), Entry("so for a heading", "embarazo ectopico", "", "O00.9"),
		Entry("a word for another that says the same", "calculo de riñon", "", "N20.0"),
		Entry("ambiguous in obstetrics", "PE", "obstetricia", "O14.9"), Entry("ITU in obstetrics", "ITU", "obstetricia", "O23.4"),
		Entry("ITU elsewhere", "ITU", "medicina_general", "N39.0"), Entry("IRA of a child", "IRA", "pediatria", "J06.9"),
		Entry("a letter left out", "clulitis", "", "L03.9"), Entry("a side, a degree and a figure that no code has", "pterigion nasal grado ii od", "oftalmologia", "H11.0"),
		Entry("a noun for its adjective", "aterosclerosis aortica", "", "I70.0"), Entry("a disease of a pregnant woman", "asma en gestante", "obstetricia", "O99.5"),
		Entry("a childbirth, which is no part", "parto con forceps", "obstetricia", "O81.3"), Entry("pseudo as it is said", "pseudoartrosis", "", "M84.1"),
		Entry("a plural that is misspelled", "cariez", "", "K02.9"), Entry("as many people write it", "transtorno de ansiedad", "", "F41.9"),
		Entry("another word of the family", "toxoplasmosis ocular", "oftalmologia", "B58.0"), Entry("a side that no code has", "dolor de rodilla derecha", "", "M25.5"),
		Entry("a word that is typed apart", "pre eclampsia severa", "", "O14.1"),
	)

	It("lists a category's codes, never the heading or what is no longer used", func() {
		Expect(codesOf(index.Search("k02", cie10.Preference{}, 20))).To(Equal([]string{"K02.0", "K02.1", "K02.2", "K02.3", "K02.4", "K02.5", "K02.8", "K02.9"}))
		Expect(codesOf(index.Search("K0", cie10.Preference{}, 3))).To(Equal([]string{"K00.0", "K00.1", "K00.2"}))
		Expect(codesOf(index.Search("dengue", cie10.Preference{}, 50))).NotTo(ContainElement("A90"))
	})

	It("finds nothing for nothing known, for nothing typed and for no room", func() {
		Expect(index.Search("xyzzyq", cie10.Preference{}, 5)).To(BeEmpty())
		Expect(index.Search("  ", cie10.Preference{}, 5)).To(BeEmpty())
		Expect(index.Search("caries", cie10.Preference{}, 0)).To(BeEmpty())
	})

	It("prefers what the doctor and the specialty use, and begins with it when nothing is typed", func() {
		typed := "caries"
		usual := codesOf(index.Search(typed, cie10.Preference{}, 8))
		Expect(usual[0]).To(Equal("K02.9"))
		Expect(first(typed, cie10.Preference{Doctor: map[string]int{"K02.1": 40}})).To(Equal("K02.1"))
		Expect(first(typed, cie10.Preference{SpecialtyUses: map[string]int{"K02.1": 400}})).To(Equal("K02.1"))
		Expect(first("hipertension arterial", cie10.Preference{Doctor: map[string]int{"K02.1": 4000}})).To(Equal("I10"), "use lifts only what was asked for")
		used := cie10.Preference{Doctor: map[string]int{"K02.1": 3, "K05.1": 9, "K02": 50, "X99.99": 7}}
		Expect(codesOf(index.Search("", used, 5))).To(Equal([]string{"K05.1", "K02.1"}))
	})

	It("goes on with what is near to what was typed", func() {
		Expect(codesOf(index.Search("gripe", cie10.Preference{}, 5))).To(HaveEach(Or(HavePrefix("J10."), HavePrefix("J11."))))
		Expect(codesOf(index.Search("diabetes tipo 2", cie10.Preference{}, 5))).To(HaveEach(Or(HavePrefix("E10."), HavePrefix("E11."), HavePrefix("E14."))))
		Expect(codesOf(index.Search("cariez", cie10.Preference{}, 5))).To(HaveEach(HavePrefix("K02.")))
	})

	It("leaves out the codes of the other sex", func() {
		for _, typed := range []string{"embarazo", "prostatitis", "N4", "infertilidad"} {
			for _, sex := range []cie10.Sex{cie10.Female, cie10.Male} {
				for _, c := range index.Search(typed, cie10.Preference{Sex: sex}, 20) {
					Expect(c.Sex).To(Or(BeEmpty(), Equal(sex)), "%s %s", typed, c.Code)
				}
			}
		}
	})

	titles := func(t *rapid.T) cie10.Entry {
		return rapid.SampledFrom(builtIn.Entries).Filter(func(e cie10.Entry) bool {
			return e.Selectable() && !strings.ContainsRune("VWXY", rune(e.Code.Code[0])) // those repeat each other ten times
		}).Draw(t, "entry")
	}

	It("finds a title by its words in any order, without accents", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			e := titles(t)
			words := textfold.Words(e.Title)
			words = rapid.Permutation(words[:min(len(words), 10)]).Draw(t, "words")
			found := index.Search(strings.Join(words, " "), cie10.Preference{}, 12)
			Expect(codesOf(found)).To(ContainElement(e.Code.Code))
		})
	})

	It("takes anything, gives selectable codes once each and no more than asked, to any number at once", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-zñá]{1,9} ){0,30}`), rapid.StringMatching(`[A-Z][0-9]{0,6}\.?[0-9X]*`)).Draw(t, "typed")
			limit := rapid.IntRange(0, 30).Draw(t, "limit")
			var both [2][]cie10.Code
			var done sync.WaitGroup
			for i := range both {
				done.Go(func() { both[i] = index.Search(typed, cie10.Preference{Specialty: "odontologia"}, limit) })
			}
			done.Wait()
			Expect(both[0]).To(Equal(both[1]))
			Expect(len(both[0])).To(BeNumerically("<=", limit))
			seen := codesOf(both[0])
			slices.Sort(seen)
			Expect(slices.Compact(slices.Clone(seen))).To(Equal(seen))
			for _, c := range both[0] {
				Expect(c.Selectable()).To(BeTrue())
			}
		})
	})
})

var _ = Describe("the search, measured by what doctors type", func() {
	measure := func(c *cie10.CIE10, list string, top1, top5 float64) {
		GinkgoHelper()
		queries, err := cie10test.Queries(list)
		Expect(err).NotTo(HaveOccurred())
		s := cie10test.Measure(c, queries)
		missed := s.Missed
		if !strings.HasPrefix(list, "afinar") {
			missed = nil // which ones is not to be looked at
		}
		Expect(s.Top1()).To(BeNumerically(">=", top1), "%s, first: %v", list, missed)
		Expect(s.Top5()).To(BeNumerically(">=", top5), "%s, among five: %v", list, missed)
	}
	all := func(c *cie10.CIE10) {
		GinkgoHelper()
		measure(c, cie10test.Tuning, 0.99, 0.99)
		measure(c, cie10test.Rare, 0.98, 0.99)
		measure(c, cie10test.Everyday, 0.99, 0.99)
		measure(c, cie10test.Drawn, 0.93, 0.97)
		measure(c, cie10test.Sealed, 0.99, 0.99)
		measure(c, cie10test.Random, 0.82, 0.95)
		measure(c, cie10test.Fresh, 0.93, 0.96)
		measure(c, cie10test.Daily, 0.98, 0.99)
		measure(c, cie10test.Blind, 0.87, 0.97)
		measure(c, cie10test.Last, 0.88, 0.97)
	}

	It("has at least two hundred queries, half of them sealed", func() {
		tuning, err := cie10test.Queries(cie10test.Tuning)
		Expect(err).NotTo(HaveOccurred())
		sealed, err := cie10test.Queries(cie10test.Sealed)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(tuning) + len(sealed)).To(BeNumerically(">=", 200))
		Expect(len(sealed)).To(BeNumerically(">=", len(tuning)))
	})

	It("does well on the built-in table", func() { all(index) })

	It("does well on the Peruvian table", func() {
		table, there, err := cie10test.Peruvian(builtIn)
		Expect(err).NotTo(HaveOccurred())
		if !there {
			Skip("the Peruvian table is not at hand")
		}
		all(cie10.New(table))
	})
})
