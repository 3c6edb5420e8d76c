package permissions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/pii"
	"hampi/modules/platform/web"
)

// doors says which table an address' ids belong to: the longest beginning that fits counts. A route with an id that
// stands in no line here fails the walk, so that nobody forgets it.
var doors = []struct{ beginning, param, query string }{
	{"/citas/", ":id", "select id from appointments where clinic_id = $1 and status = 'scheduled' order by start_time desc limit 1"},
	{"/api/v1/appointments/", ":id", "select id from appointments where clinic_id = $1 and status = 'scheduled' order by start_time desc limit 1"},
	{"/api/v1/encounters/", ":id", "select id from encounters where clinic_id = $1 limit 1"},
	{"/api/v1/records/", ":id", "select id from medical_records where clinic_id = $1 limit 1"},
	{"/api/v1/allergies/", ":id", "select id from allergies where clinic_id = $1 limit 1"},
	{"/api/v1/conditions/", ":id", "select id from conditions where clinic_id = $1 limit 1"},
	{"/atenciones/", ":id", "select id from encounters where clinic_id = $1 limit 1"},
	{"/documentos/", ":id", "select id from medical_records where clinic_id = $1 limit 1"},
	{"/recetas/", ":id", "select id from medical_records where clinic_id = $1 limit 1"},
	{"/consentimientos/", ":id", "select id from consents where clinic_id = $1 limit 1"},
	{"/copias/", ":id", "select id from record_copies where clinic_id = $1 limit 1"},
	{"/medicamentos/", ":id", "select id from medication_requests where clinic_id = $1 limit 1"},
	{"/agenda/bloqueos/", ":id", "select id from schedule_exceptions where clinic_id = $1 limit 1"},
	{"/configuracion/horarios/excepciones/", ":id", "select id from schedule_exceptions where clinic_id = $1 limit 1"},
	{"/configuracion/horarios/", ":id", "select id from memberships where clinic_id = $1 and 'doctor' = any(roles) limit 1"},
	{"/configuracion/servicios/", ":id", "select id from services where clinic_id = $1 limit 1"},
	{"/convenios/", ":id", "select id from agreements where clinic_id = $1 limit 1"},
	{"/configuracion/productos/", ":id", "select id from products where clinic_id = $1 limit 1"},
	{"/honorarios/", ":id", "select id from fee_settlements where clinic_id = $1 limit 1"},
	{"/configuracion/honorarios/", ":id", "select id from fee_rules where clinic_id = $1 limit 1"},
	{"/configuracion/convenios/", ":id", "select id from agreements where clinic_id = $1 limit 1"},
	{"/api/v1/services/", ":id", "select id from services where clinic_id = $1 limit 1"},
	{"/configuracion/consultorios/", ":id", "select id from resources where clinic_id = $1 limit 1"},
	{"/configuracion/favoritas/", ":id", "select id from prescription_favourites where clinic_id = $1 limit 1"},
	{"/configuracion/equipos/", ":id", "select id from devices where clinic_id = $1 limit 1"},
	{"/configuracion/sedes/", ":id", "select id from sites where clinic_id = $1 limit 1"},
	{"/caja/", ":id", "select id from cash_sessions where clinic_id = $1 limit 1"},
	{"/recibos/", ":id", "select id from receipts where clinic_id = $1 limit 1"},
	{"/comprobantes/conciliacion/", ":id", "select id from invoice_differences where clinic_id = $1 limit 1"},
	{"/comprobantes/", ":id", "select id from invoices where clinic_id = $1 limit 1"},
	{"/api/v1/payments/", ":id", "select id from payments where clinic_id = $1 limit 1"},
	{"/api/v1/cash-sessions/", ":id", "select id from cash_sessions where clinic_id = $1 limit 1"},
	{"/api/v1/invoices/", ":id", "select id from invoices where clinic_id = $1 limit 1"},
	{"/configuracion/sunat/series/", ":id", "select id from invoice_series where clinic_id = $1 limit 1"},
	{"/configuracion/personas/invitaciones/", ":id", "select id from invitations where clinic_id = $1 limit 1"},
	{"/configuracion/personas/", ":id", "select id from memberships where clinic_id = $1 limit 1"},
	{"/configuracion/seguridad/ingresos/", ":id", "select id from logins where clinic_id = $1 limit 1"},
	{"/mi-cuenta/dispositivos/", ":id", "select id from logins where clinic_id = $1 limit 1"},
	{"/pacientes/importar/", ":id", "select id from patient_imports where clinic_id = $1 limit 1"},
	{"/pacientes/", ":id", "select id from patients where clinic_id = $1 limit 1"},
	{"/api/v1/patients/", ":id", "select id from patients where clinic_id = $1 limit 1"},
	{"/archivos/", ":id", "select id from files where clinic_id = $1 limit 1"},
	{"/api/v1/files/", ":id", "select id from files where clinic_id = $1 limit 1"},
	{"/sincronizacion/conflictos/", ":id", "select id from sync_conflicts where clinic_id = $1 and decided_at is null limit 1"},
	{"/plataforma/clinicas/", ":id", "select id from clinics where id = $1"},
}

