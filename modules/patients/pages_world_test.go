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
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/web"
	"hampi/views"
)

// desk is the register's pages and API over a world, asked as somebody of a clinic.
type desk struct {
	world    *dbtest.World
	echo     *echo.Echo
	service  *patients.Service
	importer *patients.Importer
	who      access.Identity
}

// identity fills in what the log-in would.
func (d *desk) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.SetRequest(c.Request().WithContext(access.With(c.Request().Context(), d.who)))
		return next(c)
	}
}

func newDesk(world *dbtest.World, neighbours patients.Neighbours) *desk {
	d := &desk{world: world, echo: echo.New(), service: serviceOf(world, neighbours)}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	server := &web.Server{DB: world.DB, Answers: web.NewAnswers(world.Vault), Now: clock.System, Log: log,
		People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000)}
	d.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	d.echo.Use(web.RequestIDs(), d.identify, web.WithChrome(func(_ echo.Context, p web.Page) (views.Shell, error) {
		return views.Shell{Title: p.Title, Heading: p.Heading, SearchURL: "/pacientes/buscar"}, nil
	}))
	r := web.NewRouter(d.echo, server.Guard)
	patients.Routes(r, d.service)
	queue, err := jobs.NewQueue()
	Expect(err).NotTo(HaveOccurred())
	d.importer = patients.NewImporter(world.DB, patients.NewPostgres(world.Vault, clock.System), neighbours.Places, queue, clock.At(now))
	patients.ImportRoutes(r, d.importer, d.service)
	patients.API(web.NewAPI(r, "spec"), d.service)
	Expect(r.Check()).To(Succeed())
	return d
}

// as is the desk asked by somebody else.
func (d *desk) as(clinic dbtest.Clinic, role accounts.Role) *desk {
	d.who = clinic.Identity(string(role))
	d.who.Permissions = accounts.PermissionsOf([]accounts.Role{role})
	return d
}

func (d *desk) send(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	d.echo.ServeHTTP(answer, r)
	return answer
}

func (d *desk) get(path string) *httptest.ResponseRecorder {
	return d.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (d *desk) post(path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return d.send(r)
}

// walkIn is the walk-in form filled in for somebody.
func walkIn(r patients.Registration) url.Values {
	return url.Values{"op_id": {newID().String()}, "id": {r.ID.String()}, "cita": {newID().String()},
		"document_type": {string(r.Document.Type)}, "document_number": {r.Document.Number},
		"first_name": {r.FirstName}, "last_name": {r.LastName}, "second_last_name": {r.SecondLastName},
		"birth_date": {r.BirthDate.Format("02/01/2006")}, "sex": {string(r.Sex)}, "phone": {r.Phone}, "email": {r.Email},
		"address": {r.Address.Text}, "ubigeo": {r.Address.Ubigeo}, "guardian.name": {r.Guardian.Name},
		"guardian.relationship": {r.Guardian.Relationship}, "guardian.phone": {r.Guardian.Phone},
		"insurance.insurer": {r.Insurance.Insurer}, "insurance.number": {r.Insurance.Number}, "tags": {strings.Join(r.Tags, ",")}}
}

// registered puts somebody into the clinic's register for good.
func registered(d *desk, clinic dbtest.Clinic, r patients.Registration) patients.Patient {
	var p patients.Patient
	r.Sure = true
	Expect(d.world.Committed(clinic, "receptionist", func(ctx context.Context) (err error) {
		p, _, err = d.service.Register(ctx, r)
		return err
	})).To(Succeed())
	return p
}

// districts is a table of one district.
type districts struct{}

func (districts) ByCode(code string) (catalog.Place, bool) {
	return catalog.Place{Code: "100101", District: "Huánuco", Province: "Huánuco", Department: "Huánuco"}, code == "100101"
}

func (districts) Search(string, int) []catalog.Place { return nil }

// medicines is a table of one medicine.
type medicines struct{}

func (medicines) Find(id string) (catalog.Medicine, bool) {
	return catalog.Medicine{ID: id, DCI: "Amoxicilina", Strength: "500 mg", Form: "cápsula", ATC: "J01CA04"}, id == "M1"
}

// agenda stands for the agenda: whose patients somebody's are, and when they come.
type agenda struct {
	cares   map[uuid.UUID]bool // by patient
	arrived map[uuid.UUID]bool
	next    time.Time
	walked  []uuid.UUID
	fails   error
}

func (a *agenda) neighbours() patients.Neighbours {
	return patients.Neighbours{Appointments: a, Care: a, WalkIns: a, People: a, Places: districts{}, Medicines: medicines{},
		Codes: catalog.NewCodes(catalog.BuiltIn{}, clock.System)}
}

func (a *agenda) NextByPatient(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]time.Time, error) {
	next := map[uuid.UUID]time.Time{}
	for _, id := range ids {
		next[id] = a.next
	}
	return next, nil
}

func (a *agenda) VisitsOf(context.Context, []uuid.UUID) (coming, past []patients.Visit, err error) {
	return []patients.Visit{{ID: newID(), Start: a.next, Service: "Endodoncia", Doctor: "Dra. Salas", State: views.Confirmed}}, nil, nil
}

func (a *agenda) Cares(_ context.Context, _, patient uuid.UUID) (bool, error) {
	return a.cares[patient], nil
}

func (a *agenda) ArrivedToday(_ context.Context, patient, _ uuid.UUID) (bool, error) {
	return a.arrived[patient], nil
}

func (a *agenda) Offer(context.Context) (patients.WalkInOffer, bool, error) {
	one := []views.Option{{Value: uuid.Max.String(), Label: "Consulta"}}
	return patients.WalkInOffer{Services: one, Doctors: one, Service: one[0].Value, Doctor: one[0].Value}, true, nil
}

func (a *agenda) WalkIn(_ context.Context, _, patient, _, _ uuid.UUID) error {
	a.walked = append(a.walked, patient)
	return a.fails
}

func (a *agenda) NamesByUser(_ context.Context, users []uuid.UUID) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	for _, u := range users {
		names[u] = "Ana Loarte"
	}
	return names, nil
}
