package architecture_test

import (
	"os"
	"os/exec"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// heavy are packages that the browser build must not carry: the server's own, and what would break its budget.
// html/template is not here because templ itself refers to it (the linker drops it); the program never imports it,
// see the list of tools.
var heavy = []string{
	"gorm.io/", "github.com/jackc/", "github.com/riverqueue/", "riverqueue.com/", "github.com/alexedwards/", "github.com/danielgtaylor/huma",
	"github.com/nyaruka/", "github.com/xuri/", "net/http/httputil", "github.com/tink-crypto/", "github.com/minio/", "golang.org/x/image", "codeberg.org/", "github.com/prometheus/",
	"github.com/wneessen/", "github.com/golang-jwt/", "github.com/go-playground/validator", "golang.org/x/text/language",
	"golang.org/x/text/collate", "golang.org/x/text/encoding", "hampi/modules/platform/database", "hampi/modules/platform/jobs",
	"hampi/modules/platform/mail", "hampi/modules/platform/audit", "hampi/migrations", "hampi/config",
}

// offlineModules are the ones whose rules and views also run in the browser.
var offlineModules = []string{"accounts", "catalog", "patients", "agenda", "billing", "sync"}

// goTool runs the go command for the browser.
func goTool(args ...string) string {
	GinkgoHelper()
	command := exec.Command("go", args...)
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
	var failure strings.Builder
	command.Stderr = &failure
	out, err := command.Output()
	Expect(err).NotTo(HaveOccurred(), failure.String())
	return string(out)
}

// carried are the heavy ones among the dependencies of a package in the browser.
func carried(pkg string) (found []string) {
	GinkgoHelper()
	deps := strings.Fields(goTool("list", "-deps", pkg))
	Expect(len(deps)).To(BeNumerically(">", 20), "%s has no dependencies at all", pkg)
	return heavyAmong(deps)
}

func heavyAmong(deps []string) (found []string) {
	for _, dep := range deps {
		for _, prefix := range heavy {
			if dep == prefix || strings.HasPrefix(dep, strings.TrimSuffix(prefix, "/")+"/") {
				found = append(found, dep)
			}
		}
	}
	return found
}

var _ = Describe("the browser build", func() {
	It("carries nothing of the server", func() { Expect(carried(".")).To(BeEmpty()) })

	It("takes rules, services and views of the offline modules, and compiles", func() {
		build := []string{"build", "-o", os.DevNull, "."}
		for _, module := range offlineModules {
			Expect(carried("./modules/"+module)).To(BeEmpty(), module)
			build = append(build, "./modules/"+module)
		}
		goTool(build...)
	})

	It("would show what it carries", func() {
		for _, dep := range []string{"gorm.io/gorm", "github.com/jackc/pgx/v5/pgxpool", "net/http/httputil", "github.com/nyaruka/phonenumbers", "hampi/modules/platform/database"} {
			Expect(heavyAmong([]string{"fmt", dep, "net/http"})).To(Equal([]string{dep}))
		}
	})
})
