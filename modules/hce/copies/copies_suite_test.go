package copies_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
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
	"github.com/shopspring/decimal"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/archive"
	"hampi/modules/hce/consent"
	"hampi/modules/hce/copies"
	"hampi/modules/hce/hcetest"
	"hampi/modules/hce/prescribing"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/jobs"
	"hampi/modules/platform/web"
	"hampi/views"
)

func TestCopies(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Copies of records")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

var now = time.Date(2026, 11, 24, 15, 14, 0, 0, time.UTC) // 10:14 in Lima

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// agenda has no appointments: people come without.
type agenda struct{ hce.Visits }

func (agenda) Cares(context.Context, uuid.UUID, uuid.UUID) (bool, error)       { return false, nil }
func (agenda) Complete(context.Context, uuid.UUID) error                       { return nil }
func (agenda) ComingOf(context.Context, []uuid.UUID) ([]patients.Visit, error) { return nil, nil }
func (agenda) TodayWith(context.Context, uuid.UUID, uuid.UUID) (uuid.UUID, error) {
	return uuid.Nil, fault.ErrNotFound
}

type quiet struct{}

func (quiet) EmergencyOpened(context.Context, hce.EmergencyAccess) error { return nil }

// desk is the pages of copies over a world in which Dra. Salas attends Luz, asked as somebody of a clinic.
type desk struct {
	world   *dbtest.World
	echo    *echo.Echo
	folder  *files.Folder
	service *copies.Service
	record  *hce.Service
	luz     uuid.UUID
	rojas   dbtest.Person
	who     access.Identity
	moment  time.Time
}

func newDesk() *desk {
	GinkgoHelper()
	d := &desk{world: cluster.World(), echo: echo.New(), moment: now}
	var err error
	d.folder, err = files.NewFolder(GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(d.folder.Close)
	storage, signing := files.New(d.folder, d.world.Vault), hcetest.NewKeys(now.Add(-time.Hour))
	people := patients.New(patients.NewPostgres(d.world.Vault, clock.At(now)), patients.Neighbours{Tabs: hce.Tabs()}, clock.At(now))
	d.record = hce.New(hce.NewPostgres(), hce.Neighbours{
		Patients: people, Colleagues: accounts.Colleagues{}, Visits: agenda{}, Keys: signing, Proofs: hcetest.Proven{}, Reads: hce.ReadLog{}, Events: quiet{},
		Address: func() string { return "https://clinica.pe" },
	}, d.now)
	kept := archive.NewService(archive.Parts{
		Store: archive.NewPostgres(d.world.DB), Storage: storage, Patients: people, Colleagues: accounts.Colleagues{},
		Access: hce.NewFilesAccess(d.record), Reads: hce.ReadLog{}, Now: d.now,
	})
	consents := consent.NewService(consent.Parts{
		Store: consent.NewPostgres(d.world.Vault), Archive: kept, Patients: people, Colleagues: accounts.Colleagues{}, Reads: hce.ReadLog{},
		Keys: signing, Proofs: hcetest.Proven{}, Address: func() string { return "https://clinica.pe" }, Now: d.now,
	})
	queue, err := jobs.NewQueue()
	Expect(err).NotTo(HaveOccurred())
	d.service = copies.NewService(copies.Parts{
		Store: copies.NewPostgres(d.world.DB), Queue: copies.NewQueue(queue), Record: d.record, Consents: consents, Archive: kept, Colleagues: accounts.Colleagues{},
		Keys: signing, Reads: hce.ReadLog{}, Storage: storage, Address: func() string { return "https://clinica.pe" }, Now: d.now,
	})
	d.exec("update users set title = 'Dra.', college = 'CMP', college_number = '54321'")
	d.exec("update memberships set specialty = 'medicina_general'")
	d.rojas = d.world.AddPerson(d.world.Norte, "Juan Rojas", "doctor")
	d.luz = newID()
	d.exec(`insert into patients (clinic_id, id, record_number, first_name, last_name, sort_key, document_type, sex, birth_date)
		values ($1, $2, '000123', 'Luz', 'Quispe', 'quispe luz', 'NONE', 'F', '1990-03-02')`, d.world.Norte.ID, d.luz)
	d.exec("insert into patient_assignments (clinic_id, id, patient_id, doctor_id, by) values ($1, $2, $3, $4, $4)",
		d.world.Norte.ID, newID(), d.luz, d.world.Norte.People["doctor"].Membership)
	d.serve(people)
	d.as(d.world.Norte, "doctor")
	d.write(kept, consents)
	return d
}

func (d *desk) now() time.Time { return d.moment }

func (d *desk) exec(sql string, args ...any) {
	GinkgoHelper()
	_, err := d.world.Admin.Exec(context.Background(), sql, args...)
	Expect(err).NotTo(HaveOccurred())
}

func (d *desk) serve(people *patients.Service) {
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
	copies.Routes(r, d.service, people)
	Expect(r.Check()).To(Succeed())
}

// as lets somebody of a clinic ask from now on.
func (d *desk) as(clinic dbtest.Clinic, role string) {
	d.who = clinic.Identity(role)
	d.who.Permissions = accounts.PermissionsOf([]accounts.Role{accounts.Role(role)})
}

// committed does something in the name of Dra. Salas.
func (d *desk) committed(f func(ctx context.Context) error) {
	GinkgoHelper()
	Expect(d.world.Committed(d.world.Norte, "doctor", func(ctx context.Context) error { return f(access.With(ctx, d.who)) })).To(Succeed())
}

// write makes a record with one of everything: a note with a prescription, an addendum, an annulled note, one without a
// signature, a photo and a consent.
func (d *desk) write(kept *archive.Service, consents *consent.Service) {
	GinkgoHelper()
	body := hce.DraftBody{
		Values: hce.Values{
			"motivo": hce.TextValue("Dolor de garganta"), "relato": hce.TextValue("Desde hace tres días, con fiebre."), "pa": hce.PressureValue(118, 76),
			"fc": hce.TextValue("82"), "temp": hce.TextValue("38.2"),
		},
		Diagnoses: []hce.Diagnosis{{Code: "J02.9", Title: "Faringitis aguda, no especificada", Kind: hce.Presumptive}},
		Items: []hce.Prescribed{{Item: prescribing.Item{
			DCI: "Preparado magistral", Form: "jarabe", Route: "oral", Dose: prescribing.Amount{Value: decimal.NewFromInt(5), Unit: "ml"},
			Frequency: prescribing.Frequency{Kind: prescribing.TimesADay, Number: 2}, Duration: prescribing.Duration{Value: 5, Unit: prescribing.Days},
			Quantity: prescribing.Amount{Value: decimal.NewFromInt(1), Unit: "frasco"},
		}}},
	}
	var note hce.Record
	for range 2 {
		d.committed(func(ctx context.Context) error {
			e, err := d.record.Attend(ctx, newID(), uuid.Nil, d.luz)
			Expect(err).NotTo(HaveOccurred())
			draft, err := d.record.SaveDraft(ctx, hce.Saving{EncounterID: e.ID, DraftID: newID(), Holder: "a", TemplateID: "consulta-general", Version: 1, Body: body})
			Expect(err).NotTo(HaveOccurred())
			closed, err := d.record.Close(ctx, e.ID, draft.Version, "a", hce.Proof{})
			Expect(err).NotTo(HaveOccurred())
			note, body.Items = closed.Records[0], nil
			return nil
		})
		if len(body.Items) == 0 && note.ID != uuid.Nil {
			d.committed(func(ctx context.Context) error {
				_, err := d.record.Amend(ctx, newID(), note.ID, "Usa lentes de contacto.", hce.Proof{})
				return err
			})
		}
	}
	d.committed(func(ctx context.Context) error {
		_, err := d.record.Annul(ctx, newID(), note.ID, "Se escribió dos veces.", hce.Proof{})
		return err
	})
	d.exec(`with one as (select r.*, gen_random_uuid() as fresh from medical_records r where record_type = 'note' limit 1)
		insert into medical_records (clinic_id, id, patient_id, encounter_id, author_id, record_type, template_id, template_version, body, data, content_hash, written_at)
		select clinic_id, fresh, patient_id, encounter_id, author_id, record_type, template_id, template_version, replace(body, id::text, fresh::text),
			replace(body, id::text, fresh::text)::jsonb, sha256(convert_to(replace(body, id::text, fresh::text), 'UTF8')), written_at from one`)
	var photo bytes.Buffer
	Expect(jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 30)), nil)).To(Succeed())
	ctx := archive.InScope(access.With(context.Background(), d.who), d.world.Norte.Scope("doctor"))
	_, err := kept.Add(ctx, archive.New{ID: newID(), PatientID: d.luz, Name: "garganta: foto.jpg"}, &photo)
	Expect(err).NotTo(HaveOccurred())
	_, err = consents.Sign(ctx, consent.Answer{
		Filled:   consent.Filled{ID: newID(), PatientID: d.luz, Template: "anestesia-local", Edition: 1, Procedure: "Infiltración"},
		Decision: consent.Accepted, Method: consent.Typed, Typed: "Luz Quispe", Agreed: true,
	})
	Expect(err).NotTo(HaveOccurred())
}

