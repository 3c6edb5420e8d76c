package consent_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/archive"
	"hampi/modules/hce/consent"
	"hampi/modules/hce/hcetest"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/audit"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/web"
	"hampi/views"
)

func TestConsent(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Consents")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

var now = time.Date(2026, 11, 24, 15, 14, 0, 0, time.UTC) // 10:14 in Lima

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// record is the record's word on who may: doctors everything of Luz and of her son.
type record struct{ patients []uuid.UUID }

func (r record) MayRead(ctx context.Context, patient uuid.UUID, owner archive.Owner) error {
	for _, id := range r.patients {
		if id == patient && access.Who(ctx).Has("doctor") && owner.Kind != archive.EncounterOwner {
			return nil
		}
	}
	return fault.ErrForbidden
}

func (r record) MayAdd(ctx context.Context, patient uuid.UUID, owner archive.Owner) error {
	return r.MayRead(ctx, patient, owner)
}

// reads writes readings into the audit, as the record does.
type reads struct{}

func (reads) Read(ctx context.Context, patient uuid.UUID, what string) error {
	return audit.Record(ctx, "read", "patients", patient, map[string]any{"what": what})
}

// desk is the pages of consents over a world with Luz and her son Teo, asked as somebody of a clinic.
type desk struct {
	world    *dbtest.World
	echo     *echo.Echo
	folder   *files.Folder
	service  *consent.Service
	luz, teo uuid.UUID
	eva      uuid.UUID // whom nobody here attends
	who      access.Identity
	keys     *hcetest.Keys
	proofs   *proofs
}

// proofs takes one code, and asks for it every time unless somebody has just shown who they are.
type proofs struct{ fresh bool }

func (p *proofs) Fresh(context.Context) (bool, error) { return p.fresh, nil }

func (p *proofs) Prove(_ context.Context, proof hce.Proof) error {
	if proof.Code != "123456" {
		return fault.InvalidField("code", "El código no coincide.")
	}
	return nil
}

func newDesk() *desk {
	GinkgoHelper()
	d := &desk{world: cluster.World(), echo: echo.New(), keys: hcetest.NewKeys(now.Add(-time.Hour)), proofs: &proofs{fresh: true}}
	var err error
	d.folder, err = files.NewFolder(GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(d.folder.Close)
	people := patients.New(patients.NewPostgres(d.world.Vault, clock.At(now)), patients.Neighbours{Tabs: consent.Tabs()}, clock.At(now))
	d.luz = d.register(people, "Luz", time.Date(1990, 3, 2, 0, 0, 0, 0, time.UTC))
	d.teo = d.register(people, "Teo", time.Date(2015, 3, 2, 0, 0, 0, 0, time.UTC))
	d.eva = d.register(people, "Eva", time.Date(1985, 3, 2, 0, 0, 0, 0, time.UTC))
	store := archive.NewPostgres(d.world.DB)
	kept := archive.NewService(archive.Parts{
		Store: store, Storage: files.New(d.folder, d.world.Vault), Patients: people, Colleagues: accounts.Colleagues{},
		Access: record{[]uuid.UUID{d.luz, d.teo}}, Reads: reads{}, Now: clock.At(now),
	})
	d.service = consent.NewService(consent.Parts{
		Store: consent.NewPostgres(d.world.Vault), Archive: kept, Patients: people, Colleagues: accounts.Colleagues{}, Reads: reads{},
		Keys: d.keys, Proofs: d.proofs, Address: func() string { return "https://clinica.pe" }, Now: clock.At(now),
	})
	d.serve(kept)
	_, err = d.world.Admin.Exec(context.Background(), "update users set title = 'Dra.', college = 'CMP', college_number = '54321'")
	Expect(err).NotTo(HaveOccurred())
	d.as(d.world.Norte, accounts.Doctor)
	return d
}

func (d *desk) serve(kept *archive.Service) {
	GinkgoHelper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	server := &web.Server{DB: d.world.DB, Answers: web.NewAnswers(d.world.Vault), Now: clock.System, Log: log,
		People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000)}
	d.echo.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	d.echo.Use(web.RequestIDs(), func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.SetRequest(c.Request().WithContext(access.With(c.Request().Context(), d.who)))
			return next(c)
		}
	}, web.Headers(false), web.WithChrome(func(_ echo.Context, p web.Page) (views.Shell, error) {
		return views.Shell{Title: p.Title, Heading: p.Heading}, nil
	}))
	r := web.NewRouter(d.echo, server.Guard)
	archive.Routes(r, kept)
	consent.Routes(r, d.service)
	hce.VerifyRoutes(r, hce.NewVerifier(d.world.DB, d.keys, consent.NewVerifier(d.world.DB, consent.NewPostgres(d.world.Vault), d.keys)), clock.At(now))
	Expect(r.Check()).To(Succeed())
}

