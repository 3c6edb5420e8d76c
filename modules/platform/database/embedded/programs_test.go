//go:build !js

package embedded

import (
	"os"
	"path/filepath"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The package from npm", func() {
	var modules, root, library string
	BeforeEach(func() {
		modules = GinkgoT().TempDir()
		root = filepath.Join(modules, "@embedded-postgres", platform())
		library = filepath.Join(root, "native", "lib")
		write(filepath.Join(library, "libpq.so.5.18"), "a library")
		write(programs(filepath.Join(root, "native")).path("postgres"), "a program")
		links(root, "native/lib/libpq.so.5.18", "native/lib/libpq.so.5")
	})

	It("gets the links it could not carry, wherever it is moved to", func() {
		Expect(findPrograms([]string{modules})).To(BeEquivalentTo(filepath.Join(root, "native")))
		Expect(os.Readlink(filepath.Join(library, "libpq.so.5"))).To(Equal("libpq.so.5.18"))
		Expect(os.ReadFile(filepath.Join(library, "libpq.so.5"))).To(BeEquivalentTo("a library"))
	})

	It("keeps the links that are there", func() {
		Expect(os.Symlink("chosen by hand", filepath.Join(library, "libpq.so.5"))).To(Succeed())
		Expect(makeLinks(root)).To(Succeed())
		Expect(os.Readlink(filepath.Join(library, "libpq.so.5"))).To(Equal("chosen by hand"))
	})

	It("is completed by several programs at once", func() {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				defer GinkgoRecover()
				Expect(makeLinks(root)).To(Succeed())
			})
		}
		all.Wait()
	})

	It("makes no link outside of itself", func() {
		links(root, "native/lib/libpq.so.5.18", "../../outside")
		Expect(makeLinks(root)).To(MatchError(ContainSubstring("leaves the package")))
		Expect(filepath.Join(modules, "outside")).NotTo(BeAnExistingFile())
	})

	It("is found in the first folder that has it", func() {
		Expect(findPrograms([]string{GinkgoT().TempDir(), modules})).To(BeEquivalentTo(filepath.Join(root, "native")))
	})
})

func write(name, text string) {
	GinkgoHelper()
	Expect(os.MkdirAll(filepath.Dir(name), 0o755)).To(Succeed())
	Expect(os.WriteFile(name, []byte(text), 0o755)).To(Succeed())
}

func links(root, source, target string) {
	GinkgoHelper()
	write(filepath.Join(root, "native", "pg-symlinks.json"), `[{"source":"`+source+`","target":"`+target+`"}]`)
}
