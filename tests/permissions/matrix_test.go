package permissions_test

import (
	"fmt"
	"os"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/web"
)

// seats are the roles and the one combination that clinics use most.
var seats = []struct {
	name  string
	roles []accounts.Role
}{
	{"profesional", []accounts.Role{accounts.Doctor}},
	{"asistente", []accounts.Role{accounts.Assistant}},
	{"recepción", []accounts.Role{accounts.Receptionist}},
	{"caja", []accounts.Role{accounts.Cashier}},
	{"admin", []accounts.Role{accounts.ClinicAdmin}},
	{"admin+prof", []accounts.Role{accounts.ClinicAdmin, accounts.Doctor}},
	{"plataforma", []accounts.Role{accounts.SuperAdmin}},
}

const golden = "testdata/matrix.golden.txt"

var _ = Describe("who may go where", func() {
	It("is what people reviewed", func() {
		table := matrix()
		if os.Getenv("HAMPI_TEST_REVIEW") != "" {
			Expect(os.WriteFile(golden, []byte(table), 0o644)).To(Succeed())
		}
		reviewed, err := os.ReadFile(golden)
		Expect(err).NotTo(HaveOccurred())
		Expect(table).To(Equal(string(reviewed)), "review the change, then: HAMPI_TEST_REVIEW=1 go test ./tests/permissions")
	})

	It("names no door that is open to nobody", func() {
		for _, line := range strings.Split(strings.TrimSpace(matrix()), "\n")[1:] {
			Expect(line).To(MatchRegexp(`sí|público`))
		}
	})
})

// matrix is one line a route: what it asks, and which seats may come in.
func matrix() string {
	routes := shared.Router.Routes()
	slices.SortFunc(routes, func(a, b web.Route) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	var b strings.Builder
	fmt.Fprintf(&b, "%-70s %-20s", "route", "permission")
	for _, s := range seats {
		fmt.Fprintf(&b, " %-11s", s.name)
	}
	b.WriteString("\n")
	for _, route := range routes {
		fmt.Fprintf(&b, "%-70s %-20s", route.Method+" "+route.Path, asked(route))
		for _, s := range seats {
			fmt.Fprintf(&b, " %-11s", enters(route, s.roles))
		}
		b.WriteString("\n")
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func asked(r web.Route) string {
	switch {
	case r.Public:
		return "público"
	case r.SignedIn:
		return "con cuenta"
	}
	return string(r.Permission)
}

func enters(r web.Route, roles []accounts.Role) string {
	if r.Public || r.SignedIn || accounts.PermissionsOf(roles)[r.Permission] {
		return "sí"
	}
	return "–"
}
