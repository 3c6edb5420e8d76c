package form_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/hce/form"
)

// at is a spot of a template.
func at(t form.Template, text string) form.Spot {
	GinkgoHelper()
	spot, there := t.ReadSpot(text)
	Expect(there).To(BeTrue(), text)
	return spot
}

var _ = Describe("editing a template by its parts", func() {
	It("writes a document that gives the same template", func() {
		shipped, err := form.Shipped()
		Expect(err).NotTo(HaveOccurred())
		for _, t := range append(shipped, parsed(small)) {
			text := form.Document(t)
			again, err := form.Parse([]byte(text))
			Expect(err).NotTo(HaveOccurred(), text)
			Expect(form.Diff(t, again)).To(BeEmpty())
			Expect(form.Document(again)).To(Equal(text))
		}
		Expect(form.Document(shipped[0])).To(ContainSubstring(`edad_anios >= 10`), "formulas as people type them")
	})

	It("puts another version into a document, and leaves the rest as it was typed", func() {
		document := "{ \"version\" :  3,\n\t\"id\": \"x\" }"
		Expect(form.Numbered(document, 1002)).To(Equal("{ \"version\" :  1002,\n\t\"id\": \"x\" }"))
		Expect(form.Numbered("esto no es", 4)).To(Equal("esto no es"))
	})

	It("adds, moves, names and takes out, each time a template that can be read", func() {
		t := parsed(small)
		t = t.WithSection("Examen físico")
		t = t.WithField(0, "¿Desde cuándo?", form.Text)
		t = t.WithField(0, "Hoy", form.Choice)
		t = parsed(form.Document(t))
		Expect(t.Sections[2].Title).To(Equal("Examen físico"))
		Expect(t.Sections[0].Fields[9].Key).To(Equal("desde_cuando"))
		Expect(t.Sections[0].Fields[10].Key).To(Equal("hoy_2"), "hoy is a word of the formulas")

		t = t.Moved(at(t, "0.9"), false).Moved(at(t, "2"), false)
		Expect(t.Sections[0].Fields[8].Key).To(Equal("desde_cuando"))
		Expect(t.Sections[1].Title).To(Equal("Examen físico"))
		Expect(t.Moved(at(t, "0"), false)).To(Equal(t), "the first one stays")

		t = t.Set(at(t, "0.4"), "options", "Brusco\n\n Insidioso \nNo sabe\n").Set(at(t, "0"), "title", "Motivo de hoy").Set(at(t, "0.0"), "required", "")
		f, _ := t.Field("inicio")
		Expect(f.Options).To(Equal([]form.Option{{Value: "Brusco", Label: "Brusco"}, {Value: "lento", Label: "Insidioso"}, {Value: "No sabe", Label: "No sabe"}}))
		Expect(t.Sections[0].Fields[0].Required).To(BeFalse())
		t = parsed(form.Document(t.Without(at(t, "1"))))
		Expect(t.Sections).To(HaveLen(2))

		_, err := form.Parse([]byte(form.Document(t.Without(at(t, "1.4")))))
		Expect(err).To(MatchError(ContainSubstring("«talla»")), "what a formula names is missed, and where")
		Expect(parsed(small).Sections[0].Title).To(Equal("Motivo"), "what was edited is another template")
	})

	DescribeTable("knows no other spot", func(text string) {
		_, there := parsed(small).ReadSpot(text)
		Expect(there).To(BeFalse())
	},
		Entry("beyond the sections", "2"), Entry("beyond the fields", "0.9"), Entry("below none", "-1"), Entry("of no place", "0."), Entry("of words", "motivo"),
	)
})