// words are parameters that are no ids.
var words = map[string]string{
	":seccion": "contacto", ":paso": "sede", ":enlace": "nada", ":item": uuid.NewString(), ":union": uuid.NewString(), ":version": "2024",
	":plantilla": "nada", ":medio": "correo", ":que": "pdf", ":acceso": uuid.NewString(), ":orden": uuid.NewString(), ":valor": uuid.NewString(), ":texto": "no-hay", ":parte": uuid.NewString(),
}

// forms give the fields without which a form would be refused before it looks for the row.
var form = url.Values{
	"version": {"1"}, "apellido": {"Quispe"}, "nombre": {"Uno"}, "name": {"Uno"}, "reason": {"prueba"}, "motivo": {"prueba"}, "nota": {"prueba"}, "hora": {"mañana 9:30"},
}

const insideDemo, insideNeighbour = "demo", "vecina"

var people = map[string][]string{
	insideDemo:      {"admin@demo.pe", "doctor@demo.pe", "triaje@demo.pe", "recepcion@demo.pe", "caja@demo.pe", "duena@demo.pe"},
	insideNeighbour: {"admin@vecina.pe", "medico@vecina.pe"},
}

var _ = Describe("another clinic's ids", Ordered, func() {
	var c clinics
	BeforeAll(func() {
		c = shared
		plantMissing(c)
	})

	for own, emails := range people {
		for _, email := range emails {
			It("are unknown to "+email, func() {
				other := insideDemo
				if own == insideDemo {
					other = insideNeighbour
				}
				theirs := c.clinicID(other)
				before := fingerprint(c, theirs)
				walk(c.signIn(email), theirs)
				Expect(fingerprint(c, theirs)).To(Equal(before), "nothing of the other clinic changed")
			})
		}
	}
})

// walk knocks at every door with another clinic's id and with one that nobody has: the two answers are the same.
func walk(v *visitor, other uuid.UUID) {
	GinkgoHelper()
	for _, route := range v.at.Router.Routes() {
		if route.Public || !strings.Contains(route.Path, ":") || strings.Contains(route.Path, ":paso") {
			continue
		}
		theirs := knock(v, route, func(query string) string { return v.at.idIn(query, other) })
		nobodys := knock(v, route, func(string) string { return uuid.NewString() })
		name := v.email + " " + route.Method + " " + route.Path
		Expect(theirs.Code).To(Equal(nobodys.Code), name)
		Expect(theirs.Code).To(BeNumerically(">=", 400), name+" leads to "+theirs.Header().Get("Location"))
		Expect(anonymous(theirs)).To(Equal(anonymous(nobodys)), name)
		if route.Method == http.MethodGet {
			Expect(theirs.Code).To(Or(Equal(http.StatusNotFound), And(Equal(http.StatusForbidden), BeNumerically("==", apiRefusal(route)))), name)
		}
		Expect(theirs.Code).To(BeNumerically("<", 500), name+": "+theirs.Body.String())
	}
}

