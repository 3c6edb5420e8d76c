package journeys_test

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// somebody is a person to be registered; what is empty stays as the form proposes.
type somebody struct{ Document, Names, Paternal, Maternal, Born, Sex, Phone string }

// serial makes documents and telephones that nobody else has.
var serial = 40

func next() int {
	serial++
	return serial
}

// freshDNI is a document that nobody was given.
func freshDNI() string { return fmt.Sprintf("9931%04d", next()) }

// freshPhone is a mobile that nobody was given.
func freshPhone() string { return fmt.Sprintf("9000%05d", next()) }

// listed is how a person stands in lists.
func (s somebody) listed() string {
	return strings.TrimSpace(s.Paternal+" "+s.Maternal) + ", " + s.Names
}

// fillPatient types a person into the form of registration or of Datos.
func fillPatient(w *Window, s somebody) {
	GinkgoHelper()
	w.Fill("[name=document_number]", s.Document)
	w.Fill("[name=first_name]", s.Names)
	w.Fill("[name=last_name]", s.Paternal)
	w.Fill("[name=second_last_name]", s.Maternal)
	w.Fill("[name=birth_date]", s.Born)
	w.Tick(s.Sex)
	w.Fill("[name=phone]", s.Phone)
}

// registerPatient registers somebody at the form and ends on the new patient's page.
func registerPatient(w *Window, s somebody) {
	GinkgoHelper()
	w.Go("/pacientes/nuevo")
	fillPatient(w, s)
	w.Follow("button[type=submit]", "Registrar")
	w.See("h2", s.listed())
}

// look types into the search from anywhere and waits for its first answer.
func look(w *Window, typed string) {
	GinkgoHelper()
	w.Keys("/")
	w.find("#buscador-q", "")
	w.Keys(typed)
}

// stopLooking closes the search.
func stopLooking(w *Window) {
	GinkgoHelper()
	w.Keys(kb.Escape)
	w.Gone("#buscador-q")
	Eventually(w.Focused).ShouldNot(Equal("buscador-q")) // the browser takes the focus out with its next picture
}

// bookNextFree fills what is missing of an open booking with a service and the next free hour, and books.
func bookNextFree(w *Window, service string) {
	GinkgoHelper()
	w.See("h2", "Reservar cita")
	chooseService(w, service)
	w.Clean("reserva")
	w.Press("#hora-eco [data-hora]")
	w.See("#hora-eco", "Se entiende")
	w.PressOn("button[type=submit]", "Reservar")
	w.Gone("#reservar")
}

// chooseService types into the service of an open booking and takes the first that answers.
func chooseService(w *Window, service string) {
	GinkgoHelper()
	w.Fill("[name=servicio_texto]", service)
	w.PressOn("#c-servicio-lista [role=option]", service)
	Eventually(func() string { return w.Value("[name=servicio_texto]") }).WithTimeout(pageLimit).Should(ContainSubstring(service))
}

// cardOf waits for the card of somebody in the agenda and names it.
func (w *Window) cardOf(listed string) string {
	GinkgoHelper()
	id := ""
	Eventually(func() string {
		id = evalOr(w, `[...document.querySelectorAll("#agenda .cita[data-cita]")].find((el) => el.textContent.includes(`+quoted(listed)+`))?.id ?? ""`, "")
		return id
	}).WithTimeout(pageLimit).WithPolling(pollEvery).ShouldNot(BeEmpty(), "no card of "+listed+" at "+w.Where())
	return "#" + id
}

var _ = Describe("the desk", func() {
	It("finds a patient by pieces in any order, without accents, with a slip, by document and telephone", func() {
		w := Desk()
		signIn(w, "recepcion@demo.pe")
		w.Heading("Agenda")
		edith := somebody{freshDNI(), "Édith Maribel", "Huamancóndor", "Peñaloza", "240188", "Femenino", freshPhone()}
		registerPatient(w, edith)
		w.Clean("paciente")
		w.CleanInDark("paciente")
		w.Follow(".lengueta a", "Datos")
		w.Clean("paciente-datos")
		w.Go("/pacientes")
		for _, typed := range []string{"edith huamancondor", "PEÑALOZA mari", "penaloza edith", "huamancondro edith", edith.Document, edith.Phone} {
			look(w, typed)
			Eventually(func() string { return w.Text("#buscador-lista [data-fila]") }).WithTimeout(pageLimit).
				Should(HavePrefix(edith.listed()), typed)
			stopLooking(w)
		}
		look(w, "edith huamanc")
		w.See("#buscador-lista [data-fila]", edith.listed())
		w.Clean("buscar")
		w.Keys(kb.Enter)
		w.See("h2", edith.listed())
	})

	It("refuses a document that somebody has, and leads to who has it", func() {
		w := Desk()
		signIn(w, "recepcion@demo.pe")
		first := somebody{freshDNI(), "Luz Amparo", "Quispe", "Illatopa", "10021979", "Femenino", freshPhone()}
		registerPatient(w, first)
		page := w.Where()
		w.Go("/pacientes/nuevo")
		fillPatient(w, somebody{first.Document, "Otra Persona", "Distinta", "Del Todo", "11031981", "Femenino", freshPhone()})
		w.Refused(409)
		w.PressOn("button[type=submit]", "Registrar")
		w.See("#registro", "Ya está en el registro con ese documento")
		Expect(w.Value("[name=first_name]")).To(Equal("Otra Persona"))
		w.Clean("paciente-repetido")
		w.Follow("#registro a", "Abrir su ficha")
		w.At(page)
	})
})
