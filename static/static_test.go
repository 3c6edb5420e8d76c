//go:build !js

package static_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/static"
)

func TestStatic(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Static")
}

var _ = Describe("The built files", func() {
	It("answers a plain address for what was not built", func() {
		Expect(static.Asset("no-such.css")).To(Equal("/static/no-such.css"))
		Expect(static.Built("no-such.css")).To(BeFalse())
	})

	for _, name := range []string{"app.css", "app.js", "tema.js", "icons.svg", "inter.woff2", "favicon.svg"} {
		It("holds "+name+" under the address of its content, compressed beside it", func() {
			if !static.Built(name) {
				Skip("static/dist is not built: make generate")
			}
			file := strings.TrimPrefix(static.Asset(name), "/static/")
			content, err := fs.ReadFile(static.Dist(), file)
			Expect(err).NotTo(HaveOccurred())
			sum := sha256.Sum256(content)
			Expect(static.Entries()[name].SHA256).To(Equal(base64.StdEncoding.EncodeToString(sum[:])))
			if path.Ext(name) != ".woff2" {
				Expect(fs.Stat(static.Dist(), file+".br")).NotTo(BeNil())
				Expect(fs.Stat(static.Dist(), file+".gz")).NotTo(BeNil())
			}
		})
	}

	It("has no more than 60 kB of script and style on first load", func() {
		total := int64(0)
		for _, name := range []string{"app.css", "app.js", "tema.js"} {
			if !static.Built(name) {
				Skip("static/dist is not built: make generate")
			}
			info, err := fs.Stat(static.Dist(), strings.TrimPrefix(static.Asset(name), "/static/")+".br")
			Expect(err).NotTo(HaveOccurred())
			total += info.Size()
		}
		Expect(total).To(BeNumerically("<=", 60_000))
	})

	It("has every icon that a view names", func() {
		var listed []string
		text, err := os.ReadFile("icons.json")
		Expect(err).NotTo(HaveOccurred())
		Expect(json.Unmarshal(text, &listed)).To(Succeed())
		listed = append(listed, "diente", "chakana")
		named := regexp.MustCompile(`Icon(?:Class)?\("([a-z0-9-]+)"|Icon: +"([a-z0-9-]+)"`)
		for _, root := range []string{"../views", "../modules"} {
			Expect(filepath.WalkDir(root, func(file string, _ fs.DirEntry, err error) error {
				if err != nil || (!strings.HasSuffix(file, ".templ") && !strings.HasSuffix(file, ".go")) || strings.HasSuffix(file, "_templ.go") {
					return err
				}
				source, err := os.ReadFile(file)
				for _, m := range named.FindAllStringSubmatch(string(source), -1) {
					Expect(listed).To(ContainElement(m[1]+m[2]), "%s draws the icon %s, which icons.json does not list", file, m[1]+m[2])
				}
				return err
			})).To(Succeed())
		}
	})

	It("reads days, figures and ids as promised", func() {
		node, err := exec.LookPath("node")
		if err != nil {
			Skip("Node is not on the path")
		}
		sources, err := filepath.Glob("[js][sw]/*js")
		Expect(err).NotTo(HaveOccurred())
		for _, source := range sources { // read here, so that a cached result knows when one changed
			_, err := os.ReadFile(source)
			Expect(err).NotTo(HaveOccurred())
		}
		output, err := exec.Command(node, "--test", "js/typed.test.mjs", "js/red.test.mjs", "js/vault.test.mjs", "sw/store.test.mjs").CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(output))
	})
})
