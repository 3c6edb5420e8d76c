package textfold_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/platform/textfold"
)

func TestTextfold(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Textfold")
}

var _ = Describe("folding", func() {
	DescribeTable("makes one word of many spellings",
		func(written, folded string) { Expect(textfold.Fold(written)).To(Equal(folded)) },
		Entry("accents", "Óscar ÁLVAREZ Güímac", "oscar alvarez guimac"),
		Entry("ñ", "Ñahui Ibáñez", "nahui ibanez"),
		Entry("an accent written as a sign of its own", "Jose\u0301 Pen\u0303a", "jose pena"),
		Entry("other countries' letters", "Šimić Łukasz Çelik Ðorđe", "simic lukasz celik dorde"),
		Entry("what is no letter stays", "S/ 12.50 #3", "s/ 12.50 #3"),
		Entry("nothing", "", ""),
	)

	It("splits at whatever is no letter and no digit", func() {
		Expect(textfold.Words("  D'Ángelo-Ríos,  2.º turno ")).To(Equal([]string{"d", "angelo", "rios", "2", "o", "turno"}))
		Expect(textfold.Words(" -- ")).To(BeEmpty())
	})

	It("changes nothing the second time and leaves no capital and no accent", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			folded := textfold.Fold(rapid.String().Draw(t, "text"))
			Expect(textfold.Fold(folded)).To(Equal(folded))
			Expect(strings.ContainsFunc(folded, func(r rune) bool { return unicode.Is(unicode.Mn, r) })).To(BeFalse())
		})
	})

	It("does not care about case or about how an accent is written", func() {
		plain := rapid.StringOfN(rapid.RuneFrom([]rune("aeiouncs")), 1, 12, -1)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			word := plain.Draw(t, "word")
			accented := strings.NewReplacer("a", "á", "e", "e\u0301", "n", "ñ", "u", "Ü").Replace(word)
			Expect(textfold.Fold(accented)).To(Equal(word))
			Expect(textfold.Fold(strings.ToUpper(accented))).To(Equal(word))
		})
	})

	It("finds typed beginnings in any order", func() {
		words := textfold.Words("Villanueva Quispe, Karina")
		Expect(textfold.Begin([]string{"kar", "vill"}, words)).To(BeTrue())
		Expect(textfold.Begin([]string{"kar", "x"}, words)).To(BeFalse())
		Expect(textfold.Begin(nil, words)).To(BeTrue())
	})
})

var _ = Describe("the distance of two words", func() {
	DescribeTable("counts slips",
		func(a, b string, slips int) { Expect(textfold.Distance(a, b, 9)).To(Equal(slips)) },
		Entry("none", "quispe", "quispe", 0),
		Entry("one letter put for another", "quispe", "quizpe", 1),
		Entry("one left out", "huaman", "human", 1),
		Entry("one too many", "flores", "florres", 1),
		Entry("two neighbours swapped", "mamani", "maamni", 1),
		Entry("two of them", "gonzales", "gonsalez", 2),
		Entry("a place is touched once only", "ca", "abc", 3),
		Entry("against nothing", "rios", "", 4),
		Entry("both empty", "", "", 0),
	)

	It("stops counting beyond the cutoff", func() {
		Expect(textfold.Distance("quispe", "mamani", 2)).To(Equal(3))
		Expect(textfold.Distance("a", "abcdef", 2)).To(Equal(3))
		Expect(textfold.PrefixDistance("abcdef", "a", 2)).To(Equal(3))
	})

	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abcñ")), 0, 8, -1)

	It("agrees with the definition, whatever the cutoff", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
			most := rapid.IntRange(0, 9).Draw(t, "most")
			Expect(textfold.Distance(a, b, most)).To(Equal(min(defined([]rune(a), []rune(b)), most+1)))
		})
	})

	It("is the same from both sides and zero only between equals", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
			Expect(textfold.Distance(a, b, 9)).To(Equal(textfold.Distance(b, a, 9)))
			Expect(textfold.Distance(a, b, 9) == 0).To(Equal(a == b))
		})
	})

	It("of a beginning is that of the nearest prefix", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			typed, word := letters.Draw(t, "typed"), letters.Draw(t, "word")
			most := rapid.IntRange(0, 4).Draw(t, "most")
			runes := []rune(word)
			nearest := []int{most + 1}
			for i := range len(runes) + 1 {
				nearest = append(nearest, defined([]rune(typed), runes[:i]))
			}
			Expect(textfold.PrefixDistance(typed, word, most)).To(Equal(slices.Min(nearest)))
		})
	})
})

// defined is the distance as it is written in books: slow and plain.
func defined(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	i, j := len(a)-1, len(b)-1
	cost := 1
	if a[i] == b[j] {
		cost = 0
	}
	d := min(defined(a[:i], b)+1, defined(a, b[:j])+1, defined(a[:i], b[:j])+cost)
	if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
		d = min(d, defined(a[:i-1], b[:j-1])+1)
	}
	return d
}
