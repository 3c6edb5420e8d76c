package journeys_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// picture is the file of a small PNG.
func picture() string {
	GinkgoHelper()
	file := filepath.Join(GinkgoT().TempDir(), "logo.png")
	var out bytes.Buffer
	Expect(png.Encode(&out, image.NewGray(image.Rect(0, 0, 64, 32)))).To(Succeed())
	Expect(os.WriteFile(file, out.Bytes(), 0o600)).To(Succeed())
	return file
}

// attach gives a file to a field of files.
func (w *Window) attach(selector, file string) {
	GinkgoHelper()
	w.Do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{file}))
}

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
		w.attach("[name=logo]", picture())
		w.Follow("form[action$=logo] button", "Subir")
		w.See("button", "Quitar el logo")
		Expect(Eval[bool](w, `document.querySelector("img[src^='/clinica/logo']").decode().then(() => true)`)).To(BeTrue())
		w.Clean("configuracion-logo")
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
