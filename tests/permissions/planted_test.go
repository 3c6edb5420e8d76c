package permissions_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/jobs"
)

// planted are values that would say who somebody is; each goes in by another way.
var planted = map[string]string{
	"document of a patient":    "99771101",
	"phone of a patient":       "987654301",
	"e-mail of a patient":      "planta.uno@correo-plantado.pe",
	"address of a patient":     "Jirón Plantado 4521",
	"insurance of a patient":   "SEG-PLANTADO-7781",
	"phone of a guardian":      "987654302",
	"document of a guardian":   "99771102",
	"document at a booking":    "99771103",
	"phone at a booking":       "987654303",
	"document by the API":      "99771104",
	"phone by the API":         "987654304",
	"document of an import":    "99771105",
	"phone of an import":       "987654305",
	"address of an import":     "Pasaje Plantado 881",
	"document refused":         "9977110",
	"e-mail of an invitation":  "invitada.plantada@correo-plantado.pe",
	"e-mail of a sign-up":      "clinica.plantada@correo-plantado.pe",
	"e-mail asked for a reset": "olvido.plantado@correo-plantado.pe",
	"phone looked for":         "987654309",
	"document by a device":     "99771106",
	"phone by a device":        "987654311",
	"phone that won":           "987654312",
	"phone that lost":          "987654313",
	"address that waits":       "Alameda Plantada 903",
	"e-mail refused":           "rechazado plantado",
	"phone handed in":          "987654314",
}

var _ = Describe("what says who somebody is", func() {
	It("stands nowhere in the database in clear", func() {
		c := open()
		v := c.signIn("duena@demo.pe")
		plantPatient(v)
		plantBooking(c, v)
		plantByAPI(v)
		plantAccounts(v)
		v.send(http.MethodPost, "/pacientes/buscar", url.Values{"q": {planted["phone looked for"]}})
		plantImport(c, v)
		plantByDevice(c, v)

		Expect(count(c, "select count(*) from patients where created_at > now() - interval '5 minutes' and last_name like 'Plantad%'")).To(Equal(5), "all ways in led to a patient")
		dump := dumpOf(c)
		for what, value := range planted {
			for how, form := range written(value) {
				Expect(dump).NotTo(ContainSubstring(form), what+" "+how)
			}
		}
		Expect(dump).To(ContainSubstring("Plantada"), "the dump shows what is in clear, such as names")
	})
})

func plantPatient(v *visitor) {
	GinkgoHelper()
	answer := v.send(http.MethodPost, "/pacientes", url.Values{
		"id": {uuid.Must(uuid.NewV7()).String()}, "op_id": {uuid.Must(uuid.NewV7()).String()},
		"document_type": {"DNI"}, "document_number": {planted["document of a patient"]},
		"first_name": {"Ana"}, "last_name": {"Plantada"}, "second_last_name": {"Uno"}, "sex": {"F"}, "birth_date": {"01/02/2015"},
		"phone": {planted["phone of a patient"]}, "email": {planted["e-mail of a patient"]}, "address": {planted["address of a patient"]},
		"guardian.name": {"Rosa Uno"}, "guardian.relationship": {"madre"}, "guardian.phone": {planted["phone of a guardian"]},
		"guardian.document_number": {planted["document of a guardian"]},
		"insurance.insurer":        {"Rímac"}, "insurance.number": {planted["insurance of a patient"]},
	})
	Expect(answer.Code).To(Equal(http.StatusSeeOther), answer.Body.String())
	refused := v.send(http.MethodPost, "/pacientes", url.Values{
		"id": {uuid.Must(uuid.NewV7()).String()}, "document_type": {"DNI"}, "document_number": {planted["document refused"]},
	})
	Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity))
}

func plantBooking(c clinics, v *visitor) {
	GinkgoHelper()
	demo := c.clinicID(insideDemo)
	answer := v.send(http.MethodPost, "/citas", url.Values{
		"op_id": {uuid.Must(uuid.NewV7()).String()}, "documento": {planted["document at a booking"]}, "apellidos": {"Plantada Dos"}, "nombres": {"Luz"},
		"celular": {planted["phone at a booking"]}, "hora": {"+20 7:05"}, "sobreturno": {"si"},
		"servicio":    {c.idIn("select s.id from services s where clinic_id = $1 and specialty = 'odontologia' order by name limit 1", demo)},
		"profesional": {c.idIn("select m.id from memberships m where clinic_id = $1 and specialty = 'odontologia' and 'doctor' = any(roles) order by id limit 1", demo)},
	})
	Expect(answer.Code).To(BeNumerically("<", 400), answer.Body.String())
}

