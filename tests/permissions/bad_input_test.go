package permissions_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/web"
)

// rubbish is what no field expects. Each is sent in every field of every form at once.
var rubbish = map[string]string{
	"nothing":        "",
	"spaces":         "   ",
	"too long":       strings.Repeat("á", 20_000),
	"a zero byte":    "a\x00b",
	"broken text":    "\xff\xfe",
	"a number":       "-99999999999999999999",
	"a false date":   "31/02/2999",
	"markup":         `"><script>alert(1)</script>`,
	"a formula":      "=1+1",
	"a statement":    "'; drop table patients; --",
	"an unknown id":  "01900000-0000-7000-8000-000000000000",
	"a list":         "[]",
	"right to left":  "\u202eabc",
	"another's name": "../../etc/passwd",
}

// fields are the names of all form fields of the program.
func fields() []string {
	GinkgoHelper()
	listed, err := exec.Command("git", "-C", dbtest.Root(), "ls-files", "--cached", "--others", "--exclude-standard", "modules/*.go").Output()
	Expect(err).NotTo(HaveOccurred())
	named := regexp.MustCompile(`form:"([\w.]+)`)
	var names []string
	for _, file := range strings.Fields(string(listed)) {
		text, err := os.ReadFile(dbtest.Root() + "/" + file)
		if err != nil {
			continue // deleted in the working tree
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "op_id" })
	Expect(len(names)).To(BeNumerically(">", 30))
	return names
}

// ends are the doors that would end the visit itself.
var ends = []string{"/salir", "/bloqueo", "/mi-cuenta/dispositivos", "/clinica", "/sede"}

var _ = Describe("rubbish", func() {

	for _, email := range []string{"duena@demo.pe", "recepcion@demo.pe"} {
		It("in every field is refused in words and never breaks, for "+email, func() {
			c, names := open(), fields() // of its own: some rubbish is good enough to change something
			v := c.signIn(email)
			own := c.clinicID(insideDemo)
			for _, route := range c.Router.Routes() {
				if route.Method == http.MethodGet || isEnd(route) {
					continue
				}
				address := fill(route.Path, func(query string) string { return c.someID(query, own) })
				for what, value := range rubbish {
					sound(v.send(route.Method, address, every(names, value)), route, what)
				}
				sound(v.sendJSON(route.Method, address, "{\"broken"), route, "broken JSON")
				sound(v.sendJSON(route.Method, address, `{"id":7,"version":"x","document_number":{},"start_time":"ayer","to":["a"]}`), route, "wrong types")
			}
		})
	}

	It("of ten megabytes is refused by its size", func() {
		v := shared.signIn("duena@demo.pe")
		for _, address := range []string{"/pacientes", "/citas", "/api/v1/patients"} {
			r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(`{"first_name":"`+strings.Repeat("a", 10<<20)+`"}`))
			r.Header.Set("Content-Type", map[bool]string{true: "application/json", false: "application/x-www-form-urlencoded"}[strings.HasPrefix(address, "/api")])
			Expect(v.do(r).Code).To(Equal(http.StatusRequestEntityTooLarge), address)
		}
	})

	It("in an address leads to the page of what does not exist", func() {
		v := shared.signIn("caja@demo.pe")
		for _, address := range []string{"/pacientes/7", "/citas/%00", "/pacientes/..%2f..", "/agenda?fecha=ayer&vista=siglo&prof=7&sede=x", "/hoy?fecha=9999-99-99", "/nada"} {
			Expect(v.send(http.MethodGet, address, nil).Code).To(BeNumerically("<", 500), address)
		}
	})
})

// someID is an id of the clinic or, where the demonstration has no such row, of nobody.
func (c clinics) someID(query string, clinic uuid.UUID) string {
	var id uuid.UUID
	if err := c.world.Admin.QueryRow(context.Background(), query, clinic).Scan(&id); err != nil {
		return uuid.NewString()
	}
	return id.String()
}

func isEnd(r web.Route) bool {
	return slices.ContainsFunc(ends, func(e string) bool { return strings.HasPrefix(r.Path, e) })
}

func every(names []string, value string) url.Values {
	form := url.Values{}
	for _, name := range names {
		form.Set(name, value)
	}
	return form
}

// sound holds an answer to what is promised of every one: no failure of ours, and words.
func sound(a *httptest.ResponseRecorder, r web.Route, what string) {
	GinkgoHelper()
	name := r.Method + " " + r.Path + " with " + what
	Expect(a.Code).To(BeNumerically("<", 500), name)
	if a.Code >= http.StatusBadRequest {
		Expect(a.Body.Len()).To(BeNumerically(">", 0), name+" says nothing")
	}
}
