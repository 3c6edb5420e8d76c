package permissions_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// mark is a diagnosis that stands in one record and nowhere else.
const mark = "Enfermedad plantada para la prueba"

// file is a patient's record with the mark in it: in a note, its diagnosis and a result.
type file struct{ patient, appointment uuid.UUID }

// plantNote writes the mark into the record of a patient of the membership, beside a note that is there.
func plantNote(c clinics, membership uuid.UUID) (f file) {
	GinkgoHelper()
	ctx := context.Background()
	row := c.world.Admin.QueryRow(ctx, `select r.patient_id, e.appointment_id from medical_records r join encounters e on e.id = r.encounter_id and e.clinic_id = r.clinic_id
		where r.author_id = $1 and r.record_type = 'note' and e.appointment_id is not null order by r.written_at desc limit 1`, membership)
	Expect(row.Scan(&f.patient, &f.appointment)).To(Succeed(), "the demonstration has a note of this professional")
	for _, statement := range []string{
		`with old as (
			select r.*, d.title, d.code, d.kind, gen_random_uuid() as fresh from medical_records r join record_diagnoses d on d.record_id = r.id and d.clinic_id = r.clinic_id and d.place = (
				select min(place) from record_diagnoses x where x.record_id = r.id)
			where r.author_id = $1 and r.patient_id = $2 and r.record_type = 'note' order by r.written_at desc limit 1
		), written as (
			insert into medical_records (clinic_id, id, patient_id, encounter_id, author_id, record_type, template_id, template_version, cie10_codes, body, data, content_hash, written_at)
			select clinic_id, fresh, patient_id, encounter_id, author_id, record_type, template_id, template_version, cie10_codes, replace(body, title, $3),
				replace(body, title, $3)::jsonb, sha256(convert_to(replace(body, title, $3), 'UTF8')), now() from old returning id
		)
		insert into record_diagnoses (clinic_id, record_id, place, patient_id, author_id, code, title, kind)
		select clinic_id, fresh, 0, patient_id, author_id, code, $3, kind from old`,
		`insert into observations (clinic_id, id, patient_id, code, category, value_text, taken_at, taken_by)
		 select clinic_id, gen_random_uuid(), $2, '5195-3', 'lab', $3, now(), id from memberships where id = $1`,
	} {
		done, err := c.world.Admin.Exec(ctx, statement, membership, f.patient, mark)
		Expect(err).NotTo(HaveOccurred())
		Expect(done.RowsAffected()).To(BeEquivalentTo(1))
	}
	return f
}

// lastIn is the membership of who signed in last.
func lastIn(c clinics) (membership uuid.UUID) {
	GinkgoHelper()
	Expect(c.world.Admin.QueryRow(context.Background(), "select membership_id from logins order by created_at desc limit 1").Scan(&membership)).To(Succeed())
	return membership
}

// idOf is an id to try a door with: the patient, the appointment, or any row of the clinic.
func (f file) idOf(c clinics, query string) string {
	switch {
	case strings.Contains(query, "from patients "):
		return f.patient.String()
	case strings.Contains(query, "from appointments "):
		return f.appointment.String()
	}
	var id uuid.UUID
	if c.world.Admin.QueryRow(context.Background(), query, c.clinicID(insideDemo)).Scan(&id) != nil {
		return uuid.NewString()
	}
	return id.String()
}

var _ = Describe("what is written in a record", func() {
	It("is seen by the professional, and by nobody who is none: in no page, search, answer of the API, nor in the audit", func() {
		c := open() // its own: other specs plant rows that pages cannot open
		doctor := c.signIn("doctor@demo.pe")
		f := plantNote(c, lastIn(c))
		seen := doctor.send(http.MethodGet, "/pacientes/"+f.patient.String()+"/historia", nil)
		Expect(seen.Body.String()).To(ContainSubstring(mark))

		for _, email := range []string{"triaje@demo.pe", "recepcion@demo.pe", "caja@demo.pe", "admin@demo.pe"} {
			v := c.signIn(email)
			for _, route := range c.Router.Routes() {
				if route.Public || route.Method != http.MethodGet {
					continue
				}
				answer := v.send(http.MethodGet, fill(route.Path, func(query string) string { return f.idOf(c, query) }), nil)
				Expect(answer.Code).To(BeNumerically("<", 500), email+" "+route.Path)
				Expect(answer.Body.String()).NotTo(ContainSubstring(mark), email+" "+route.Path)
			}
			for path, form := range map[string]url.Values{
				"/pacientes/buscar": {"q": {"plantada"}}, "/pacientes/" + f.patient.String() + "/historia": {"texto": {"plantada"}, "tipo": {""}},
			} {
				Expect(v.send(http.MethodPost, path, form).Body.String()).NotTo(ContainSubstring(mark), email+" "+path)
			}
			for _, path := range []string{"/api/v1/patients?q=plantada", "/api/v1/files?patient_id=" + f.patient.String()} {
				Expect(v.send(http.MethodGet, path, nil).Body.String()).NotTo(ContainSubstring(mark), email+" "+path)
			}
		}
	})
})
