//go:build !js

package patients_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
)

var _ = Describe("allergies, conditions and blood type", func() {
	var world *dbtest.World
	var d *desk
	var neighbour *agenda
	var p patients.Patient
	var path string

	BeforeEach(func() {
		world = cluster.World()
		neighbour = &agenda{cares: map[uuid.UUID]bool{}, arrived: map[uuid.UUID]bool{}, next: now}
		d = newDesk(world, neighbour.neighbours()).as(world.Norte, accounts.Doctor)
		p = registered(d, world.Norte, edith())
		path = "/pacientes/" + p.ID.String()
		neighbour.cares[p.ID] = true
	})
	note := func(substance string) int {
		return d.post(path+"/alergias", url.Values{"op_id": {newID().String()}, "id": {newID().String()},
			"substance": {substance}, "reaction": {"anafilaxia"}, "severity": {"severe"}}).Code
	}
	rows := func(query string) string {
		GinkgoHelper()
		var text string
		Expect(database.From(world.RolledBack(world.Norte, "doctor")).Raw(query).Row().Scan(&text)).To(Succeed())
		return text
	}

	It("warns in words in the header of every page, for whoever attends the person", func() {
		Expect(note("Penicilina")).To(Equal(http.StatusSeeOther))
		for _, section := range []string{"", "/datos", "/alertas"} {
			Expect(d.get(path + section).Body.String()).To(ContainSubstring("Alergia: Penicilina (anafilaxia)"))
		}
	})
	It("is absent for everybody else, page and address alike", func() {
		note("Penicilina")
		for _, role := range []accounts.Role{accounts.Receptionist, accounts.Cashier, accounts.ClinicAdmin, accounts.Assistant} {
			d.as(world.Norte, role)
			page := d.get(path).Body.String()
			Expect(page).NotTo(Or(ContainSubstring("Penicilina"), ContainSubstring("Alertas"), ContainSubstring("sanguíneo")), string(role))
			Expect(d.get(path + "/alertas").Code).To(Equal(http.StatusNotFound))
			Expect(note("Látex")).To(Equal(http.StatusNotFound))
		}
		d.as(world.Norte, accounts.Doctor)
		neighbour.cares[p.ID] = false
		Expect(d.get(path).Body.String()).NotTo(ContainSubstring("Penicilina"))
		Expect(d.get(path + "/alertas").Code).To(Equal(http.StatusNotFound))
	})
	It("opens to an assistant once the person has arrived", func() {
		note("Penicilina")
		d.as(world.Norte, accounts.Assistant)
		neighbour.arrived[p.ID] = true
		Expect(d.get(path).Body.String()).To(ContainSubstring("Penicilina"))
		own := "select id::text from allergies where substance = 'Látex'"
		Expect(note("Látex")).To(Equal(http.StatusSeeOther))
		Expect(d.post(path+"/alergias/"+rows(own)+"/retiro", url.Values{"reason": {"Se escribió dos veces"}}).Code).To(Equal(http.StatusSeeOther))
		others := rows("select id::text from allergies where substance = 'Penicilina'")
		Expect(d.post(path+"/alergias/"+others+"/retiro", url.Values{"reason": {"Prueba negativa"}}).Code).To(Equal(http.StatusConflict), "what a doctor noted, a doctor retires")
	})
	It("is retired with a reason, once, and stays to be read", func() {
		note("Penicilina")
		item := rows("select id::text from allergies")
		retire := path + "/alergias/" + item + "/retiro"
		refused := d.post(retire, url.Values{"reason": {" "}})
		Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.Body.String()).To(ContainSubstring("Falta el motivo."))
		Expect(d.post(retire, url.Values{"reason": {"Prueba negativa"}}).Code).To(Equal(http.StatusSeeOther))
		Expect(d.get(path + "/alertas").Body.String()).To(And(ContainSubstring("<s>Penicilina</s>"), ContainSubstring("Prueba negativa")))
		Expect(d.get(path).Body.String()).NotTo(ContainSubstring("Alergia: Penicilina"))
		Expect(d.post(retire, url.Values{"reason": {"Otra vez"}}).Code).To(Equal(http.StatusNotFound))
	})
	It("states that none is known, in grey and alone, until one is noted", func() {
		Expect(d.get(path + "/alertas").Body.String()).To(ContainSubstring(`value="none_known"`))
		none := func() int {
			return d.post(path+"/alergias", url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "kind": {"none_known"}}).Code
		}
		Expect(none()).To(Equal(http.StatusSeeOther))
		Expect(d.get(path).Body.String()).To(And(MatchRegexp(`(?s)chip-neutro">[^<]*Sin alergias conocidas`), Not(ContainSubstring("Alergia: "))))
		chosen := url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "medicine": {"M1"}, "medicine_texto": {"Amoxicilina 500 mg, cápsula"}}
		Expect(d.post(path+"/alergias", chosen).Code).To(Equal(http.StatusSeeOther))
		Expect(d.get(path).Body.String()).To(And(ContainSubstring("Alergia: Amoxicilina"), Not(ContainSubstring("Sin alergias conocidas"))))
		Expect(rows("select kind || ' ' || code from allergies where retired_at is null")).To(Equal("medicine J01CA04"))
		Expect(none()).To(Equal(http.StatusConflict))
	})
	It("takes a diagnosis from the combobox by its code and calls it by its title", func() {
		form := url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "code": {"I10"}, "code_texto": {"I10 Hipertensión esencial (primaria)"}}
		Expect(d.post(path+"/enfermedades", form).Code).To(Equal(http.StatusSeeOther))
		Expect(rows("select code || ' ' || name from conditions")).To(Equal("I10 Hipertensión esencial (primaria)"))
		refused := d.post(path+"/enfermedades", url.Values{"id": {newID().String()}, "since": {"2020"}}, "HX-Request", "true")
		Expect(refused.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.Body.String()).To(ContainSubstring("Falta el nombre de la enfermedad."))
	})
	It("refuses an allergy without substance and keeps what was typed", func() {
		answer := d.post(path+"/alergias", url.Values{"id": {newID().String()}, "reaction": {"ronchas"}}, "HX-Request", "true")
		Expect(answer.Code).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body.String()).To(And(ContainSubstring("Falta la sustancia."), ContainSubstring(`value="ronchas"`)))
	})
	It("notes a repeated form once", func() {
		form := url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "name": {"Hipertensión"}, "since": {"2022"}}
		Expect(d.post(path+"/enfermedades", form).Code).To(Equal(d.post(path+"/enfermedades", form).Code))
		form.Set("op_id", newID().String())
		Expect(d.post(path+"/enfermedades", form).Code).To(Equal(http.StatusSeeOther))
		Expect(rows("select count(*)::text from conditions")).To(Equal("1"))
		Expect(d.get(path).Body.String()).To(ContainSubstring("desde 2022"))
	})
	It("says on which day of the clinic it was noted", func() {
		form := url.Values{"op_id": {newID().String()}, "id": {newID().String()}, "name": {"Hipertensión"}}
		Expect(d.post(path+"/enfermedades", form).Code).To(Equal(http.StatusSeeOther))
		const late = "set session_replication_role = replica; update conditions set created_at = '2026-11-30T00:54:00Z'; reset session_replication_role"
		_, err := world.Admin.Exec(context.Background(), late) // 19:54 of the day before in Lima
		Expect(err).NotTo(HaveOccurred())
		Expect(d.get(path + "/alertas").Body.String()).To(And(ContainSubstring("29/11/2026"), Not(ContainSubstring("30/11/2026"))))
	})
	It("refuses a blood type that somebody else changed meanwhile", func() {
		set := func(t, version string) int {
			return d.post(path+"/grupo-sanguineo", url.Values{"blood_type": {t}, "version": {version}}).Code
		}
		Expect(set("O+", "0")).To(Equal(http.StatusSeeOther))
		Expect(set("A+", "0")).To(Equal(http.StatusConflict))
		Expect(set("A+", "1")).To(Equal(http.StatusSeeOther))
		Expect(set("C+", "2")).To(Equal(http.StatusUnprocessableEntity))
		Expect(d.get(path).Body.String()).To(ContainSubstring("A+"))
	})
	It("leaves no clinical word in the audit", func() {
		note("Penicilina")
		Expect(rows("select string_agg(coalesce(old::text, '') || coalesce(new::text, ''), ' ') from audit_log where entity = 'allergies'")).
			To(And(ContainSubstring("sha256"), Not(ContainSubstring("Penicilina"))))
	})
	It("cannot be changed or deleted by anybody, only retired", func() {
		note("Penicilina")
		for _, change := range []string{"update allergies set substance = 'Agua'", "delete from allergies", "truncate allergies"} {
			_, err := world.Admin.Exec(context.Background(), change)
			Expect(err).To(HaveOccurred(), change)
		}
	})
	It("belongs to the person, whichever entry it was noted under", func() {
		note("Penicilina")
		other := edith()
		other.Document = patients.Document{Type: patients.None}
		into := registered(d, world.Norte, other)
		d.as(world.Norte, accounts.ClinicAdmin)
		Expect(d.post("/pacientes/"+into.ID.String()+"/unir", url.Values{"id": {newID().String()}, "otra": {p.ID.String()}, "surname": {"huaman"}}).Code).
			To(Equal(http.StatusSeeOther))
		d.as(world.Norte, accounts.Doctor)
		Expect(d.get("/pacientes/" + into.ID.String()).Body.String()).To(ContainSubstring("Penicilina"))
		neighbour.cares[p.ID], neighbour.cares[into.ID] = false, true
		Expect(d.get("/pacientes/" + into.ID.String()).Body.String()).To(ContainSubstring("Penicilina"))
	})
})