func (d *desk) send(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	d.echo.ServeHTTP(answer, r)
	return answer
}

func (d *desk) get(path string) *httptest.ResponseRecorder {
	return d.send(httptest.NewRequest(http.MethodGet, path, nil))
}

func (d *desk) page() string { return "/pacientes/" + d.luz.String() + "/copias" }

func (d *desk) post(path string, pairs ...string) *httptest.ResponseRecorder {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set(echo.HeaderContentType, echo.MIMEApplicationForm)
	return d.send(r)
}

// asked asks for a copy and gives its id.
func (d *desk) asked() uuid.UUID {
	GinkgoHelper()
	id := newID()
	answer := d.post(d.page(), "id", id.String(), "motivo", "transfer", "detalle", "Hospital Regional de Huánuco")
	Expect(answer.Code).To(Equal(http.StatusSeeOther))
	return id
}

func (d *desk) make(id uuid.UUID) error {
	return d.service.Make(context.Background(), d.world.Norte.ID, id)
}

func (d *desk) count(query string, args ...any) (n int) {
	GinkgoHelper()
	Expect(d.world.Admin.QueryRow(context.Background(), query, args...).Scan(&n)).To(Succeed())
	return n
}

func (d *desk) stored() (n int) {
	GinkgoHelper()
	Expect(d.folder.List(context.Background(), func(string, time.Time) error {
		n++
		return nil
	})).To(Succeed())
	return n
}
