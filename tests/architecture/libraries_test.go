package architecture_test

import (
	"path"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// tool is a library, or a part of Go's own, with the files in which it may appear. Patterns of file names hold for
// every module; those with a slash for the whole path.
type tool struct {
	name       string
	prefixes   []string
	in         []string
	serverOnly bool // and only in files that the browser build leaves out
}

// wholeHouse are the parts that every server library may stand in.
var wholeHouse = []string{"modules/platform/", "modules/modules.go", "modules/command/", "migrations/"}

var tools = []tool{
	{
		name: "the database", prefixes: []string{"gorm.io/", "github.com/jackc/", "github.com/go-gormigrate/", "database/sql", "hampi/modules/platform/database"},
		in: append([]string{
			"store_postgres*.go", "*_store.go", "*jobs*.go", "api*.go",
			// Signing in, registering and inviting go through the system's door, whose argument is a transaction.
			"modules/accounts/",
			// Its nouns are others'; its one store asks PostgreSQL, and the browser has none of it.
			"modules/settings/store.go",
			// The roof hands the opened database around; seeds write through it.
			"modules/*.go",
		}, wholeHouse...), serverOnly: true,
	},
	{
		name: "the job queue", prefixes: []string{"github.com/riverqueue/", "riverqueue.com/", "hampi/modules/platform/jobs"},
		in: append([]string{"*jobs*.go", "*events*.go", "modules/accounts/*_service.go", "modules/accounts/surroundings.go", "modules/accounts/signin*.go", "modules/*.go"}, wholeHouse...), serverOnly: true,
	},
	{
		name: "Echo", prefixes: []string{"github.com/labstack/echo"},
		in: []string{"modules/*/*.go", "modules/hce/*/*.go", "modules/billing/*/*.go", "modules/platform/web/", "modules/platform/offline/", "modules/*.go"}, // which files of a module: see rooms
	},
	{name: "huma", prefixes: []string{"github.com/danielgtaylor/huma"}, in: []string{"*api*.go", "modules/platform/web/", "modules/*.go"}, serverOnly: true},
	{
		name: "sessions", prefixes: []string{"github.com/alexedwards/scs"},
		in: []string{"modules/platform/web/", "modules/accounts/s*.go", "modules/accounts/lock*.go", "modules/modules.go"}, serverOnly: true,
	},
	{name: "password hashing", prefixes: []string{"github.com/alexedwards/argon2id", "golang.org/x/crypto"}, in: []string{"modules/accounts/"}, serverOnly: true},
	{name: "encryption", prefixes: []string{"github.com/tink-crypto/"}, in: []string{"modules/platform/pii/", "modules/platform/files/"}, serverOnly: true},
	{name: "the file store", prefixes: []string{"github.com/minio/"}, in: []string{"modules/platform/files/"}, serverOnly: true},
	{name: "large pictures", prefixes: []string{"golang.org/x/image"}, in: []string{"modules/platform/files/", "modules/platform/paper/"}, serverOnly: true},
	{name: "mail", prefixes: []string{"github.com/wneessen/"}, in: []string{"modules/platform/mail/"}, serverOnly: true},
	{name: "metrics", prefixes: []string{"github.com/prometheus/"}, in: []string{"modules/platform/web/", "modules/command/", "modules/modules.go"}, serverOnly: true},
	{name: "phone tables", prefixes: []string{"github.com/nyaruka/"}, in: []string{"modules/platform/pii/", "modules/patients/"}, serverOnly: true},
	{name: "spreadsheets", prefixes: []string{"github.com/xuri/"}, in: []string{"*import*.go", "*export*.go", "*sheet*.go", "*file*.go"}, serverOnly: true},
	{name: "big text tables", prefixes: []string{"golang.org/x/text"}, in: []string{"*import*.go", "*generate*.go", "modules/accounts/password.go"}, serverOnly: true},
	{name: "the way to SUNAT", prefixes: []string{"hampi/modules/billing/nubefact"}, in: []string{"modules/*.go"}, serverOnly: true}, // billing itself knows an Emitter
	{name: "another language of templates", prefixes: []string{"html/template", "text/template"}, in: nil},
	{name: "running programs", prefixes: []string{"os/exec"}, in: []string{"modules/platform/database/embedded/", "modules/platform/offline/lean/"}},
}

// libraries objects to a library outside of the rooms that are made for it.
func libraries(s source) (found []string) {
	if s.Go == nil || s.isTest() {
		return nil
	}
	for _, imported := range s.imports() {
		for _, t := range tools {
			if !t.is(imported) || folderOf(s.path) == strings.TrimPrefix(imported, "hampi/") {
				continue
			}
			if !matches(path.Base(s.path), t.in...) && !matches(s.path, t.in...) {
				found = append(found, t.name+" has no place here: "+imported)
			} else if t.serverOnly && !s.serverOnly() {
				found = append(found, t.name+" needs //go:build !js: "+imported)
			}
		}
	}
	return found
}

func (t tool) is(imported string) bool {
	for _, prefix := range t.prefixes {
		if imported == prefix || strings.HasPrefix(imported, strings.TrimSuffix(prefix, "/")+"/") || strings.HasSuffix(prefix, "/") && strings.HasPrefix(imported, prefix) {
			return true
		}
	}
	return false
}

// rooms keeps frameworks out of the rooms of every module where the rules live, by name, whoever the module is.
func rooms(s source) (found []string) {
	if s.Go == nil || s.isTest() || !strings.HasPrefix(s.path, "modules/") || matches(s.path, "modules/platform/", "modules/command/", "modules/*.go") {
		return nil
	}
	name := path.Base(s.path)
	part, _ := partOf(folderOf(s.path))
	nouns := name == part+".go" && part != "settings" // has no nouns of its own: that file is the frame of its pages
	isRoom := nouns || matches(name, "service*.go", "store.go", "*_service.go", "*_store.go", "store_*.go")
	for _, imported := range s.imports() {
		if isRoom && matches(imported, "github.com/labstack/", "github.com/a-h/", "net/http", "github.com/danielgtaylor/", "hampi/modules/platform/web") {
			found = append(found, "HTTP has no place in "+name+": "+imported)
		}
	}
	return found
}

var _ = Describe("libraries", func() {
	It("appear only in the rooms made for them", func() { Expect(breaches(libraries)).To(BeEmpty()) })
	It("leave rules, services and stores free of HTTP", func() { Expect(breaches(rooms)).To(BeEmpty()) })

	DescribeTable("would be seen", func(path, imported string) {
		finds(libraries, path, "//go:build !js\n\npackage x\n\nimport _ \""+imported+"\"\n")
	},
		Entry("SQL in a service", "modules/agenda/service_day.go", "gorm.io/gorm"),
		Entry("SQL in routes", "modules/patients/routes.go", "hampi/modules/platform/database"),
		Entry("SQL in a view", "views/shell.go", "database/sql"),
		Entry("Echo in a view", "views/shell.go", "github.com/labstack/echo/v4"),
		Entry("Echo deep in the platform", "modules/platform/pii/vault.go", "github.com/labstack/echo/v4"),
		Entry("a job in a store", "modules/agenda/store_postgres.go", "github.com/riverqueue/river"),
		Entry("huma in routes", "modules/agenda/routes.go", "github.com/danielgtaylor/huma/v2"),
		Entry("keys outside of pii", "modules/patients/store_postgres.go", "github.com/tink-crypto/tink-go/v2/aead"),
		Entry("the provider in a rule of billing", "modules/billing/service.go", "hampi/modules/billing/nubefact"),
		Entry("templates of another kind", "modules/patients/routes.go", "html/template"),
	)

	It("would be seen in a file of the browser's", func() {
		finds(libraries, "modules/agenda/store_postgres.go", "package x\n\nimport _ \"gorm.io/gorm\"\n")
		allows(libraries, "modules/agenda/store_postgres.go", "//go:build !js\n\npackage x\n\nimport _ \"gorm.io/gorm\"\n")
	})

	DescribeTable("would be seen where the rules live", func(path, imported string) {
		finds(rooms, path, "package x\n\nimport _ \""+imported+"\"\n")
	},
		Entry(nil, "modules/agenda/agenda.go", "net/http"),
		Entry(nil, "modules/agenda/service_day.go", "github.com/labstack/echo/v4"),
		Entry(nil, "modules/accounts/people_service.go", "hampi/modules/platform/web"),
		Entry(nil, "modules/agenda/store_postgres_days.go", "github.com/labstack/echo/v4/middleware"),
	)
})
