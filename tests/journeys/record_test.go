package journeys_test

import (
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// mayAttend is the page of somebody whom the doctor attends and is not writing about.
func mayAttend(w *Window) string {
	GinkgoHelper()
	w.Go("/pacientes")
	var path string
	Eventually(func() string {
		path = evalOr(w, `(async () => {
			for (const href of new Set([...document.querySelectorAll("a[href^='/pacientes/']")].map((a) => a.getAttribute("href")))) {
				if (!/^\/pacientes\/[0-9a-f-]{36}$/.test(href)) continue
				if ((await (await fetch(href)).text()).includes('title="Atender (A)"')) return href
			}
			return ""
		})()`, "")
		return path
	}).WithTimeout(pageLimit).Should(HavePrefix("/pacientes/"))
	return path
}

var _ = Describe("the clinical record", func() {
	It("is written, prescribed, signed, amended and verified without leaving the keyboard's reach", func() {
		w := Desk()
		signInByHand(w, "doctor@demo.pe") // who has just shown who they are signs without another code
		patient := mayAttend(w)
		w.Go(patient)
		w.Follow("button", "Atender")
		Expect(w.Where()).To(HavePrefix("/atenciones/"))
		attention := w.Where()
		w.Fill("[name='f.motivo']", "Ojo rojo desde ayer")
		w.Fill("[name='f.relato']", "Secreción y ardor, sin dolor ni baja de visión.")
		w.Fill("[name='f.pa']", "11876")
		w.Keys(kb.Tab)
		w.See(".atencion-estado", "Borrador guardado")

		w.Keys("5", chromedp.ModifierAlt)
		w.Keys("conjuntivitis ag")
		w.See("#c-codigo-lista [role=option]", "Conjuntivitis aguda")
		w.Keys(kb.Enter)
		w.See("#diagnosticos li", "H10.")
		w.Keys("6", chromedp.ModifierAlt)
		w.Keys("tobra")
		w.See("#c-medicamento-lista [role=option]", "Tobramicina")
		w.Keys(kb.Enter)
		w.See("#tratamiento", "Tobramicina")
		w.Clean("atencion")

		w.Keys(kb.Enter, chromedp.ModifierCtrl)
		w.See(".errores", "por corregir") // the line says too little to be dispensed
		w.Clean("atencion-por-corregir")
		w.Choose("[name='rx.0.frequency']", "cada")
		w.Fill("[name='rx.0.number']", "4")
		w.Fill("[name='rx.0.duration']", "7")
		w.Fill("[name='rx.0.quantity']", "1")
		w.Keys(kb.Tab)

		phone := Phone()
		signIn(phone, "doctor@demo.pe")
		phone.Go(attention)
		phone.See("main", "Se está escribiendo en otra ventana")
		phone.Clean("atencion-en-otra-ventana")

		w.Keys(kb.Enter, chromedp.ModifierCtrl)
		w.See("dialog", "¿Firmar y cerrar la atención de")
		w.Clean("firma")
		w.Turn(func() { w.Keys(kb.Enter, chromedp.ModifierCtrl) })
		w.See("main", "Firmada")
		w.Clean("atencion-firmada")

		receta := Eval[string](w, `document.querySelector("a[href^='/recetas/']").getAttribute("href")`)
		w.Go(receta)
		w.See("h1", "Receta N.º")
		w.Clean("receta")
		Expect(Eval[string](w, `(async () => (await (await fetch(location.pathname.replace("imprimir", "pdf"))).text()).slice(0, 5))()`)).To(Equal("%PDF-"))

		w.Go(attention)
		w.PressOn("a", "Añadir adenda")
		w.Fill("dialog [name=texto]", "Usa lentes de contacto.")
		w.Turn(func() { w.Keys(kb.Enter, chromedp.ModifierCtrl) })
		w.See("main", "Usa lentes de contacto.")

		code := Eval[string](w, `document.querySelector("a[href^='/verificar/']").getAttribute("href")`)
		w.Go(code)
		w.See("main", "Documento válido")
		Expect(w.Text("main")).NotTo(ContainSubstring("Conjuntivitis"))
		w.Clean("verificar")
	})

	It("begins at triage, and ends in two diagnoses that anybody may verify were signed", func() {
		desk := Desk()
		signIn(desk, "recepcion@demo.pe")
		who := somebody{freshDNI(), "Rosalía", "Delatriaje", "Primero", "240188", "Femenino", freshPhone()}
		registerPatient(desk, who)
		page := desk.Where()
		bookToday(desk, who)
		card := desk.cardOf(who.listed())
		desk.Press(card)
		desk.PressOn("#agenda-panel button", "Llegó")
		desk.See("#agenda-panel", "En sala")

		assistant := Desk()
		signIn(assistant, "triaje@demo.pe")
		assistant.Go(page + "/triaje")
		assistant.Fill("[name='f.motivo']", "Dolor al morder")
		assistant.Fill("[name='f.pa']", "11876")
		assistant.Clean("triaje")
		assistant.Press("#triaje button[type=submit]")
		assistant.See("section[aria-label='Anotado en triaje']", "118 mmHg")
		assistant.Clean("triaje-anotado")

		w := Desk()
		signInByHand(w, "ortodoncia@demo.pe")
		attendFrom(w, card)
		attention := w.Where()
		Expect(w.Value("[name='f.motivo']")).To(Equal("Dolor al morder"))
		Expect(w.Value("[name='f.pa']")).To(Equal("118/76"))
		w.Fill("[name='f.relato']", "Desde hace dos días, en la pieza 26.")
		w.Keys("5", chromedp.ModifierAlt)
		for typed, code := range map[string]string{"caries denti": "K02.1", "gingivitis aguda": "K05.0"} {
			w.Fill("#c-codigo", typed)
			w.See("#c-codigo-lista [role=option]", code)
			w.PressOn("#c-codigo-lista [role=option]", code)
			w.See("#diagnosticos", code)
		}
		w.Keys(kb.Enter, chromedp.ModifierCtrl)
		w.See("dialog", "¿Firmar y cerrar la atención de")
		w.Turn(func() { w.Keys(kb.Enter, chromedp.ModifierCtrl) })
		w.See("main", "Firmada")
		w.See("main", "118/76")
		w.Go(attention)
		w.Go(Eval[string](w, `document.querySelector("a[href^='/verificar/']").getAttribute("href")`))
		w.See("main", "Documento válido")
	})

	It("is not there for who must not see it, and opens for a colleague in an emergency alone", func() {
		doctor := Desk()
		signIn(doctor, "doctor@demo.pe")
		patient := mayAttend(doctor)
		doctor.Go(patient + "/historia")
		doctor.Clean("historia")
		doctor.CleanInDark("historia")

		desk := Desk()
		signIn(desk, "recepcion@demo.pe")
		desk.Go(patient)
		Expect(strings.Join(desk.Texts("nav a"), " ")).NotTo(ContainSubstring("Historia"))
		desk.Refused(404)
		desk.Go(patient + "/historia")
		desk.See("main", "no existe o no está disponible")
	})
})
