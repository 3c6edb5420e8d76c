package journeys_test

import (
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("the templates of notes", func() {
	It("are edited by their parts or as a document, seen while one types, and published", func() {
		w := Desk()
		signIn(w, "admin@demo.pe")
		w.Go("/configuracion/plantillas")
		w.Follow("tbody a", "Nota de pediatría")
		w.See("#plantilla-vista", "Motivo")
		w.PressOn("summary", "Por partes")
		w.Fill("#e-rotulo-relato", "Lo que cuenta la madre")
		w.Keys(kb.Tab)
		w.See("#plantilla-cuenta", "1 cambio")
		Expect(w.Value("#c-documento")).To(ContainSubstring(`"label": "Lo que cuenta la madre"`))
		w.Clean("plantilla-partes")
		w.CleanInDark("plantilla-partes")
		w.PressOn("summary", "Cambios")
		w.See("#plantilla-cambios", "ahora «Lo que cuenta la madre»")
		w.Follow("button[type=submit]", "Publicar")
		w.See(".codigo-lineas", "1")
		w.PressOn("summary", "Versiones")
		w.See("details[open]", "1 de la clínica")
		w.Clean("plantilla-versiones")

		w.Fill("#c-documento", "{\n  \"id\": \"pediatria\",\n  \"titulo\": 3\n}")
		w.See("#plantilla-faltas", "Línea 3")
		w.See("#plantilla-faltas", "no se conoce «titulo»")
		w.Clean("plantilla-mal")
		w.PressOn("#plantilla-faltas button", "Línea 3")
		Expect(w.Focused()).To(ContainSubstring("c-documento"))
	})
})
