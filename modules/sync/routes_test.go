package sync_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/web"
	"hampi/modules/sync"
)

// fakeDesk is a clinic with some open conflicts.
type fakeDesk struct {
	open    []sync.Conflict
	decided map[uuid.UUID]string
	last    sync.Verdict
	first   sync.Decision // somebody chose before; zero nobody
}

func (f *fakeDesk) Open(context.Context) ([]sync.Conflict, error) {
	var left []sync.Conflict
	for _, c := range f.open {
		if f.decided[c.ID] == "" {
			left = append(left, c)
		}
	}
	return left, nil
}

func (f *fakeDesk) Resolve(_ context.Context, id uuid.UUID, v sync.Verdict) (sync.Decision, error) {
	for _, c := range f.open {
		if c.ID == id {
			f.decided[id] = v.Choice
			f.last = v
			if f.first.Before {
				return f.first, nil
			}
			return sync.Decision{Choice: v.Choice, By: desk.UserID}, nil
		}
	}
	return sync.Decision{}, fault.ErrNotFound
}

// fakePeople knows one colleague.
type fakePeople map[uuid.UUID]string

func (p fakePeople) NamesByUser(context.Context, []uuid.UUID) (map[uuid.UUID]string, error) {
	return p, nil
}

var (
	pageNow   = time.Date(2026, 11, 24, 15, 13, 0, 0, time.UTC) // 10:13 in Lima
	desk      = access.Identity{UserID: uuid.New(), ClinicID: uuid.New(), Name: "Yesenia Rojas", TimeZone: "America/Lima", Permissions: map[access.Permission]bool{accounts.AgendaRead: true, accounts.PatientsWrite: true}}
	colleague = uuid.New()
)

// people tells of patients as simply as can be.
var describers = []offline.Describer{{
	Entity: "patient",
	Icon:   func(offline.Operation) string { return "user" },
	Fields: func(_ context.Context, data json.RawMessage) ([]offline.Field, error) {
		var f struct{ Phone, Email, Address, Name *string }
		if err := json.Unmarshal(data, &f); err != nil {
			return nil, err
		}
		var list []offline.Field
		for _, one := range []struct {
			group, label, name string
			value              *string
		}{{"person", "Nombres", "name", f.Name}, {"contact", "Celular", "phone", f.Phone}, {"contact", "Correo", "email", f.Email}, {"contact", "Dirección", "address", f.Address}} {
			if one.value != nil {
				list = append(list, offline.Field{Group: one.group, Label: one.label, Value: *one.value, Names: []string{one.name}})
			}
		}
		return list, nil
	},
	Correct: func(op offline.Operation) offline.Correction {
		if op.Action == offline.Create {
			return offline.Correction{Address: "/pacientes/nuevo", Typed: url.Values{"first_name": {"Luz <b>"}}, Needs: accounts.PatientsWrite}
		}
		return offline.Correction{Address: "/pacientes/" + op.LocalID.String()}
	},
}}

// reception is the page of synchronisation for one person, over any desk.
type reception struct {
	echo  *echo.Echo
	who   access.Identity
	guard func(c echo.Context, h echo.HandlerFunc) error
}

func newReception(d sync.Desk, around func(c echo.Context, h echo.HandlerFunc) error) *reception {
	GinkgoHelper()
	r := &reception{echo: echo.New(), who: desk, guard: around}
	r.echo.HTTPErrorHandler = web.Errors{Log: slog.New(slog.NewTextHandler(io.Discard, nil))}.Handle
	router := web.NewRouter(r.echo, func(route web.Route, h echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !r.who.Can(route.Permission) {
				return fault.ErrForbidden
			}
			c.SetRequest(c.Request().WithContext(access.With(c.Request().Context(), r.who)))
			return r.guard(c, h)
		}
	})
	sync.Routes(router, d, sync.PageParts{Describers: describers, People: fakePeople{colleague: "Ana Loarte"}, Now: clock.At(pageNow)})
	Expect(router.Check()).To(Succeed())
	return r
}

func plain(c echo.Context, h echo.HandlerFunc) error { return h(c) }

func (r *reception) get(path string) (int, string) {
	return r.answer(httptest.NewRequest(http.MethodGet, path, nil))
}

func (r *reception) post(path string, form url.Values) (int, string) {
	request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	request.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	request.Header.Set("HX-Request", "true")
	return r.answer(request)
}

