package permissions_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// inBodies are the members of a booking that name rows, with a row of each.
var inBodies = map[string]string{
	"patient_id":  "select id from patients where clinic_id = $1 and merged_into is null order by id limit 1",
	"doctor_id":   "select id from memberships where clinic_id = $1 and 'doctor' = any(roles) and specialty = 'odontologia' order by id limit 1",
	"service_id":  "select id from services where clinic_id = $1 and specialty = 'odontologia' order by id limit 1",
	"site_id":     "select id from sites where clinic_id = $1 order by created_at, id limit 1",
	"resource_id": "select id from resources where clinic_id = $1 order by id limit 1",
}

var _ = Describe("another clinic's ids in a body", func() {
	for member := range inBodies {
		It("are as unknown as nobody's: "+member, func() {
			v := shared.signIn("duena@demo.pe")
			before := fingerprint(shared, shared.clinicID(insideNeighbour))
			theirs := v.sendJSON(http.MethodPost, "/api/v1/appointments", booking(member, shared.someID(inBodies[member], shared.clinicID(insideNeighbour))))
			nobodys := v.sendJSON(http.MethodPost, "/api/v1/appointments", booking(member, uuid.NewString()))
			Expect(theirs.Code).To(Equal(nobodys.Code))
			Expect(theirs.Code).To(BeNumerically(">=", 400), theirs.Body.String())
			Expect(anonymous(theirs)).To(Equal(anonymous(nobodys)))
			Expect(fingerprint(shared, shared.clinicID(insideNeighbour))).To(Equal(before))
		})
	}

	It("are the only reason: with one's own ids the same booking is made", func() {
		v := open().signIn("duena@demo.pe")
		own := v.sendJSON(http.MethodPost, "/api/v1/appointments", bookingIn(v.at, "", ""))
		Expect(own.Code).To(Equal(http.StatusCreated), own.Body.String())
	})
})

func booking(member, id string) string { return bookingIn(shared, member, id) }

// bookingIn is a booking with the demonstration's own ids, but for one member.
func bookingIn(c clinics, member, id string) string {
	GinkgoHelper()
	day := time.Now().AddDate(0, 3, 0).Format(time.DateOnly)
	members := []string{`"start_time":"` + day + `T07:10:00-05:00"`, `"overbooked":true`}
	for name, query := range inBodies {
		value := c.someID(query, c.clinicID(insideDemo))
		if name == member {
			value = id
		}
		if name == "resource_id" && name != member {
			continue
		}
		members = append(members, fmt.Sprintf("%q:%q", name, value))
	}
	return "{" + strings.Join(members, ",") + "}"
}
