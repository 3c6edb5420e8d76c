//go:build !js

package agenda_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/platform/access"
	"hampi/modules/platform/web"
)

// program calls the API as somebody of Norte.
type program struct {
	c    *clinic
	echo *echo.Echo
	who  access.Identity
}

func (c *clinic) program(role accounts.Role) program {
	GinkgoHelper()
	e := echo.New()
	log := slog.New(slog.NewTextHandler(GinkgoWriter, nil))
	e.HTTPErrorHandler = web.Errors{Log: log, Classify: web.DatabaseFaults}.Handle
	e.Use(web.RequestIDs())
	server := &web.Server{DB: c.DB, Answers: web.NewAnswers(c.Vault), People: web.NewLimiter(100000), Visitors: web.NewLimiter(100000), Log: log, Now: func() time.Time { return c.moment }}
	r := web.NewRouter(e, server.Guard)
	agenda.API(web.NewAPI(r, "spec"), c.agenda())
	Expect(r.Check()).To(Succeed())
	return program{c: c, echo: e, who: access.Who(c.identified(c.Desk, role))}
}

func (p program) send(method, path string, body any) (int, map[string]any) {
	GinkgoHelper()
	text := ""
	if body != nil {
		written, err := json.Marshal(body)
		Expect(err).NotTo(HaveOccurred())
		text = string(written)
	}
	request := httptest.NewRequest(method, path, strings.NewReader(text))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	p.echo.ServeHTTP(answer, request.WithContext(access.With(request.Context(), p.who)))
	content := map[string]any{}
	if answer.Body.Len() > 0 {
		Expect(json.Unmarshal(answer.Body.Bytes(), &content)).To(Succeed(), answer.Body.String())
	}
	return answer.Code, content
}

func (p program) wish(id uuid.UUID, start string) map[string]any {
	return map[string]any{
		"id": id, "patient_id": p.c.Ana, "doctor_id": p.c.Salas.Membership, "service_id": p.c.Talk, "start_time": "2026-11-24T" + start + ":00-05:00",
	}
}

