//go:build !js

package agenda_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/database/dbtest"
)

var _ = Describe("working hours on screen", Ordered, func() {
	var c *clinic
	BeforeAll(func() { c = norte() })
	week := func(monday string) url.Values {
		return url.Values{"op_id": {newID().String()}, "sede": {c.Site.String()}, "dia1": {monday}, "dia2": {"8-13"}}
	}

	It("keeps a week as it was typed, and says at the day what is wrong", func() {
		admin := c.visitor(c.People["clinic_admin"], accounts.ClinicAdmin)
		admin.at = ""
		path := "/configuracion/horarios/" + c.Salas.Membership.String()
		answer := admin.post(path, week("9-12, 11-14"))
		Expect(answer.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body).To(And(ContainSubstring("Dos tramos se cruzan"), ContainSubstring("9-12, 11-14")))
		typed := week("9-12, 15-19")
		typed.Set("visto", regexp.MustCompile(`name="visto" value="([^"]+)"`).FindStringSubmatch(admin.get(path).Body)[1])
		Expect(admin.post(path, typed).Status).To(Equal(http.StatusSeeOther))
		Expect(admin.get("/configuracion/horarios").Body).To(ContainSubstring("lun 9:00-12:00, 15:00-19:00 · mar 8:00-13:00"))
		Expect(admin.get(path).Body).To(ContainSubstring(`value="9:00-12:00, 15:00-19:00"`))
	})

	It("opens at the site where the person works, else at the person's own, else at the first", func() {
		first := newID()
		c.exec("insert into sites (clinic_id, id, name) values ($1, $2, 'AAA')", c.ID, first)
		admin := c.visitor(c.People["clinic_admin"], accounts.ClinicAdmin)
		opens := func(doctor dbtest.Person, site uuid.UUID) {
			GinkgoHelper()
			Expect(admin.get("/configuracion/horarios/" + doctor.Membership.String()).Body).To(ContainSubstring(`name="sede" value="` + site.String() + `"`))
		}
		opens(c.Salas, c.Site)
		c.exec("update memberships set site_id = null where id = $1", c.Rojas.Membership)
		opens(c.Rojas, first)
		c.exec("update memberships set site_id = $2 where id = $1", c.Rojas.Membership, c.Site)
		opens(c.Rojas, c.Site)
		c.exec("delete from sites where id = $1", first)
	})

	It("overwrites no week that somebody else stored meanwhile", func() {
		path := "/configuracion/horarios/" + c.Rojas.Membership.String()
		admin, other := c.visitor(c.People["clinic_admin"], accounts.ClinicAdmin), c.visitor(c.Desk, accounts.ClinicAdmin)
		admin.at, other.at = "", ""
		seen := func(body string) string {
			GinkgoHelper()
			found := regexp.MustCompile(`name="visto" value="([^"]+)"`).FindStringSubmatch(body)
			Expect(found).To(HaveLen(2))
			return found[1]
		}
		drawn := seen(admin.get(path).Body)
		form := func(monday, mark string) url.Values {
			f := week(monday)
			f.Set("visto", mark)
			return f
		}
		Expect(admin.post(path, form("9-12", drawn)).Status).To(Equal(http.StatusSeeOther))
		Expect(admin.post(path, form("9-12", drawn)).Status).To(Equal(http.StatusSeeOther), "both wanted the same")

		answer := other.post(path, form("15-19", drawn))
		Expect(answer.Status).To(Equal(http.StatusConflict))
		Expect(answer.Body).To(ContainSubstring("Lunes: quedó guardado «9:00-12:00»; aquí dice «15:00-19:00»."))
		Expect(answer.Body).To(ContainSubstring(`value="15-19"`))
		Expect(admin.get(path).Body).To(ContainSubstring(`value="9:00-12:00"`), "nothing was overwritten")

		Expect(other.post(path, form("15-19", seen(answer.Body))).Status).To(Equal(http.StatusSeeOther), "now it is meant")
		Expect(admin.get(path).Body).To(ContainSubstring(`value="15:00-19:00"`))
		Expect(admin.post(path, form("", drawn)).Status).To(Equal(http.StatusConflict))
	})

	It("closes a day for everybody, and opens it again", func() {
		admin := c.visitor(c.People["clinic_admin"], accounts.ClinicAdmin)
		admin.at = ""
		form := url.Values{"op_id": {newID().String()}, "tipo": {"closed"}, "dia": {"01/12/2026"}, "motivo": {"Aniversario"}}
		Expect(admin.post("/configuracion/horarios/excepciones", form).Status).To(Equal(http.StatusSeeOther))
		desk := c.visitor(c.Desk, accounts.Receptionist)
		Expect(desk.get("/agenda?fecha=2026-12-01").Body).NotTo(ContainSubstring("data-libre"))
		Expect(admin.post("/configuracion/horarios/excepciones/"+form.Get("op_id")+"/quitar", url.Values{"op_id": {newID().String()}}).Status).To(Equal(http.StatusSeeOther))
		Expect(desk.get("/agenda?fecha=2026-12-01").Body).To(ContainSubstring("data-libre"))
	})

	It("blocks an hour and takes the block away, with Deshacer", func() {
		desk := c.visitor(c.Desk, accounts.Receptionist)
		form := url.Values{"op_id": {newID().String()}, "profesional": {c.Salas.Membership.String()}, "dia": {"24/11/2026"}, "desde": {"12"}, "hasta": {"13"}, "motivo": {"Reunión"}}
		answer := desk.post("/agenda/bloqueos", form)
		Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
		Expect(answer.Body).To(ContainSubstring("Bloqueado: Reunión"))
		answer = desk.post("/agenda/bloqueos/"+form.Get("op_id")+"/quitar", url.Values{"op_id": {newID().String()}})
		Expect(answer.Body).To(And(ContainSubstring("Bloqueo quitado: Reunión"), ContainSubstring("12:00 libre")))
		back := regexp.MustCompile(`name="deshacer" value="([^"]+)"`).FindStringSubmatch(answer.Body)
		Expect(back).To(HaveLen(2))
		answer = desk.post("/agenda/bloqueos", url.Values{"op_id": {newID().String()}, "deshacer": {back[1]}, "profesional": {c.Salas.Membership.String()}, "motivo": {"Reunión"}})
		Expect(answer.Body).To(ContainSubstring(`class="bloqueo`))
		Expect(desk.post("/agenda/bloqueos", url.Values{"op_id": {newID().String()}}).Status).To(Equal(http.StatusUnprocessableEntity))
	})

	It("is nobody else's to change", func() {
		desk := c.visitor(c.Desk, accounts.Receptionist)
		Expect(desk.post("/configuracion/horarios/"+c.Salas.Membership.String(), week("9-12")).Status).To(Equal(http.StatusNotFound))
		admin := c.visitor(c.People["clinic_admin"], accounts.ClinicAdmin)
		Expect(admin.get("/configuracion/horarios/" + c.Foreign.Doctor.String()).Status).To(Equal(http.StatusNotFound))
	})

	It("takes the weeks of a clinic's first day", func() {
		step := agenda.NewFirstHours(c.agenda())
		ctx := c.as(c.People["clinic_admin"], accounts.ClinicAdmin)
		body := &strings.Builder{}
		drawn, err := step.Body(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(drawn.Render(ctx, body)).To(Succeed())
		Expect(body.String()).To(ContainSubstring("Juan Rojas"))

		save := func(hours string) error {
			form := url.Values{"profesional": {c.Rojas.Membership.String()}, "dias0": {"0", "5"}, "horas0": {hours}}
			request := httptest.NewRequest(http.MethodPost, "/empezar/horarios", strings.NewReader(form.Encode()))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return step.Save(echo.New().NewContext(request.WithContext(ctx), httptest.NewRecorder()))
		}
		var refused *accounts.Redraw
		Expect(save("de día")).To(BeAssignableToTypeOf(refused))
		Expect(save("8-12")).To(Succeed())
		kept, err := c.agenda().Schedules(ctx, c.Rojas.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(kept).To(HaveLen(2))
	})
})

var _ = Describe("a free hour", Ordered, func() {
	It("comes with all but the patient, also when its professional does not do the service offered last", func() {
		c := norte()
		desk := c.visitor(c.Desk, accounts.Receptionist)
		c.booked(desk, "9:00") // Ana's talk with Dra. Salas is what was offered last
		for service, doctor := range map[uuid.UUID]uuid.UUID{c.Talk: c.Salas.Membership, c.Cleaning: c.Rojas.Membership} {
			c.exec("insert into service_doctors (clinic_id, id, service_id, membership_id) values ($1, $2, $3, $4)", c.ID, newID(), service, doctor)
		}
		address := "/citas/nueva?" + url.Values{"prof": {c.Rojas.Membership.String()}, "fecha": {"2026-11-24"}, "hora": {"10:00"}}.Encode()
		form := desk.get(address).Body
		Expect(form).To(ContainSubstring(`name="servicio" value="` + c.Cleaning.String() + `"`))
		Expect(form).To(ContainSubstring(`<option value="` + c.Rojas.Membership.String() + `" selected`))
		Expect(form).To(ContainSubstring(`value="10:00"`))
		Expect(regexp.MustCompile(`<input[^>]*autofocus[^>]*>`).FindAllString(form, -1)).To(ConsistOf(ContainSubstring(`name="paciente_texto"`)), "the patient is all that is left to type")

		known := regexp.MustCompile(`<input[^>]*autofocus[^>]*>`).FindAllString(desk.get(address+"&paciente="+c.Luz.String()).Body, -1)
		Expect(known).To(ConsistOf(ContainSubstring(`name="servicio_texto"`)), "Enter there books")
	})
})
