package journeys_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/xlzd/gotp"
)

// newRUC is a company's RUC with its check digit.
func newRUC() string {
	ten := fmt.Sprintf("20%08d", rand.IntN(100_000_000))
	sum := 0
	for i, weight := range []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
		sum += int(ten[i]-'0') * weight
	}
	return fmt.Sprintf("%s%d", ten, (11-sum%11)%10)
}

// signUp opens a clinic as its administrator does: form, letter, password, code of the telephone, recovery codes.
func signUp(w *Window, email, password, size string) {
	GinkgoHelper()
	w.Go("/empezar")
	w.Heading("Abra su clínica en Hampi")
	w.Clean("empezar")
	w.Fill("#c-clinica", "Clínica San Juan "+size)
	w.Fill("#c-ruc", newRUC())
	w.Fill("#c-nombre", "Rosa Elvira Chávez Ríos")
	w.Fill("#c-correo", email)
	w.Fill("#c-password", password)
	w.Follow("button", "Continuar")
	w.Heading("Revise su correo")
	w.Clean("empezar-correo")

	w.Go(linkInLetter(email, "/empezar/confirmar/"))
	w.Heading("Confirme que es usted")
	w.Clean("empezar-confirmar")
	w.Fill("#c-password", password)
	w.Follow("button, a", "Crear la clínica")
	w.Heading("Proteja su cuenta")
	w.Clean("empezar-codigo")
	w.Button("Escribir la clave a mano")
	secret := strings.ReplaceAll(w.Text("details p.font-mono"), " ", "")
	Expect(gotp.IsSecretValid(secret)).To(BeTrue(), secret)
	w.Fill("#c-code", codes.next(w, email, secret))
	w.Heading("Códigos de recuperación")
	Expect(w.Texts("#codigos-recuperacion li")).To(HaveLen(10))
	w.Clean("empezar-recuperacion")
	w.Follow("button, a", "Los guardé, continuar")
}

// prepareClinic goes through the steps after the log-in: site, the administrator as a professional who attends at any
// hour, somebody invited, services.
func prepareClinic(w *Window, size string) {
	GinkgoHelper()
	w.Heading("Sede y especialidades")
	w.Clean("empezar-sede")
	w.Tick("Odontología")
	w.Fill("[name=nombre]", "Principal")
	w.Fill("[name=direccion]", "Jr. Dos de Mayo 1180")
	w.Follow("button, a", "Guardar y seguir")

	w.Heading("Profesionales")
	w.Button("Yo también atiendo pacientes")
	w.Choose("[name=titulo]", "Dra.")
	w.Choose("[name=colegio]", "COP · Colegio Odontológico")
	w.Fill("[name=colegiatura]", "18234")
	w.Choose("[name=especialidad]", "Odontología")
	w.Follow("button[type=submit]", "Guardar")
	w.See("fieldset legend", "Chávez")
	w.Button("Invitar a alguien")
	w.Fill("#c-invitado", "Nélida Ponce")
	w.Fill("[name=correo]", "nelida."+size+"@sanjuan.pe")
	w.Tick("Profesional") // proposed at this step
	w.Tick("Recepción")
	w.Follow("button[type=submit]", "Invitar")
	w.See("ul[aria-label=Personal]", "Nélida Ponce")
	w.Clean("empezar-profesionales")
	for _, day := range []string{"sáb", "dom"} {
		w.Tick(day)
	}
	w.Fill("[name=horas0]", "0-24")
	w.Follow("button, a", "Guardar horarios")

	w.Heading("Servicios y precios")
	w.Clean("empezar-servicios")
	w.Follow("button, a", "Guardar y terminar")
	w.Heading("Su clínica está lista")
	w.Clean("empezar-listo")
}

var _ = Describe("a clinic's first day", func() {
	firstDay := func(w *Window, size string) {
		signUp(w, "rosa."+size+"@sanjuan.pe", "una clave larga de verdad", size)
		prepareClinic(w, size)

		w.Follow("button, a", "Registrar al primer paciente")
		w.At("/pacientes/nuevo")
		w.Clean("paciente-nuevo")
		first := somebody{freshDNI(), "Marco Antonio", "Tello", "Rivera", "150390", "Masculino", freshPhone()}
		fillPatient(w, first)
		w.Follow("button[type=submit]", "Registrar")
		w.See("h2", first.listed())
		w.Clean("paciente")

		w.Follow(".paciente-barra a", "Reservar")
		bookNextFree(w, "Consulta")
		card := w.cardOf(first.listed())
		w.Clean("agenda-dia")
		w.Press(card)
		w.See("#agenda-panel", first.listed())
		w.Clean("agenda-cita")
		w.PressOn("#agenda-panel button", "Llegó")
		w.See("#agenda-panel", "En sala")
		w.PressOn("#agenda-panel button", "Atender")
		w.See("h3", "Motivo") // her note opens
		w.Fill("[name='f.motivo']", "Primera consulta")
		w.Fill("#c-codigo", "caries dentina")
		w.PressOn("#c-codigo-lista [role=option]", "K02.1")
		w.See("#diagnosticos li", "K02.1")
		w.PressOn("#firmar-boton", "")
		w.See("dialog", "¿Firmar y cerrar la atención de")
		w.Follow("dialog button", "Firmar y cerrar")
		w.See("main", "Firmada")
		w.Clean("primera-atencion")
		w.CleanInDark("primera-atencion")
		w.Go("/agenda")
		Expect(Eval[bool](w, `document.body.innerText.includes("Atendida") || document.body.innerText.includes("1 atendida")`)).To(BeTrue())
	}

	It("goes from the letter to the first patient attended, at a desk", func() { firstDay(Desk(), "escritorio") })

	It("goes from the letter to the first patient attended, on a phone", func() { firstDay(Phone(), "celular") })
})
