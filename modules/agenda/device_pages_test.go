//go:build !js

package agenda_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
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
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
)

// desktop is the agenda on a device without connection: the same routes and services over the device's stores.
type desktop struct {
	visitor
	*clinic
	device *offline.Device
	asOf   time.Time
}

func (c *clinic) desktop(p dbtest.Person, roles ...accounts.Role) *desktop {
	GinkgoHelper()
	d := &desktop{clinic: c, asOf: at(8, 41)}
	people := patients.NewOffline()
	named := patients.New(people, patients.Neighbours{Tabs: agenda.Tabs()}, nowOf(c))
	kinds := append(append(accounts.DeviceKinds(), catalog.DeviceKinds()...), patients.DeviceKind(people, nil))
	kinds = append(kinds, agenda.DeviceKinds(named, accounts.ColleaguesOffline{}, nowOf(c))...)
	d.device = offline.NewDevice(offline.NewMemory(), kinds, nowOf(c))

	offer := catalog.New(catalog.NewOffline(), accounts.ColleaguesOffline{})
	store := agenda.NewOffline(func(context.Context) (time.Time, bool) { return d.asOf, true })
	service := agenda.New(store, named, accounts.ColleaguesOffline{}, offer, nowOf(c))
	e := echo.New()
	e.HTTPErrorHandler = web.Errors{Log: slog.New(slog.NewTextHandler(GinkgoWriter, nil))}.Handle
	e.Use(web.RequestIDs())
	agenda.Routes(web.NewRouter(e, d.guard), service, offer, named, agenda.Beside{})
	d.visitor = visitor{echo: e, who: access.Who(c.identified(p, roles...)), at: "/agenda"}
	return d
}

// guard gives each request its unit, as the app in the browser does.
func (d *desktop) guard(_ web.Route, h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		request := c.Request()
		if request.Method == http.MethodGet {
			c.SetRequest(request.WithContext(d.device.Read(request.Context())))
			return h(c)
		}
		body, err := io.ReadAll(request.Body)
		Expect(err).NotTo(HaveOccurred())
		form, err := url.ParseQuery(string(body))
		Expect(err).NotTo(HaveOccurred())
		op, _ := uuid.Parse(form.Get("op_id"))
		ctx, unit := d.device.Begin(request.Context(), op)
		defer unit.Close()
		request = request.WithContext(ctx)
		request.Body = io.NopCloser(bytes.NewReader(body))
		c.SetRequest(request)
		if err := h(c); err != nil || c.Response().Status >= http.StatusBadRequest {
			return err
		}
		return unit.Commit(ctx)
	}
}

// pull fills the device with what the server offers it.
func (d *desktop) pull() {
	GinkgoHelper()
	register := patients.NewPostgres(d.Vault, clock.System)
	people := patients.New(register, patients.Neighbours{}, nowOf(d.clinic))
	entities := []interface {
		Name() string
		Page(ctx context.Context, w offline.Window, after string, limit int) ([]offline.Change, string, error)
	}{patients.NewSync(people, register, agenda.ForPatients{Service: d.agenda()}), d.entity(), agenda.SyncSchedules(d.agenda())}
	for _, r := range append((accounts.Colleagues{}).SyncEntities(), catalog.SyncEntities(catalog.Postgres{})...) {
		entities = append(entities, r)
	}
	ctx, unit := d.device.Begin(context.Background(), uuid.Nil)
	defer unit.Close()
	Expect(d.committed(d.Desk, func(server context.Context) error {
		for _, entity := range entities {
			for place, first := "", true; first || place != ""; first = false {
				page, next, err := entity.Page(server, offline.WindowAt(now, lima()), place, 2)
				if err != nil {
					return err
				}
				for _, change := range page {
					Expect(unit.Keep(ctx, offline.Object{Entity: change.Entity, ID: change.ID.String(), Version: change.Version, Base: change.Data})).To(Succeed())
				}
				place = next
			}
		}
		return nil
	}, accounts.Receptionist)).To(Succeed())
	Expect(unit.Commit(ctx)).To(Succeed())
}

// waiting are the operations that the device has to send.
func (d *desktop) waiting() []offline.Entry {
	GinkgoHelper()
	entries, err := d.device.Entries(context.Background(), offline.Pending)
	Expect(err).NotTo(HaveOccurred())
	return entries
}

// told are the words of an operation.
func (d *desktop) told(e offline.Entry) string {
	GinkgoHelper()
	kind, known := d.device.Kind(e.Entity)
	Expect(known).To(BeTrue())
	title, detail := kind.Words(d.device.Read(access.With(context.Background(), d.who)), e.Operation)
	return title + " | " + detail
}

