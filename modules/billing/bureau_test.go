//go:build !js

package billing_test

import (
	"context"
	"encoding/json"
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
	"hampi/modules/agenda"
	"hampi/modules/billing"
	"hampi/modules/billing/prices"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/web"
)

// bureau is a clinic's desk with its pages and its API.
type bureau struct {
	*counter
	papers   *billing.Papers
	filing   *billing.Filing
	dispatch *billing.Dispatch
	letters  []uuid.UUID // sendings that were to be sent
	echo     *echo.Echo
	priced   catalog.Service
	found    []patients.Patient // whom a search in the register finds
	visit    agenda.Appointment // the only one
}

// pricedID is the service that every clinic of these specs has.
var pricedID = uuid.MustParse("01936000-0000-7000-8000-000000000001")

func newBureau() *bureau {
	GinkgoHelper()
	o := &bureau{counter: newCounter(), echo: echo.New()}
	_, err := o.Admin.Exec(context.Background(), "update clinics set legal_name = 'CLINICA NORTE S.A.C.', ruc = '20999999990', phone = '01 555 0101' where id = $1", o.ID)
	Expect(err).NotTo(HaveOccurred())
	o.priced = catalog.Service{ID: pricedID, Name: "Consulta", Price: dec("80.00"), SunatUnit: billing.UnitService, IGVCode: "10"}
	_, err = o.Admin.Exec(context.Background(), "insert into services (clinic_id, id, name, name_key, duration_min, price) values ($1, $2, 'Consulta', 'consulta', 20, 80)", o.ID, o.priced.ID)
	Expect(err).NotTo(HaveOccurred())
	o.within(func(ctx context.Context) {
		Expect(o.ledger.SaveSettings(ctx, billing.Settings{FiscalAddress: "JR. DE LA PAZ 100, LIMA", DiscountLimit: dec("20")})).To(Succeed())
		for _, s := range []billing.Series{
			{Kind: billing.Factura, Code: "F001"}, {Kind: billing.CreditNote, Amends: billing.Factura, Code: "FC01"}, {Kind: billing.DebitNote, Amends: billing.Boleta, Code: "BD01"},
		} {
			s.ID, s.SiteID = uuid.Must(uuid.NewV7()), o.Site
			Expect(o.ledger.AddSeries(ctx, s)).To(Succeed())
		}
	})
	o.papers = billing.NewPapers(o.ledger, accounts.Colleagues{}, accounts.House{}.Logo)
	folder, err := files.NewFolder(GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	o.filing = billing.NewFiling(o.ledger, o.service, files.New(folder, o.Vault), o, o.now)
	o.dispatch = billing.NewDispatch(o.ledger, o.papers, o.filing, []billing.Sender{postman{billing.NewMailSender(nil), o}}, o.now)
	o.serve()
	return o
}

func (o *bureau) serve() {
	GinkgoHelper()
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	o.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	o.echo.Use(web.RequestIDs())
	server := &web.Server{DB: o.DB, Answers: web.NewAnswers(o.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: o.now}
	r := web.NewRouter(o.echo, server.Guard)
	parts := billing.Parts{
		Front:    billing.Front{Till: o.till, Receipts: billing.NewReceipts(o.till), People: register{bureau: o}, Visits: visits{bureau: o}, House: accounts.Colleagues{}, Prices: o, Book: prices.NewBook(prices.NewPostgres(), o), Now: o.now},
		Register: register{bureau: o}, Ledger: o.ledger, Emission: o.emission, Desk: o.charge, Made: billing.NewReceiptDocuments(o.ledger, o.emission, o.now), Later: o,
		Papers: o.papers, Filing: o.filing, Dispatch: o.dispatch, Notes: billing.NewNotes(o.ledger, o.emission, o.now),
		Drafts: billing.NewDrafts(o.ledger, o.charge, o.now),
	}
	billing.Routes(r, parts)
	api := web.NewAPI(r, "spec")
	billing.InvoicesAPI(api, parts)
	billing.PaymentsAPI(api, parts)
	Expect(r.Check()).To(Succeed())
}

// ask sends a request of a role as htmx does, which wants the body of a page alone.
func (o *bureau) ask(at dbtest.Clinic, role, method, path string, form url.Values) *httptest.ResponseRecorder {
	GinkgoHelper()
	request := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("HX-Request", "true")
	return o.answer(at, role, request)
}

func (o *bureau) answer(at dbtest.Clinic, role string, request *http.Request) *httptest.ResponseRecorder {
	who := at.Identity(role)
	who.Permissions, who.TimeZone, who.SiteID = accounts.PermissionsOf([]accounts.Role{accounts.Role(role)}), "America/Lima", at.Site
	answer := httptest.NewRecorder()
	o.echo.ServeHTTP(answer, request.WithContext(access.With(request.Context(), who)))
	return answer
}

// call sends a request to the API.
func (o *bureau) call(at dbtest.Clinic, role, method, path string, body any) (int, map[string]any) {
	GinkgoHelper()
	text := []byte{}
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		Expect(err).NotTo(HaveOccurred())
	}
	request := httptest.NewRequest(method, "/api/v1/"+path, strings.NewReader(string(text)))
	request.Header.Set("Content-Type", "application/json")
	answer := o.answer(at, role, request)
	content := map[string]any{}
	Expect(json.Unmarshal(answer.Body.Bytes(), &content)).To(Succeed(), answer.Body.String())
	return answer.Code, content
}

// postman is the sender by e-mail, whose queue is the spec's.
type postman struct {
	billing.Sender
	bureau *bureau
}

func (p postman) Send(_ context.Context, sending uuid.UUID) error {
	p.bureau.letters = append(p.bureau.letters, sending)
	return nil
}

// Services and Service are the price list: one.
func (o *bureau) Services(context.Context, catalog.Filter) ([]catalog.Service, error) {
	return []catalog.Service{o.priced}, nil
}

func (o *bureau) Service(_ context.Context, id uuid.UUID) (catalog.Service, error) {
	if id != o.priced.ID {
		return catalog.Service{}, fault.ErrNotFound
	}
	return o.priced, nil
}

// register finds whom the spec says.
type register struct {
	nobody
	bureau *bureau
}

func (r register) Search(context.Context, string, int) (patients.Found, error) {
	return patients.Found{Patients: r.bureau.found}, nil
}

func (r register) Patient(_ context.Context, id uuid.UUID) (patients.Patient, error) {
	for _, p := range r.bureau.found {
		if p.ID == id {
			return p, nil
		}
	}
	return patients.Patient{}, fault.ErrNotFound
}

// visits is an agenda with one appointment.
type visits struct{ bureau *bureau }

func (v visits) Appointment(_ context.Context, id uuid.UUID) (agenda.Appointment, error) {
	if v.bureau.visit.ID == uuid.Nil || v.bureau.visit.ID != id {
		return agenda.Appointment{}, fault.ErrNotFound
	}
	return v.bureau.visit, nil
}

// nobody is a register of patients and an agenda without anybody in them.
type nobody struct{}

func (nobody) Patient(context.Context, uuid.UUID) (patients.Patient, error) {
	return patients.Patient{}, fault.ErrNotFound
}

func (nobody) Family(_ context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	return []uuid.UUID{id}, nil
}

func (nobody) Frame(context.Context, uuid.UUID, string) (patients.Frame, error) {
	return patients.Frame{}, fault.ErrNotFound
}

func (nobody) NamesByID(context.Context, []uuid.UUID) (map[uuid.UUID]string, error) {
	return map[uuid.UUID]string{}, nil
}

func (nobody) Appointment(context.Context, uuid.UUID) (agenda.Appointment, error) {
	return agenda.Appointment{}, fault.ErrNotFound
}
