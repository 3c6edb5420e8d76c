//go:build !js

package patients_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/database/dbtest"
)

type object = map[string]any

var _ = Describe("the register in the JSON API", func() {
	var world *dbtest.World
	var d *desk
	var neighbour *agenda

	BeforeEach(func() {
		world = cluster.World()
		neighbour = &agenda{cares: map[uuid.UUID]bool{}, arrived: map[uuid.UUID]bool{}, next: now}
		d = newDesk(world, neighbour.neighbours()).as(world.Norte, accounts.Receptionist)
	})

	ask := func(method, path string, body any) (int, object) {
		GinkgoHelper()
		text := ""
		switch b := body.(type) {
		case nil:
		case string:
			text = b
		default:
			raw, err := json.Marshal(b)
			Expect(err).NotTo(HaveOccurred())
			text = string(raw)
		}
		r := httptest.NewRequest(method, path, strings.NewReader(text))
		r.Header.Set("Content-Type", "application/json")
		answer := d.send(r)
		var out object
		Expect(json.Unmarshal(answer.Body.Bytes(), &out)).To(Succeed(), answer.Body.String())
		return answer.Code, out
	}
	luz := func() object {
		return object{"id": newID().String(), "document_type": "DNI", "document_number": "40123456-0", "first_name": "Luz", "last_name": "Quispe",
			"second_last_name": "Huamán", "sex": "F", "birth_date": "1990-03-02", "phone": "962555014", "email": "luz@correo.pe",
			"address": "Jr. Abtao 640", "ubigeo": "100101", "guardian": object{"name": "Elva Huamán"}, "insurance": object{"insurer": "SIS", "number": "2"},
			"tags": []string{"vip"}}
	}
	withoutCheck := func(o object) object { o["document_number"] = "40123456"; return o }

	It("creates with 201, the same again with 200, other content under the id with 409", func() {
		body := withoutCheck(luz())
		status, created := ask(http.MethodPost, "/api/v1/patients", body)
		Expect(status).To(Equal(http.StatusCreated))
		for field, value := range body {
			if field != "phone" {
				Expect(created).To(HaveKey(field))
				Expect(json.Marshal(created[field])).To(MatchJSON(must(json.Marshal(value))), field)
			}
		}
		Expect(created).To(HaveKeyWithValue("phone", "+51962555014"))
		Expect(created).To(HaveKeyWithValue("record_number", "000001"))
		Expect(created).To(HaveKeyWithValue("version", BeEquivalentTo(1)))

		status, again := ask(http.MethodPost, "/api/v1/patients", body)
		Expect(status).To(Equal(http.StatusOK))
		Expect(again["record_number"]).To(Equal("000001"))

		body["first_name"] = "Rosa"
		status, _ = ask(http.MethodPost, "/api/v1/patients", body)
		Expect(status).To(Equal(http.StatusConflict))

		body["id"] = newID().String()
		status, problem := ask(http.MethodPost, "/api/v1/patients", body)
		Expect(status).To(Equal(http.StatusConflict))
		Expect(problem["errors"]).To(ContainElement(HaveKeyWithValue("pointer", "/document_number")))
	})

	It("refuses a district that is none, at its field, new or changed", func() {
		atUbigeo := HaveKeyWithValue("errors", ContainElement(HaveKeyWithValue("pointer", "/ubigeo")))
		body := withoutCheck(luz())
		body["ubigeo"] = "999999"
		status, problem := ask(http.MethodPost, "/api/v1/patients", body)
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(problem).To(atUbigeo)

		body["ubigeo"] = "100101"
		_, created := ask(http.MethodPost, "/api/v1/patients", body)
		path := "/api/v1/patients/" + created["id"].(string)
		status, problem = ask(http.MethodPatch, path, object{"version": 1, "ubigeo": "999999"})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(problem).To(atUbigeo)
	})

	It("refuses a change from a version that never was, and changes nothing", func() {
		_, created := ask(http.MethodPost, "/api/v1/patients", withoutCheck(luz()))
		path := "/api/v1/patients/" + created["id"].(string)
		status, problem := ask(http.MethodPatch, path, object{"version": 999, "first_name": "Rosa"})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		Expect(problem["errors"]).To(ContainElement(HaveKeyWithValue("pointer", "/version")))
		_, kept := ask(http.MethodGet, path, nil)
		Expect(kept).To(HaveKeyWithValue("first_name", "Luz"))
	})

	It("reads, lists page by page, finds by name in the address and by number in the body", func() {
		id := ""
		for i, name := range []string{"Ana", "Bea", "Carla"} {
			body := withoutCheck(luz())
			body["document_number"], body["first_name"] = "4012345"+strconv.Itoa(i), name
			_, created := ask(http.MethodPost, "/api/v1/patients", body)
			id = created["id"].(string)
		}
		status, one := ask(http.MethodGet, "/api/v1/patients/"+id, nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(one["first_name"]).To(Equal("Carla"))

		var seen []string
		cursor := ""
		for range 5 {
			_, page := ask(http.MethodGet, "/api/v1/patients?limit=1&cursor="+cursor, nil)
			for _, item := range page["items"].([]any) {
				seen = append(seen, item.(object)["first_name"].(string))
			}
			if cursor = page["next"].(string); cursor == "" {
				break
			}
		}
		Expect(seen).To(Equal([]string{"Ana", "Bea", "Carla"}))
		_, found := ask(http.MethodGet, "/api/v1/patients?q=quispe+carla", nil)
		Expect(found["items"]).To(HaveLen(1))
		_, found = ask(http.MethodGet, "/api/v1/patients?q=40123452", nil)
		Expect(found["items"]).To(BeEmpty(), "a document stands in no address")
		_, found = ask(http.MethodPost, "/api/v1/patients/search", object{"q": "40123452"})
		Expect(found["items"]).To(HaveLen(1))
	})

	It("changes what was sent and nothing else, merges by group, and refuses what somebody else changed", func() {
		_, p := ask(http.MethodPost, "/api/v1/patients", withoutCheck(luz()))
		path := "/api/v1/patients/" + p["id"].(string)
		status, changed := ask(http.MethodPatch, path, object{"version": 1, "phone": "911111111"})
		Expect(status).To(Equal(http.StatusOK))
		Expect(changed).To(And(HaveKeyWithValue("phone", "+51911111111"), HaveKeyWithValue("email", "luz@correo.pe"), HaveKeyWithValue("version", BeEquivalentTo(2))))

		status, changed = ask(http.MethodPatch, path, object{"version": 1, "address": "Av. Perú 1"})
		Expect(status).To(Equal(http.StatusOK), "another group")
		Expect(changed).To(And(HaveKeyWithValue("phone", "+51911111111"), HaveKeyWithValue("address", "Av. Perú 1")))

		status, problem := ask(http.MethodPatch, path, object{"version": 1, "phone": "922222222"})
		Expect(status).To(Equal(http.StatusConflict))
		Expect(problem["errors"]).To(ContainElement(HaveKeyWithValue("pointer", "/phone")))
		status, _ = ask(http.MethodPatch, path, object{"version": 1, "phone": "911111111"})
		Expect(status).To(Equal(http.StatusOK), "the same value is no conflict")
	})

	DescribeTable("refuses bad input with a problem that points at it",
		func(body any, status int, pointer string) {
			code, problem := ask(http.MethodPost, "/api/v1/patients", body)
			Expect(code).To(Equal(status))
			if pointer != "" {
				Expect(problem["errors"]).To(ContainElement(HaveKeyWithValue("pointer", pointer)))
			}
		},
		Entry("nothing", object{}, 422, "/first_name"),
		Entry("malformed JSON", `{"first_name":`, 400, ""),
		Entry("a list", `[]`, 422, ""),
		Entry("a number for a name", object{"first_name": 7}, 422, "/first_name"),
		Entry("an unknown member", object{"first_name": "Luz", "role": "admin"}, 422, ""),
		Entry("a birth in the future", object{"document_type": "NONE", "first_name": "Luz", "last_name": "Q", "birth_date": "2126-01-01"}, 422, "/birth_date"),
		Entry("an id that is no UUIDv7", object{"id": "b7e9a3a4-6ec0-4a2f-9f0c-1d2f2cf0a001", "document_type": "NONE", "first_name": "Luz", "last_name": "Q"}, 422, "/id"),
		Entry("a guardian without name", object{"document_type": "NONE", "first_name": "Luz", "last_name": "Q", "guardian": object{"phone": "962555014"}}, 422, "/guardian/name"),
	)

	It("answers 404 for ids of another clinic, unknown ones and none", func() {
		_, p := ask(http.MethodPost, "/api/v1/patients", withoutCheck(luz()))
		d.as(world.Sur, accounts.ClinicAdmin)
		for _, id := range []string{p["id"].(string), newID().String(), "40123456"} {
			status, _ := ask(http.MethodGet, "/api/v1/patients/"+id, nil)
			Expect(status).To(Equal(http.StatusNotFound))
			status, _ = ask(http.MethodPatch, "/api/v1/patients/"+id, object{"version": 1, "phone": "911111111"})
			Expect(status).To(Equal(http.StatusNotFound))
		}
	})

	It("gives and takes clinical fields only from whoever attends the patient", func() {
		_, p := ask(http.MethodPost, "/api/v1/patients", withoutCheck(luz()))
		path := "/api/v1/patients/" + p["id"].(string)
		clinical := object{"version": 1, "blood_type": "O+", "allergies": []object{{"substance": "Penicilina", "severity": "severe"}},
			"chronic_conditions": []object{{"name": "Hipertensión", "code": "I10"}}}

		for _, role := range []accounts.Role{accounts.Receptionist, accounts.Cashier, accounts.ClinicAdmin, accounts.Doctor, accounts.Assistant} {
			d.as(world.Norte, role)
			_, read := ask(http.MethodGet, path, nil)
			Expect(read).NotTo(Or(HaveKey("blood_type"), HaveKey("allergies"), HaveKey("chronic_conditions")), string(role))
			status, _ := ask(http.MethodPatch, path, clinical)
			Expect(status).To(Equal(http.StatusForbidden), string(role))
		}
		id := uuid.MustParse(p["id"].(string))
		neighbour.cares[id] = true
		d.as(world.Norte, accounts.Doctor)
		status, written := ask(http.MethodPatch, path, clinical)
		Expect(status).To(Equal(http.StatusOK))
		Expect(written).To(HaveKeyWithValue("blood_type", "O+"))
		allergy := written["allergies"].([]any)[0].(object)
		Expect(allergy).To(HaveKeyWithValue("substance", "Penicilina"))

		_, written = ask(http.MethodPatch, path, object{"version": 1, "allergies": []object{{"id": allergy["id"], "retire_reason": "Se descartó"}}})
		Expect(written["allergies"]).To(BeEmpty())
		Expect(written["chronic_conditions"]).To(HaveLen(1))

		d.as(world.Norte, accounts.Assistant)
		_, read := ask(http.MethodGet, path, nil)
		Expect(read).NotTo(HaveKey("allergies"))
		neighbour.arrived[id] = true
		_, read = ask(http.MethodGet, path, nil)
		Expect(read).To(HaveKeyWithValue("blood_type", "O+"))
	})

	It("keeps coded allergies and conditions as lists of their own, for whoever attends the patient", func() {
		_, p := ask(http.MethodPost, "/api/v1/patients", withoutCheck(luz()))
		patient := p["id"].(string)
		neighbour.cares[uuid.MustParse(patient)] = true
		d.as(world.Norte, accounts.Doctor)
		const allergies, conditions = "/api/v1/allergies", "/api/v1/conditions"
		list := func(path string) []any {
			GinkgoHelper()
			status, page := ask(http.MethodGet, path+"?patient_id="+patient, nil)
			Expect(status).To(Equal(http.StatusOK), "%v", page)
			return page["items"].([]any)
		}
		status, none := ask(http.MethodPost, allergies, object{"patient_id": patient, "kind": "none_known"})
		Expect(status).To(Equal(http.StatusCreated), "%v", none)
		Expect(none).To(HaveKeyWithValue("substance", "Sin alergias conocidas"))
		status, again := ask(http.MethodPost, allergies, object{"patient_id": patient, "kind": "none_known"})
		Expect(status).To(Equal(http.StatusOK))
		Expect(again["id"]).To(Equal(none["id"]), "stated once")

		sent := object{"id": newID(), "patient_id": patient, "kind": "medicine", "substance": "Penicilinas", "code": "j01c", "severity": "severe"}
		status, a := ask(http.MethodPost, allergies, sent)
		Expect(status).To(Equal(http.StatusCreated), "%v", a)
		Expect(a).To(And(HaveKeyWithValue("code", "J01C"), HaveKeyWithValue("kind", "medicine"), HaveKeyWithValue("retired_at", BeNil())))
		Expect(list(allergies)).To(ConsistOf(HaveKeyWithValue("id", a["id"]), HaveKeyWithValue("retire_reason", "Se registró una alergia")))
		status, _ = ask(http.MethodPost, allergies, sent)
		Expect(status).To(Equal(http.StatusOK))
		sent["substance"] = "Látex"
		status, _ = ask(http.MethodPost, allergies, sent)
		Expect(status).To(Equal(http.StatusConflict))
		status, refused := ask(http.MethodPost, allergies, object{"patient_id": patient, "kind": "none_known"})
		Expect(status).To(Equal(http.StatusConflict))
		Expect(refused["errors"]).To(ContainElement(HaveKeyWithValue("pointer", "/kind")))
		_, refused = ask(http.MethodPost, allergies, object{"patient_id": patient, "substance": "Látex", "code": "J1"})
		Expect(refused["errors"]).To(ContainElement(HaveKeyWithValue("pointer", "/code")))

		status, c := ask(http.MethodPost, conditions, object{"patient_id": patient, "code": "i10"})
		Expect(status).To(Equal(http.StatusCreated), "%v", c)
		Expect(c).To(And(HaveKeyWithValue("code", "I10"), HaveKeyWithValue("name", ContainSubstring("ipertensión"))))
		_, refused = ask(http.MethodPost, conditions, object{"patient_id": patient, "name": "Algo", "code": "Q99.99"})
		Expect(refused["errors"]).To(ContainElement(HaveKeyWithValue("pointer", "/code")))

		retire := allergies + "/" + a["id"].(string) + "/retire"
		for _, role := range []accounts.Role{accounts.Receptionist, accounts.Cashier, accounts.ClinicAdmin, accounts.Assistant} {
			d.as(world.Norte, role)
			for _, path := range []string{allergies, conditions} {
				status, _ = ask(http.MethodGet, path+"?patient_id="+patient, nil)
				Expect(status).To(Equal(http.StatusForbidden), string(role))
			}
			status, _ = ask(http.MethodPost, retire, object{"reason": "Se descartó"})
			Expect(status).To(Equal(http.StatusForbidden), string(role))
		}
		d.as(world.Sur, accounts.Doctor)
		status, _ = ask(http.MethodGet, allergies+"?patient_id="+patient, nil)
		Expect(status).To(Equal(http.StatusNotFound))
		status, _ = ask(http.MethodPost, retire, object{"reason": "Se descartó"})
		Expect(status).To(Equal(http.StatusNotFound))
		d.as(world.Norte, accounts.Doctor)
		neighbour.cares[uuid.MustParse(patient)] = false
		status, refused = ask(http.MethodGet, allergies+"?patient_id="+patient, nil)
		Expect(status).To(Equal(http.StatusForbidden))
		Expect(refused).To(HaveKeyWithValue("code", "not_yours"))
		neighbour.cares[uuid.MustParse(patient)] = true
		status, refused = ask(http.MethodPost, retire, object{"reason": " "})
		Expect(status).To(Equal(http.StatusUnprocessableEntity), "%v", refused)
		status, a = ask(http.MethodPost, retire, object{"reason": "Prueba negativa"})
		Expect(status).To(Equal(http.StatusOK))
		Expect(a).To(And(HaveKeyWithValue("retire_reason", "Prueba negativa"), HaveKeyWithValue("retired_at", Not(BeNil()))))
		status, c = ask(http.MethodPost, conditions+"/"+c["id"].(string)+"/retire", object{"reason": "Error"})
		Expect(status).To(Equal(http.StatusOK), "%v", c)
	})

	It("lets a cashier correct what a receipt needs, and nothing else", func() {
		_, p := ask(http.MethodPost, "/api/v1/patients", withoutCheck(luz()))
		path := "/api/v1/patients/" + p["id"].(string)
		d.as(world.Norte, accounts.Cashier)
		status, _ := ask(http.MethodPatch, path, object{"version": 1, "address": "Jr. Dos de Mayo 1"})
		Expect(status).To(Equal(http.StatusOK))
		status, _ = ask(http.MethodPatch, path, object{"version": 2, "first_name": "Otra"})
		Expect(status).To(Equal(http.StatusForbidden))
		status, _ = ask(http.MethodPost, "/api/v1/patients", luz())
		Expect(status).To(Equal(http.StatusForbidden))
	})

	It("warns a program of what a person would be asked", func() {
		ask(http.MethodPost, "/api/v1/patients", withoutCheck(luz()))
		twin := withoutCheck(luz())
		twin["document_type"], twin["document_number"] = "NONE", ""
		status, created := ask(http.MethodPost, "/api/v1/patients", twin)
		Expect(status).To(Equal(http.StatusCreated))
		Expect(created["warnings"]).To(ContainElement(ContainSubstring("Mismo nombre")))
	})
})

func must(raw []byte, err error) []byte {
	Expect(err).NotTo(HaveOccurred())
	return raw
}
