package architecture_test

import (
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// mayImport is the house plan, bottom up (DESIGN §2): what a part of the program may import of the rest. A module
// means its root package, and its own subpackages. "platform" stands for every package below modules/platform.
var mayImport = map[string][]string{
	"config":     {},
	"static":     {},
	"views":      {"static"},
	"migrations": {"platform"},
	"platform":   {"platform", "views", "static"},
	"accounts":   {"platform", "views", "static"},
	"catalog":    {"platform", "views", "static", "accounts"},
	"patients":   {"platform", "views", "static", "accounts", "catalog"},
	"agenda":     {"platform", "views", "static", "accounts", "catalog", "patients"},
	"hce":        {"platform", "views", "static", "accounts", "catalog", "patients"},
	"billing":    {"platform", "views", "static", "accounts", "catalog", "patients", "agenda", "hce"},
	"settings":   {"platform", "views", "static", "accounts", "catalog", "patients", "agenda", "hce"},
	"sync":       {"platform", "views", "static", "accounts", "catalog", "patients", "agenda", "hce"},
	"demo":       {"platform", "accounts", "catalog", "patients", "agenda", "hce", "billing"}, // invented clinics, written through the services
	"modules":    {"platform", "views", "static", "config", "accounts", "catalog", "patients", "agenda", "hce", "billing", "settings", "sync", "demo"},
	"command":    {"platform", "config", "migrations", "modules", "demo", "accounts", "catalog", "patients", "agenda", "hce", "settings", "sync", "static"},
	"main":       {"command", "modules", "platform"},
}

// exceptions are explained one by one.
var importExceptions = map[string][]string{
	"modules/platform/database/dbtest": {"migrations"}, // specs need a migrated database
	"modules/demo":                     {"billing"},    // prices and fees have rooms of their own, which the demonstration fills
	"modules/command":                  {"tests"},      // the demonstration sends its documents to the stand-in for NubeFact
}

// partOf is the name in mayImport of a folder or an import path (without "hampi/"), and whether it is a root package.
func partOf(folder string) (part string, isRoot bool) {
	words := strings.Split(folder, "/")
	switch {
	case folder == "" || folder == ".":
		return "main", true
	case words[0] != "modules":
		return words[0], len(words) == 1
	case len(words) == 1:
		return "modules", true
	case words[1] == "platform":
		return "platform", true
	}
	return words[1], len(words) == 2
}

func folderOf(path string) string {
	folder, _, found := cutLast(path, "/")
	if !found {
		return ""
	}
	return folder
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// storeys objects to an import that goes up, sideways or past a module's front door.
func storeys(s source) (found []string) {
	if s.Go == nil || strings.HasPrefix(s.path, "tests/") {
		return nil
	}
	folder := folderOf(s.path)
	part, _ := partOf(folder)
	allowed, known := mayImport[part]
	if !known {
		return []string{"the part " + part + " has no storey yet; give it one in mayImport"}
	}
	for _, path := range s.imports() {
		inside, ours := strings.CutPrefix(path, "hampi")
		if !ours || (inside != "" && inside[0] != '/') {
			continue
		}
		target, isRoot := partOf(strings.TrimPrefix(inside, "/"))
		switch {
		case slices.Contains(importExceptions[folder], target), target == part && part != "main":
		case strings.HasSuffix(s.path, "_test.go") && strings.HasPrefix(inside, "/tests/fakes/"): // what plays the world outside
		case !slices.Contains(allowed, target):
			found = append(found, part+" must not import "+path)
		case !isRoot && part != "modules": // the roof joins what a large module has in rooms of its own
			found = append(found, "goes past the front door of "+target+": "+path)
		}
	}
	return found
}

var _ = Describe("the storeys", func() {
	It("are kept by every import", func() { Expect(breaches(storeys)).To(BeEmpty()) })

	It("know no part that is not there", func() {
		here := map[string]bool{"main": true}
		for _, s := range house {
			part, _ := partOf(folderOf(s.path))
			here[part] = true
		}
		for part := range mayImport {
			Expect(here).To(HaveKey(part))
		}
	})

	DescribeTable("would show", func(path, imported string) {
		finds(storeys, path, "package x\n\nimport _ \""+imported+"\"\n")
	},
		Entry("an import that goes up", "modules/patients/x.go", "hampi/modules/agenda"),
		Entry("a platform that knows a clinic word", "modules/platform/web/x.go", "hampi/modules/accounts"),
		Entry("views that know a module", "views/x.go", "hampi/modules/platform/web"),
		Entry("a way past the front door", "modules/agenda/x.go", "hampi/modules/catalog/generate"),
		Entry("a module that imports the roof", "modules/agenda/x.go", "hampi/modules"),
		Entry("a module that reads settings by itself", "modules/accounts/x.go", "hampi/config"),
		Entry("a module without a storey", "modules/horoscope/x.go", "fmt"),
		Entry("the schema in a module", "modules/patients/x.go", "hampi/migrations"),
		Entry("a fake in the product", "modules/billing/x.go", "hampi/tests/fakes/nubefact"),
		Entry("a clinic that knows who takes its documents to SUNAT", "modules/agenda/x.go", "hampi/modules/billing/nubefact"),
	)

	It("would let pass what stands lower", func() {
		allows(storeys, "modules/agenda/x.go", "package x\n\nimport _ \"hampi/modules/patients\"\n")
		allows(storeys, "modules/agenda/x.go", "package x\n\nimport _ \"github.com/google/uuid\"\n")
		allows(storeys, "modules/billing/x_test.go", "package x\n\nimport _ \"hampi/tests/fakes/nubefact\"\n")
	})
})
