//go:build !js

package patients_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

var _ = Describe("the pages of the register", func() {
	var world *dbtest.World
	var d *desk
	var neighbour *agenda

	BeforeEach(func() {
		world = cluster.World()
		neighbour = &agenda{next: now.Add(3 * time.Hour)}
		d = newDesk(world, neighbour.neighbours()).as(world.Norte, accounts.Receptionist)
	})

	It("registers somebody from the form and goes to their page", func() {
		r := edith()
		answer := d.post("/pacientes", walkIn(r))
		Expect(answer.Code).To(Equal(http.StatusSeeOther), answer.Body.String())
		Expect(answer.Header().Get("Location")).To(Equal("/pacientes/" + r.ID.String()))

		page := d.get("/pacientes/" + r.ID.String())
		Expect(page.Code).To(Equal(http.StatusOK))
		for _, words := range []string{"Huamán Ponce, Edith Maribel", "34 años · F · DNI 99012345 · HC 000001", "962 555 014", "Endodoncia", "hoy", "13:00"} {
			Expect(page.Body.String()).To(ContainSubstring(words))
		}
		Expect(page.Body.String()).NotTo(ContainSubstring("Alertas clínicas"))
	})

	It("answers a repeated form with its first answer and registers once", func() {
		form := walkIn(edith())
		first, again := d.post("/pacientes", form), d.post("/pacientes", form)
		Expect(again.Code).To(Equal(first.Code))
		Expect(again.Header().Get("Location")).To(Equal(first.Header().Get("Location")))
		Expect(strings.Count(d.get("/pacientes").Body.String(), "fila-enlace")).To(Equal(1))
	})

	It("writes names as names when they came without capitals", func() {
		r := edith()
		r.FirstName, r.LastName = "luz marina", "DE LA CRUZ"
		Expect(d.post("/pacientes", walkIn(r)).Code).To(Equal(http.StatusSeeOther))
		Expect(d.get("/pacientes/" + r.ID.String()).Body.String()).To(ContainSubstring("De la Cruz Ponce, Luz Marina"))
	})

	It("shows a refused form again with the sentences at their fields and what was typed", func() {
		form := walkIn(edith())
		form.Set("document_number", "9901234")
		form.Set("birth_date", "31/02/1990")
		form.Set("sex", "")
		answer := d.post("/pacientes", form, "HX-Request", "true")
		Expect(answer.Code).To(Equal(http.StatusUnprocessableEntity))
		body := answer.Body.String()
		Expect(body).To(ContainSubstring("El DNI tiene 8 dígitos; aquí hay 7."))
		Expect(body).To(ContainSubstring("Ese día no existe en el calendario."))
		Expect(body).To(ContainSubstring("Elija femenino o masculino."))
		Expect(body).To(ContainSubstring("Hay 3 datos por corregir."))
		Expect(body).To(ContainSubstring(`value="31/02/1990"`))
		Expect(body).NotTo(ContainSubstring("<html"))
	})

	It("refuses a district that is none, in the form of somebody new and of somebody known", func() {
		form := walkIn(edith())
		form.Set("ubigeo", "999999")
		answer := d.post("/pacientes", form)
		Expect(answer.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body.String()).To(ContainSubstring("Ningún distrito tiene ese código."))

		p := registered(d, world.Norte, edith())
		part := fieldsOf(partOf(d.get("/pacientes/"+p.ID.String()+"/datos").Body.String(), "contacto"))
		part.Set("ubigeo", "999999")
		answer = d.post("/pacientes/"+p.ID.String()+"/datos/contacto", part)
		Expect(answer.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body.String()).To(ContainSubstring("Ningún distrito tiene ese código."))
	})

	It("links to whoever has the document", func() {
		known := registered(d, world.Norte, edith())
		form := walkIn(edith())
		form.Set("first_name", "Luz")
		answer := d.post("/pacientes", form)
		Expect(answer.Code).To(Equal(http.StatusConflict))
		Expect(answer.Body.String()).To(ContainSubstring("/pacientes/" + known.ID.String()))
		Expect(answer.Body.String()).To(ContainSubstring("Abrir su ficha"))
	})

	It("warns of the same name and birth date, and goes on when told so", func() {
		registered(d, world.Norte, edith())
		form := walkIn(edith())
		form.Set("document_type", "NONE")
		answer := d.post("/pacientes", form)
		Expect(answer.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body.String()).To(ContainSubstring("Registrar de todos modos"))
		form.Set("seguro", "si")
		form.Set("op_id", newID().String())
		Expect(d.post("/pacientes", form).Code).To(Equal(http.StatusSeeOther))
	})

	It("lets somebody just registered wait at once, or registers nobody when that fails", func() {
		form := walkIn(edith())
		form.Set("en_sala", "si")
		form.Set("servicio", newID().String())
		form.Set("profesional", newID().String())
		neighbour.fails = fault.ConflictAt("profesional", "Ya no atiende hoy.")
		refused := d.post("/pacientes", form)
		Expect(refused.Code).To(Equal(http.StatusConflict))
		Expect(refused.Body.String()).To(ContainSubstring("Ya no atiende hoy."))
		Expect(d.get("/pacientes/" + form.Get("id")).Code).To(Equal(http.StatusNotFound))

		neighbour.fails = nil
		form.Set("op_id", newID().String())
		Expect(d.post("/pacientes", form).Code).To(Equal(http.StatusSeeOther))
		Expect(neighbour.walked).To(HaveLen(2))
	})

	It("keeps the wish to wait when a minor without guardian is confirmed, and shows the warning first", func() {
		child := edith()
		child.BirthDate, child.Guardian = day("24/01/2020"), patients.Guardian{}
		form := walkIn(child)
		form.Set("en_sala", "si")
		form.Set("servicio", uuid.Max.String())
		form.Set("profesional", uuid.Max.String())
		warned := d.post("/pacientes", form, "HX-Request", "true")
		Expect(warned.Code).To(Equal(http.StatusUnprocessableEntity))
		body := warned.Body.String()
		Expect(body).To(MatchRegexp(`(?s)data-errores.*falta el apoderado`))
		Expect(body).NotTo(ContainSubstring("Registrar, en sala"), "it would lead to the same warning again")
		Expect(body).To(MatchRegexp(`name="seguro" value="si" data-key="ctrl\+enter"`))

		again := fieldsOf(body)
		Expect(again.Get("en_sala")).To(Equal("si"))
		Expect(again.Get("cita")).To(Equal(form.Get("cita")))
		Expect(again.Get("servicio")).To(Equal(uuid.Max.String()))
		Expect(again.Get("profesional")).To(Equal(uuid.Max.String()))
		again.Set("sex", "F")
		again.Set("seguro", "si")
		again.Set("op_id", newID().String())
		answer := d.post("/pacientes", again)
		Expect(answer.Code).To(Equal(http.StatusSeeOther), answer.Body.String())
		Expect(neighbour.walked).To(Equal([]uuid.UUID{child.ID}))
	})

	It("does not let somebody wait who was only to be registered", func() {
		child := edith()
		child.BirthDate, child.Guardian = day("24/01/2020"), patients.Guardian{}
		body := d.post("/pacientes", walkIn(child), "HX-Request", "true").Body.String()
		Expect(body).To(ContainSubstring("Registrar de todos modos"))
		Expect(body).NotTo(ContainSubstring(`name="en_sala"`))
	})

	It("answers the search box with rows that open and book", func() {
		p := registered(d, world.Norte, edith())
		rows := d.post("/pacientes/buscar", url.Values{"q": {"edith hua"}}, "HX-Request", "true").Body.String()
		Expect(rows).To(ContainSubstring(`href="/pacientes/` + p.ID.String()))
		Expect(rows).To(ContainSubstring("/citas/nueva?paciente=" + p.ID.String()))
		Expect(rows).To(ContainSubstring("34 años · DNI 99012345 · 962 555 014 · cita hoy 13:00"))
		Expect(rows).NotTo(ContainSubstring("<html"))
		Expect(d.post("/pacientes/buscar", url.Values{"q": {"edith"}}).Body.String()).To(ContainSubstring("<html"))
	})

	It("offers to register who is not there, with what was typed, in no address", func() {
		rows := d.post("/pacientes/buscar", url.Values{"q": {"99012345"}}, "HX-Request", "true").Body.String()
		Expect(rows).To(ContainSubstring("Registrar con DNI 99012345"))
		form := d.post("/pacientes/nuevo", url.Values{"documento": {"99012345"}}).Body.String()
		Expect(form).To(ContainSubstring(`value="99012345"`))

		rows = d.post("/pacientes/buscar", url.Values{"q": {"quispe luz"}}, "HX-Request", "true").Body.String()
		Expect(rows).To(ContainSubstring("Registrar a «quispe luz»"))
		form = d.post("/pacientes/nuevo", url.Values{"nombre": {"quispe luz"}}).Body.String()
		Expect(form).To(MatchRegexp(`name="last_name"[^>]*value="Quispe"`))
		Expect(form).To(MatchRegexp(`name="first_name"[^>]*value="Luz"`))
	})

	It("goes on behind the last row of the list", func() {
		for range 51 {
			registered(d, world.Norte, named("Ana", "Rojas", "Tello"))
		}
		first := d.get("/pacientes?orden=alfabeto").Body.String()
		Expect(strings.Count(first, "fila-enlace")).To(Equal(50))
		more := regexp.MustCompile(`hx-get="([^"]+)"[^>]*>Ver más`).FindStringSubmatch(first)
		Expect(more).To(HaveLen(2))
		rest := d.get(strings.ReplaceAll(more[1], "&amp;", "&")).Body.String()
		Expect(strings.Count(rest, "fila-enlace")).To(Equal(1))
	})

	Describe("for another clinic, another role, an id that is none", func() {
		It("answers 404 to everything", func() {
			p := registered(d, world.Norte, edith())
			d.as(world.Sur, accounts.ClinicAdmin)
			for _, path := range []string{"", "/datos", "/unir"} {
				Expect(d.get("/pacientes/" + p.ID.String() + path).Code).To(Equal(http.StatusNotFound))
			}
			Expect(d.get("/pacientes/99012345").Code).To(Equal(http.StatusNotFound))
			Expect(d.post("/pacientes/"+p.ID.String()+"/datos/contacto", url.Values{"phone": {"962555014"}}).Code).To(Equal(http.StatusNotFound))
			Expect(d.get("/pacientes?desde=" + p.ID.String()).Code).To(Equal(http.StatusNotFound))
		})

		It("lets a cashier edit what a receipt needs, and no more", func() {
			p := registered(d, world.Norte, edith())
			d.as(world.Norte, accounts.Cashier)
			page := d.get("/pacientes/" + p.ID.String() + "/datos").Body.String()
			Expect(page).To(ContainSubstring("Datos para el comprobante"))
			Expect(page).NotTo(ContainSubstring(`name="first_name"`))
			Expect(d.post("/pacientes/"+p.ID.String()+"/datos/identidad", url.Values{"first_name": {"Otra"}}).Code).To(Equal(http.StatusNotFound))
			form := fieldsOf(page)
			form.Set("address", "Jr. Dos de Mayo 100")
			Expect(d.post("/pacientes/"+p.ID.String()+"/facturacion", form).Code).To(Equal(http.StatusSeeOther))
			Expect(d.get("/pacientes/" + p.ID.String()).Body.String()).To(ContainSubstring("Jr. Dos de Mayo 100"))
			Expect(d.get("/pacientes/nuevo").Code).To(Equal(http.StatusNotFound))
		})
	})

	Describe("two people editing one patient", func() {
		var p patients.Patient
		var contact, identity string
		BeforeEach(func() {
			p = registered(d, world.Norte, edith())
			page := d.get("/pacientes/" + p.ID.String() + "/datos").Body.String()
			contact, identity = partOf(page, "contacto"), partOf(page, "identidad")
		})
		save := func(part string, form url.Values) (int, string) {
			answer := d.post("/pacientes/"+p.ID.String()+"/datos/"+part, form)
			return answer.Code, answer.Body.String()
		}
		with := func(part, field, value string) url.Values {
			form := fieldsOf(part)
			form.Set(field, value)
			form.Set("op_id", newID().String())
			return form
		}

		It("keeps both when they changed different data, and says so", func() {
			code, _ := save("contacto", with(contact, "phone", "999 888 777"))
			Expect(code).To(Equal(http.StatusSeeOther))
			code, _ = save("contacto", with(contact, "address", "Av. Universitaria 1"))
			Expect(code).To(Equal(http.StatusSeeOther))
			page := d.get("/pacientes/" + p.ID.String()).Body.String()
			Expect(page).To(ContainSubstring("999 888 777"))
			Expect(page).To(ContainSubstring("Av. Universitaria 1"))
		})

		It("answers a saved part with that part alone and the header, so that what is typed in another stays", func() {
			form := with(identity, "last_name", "Ñaupari")
			answer := d.post("/pacientes/"+p.ID.String()+"/datos/identidad", form, "HX-Request", "true")
			Expect(answer.Code).To(Equal(http.StatusOK))
			Expect(answer.Header()).NotTo(HaveKey("Hx-Redirect"))
			body := answer.Body.String()
			Expect(body).To(MatchRegexp(`(?s)id="paciente-barra" hx-swap-oob="true".*Ñaupari`))
			Expect(body).To(ContainSubstring("Guardado."))
			Expect(body).NotTo(ContainSubstring("parte-contacto"))

			again := with(partOf(body, "identidad"), "second_last_name", "Lino")
			Expect(again.Get("version")).To(Equal("2"))
			Expect(d.post("/pacientes/"+p.ID.String()+"/datos/identidad", again, "HX-Request", "true").Code).To(Equal(http.StatusOK))

			body = d.post("/pacientes/"+p.ID.String()+"/datos/contacto", with(contact, "phone", "999 888 777"), "HX-Request", "true").Body.String()
			Expect(body).To(ContainSubstring("Guardado."))
			Expect(body).NotTo(ContainSubstring("otra persona"), "the other part was saved by the same person")
			Expect(body).To(ContainSubstring("999 888 777"))
			Expect(d.get("/pacientes/" + p.ID.String()).Body.String()).To(ContainSubstring("Ñaupari Lino"))
		})

		It("says what somebody else saved meanwhile in another part", func() {
			save("contacto", with(contact, "phone", "999 888 777"))
			d.as(world.Norte, accounts.ClinicAdmin)
			answer := d.post("/pacientes/"+p.ID.String()+"/datos/identidad", with(identity, "last_name", "Ñaupari"), "HX-Request", "true")
			Expect(answer.Body.String()).To(ContainSubstring("Mientras tanto otra persona cambió: "))
		})

		It("shows both values when they changed the same, chooses neither, and does as told", func() {
			code, _ := save("contacto", with(contact, "phone", "999 888 777"))
			Expect(code).To(Equal(http.StatusSeeOther))
			code, body := save("contacto", with(contact, "phone", "911 111 111"))
			Expect(code).To(Equal(http.StatusConflict))
			Expect(body).To(ContainSubstring("Dejar lo guardado"))
			Expect(body).To(ContainSubstring("Ana Loarte, hoy 10:00"))
			Expect(body).To(MatchRegexp(`(?s)Dejar lo guardado.*999 888 777.*Poner lo escrito aquí.*911 111 111`))
			again := partOf(body, "contacto")
			Expect(again).NotTo(ContainSubstring("checked"))

			code, _ = save("contacto", with(again, "x", ""))
			Expect(code).To(Equal(http.StatusConflict), "nobody chose yet")
			code, _ = save("contacto", with(again, "elegir.phone", "mio"))
			Expect(code).To(Equal(http.StatusSeeOther))
			Expect(d.get("/pacientes/" + p.ID.String()).Body.String()).To(ContainSubstring("911 111 111"))
		})

		It("leaves what was saved when so chosen", func() {
			save("contacto", with(contact, "phone", "999 888 777"))
			_, body := save("contacto", with(contact, "phone", "911 111 111"))
			code, _ := save("contacto", with(partOf(body, "contacto"), "elegir.phone", "guardado"))
			Expect(code).To(Equal(http.StatusSeeOther))
			Expect(d.get("/pacientes/" + p.ID.String()).Body.String()).To(ContainSubstring("999 888 777"))
		})

		It("refuses a changed document that somebody else has", func() {
			other := edith()
			other.Document.Number, other.FirstName = "40123456", "Rosa"
			registered(d, world.Norte, other)
			code, body := save("identidad", with(identity, "document_number", "40123456"))
			Expect(code).To(Equal(http.StatusConflict))
			Expect(body).To(ContainSubstring("Huamán Ponce, Rosa"))
		})

		It("finds the person by the new name, document and phone, and no longer by the old ones", func() {
			form := with(identity, "document_number", "40123456")
			form.Set("last_name", "Ñaupari")
			code, body := save("identidad", form)
			Expect(code).To(Equal(http.StatusSeeOther), body)
			found := func(q string) bool {
				return strings.Contains(d.post("/pacientes/buscar", url.Values{"q": {q}}, "HX-Request", "true").Body.String(), p.ID.String())
			}
			Expect([]bool{found("40123456"), found("naupari"), found("99012345"), found("huaman")}).To(Equal([]bool{true, true, false, false}))
		})
	})
})

