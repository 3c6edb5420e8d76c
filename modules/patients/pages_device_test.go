//go:build !js

package patients_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
	"hampi/views"
)

// awayDesk is the register's pages as a device answers them.
type awayDesk struct {
	echo   *echo.Echo
	device *offline.Device
	who    access.Identity
}

func newAwayDesk(role accounts.Role) *awayDesk {
	store := patients.NewOffline()
	d := &awayDesk{device: deviceOf(offline.NewMemory(), store)}
	d.who = access.Identity{UserID: newID(), MembershipID: newID(), Roles: []string{string(role)}, Permissions: accounts.PermissionsOf([]accounts.Role{role})}
	d.serve(patients.New(store, patients.Neighbours{Care: &agenda{}}, clock.At(now)))
	return d
}

// serve answers with the pages of a register from now on.
func (d *awayDesk) serve(register *patients.Service) {
	d.echo = echo.New()
	d.echo.HTTPErrorHandler = web.Errors{Log: slog.New(slog.NewTextHandler(io.Discard, nil))}.Handle
	d.echo.Use(web.WithChrome(func(_ echo.Context, p web.Page) (views.Shell, error) { return views.Shell{Title: p.Title}, nil }))
	r := web.NewRouter(d.echo, d.guard)
	patients.Routes(r, register)
}

// guard gives each request a unit of the device and keeps it when the answer is no refusal.
func (d *awayDesk) guard(_ web.Route, h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		op, _ := uuid.Parse(c.FormValue("op_id"))
		ctx, unit := d.device.Begin(access.With(c.Request().Context(), d.who), op)
		defer unit.Close()
		c.SetRequest(c.Request().WithContext(ctx))
		if err := h(c); err != nil || c.Response().Status >= http.StatusBadRequest {
			return err
		}
		return unit.Commit(ctx)
	}
}

func (d *awayDesk) get(path string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	d.echo.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer
}

func (d *awayDesk) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	answer := httptest.NewRecorder()
	d.echo.ServeHTTP(answer, r)
	return answer
}

func (d *awayDesk) queued() []offline.Entry {
	GinkgoHelper()
	entries, err := d.device.Entries(context.Background(), offline.Pending)
	Expect(err).NotTo(HaveOccurred())
	return entries
}

