package sync_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
	"hampi/modules/sync"
)

// laptop is a device with a queue, and its page.
type laptop struct {
	*reception
	device *offline.Device
	kv     *offline.Memory
}

func newLaptop() *laptop {
	GinkgoHelper()
	l := &laptop{kv: offline.NewMemory()}
	words := func(_ context.Context, op offline.Operation) (string, string) {
		return "Paciente: " + string(op.Data), ""
	}
	l.device = offline.NewDevice(l.kv, []offline.Kind{{Entity: "patient", Words: words}, sync.ConflictKind()}, clock.At(pageNow))
	page := sync.NewOnDevice(l.device, describers, sync.OnDeviceParts{
		Name:    func(context.Context) (string, error) { return "Recepción 2", nil },
		Kept:    func(context.Context) ([]string, error) { return []string{"5,120 pacientes", "1,204 citas"}, nil },
		Contact: func(context.Context) (time.Time, error) { return pageNow.Add(-time.Minute), nil },
	})
	l.reception = newReception(page, l.unit)
	return l
}

// unit gives each request what the browser's guard gives it.
func (l *laptop) unit(c echo.Context, h echo.HandlerFunc) error {
	if c.Request().Method == http.MethodGet {
		c.SetRequest(c.Request().WithContext(l.device.Read(c.Request().Context())))
		return h(c)
	}
	ctx, unit := l.device.Begin(c.Request().Context(), uuid.Nil)
	defer unit.Close()
	c.SetRequest(c.Request().WithContext(ctx))
	if err := h(c); err != nil {
		return err
	}
	return unit.Commit(ctx)
}

// did puts an operation into the queue as it would stand there.
func (l *laptop) did(state offline.QueueState, data string, change func(*offline.Entry)) uuid.UUID {
	GinkgoHelper()
	e := offline.Entry{Format: offline.Format, Operation: offline.Operation{
		Entity: "patient", Action: offline.Create, LocalID: uuid.New(), OpID: uuid.New(), Data: json.RawMessage(data), Timestamp: pageNow.Add(-time.Hour),
	}}
	if change != nil {
		change(&e)
	}
	value, err := json.Marshal(e)
	Expect(err).NotTo(HaveOccurred())
	Expect(l.kv.Commit(context.Background(), offline.Batch{Queue: []offline.Queued{{State: state, Value: value}}})).To(Succeed())
	return e.OpID
}

// holds keeps a conflict that the clinic sent.
func (l *laptop) holds(c sync.Conflict) {
	GinkgoHelper()
	data, err := json.Marshal(c)
	Expect(err).NotTo(HaveOccurred())
	ctx, unit := l.device.Begin(context.Background(), uuid.Nil)
	defer unit.Close()
	Expect(unit.Keep(ctx, offline.Object{Entity: sync.ConflictEntity, ID: c.ID.String(), Version: 1, Base: data})).To(Succeed())
	Expect(unit.Commit(ctx)).To(Succeed())
}

func refusedFor(reason string) func(*offline.Entry) {
	return func(e *offline.Entry) { e.Result = &offline.Result{Status: offline.Rejected, Message: reason} }
}

