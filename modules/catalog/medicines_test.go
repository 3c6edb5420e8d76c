package catalog_test

import (
	"net/http"
	"net/url"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/textfold"
)

var _ = Describe("the medicines", Ordered, func() {
	var medicines *catalog.Medicines

	BeforeAll(func() {
		var err error
		medicines, err = catalog.LoadMedicines()
		Expect(err).NotTo(HaveOccurred())
	})

	It("are all there, whole, each under its own id", func() {
		Expect(medicines.Len()).To(Equal(610))
		names := map[string]bool{}
		for _, m := range medicines.All() {
			found, _ := medicines.Find(m.ID)
			Expect(found).To(Equal(m))
			Expect([]string{m.DCI, m.Strength, m.Form, m.Route, m.ATC, m.Group}).NotTo(ContainElement(""), m.ID)
			Expect(m.Sale.Label()).NotTo(BeEmpty(), m.ID)
			Expect(m.Strength).NotTo(MatchRegexp(`\d,\d\d? `), "%s: a decimal point, as everywhere", m.ID)
			names[m.DCI] = true
		}
		Expect(names).To(HaveLen(380))
		_, known := medicines.Find("M9999")
		Expect(known).To(BeFalse())
	})

	DescribeTable("are found as a doctor types", func(query, label string) {
		found := medicines.Search(query, 10)
		Expect(found).NotTo(BeEmpty())
		Expect(found[0].Label()).To(HavePrefix(label))
	},
		Entry("four letters", "amox", "Amoxicilina 500 mg"),
		Entry("with the strength", "amox 250", "Amoxicilina 250 mg/5 mL"),
		Entry("with the form", "parac tab 500", "Paracetamol 500 mg, tableta"),
		Entry("without accents, in capitals", "ACIDO FOL", "Ácido fólico"),
		Entry("a combination, in any order", "clavul amox 875", "Amoxicilina + ácido clavulánico 875 mg"),
		Entry("the second ingredient", "clavulanico", "Amoxicilina + ácido clavulánico"),
		Entry("with a slip", "amoxisilina", "Amoxicilina"),
		Entry("with two letters swapped", "ibuporfeno", "Ibuprofeno"),
		Entry("by another name", "aspirina", "Ácido acetilsalicílico"),
		Entry("penicillins by their first name", "penicilina", "Bencilpenicilina"),
		Entry("a decimal as it is typed", "warf", "Warfarina 5 mg"),
	)

	It("find nothing for nothing and for nonsense, and no more than asked", func() {
		Expect(medicines.Search("  ", 10)).To(BeEmpty())
		Expect(medicines.Search("zzzz", 10)).To(BeEmpty())
		Expect(medicines.Search("a", 7)).To(HaveLen(7))
		Expect(medicines.Search("a", -1)).To(BeEmpty())
	})

	It("are found by any beginnings of their own words", func() {
		all := medicines.All()
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			m := rapid.SampledFrom(all).Draw(t, "medicine")
			typed := []string{}
			for _, word := range rapid.Permutation(textfold.Words(m.DCI+" "+m.Strength)).Draw(t, "words") {
				typed = append(typed, word[:rapid.IntRange(1, len(word)).Draw(t, "letters")])
			}
			for _, found := range medicines.Search(strings.Join(typed, " "), len(all)) {
				if found == m {
					return
				}
			}
			t.Fatalf("%v does not find %s", typed, m.Label())
		})
	})

	DescribeTable("name their ingredients", func(dci string, ingredients ...string) {
		Expect(catalog.Ingredients(dci)).To(Equal(ingredients))
	},
		Entry(nil, "Ibuprofeno", "Ibuprofeno"),
		Entry(nil, "Amoxicilina + ácido clavulánico", "Amoxicilina", "ácido clavulánico"),
		Entry(nil, "Neomicina + polimixina B + dexametasona", "Neomicina", "polimixina B", "dexametasona"),
		Entry(nil, "Complejo B (B1 + B6 + B12)", "Complejo B (B1 + B6 + B12)"),
		Entry(nil, " a ++ b", "a", "b"),
	)

	It("are offered to whoever works here, on the page and to programs", func() {
		a := newApp()
		desk, nobody := a.as(a.Norte, accounts.Receptionist), a.as(a.Norte, accounts.SuperAdmin)
		page := desk.post("/medicamentos/buscar", url.Values{"q": {"clinda 300"}})
		Expect(page.Code).To(Equal(http.StatusOK))
		Expect(page.Body.String()).To(And(ContainSubstring(`data-valor="M0145"`), ContainSubstring(`data-texto="Clindamicina 300 mg, cápsula"`)))
		Expect(desk.post("/medicamentos/buscar", url.Values{"q": {"<zzzz>"}}).Body.String()).To(ContainSubstring("«&lt;zzzz&gt;»"))
		Expect(desk.post("/medicamentos/buscar", nil).Body.String()).To(BeEmpty())
		Expect(nobody.post("/medicamentos/buscar", nil).Code).To(Equal(http.StatusNotFound))

		answer := desk.get("/api/v1/medicines?limit=1&q=" + url.QueryEscape("amox clav 875"))
		Expect(answer.Code).To(Equal(http.StatusOK))
		Expect(answer.Body.String()).To(MatchJSON(`{"items":[{"id":"M0052","dci":"Amoxicilina + ácido clavulánico","ingredients":["Amoxicilina","ácido clavulánico"],
			"strength":"875 mg + 125 mg","form":"tableta","route":"oral","atc":"J01CR02","group":"Antibióticos","sale":"R"}]}`))
		Expect(desk.get("/api/v1/medicines").Body.String()).To(MatchJSON(`{"items":[]}`))
		Expect(nobody.get("/api/v1/medicines?q=a").Code).To(BeElementOf(http.StatusForbidden, http.StatusNotFound))
	})
})
