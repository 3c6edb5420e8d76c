package views_test

import (
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/views"
)

var _ = Describe("A QR code", func() {
	It("is a drawing of its own, with its name, white around it and its three corners", func() {
		html := draw(views.QR("https://hampi.pe/verificar/AB12CD34", "Verificar este documento"))
		Expect(html).To(And(ContainSubstring(`role="img"`), ContainSubstring(`aria-label="Verificar este documento"`), ContainSubstring(`viewBox="-4 -4 37 37"`)))
		Expect(html).NotTo(ContainSubstring("style="))
		path := regexp.MustCompile(` d="([^"]+)"`).FindStringSubmatch(html)[1]
		for _, corner := range []string{"M0 0h7v1h-7z", "M22 0h7v1h-7z", "M0 22h7v1h-7z", "M0 28h7v1h-7z"} {
			Expect(path).To(ContainSubstring(corner))
		}
	})

	It("shows a text that no code can hold", func() {
		text := strings.Repeat("x", 5000)
		Expect(draw(views.QR(text, "Verificar"))).To(ContainSubstring(text))
	})
})
