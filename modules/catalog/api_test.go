package catalog_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
)

var _ = Describe("the catalogue's API", Ordered, func() {
	var a *app
	var desk visitor
	var cleaningID uuid.UUID

	BeforeAll(func() {
		a = newApp()
		desk = a.as(a.Norte, accounts.Receptionist)
		Expect(a.Committed(a.Norte, "clinic_admin", func(ctx context.Context) error {
			for _, name := range []string{"Control prenatal", "Ecografía obstétrica", "Ecografía morfológica"} {
				s := cleaning()
				s.Name, s.Specialty = name, ""
				if _, err := a.catalog.AddService(ctx, s); err != nil {
					return err
				}
			}
			s := cleaning()
			s.Doctors = []uuid.UUID{a.Norte.People["doctor"].Membership}
			cleaningID = s.ID
			_, err := a.catalog.AddService(ctx, s)
			return err
		})).To(Succeed())
	})

	type list struct {
		Items []map[string]any `json:"items"`
		Next  string           `json:"next"`
	}
	read := func(answer *httptest.ResponseRecorder) list {
		GinkgoHelper()
		Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
		var l list
		Expect(json.Unmarshal(answer.Body.Bytes(), &l)).To(Succeed())
		return l
	}
	names := func(l list) []string {
		found := []string{}
		for _, item := range l.Items {
			found = append(found, item["name"].(string))
		}
		return found
	}

	It("lists services part by part until the end", func() {
		first := read(desk.get("/api/v1/services?limit=3"))
		Expect(names(first)).To(Equal([]string{"Control prenatal", "Ecografía morfológica", "Ecografía obstétrica"}))
		Expect(first.Next).NotTo(BeEmpty())
		second := read(desk.get("/api/v1/services?limit=3&cursor=" + first.Next))
		Expect(names(second)).To(Equal([]string{"Profilaxis dental"}))
		Expect(second.Next).To(BeEmpty())
	})

	It("finds services by name, specialty and professional", func() {
		Expect(names(read(desk.get("/api/v1/services?q=" + url.QueryEscape("obst eco"))))).To(Equal([]string{"Ecografía obstétrica"}))
		Expect(names(read(desk.get("/api/v1/services?specialty=odontologia")))).To(Equal([]string{"Profilaxis dental"}))
		Expect(read(desk.get("/api/v1/services?doctor_id=" + a.Norte.People["doctor"].Membership.String())).Items).To(HaveLen(4))
		Expect(read(desk.get("/api/v1/services?q=zzz")).Items).To(BeEmpty())
	})

	It("tells all of a service, its price as text", func() {
		answer := desk.get("/api/v1/services/" + cleaningID.String())
		Expect(answer.Code).To(Equal(http.StatusOK))
		Expect(answer.Body.String()).To(MatchJSON(`{"id":"` + cleaningID.String() + `","version":1,"name":"Profilaxis dental","specialty":"odontologia",
			"duration_min":30,"price":"80.50","resource_kind":"sillon","doctor_ids":["` + a.Norte.People["doctor"].Membership.String() + `"],"active":true}`))
	})

	It("lists professionals, and those of a service", func() {
		all := read(desk.get("/api/v1/doctors"))
		Expect(all.Items).To(HaveLen(1))
		Expect(all.Items[0]).To(And(HaveKeyWithValue("id", a.Norte.People["doctor"].Membership.String()), HaveKey("title"), HaveKey("college"), HaveKey("college_number"), HaveKey("specialty")))
		Expect(read(desk.get("/api/v1/doctors?service_id=" + cleaningID.String())).Items).To(HaveLen(1))
		second := a.AddPerson(a.Norte, "zoila", "doctor")
		Expect(read(desk.get("/api/v1/doctors?service_id=" + cleaningID.String())).Items).To(HaveLen(1))
		first := read(desk.get("/api/v1/doctors?limit=1"))
		Expect(first.Items).To(HaveLen(1))
		Expect(read(desk.get("/api/v1/doctors?limit=1&cursor=" + first.Next)).Items[0]["id"]).To(Equal(second.Membership.String()))
	})

	DescribeTable("refuses what it does not understand",
		func(address string, status int) {
			answer := desk.get(address)
			Expect(answer.Code).To(Equal(status), answer.Body.String())
			Expect(answer.Header().Get("Content-Type")).To(HavePrefix("application/problem+json"))
		},
		Entry("no limit", "/api/v1/services?limit=0", http.StatusUnprocessableEntity),
		Entry("a limit too high", "/api/v1/services?limit=101", http.StatusUnprocessableEntity),
		Entry("a cursor of nowhere", "/api/v1/services?cursor=abc", http.StatusUnprocessableEntity),
		Entry("a service that is no id", "/api/v1/doctors?service_id=7", http.StatusUnprocessableEntity),
		Entry("an unknown service", "/api/v1/doctors?service_id=01890000-0000-7000-8000-000000000001", http.StatusNotFound),
		Entry("an unknown professional", "/api/v1/services?doctor_id=01890000-0000-7000-8000-000000000001", http.StatusNotFound),
		Entry("an id that is none", "/api/v1/services/uno", http.StatusNotFound),
	)

	It("shows another clinic nothing", func() {
		stranger := a.as(a.Sur, accounts.Receptionist)
		Expect(read(stranger.get("/api/v1/services")).Items).To(BeEmpty())
		Expect(stranger.get("/api/v1/services/" + cleaningID.String()).Code).To(Equal(http.StatusNotFound))
		Expect(stranger.get("/api/v1/doctors?service_id=" + cleaningID.String()).Code).To(Equal(http.StatusNotFound))
		Expect(read(stranger.get("/api/v1/doctors")).Items[0]["id"]).To(Equal(a.Sur.People["doctor"].Membership.String()))
	})

	It("asks for the right to read the catalogue", func() {
		nobody := a.as(a.Norte, accounts.SuperAdmin)
		Expect(nobody.get("/api/v1/services").Code).To(Equal(http.StatusForbidden))
	})
})
