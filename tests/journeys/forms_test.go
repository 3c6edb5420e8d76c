package journeys_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// rows is how many rows of the register's list show somebody.
func registered(w *Window, listed string) int {
	GinkgoHelper()
	w.Go("/pacientes")
	count := 0
	for _, name := range w.Texts("tbody tr td:first-child") {
		if name == listed {
			count++
		}
	}
	return count
}

var _ = Describe("a form", func() {
	It("saves once however often it is sent, and the page before stays as it was", func() {
		w := Desk()
		signIn(w, "recepcion@demo.pe")
		who := somebody{freshDNI(), "Doble Pulsación", "Repetida", "Nunca", "240188", "Femenino", freshPhone()}
		w.Go("/pacientes/nuevo")
		fillPatient(w, who)
		w.Turn(func() {
			Eval[bool](w, `(() => { const b = [...document.querySelectorAll("#registro button[type=submit]")].at(-1); b.click(); b.click(); b.click(); return true })()`)
		})
		w.See("h2", who.listed())
		Expect(registered(w, who.listed())).To(Equal(1))

		w.Go("/pacientes/nuevo")
		again := somebody{freshDNI(), "Vuelta Atrás", "Repetida", "Tampoco", "240188", "Femenino", freshPhone()}
		fillPatient(w, again)
		w.Follow("button[type=submit]", "Registrar")
		w.See("h2", again.listed())
		patient := w.Where()
		Eval[bool](w, `(history.back(), true)`)
		w.At("/pacientes/nuevo")
		Eval[bool](w, `(history.forward(), true)`)
		w.At(patient)
		Expect(registered(w, again.listed())).To(Equal(1))
	})

	It("says at each field what is wrong and keeps what was typed", func() {
		w := Desk()
		signIn(w, "recepcion@demo.pe")
		w.Go("/pacientes/nuevo")
		w.Button("Más datos")
		wrong := map[string]string{
			"document_number": "1234567", "first_name": "Con 4 cifras 9", "last_name": "<b>x</b>", "birth_date": "31/02/2090", "phone": "12",
			"email": "no es correo", "guardian.phone": "x",
		}
		for field, typed := range wrong {
			w.Fill("[name='"+field+"']", typed)
		}
		w.Refused(422)
		w.PressOn("button[type=submit]", "Registrar")
		w.See("[data-errores]", "por corregir")
		Expect(len(w.Texts(".error"))).To(BeNumerically(">=", 5), "%v", w.Texts(".error"))
		for field, typed := range wrong {
			Expect(w.Value("[name='"+field+"']")).To(Equal(typed), field)
		}
		Expect(w.Focused()).To(Equal("c-document_number"))
		w.Clean("paciente-mal")

		w.Go("/agenda")
		w.Settled()
		w.Keys("r")
		w.Fill("[name=hora]", "el año pasado")
		w.Refused(422)
		w.PressOn("button[type=submit]", "Reservar")
		w.See("#reservar .error", "Falta el paciente")
		Expect(w.Value("[name=hora]")).To(Equal("el año pasado"))
		w.Clean("reserva-mal")
	})
})
