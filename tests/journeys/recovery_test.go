package journeys_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("somebody who cannot come in", func() {
	It("gets a new password through a letter, and without the telephone comes in with a recovery code", func() {
		w := Desk()
		const email = "oftalmo@demo.pe"
		w.Go("/ingresar")
		w.Clean("ingresar")
		w.CleanInDark("ingresar")
		w.Follow("a", "La olvidé")
		w.Clean("recuperar")
		w.Fill("#c-email", email)
		w.PressOn("button[type=submit]", "Enviar")
		w.See("main", "correo")
		w.Clean("recuperar-enviada")

		link := linkInLetter(email, "/recuperar/")
		w.Go(link)
		w.Clean("recuperar-clave")
		w.Fill("#c-password", "corta")
		w.Refused(422)
		w.PressOn("button[type=submit]", "Guardar")
		w.See(".error", "12 caracteres")
		w.Fill("#c-password", "otra clave larga de verdad")
		w.PressOn("button[type=submit]", "Guardar")
		w.Heading("Ingresar")
		w.Fill("#c-email", email)
		w.Fill("#c-password", "otra clave larga de verdad")
		w.Button("Continuar")
		w.Heading("Código de verificación")
		w.Clean("ingresar-codigo")
		w.Refused(422)
		w.Fill("#c-code", "000000")
		w.See(".error", "código")
		w.Fill("#c-code", codes.next(w, email, demoSecret))
		w.At("/hoy")

		w.Go("/mi-cuenta")
		w.Clean("mi-cuenta")
		w.Fill("#c-recuperacion-clave", "otra clave larga de verdad")
		w.Fill("#c-recuperacion-codigo", codes.next(w, email, demoSecret))
		w.Button("Crear códigos nuevos")
		w.See("#codigos-recuperacion li", "-")
		fresh := w.Texts("#codigos-recuperacion li")
		Expect(fresh).To(HaveLen(10))

		other := Desk()
		other.Go("/ingresar")
		other.Fill("#c-email", email)
		other.Fill("#c-password", "otra clave larga de verdad")
		other.Button("Continuar")
		other.Heading("Código de verificación")
		other.Button("Sin su celular: usar un código de recuperación")
		other.Fill("#c-recuperacion", fresh[3])
		other.Button("Ingresar con este código")
		other.At("/hoy")

		other.Refused(404)
		other.Go(link)
		other.See("main", "ya no sirve")
	})
})