var _ = Describe("the pages of the register on a device", func() {
	var d *awayDesk
	BeforeEach(func() { d = newAwayDesk(accounts.Receptionist) })

	// formIn reads back the form of one part as the page drew it.
	formIn := func(body, part string) url.Values {
		GinkgoHelper()
		_, form, found := strings.Cut(body, `id="parte-`+part+`"`)
		Expect(found).To(BeTrue(), "the part %s is drawn", part)
		form, _, _ = strings.Cut(form, "</form>")
		values := url.Values{}
		for _, tag := range strings.Split(form, "<input")[1:] {
			name, value := attribute(tag, "name"), attribute(tag, "value")
			if name != "" && (attribute(tag, "type") != "radio" || strings.Contains(tag, " checked")) {
				values.Set(name, value)
			}
		}
		return values
	}

	It("registers somebody, findable at once, and queues all of it under the form's operation", func() {
		r, form := edith(), walkIn(edith())
		form.Set("id", r.ID.String())
		answer := d.post("/pacientes", form)
		Expect(answer.Code).To(Equal(http.StatusSeeOther), answer.Body.String())
		page := d.get("/pacientes/" + r.ID.String()).Body.String()
		Expect(page).To(And(ContainSubstring("Huamán Ponce, Edith Maribel"), ContainSubstring("HC en este equipo"), ContainSubstring("Jr. Abtao 640")))
		Expect(d.post("/pacientes/buscar", url.Values{"q": {"99012345"}}).Body.String()).To(ContainSubstring("Edith Maribel"))
		Expect(d.get("/pacientes").Body.String()).To(ContainSubstring("en este equipo"))
		queue := d.queued()
		Expect(queue).To(HaveLen(1))
		Expect(queue[0].Operation).To(And(HaveField("OpID", uuid.MustParse(form.Get("op_id"))), HaveField("LocalID", r.ID),
			HaveField("Entity", patients.Entity), HaveField("Action", offline.Create)))
		twin := walkIn(edith())
		twin.Set("seguro", "si")
		Expect(d.post("/pacientes", twin).Code).To(Equal(http.StatusConflict), "somebody on the device has the document")
		Expect(d.queued()).To(HaveLen(1))
	})
	It("shows and asks only what the device holds, and sends only what changed", func() {
		r := edith()
		arrive(d.device, directoryOf(r))
		summary := d.get("/pacientes/" + r.ID.String()).Body.String()
		Expect(summary).To(And(ContainSubstring("962 555 014"), ContainSubstring("Requiere conexión"), ContainSubstring("HC 000482")))
		data := d.get("/pacientes/" + r.ID.String() + "/datos").Body.String()
		for _, absent := range []string{`name="email"`, `name="address"`, `name="guardian.name"`, `name="insurance.insurer"`, `name="tags"`, "parte-seguro", "parte-apoderado"} {
			Expect(data).NotTo(ContainSubstring(absent))
		}
		Expect(data).To(ContainSubstring("Correo, dirección, apoderado, seguro y etiquetas: no se guarda en este equipo"))
		form := formIn(data, "contacto")
		form.Set("phone", "962 555 099")
		answer := d.post("/pacientes/"+r.ID.String()+"/datos/contacto", form)
		Expect(answer.Code).To(Equal(http.StatusSeeOther), answer.Body.String())
		queue := d.queued()
		Expect(queue).To(HaveLen(1))
		Expect(queue[0].Data).To(MatchJSON(`{"phone":"+51962555099"}`))
		Expect(queue[0].BaseVersion).To(Equal(int64(3)))
		Expect(d.get("/pacientes/" + r.ID.String()).Body.String()).To(ContainSubstring("962 555 099"))
	})
	It("keeps what was typed into a form that the server drew, though the device holds less and is behind", func() {
		r := edith()
		online := fromServer(r, nil)
		arrive(d.device, online)
		form := formIn(d.get("/pacientes/"+r.ID.String()+"/datos").Body.String(), "contacto")
		arrive(d.device, directoryOf(r))
		form.Set("version", "9")
		form.Set("email", "")
		answer := d.post("/pacientes/"+r.ID.String()+"/datos/contacto", form)
		Expect(answer.Code).To(Equal(http.StatusSeeOther), answer.Body.String())
		Expect(d.queued()).To(HaveLen(1))
		Expect(d.queued()[0].Data).To(MatchJSON(`{"email":""}`), "cleared on purpose: not the same as absent")
	})
	It("queues nothing when nothing changed", func() {
		r := edith()
		arrive(d.device, fromServer(r, nil))
		form := formIn(d.get("/pacientes/"+r.ID.String()+"/datos").Body.String(), "apoderado")
		Expect(d.post("/pacientes/"+r.ID.String()+"/datos/apoderado", form).Code).To(Equal(http.StatusSeeOther))
		Expect(d.queued()).To(BeEmpty())
	})
	It("never shows an empty list of alerts to whoever may see them", func() {
		d = newAwayDesk(accounts.Doctor)
		r := edith()
		arrive(d.device, fromServer(r, nil))
		page := d.get("/pacientes/" + r.ID.String()).Body.String()
		Expect(page).To(And(ContainSubstring("Alergias: requiere conexión"), ContainSubstring("no se guardan en este equipo")))
		Expect(page).NotTo(ContainSubstring("Sin registrar"))
		Expect(d.get("/pacientes/"+r.ID.String()+"/alertas").Code).To(Equal(http.StatusNotFound), "a page that the device lacks")
		Expect(newAwayDesk(accounts.Receptionist).get("/pacientes").Body.String()).NotTo(ContainSubstring("Alergias"))
	})
	It("says of what the server alone does that it requires the connection", func() {
		d = newAwayDesk(accounts.ClinicAdmin)
		r := edith()
		arrive(d.device, fromServer(r, nil))
		list, data := d.get("/pacientes").Body.String(), d.get("/pacientes/"+r.ID.String()+"/datos").Body.String()
		Expect(list).To(And(ContainSubstring("Importar · Requiere conexión"), ContainSubstring("Exportar · Requiere conexión")))
		Expect(list).NotTo(ContainSubstring("/pacientes/importar"))
		Expect(data).To(ContainSubstring("Unir con otra ficha · Requiere conexión"))
		Expect(d.get("/pacientes/" + r.ID.String() + "/unir").Code).To(Equal(http.StatusNotFound))
	})
	It("lists newest first and by the alphabet", func() {
		a, b := named("Ana", "Rojas", ""), named("Bea", "Ávila", "")
		arrive(d.device, directoryOf(a), directoryOf(b))
		newest, alphabet := d.get("/pacientes").Body.String(), d.get("/pacientes?orden=alfabeto").Body.String()
		Expect(strings.Index(newest, "Ávila, Bea")).To(BeNumerically("<", strings.Index(newest, "Rojas, Ana")))
		Expect(strings.Index(alphabet, "Ávila, Bea")).To(BeNumerically("<", strings.Index(alphabet, "Rojas, Ana")))
	})
})

func attribute(tag, name string) string {
	_, value, _ := strings.Cut(tag, " "+name+`="`)
	value, _, _ = strings.Cut(value, `"`)
	return value
}