func (d *desk) register(people *patients.Service, name string, birth time.Time) (id uuid.UUID) {
	GinkgoHelper()
	id = newID()
	Expect(d.world.Committed(d.world.Norte, "receptionist", func(ctx context.Context) error {
		_, _, err := people.Register(ctx, patients.Registration{ID: id, Sure: true, Demographics: patients.Demographics{
			FirstName: name, LastName: "Quispe", Document: patients.Document{Type: patients.None}, BirthDate: birth}})
		return err
	})).To(Succeed())
	return id
}

func (d *desk) as(clinic dbtest.Clinic, role accounts.Role) {
	d.who = clinic.Identity(string(role))
	d.who.Permissions = accounts.PermissionsOf([]accounts.Role{role})
}

func (d *desk) send(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	d.echo.ServeHTTP(answer, r)
	return answer
}

func (d *desk) get(path string) *httptest.ResponseRecorder {
	return d.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (d *desk) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	return d.send(r)
}

func (d *desk) page(patient uuid.UUID, rest string) string {
	return "/pacientes/" + patient.String() + "/consentimientos" + rest
}

// sign sends the last form of the way, with a photo of a sheet if there is one.
func (d *desk) sign(patient uuid.UUID, form url.Values, photo []byte) *httptest.ResponseRecorder {
	GinkgoHelper()
	body := &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for name := range form {
		Expect(w.WriteField(name, form.Get(name))).To(Succeed())
	}
	if photo != nil {
		part, err := w.CreateFormFile("archivo", "hoja.png")
		Expect(err).NotTo(HaveOccurred())
		_, err = part.Write(photo)
		Expect(err).NotTo(HaveOccurred())
	}
	Expect(w.Close()).To(Succeed())
	r := httptest.NewRequest(http.MethodPost, d.page(patient, ""), body)
	r.Header.Set(echo.HeaderContentType, w.FormDataContentType())
	return d.send(r)
}

// tamper changes a row behind everybody's back, whatever guards it.
func (d *desk) tamper(sql string, args ...any) {
	GinkgoHelper()
	tx, err := d.world.Admin.Begin(context.Background())
	Expect(err).NotTo(HaveOccurred())
	_, err = tx.Exec(context.Background(), "set local session_replication_role = replica")
	Expect(err).NotTo(HaveOccurred())
	_, err = tx.Exec(context.Background(), sql, args...)
	Expect(err).NotTo(HaveOccurred())
	Expect(tx.Commit(context.Background())).To(Succeed())
}

func (d *desk) count(query string, args ...any) (n int) {
	GinkgoHelper()
	Expect(d.world.Admin.QueryRow(context.Background(), query, args...).Scan(&n)).To(Succeed())
	return n
}

// stored is how many objects lie in the store.
func (d *desk) stored() (n int) {
	GinkgoHelper()
	Expect(d.folder.List(context.Background(), func(string, time.Time) error {
		n++
		return nil
	})).To(Succeed())
	return n
}

const drawn = `[[100,200,200,100,300,220,420,90],[500,150]]`

// answered is a form in which Luz accepts an extraction on the screen.
func answered() url.Values {
	return url.Values{
		"id": {newID().String()}, "plantilla": {"tratamiento-dental"}, "edicion": {"1"}, "procedimiento": {"Extracción de la pieza 38"}, "quien": {"paciente"},
		"decision": {"acepta"}, "metodo": {"pantalla"}, "trazo": {drawn},
	}
}

func with(form url.Values, pairs ...string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func sheetPhoto() []byte {
	GinkgoHelper()
	var out bytes.Buffer
	Expect(png.Encode(&out, image.NewGray(image.Rect(0, 0, 80, 120)))).To(Succeed())
	return out.Bytes()
}
