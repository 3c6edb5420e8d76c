package accounts_test

import (
	"encoding/csv"
	"os"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"hampi/modules/accounts"
)

var _ = Describe("a RUC", func() {
	It("is accepted with the check digits of the published vectors", func() {
		file, err := os.Open("testdata/ruc-vectors.csv")
		Expect(err).NotTo(HaveOccurred())
		defer file.Close() //nolint:errcheck // read only
		rows, err := csv.NewReader(file).ReadAll()
		Expect(err).NotTo(HaveOccurred())
		Expect(rows).To(HaveLen(13))
		for _, row := range rows[1:] {
			Expect(accounts.RUCProblem(row[3])).To(BeEmpty(), row[3])
		}
		Expect(accounts.RUCProblem("20131312955")).To(BeEmpty())
		Expect(accounts.RUCProblem(" 20-1313 12955 ")).To(BeEmpty(), "as people write it")
	})

	It("is refused with any other last digit", func() {
		for digit := '0'; digit <= '9'; digit++ {
			if digit != '5' {
				Expect(accounts.RUCProblem("2013131295" + string(digit))).To(ContainSubstring("último dígito"))
			}
		}
	})

	DescribeTable("is refused in words", func(typed, words string) {
		Expect(accounts.RUCProblem(typed)).To(ContainSubstring(words))
	},
		Entry("nothing", "  ", "Falta el RUC"),
		Entry("short", "2013131295", "11 dígitos; aquí hay 10"),
		Entry("letters", "2013131295X", "solo números"),
		Entry("another prefix", "30131312955", "empieza con"),
	)

	It("notices any single digit mistyped", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			place, digit := rapid.IntRange(2, 9).Draw(t, "place"), rapid.ByteRange('0', '9').Draw(t, "digit")
			ruc := []byte("20131312955")
			if ruc[place] == digit {
				return
			}
			ruc[place] = digit
			// 10 and 0, 11 and 1 share a digit: a changed sum may land on the same one only through them
			problem := accounts.RUCProblem(string(ruc))
			if problem == "" && !strings.ContainsAny(string(ruc[10]), "01") {
				t.Fatalf("%s was accepted", ruc)
			}
		})
	})
})

var _ = Describe("names", func() {
	DescribeTable("make an address", func(name, slug string) {
		Expect(accounts.Slugify(name)).To(Equal(slug))
	},
		Entry("marks", "Clínica Ñusta & Hijos", "clinica-nusta-hijos"),
		Entry("nothing left", "¡¿ !", "clinica"),
		Entry("ends", "  --Dental 24h. ", "dental-24h"),
		Entry("long", strings.Repeat("abcd ", 30), strings.TrimSuffix(strings.Repeat("abcd-", 9)+"abc", "-")),
	)

	It("carry the title and the college number", func() {
		m := accounts.Member{Title: "Dra.", Name: "Rosa Malpartida", College: "COP-OBST", CollegeNumber: "31582"}
		Expect(m.DisplayName()).To(Equal("Dra. Rosa Malpartida"))
		Expect(m.License()).To(Equal("COP 31582"))
		Expect(accounts.Member{Name: "Edith"}.DisplayName()).To(Equal("Edith"))
	})
})

var _ = DescribeTable("an e-mail address", func(typed string, serves bool) {
	Expect(accounts.EmailProblem(typed) == "").To(Equal(serves))
},
	Entry("plain", "ana@clinica.pe", true),
	Entry("with a plus", "ana+1@sub.clinica.com.pe", true),
	Entry("empty", "", false),
	Entry("no at", "ana.clinica.pe", false),
	Entry("no domain", "ana@", false),
	Entry("no dot", "ana@clinica", false),
	Entry("two at", "ana@b@clinica.pe", false),
	Entry("a second line", "ana@clinica.pe\nBcc: x@y.pe", false),
	Entry("a list", "ana@clinica.pe,luz@clinica.pe", false),
	Entry("dots", "ana@clinica..pe", false),
	Entry("too long", strings.Repeat("a", 250)+"@clinica.pe", false),
)

var _ = DescribeTable("whoever attends signs with a number", func(p accounts.Profile, attends bool, fields ...string) {
	Expect(p.Problems(attends)).To(HaveLen(len(fields)))
	for _, f := range fields {
		Expect(p.Problems(attends)).To(HaveKey(f))
	}
},
	Entry("complete", accounts.Profile{Name: "Rosa", College: "COP", CollegeNumber: "31582"}, true),
	Entry("reception needs none", accounts.Profile{Name: "Rosa"}, false),
	Entry("no number", accounts.Profile{Name: "Rosa", College: "CMP"}, true, "colegiatura"),
	Entry("letters", accounts.Profile{Name: "Rosa", College: "CMP", CollegeNumber: "31A"}, true, "colegiatura"),
	Entry("unknown college", accounts.Profile{Name: "Rosa", College: "XYZ", CollegeNumber: "1"}, true, "colegio"),
	Entry("no name", accounts.Profile{}, false, "nombre"),
)
