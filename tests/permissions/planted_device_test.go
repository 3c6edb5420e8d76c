package permissions_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/offline"
	"hampi/modules/sync"
	"hampi/modules/sync/bundletest"
)

// enrolled is what the server gives a browser that keeps data.
type enrolled struct {
	ID                  uuid.UUID
	Key, Token, Profile string
}

// plantByDevice lets a device bring values in every way that it has, so that they lie wherever a device's work lies:
// carried out, waiting, refused, lost against another's, handed in.
func plantByDevice(c clinics, v *visitor) {
	GinkgoHelper()
	given := v.send(http.MethodPost, "/equipo", url.Values{})
	Expect(given.Code).To(Equal(http.StatusOK), given.Body.String())
	var device enrolled
	Expect(json.Unmarshal(given.Body.Bytes(), &device)).To(Succeed())

	person := uuid.Must(uuid.NewV7())
	registered := time.Now().UTC()
	v.synchronise(device.ID, operation(offline.Create, person, registered, fmt.Sprintf(
		`{"document_type":"DNI","document_number":%q,"first_name":"Inés","last_name":"Plantada","second_last_name":"Cinco","phone":%q}`,
		planted["document by a device"], planted["phone by a device"])), offline.Created)
	v.synchronise(uuid.Nil, operation(offline.Update, person, registered.Add(time.Second),
		fmt.Sprintf(`{"phone":%q}`, planted["phone that won"])), offline.Updated)
	v.synchronise(device.ID, operation(offline.Update, person, registered.Add(-time.Hour),
		fmt.Sprintf(`{"phone":%q}`, planted["phone that lost"])), offline.Superseded)
	v.synchronise(device.ID, operation(offline.Update, uuid.Must(uuid.NewV7()), registered,
		fmt.Sprintf(`{"address":%q}`, planted["address that waits"])), offline.Rejected)
	v.synchronise(device.ID, operation(offline.Update, person, registered.Add(time.Minute),
		fmt.Sprintf(`{"email":%q}`, planted["e-mail refused"])), offline.Rejected)

	revoked := v.send(http.MethodPost, "/configuracion/equipos/"+device.ID.String()+"/retiro", url.Values{})
	Expect(revoked.Code).To(Equal(http.StatusSeeOther), revoked.Body.String())
	v.handIn(device, operation(offline.Update, person, registered, fmt.Sprintf(`{"phone":%q}`, planted["phone handed in"])))

	for _, table := range []string{"sync_queue", "sync_conflicts", "sync_ops where kind = 'sync'", "handed_in where content is not null"} {
		Expect(count(c, "select count(*) from "+table)).To(BeNumerically(">", 0), table)
	}
}

func operation(action string, id uuid.UUID, at time.Time, data string) offline.Operation {
	return offline.Operation{
		Entity: "patient", Action: action, LocalID: id, Data: json.RawMessage(data), OpID: uuid.Must(uuid.NewV7()),
		Timestamp: at.Truncate(time.Millisecond),
	}
}

// synchronise sends one operation, of a device or of none, and expects what becomes of it.
func (v *visitor) synchronise(device uuid.UUID, op offline.Operation, becomes offline.Status) {
	GinkgoHelper()
	body, err := json.Marshal(sync.Request{Operations: []offline.Operation{op}})
	Expect(err).NotTo(HaveOccurred())
	request := httptest.NewRequest(http.MethodPost, sync.Path, strings.NewReader(string(body)))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(sync.VersionHeader, sync.ProtocolVersion)
	if device != uuid.Nil {
		request.Header.Set(sync.DeviceHeader, device.String())
	}
	answer := v.do(request)
	Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
	var response sync.Response
	Expect(json.Unmarshal(answer.Body.Bytes(), &response)).To(Succeed())
	Expect(response.Applied).To(HaveLen(1))
	Expect(response.Applied[0].Status).To(Equal(becomes), string(op.Data))
}

// handIn brings what a revoked device still held.
func (v *visitor) handIn(device enrolled, op offline.Operation) {
	GinkgoHelper()
	text, err := json.Marshal(bundletest.Bundle(device.ID, device.Key, device.Profile, op))
	Expect(err).NotTo(HaveOccurred())
	request := httptest.NewRequest(http.MethodPost, "/api/v1/devices/handin", strings.NewReader(string(text)))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(sync.DeviceTokenHeader, device.Token)
	answer := (&visitor{at: v.at, cookies: map[string]*http.Cookie{}}).do(request)
	Expect(answer.Code).To(Equal(http.StatusOK), answer.Body.String())
}