func (r *reception) answer(request *http.Request) (int, string) {
	recorder := httptest.NewRecorder()
	r.echo.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func contactOf(name string, at time.Time) sync.Conflict {
	return sync.Conflict{
		ID: uuid.New(), Entity: "patient", ObjectID: uuid.New(), Title: "Dos personas cambiaron el contacto de " + name, UserID: desk.UserID,
		Lost: json.RawMessage(`{"phone":"962 555 046","email":"marco.rojas@correo.pe"}`), Status: offline.Superseded, At: at, CreatedAt: pageNow,
		Now: json.RawMessage(`{"phone":"951 555 230","email":"","address":"Jr. Huallayco 812","name":"Marco"}`),
	}
}

func hourOf(name string) sync.Conflict {
	return sync.Conflict{
		ID: uuid.New(), Entity: "patient", Title: "La hora de " + name + " ya estaba ocupada", UserID: desk.UserID, Status: offline.Conflict,
		Lost: json.RawMessage(`{}`), Now: json.RawMessage(`{}`), At: pageNow.Add(-20 * time.Minute), CreatedAt: pageNow,
		Choices: []offline.Choice{{Label: "Hoy 11:20"}, {Label: "Hoy 16:45"}, {Label: "Hoy 17:15"}, {Label: "Sobreturno"}},
	}
}

// twoOf is a document that two people were registered with.
func twoOf(written, kept string) sync.Conflict {
	c := contactOf(written, pageNow.Add(-15*time.Minute))
	c.Title, c.Status = "DNI 99012345 ya es de "+kept+", y aquí se registró con él a "+written+".", offline.Conflict
	c.Choices = []offline.Choice{
		{Label: "El DNI 99012345 es de " + written, Ask: "Otro documento de " + kept + " (opcional)", Field: "other_document"},
		{Label: "El DNI 99012345 es de " + kept, Ask: "Otro documento de " + written + " (opcional)", Field: "other_document"},
		{Name: sync.Mine, Label: "Es la misma persona: dejar lo escrito"}, {Name: sync.Theirs, Label: "Es la misma persona: dejar lo guardado"},
	}
	return c
}

var _ = Describe("the page of synchronisation", func() {
	var (
		clinic *fakeDesk
		page   *reception
	)
	BeforeEach(func() {
		clinic = &fakeDesk{decided: map[uuid.UUID]string{}, open: []sync.Conflict{contactOf("Rojas Tello, Marco", pageNow.Add(-15*time.Minute)), hourOf("Cotrina Vara, Esmeralda")}}
		page = newReception(clinic, plain)
	})

	It("sets the two versions side by side and marks only what differs", func() {
		code, html := page.get("/sincronizacion")
		Expect(code).To(Equal(http.StatusOK))
		Expect(html).To(ContainSubstring("Dos personas cambiaron el contacto de Rojas Tello, Marco"))
		Expect(html).To(ContainSubstring("Yesenia Rojas, sin conexión<br>hoy 9:58"))
		for _, marked := range []string{"962 555 046", "951 555 230", "marco.rojas@correo.pe", "(vacío)"} {
			Expect(html).To(ContainSubstring(`<span class="dif">` + marked))
		}
		Expect(html).NotTo(Or(ContainSubstring("Jr. Huallayco 812"), ContainSubstring(">Marco</dd>")), "nobody wrote that offline")
	})

	It("lists nothing that was written as it is kept", func() {
		clinic.open[0].Lost = json.RawMessage(`{"phone":"951 555 230","address":"Jr. Dos"}`)
		_, html := page.get("/sincronizacion")
		Expect(html).To(MatchRegexp(`(?s)class="dif">Jr\. Dos.*class="dif">Jr\. Huallayco 812`))
		Expect(html).NotTo(ContainSubstring("951 555 230"))
	})

	It("chooses neither version beforehand, and gives each its key", func() {
		_, html := page.get("/sincronizacion")
		Expect(html).To(MatchRegexp(`name="eleccion" value="mine" data-key="1"`))
		Expect(html).To(MatchRegexp(`name="eleccion" value="theirs" data-key="2"`))
		Expect(html).NotTo(ContainSubstring("checked"))
		Expect(html).NotTo(ContainSubstring("autofocus"))
		Expect(strings.Count(html, "vale ahora")).To(Equal(1))
	})

	It("offers other hours where the hour was taken", func() {
		_, html := page.get("/sincronizacion")
		Expect(html).To(ContainSubstring("La hora de Cotrina Vara, Esmeralda ya estaba ocupada"))
		for _, hour := range []string{">Hoy 11:20<", ">Hoy 16:45<", ">Hoy 17:15<", ">Sobreturno<", "Por reprogramar"} {
			Expect(html).To(ContainSubstring(hour))
		}
		Expect(html).To(ContainSubstring("Se escribió sin conexión hoy 9:53"))
	})

	It("names a colleague who wrote what did not win", func() {
		clinic.open[0].UserID = colleague
		_, html := page.get("/sincronizacion")
		Expect(html).To(ContainSubstring("Ana Loarte, sin conexión"))
		Expect(html).To(And(ContainSubstring("Lo que se escribió sin conexión"), Not(ContainSubstring("en este equipo</h3>"))))
	})

	It("says who saved what stands, and when", func() {
		clinic.open[0].NowBy, clinic.open[0].NowAt = colleague, pageNow.Add(-10*time.Minute)
		_, html := page.get("/sincronizacion")
		Expect(html).To(MatchRegexp(`(?s)Lo que está guardado ahora.*Ana Loarte<br>hoy 10:03`))
		clinic.open[0].NowBy = uuid.New()
		_, html = page.get("/sincronizacion")
		Expect(html).To(ContainSubstring("Guardado en la clínica<br>hoy 10:03"), "somebody who is gone")
	})

	DescribeTable("takes the decision and goes on to the next", func(choice string) {
		code, html := page.post("/sincronizacion/conflictos/"+clinic.open[0].ID.String(), url.Values{"eleccion": {choice}})
		Expect(code).To(Equal(http.StatusOK))
		Expect(clinic.decided).To(HaveKeyWithValue(clinic.open[0].ID, choice))
		Expect(html).To(And(Not(ContainSubstring("Rojas Tello")), ContainSubstring("Cotrina Vara"), ContainSubstring("autofocus")))
		Expect(html).To(ContainSubstring(`hx-swap-oob="beforeend"`))
	}, Entry("for what was written here", "mine"), Entry("for what is kept", "theirs"), Entry("for one of the hours", "2"))

	It("lets two rows be decided field by field, neither beforehand", func() {
		_, html := page.get("/sincronizacion")
		Expect(html).To(ContainSubstring(`<summary data-key="3"`))
		Expect(html).To(MatchRegexp(`(?s)name="dato-0" value="phone" required.*962 555 046.*name="dato-0" value="" required.*951 555 230.*name="dato-1" value="email" required`))
		page.post("/sincronizacion/conflictos/"+clinic.open[0].ID.String(), url.Values{"eleccion": {"fields"}, "dato-0": {""}, "dato-1": {"email"}})
		Expect(clinic.last).To(Equal(sync.Verdict{Choice: sync.ByField, Fields: []string{"email"}}))
	})

	It("keeps two persons apart where one document was written for both", func() {
		clinic.open = []sync.Conflict{twoOf("Rojas Tello, Marco", "Huamán Ponce, Edith")}
		_, html := page.get("/sincronizacion")
		for _, said := range []string{"Son dos personas", ">El DNI 99012345 es de Rojas Tello, Marco<", ">Otro documento de Huamán Ponce, Edith (opcional)<", ">Es la misma persona: dejar lo escrito<", "dos fichas"} {
			Expect(html).To(ContainSubstring(said))
		}
		Expect(html).NotTo(ContainSubstring("Por reprogramar"))
		page.post("/sincronizacion/conflictos/"+clinic.open[0].ID.String(), url.Values{"eleccion": {"0"}, "texto": {" 45210987 "}})
		Expect(clinic.last).To(Equal(sync.Verdict{Choice: "0", Text: "45210987"}))
	})

	DescribeTable("confirms no choice that somebody else's stands against", func(first sync.Decision, choice, said string) {
		first.By, first.Before = colleague, true
		clinic.first = first
		_, html := page.post("/sincronizacion/conflictos/"+clinic.open[0].ID.String(), url.Values{"eleccion": {choice}})
		Expect(html).To(ContainSubstring(said))
	},
		Entry("what was written", sync.Decision{Choice: sync.Mine}, sync.Theirs, "Ya lo resolvió Ana Loarte: quedó lo que se escribió sin conexión."),
		Entry("what was kept", sync.Decision{Choice: sync.Theirs}, sync.Mine, "Ya lo resolvió Ana Loarte: quedó lo que estaba guardado."),
		Entry("an hour", sync.Decision{Choice: "1", Label: "Hoy 16:45"}, "2", "Ya lo resolvió Ana Loarte: quedó Hoy 16:45."),
		Entry("the same choice", sync.Decision{Choice: sync.Mine}, sync.Mine, "Vale lo que se escribió sin conexión."),
	)

	It("leads back to the page without script", func() {
		request := httptest.NewRequest(http.MethodPost, "/sincronizacion/conflictos/"+clinic.open[0].ID.String(), strings.NewReader("eleccion=mine"))
		request.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
		code, _ := page.answer(request)
		Expect(code).To(Equal(http.StatusSeeOther))
	})

	DescribeTable("knows no other conflict", func(id string) {
		code, _ := page.post("/sincronizacion/conflictos/"+id, url.Values{"eleccion": {"mine"}})
		Expect(code).To(Equal(http.StatusNotFound))
		Expect(clinic.decided).To(BeEmpty())
	}, Entry("of an id that is none", "x"), Entry("of an id that nobody has", uuid.NewString()))

	It("lets nobody in who may not see the agenda", func() {
		page.who.Permissions = nil
		code, _ := page.get("/sincronizacion")
		Expect(code).To(Equal(http.StatusNotFound))
	})

	It("asks the device for its own part, and says where there is none", func() {
		_, html := page.get("/sincronizacion")
		Expect(html).To(MatchRegexp(`id="equipo" hx-get="/sincronizacion/equipo" hx-trigger="load, red from:body"[^>]*hx-headers`))
		_, region := page.get("/sincronizacion/equipo")
		Expect(region).To(ContainSubstring("Este navegador no guarda datos."))
		code, _ := page.post("/sincronizacion/equipo/"+uuid.NewString()+"/descarte", nil)
		Expect(code).To(BeNumerically(">=", 400))
	})
})