// apiRefusal is the one status by which the API may refuse a role before it looks for anything.
func apiRefusal(r web.Route) int {
	if strings.HasPrefix(r.Path, "/api/") {
		return http.StatusForbidden
	}
	return http.StatusNotFound
}

func knock(v *visitor, route web.Route, id func(query string) string) *httptest.ResponseRecorder {
	GinkgoHelper()
	address := fill(route.Path, id)
	if strings.HasPrefix(route.Path, "/api/") && route.Method != http.MethodGet {
		return v.sendJSON(route.Method, address, bodyFor(route.Path))
	}
	if route.Method == http.MethodGet {
		return v.send(route.Method, address, nil)
	}
	return v.send(route.Method, address, form)
}

// bodyFor is what the API would take, so that it looks for the row.
func bodyFor(path string) string {
	for ending, body := range map[string]string{"/retire": `{"reason":"prueba"}`, "/sign": `{"code":"000000"}`, "/addenda": `{"text":"prueba"}`} {
		if strings.HasSuffix(path, ending) {
			return body
		}
	}
	return `{"version":1,"to":"confirmed"}`
}

var parameter = regexp.MustCompile(`:\w+`)

func fill(path string, id func(query string) string) string {
	GinkgoHelper()
	return parameter.ReplaceAllStringFunc(path, func(param string) string {
		for _, d := range doors {
			if strings.HasPrefix(path, d.beginning) && param == d.param {
				return id(d.query)
			}
		}
		word, known := words[param]
		Expect(known).To(BeTrue(), "say in doors or words what "+param+" of "+path+" is")
		return word
	})
}

func (c clinics) idIn(query string, clinic uuid.UUID) string {
	GinkgoHelper()
	var id uuid.UUID
	Expect(c.world.Admin.QueryRow(context.Background(), query, clinic).Scan(&id)).To(Succeed(), query)
	return id.String()
}

// anonymous is an answer without what differs by nature: ids of requests and forms.
var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

func anonymous(a *httptest.ResponseRecorder) string {
	return ids.ReplaceAllString(fmt.Sprint(a.Header().Get("Location"), a.Header().Get("HX-Redirect"), inOrder(a.Body.String())), "id")
}

// inOrder sorts what a problem of the API objects to: it goes through the members of a body in any order.
func inOrder(body string) string {
	var problem map[string]any
	if json.Unmarshal([]byte(body), &problem) != nil {
		return body
	}
	list, _ := problem["errors"].([]any)
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return fmt.Sprint(problem)
}

