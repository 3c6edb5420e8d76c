package journeys_test

import (
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// draw moves the mouse with its button held, from one place of an element to the next, in parts of its width and height.
func draw(w *Window, selector string, places ...[2]float64) {
	GinkgoHelper()
	box := Eval[[4]float64](w, `(() => { const el = document.querySelector(`+quoted(selector)+`); el.scrollIntoView({ block: "center" })
		const b = el.getBoundingClientRect(); return [b.x, b.y, b.width, b.height] })()`)
	move := func(kind input.DispatchMouseEventType, at [2]float64) {
		params := input.DispatchMouseEventParams{Type: kind, X: box[0] + at[0]*box[2], Y: box[1] + at[1]*box[3], Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1}
		_, err := chromedp.Call(w.ctx, input.DispatchMouseEvent, params)
		Expect(err).NotTo(HaveOccurred())
	}
	move(input.DispatchMouseEventTypeMousePressed, places[0])
	for _, at := range places[1:] {
		move(input.DispatchMouseEventTypeMouseMoved, at)
	}
	move(input.DispatchMouseEventTypeMouseReleased, places[len(places)-1])
}

var _ = Describe("a consent", func() {
	It("is read and signed with the mouse, or by name on a phone, printed and revoked", func() {
		w := Desk()
		signIn(w, "doctor@demo.pe")
		patient := mayAttend(w)
		w.Go(patient + "/consentimientos")
		w.Clean("consentimientos")
		w.Follow("a", "Nuevo consentimiento")
		w.Clean("consentimiento-elegir")
		w.Follow("a", "Tratamiento odontológico")
		w.Fill("[name=procedimiento]", "Extracción de la pieza 38")
		w.Clean("consentimiento-completar")
		w.Follow("button", "Leer el documento")
		w.See("main", "Extracción de la pieza 38")
		w.Clean("consentimiento-leer")
		w.PressOn("label", "Acepta")
		w.Button("Guardar lo firmado")
		w.See("#respuesta", "Falta la firma")
		w.Refused(422)
		w.Clean("consentimiento-sin-firma")
		draw(w, "[data-firma-lienzo]", [2]float64{.2, .7}, [2]float64{.3, .2}, [2]float64{.35, .8}, [2]float64{.45, .3}, [2]float64{.5, .7}, [2]float64{.75, .4})
		w.CleanInDark("consentimiento-firmado")
		w.Follow("button", "Guardar lo firmado")
		Expect(w.Where()).To(HavePrefix("/consentimientos/"))
		kept := w.Where()
		w.See("main", "Aceptó")
		w.Clean("consentimiento")
		pdf := Eval[string](w, `document.querySelector("a[href^='/archivos/']").getAttribute("href")`)
		Expect(Eval[string](w, `(async () => (await (await fetch(`+quoted(pdf)+`)).text()).slice(0, 5))()`)).To(Equal("%PDF-"))
		w.Go(kept + "/imprimir")
		w.Clean("consentimiento-imprimir")

		phone := Phone()
		signIn(phone, "doctor@demo.pe")
		phone.Go(patient + "/consentimientos/nuevo?plantilla=datos-y-fotografias")
		phone.Clean("consentimiento-completar")
		phone.Follow("button", "Leer el documento")
		phone.Button("Escribe su nombre")
		name := phone.Text(".por-nombre .ayuda")
		phone.PressOn("label", "No acepta")
		phone.Fill("[name=nombre_escrito]", name)
		phone.Button("Escribo mi nombre")
		phone.CleanInDark("consentimiento-leer")
		phone.Clean("consentimiento-leer")
		phone.Follow("button", "Guardar lo firmado")
		phone.See("main", "No aceptó")
		phone.Clean("consentimiento")

		w.Go(kept)
		w.Button("Revocar")
		w.Fill("[name=motivo]", "La paciente prefiere esperar")
		w.Follow("button", "Revocar consentimiento")
		w.See("main", "Revocado el")
		w.Go(patient + "/historia")
		w.See(".historia-lado", "Revocado")
		w.Clean("consentimiento-historia")
	})

	It("has texts that the administration edits, with a look at how they read", func() {
		w := Desk()
		signIn(w, "admin@demo.pe")
		w.Go("/configuracion/consentimientos")
		w.Clean("configuracion-consentimientos")
		w.Follow("a", "Anestesia local")
		w.Fill("[name=texto]", "# En qué consiste\nTexto que se ve mientras se escribe.")
		w.See("#vista", "Texto que se ve mientras se escribe.")
		w.Button("Guardar")
		w.See("main", "Falta el apartado")
		w.Refused(422)
		w.Clean("configuracion-consentimiento")
		w.CleanInDark("configuracion-consentimiento")
	})
})
