//go:build !js

package agenda_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/web"
)

// visitor looks at the agenda's pages as somebody of Norte.
type visitor struct {
	echo *echo.Echo
	who  access.Identity
	at   string // the page that htmx says it is on; empty: without script
}

type page struct {
	Status int
	Body   string
	Header http.Header
}

func (c *clinic) visitor(p dbtest.Person, roles ...accounts.Role) visitor {
	GinkgoHelper()
	e := echo.New()
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	e.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	e.Use(web.RequestIDs())
	server := &web.Server{DB: c.DB, Answers: web.NewAnswers(c.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: func() time.Time { return c.moment }}
	r := web.NewRouter(e, server.Guard)
	people := patients.New(patients.NewPostgres(c.Vault, clock.System), patients.Neighbours{Tabs: agenda.Tabs()}, clock.At(c.moment))
	agenda.Routes(r, c.agenda(), catalog.New(catalog.Postgres{}, accounts.Colleagues{}), people, agenda.Beside{Charges: c.charges})
	Expect(r.Check()).To(Succeed())
	return visitor{echo: e, who: access.Who(c.identified(p, roles...)), at: "/agenda"}
}

func (v visitor) send(method, path string, form url.Values) page {
	GinkgoHelper()
	request := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if v.at != "" {
		request.Header.Set("HX-Request", "true")
		request.Header.Set("HX-Current-URL", "http://clinica.pe"+v.at)
	}
	answer := httptest.NewRecorder()
	v.echo.ServeHTTP(answer, request.WithContext(access.With(request.Context(), v.who)))
	return page{answer.Code, answer.Body.String(), answer.Header()}
}

func (v visitor) get(path string) page { GinkgoHelper(); return v.send(http.MethodGet, path, nil) }
func (v visitor) post(path string, form url.Values) page {
	GinkgoHelper()
	return v.send(http.MethodPost, path, form)
}

// form is a booking of Ana with Dra. Salas as the desk types it.
func (c *clinic) form(hour string) url.Values {
	return url.Values{
		"op_id": {newID().String()}, "paciente": {c.Ana.String()}, "servicio": {c.Talk.String()}, "profesional": {c.Salas.Membership.String()},
		"hora": {hour}, "fecha": {"2026-11-24"},
	}
}

func (c *clinic) appointments() int {
	GinkgoHelper()
	var n int
	Expect(c.Admin.QueryRow(context.Background(), "select count(*) from appointments where clinic_id = $1", c.ID).Scan(&n)).To(Succeed())
	return n
}

// booked books by the form and returns the appointment's id.
func (c *clinic) booked(v visitor, hour string) string {
	GinkgoHelper()
	form := c.form(hour)
	answer := v.post("/citas", form)
	Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
	return form.Get("op_id")
}

var _ = Describe("the agenda's pages", Ordered, func() {
	var c *clinic
	var desk visitor
	BeforeAll(func() {
		c = norte()
		desk = c.visitor(c.Desk, accounts.Receptionist)
	})

	It("draws the day with free hours to book", func() {
		answer := desk.get("/agenda")
		Expect(answer.Status).To(Equal(http.StatusOK))
		Expect(answer.Body).To(ContainSubstring("Rosa Salas"))
		Expect(answer.Body).To(ContainSubstring("9:00 libre"))
		Expect(answer.Body).NotTo(ContainSubstring("8:00 libre"), "it is nine")
		Expect(answer.Body).NotTo(ContainSubstring("style="))
	})

	It("books what the desk typed, shows the card with the focus and closes the dialog", func() {
		answer := desk.post("/citas", c.form("10:00"))
		Expect(answer.Status).To(Equal(http.StatusOK))
		Expect(answer.Header.Get("HX-Trigger")).To(ContainSubstring("dialogo:cerrar"))
		Expect(answer.Header.Get("HX-Retarget")).To(Equal("#agenda"))
		Expect(answer.Header.Get("HX-Trigger-After-Settle")).To(ContainSubstring("cita-"))
		Expect(answer.Body).To(ContainSubstring("10:00 Quispe, Ana, Consulta"))
		Expect(answer.Body).To(ContainSubstring("Reservada: Quispe, Ana, mar 24 nov 10:00"))
	})

	It("goes to the day that was booked", func() {
		form := c.form("mar 1 dic 8:20")
		answer := desk.post("/citas", form)
		Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
		Expect(answer.Header.Get("HX-Push-Url")).To(Equal("/agenda?fecha=2026-12-01"))
		Expect(answer.Body).To(ContainSubstring("cita-" + form.Get("op_id")))
	})

	It("leaves a form that was a page of its own for the card in the agenda", func() {
		patient := desk
		patient.at = "/citas/nueva?paciente=" + c.Ana.String()
		form := c.form("mié 2 dic 8:20")
		answer := patient.post("/citas", form)
		Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
		Expect(answer.Header.Get("HX-Redirect")).To(Equal("/agenda?cita=" + form.Get("op_id") + "&fecha=2026-12-02"))
	})

	It("books once when the form arrives twice", func() {
		form, before := c.form("10:20"), c.appointments()
		first, second := desk.post("/citas", form), desk.post("/citas", form)
		Expect(first.Status).To(Equal(http.StatusOK))
		Expect(second.Status).To(Equal(http.StatusOK))
		Expect(c.appointments()).To(Equal(before + 1))
	})

	It("refuses a taken hour at the field, with who, three hours and everything typed", func() {
		c.booked(desk, "11:00")
		other := c.visitor(c.People["receptionist"], accounts.Receptionist)
		form := c.form("11:00")
		form.Set("nota", "Trae radiografía")
		answer := other.post("/citas", form)
		Expect(answer.Status).To(Equal(http.StatusConflict))
		Expect(answer.Body).To(ContainSubstring("Ana Loarte tomó las 11:00 hace un momento. Libres: 11:20, 11:40, 12:00."))
		Expect(answer.Body).To(ContainSubstring(`data-hora="hoy 11:20"`))
		Expect(answer.Body).To(ContainSubstring("Trae radiografía"))
		Expect(answer.Body).To(ContainSubstring(`value="11:00"`))
		Expect(answer.Body).NotTo(ContainSubstring("<main"), "the form alone")
	})

	It("says at each field what is missing", func() {
		answer := desk.post("/citas", url.Values{"op_id": {newID().String()}, "hora": {"mañana por la tarde"}})
		Expect(answer.Status).To(Equal(http.StatusUnprocessableEntity))
		for _, sentence := range []string{"Falta el paciente.", "Falta el servicio.", "No se entiende."} {
			Expect(answer.Body).To(ContainSubstring(sentence))
		}
	})

	It("registers somebody new with the booking, and nobody when the hour is taken", func() {
		form := c.form("12:20")
		form.Del("paciente")
		form.Set("apellidos", "De la Cruz Rojas")
		form.Set("nombres", "Flor")
		form.Set("documento", "45678912")
		Expect(desk.post("/citas", form).Body).To(ContainSubstring("De la Cruz Rojas, Flor"))
		form.Set("op_id", newID().String())
		form.Set("documento", "45678913")
		form.Set("seguro", "si")
		Expect(desk.post("/citas", form).Status).To(Equal(http.StatusConflict))
		Expect(desk.post("/citas/pacientes", url.Values{"q": {"45678913"}}).Body).To(ContainSubstring("Registrar a"))
		Expect(desk.post("/citas/pacientes", url.Values{"q": {"45678912"}}).Body).To(ContainSubstring("De la Cruz"))
	})

	It("refuses a document that somebody has", func() {
		form := c.form("12:40")
		form.Del("paciente")
		form.Set("apellidos", "Otro")
		form.Set("nombres", "Nombre")
		form.Set("documento", "45678912")
		answer := desk.post("/citas", form)
		Expect(answer.Status).To(Equal(http.StatusConflict))
		Expect(answer.Body).To(ContainSubstring("Ya está en el registro con ese documento: De la Cruz Rojas, Flor."))
	})

	It("echoes a typed hour in words, with how it stands", func() {
		query := url.Values{"hora": {"mar 1 dic 9:00"}, "servicio": {c.Talk.String()}, "profesional": {c.Salas.Membership.String()}}
		Expect(desk.get("/citas/nueva/hora?" + query.Encode()).Body).To(And(ContainSubstring("martes 1 de diciembre, 9:00 a 9:20"), ContainSubstring("Libre.")))
		query.Set("hora", "11:10")
		Expect(desk.get("/citas/nueva/hora?" + query.Encode()).Body).To(ContainSubstring("Ya está tomada."))
		query.Set("hora", "mar 17")
		Expect(desk.get("/citas/nueva/hora?"+query.Encode()).Body).To(ContainSubstring("17:00 a 17:20"), "a field of hours means the hour")
		query.Set("hora", "20")
		Expect(desk.get("/citas/nueva/hora?" + query.Encode()).Body).To(ContainSubstring("Fuera del horario."))
	})

	It("counts the month's appointments beside the month's name", func() {
		form := c.form("jue 26 nov 8:20")
		form.Set("profesional", c.Rojas.Membership.String())
		Expect(desk.post("/citas", form).Status).To(Equal(http.StatusOK))
		Expect(desk.get("/agenda?fecha=2026-11-24").Body).To(ContainSubstring(">4 citas</span>"))
		Expect(desk.get("/agenda?vista=mes&fecha=2026-11-24").Body).To(ContainSubstring(">5 citas</span>"))
	})

	It("says each service's minutes in its row, which fill the duration when it is chosen", func() {
		Expect(desk.post("/citas/servicios", url.Values{"q": {"consulta"}}).Body).To(ContainSubstring(`data-minutos="20"`))
		Expect(desk.get("/citas/nueva?servicio=" + c.Cleaning.String()).Body).To(MatchRegexp(`name="duracion"[^>]*value="30"|value="30"[^>]*name="duracion"`))
	})

	It("answers a poll with nothing until something changes", func() {
		poll := regexp.MustCompile(`/agenda/cambios[^"]*desde=\d+[^"]*`)
		address := strings.ReplaceAll(poll.FindString(desk.get("/agenda").Body), "&amp;", "&")
		Expect(address).NotTo(BeEmpty())
		Expect(desk.get(address).Status).To(Equal(http.StatusNoContent))
		c.booked(desk, "11:40")
		answer := desk.get(address)
		Expect(answer.Status).To(Equal(http.StatusOK))
		Expect(answer.Body).To(ContainSubstring("11:40 Quispe, Ana"))
	})

	It("introduces the chosen patient by a card, prefilled and after choosing alike", func() {
		c.exec("update patients set birth_date = '1990-01-02' where id = $1", c.Luz)
		past := c.booking(at(9, 0))
		c.exec(`insert into appointments (clinic_id, id, patient_id, doctor_id, service_id, site_id, start_time, end_time, status, booked_as)
			values ($1, $2, $3, $4, $5, $6, '2026-11-03T14:00Z', '2026-11-03T14:20Z', 'completed', '')`, c.ID, past.ID, c.Luz, c.Salas.Membership, c.Talk, c.Site)
		for _, path := range []string{"/citas/nueva?paciente=", "/citas/nueva/paciente?paciente="} {
			Expect(desk.get(path+c.Luz.String()).Body).To(And(
				ContainSubstring("Huamán, Luz"), ContainSubstring("36 años"), ContainSubstring("última cita 3 nov"), ContainSubstring("Cambiar")), path)
		}
		Expect(desk.get("/citas/nueva").Body).NotTo(ContainSubstring("Cambiar"))
		Expect(desk.get("/citas/nueva/paciente?paciente=" + c.Foreign.Patient.String()).Status).To(Equal(http.StatusNotFound))
		Expect(desk.get("/citas/nueva/paciente?paciente=x").Status).To(Equal(http.StatusNotFound))
	})

	It("prints the day under the names of the clinic and the site", func() {
		c.exec("update clinics set name = 'Clínica del Norte' where id = $1", c.ID)
		Expect(desk.get("/agenda/imprimir?fecha=2026-11-24").Body).To(And(ContainSubstring("Clínica del Norte"), ContainSubstring("Sede "), ContainSubstring("Quispe, Ana")))
	})

	It("lists free hours by day and leads to the form", func() {
		answer := desk.get("/agenda/horas-libres?servicio=" + c.Talk.String() + "&parte=manana")
		Expect(answer.Body).To(ContainSubstring("Martes 24 de noviembre"))
		Expect(answer.Body).To(ContainSubstring("/citas/nueva?fecha=2026-11-24"))
		Expect(desk.get("/agenda/horas-libres?servicio=" + newID().String()).Body).To(ContainSubstring("Elija un servicio."))
	})
})

var _ = Describe("an appointment on screen", Ordered, func() {
	var c *clinic
	var desk visitor
	BeforeAll(func() {
		c = norte()
		desk = c.visitor(c.Desk, accounts.Receptionist)
	})

	It("arrives by one tap, with Deshacer", func() {
		id := c.booked(desk, "9:00")
		answer := desk.post("/citas/"+id+"/llegada", url.Values{"op_id": {newID().String()}})
		Expect(answer.Status).To(Equal(http.StatusOK))
		Expect(answer.Body).To(And(ContainSubstring(`data-estado="sala"`), ContainSubstring("En sala: Quispe, Ana"), ContainSubstring("/citas/"+id+"/deshacer")))
		answer = desk.post("/citas/"+id+"/deshacer", url.Values{"op_id": {newID().String()}})
		Expect(answer.Body).To(ContainSubstring("Deshecho: Quispe, Ana, Agendada"))
		Expect(desk.send(http.MethodDelete, "/citas/"+id+"/llegada", nil).Status).To(Equal(http.StatusConflict), "nothing is left to take back")
	})

	It("stands under Por cobrar once it has ended, for who charges", func() {
		id := c.booked(desk, "11:00")
		c.charges[uuid.MustParse(id)] = "S/ 90.00"
		Expect(desk.get("/agenda?fecha=2026-11-24").Body).NotTo(ContainSubstring("Por cobrar"))
		c.exec("update appointments set status = 'completed' where id = $1", id)
		Expect(desk.get("/agenda?fecha=2026-11-24").Body).To(And(ContainSubstring("Por cobrar"), ContainSubstring("S/ 90.00 · 11:00"), ContainSubstring("/cobros/nuevo?cita="+id)))
		Expect(c.visitor(c.Salas, accounts.Doctor).get("/agenda?fecha=2026-11-24").Body).NotTo(ContainSubstring("Por cobrar"))
	})

	It("asks why before it is cancelled", func() {
		id := c.booked(desk, "9:20")
		Expect(desk.get("/citas/" + id + "/cancelacion").Body).To(ContainSubstring("¿Cancelar la cita de Quispe, Ana?"))
		answer := desk.post("/citas/"+id+"/cancelacion", url.Values{"op_id": {newID().String()}, "motivo": {"otro"}})
		Expect(answer.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body).To(ContainSubstring("Falta el motivo"))
		answer = desk.post("/citas/"+id+"/cancelacion", url.Values{"op_id": {newID().String()}, "motivo": {"otro"}, "otro": {"Viaje"}})
		Expect(answer.Status).To(Equal(http.StatusOK))
		Expect(desk.get("/citas/" + id).Body).To(ContainSubstring("Viaje"))
	})

	It("moves by a typed hour, a dropped one and back by Deshacer", func() {
		id := c.booked(desk, "10:00")
		answer := desk.post("/citas/"+id+"/mover", url.Values{"op_id": {newID().String()}, "version": {"1"}, "hora": {"10:30"}, "rejilla": {"1"}})
		Expect(answer.Body).To(ContainSubstring("Movida: Quispe, Ana, mar 24 nov 10:30"), answer.Body)
		answer = desk.post("/citas/"+id+"/mover", url.Values{
			"op_id": {newID().String()}, "version": {"2"}, "inicio": {"2026-11-24T11:00"}, "minutos": {"40"}, "profesional": {c.Salas.Membership.String()},
		})
		Expect(answer.Body).To(ContainSubstring("11:00"))
		back := regexp.MustCompile(`name="a" value="([^"]+)"`).FindStringSubmatch(answer.Body[strings.LastIndex(answer.Body, "Movida"):])
		Expect(back).To(HaveLen(2))
		answer = desk.post("/citas/"+id+"/mover", url.Values{"op_id": {newID().String()}, "version": {"3"}, "a": {back[1]}})
		Expect(answer.Body).To(ContainSubstring("Movida: Quispe, Ana, mar 24 nov 10:30"))
	})

	It("brings back what was dropped on somebody, with the reason and hours to choose", func() {
		id := c.booked(desk, "12:00")
		c.booked(desk, "12:20")
		answer := desk.post("/citas/"+id+"/mover", url.Values{"op_id": {newID().String()}, "version": {"1"}, "inicio": {"2026-11-24T12:25"}})
		Expect(answer.Status).To(Equal(http.StatusConflict))
		Expect(answer.Body).To(And(ContainSubstring("Usted ya reservó de 12:20 a 12:40."), ContainSubstring(`role="alert"`), ContainSubstring(">12:40</button>")))
		Expect(answer.Body).To(ContainSubstring("12:00 Quispe, Ana"), "it stands where it was")
	})

	It("tells who moves it late what it has become meanwhile", func() {
		id := c.booked(desk, "9:40")
		other := c.visitor(c.People["receptionist"], accounts.Receptionist)
		Expect(other.post("/citas/"+id+"/mover", url.Values{"op_id": {newID().String()}, "version": {"1"}, "inicio": {"2026-12-01T08:00"}}).Status).To(Equal(http.StatusOK))
		answer := desk.post("/citas/"+id+"/mover", url.Values{"op_id": {newID().String()}, "version": {"1"}, "inicio": {"2026-12-01T09:00"}})
		Expect(answer.Status).To(Equal(http.StatusConflict))
		Expect(answer.Body).To(ContainSubstring("ahora está martes 1 de diciembre, 8:00 a 8:20"))
	})

	It("merges a note with a move that it did not see", func() {
		id := c.booked(desk, "mar 1 dic 10:00")
		desk.post("/citas/"+id+"/mover", url.Values{"op_id": {newID().String()}, "version": {"1"}, "inicio": {"2026-12-01T10:20"}})
		answer := desk.post("/citas/"+id+"/editar", url.Values{"op_id": {newID().String()}, "version": {"1"}, "servicio": {c.Talk.String()}, "nota": {"Llega tarde"}})
		Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
		Expect(desk.get("/citas/" + id).Body).To(And(ContainSubstring("Llega tarde"), ContainSubstring("10:20")))
	})

	It("works without script: a form leads back to the card", func() {
		plain := desk
		plain.at = ""
		id := c.booked(desk, "8:40")
		answer := plain.post("/citas/"+id+"/confirmacion", url.Values{"op_id": {newID().String()}})
		Expect(answer.Status).To(Equal(http.StatusSeeOther))
		Expect(answer.Header.Get("Location")).To(Equal("/agenda?cita=" + id + "&fecha=2026-11-24"))
	})
})

var _ = Describe("who sees what", Ordered, func() {
	var c *clinic
	var id string
	BeforeAll(func() {
		c = norte()
		id = c.booked(c.visitor(c.Desk, accounts.Receptionist), "9:00")
	})
	as := func(role accounts.Role) visitor { return c.visitor(c.People[string(role)], role) }

	It("gives the cashier the day and nothing to press", func() {
		day := as(accounts.Cashier).get("/agenda?cita=" + id)
		Expect(day.Status).To(Equal(http.StatusOK))
		Expect(day.Body).To(ContainSubstring("9:00 Quispe, Ana"))
		Expect(day.Body).NotTo(ContainSubstring("data-libre"))
		Expect(day.Body).NotTo(ContainSubstring("<form"))
		Expect(as(accounts.Cashier).post("/citas", c.form("9:30")).Status).To(Equal(http.StatusNotFound))
		Expect(as(accounts.Cashier).post("/citas/"+id+"/llegada", url.Values{}).Status).To(Equal(http.StatusNotFound))
	})

	It("lets the assistant book and receive, not attend, not overbook, not block", func() {
		day := as(accounts.Assistant).get("/agenda?cita=" + id)
		Expect(day.Body).To(ContainSubstring("/llegada"))
		Expect(day.Body).NotTo(ContainSubstring("/atencion"))
		Expect(day.Body).NotTo(ContainSubstring("Bloqueo"))
		Expect(as(accounts.Assistant).get("/citas/nueva").Body).NotTo(ContainSubstring("Sobreturno"))
		Expect(as(accounts.Assistant).post("/citas/"+id+"/atencion", url.Values{}).Status).To(Equal(http.StatusNotFound))
	})

	It("shows the doctor the own day, with Atender for who waits", func() {
		Expect(as(accounts.Receptionist).post("/citas/"+id+"/llegada", url.Values{"op_id": {newID().String()}}).Status).To(Equal(http.StatusOK))
		salas := c.visitor(c.Salas, accounts.Doctor)
		salas.at = "/hoy"
		Expect(salas.get("/hoy").Body).To(And(ContainSubstring("Quispe, Ana"), ContainSubstring("Atender")))
		answer := salas.post("/citas/"+id+"/atencion", url.Values{"op_id": {newID().String()}})
		Expect(answer.Body).To(ContainSubstring("En atención desde las 9:00"))
		Expect(c.visitor(c.Rojas, accounts.Doctor).get("/hoy").Body).NotTo(ContainSubstring("Quispe"), "not his")
		Expect(c.visitor(c.Rojas, accounts.Doctor).get("/hoy?cita="+id).Body).NotTo(ContainSubstring("Quispe"), "nor by its address")
	})

	It("tells beside the doctor's list who is in attention, and whom one chooses", func() {
		form := c.form("12:00")
		form.Set("paciente", c.Luz.String())
		Expect(as(accounts.Receptionist).post("/citas", form).Status).To(Equal(http.StatusOK))
		salas := c.visitor(c.Salas, accounts.Doctor)
		salas.at = "/hoy"
		Expect(salas.get("/hoy").Body).To(And(ContainSubstring("Resumen de Quispe, Ana"), ContainSubstring("siguiente libre 9:"), ContainSubstring("Citas anteriores")))
		Expect(salas.get("/hoy?cita=" + form.Get("op_id")).Body).To(ContainSubstring("Resumen de Huamán, Luz"))
		salas.at = "/hoy?cita=" + form.Get("op_id")
		answer := salas.post("/citas/"+form.Get("op_id")+"/llegada", url.Values{"op_id": {newID().String()}})
		Expect(answer.Body).To(And(ContainSubstring("Resumen de Huamán, Luz"), ContainSubstring("data-vivo=\"/hoy/cambios?desde=")))
		Expect(salas.get("/hoy?cita=" + uuid.NewString()).Body).To(ContainSubstring("Resumen de Quispe, Ana"))
	})

	It("knows nothing of another clinic's", func() {
		sur := c.visitor(c.Desk, accounts.Receptionist)
		sur.who = c.Sur.Identity("receptionist")
		sur.who.Permissions = accounts.PermissionsOf([]accounts.Role{accounts.Receptionist})
		for _, path := range []string{"", "/cancelacion", "/mover", "/editar"} {
			Expect(sur.get("/citas/"+id+path).Status).To(Equal(http.StatusNotFound), path)
		}
		for _, path := range []string{"/llegada", "/confirmacion", "/inasistencia", "/deshacer"} {
			Expect(sur.post("/citas/"+id+path, url.Values{}).Status).To(Equal(http.StatusNotFound), path)
		}
		Expect(sur.post("/citas/"+id+"/mover", url.Values{"inicio": {"2026-11-24T10:00"}}).Status).To(Equal(http.StatusNotFound))
		Expect(sur.get("/agenda?cita=" + id).Body).NotTo(ContainSubstring("Quispe"))
		Expect(sur.get("/pacientes/" + c.Ana.String() + "/citas").Status).To(Equal(http.StatusNotFound))
		form := c.form("10:00")
		answer := sur.post("/citas", form)
		Expect(answer.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body).NotTo(ContainSubstring("Quispe"))
	})

	It("shows a person's appointments on the patient's page", func() {
		answer := as(accounts.Receptionist).get("/pacientes/" + c.Ana.String() + "/citas")
		Expect(answer.Body).To(And(ContainSubstring("Citas anteriores"), ContainSubstring("Consulta")))
	})
})