// plantMissing gives both clinics a row of what the demonstration leaves out.
func plantMissing(c clinics) {
	GinkgoHelper()
	for slug := range people {
		for _, statement := range []string{
			`insert into invitations (clinic_id, id, email, name, roles, invited_by, token_hash, expires_at)
			 select clinic_id, gen_random_uuid(), '', 'Invitada', '{receptionist}', id, sha256(id::text::bytea), now() + interval '7 days'
			   from memberships where clinic_id = $1 limit 1`,
			`insert into logins (id, user_id, clinic_id, membership_id, kind, ends_at)
			 select gen_random_uuid(), user_id, clinic_id, id, 'browser', now() + interval '1 hour' from memberships where clinic_id = $1 limit 1`,
			`insert into devices (clinic_id, id, number, membership_id, user_id, name, browser_hash, token_hash, sealed_key)
			 select clinic_id, gen_random_uuid(), 7, id, user_id, 'Chrome en Windows', '', '', '' from memberships where clinic_id = $1 limit 1`,
			`insert into files (clinic_id, id, patient_id, name, content_type, size, sha256, object, sealed_key, created_by)
			 select clinic_id, gen_random_uuid(), (select id from patients where clinic_id = $1 limit 1), 'placa.jpg', 'image/jpeg', 1, sha256(''), gen_random_uuid()::text, '\x00', id
			   from memberships where clinic_id = $1 limit 1`,
			`insert into consents (clinic_id, id, patient_id, template, edition, title, decision, method, body, content_hash, file_id, file_sha256, doctor_id, doctor_name, license, signed_at)
			 select clinic_id, gen_random_uuid(), patient_id, 'x', 1, 'x', 'accepted', 'typed', '\x00', sha256(''), id, sha256(''), created_by, 'x', 'x', now() from files where clinic_id = $1 limit 1`,
			`insert into record_copies (clinic_id, id, patient_id, requested_by, purpose, detail, state, requested_at)
			 select clinic_id, gen_random_uuid(), patient_id, created_by, 'patient', 'prueba', 'waiting', now() from files where clinic_id = $1 limit 1`,
			`insert into allergies (clinic_id, id, patient_id, substance, noted_by)
			 select clinic_id, gen_random_uuid(), id, 'Látex', gen_random_uuid() from patients where clinic_id = $1 limit 1`,
			`insert into conditions (clinic_id, id, patient_id, name, noted_by)
			 select clinic_id, gen_random_uuid(), id, 'Asma', gen_random_uuid() from patients where clinic_id = $1 limit 1`,
			`insert into cash_sessions (clinic_id, id, site_id, membership_id, opened_at, opening_amount)
			 select clinic_id, gen_random_uuid(), site_id, id, now(), 0 from memberships where clinic_id = $1 and site_id is not null limit 1`,
			`insert into receipts (clinic_id, id, number, device, counter, site_id, session_id, issued_by, issued_at, total, body, content_hash)
			 select clinic_id, gen_random_uuid(), 'R00-900000', 0, 900000, site_id, id, membership_id, now(), 1, '\x00', sha256('') from cash_sessions where clinic_id = $1 limit 1`,
			`insert into invoices (clinic_id, id, kind, series_id, series, number, site_id, issued_by, issued_on, issued_at)
			 select s.clinic_id, gen_random_uuid(), 'boleta', s.id, s.code, 90000000, s.site_id, m.id, current_date, now()
			   from invoice_series s join memberships m using (clinic_id) where s.clinic_id = $1 and s.kind = 'boleta' limit 1`,
			`insert into products (clinic_id, id, name, name_key, price) select id, gen_random_uuid(), 'Cepillo', 'cepillo ajeno', 10 from clinics where id = $1`,
			`insert into agreements (clinic_id, id, name, name_key, ruc, legal_name, address, copay_kind, copay, valid_from)
			 select id, gen_random_uuid(), 'EPS', 'eps ajena', '20999999990', 'EPS', 'AV. 1', 'fixed', 10, current_date from clinics where id = $1`,
			`insert into invoice_differences (clinic_id, id, invoice_id, kind, here, there, found_at, seen_at)
			 select clinic_id, gen_random_uuid(), id, 'absent', 'Aceptada', 'No está', now(), now() from invoices where clinic_id = $1 and number = 90000000`,
			`insert into payments (clinic_id, id, session_id, invoice_id, method, amount, by, at)
			 select s.clinic_id, gen_random_uuid(), s.id, i.id, 'cash', 1, s.membership_id, now() from cash_sessions s join invoices i using (clinic_id) where s.clinic_id = $1 limit 1`,
			`insert into fee_rules (clinic_id, id, kind, rate, valid_from) select id, gen_random_uuid(), 'percent', 10, current_date from clinics where id = $1`,
			`insert into fee_settlements (clinic_id, id, doctor_id, number, to_on, base, fee, closed_by, closed_at)
			 select clinic_id, gen_random_uuid(), id, 900, current_date, 100, 10, id, now() from memberships where clinic_id = $1 and 'doctor' = any(roles) limit 1`,
			`insert into patient_imports (clinic_id, id, state, head, rows, by)
			 select clinic_id, gen_random_uuid(), 'uploaded', '', 1, user_id from memberships where clinic_id = $1 limit 1`,
			`insert into encounters (clinic_id, id, patient_id, doctor_id, site_id, started_at)
			 select p.clinic_id, gen_random_uuid(), p.id, m.id, s.id, now() from patients p join sites s using (clinic_id) join memberships m using (clinic_id)
			  where p.clinic_id = $1 and 'doctor' = any(m.roles) limit 1`,
			`insert into medical_records (clinic_id, id, patient_id, encounter_id, author_id, record_type, body, data, content_hash, written_at, received_at)
			 select clinic_id, gen_random_uuid(), patient_id, id, doctor_id, 'prescription', '{}', '{}', sha256('{}'), now(), now() from encounters where clinic_id = $1 limit 1`,
			`insert into medication_requests (clinic_id, id, patient_id, encounter_id, record_id, place, dci, item, contraindications_checked, prescribed_by, prescribed_at)
			 select clinic_id, gen_random_uuid(), patient_id, encounter_id, id, 0, 'Paracetamol', '{}', '{}', author_id, now() from medical_records where clinic_id = $1 limit 1`,
			`insert into prescription_favourites (clinic_id, id, owner_id, name, item) select clinic_id, gen_random_uuid(), id, 'Paracetamol', '{}' from memberships where clinic_id = $1 limit 1`,
		} {
			_, err := c.world.Admin.Exec(context.Background(), statement, c.clinicID(slug))
			Expect(err).NotTo(HaveOccurred())
		}
		plantConflict(c, c.clinicID(slug))
	}
}

