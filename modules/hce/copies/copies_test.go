package copies_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/ledongthuc/pdf"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"

	"hampi/modules/hce/copies"
	"hampi/modules/platform/jobs"
)

// words is what a reader sees in a PDF.
func words(content []byte) string {
	GinkgoHelper()
	reader, err := pdf.NewReader(bytes.NewReader(content), int64(len(content)))
	Expect(err).NotTo(HaveOccurred())
	var all strings.Builder
	for n := 1; n <= reader.NumPage(); n++ {
		text, err := reader.Page(n).GetPlainText(nil)
		Expect(err).NotTo(HaveOccurred())
		all.WriteString(strings.ReplaceAll(text, "\n", ""))
	}
	return all.String()
}

// unpacked are the files of a ZIP by their paths.
func unpacked(content []byte) map[string][]byte {
	GinkgoHelper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	Expect(err).NotTo(HaveOccurred())
	all := map[string][]byte{}
	for _, f := range archive.File {
		from, err := f.Open()
		Expect(err).NotTo(HaveOccurred())
		all[f.Name], err = io.ReadAll(from)
		Expect(err).NotTo(HaveOccurred())
	}
	return all
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// dying is a store whose process ends while a copy is being made.
type dying struct {
	copies.Store
	left int // how often it tells how far it is before that
}

var errKilled = errors.New("killed")

func (d *dying) Tell(ctx context.Context, id uuid.UUID, step string, done, total int, at time.Time) error {
	if d.left--; d.left < 0 {
		return errKilled
	}
	return d.Store.Tell(ctx, id, step, done, total, at)
}

var _ = Describe("a copy of a record", Ordered, func() {
	var d *desk
	BeforeAll(func() { d = newDesk() })
	BeforeEach(func() {
		d.moment = now
		d.as(d.world.Norte, "doctor")
	})

	It("is asked for with a purpose, made once however often one clicks, and holds everything in a way that anybody can check", func() {
		refused := d.post(d.page(), "id", newID().String(), "detalle", "x")
		Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.Body.String()).To(And(ContainSubstring("Marque para qué es la copia"), ContainSubstring("Escriba para quién es")))
		id := d.asked()
		Expect(d.post(d.page(), "id", id.String(), "motivo", "transfer", "detalle", "Hospital Regional de Huánuco").Code).To(Equal(http.StatusSeeOther))
		Expect(d.post(d.page(), "id", newID().String(), "motivo", "patient", "detalle", "otra vez").Code).To(Equal(http.StatusSeeOther))
		Expect(d.count("select count(*) from record_copies")).To(Equal(1))
		Expect(d.count("select count(*) from river_job where kind = 'record_copy'")).To(Equal(1))
		Expect(d.get("/copias/" + id.String() + "/avance").Body.String()).To(And(ContainSubstring("En preparación"), ContainSubstring("every 2s")))
		Expect(d.get("/copias/" + id.String() + "/pdf").Code).To(Equal(http.StatusNotFound))

		before := d.stored()
		Expect(d.make(id)).To(Succeed())
		Expect(d.make(id)).To(Succeed(), "a second job finds it made")
		Expect(d.stored()).To(Equal(before + 2))
		Expect(d.get(d.page()).Body.String()).To(And(ContainSubstring("Lista hasta el 01/12/2026"), ContainSubstring("/zip")))

		book := d.get("/copias/" + id.String() + "/pdf")
		Expect(book.Header().Get("Content-Security-Policy")).To(HavePrefix("sandbox"))
		read := words(book.Body.Bytes())
		for _, sentence := range []string{
			"Historia clínica N.º 000123", "Hospital Regional de Huánuco", "Transferencia a otro establecimiento", "Atención 1", "Dolor de garganta", "J02.9",
			"Preparado magistral", "Usa lentes de contacto.", "ANULADA", "Se escribió dos veces.", "SIN FIRMA", "CMP 54321", "firma válida", "código", "página 1 de ",
			"Anestesia local: Infiltración", "garganta_ foto.jpg", "118/76",
		} {
			Expect(read).To(ContainSubstring(sentence))
		}
		Expect(read).NotTo(ContainSubstring("NO VÁLIDA"))

		bundle := unpacked(d.get("/copias/" + id.String() + "/zip").Body.Bytes())
		Expect(string(bundle["LEEME.txt"])).To(ContainSubstring("CÓMO COMPROBARLA"))
		Expect(bundle["historia.pdf"]).To(Equal(book.Body.Bytes()))
		var manifest struct {
			Archivos []struct{ Ruta, SHA256 string }
		}
		Expect(json.Unmarshal(bundle["manifiesto.json"], &manifest)).To(Succeed())
		Expect(manifest.Archivos).To(HaveLen(len(bundle) - 1))
		for _, f := range manifest.Archivos {
			Expect(hash(bundle[f.Ruta])).To(Equal(f.SHA256), f.Ruta)
		}
		var signatures []struct {
			Hash      string `json:"content_hash"`
			PublicKey string `json:"public_key"`
			Text      string `json:"signed_text"`
			Signature string
		}
		Expect(json.Unmarshal(bundle["firmas.json"], &signatures)).To(Succeed())
		Expect(len(signatures)).To(BeNumerically(">=", 5))
		documents := map[string]bool{}
		for path, content := range bundle {
			if strings.HasPrefix(path, "documentos/") {
				documents[hash(content)] = true
			}
		}
		Expect(documents).To(HaveLen(len(signatures)+1), "one is not signed")
		for _, s := range signatures {
			key, _ := base64.StdEncoding.DecodeString(s.PublicKey)
			mark, _ := base64.StdEncoding.DecodeString(s.Signature)
			Expect(documents).To(HaveKey(s.Hash))
			Expect(s.Text).To(ContainSubstring(s.Hash))
			Expect(ed25519.Verify(key, []byte(s.Text), mark)).To(BeTrue())
		}
		Expect(d.count("select count(*) from audit_log where action = 'read' and new ->> 'what' like '%copia%'")).To(Equal(3), "the request and both downloads")
	})

	It("is made anew when its process was killed, and leaves nothing of the first attempt", func() {
		id, before := d.asked(), d.stored()
		for left := range 3 {
			dies := copies.NewService(d.service.Parts)
			dies.Store = &dying{d.service.Store, left}
			Expect(dies.Make(context.Background(), d.world.Norte.ID, id)).To(MatchError(errKilled))
			Expect(d.stored()).To(Equal(before))
		}
		d.moment = now.Add(5 * time.Minute)
		Expect(d.get("/copias/" + id.String() + "/avance").Body.String()).To(ContainSubstring("Continuar"))
		Expect(d.post("/copias/" + id.String() + "/continuar").Code).To(Equal(http.StatusSeeOther))

		workers := river.NewWorkers()
		log := slog.New(slog.NewTextHandler(io.Discard, nil))
		Expect(copies.AddWorkers(workers, d.service, d.world.DB, log)).To(Succeed())
		worker, err := jobs.NewWorker(d.world.DB.Pool(), workers, nil, log)
		Expect(err).NotTo(HaveOccurred())
		Expect(worker.Start(context.Background())).To(Succeed())
		DeferCleanup(func() { Expect(worker.Stop(context.Background())).To(Succeed()) })
		Eventually(func() string { return d.get("/copias/" + id.String() + "/avance").Body.String() }).WithTimeout(30 * time.Second).Should(ContainSubstring("Lista hasta"))
		Eventually(d.stored).WithTimeout(30 * time.Second).Should(Equal(before + 2))
	})

	It("goes after some days; who asked and why stays", func() {
		id, before := d.asked(), d.stored()
		Expect(d.make(id)).To(Succeed())
		d.moment = now.AddDate(0, 0, copies.KeptDays)
		Expect(d.get("/copias/" + id.String() + "/zip").Code).To(Equal(http.StatusNotFound))
		cleared, err := d.service.Clear(context.Background(), d.world.Norte.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(cleared).To(BeNumerically(">=", 1))
		Expect(d.stored()).To(BeNumerically("<=", before))
		Expect(d.get(d.page()).Body.String()).To(And(ContainSubstring("Venció"), ContainSubstring("Hospital Regional de Huánuco")))
	})

	It("is nobody else's: no colleague's, no other clinic's, no administration's, and none in an emergency", func() {
		id := d.asked()
		Expect(d.make(id)).To(Succeed())
		paths := []string{"/copias/" + id.String() + "/pdf", "/copias/" + id.String() + "/zip", "/copias/" + id.String() + "/avance", d.page()}
		expect := func(what string) {
			GinkgoHelper()
			for _, path := range paths {
				Expect(d.get(path).Code).To(Equal(http.StatusNotFound), what+" "+path)
			}
		}
		d.as(d.world.Sur, "doctor")
		expect("another clinic")
		for _, role := range []string{"receptionist", "cashier", "assistant", "clinic_admin"} {
			d.as(d.world.Norte, role)
			expect(role)
		}
		d.as(d.world.Norte, "doctor")
		d.who.UserID, d.who.MembershipID = d.rojas.User, d.rojas.Membership
		expect("a colleague")
		d.exec(`insert into emergency_accesses (clinic_id, id, patient_id, doctor_id, reason, opened_at, closes_at) values ($1, $2, $3, $4, 'urgencia', $5, $6)`,
			d.world.Norte.ID, newID(), d.luz, d.rojas.Membership, now.Add(-time.Minute), now.Add(time.Hour))
		Expect(d.post(d.page(), "id", newID().String(), "motivo", "patient", "detalle", "lo pidió").Code).To(Equal(http.StatusConflict))
	})
})
