package journeys_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("two people on one browser", func() {
	It("neither see nor send what the other has, and each finds their own again", func() {
		line := NewLine(demo)
		w := NewDevice(line.through(demo)).Desk()
		signInByHand(w, "recepcion@demo.pe")
		w.upToDate()
		line.Cut()
		who := somebody{freshDNI(), "Solo Suya", "Delaprimera", "Persona", "240188", "Femenino", freshPhone()}
		registerPatient(w, who)
		w.See("[data-red]", "1 por enviar")
		w.Keys("gl")
		w.asks(who.Paternal)
		line.Mend()

		signInByHand(w, "caja@demo.pe")
		w.upToDate()
		Expect(w.worker().Pending).To(BeZero(), "what waits is another person's")
		Expect(w.stored()).To(And(HaveField("Databases", HaveLen(2)), HaveField("People", HaveLen(2))))
		Expect(foundOnServer(who.Paternal)).To(BeZero())
		line.Cut()
		w.Go("/pacientes")
		Expect(w.drawnHere()).To(BeTrue())
		look(w, who.Paternal)
		w.See("#buscador-lista", "Nadie coincide con")
		Expect(w.Texts("#buscador-lista [data-fila]")).NotTo(ContainElement(ContainSubstring(who.listed())))
		stopLooking(w)
		line.Mend()
		w.noticed("En línea")

		signInByHand(w, "recepcion@demo.pe")
		w.upToDate()
		Expect(foundOnServer(who.Paternal)).To(Equal(1))
	})
})

var _ = Describe("a log-in that ended while there was no connection", func() {
	It("is asked for in a strip, and what the clinic then refuses is put right", func() {
		line := NewLine(demo)
		device := NewDevice(line.through(demo))
		w := device.Desk()
		signInByHand(w, "triaje@demo.pe")
		mine := somebody{freshDNI(), "Tecla", "Malescrita", "Documento", "240188", "Femenino", freshPhone()}
		registerPatient(w, mine)
		page := w.Where()
		w.upToDate()
		line.Cut()
		device.Close() // the log-in ends with the browser
		device.Reopen()
		w = device.Desk()
		w.Go(page + "/datos")
		w.looksInDark("abrir-sin-conexion")
		w.unlock()
		taken := somebody{freshDNI(), "Titular", "Verdaderadel", "Documento", "240188", "Masculino", freshPhone()}
		w.Fill("[name=document_number]", taken.Document)
		w.PressOn("form:has([name=document_number]) button[type=submit]", "Guardar")
		w.See("[data-red]", "1 por enviar")
		for _, address := range []string{"/agenda", "/pacientes", page, "/pacientes/nuevo", "/sincronizacion"} {
			w.Go(address)
			w.See(".franja", "Sin conexión")
			w.looksInDark("sin-conexion-" + strings.Trim(strings.ReplaceAll(strings.ReplaceAll(address, page, "paciente"), "/", "-"), "-"))
		}
		other := Desk()
		signIn(other, "admin@demo.pe")
		registerPatient(other, taken)

		line.Mend()
		w.noticed("Ingrese para enviar 1")
		w.See(".franja", "Su sesión terminó. Ingrese para enviar 1 cambio.")
		w.looksInDark("sesion-terminada")
		w.Follow(".franja a", "Ingresar")
		typeSignIn(w, "triaje@demo.pe")
		w.At("/sincronizacion")
		w.upToDate()
		Eventually(func() int { return w.worker().Attention }).WithTimeout(pageLimit).Should(Equal(1))
		w.See("#rechazados", taken.listed())
		w.looksInDark("corregir")
		w.looks("corregir")
		w.Follow("#rechazados a", "Corregir")
		w.Fill("[name=document_number]", freshDNI())
		w.PressOn("form:has([name=document_number]) button[type=submit]", "Guardar")
		Eventually(func() int { return w.worker().Attention }).WithTimeout(pageLimit).Should(BeZero(), "it was put right")
		w.Go("/sincronizacion")
		w.Gone("#rechazados h2")
	})
})