// plantConflict leaves a clinic something to decide.
func plantConflict(c clinics, clinic uuid.UUID) {
	GinkgoHelper()
	ctx, id := context.Background(), uuid.Must(uuid.NewV7())
	keys, err := c.world.Vault.Keys(ctx, clinic)
	Expect(err).NotTo(HaveOccurred())
	content, err := keys.Seal(map[string]string{"title": "Dos personas cambiaron un paciente"}, pii.Place{Clinic: clinic, Table: "sync_conflicts", Column: "content", Row: id})
	Expect(err).NotTo(HaveOccurred())
	_, err = c.world.Admin.Exec(ctx, `insert into sync_conflicts (clinic_id, id, entity, object_id, op_id, status, user_id, at, content)
		select clinic_id, $2, 'patient', id, gen_random_uuid(), 'superseded', (select user_id from memberships where clinic_id = $1 limit 1), now(), $3
		  from patients where clinic_id = $1 limit 1`, clinic, id, content)
	Expect(err).NotTo(HaveOccurred())
}

// fingerprint sums up every tenant table of a clinic except what watching it writes.
func fingerprint(c clinics, clinic uuid.UUID) map[string]string {
	GinkgoHelper()
	ctx := context.Background()
	rows, err := c.world.Admin.Query(ctx, `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'clinic_id'
		where c.relkind = 'r' and not c.relispartition and c.relnamespace = 'public'::regnamespace and c.relname not in ('audit_seals', 'logins', 'security_events')`)
	Expect(err).NotTo(HaveOccurred())
	var tables []string
	for rows.Next() {
		var table string
		Expect(rows.Scan(&table)).To(Succeed())
		tables = append(tables, table)
	}
	Expect(tables).NotTo(BeEmpty())
	sums := map[string]string{}
	for _, table := range tables {
		var sum string
		query := fmt.Sprintf("select count(*) || ' ' || coalesce(md5(string_agg(t::text, '' order by t::text)), '') from %s t where clinic_id = $1", table)
		Expect(c.world.Admin.QueryRow(ctx, query, clinic).Scan(&sum)).To(Succeed(), table)
		sums[table] = sum
	}
	return sums
}