func plantByAPI(v *visitor) {
	GinkgoHelper()
	body := fmt.Sprintf(`{"document_type":"DNI","document_number":"%s","first_name":"Eva","last_name":"Plantada","second_last_name":"Tres","sex":"F","birth_date":"1990-01-02","phone":"%s"}`,
		planted["document by the API"], planted["phone by the API"])
	request := httptest.NewRequest(http.MethodPost, "/api/v1/patients", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", uuid.Must(uuid.NewV7()).String())
	answer := v.do(request)
	Expect(answer.Code).To(Equal(http.StatusCreated), answer.Body.String())
}

func plantAccounts(v *visitor) {
	GinkgoHelper()
	invited := v.send(http.MethodPost, "/configuracion/personas/invitar", url.Values{
		"id": {uuid.Must(uuid.NewV7()).String()}, "correo": {planted["e-mail of an invitation"]}, "nombre": {"Invitada"}, "roles": {"receptionist"},
	})
	Expect(invited.Code).To(BeNumerically("<", 400), invited.Body.String())
	stranger := &visitor{at: v.at, cookies: map[string]*http.Cookie{}}
	signedUp := stranger.send(http.MethodPost, "/empezar", url.Values{
		"clinica": {"Clínica Nueva"}, "ruc": {"20131312955"}, "nombre": {"Persona Nueva"}, "correo": {planted["e-mail of a sign-up"]}, "password": {"cuatro gatos sobre el tejado"},
	})
	Expect(signedUp.Code).To(BeNumerically("<", 400), signedUp.Body.String())
	stranger.send(http.MethodPost, "/recuperar", url.Values{"email": {planted["e-mail asked for a reset"]}})
	stranger.send(http.MethodPost, "/ingresar", url.Values{"email": {planted["e-mail asked for a reset"]}, "password": {"no la conozco para nada"}})
}

// plantImport takes a list over, by the job that does it.
func plantImport(c clinics, v *visitor) {
	GinkgoHelper()
	id := uuid.Must(uuid.NewV7()).String()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	Expect(form.WriteField("id", id)).To(Succeed())
	file, err := form.CreateFormFile("archivo", "lista.csv")
	Expect(err).NotTo(HaveOccurred())
	fmt.Fprintf(file, "DNI,Nombres,Apellido paterno,Apellido materno,Sexo,Fecha de nacimiento,Celular,Dirección\n%s,Sol,Plantada,Cuatro,F,03/04/1988,%s,%s\n",
		planted["document of an import"], planted["phone of an import"], planted["address of an import"])
	Expect(form.Close()).To(Succeed())
	request := httptest.NewRequest(http.MethodPost, "/pacientes/importar", &body)
	request.Header.Set("Content-Type", form.FormDataContentType())
	Expect(v.do(request).Code).To(Equal(http.StatusSeeOther))

	columns := url.Values{"columna.document_number": {"0"}, "columna.first_name": {"1"}, "columna.last_name": {"2"}, "columna.second_last_name": {"3"},
		"columna.sex": {"4"}, "columna.birth_date": {"5"}, "columna.phone": {"6"}, "columna.address": {"7"}}
	started := v.send(http.MethodPost, "/pacientes/importar/"+id+"/empezar", columns)
	Expect(started.Code).To(BeNumerically("<", 400), started.Body.String())

	worker, err := jobs.NewWorker(c.world.DB.Pool(), c.Workers, nil, slog.New(slog.DiscardHandler))
	Expect(err).NotTo(HaveOccurred())
	Expect(worker.Start(context.Background())).To(Succeed())
	DeferCleanup(func() { Expect(worker.StopAndCancel(context.Background())).To(Succeed()) })
	Eventually(func() int {
		return count(c, "select count(*) from patient_imports where state = 'done'")
	}).WithTimeout(30 * time.Second).Should(Equal(1))
}

func count(c clinics, query string) int {
	GinkgoHelper()
	var n int
	Expect(c.world.Admin.QueryRow(context.Background(), query).Scan(&n)).To(Succeed())
	return n
}

// dumpOf is every row of every table as text, as a thief of the disk would read it.
func dumpOf(c clinics) string {
	GinkgoHelper()
	ctx := context.Background()
	rows, err := c.world.Admin.Query(ctx, "select tablename from pg_tables where schemaname = 'public'")
	Expect(err).NotTo(HaveOccurred())
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	Expect(err).NotTo(HaveOccurred())
	Expect(len(tables)).To(BeNumerically(">", 30))
	var dump strings.Builder
	for _, table := range tables {
		rows, err := c.world.Admin.Query(ctx, "select t::text from "+pgx.Identifier{table}.Sanitize()+" t")
		Expect(err).NotTo(HaveOccurred())
		texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		Expect(err).NotTo(HaveOccurred())
		for _, text := range texts {
			dump.WriteString(text + "\n")
		}
	}
	return dump.String()
}

// written are the forms in which a value may lie about.
func written(value string) map[string]string {
	folded := strings.ToLower(value)
	return map[string]string{
		"as typed":         value,
		"in small letters": folded,
		"as bytes":         hex.EncodeToString([]byte(value)),
		"as small bytes":   hex.EncodeToString([]byte(folded)),
		"in base64":        strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(value)), "=")[:8],
		"spaced":           spaced(value),
	}
}

// spaced is how a mobile number is shown; other values as they are.
func spaced(value string) string {
	if len(value) == 9 && value[0] == '9' {
		return value[:3] + " " + value[3:6] + " " + value[6:]
	}
	return value
}
