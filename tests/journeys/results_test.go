package journeys_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// ownPatient is the page of results of somebody whom the doctor attends and who was weighed and measured before.
func ownPatient(w *Window) string {
	GinkgoHelper()
	w.Go("/pacientes")
	var path string
	Eventually(func() string {
		path = evalOr(w, `(async () => {
			for (const href of new Set([...document.querySelectorAll("a[href^='/pacientes/']")].map((a) => a.getAttribute("href")))) {
				if (!/^\/pacientes\/[0-9a-f-]{36}$/.test(href)) continue
				const page = await (await fetch(href + "/resultados")).text()
				if (page.includes("Nueva orden") && page.includes("Funciones vitales")) return href + "/resultados"
			}
			return ""
		})()`, "")
		return path
	}).WithTimeout(pageLimit).Should(HavePrefix("/pacientes/"))
	return path
}

var _ = Describe("results of the laboratory", func() {
	It("go from the order to the value that somebody answers for", func() {
		w := Desk()
		signIn(w, "obstetra@demo.pe")
		path := ownPatient(w)
		w.Go(path)
		w.Clean("resultados-vitales")
		w.Follow("a", "Nueva orden")
		w.Fill("#buscar-prueba", "potas")
		w.Tick("Potasio")
		w.Fill("#buscar-prueba", "hemogr")
		w.Tick("Hemograma completo")
		w.See("label", "Potasio") // what is ticked stays in sight
		w.Clean("orden")
		w.Follow("button", "Guardar orden")
		w.See("li", "En espera")
		w.Follow("a", "Anotar resultados")
		w.Fill("#c-laboratorio", "Laboratorio Central")
		w.Fill("[name='v.2823-3']", "7.4")
		w.Fill("[name='v.718-7']", "12.6")
		w.Clean("hoja")
		w.Refused(422)
		w.Follow("button", "Guardar resultados")
		w.Tick("Sí, es correcto")
		w.Clean("hoja-pregunta")
		w.Follow("button", "Guardar resultados")
		w.See(".paciente-barra", "Valor crítico: Potasio 7.4 mmol/L sin revisar")
		w.Clean("resultados")
		w.CleanInDark("resultados")

		phone := Phone()
		signIn(phone, "obstetra@demo.pe")
		for name, address := range map[string]string{"resultados": path, "orden": path[:len(path)-len("resultados")] + "ordenes", "lista-resultados": "/resultados"} {
			phone.Go(address)
			phone.Clean(name)
		}

		w.Go("/resultados")
		w.See("nav[aria-label=Secciones] a[aria-current] .cuenta", "2")
		w.Clean("lista-resultados")
		w.Fill("[name=accion]", "Se llamó a la paciente; va a emergencia.")
		w.Follow("button", "Anotar y cerrar")
		Expect(w.Texts("h2")).NotTo(ContainElement("Valores críticos sin revisar"))
		w.Follow("button", "Revisada")
		w.See("main", "No hay resultados por revisar")
		w.Go(path)
		w.Gone(".paciente-barra .chip-peligro")
		w.Follow("a", "Imprimir")
		w.See("h1", "Orden de laboratorio N.º")
		w.Clean("orden-impresa")
	})
})