var _ = Describe("joining two entries of one person", func() {
	var world *dbtest.World
	var d *desk
	var kept, other patients.Patient

	BeforeEach(func() {
		world = cluster.World()
		d = newDesk(world, (&agenda{next: now}).neighbours()).as(world.Norte, accounts.ClinicAdmin)
		kept = registered(d, world.Norte, edith())
		twin := edith()
		twin.Document, twin.Phone = patients.Document{Type: patients.CE, Number: "001234567"}, "911 111 111"
		other = registered(d, world.Norte, twin)
	})
	join := func(from, into patients.Patient, surname string) *httpAnswer {
		answer := d.post("/pacientes/"+into.ID.String()+"/unir", url.Values{"op_id": {newID().String()}, "id": {newID().String()},
			"otra": {from.ID.String()}, "surname": {surname}, "reason": {"Se registró dos veces"}})
		return &httpAnswer{answer.Code, answer.Body.String()}
	}
	family := func(id uuid.UUID) []uuid.UUID {
		GinkgoHelper()
		ids, err := d.service.Family(world.RolledBack(world.Norte, "receptionist"), id)
		Expect(err).NotTo(HaveOccurred())
		return ids
	}
	found := func(q string) []uuid.UUID {
		GinkgoHelper()
		found, err := d.service.Search(world.RolledBack(world.Norte, "receptionist"), q, 12)
		Expect(err).NotTo(HaveOccurred())
		var ids []uuid.UUID
		for _, p := range found.Patients {
			ids = append(ids, p.ID)
		}
		return ids
	}

	It("suggests it to the administration, and shows both side by side", func() {
		page := d.get("/pacientes/" + kept.ID.String()).Body.String()
		Expect(page).To(And(ContainSubstring("Parece la misma persona que Huamán Ponce, Edith Maribel"), ContainSubstring("Comparar")))
		compare := d.get("/pacientes/" + kept.ID.String() + "/unir?con=" + other.ID.String()).Body.String()
		Expect(compare).To(And(ContainSubstring("DNI 99012345"), ContainSubstring("CE 001234567"), ContainSubstring("Que quede la otra ficha")))
		d.as(world.Norte, accounts.Receptionist)
		Expect(d.get("/pacientes/" + kept.ID.String()).Body.String()).NotTo(ContainSubstring("Parece la misma persona"))
	})
	It("leads every id, document and phone to the entry that stays", func() {
		Expect(join(other, kept, "HUAMAN").code).To(Equal(http.StatusSeeOther))
		Expect(family(other.ID)).To(Equal([]uuid.UUID{kept.ID, other.ID}))
		for _, q := range []string{"001234567", "911111111", "99012345", other.RecordNumber, "edith huaman"} {
			Expect(found(q)).To(Equal([]uuid.UUID{kept.ID}), q)
		}
		answer := d.get("/pacientes/" + other.ID.String() + "/datos")
		Expect(answer.Code).To(Equal(http.StatusSeeOther))
		Expect(answer.Header().Get("Location")).To(Equal("/pacientes/" + kept.ID.String() + "/datos"))
		Expect(strings.Count(d.get("/pacientes").Body.String(), "fila-enlace")).To(Equal(1))
		taken := edith()
		taken.Document, taken.FirstName = patients.Document{Type: patients.CE, Number: "001234567"}, "Rosa"
		Expect(d.post("/pacientes", walkIn(taken)).Body.String()).To(ContainSubstring("/pacientes/" + kept.ID.String()))
	})
	It("says on the page that it holds two entries, and shows whoever may where to take them apart", func() {
		path := "/pacientes/" + kept.ID.String()
		Expect(d.get(path).Body.String()).NotTo(ContainSubstring("Esta ficha reúne"))
		join(other, kept, "Huamán")
		Expect(d.get(path).Body.String()).To(MatchRegexp(`(?s)Esta ficha reúne 2 fichas de la misma persona.*href="` + path + `/unir">Ver y separar`))
		d.as(world.Norte, accounts.Receptionist)
		Expect(d.get(path).Body.String()).To(And(ContainSubstring("Esta ficha reúne 2 fichas"), Not(ContainSubstring("Ver y separar"))))
	})
	It("wants the surname of the entry that stays", func() {
		refused := join(other, kept, "Ponce")
		Expect(refused.code).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.body).To(ContainSubstring("Escriba el apellido paterno"))
		Expect(family(kept.ID)).To(HaveLen(1))
	})
	It("is taken back as if it had not been, once", func() {
		join(other, kept, "Huamán")
		page := d.get("/pacientes/" + kept.ID.String() + "/unir").Body.String()
		undo := betweenStrings(page, `action="`, `/deshacer"`) + "/deshacer"
		Expect(d.post(undo, url.Values{"op_id": {newID().String()}}).Code).To(Equal(http.StatusSeeOther))
		Expect(family(other.ID)).To(Equal([]uuid.UUID{other.ID}))
		Expect(found("001234567")).To(Equal([]uuid.UUID{other.ID}))
		Expect(d.post(undo, url.Values{"op_id": {newID().String()}}).Code).To(Or(Equal(http.StatusNotFound), Equal(http.StatusConflict)))
		Expect(join(other, kept, "Huamán").code).To(Equal(http.StatusSeeOther), "and may be joined again")
	})
	It("keeps a chain right when its middle is undone", func() {
		third := edith()
		third.Document = patients.Document{Type: patients.None}
		last := registered(d, world.Norte, third)
		Expect(join(other, kept, "Huamán").code).To(Equal(http.StatusSeeOther))
		Expect(join(kept, last, "Huamán").code).To(Equal(http.StatusSeeOther))
		Expect(family(other.ID)).To(ConsistOf(last.ID, kept.ID, other.ID))
		Expect(join(other, last, "Huamán").code).To(Equal(http.StatusNotFound), "they are one person already")
		page := d.get("/pacientes/" + last.ID.String() + "/unir").Body.String()
		for _, action := range strings.Split(page, `action="`)[1:] {
			if undo, _, _ := strings.Cut(action, `"`); strings.HasSuffix(undo, "/deshacer") {
				d.post(undo, url.Values{"op_id": {newID().String()}})
				break // the first joining: other into kept
			}
		}
		Expect(family(other.ID)).To(Equal([]uuid.UUID{other.ID}))
		Expect(family(kept.ID)).To(ConsistOf(last.ID, kept.ID))
	})
	It("is the administration's alone, and within one clinic", func() {
		d.as(world.Norte, accounts.Receptionist)
		Expect(join(other, kept, "Huamán").code).To(Equal(http.StatusNotFound))
		d.as(world.Sur, accounts.ClinicAdmin)
		stranger := registered(d, world.Sur, edith())
		Expect(join(other, stranger, "Huamán").code).To(Equal(http.StatusNotFound))
		Expect(join(stranger, stranger, "Huamán").code).To(Equal(http.StatusNotFound))
	})
})

type httpAnswer struct {
	code int
	body string
}

func betweenStrings(text, before, after string) string {
	head, _, _ := strings.Cut(text, after)
	return head[strings.LastIndex(head, before)+len(before):]
}