var _ = Describe("the agenda's pages without connection", Ordered, func() {
	var c *clinic
	var d *desktop
	var before agenda.Appointment
	BeforeAll(func() {
		c = norte()
		Expect(c.committed(c.Desk, func(ctx context.Context) error {
			b := c.booking(at(12, 0))
			b.PatientID = c.Luz
			var err error
			before, _, err = c.agenda().Book(ctx, b)
			return err
		}, accounts.Receptionist)).To(Succeed())
	})
	BeforeEach(func() {
		d = c.desktop(c.Desk, accounts.Receptionist)
		d.pull()
	})
	booked := func(hour string) string {
		GinkgoHelper()
		form := c.form(hour)
		answer := d.post("/citas", form)
		Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
		return form.Get("op_id")
	}
	// card is the markup of an appointment on the day.
	card := func(body, id string) string {
		GinkgoHelper()
		_, rest, found := strings.Cut(body, `<a id="cita-`+id)
		Expect(found).To(BeTrue(), body)
		markup, _, _ := strings.Cut(rest, "</a>")
		return markup
	}

	It("draw the day as it was last known", func() {
		answer := d.get("/agenda")
		Expect(answer.Status).To(Equal(http.StatusOK))
		Expect(answer.Body).To(And(ContainSubstring("Rosa Salas"), ContainSubstring("Huamán, Luz"), ContainSubstring("9:00 libre"), ContainSubstring("según 8:41")))
		Expect(answer.Body).NotTo(ContainSubstring("style="))
		Expect(card(answer.Body, before.ID.String())).NotTo(ContainSubstring("data-pendiente"))
	})

	DescribeTable("answer", func(path, words string) {
		answer := d.get(strings.NewReplacer(":cita", before.ID.String(), ":doctor", c.Salas.Membership.String()).Replace(path))
		Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
		Expect(answer.Body).To(ContainSubstring(words))
	},
		Entry("a week", "/agenda?vista=semana&prof=:doctor", "Huamán, Luz"),
		Entry("a month", "/agenda?vista=mes", "noviembre"),
		Entry("today's list", "/hoy", "Huamán, Luz"),
		Entry("the booking form", "/citas/nueva?hora=10:00&fecha=2026-11-24", "Reservar"),
		Entry("an appointment", "/citas/:cita", "Huamán, Luz"),
		Entry("the form to move it", "/citas/:cita/mover", "Mover"),
		Entry("the form to edit it", "/citas/:cita/editar", "Huamán, Luz"),
		Entry("the question why it is cancelled", "/citas/:cita/cancelacion", "¿Por qué?"),
		Entry("the search for a free hour", "/agenda/horas-libres", "hora libre"),
	)

	It("find hours, services and people", func() {
		query := url.Values{"servicio": {c.Talk.String()}, "profesional": {c.Salas.Membership.String()}, "hora": {"12:10"}}
		Expect(d.get("/citas/nueva/hora?" + query.Encode()).Body).To(ContainSubstring("Ya está tomada."))
		found := d.get("/agenda/horas-libres?servicio=" + c.Talk.String())
		Expect(found.Body).To(And(ContainSubstring("12:20"), Not(ContainSubstring("hora=12%3A00&amp;fecha=2026-11-24"))))
		Expect(d.post("/citas/servicios", url.Values{"q": {"cons"}}).Body).To(ContainSubstring("Consulta"))
		Expect(d.post("/citas/pacientes", url.Values{"q": {"quispe"}}).Body).To(ContainSubstring("Quispe, Ana"))
		Expect(d.waiting()).To(BeEmpty())
	})

	It("book under the form's own operation, and mark it until it is sent", func() {
		form := c.form("10:00")
		answer := d.post("/citas", form)
		Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
		id := form.Get("op_id")
		Expect(card(answer.Body, id)).To(And(ContainSubstring("data-pendiente"), ContainSubstring("cloud-off"), ContainSubstring("por enviar")))
		Expect(card(d.get("/agenda").Body, id)).To(ContainSubstring("data-pendiente"))
		entries := d.waiting()
		Expect(entries).To(HaveLen(1))
		Expect(entries[0].OpID.String()).To(Equal(id))
		Expect(entries[0].LocalID.String()).To(Equal(id))
		Expect(entries[0].Action).To(Equal(offline.Create))
		Expect(d.told(entries[0])).To(Equal("Reserva: Quispe, Ana | hoy 10:00, Salas"))
		Expect(d.post("/citas", form).Status).To(Equal(http.StatusOK), "the same form again")
		Expect(d.waiting()).To(HaveLen(1))
	})

	It("refuse an hour that is taken as far as they know, and keep nothing", func() {
		answer := d.post("/citas", c.form("12:10"))
		Expect(answer.Status).To(Equal(http.StatusConflict))
		Expect(answer.Body).To(ContainSubstring("Libres: 12:20"))
		Expect(d.waiting()).To(BeEmpty())
	})

	It("move, edit and change the state, and tell each in words", func() {
		id := before.ID.String()
		act := func(path string, form url.Values) string {
			GinkgoHelper()
			form.Set("op_id", newID().String())
			answer := d.post("/citas/"+id+"/"+path, form)
			Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
			return answer.Body
		}
		Expect(card(act("mover", url.Values{"hora": {"11:00"}, "fecha": {"2026-11-24"}, "version": {"1"}}), id)).To(ContainSubstring("data-pendiente"))
		act("confirmacion", url.Values{})
		Expect(act("llegada", url.Values{})).NotTo(ContainSubstring("deshacer"), "taking it back needs the server")
		Expect(d.get("/hoy").Body).To(And(ContainSubstring("En sala"), ContainSubstring("por enviar")))
		Expect(d.get("/citas/" + id).Body).To(And(ContainSubstring("por enviar"), Not(ContainSubstring("acto-deshacer"))))
		refused := d.post("/citas/"+id+"/deshacer", url.Values{"op_id": {newID().String()}})
		Expect(refused.Status).To(Equal(http.StatusConflict))
		Expect(refused.Body).To(ContainSubstring("requiere conexión"))
		var told, data []string
		for _, e := range d.waiting() {
			Expect(e.BaseVersion).To(BeEquivalentTo(1))
			told, data = append(told, d.told(e)), append(data, string(e.Data))
		}
		Expect(told).To(Equal([]string{"Se movió: Huamán, Luz | de 12:00 a 11:00, Salas", "Confirmada: Huamán, Luz | hoy 11:00, Salas", "Llegó: Huamán, Luz | hoy 11:00, Salas"}))
		Expect(data[1]).To(Equal(`{"status":"confirmed"}`), "only what changed")
	})

	It("tell a poll when something changed here", func() {
		_, rest, _ := strings.Cut(d.get("/agenda").Body, `data-vivo="`)
		poll, _, _ := strings.Cut(rest, `"`)
		poll = strings.ReplaceAll(poll, "&amp;", "&")
		Expect(d.get(poll).Status).To(Equal(http.StatusNoContent))
		booked("10:00")
		Expect(d.get(poll).Status).To(Equal(http.StatusOK))
	})

	It("lose nothing of it when it is sent", func() {
		id := booked("9:20")
		d.post("/citas/"+id+"/mover", url.Values{"op_id": {newID().String()}, "hora": {"10:20"}, "fecha": {"2026-11-24"}, "version": {"1"}})
		d.post("/citas/"+id+"/llegada", url.Values{"op_id": {newID().String()}})
		entries := d.waiting()
		Expect(entries).To(HaveLen(3))
		for _, e := range entries {
			Expect(c.committed(c.Desk, func(ctx context.Context) error {
				out, err := c.entity().Apply(ctx, offline.Received{Operation: e.Operation, At: e.Timestamp, Device: "d"})
				Expect(out.Status).To(BeElementOf(offline.Created, offline.Updated))
				return err
			}, accounts.Receptionist)).To(Succeed())
		}
		there, err := c.agenda().Appointment(c.atDesk(), uuid.MustParse(id))
		Expect(err).NotTo(HaveOccurred())
		Expect(there.StartTime).To(Equal(at(10, 20)))
		Expect(there.Version).To(BeEquivalentTo(3))
		Expect(there.InWaitingRoom()).To(BeTrue())
		Expect(there.BookedBy).To(HaveValue(Equal(c.Desk.Membership)))
	})

	It("register somebody new with the booking: the patient goes first, under the form's operation", func() {
		form := c.form("10:40")
		form.Del("paciente")
		form.Set("apellidos", "Nueva Persona")
		form.Set("nombres", "Flor")
		answer := d.post("/citas", form)
		Expect(answer.Status).To(Equal(http.StatusOK), answer.Body)
		entries := d.waiting()
		Expect(entries).To(HaveLen(2))
		Expect([]string{entries[0].Entity, entries[1].Entity}).To(Equal([]string{"patient", "appointment"}))
		Expect(entries[0].OpID.String()).To(Equal(form.Get("op_id")))
		Expect(entries[1].OpID).NotTo(Equal(entries[0].OpID))
		Expect(d.told(entries[1])).To(HavePrefix("Reserva: Nueva Persona, Flor"))
	})

	It("offer free hours that can be booked, one after another", func() {
		for range 6 {
			found := d.get("/agenda/horas-libres?servicio=" + c.Talk.String() + "&profesional=" + c.Salas.Membership.String())
			_, rest, offered := strings.Cut(found.Body, "fecha=2026-11-24&amp;hora=")
			Expect(offered).To(BeTrue(), found.Body)
			hour, err := url.QueryUnescape(rest[:strings.IndexAny(rest, "&\"")])
			Expect(err).NotTo(HaveOccurred())
			booked(hour)
		}
		Expect(d.waiting()).To(HaveLen(6))
	})
})