var _ = Describe("the page of synchronisation on a device", func() {
	var l *laptop
	BeforeEach(func() { l = newLaptop() })

	It("says that all is sent, and since when, with nothing to do", func() {
		_, html := l.get("/sincronizacion")
		Expect(html).To(ContainSubstring("Todo enviado. Último contacto 10:12"))
		Expect(html).To(ContainSubstring("Nada por enviar."))
		Expect(html).To(And(ContainSubstring("Recepción 2"), ContainSubstring("5,120 pacientes"), ContainSubstring("Sí, se abre con su contraseña")))
	})

	It("lists what waits and what was sent in the modules' words, with what became of it", func() {
		l.did(offline.Pending, `{"name":"Uno"}`, nil)
		l.did(offline.InFlight, `{"name":"Dos"}`, nil)
		l.did(offline.Done, `{"name":"Tres"}`, func(e *offline.Entry) {
			e.Result, e.Settled = &offline.Result{Status: offline.Merged}, pageNow.Format(time.RFC3339)
		})
		_, html := l.get("/sincronizacion/equipo")
		Expect(html).To(MatchRegexp(`(?s)Uno.*En cola.*Dos.*Enviando.*Tres.*Unido`))
		Expect(html).To(MatchRegexp(`(?s)Enviados</dt>\s*<dd[^>]*>1<.*Por resolver</dt>\s*<dd[^>]*>0<.*Por enviar</dt>\s*<dd[^>]*>2<`))
		_, names := l.get("/sincronizacion/equipo/nombres")
		Expect(names).To(Equal(`Paciente: {"name":"Uno"}; Paciente: {"name":"Dos"}.`))
	})

	It("shows a refused operation with its reason and what was written, and leads to where it is put right", func() {
		op := l.did(offline.Attention, `{"name":"Luz","email":""}`, refusedFor("El DNI tiene 8 dígitos; aquí hay 7."))
		_, html := l.get("/sincronizacion")
		Expect(html).To(ContainSubstring("El DNI tiene 8 dígitos; aquí hay 7."))
		Expect(html).To(ContainSubstring("<dd>Luz</dd>"))
		Expect(html).To(MatchRegexp(`(?s)<form method="post" action="/pacientes/nuevo\?corrige=` + op.String() + `">\s*<input type="hidden" name="first_name" value="Luz &lt;b&gt;">`))
		Expect(html).NotTo(ContainSubstring("Todo enviado"))
	})

	It("names what was refused, too, to whoever is about to leave", func() {
		l.did(offline.Attention, `{"name":"Luz"}`, refusedFor("No."))
		_, names := l.get("/sincronizacion/equipo/nombres?rechazados")
		Expect(names).To(Equal(`Por resolver: Paciente: {"name":"Luz"}.`))
		l.did(offline.Pending, `{"name":"Uno"}`, nil)
		_, names = l.get("/sincronizacion/equipo/nombres?rechazados")
		Expect(names).To(Equal(`Paciente: {"name":"Uno"}. Por resolver: Paciente: {"name":"Luz"}.`))
		_, names = l.get("/sincronizacion/equipo/nombres")
		Expect(names).To(Equal(`Paciente: {"name":"Uno"}.`))
	})

	It("offers whoever may do it no more only to give it up", func() {
		l.did(offline.Attention, `{"name":"Luz"}`, refusedFor("Su cuenta no tiene permiso para hacer este cambio."))
		l.who.Permissions = map[access.Permission]bool{accounts.AgendaRead: true}
		_, html := l.get("/sincronizacion")
		Expect(html).To(And(ContainSubstring("Su cuenta no tiene permiso"), ContainSubstring("Sí, descartar")))
		Expect(html).NotTo(Or(ContainSubstring("Corregir"), ContainSubstring("Enviar otra vez")))
	})

	It("gives up what was refused when asked, and only that", func() {
		op := l.did(offline.Attention, `{"name":"Luz"}`, refusedFor("No."))
		l.did(offline.Pending, `{"name":"Uno"}`, nil)
		code, html := l.post("/sincronizacion/equipo/"+op.String()+"/descarte", url.Values{})
		Expect(code).To(Equal(http.StatusOK))
		Expect(html).To(And(Not(ContainSubstring("Luz")), ContainSubstring("Uno"), ContainSubstring("Descartado. No se enviará.")))
		code, _ = l.post("/sincronizacion/equipo/"+op.String()+"/descarte", url.Values{})
		Expect(code).To(Equal(http.StatusNotFound))
	})

	It("lets go of what was refused once it was put right, also when it is told twice", func() {
		op := l.did(offline.Attention, `{"name":"Luz"}`, refusedFor("No."))
		l.did(offline.Attention, `{"name":"Uno"}`, refusedFor("No."))
		for range 2 {
			code, _ := l.post("/sincronizacion/equipo/"+op.String()+"/correccion", url.Values{})
			Expect(code).To(Equal(http.StatusNoContent))
		}
		left, err := l.device.Entries(context.Background(), offline.Attention)
		Expect(err).NotTo(HaveOccurred())
		Expect(left).To(HaveExactElements(HaveField("Data", MatchJSON(`{"name":"Uno"}`))))
	})

	It("sends again what was refused", func() {
		op := l.did(offline.Attention, `{"name":"Luz"}`, refusedFor("No."))
		code, html := l.post("/sincronizacion/equipo/"+op.String()+"/reenvio", url.Values{})
		Expect(code).To(Equal(http.StatusOK))
		Expect(html).To(MatchRegexp(`(?s)Luz.*En cola`))
		Expect(l.device.Entries(context.Background(), offline.Attention)).To(BeEmpty())
	})

	It("queues the decision of a conflict, and asks no more", func() {
		c := contactOf("Rojas Tello, Marco", pageNow.Add(-15*time.Minute))
		l.holds(c)
		_, html := l.get("/sincronizacion")
		Expect(html).To(ContainSubstring("Lo que se escribió en este equipo"))
		code, html := l.post("/sincronizacion/conflictos/"+c.ID.String(), url.Values{"eleccion": {sync.Theirs}})
		Expect(code).To(Equal(http.StatusOK))
		Expect(html).NotTo(ContainSubstring("Rojas Tello"))
		rows, err := l.kv.ByKey(context.Background(), sync.ConflictEntity, "0", offline.Last)
		Expect(err).NotTo(HaveOccurred())
		Expect(rows).To(BeEmpty(), "nor for who counts without reading")
		waiting, err := l.device.Entries(context.Background(), offline.Pending)
		Expect(err).NotTo(HaveOccurred())
		Expect(waiting).To(HaveLen(1))
		Expect(waiting[0].Entity).To(Equal(sync.ConflictEntity))
		Expect(string(waiting[0].Data)).To(MatchJSON(`{"choice":"theirs"}`))
		nobody := func(context.Context, map[string]string, []byte) (int, []byte, error) {
			return 0, nil, context.DeadlineExceeded
		}
		report, err := sync.NewClient(l.device, nobody, clock.At(pageNow), time.UTC, nil).Round(context.Background())
		Expect(err).NotTo(HaveOccurred())
		Expect(report).To(And(HaveField("Sending", 1), HaveField("Conflicts", 0)), "nothing is left to resolve")
	})

	It("calls what came of a sent operation to be resolved only until somebody decides", func() {
		c := hourOf("Cotrina Vara, Esmeralda")
		c.OpID = l.did(offline.Done, `{"name":"Tres"}`, func(e *offline.Entry) {
			e.Result, e.Settled = &offline.Result{Status: offline.Conflict}, pageNow.Format(time.RFC3339)
		})
		l.holds(c)
		_, html := l.get("/sincronizacion/equipo")
		Expect(html).To(MatchRegexp(`(?s)Tres.*chip-peligro[^>]*>.*Por resolver`))
		l.post("/sincronizacion/conflictos/"+c.ID.String(), url.Values{"eleccion": {"1"}})
		_, html = l.get("/sincronizacion/equipo")
		Expect(html).To(MatchRegexp(`(?s)Tres.*chip-ok[^>]*>.*Resuelto`))
		Expect(html).NotTo(ContainSubstring("chip-peligro"))
	})

	It("refuses a choice that is none", func() {
		c := hourOf("Cotrina Vara, Esmeralda")
		l.holds(c)
		code, _ := l.post("/sincronizacion/conflictos/"+c.ID.String(), url.Values{"eleccion": {"4"}})
		Expect(code).To(Equal(http.StatusUnprocessableEntity))
		Expect(l.device.Entries(context.Background(), offline.Pending)).To(BeEmpty())
	})
})
