//go:build !js

package patients_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"
	"github.com/xuri/excelize/v2"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/jobs"
)

var _ = Describe("a list of patients from a file", func() {
	var world *dbtest.World
	var d *desk

	BeforeEach(func() {
		world = cluster.World()
		d = newDesk(world, (&agenda{next: now}).neighbours()).as(world.Norte, accounts.ClinicAdmin)
	})

	upload := func(name string, content []byte) *httptest.ResponseRecorder {
		GinkgoHelper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		Expect(form.WriteField("id", newID().String())).To(Succeed())
		part, err := form.CreateFormFile("archivo", name)
		Expect(err).NotTo(HaveOccurred())
		Expect(part.Write(content)).Error().NotTo(HaveOccurred())
		Expect(form.Close()).To(Succeed())
		r := httptest.NewRequest(http.MethodPost, "/pacientes/importar", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		return d.send(r)
	}
	// begun uploads a list, accepts what was guessed of its columns, and returns its address.
	begun := func(name string, content []byte) string {
		GinkgoHelper()
		answer := upload(name, content)
		Expect(answer.Code).To(Equal(http.StatusSeeOther), answer.Body.String())
		path := answer.Header().Get("Location")
		page := d.get(path).Body.String()
		form := fieldsOf(betweenStrings(page+"</main>", `/empezar">`, "</main>"))
		form.Set("op_id", newID().String())
		begin := d.post(path+"/empezar", form)
		Expect(begin.Code).To(Equal(http.StatusSeeOther), begin.Body.String())
		return path
	}
	run := func(ctx context.Context, path string) error {
		id := path[strings.LastIndex(path, "/")+1:]
		return d.importer.Run(ctx, database.Scope{ClinicID: world.Norte.ID, RequestID: "job"}, uuidOf(id))
	}
	everybody := func() []patients.Patient {
		GinkgoHelper()
		people, _, err := d.service.Page(world.RolledBack(world.Norte, "clinic_admin"), patients.Cursor{}, 2000)
		Expect(err).NotTo(HaveOccurred())
		return people
	}
	report := func(path string) [][]string {
		GinkgoHelper()
		text := strings.TrimPrefix(d.post(path+"/informe", nil).Body.String(), "\xef\xbb\xbf")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		Expect(err).NotTo(HaveOccurred())
		return rows
	}

	const people = "DNI;APELLIDOS Y NOMBRES;F. Nacimiento;Sexo;Celular;Historia clínica;Correo\n" +
		"40123456;\"QUISPE HUAMÁN, LUZ MARINA\";02/03/1990;F;962555014;731;luz@correo.pe\n" +
		"40123457;ROJAS TELLO MARCO ANTONIO;1985-01-24;Masculino;962 555 015;;\n" +
		";De la Cruz Soto, Ana;240188;mujer;;;\n"

	It("is shown before anything is kept, with its columns guessed", func() {
		answer := upload("C:\\lista.csv", []byte(people))
		page := d.get(answer.Header().Get("Location")).Body.String()
		Expect(page).To(And(ContainSubstring("lista.csv"), ContainSubstring("3 filas"), ContainSubstring("ROJAS TELLO MARCO ANTONIO")))
		Expect(page).To(MatchRegexp(`(?s)name="columna.document_number".*?value="0" selected`))
		Expect(page).To(MatchRegexp(`(?s)name="columna.full_name".*?value="1" selected`))
		Expect(everybody()).To(BeEmpty())
	})

	It("is taken over, read as people in Peru write", func() {
		path := begun("lista.csv", []byte(people))
		Expect(run(context.Background(), path)).To(Succeed())
		var lines []string
		for _, p := range everybody() {
			lines = append(lines, fmt.Sprint(p.FullName(), " · ", p.Document.Label(), " · ", p.BirthDate.Format("2006-01-02"), " · ", p.Sex, " · ", p.Phone, " · ", p.RecordNumber))
		}
		Expect(lines).To(ConsistOf(
			"De la Cruz Soto, Ana · Sin documento · 1988-01-24 · F ·  · 000733",
			"Quispe Huamán, Luz Marina · DNI 40123456 · 1990-03-02 · F · +51962555014 · 000731",
			"Rojas Tello, Marco Antonio · DNI 40123457 · 1985-01-24 · M · +51962555015 · 000732",
		))
		Expect(d.get(path).Body.String()).To(And(ContainSubstring("terminado"), ContainSubstring("3 de 3")))
	})

	It("reports each row that could not be taken over, with its reasons, and takes the others", func() {
		list := people + "4012345;Soto, Ana;31/02/1990;X;123;;\n" + "40123456;Otra, Persona;;;;;\n" + "40123459;Nueva, Persona;;;;731;\n" + "=1+1;\"=cmd, Ana\";;;;;\n"
		path := begun("lista.csv", []byte(list))
		Expect(run(context.Background(), path)).To(Succeed())
		Expect(everybody()).To(HaveLen(3))
		rows := report(path)
		Expect(rows).To(HaveLen(5))
		Expect(rows[1][:2]).To(HaveExactElements(Equal("5"), And(ContainSubstring("El DNI tiene 8 dígitos; aquí hay 7."),
			ContainSubstring("Ese día no existe"), ContainSubstring("El sexo se escribe F o M."), ContainSubstring("Celular:"))))
		Expect(rows[2][1]).To(Equal("Mismo documento que la fila 2."))
		Expect(rows[3][1]).To(ContainSubstring("historia 000731 ya es de otra persona"))
		Expect(rows[4][2:4]).To(Equal([]string{"'=1+1", "'=cmd, Ana"}), "what a spreadsheet could run is made harmless")
		Expect(d.get(path).Body.String()).To(ContainSubstring("Descargar las filas no registradas"))

		again := begun("otra.csv", []byte(people))
		Expect(run(context.Background(), again)).To(Succeed())
		Expect(report(again)[1][1]).To(Equal("Ya está en el registro con DNI 40123456."))
	})

	It("takes no row over whose district does not exist", func() {
		path := begun("lista.csv", []byte("Nombres;Apellidos;Ubigeo\nLuz;Quispe Soto;100101\nAna;Rojas Tello;999999\n"))
		Expect(run(context.Background(), path)).To(Succeed())
		Expect(everybody()).To(HaveLen(1))
		Expect(report(path)[1][1]).To(ContainSubstring("Ningún distrito tiene ese código."))
	})

	It("reads Excel with its dates and figures, and CSV as Excel in Peru writes it", func() {
		book := excelize.NewFile()
		defer book.Close() //nolint:errcheck // only written to a buffer
		for i, row := range [][]any{{"Documento", "Nombres", "Paterno", "Materno", "Nacimiento", "Celular"},
			{40123456, "Luz", "Ñaupari", "Tello", time.Date(1990, 3, 2, 0, 0, 0, 0, time.UTC), 962555014}} {
			Expect(book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row)).To(Succeed())
		}
		var file bytes.Buffer
		Expect(book.Write(&file)).To(Succeed())
		Expect(run(context.Background(), begun("lista.xlsx", file.Bytes()))).To(Succeed())
		Expect(everybody()).To(ConsistOf(HaveField("Demographics", And(HaveField("BirthDate", day("02/03/1990")), HaveField("Phone", "+51962555014"), HaveField("LastName", "Ñaupari")))))

		latin := "Documento,Nombres,Apellidos\n40123457,Jos\xe9,N\xfa\xf1ez Pe\xf1a\n"
		Expect(run(context.Background(), begun("latin.csv", []byte(latin)))).To(Succeed())
		Expect(everybody()).To(ContainElement(HaveField("Demographics.SecondLastName", "Peña")))
	})

	DescribeTable("refuses a file it cannot read, in words",
		func(name string, content []byte, words string) {
			answer := upload(name, content)
			Expect(answer.Code).To(Equal(http.StatusUnprocessableEntity))
			Expect(answer.Body.String()).To(ContainSubstring(words))
		},
		Entry("an empty one", "a.csv", []byte(""), "no trae filas"),
		Entry("headings alone", "a.csv", []byte("DNI,Nombres\n"), "no trae filas"),
		Entry("a picture", "a.xlsx", []byte("\x89PNG\x00\x00"), "no se puede leer"),
		Entry("a broken workbook", "a.xlsx", []byte("PK\x03\x04 broken"), "no se puede leer"),
		Entry("too many rows", "a.csv", []byte("a,b\n"+strings.Repeat("1,2\n", 50_001)), "50,000"),
	)

	It("wants to know where the names are, and each column once", func() {
		path := upload("a.csv", []byte("uno,dos\n1,2\n")).Header().Get("Location")
		answer := d.post(path+"/empezar", url.Values{"columna.first_name": {"0"}, "columna.last_name": {"0"}})
		Expect(answer.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body.String()).To(ContainSubstring("Esa columna ya se usa para otro dato."))
		answer = d.post(path+"/empezar", url.Values{"columna.phone": {"7"}})
		Expect(answer.Body.String()).To(And(ContainSubstring("Indique la columna de los nombres"), ContainSubstring("no está en el archivo")))
		Expect(d.post(path+"/descartar", nil).Code).To(Equal(http.StatusSeeOther))
		Expect(d.get(path).Code).To(Equal(http.StatusNotFound))
	})

	many := func(n int) []byte {
		var list bytes.Buffer
		list.WriteString("DNI,Nombres,Paterno\n")
		for i := range n {
			fmt.Fprintf(&list, "%08d,Ana,Rojas\n", 10_000_000+i)
		}
		return list.Bytes()
	}

	It("goes on where it was stopped, and takes nobody over twice", func() {
		path := begun("larga.csv", many(900))
		ctx, stop := context.WithCancel(context.Background())
		go func() {
			defer GinkgoRecover()
			defer stop()
			Eventually(func() (n int, err error) {
				err = world.Admin.QueryRow(context.Background(), "select count(*) from patients").Scan(&n)
				return n, err
			}).WithPolling(time.Millisecond).WithTimeout(20 * time.Second).Should(BeNumerically(">", 0))
		}()
		_ = run(ctx, path) // stopped somewhere, or just done
		Expect(run(context.Background(), path)).To(Succeed())
		Expect(everybody()).To(HaveLen(900))
		Expect(d.get(path).Body.String()).To(ContainSubstring("900 de 900"))
	})

	It("is taken over by the worker, while the page tells how far it is", func() {
		workers := river.NewWorkers()
		Expect(patients.AddWorkers(workers, d.importer)).To(Succeed())
		worker, err := jobs.NewWorker(world.DB.Pool(), workers, nil, slog.New(slog.NewTextHandler(io.Discard, nil)))
		Expect(err).NotTo(HaveOccurred())
		Expect(worker.Start(context.Background())).To(Succeed())
		DeferCleanup(func() { Expect(worker.Stop(context.Background())).To(Succeed()) })
		path := begun("larga.csv", many(450))
		Eventually(func() string { return d.get(path + "/avance").Body.String() }).WithTimeout(30 * time.Second).Should(ContainSubstring("450 de 450"))
		Eventually(func() string { return d.get(path + "/avance").Body.String() }).WithTimeout(30 * time.Second).Should(ContainSubstring("terminado"))
	})

	It("keeps what was uploaded sealed, and forgets the rows once they are taken over", func() {
		path := begun("lista-secreta.csv", []byte(people+"4012345;Soto, Ana;;;;;\n"))
		stored := func() string {
			var text string
			Expect(database.From(world.RolledBack(world.Norte, "clinic_admin")).Raw(
				`select string_agg(t::text, ' ') from (select i::text as t from patient_imports i union all select b::text from patient_import_batches b
				union all select coalesce(new::text, '') from audit_log) x`).Row().Scan(&text)).To(Succeed())
			return text
		}
		Expect(stored()).NotTo(Or(ContainSubstring("40123456"), ContainSubstring("lista-secreta"), ContainSubstring("962555014")))
		Expect(run(context.Background(), path)).To(Succeed())
		Expect(stored()).NotTo(Or(ContainSubstring("4012345"), ContainSubstring("Soto, Ana")))
	})

	It("is the administration's alone, and its own clinic's", func() {
		path := upload("lista.csv", []byte(people)).Header().Get("Location")
		d.as(world.Norte, accounts.Receptionist)
		Expect([]int{d.get(path).Code, d.get("/pacientes/importar").Code, d.post("/pacientes/exportar", nil).Code}).To(HaveEach(404))
		d.as(world.Sur, accounts.ClinicAdmin)
		Expect([]int{d.get(path).Code, d.post(path+"/empezar", nil).Code, d.post(path+"/informe", nil).Code}).To(HaveEach(404))
	})

	Describe("written out", func() {
		BeforeEach(func() {
			r := edith()
			r.Address.Text, r.Tags = "=1+1", []string{"@vip"}
			registered(d, world.Norte, r)
		})
		It("has the API's names, harmless cells, and an audit of how many rows went out", func() {
			answer := d.post("/pacientes/exportar", url.Values{"formato": {"csv"}})
			Expect(answer.Header().Get("Content-Disposition")).To(ContainSubstring("pacientes.csv"))
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(answer.Body.String(), "\xef\xbb\xbf"))).ReadAll()
			Expect(err).NotTo(HaveOccurred())
			byName := map[string]string{}
			for i, name := range rows[0] {
				byName[name] = rows[1][i]
			}
			Expect(byName).To(And(HaveKeyWithValue("document_number", "99012345"), HaveKeyWithValue("birth_date", "1992-01-24"),
				HaveKeyWithValue("address", "'=1+1"), HaveKeyWithValue("tags", "'@vip"), HaveKeyWithValue("phone", "'+51962555014")))
			var detail string
			Expect(database.From(world.RolledBack(world.Norte, "clinic_admin")).Raw("select new::text from audit_log where action = 'export'").Row().Scan(&detail)).To(Succeed())
			Expect(detail).To(ContainSubstring(`"rows": 1`))
		})
		It("comes back as it went, by either kind of file", func() {
			for _, kind := range []string{"csv", "xlsx"} {
				file := d.post("/pacientes/exportar", url.Values{"formato": {kind}}).Body.Bytes()
				other := newDesk(world, (&agenda{next: now}).neighbours()).as(world.Sur, accounts.ClinicAdmin)
				d = other
				path := begun("pacientes."+kind, file)
				Expect(other.importer.Run(context.Background(), database.Scope{ClinicID: world.Sur.ID}, uuidOf(path[strings.LastIndex(path, "/")+1:]))).To(Succeed())
				people, _, err := other.service.Page(world.RolledBack(world.Sur, "clinic_admin"), patients.Cursor{}, 10)
				Expect(err).NotTo(HaveOccurred())
				Expect(people).To(HaveLen(1))
				Expect(people[0].Address.Text).To(Equal("=1+1"))
				Expect(people[0].Phone).To(Equal("+51962555014"))
				Expect(people[0].BirthDate).To(Equal(day("24/01/1992")))
				d = newDesk(world, (&agenda{next: now}).neighbours()).as(world.Norte, accounts.ClinicAdmin)
			}
		})
	})
})

func uuidOf(text string) uuid.UUID { return uuid.MustParse(text) }
