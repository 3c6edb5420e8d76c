package archive_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce/archive"
	"hampi/modules/platform/access"
	"hampi/modules/platform/files"
	"hampi/modules/platform/pii"
)

var _ = Describe("the archive", Ordered, ContinueOnFailure, func() {
	var d *desk
	BeforeAll(func() { d = newDesk() })
	BeforeEach(func() { d.as("doctor") })

	add := func(name string, content []byte) uuid.UUID {
		GinkgoHelper()
		id := newID()
		Expect(d.upload(d.luz, true, []string{"id", id.String()}, sent{name, content}).Code).To(Equal(http.StatusCreated))
		return id
	}

	It("begins empty, then shows what was added, with its small picture, to whoever may read the record", func() {
		Expect(d.get(d.page(d.luz)).Body.String()).To(And(ContainSubstring("Aquí estarán las fotos"), ContainSubstring(`data-limite="26214400"`)))
		Expect(archive.MaxFileBytes).To(Equal(files.MaxBytes), "the page says what the store takes")
		id := add("Radiografía periapical.JPG", photo(200))
		page := d.get(d.page(d.luz))
		Expect(page.Code).To(Equal(http.StatusOK))
		for _, words := range []string{"Radiografía periapical.JPG", "24 nov 10:14", "doctor de Clínica Norte", "/archivos/" + id.String() + "/miniatura"} {
			Expect(page.Body.String()).To(ContainSubstring(words))
		}

		thumb := d.get("/archivos/" + id.String() + "/miniatura")
		Expect(thumb.Code).To(Equal(http.StatusOK))
		Expect(thumb.Header().Get("Content-Type")).To(Equal("image/jpeg"))
		Expect(d.count("select count(*) from audit_log where action = 'read' and entity_id = $1 and new ->> 'what' = 'archivos'", d.luz)).To(Equal(2))
	})

	It("hands a file out as a download from a place without rights, and writes the reading down", func() {
		id := add("<script>.html", []byte(pdf))
		answer := d.get("/archivos/" + id.String())
		Expect(answer.Body.String()).To(Equal(pdf))
		Expect(answer.Header()).To(And(
			HaveKeyWithValue("Content-Security-Policy", []string{"sandbox; default-src 'none'; frame-ancestors 'none'"}),
			HaveKeyWithValue("Content-Disposition", []string{`attachment; filename="<script>.pdf"`}),
			HaveKeyWithValue("Content-Type", []string{"application/pdf"}), HaveKeyWithValue("X-Content-Type-Options", []string{"nosniff"}),
			HaveKeyWithValue("Cache-Control", []string{"no-store"}),
		))
		Expect(d.count("select count(*) from audit_log where action = 'read' and new ->> 'what' = 'archivo del 24/11/2026 10:14' and request_id <> ''")).To(Equal(1))
		Expect(d.get("/archivos/" + id.String() + "/miniatura").Code).To(Equal(http.StatusNotFound))
	})

	It("adds a file once, however often it is sent, and refuses another under its id", func() {
		id := newID()
		fields := []string{"id", id.String()}
		before := len(d.stored())
		for range 2 {
			Expect(d.upload(d.luz, true, fields, sent{"a.jpg", photo(10)}).Code).To(Equal(http.StatusCreated))
		}
		Expect(d.stored()).To(HaveLen(before + 2))
		answer := d.upload(d.luz, true, fields, sent{"b.jpg", photo(90)})
		Expect(answer.Code).To(Equal(http.StatusConflict))
		Expect(answer.Body.String()).To(ContainSubstring("ya se guardó otro archivo"))
		Expect(d.count("select count(*) from files where id = $1", id)).To(Equal(1))
		Expect(d.stored()).To(HaveLen(before + 2))
	})

	It("takes several files of a form without script, and says on the page why one was not taken", func() {
		id := newID()
		answer := d.upload(d.luz, false, []string{"id", id.String()}, sent{"uno.pdf", []byte(pdf)}, sent{"", nil}, sent{"dos.png.exe", photo(30)})
		Expect(answer.Code).To(Equal(http.StatusSeeOther))
		Expect(answer.Header().Get("Location")).To(Equal(d.page(d.luz)))
		Expect(d.get(d.page(d.luz)).Body.String()).To(And(ContainSubstring("uno.pdf"), ContainSubstring("dos.png.exe")))

		for want, file := range map[string]sent{"de otro tipo": {"x.jpg", []byte("MZ program")}, "Elija una foto": {"", nil}} {
			refused := d.upload(d.luz, false, []string{"id", newID().String()}, file)
			Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity))
			Expect(refused.Body.String()).To(And(ContainSubstring(want), ContainSubstring("Elegir archivos")))
		}
	})

	It("refuses 2 GB without reading them, announced or not", func() {
		endless := &counted{}
		r := httptest.NewRequest(http.MethodPost, d.page(d.luz), io.NopCloser(io.LimitReader(endless, 2<<30)))
		r.Header.Set(echo.HeaderContentType, "multipart/form-data; boundary=x")
		r.ContentLength = 2 << 30
		Expect(d.send(r).Code).To(Equal(http.StatusRequestEntityTooLarge))
		Expect(endless.n).To(BeZero())

		head := "--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n" + newID().String() +
			"\r\n--x\r\nContent-Disposition: form-data; name=\"archivo\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n"
		r = httptest.NewRequest(http.MethodPost, d.page(d.luz), io.NopCloser(io.MultiReader(strings.NewReader(head), io.LimitReader(endless, 2<<30))))
		r.Header.Set(echo.HeaderContentType, "multipart/form-data; boundary=x")
		r.Header.Set("HX-Request", "true")
		r.ContentLength = -1
		answer := d.send(r)
		Expect(answer.Code).To(Equal(http.StatusRequestEntityTooLarge))
		Expect(answer.Body.String()).To(ContainSubstring("25 MB"))
		Expect(endless.n).To(BeNumerically("<", files.MaxBytes+1<<20))
	})

	It("opens to nobody else: not the desk, not the administration, not the doctor of another patient or clinic", func() {
		id := add("a.jpg", photo(77))
		before := len(d.stored())
		addresses := []string{d.page(d.luz), "/archivos/" + id.String(), "/archivos/" + id.String() + "/miniatura", "/api/v1/files/" + id.String() + "/content"}
		for _, role := range []string{"receptionist", "cashier", "clinic_admin", "assistant"} {
			d.as(accounts.Role(role))
			for _, address := range addresses {
				Expect(d.get(address).Code).To(BeElementOf(http.StatusNotFound, http.StatusForbidden), role+" "+address)
			}
			Expect(d.upload(d.luz, true, []string{"id", newID().String()}, sent{"a.jpg", photo(1)}).Code).To(Equal(http.StatusNotFound), role)
			Expect(d.retire(id, "no me gusta").Code).To(Equal(http.StatusNotFound), role)
		}
		d.as("doctor")
		Expect(d.upload(d.rosa, true, []string{"id", newID().String()}, sent{"a.jpg", photo(1)}).Code).To(Equal(http.StatusNotFound))
		Expect(d.get(d.page(d.rosa)).Code).To(Equal(http.StatusNotFound))
		d.who.ClinicID, d.who.UserID = d.world.Sur.ID, d.world.Sur.People["doctor"].User
		for _, address := range addresses {
			Expect(d.get(address).Code).To(BeElementOf(http.StatusNotFound, http.StatusForbidden), address)
		}
		Expect(d.stored()).To(HaveLen(before))
	})

	It("lets an assistant add photos to an attention, see those, and take a wrong one back", func() {
		d.as("assistant")
		id := newID()
		fields := []string{"id", id.String(), "atencion", d.record.encounter.String()}
		Expect(d.upload(d.luz, true, fields, sent{"triaje.jpg", photo(120)}).Code).To(Equal(http.StatusCreated))
		Expect(d.get("/archivos/" + id.String()).Code).To(Equal(http.StatusOK))
		elsewhere := []string{"id", newID().String(), "atencion", newID().String()}
		Expect(d.upload(d.luz, true, elsewhere, sent{"triaje.jpg", photo(121)}).Code).To(Equal(http.StatusNotFound))
		broken := []string{"id", newID().String(), "atencion", "no"}
		Expect(d.upload(d.luz, true, broken, sent{"triaje.jpg", photo(121)}).Code).To(BeElementOf(404, 422))

		ctx := d.world.RolledBack(d.world.Norte, "assistant")
		of, err := d.service.ListOf(ctx, archive.Owner{Kind: archive.EncounterOwner, ID: d.record.encounter})
		Expect(err).NotTo(HaveOccurred())
		Expect(of).To(HaveLen(1))
		Expect(of[0]).To(And(HaveField("Name", "triaje.jpg"), HaveField("AddedBy", d.who.MembershipID)))
		Expect(d.retire(id, "es de otro paciente").Code).To(Equal(http.StatusNoContent))
	})

	It("takes a file out of sight with its reason, keeps it, and changes nothing else of it", func() {
		id := add("equivocada.jpg", photo(55))
		refused := d.retire(id, "x", "HX-Request", "true")
		Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.Body.String()).To(ContainSubstring("Escriba el motivo"))
		for range 2 {
			Expect(d.retire(id, "es de otro paciente").Code).To(Equal(http.StatusSeeOther))
		}
		page := d.get(d.page(d.luz)).Body.String()
		Expect(page).To(ContainSubstring("es de otro paciente"))
		Expect(page).NotTo(ContainSubstring("/archivos/" + id.String() + "/miniatura"))
		Expect(d.get("/archivos/" + id.String()).Code).To(Equal(http.StatusOK))
		Expect(d.count("select count(*) from audit_log where entity = 'files' and entity_id = $1 and action = 'update' and new ? 'sha256'", id)).To(Equal(1))
		for _, change := range []string{"name = 'x'", "sha256 = sha256('x')", "hidden_reason = 'otro motivo'", "hidden_at = null, hidden_by = null, hidden_reason = ''"} {
			_, err := d.world.Admin.Exec(context.Background(), "update files set "+change+" where id = $1", id)
			Expect(err).To(MatchError(ContainSubstring("never changed")), change)
		}
		_, err := d.world.Admin.Exec(context.Background(), "delete from files where id = $1", id)
		Expect(err).To(MatchError(ContainSubstring("never changed")))
	})

	It("pages a long list", func() {
		list := func(after uuid.UUID) (found []archive.File, more bool) {
			Expect(d.world.Committed(d.world.Norte, "doctor", func(ctx context.Context) (err error) {
				found, more, err = d.service.List(ctx, []uuid.UUID{d.luz}, after, 2)
				return err
			})).To(Succeed())
			return found, more
		}
		var seen []uuid.UUID
		after, more := uuid.Nil, true
		for more {
			var found []archive.File
			found, more = list(after)
			for _, f := range found {
				Expect(seen).NotTo(ContainElement(f.ID))
				seen = append(seen, f.ID)
			}
			after = seen[len(seen)-1]
		}
		Expect(seen).To(HaveLen(d.count("select count(*) from files where patient_id = $1 and hidden_at is null", d.luz)))
	})

	It("is open to programs: add, list, read", func() {
		body, kind := form([]string{"patient_id", d.luz.String()}, "file", sent{"informe.pdf", []byte(pdf)})
		r := httptest.NewRequest(http.MethodPost, "/api/v1/files", body)
		r.Header.Set(echo.HeaderContentType, kind)
		answer := d.send(r)
		Expect(answer.Code).To(Equal(http.StatusCreated), answer.Body.String())
		var added struct{ ID, ContentType, SHA256, Name string }
		Expect(json.Unmarshal(bytes.ReplaceAll(answer.Body.Bytes(), []byte("content_type"), []byte("ContentType")), &added)).To(Succeed())
		Expect(added).To(And(HaveField("Name", "informe.pdf"), HaveField("ContentType", "application/pdf"), HaveField("SHA256", HaveLen(64))))
		Expect(d.get("/api/v1/files/" + added.ID + "/content").Body.String()).To(Equal(pdf))
		Expect(d.get("/api/v1/files/" + added.ID).Body.String()).To(ContainSubstring("informe.pdf"))
		list := d.get("/api/v1/files?limit=2&patient_id=" + d.luz.String())
		Expect(list.Code).To(Equal(http.StatusOK))
		Expect(list.Body.String()).To(And(ContainSubstring(`"next":"`), ContainSubstring(added.ID)))
		Expect(d.get("/api/openapi.json").Body.String()).To(And(ContainSubstring(`"multipart/form-data"`), ContainSubstring(`"/api/v1/files/{id}/content"`)))

		body, kind = form([]string{"patient_id", d.luz.String()}, "file", sent{"x.exe", []byte("MZ")})
		r = httptest.NewRequest(http.MethodPost, "/api/v1/files", body)
		r.Header.Set(echo.HeaderContentType, kind)
		refused := d.send(r)
		Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.Body.String()).To(And(ContainSubstring(`"/file"`), ContainSubstring("de otro tipo")))
	})

	It("leaves no bytes when the row cannot be written, and no row when the bytes cannot", func() {
		before, rows := len(d.stored()), d.count("select count(*) from files")
		ctx := access.With(context.Background(), d.who)
		broken := archive.NewService(d.service.Parts)
		broken.Store = noRows{d.store}
		_, err := broken.Add(ctx, archive.New{ID: newID(), PatientID: d.luz, Name: "a.jpg"}, bytes.NewReader(photo(1)))
		Expect(err).To(MatchError(errNoRows))
		broken.Store, broken.Storage = d.store, files.New(noBytes{d.folder}, d.world.Vault)
		_, err = broken.Add(ctx, archive.New{ID: newID(), PatientID: d.luz, Name: "a.jpg"}, bytes.NewReader(photo(1)))
		Expect(err).To(MatchError(errNoBytes))
		Expect(d.stored()).To(HaveLen(before))
		Expect(d.count("select count(*) from files")).To(Equal(rows))
	})

	It("survives a collection and a rotation of keys; what a crash left behind is gone", func() {
		id := add("queda.jpg", photo(66))
		ctx := context.Background()
		orphan, err := d.storage.Put(ctx, d.world.Norte.ID, newID(), strings.NewReader(pdf))
		Expect(err).NotTo(HaveOccurred())
		foreign, err := d.storage.Put(ctx, newID(), newID(), strings.NewReader(pdf)) // a clinic of another installation
		Expect(err).NotTo(HaveOccurred())
		tomorrow := func() time.Time { return time.Now().Add(files.OrphanAge + time.Hour) }
		Expect(files.NewCollector(d.storage, d.store, tomorrow).Collect(ctx)).To(Equal(1))
		Expect(d.stored()).To(And(ContainElement(foreign.Object), Not(ContainElement(orphan.Object))))

		var before, after []byte
		key := "select sealed_key from files where id = $1"
		Expect(d.world.Admin.QueryRow(ctx, key, id).Scan(&before)).To(Succeed())
		rotate(d)
		Expect(d.world.Admin.QueryRow(ctx, key, id).Scan(&after)).To(Succeed())
		Expect(after).NotTo(Equal(before))
		Expect(d.get("/archivos/" + id.String()).Body.Bytes()).To(Equal(photo(66)))
	})
})

