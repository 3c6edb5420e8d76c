package catalog_test

import (
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/catalog"
	"hampi/modules/platform/textfold"
)

var _ = Describe("the places of Peru", func() {
	var places *catalog.Places

	BeforeEach(func() {
		var err error
		places, err = catalog.LoadPlaces()
		Expect(err).NotTo(HaveOccurred())
	})

	It("are all there", func() {
		Expect(places.Len()).To(Equal(1891))
	})

	DescribeTable("have the codes of INEI",
		func(code, label string) {
			place, ok := places.ByCode(code)
			Expect(ok).To(BeTrue())
			Expect(place.Label()).To(Equal(label))
		},
		Entry("Miraflores", "150122", "Miraflores, Lima, Lima"),
		Entry("Trujillo", "130101", "Trujillo, Trujillo, La Libertad"),
		Entry("Callao", "070101", "Callao, Callao, Callao"),
		Entry("Amarilis", "100102", "Amarilis, Huánuco, Huánuco"),
		Entry("a district newer than the package", "130112", "Alto Trujillo, Trujillo, La Libertad"),
	)

	It("know no other code", func() {
		for _, code := range []string{"", "15", "1501", "150199", "abcdef", "1501220"} {
			_, ok := places.ByCode(code)
			Expect(ok).To(BeFalse(), code)
		}
	})

	first := func(query string) string {
		GinkgoHelper()
		found := places.Search(query, 10)
		Expect(found).NotTo(BeEmpty())
		return found[0].Label()
	}

	DescribeTable("are found as they are typed",
		func(query, label string) { Expect(first(query)).To(Equal(label)) },
		Entry("by name", "amarilis", "Amarilis, Huánuco, Huánuco"),
		Entry("by its beginning, in capitals", "AMARI", "Amarilis, Huánuco, Huánuco"),
		Entry("with the department, in any order", "huanuco amar", "Amarilis, Huánuco, Huánuco"),
		Entry("the district before the department of its name", "lima", "Lima, Lima, Lima"),
		Entry("one of many of that name", "miraflores lima", "Miraflores, Lima, Lima"),
		Entry("without ñ", "nunoa", "Nuñoa, Melgar, Puno"),
		Entry("by its code", "150122", "Miraflores, Lima, Lima"),
		Entry("with a slip", "amarylis", "Amarilis, Huánuco, Huánuco"),
		Entry("with two letters swapped", "miarflores arequipa", "Miraflores, Arequipa, Arequipa"),
	)

	It("find nothing for nothing and for nonsense, and no more than asked", func() {
		Expect(places.Search("  ", 10)).To(BeEmpty())
		Expect(places.Search("zzzz", 10)).To(BeEmpty())
		Expect(places.Search("san", 7)).To(HaveLen(7))
	})

	It("are found by any beginnings of their own words", func() {
		all := places.Search("1", 0)
		Expect(all).To(BeEmpty())
		codes := rapid.SampledFrom([]string{"010101", "021103", "100102", "130112", "150122", "211105", "250307"})
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			place, _ := places.ByCode(codes.Draw(t, "code"))
			words := rapid.Permutation(textfold.Words(place.Label())).Draw(t, "words")
			for i, w := range words {
				words[i] = w[:rapid.IntRange(1, len(w)).Draw(t, "letters")]
			}
			Expect(places.Search(strings.Join(words, " "), 1891)).To(ContainElement(place))
		})
	})

	It("are written without stray signs", func() {
		plain := regexp.MustCompile(`^[\p{L}0-9 .'()-]+$`)
		for _, code := range []string{"01", "06", "10", "15", "25"} {
			for _, place := range places.Search(code, 2000) {
				Expect(place.District).To(MatchRegexp(plain.String()))
				Expect(place.Province).NotTo(BeEmpty())
				Expect(place.Department).NotTo(BeEmpty())
			}
		}
	})
})