// partOf cuts one part's form out of the page Datos.
func partOf(page, slug string) string {
	_, rest, found := strings.Cut(page, `id="parte-`+slug+`"`)
	Expect(found).To(BeTrue(), slug)
	form, _, _ := strings.Cut(rest, "</form>")
	return form
}

var (
	inputTag    = regexp.MustCompile(`<input[^>]*>`)
	nameAttr    = regexp.MustCompile(` name="([^"]*)"`)
	valueAttr   = regexp.MustCompile(` value="([^"]*)"`)
	selectTag   = regexp.MustCompile(`(?s)<select[^>]* name="([^"]*)".*?</select>`)
	selectedTag = regexp.MustCompile(`<option value="([^"]*)" selected`)
)

// fieldsOf reads a form as a browser would send it.
func fieldsOf(html string) url.Values {
	form := url.Values{}
	for _, tag := range inputTag.FindAllString(html, -1) {
		name, value := nameAttr.FindStringSubmatch(tag), valueAttr.FindStringSubmatch(tag)
		if name == nil || strings.Contains(tag, `type="radio"`) && !strings.Contains(tag, "checked") {
			continue
		}
		text := ""
		if value != nil {
			text = value[1]
		}
		form.Set(name[1], strings.NewReplacer("&#39;", "'", "&amp;", "&", "&#34;", `"`).Replace(text))
	}
	for _, s := range selectTag.FindAllStringSubmatch(html, -1) {
		if chosen := selectedTag.FindStringSubmatch(s[0]); chosen != nil {
			form.Set(s[1], chosen[1])
		}
	}
	return form
}