// rotate runs a whole rotation of the clinic's keys, at a clock that need not wait.
func rotate(d *desk) {
	GinkgoHelper()
	ctx, at := context.Background(), time.Now()
	master, err := pii.NewMaster([]byte(strings.Repeat("k", 32)))
	Expect(err).NotTo(HaveOccurred())
	vault := pii.NewVault(master, pii.NewPostgresKeyStore(d.world.DB.AsSystem), func() time.Time { return at })
	rotator, err := pii.NewRotator(vault, pii.NewPostgresProgressStore(d.world.DB.AsSystem), archive.Reencrypters(d.world.DB), pii.Pace{})
	Expect(err).NotTo(HaveOccurred())
	Expect(rotator.Start(ctx, d.world.Norte.ID)).To(Succeed())
	for stage := pii.StageAdding; stage != pii.StageDeleting; {
		progress, err := rotator.Run(ctx, d.world.Norte.ID)
		Expect(err).NotTo(HaveOccurred())
		at, stage = at.Add(progress.Wait), progress.Stage
	}
}

var errNoRows, errNoBytes = errors.New("the database is gone"), errors.New("the disk is full")

type noRows struct{ *archive.Postgres }

func (noRows) Add(context.Context, archive.File, files.Stored) error { return errNoRows }

type noBytes struct{ files.Blobs }

func (noBytes) Put(context.Context, string, io.Reader) error { return errNoBytes }

// counted is an endless stream that counts what was read of it.
type counted struct{ n int64 }

func (c *counted) Read(p []byte) (int, error) {
	clear(p)
	c.n += int64(len(p))
	return len(p), nil
}

var _ = DescribeTable("a name is kept as people know it", func(name, want string) {
	Expect(archive.TidyName(name)).To(Equal(want))
},
	Entry("from a folder", `C:\fotos\Luz.jpg`, "Luz.jpg"),
	Entry("with signs that turn the direction", "foto\u202egpj.exe\x00", "fotogpj.exe"),
	Entry("too long", strings.Repeat("á", 200)+".pdf", strings.Repeat("á", 116)+".pdf"),
	Entry("no name", "\n", "archivo"),
)
