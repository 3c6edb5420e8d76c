//go:build !js

package hce_test

import (
	"context"
	"strings"

	"github.com/a-h/templ"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/hce"
	"hampi/modules/platform/fault"
	"hampi/views"
)

var _ = Describe("the dialog that asks for a signature", func() {
	draw := func(b hce.SignBox) string {
		GinkgoHelper()
		var page strings.Builder
		ctx := templ.WithChildren(context.Background(), templ.Raw("<p>Lo que queda fijo</p>"))
		Expect(hce.SignDialog(b).Render(ctx, &page)).To(Succeed())
		return page.String()
	}

	It("asks for code or password unless that was shown a moment ago, and says beside the field what was wrong", func() {
		box := hce.SignBox{Question: "¿Firmar?", Action: "/atenciones/1/firma", OpID: "7", Hidden: []views.Option{{Value: "version", Label: "3"}}}
		Expect(draw(box)).To(And(ContainSubstring("Lo que queda fijo"), ContainSubstring(`name="prueba"`), ContainSubstring(`value="7"`),
			ContainSubstring(`name="version" value="3"`), ContainSubstring(`data-key="ctrl+enter"`), ContainSubstring("Firmar y cerrar")))
		box.Fresh = true
		Expect(draw(box)).NotTo(ContainSubstring(`name="prueba"`))
		box.Problems = fault.Problems{"password": "La contraseña no coincide."}
		Expect(draw(box)).To(And(ContainSubstring(`name="prueba"`), ContainSubstring("La contraseña no coincide.")), "a proof that was refused is asked for again")
	})

	DescribeTable("reads its one field", func(typed string, want hce.Proof) { Expect(hce.ProofTyped(typed)).To(Equal(want)) },
		Entry("a code", "123456", hce.Proof{Code: "123456"}),
		Entry("a code as applications show it", " 123 456 ", hce.Proof{Code: "123456"}),
		Entry("a password, as it is", " tres gatos ", hce.Proof{Password: " tres gatos "}),
		Entry("digits that are no code", "1234567", hce.Proof{Password: "1234567"}),
		Entry("nothing", "", hce.Proof{}),
	)
})
