package journeys_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("the administration", func() {
	It("changes services, rooms and its look, and the audit says who did it", func() {
		w := Desk()
		signIn(w, "admin@demo.pe")
		w.Go("/configuracion/servicios/nuevo")
		w.Fill("[name=nombre]", "Blanqueamiento de prueba")
		w.Fill("[name=minutos]", "7")
		w.Fill("[name=precio]", "gratis")
		w.Refused(422)
		w.Follow("button[type=submit]", "Guardar")
		w.See(".error", "5")
		Expect(w.Value("[name=precio]")).To(Equal("gratis"))
		w.Clean("servicio-mal")
		w.Fill("[name=minutos]", "35")
		w.Fill("[name=precio]", "180,50")
		w.Follow("button[type=submit]", "Guardar")
		w.Go("/configuracion/servicios?buscar=blanq+prue")
		w.See("tbody", "S/ 180.50")
		w.Follow("tbody a", "Blanqueamiento de prueba")
		w.Fill("[name=precio]", "190")
		w.Clean("servicio")
		w.Follow("button[type=submit]", "Guardar")
		w.Go("/configuracion/servicios?buscar=blanq+prue")
		w.See("tbody", "S/ 190.00")

		w.Go("/configuracion/consultorios/nuevo")
		w.Fill("[name=nombre]", "Consultorio de prueba")
		w.Tick("Consultorio")
		w.Follow("button[type=submit]", "Guardar")
		w.See("tbody", "Consultorio de prueba")

		w.Go("/configuracion/clinica")
		w.Tick("Cantuta")
		w.Follow("form[action$=apariencia] button", "Guardar")
		Expect(Eval[string](w, `document.documentElement.dataset.acento`)).To(Equal("cantuta"))
		w.Clean("configuracion-cantuta")
		w.CleanInDark("configuracion-cantuta")
		w.Tick("Agua")
		w.Follow("form[action$=apariencia] button", "Guardar")

		w.Go("/auditoria")
		w.See("ol.lista", "Patricia Solórzano")
		w.See("ol.lista", "Blanqueamiento de prueba")
		w.Clean("auditoria")
	})

	It("invites somebody, who joins through the letter and finds her work", func() {
		w := Desk()
		signIn(w, "admin@demo.pe")
		const email = "nueva.recepcion@demo.pe"
		w.Go("/configuracion/personas/invitar")
		w.Fill("[name=nombre]", "Nélida Campos Rojas")
		w.Fill("[name=correo]", email)
		w.Tick("Recepción")
		w.Follow("button[type=submit]", "Invitar")
		w.See("main", "Nélida Campos Rojas")
		w.Clean("configuracion-personas-invitada")

		phone := Phone()
		link := linkInLetter(email, "/invitacion/")
		phone.Go(link)
		phone.Heading("Clínica Demo Huánuco")
		phone.Clean("invitacion")
		phone.Fill("[name=password]", "otra frase larga y propia")
		phone.Follow("button[type=submit]", "")
		if strings.HasPrefix(phone.Where(), "/ingresar") {
			phone.Fill("#c-email", email)
			phone.Fill("#c-password", "otra frase larga y propia")
			phone.Button("Continuar")
		}
		phone.At("/agenda")
		phone.See("h1", "Agenda")
		phone.Clean("agenda-invitada")
		phone.Refused(404)
		phone.Go(link)
		phone.See("main", "ya no sirve")

		w.Go("/configuracion/personas")
		w.See("tbody", "Nélida Campos Rojas")
	})
})