var _ = Describe("the agenda's API", Ordered, func() {
	var c *clinic
	var p program
	BeforeAll(func() { c = norte() })
	BeforeEach(func() { c.moment = now; p = c.program(accounts.Receptionist) })

	It("creates once: 201, then 200 with the same, 409 with other content", func() {
		id := newID()
		status, made := p.send("POST", "/api/v1/appointments", p.wish(id, "10:00"))
		Expect(status).To(Equal(http.StatusCreated), "%v", made)
		Expect(made).To(HaveKeyWithValue("id", id.String()))
		for _, field := range []string{"version", "patient_id", "doctor_id", "service_id", "site_id", "resource_id", "start_time", "end_time",
			"status", "arrived_at", "cancel_reason", "overbooked", "needs_reschedule", "notes"} {
			Expect(made).To(HaveKey(field))
		}
		Expect(made).To(HaveKeyWithValue("end_time", "2026-11-24T15:20:00Z"))
		status, again := p.send("POST", "/api/v1/appointments", p.wish(id, "10:00"))
		Expect(status).To(Equal(http.StatusOK))
		Expect(again["version"]).To(Equal(made["version"]))
		status, _ = p.send("POST", "/api/v1/appointments", p.wish(id, "12:00"))
		Expect(status).To(Equal(http.StatusConflict))
		status, taken := p.send("POST", "/api/v1/appointments", p.wish(newID(), "10:10"))
		Expect(status).To(Equal(http.StatusConflict))
		Expect(taken["detail"]).To(ContainSubstring("Libres: 10:20"))
	})

	It("moves with the version that was seen", func() {
		_, made := p.send("POST", "/api/v1/appointments", p.wish(newID(), "11:00"))
		path := "/api/v1/appointments/" + made["id"].(string)
		status, moved := p.send("PATCH", path, map[string]any{"version": 1, "start_time": "2026-11-24T11:30:00-05:00"})
		Expect(status).To(Equal(http.StatusOK), "%v", moved)
		Expect(moved).To(HaveKeyWithValue("end_time", "2026-11-24T16:50:00Z"))
		status, merged := p.send("PATCH", path, map[string]any{"version": 1, "notes": "trae ecografía"})
		Expect(status).To(Equal(http.StatusOK))
		Expect(merged).To(HaveKeyWithValue("version", BeEquivalentTo(3)))
		status, stale := p.send("PATCH", path, map[string]any{"version": 1, "start_time": "2026-11-24T12:30:00-05:00"})
		Expect(status).To(Equal(http.StatusConflict))
		Expect(stale["code"]).To(Equal("stale"))
		status, _ = p.send("GET", path, nil)
		Expect(status).To(Equal(http.StatusOK))
	})

	It("changes states, and undoes", func() {
		_, made := p.send("POST", "/api/v1/appointments", p.wish(newID(), "12:00"))
		path := "/api/v1/appointments/" + made["id"].(string) + "/transitions"
		status, arrived := p.send("POST", path, map[string]any{"to": "arrived"})
		Expect(status).To(Equal(http.StatusOK))
		Expect(arrived["arrived_at"]).To(Equal("2026-11-24T14:00:00Z"))
		Expect(arrived["status"]).To(Equal("scheduled"))
		status, _ = p.send("POST", path, map[string]any{"to": "in_progress"})
		Expect(status).To(Equal(http.StatusForbidden))
		status, _ = p.send("POST", path, map[string]any{"to": "completed"})
		Expect(status).To(Equal(http.StatusConflict))
		status, _ = p.send("POST", path, map[string]any{"to": "cancelled"})
		Expect(status).To(Equal(http.StatusUnprocessableEntity))
		status, cancelled := p.send("POST", path, map[string]any{"to": "cancelled", "reason": "viaje"})
		Expect(status).To(Equal(http.StatusOK))
		Expect(cancelled["cancel_reason"]).To(Equal("viaje"))
		status, back := p.send("DELETE", path, nil)
		Expect(status).To(Equal(http.StatusOK))
		Expect(back["status"]).To(Equal("scheduled"))
	})

	It("lists by pages, each appointment once", func() {
		seen := map[string]bool{}
		cursor := ""
		for range 10 {
			status, part := p.send("GET", "/api/v1/appointments?from=2026-11-24&to=2026-11-24&limit=1&cursor="+cursor, nil)
			Expect(status).To(Equal(http.StatusOK), "%v", part)
			for _, item := range part["items"].([]any) {
				id := item.(map[string]any)["id"].(string)
				Expect(seen).NotTo(HaveKey(id))
				seen[id] = true
			}
			if cursor, _ = part["next"].(string); cursor == "" {
				break
			}
		}
		Expect(seen).To(HaveLen(3))
		_, none := p.send("GET", "/api/v1/appointments?from=2026-11-24&to=2026-11-24&doctor_id="+c.Rojas.Membership.String(), nil)
		Expect(none["items"]).To(BeEmpty())
	})

	It("offers free hours with where they are, by pages", func() {
		path := fmt.Sprintf("/api/v1/availability?service_id=%s&doctor_id=%s&from=2026-12-01&to=2026-12-01", c.Cleaning, c.Salas.Membership)
		status, free := p.send("GET", path, nil)
		Expect(status).To(Equal(http.StatusOK), "%v", free)
		Expect(free["items"]).To(HaveLen(10))
		Expect(free["items"].([]any)[0]).To(Equal(map[string]any{
			"start_time": "2026-12-01T13:00:00Z", "end_time": "2026-12-01T13:30:00Z", "doctor_id": c.Salas.Membership.String(),
			"site_id": c.Site.String(), "resource_id": c.Chair1.String(),
		}))
		_, first := p.send("GET", path+"&limit=6", nil)
		_, second := p.send("GET", path+"&limit=6&cursor="+first["next"].(string), nil)
		Expect(second["items"]).To(HaveLen(4))
		Expect(second["next"]).To(BeEmpty())
	})

	DescribeTable("answers bad input with a problem", func(method, path string, body any, status int) {
		got, content := p.send(method, path, body)
		Expect(got).To(Equal(status), "%v", content)
		Expect(content).To(HaveKey("title"))
	},
		Entry("no days", "GET", "/api/v1/appointments", nil, 422),
		Entry("a day that is none", "GET", "/api/v1/appointments?from=2026-02-30&to=2026-03-01", nil, 422),
		Entry("days backwards", "GET", "/api/v1/appointments?from=2026-03-02&to=2026-03-01", nil, 422),
		Entry("a cursor of nowhere", "GET", "/api/v1/appointments?from=2026-03-01&to=2026-03-01&cursor=abc", nil, 422),
		Entry("too many at once", "GET", "/api/v1/appointments?from=2026-03-01&to=2026-03-01&limit=101", nil, 422),
		Entry("a professional that is no id", "GET", "/api/v1/appointments?from=2026-03-01&to=2026-03-01&doctor_id=x", nil, 422),
		Entry("an id that is none", "GET", "/api/v1/appointments/uno", nil, 404),
		Entry("an unknown id", "GET", "/api/v1/appointments/01890000-0000-7000-8000-000000000001", nil, 404),
		Entry("a change of an unknown one", "PATCH", "/api/v1/appointments/01890000-0000-7000-8000-000000000001", map[string]any{"version": 1}, 404),
		Entry("a change without the version", "PATCH", "/api/v1/appointments/01890000-0000-7000-8000-000000000001", map[string]any{"notes": "x"}, 422),
		Entry("an empty booking", "POST", "/api/v1/appointments", map[string]any{}, 422),
		Entry("ids that are none", "POST", "/api/v1/appointments", map[string]any{"patient_id": "x", "doctor_id": 7, "service_id": true, "start_time": "ayer"}, 422),
		Entry("an unknown state", "POST", "/api/v1/appointments/01890000-0000-7000-8000-000000000001/transitions", map[string]any{"to": "vaporised"}, 422),
		Entry("free hours of no service", "GET", "/api/v1/availability?from=2026-11-24&to=2026-11-24", nil, 422),
		Entry("free hours of a year", "GET", "/api/v1/availability?service_id=01890000-0000-7000-8000-000000000001&from=2026-11-24&to=2027-11-24", nil, 422),
	)

	It("lets the cashier read the day and change nothing", func() {
		cashier := c.program(accounts.Cashier)
		status, list := cashier.send("GET", "/api/v1/appointments?from=2026-11-24&to=2026-11-24", nil)
		Expect(status).To(Equal(http.StatusOK))
		first := list["items"].([]any)[0].(map[string]any)["id"].(string)
		for path, body := range map[string]any{
			"/api/v1/appointments":                           cashier.wish(newID(), "12:40"),
			"/api/v1/appointments/" + first + "/transitions": map[string]any{"to": "confirmed"},
		} {
			status, _ = cashier.send("POST", path, body)
			Expect(status).To(Equal(http.StatusForbidden), path)
		}
	})
})
