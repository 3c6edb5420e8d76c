package archive_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
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
	"hampi/modules/hce/archive"
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

func TestArchive(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Archive")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

var now = time.Date(2026, 11, 24, 15, 14, 0, 0, time.UTC) // 10:14 in Lima

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// record is the record's word on who may: doctors everything of Luz, assistants what belongs to one attention.
type record struct {
	luz       uuid.UUID
	encounter uuid.UUID
}

func (r record) MayRead(ctx context.Context, patient uuid.UUID, owner archive.Owner) error {
	who := access.Who(ctx)
	switch {
	case patient != r.luz:
	case who.Has("doctor"):
		return nil
	case who.Has("assistant") && owner == (archive.Owner{Kind: archive.EncounterOwner, ID: r.encounter}):
		return nil
	}
	return fault.ErrForbidden
}

func (r record) MayAdd(ctx context.Context, patient uuid.UUID, owner archive.Owner) error {
	if owner.Kind != "" && owner.ID != r.encounter {
		return fault.ErrNotFound
	}
	return r.MayRead(ctx, patient, owner)
}

// reads writes readings into the audit, as the record does.
type reads struct{}

func (reads) Read(ctx context.Context, patient uuid.UUID, what string) error {
	return audit.Record(ctx, "read", "patients", patient, map[string]any{"what": what})
}

// desk is the archive's pages and API over a world with Luz and Rosa, asked as somebody of a clinic.
type desk struct {
	world   *dbtest.World
	echo    *echo.Echo
	dir     string
	folder  *files.Folder
	storage *files.Storage
	store   *archive.Postgres
	service *archive.Service
	record  record
	luz     uuid.UUID
	rosa    uuid.UUID
	who     access.Identity
}

func newDesk() *desk {
	GinkgoHelper()
	d := &desk{world: cluster.World(), echo: echo.New(), dir: GinkgoT().TempDir()}
	var err error
	d.folder, err = files.NewFolder(d.dir)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(d.folder.Close)
	d.storage, d.store = files.New(d.folder, d.world.Vault), archive.NewPostgres(d.world.DB)
	people := patients.New(patients.NewPostgres(d.world.Vault, clock.At(now)), patients.Neighbours{Tabs: archive.Tabs()}, clock.At(now))
	d.luz, d.rosa = d.register(people, "Luz"), d.register(people, "Rosa")
	d.record = record{luz: d.luz, encounter: newID()}
	d.service = archive.NewService(archive.Parts{
		Store: d.store, Storage: d.storage, Patients: people, Colleagues: accounts.Colleagues{}, Access: d.record, Reads: reads{}, Now: clock.At(now),
	})
	d.serve()
	d.as("doctor")
	return d
}

func (d *desk) serve() {
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
	archive.Routes(r, d.service)
	archive.API(web.NewAPI(r, "spec"), r, d.service)
	Expect(r.Check()).To(Succeed())
}

func (d *desk) register(people *patients.Service, name string) (id uuid.UUID) {
	GinkgoHelper()
	id = newID()
	Expect(d.world.Committed(d.world.Norte, "receptionist", func(ctx context.Context) error {
		_, _, err := people.Register(ctx, patients.Registration{ID: id, Sure: true, Demographics: patients.Demographics{
			FirstName: name, LastName: "Quispe", Document: patients.Document{Type: patients.None}}})
		return err
	})).To(Succeed())
	return id
}

// as lets somebody of Clínica Norte ask from now on.
func (d *desk) as(role accounts.Role) {
	d.who = d.world.Norte.Identity(string(role))
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

func (d *desk) page(patient uuid.UUID) string { return "/pacientes/" + patient.String() + "/archivos" }

// sent is a file of a form.
type sent struct {
	name    string
	content []byte
}

// form is a form with fields, in pairs, before its files.
func form(fields []string, field string, all ...sent) (body *bytes.Buffer, kind string) {
	GinkgoHelper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for i := 0; i+1 < len(fields); i += 2 {
		Expect(w.WriteField(fields[i], fields[i+1])).To(Succeed())
	}
	for _, s := range all {
		part, err := w.CreateFormFile(field, s.name)
		Expect(err).NotTo(HaveOccurred())
		_, err = part.Write(s.content)
		Expect(err).NotTo(HaveOccurred())
	}
	Expect(w.Close()).To(Succeed())
	return body, w.FormDataContentType()
}

// upload sends files to a patient's page; script says whether as the page's script does.
func (d *desk) upload(patient uuid.UUID, script bool, fields []string, all ...sent) *httptest.ResponseRecorder {
	GinkgoHelper()
	body, kind := form(fields, "archivo", all...)
	r := httptest.NewRequest(http.MethodPost, d.page(patient), body)
	r.Header.Set(echo.HeaderContentType, kind)
	if script {
		r.Header.Set("HX-Request", "true")
	}
	return d.send(r)
}

func (d *desk) retire(id uuid.UUID, reason string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/archivos/"+id.String()+"/retiro", strings.NewReader(url.Values{"motivo": {reason}}.Encode()))
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return d.send(r)
}

// count asks the database as its superuser.
func (d *desk) count(query string, args ...any) (n int) {
	GinkgoHelper()
	Expect(d.world.Admin.QueryRow(context.Background(), query, args...).Scan(&n)).To(Succeed())
	return n
}

// stored are the names in the store.
func (d *desk) stored() (names []string) {
	GinkgoHelper()
	Expect(d.folder.List(context.Background(), func(name string, _ time.Time) error {
		names = append(names, name)
		return nil
	})).To(Succeed())
	return names
}

const pdf = "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"

// photo is a JPEG in that colour.
func photo(red uint8) []byte {
	GinkgoHelper()
	picture := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for i := range 60 * 40 {
		picture.Set(i%60, i/60, color.RGBA{R: red, A: 255})
	}
	var out bytes.Buffer
	Expect(jpeg.Encode(&out, picture, nil)).To(Succeed())
	return out.Bytes()
}
