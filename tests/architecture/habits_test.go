package architecture_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// longestFile is the number of lines after which a file is two.
const longestFile = 450

// readsTheTime are the places that look at the machine's clock. Everybody else is handed a clock or a time.
var readsTheTime = []string{
	"modules/platform/clock/",               // the one reader
	"modules/platform/database/database.go", // GORM wants a function
	"modules/platform/database/embedded/",   // how long a start took, how long to wait for a process
	"modules/platform/web/middleware.go",    // how long an answer took
	"modules/command/",                      // how long a command took
	"main.go",
}

// readsTheEnvironment are the places that look at environment variables.
var readsTheEnvironment = []string{
	"config/", "modules/command/", "main.go",
	"modules/platform/database/embedded/identity.go", // who the process is, for a helper process of its own
}

func length(s source) []string {
	if lines := strings.Count(s.text, "\n"); lines > longestFile {
		return []string{fmt.Sprintf("%d lines; split it by ability", lines)}
	}
	return nil
}

func clocks(s source) (found []string) {
	if s.isTest() || matches(s.path, readsTheTime...) {
		return nil
	}
	for _, name := range s.calls() {
		if slices.Contains([]string{"time.Now", "time.Since", "time.Until"}, name) {
			found = append(found, name+" reads the clock; take a clock.Now or a time")
		}
	}
	return found
}

func environment(s source) (found []string) {
	if s.isTest() || matches(s.path, readsTheEnvironment...) {
		return nil
	}
	for _, name := range s.calls() {
		if slices.Contains([]string{"os.Getenv", "os.LookupEnv", "os.Environ"}, name) {
			found = append(found, name+": settings are read in config")
		}
	}
	return found
}

func sleeps(s source) (found []string) {
	if s.isTest() && slices.Contains(s.calls(), "time.Sleep") {
		found = append(found, "a spec sleeps; wait with Eventually for what it waits for")
	}
	return found
}

func initialisers(s source) (found []string) {
	if s.Go == nil || s.isTest() {
		return nil
	}
	for name := range s.functions() {
		if name == "init" {
			found = append(found, "nothing registers itself: no func init")
		}
	}
	return found
}

// functions are the names of a file's functions (methods left out).
func (s source) functions() map[string]bool {
	names := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^func (\w+)\(`).FindAllStringSubmatch(s.text, -1) {
		names[match[1]] = true
	}
	return names
}

// inline are the ways to write script or style into a page, which the content security policy would block.
var inline = map[string]*regexp.Regexp{
	"an inline style":             regexp.MustCompile(`(?i)[\s"]style\s*=|<style[\s>]|"style"\s*:`),
	"an inline script":            regexp.MustCompile(`(?i)<script(\s*>|\s+[^>]*>\s*\S)`),
	"an inline handler":           regexp.MustCompile(`(?i)\son[a-z]+\s*=\s*["{]`),
	"script that is evaluated":    regexp.MustCompile(`(?i)hx-on|hx-vals\s*=\s*["']js:|javascript:`),
	"templ's own script or style": regexp.MustCompile(`(?m)^(script|css) \w+\(`),
}

func inlined(s source) (found []string) {
	if !strings.HasSuffix(s.path, ".templ") {
		return nil
	}
	text := regexp.MustCompile(`</script>`).ReplaceAllString(s.text, "")
	for n, line := range strings.Split(text, "\n") {
		for what, pattern := range inline {
			if pattern.MatchString(line) {
				found = append(found, fmt.Sprintf("line %d: %s", n+1, what))
			}
		}
	}
	return found
}

func unfinished(s source) (found []string) {
	if strings.HasPrefix(s.path, "tests/architecture/") {
		return nil
	}
	for n, line := range strings.Split(s.text, "\n") {
		if regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`).MatchString(line) {
			found = append(found, fmt.Sprintf("line %d: finish it, or leave it out", n+1))
		}
	}
	return found
}

var _ = Describe("habits", func() {
	It("keep files short", func() { Expect(breaches(length)).To(BeEmpty()) })
	It("hand the time in", func() { Expect(breaches(clocks)).To(BeEmpty()) })
	It("read settings in one place", func() { Expect(breaches(environment)).To(BeEmpty()) })
	It("never sleep in a spec", func() { Expect(breaches(sleeps)).To(BeEmpty()) })
	It("let nothing register itself", func() { Expect(breaches(initialisers)).To(BeEmpty()) })
	It("put no script and no style into pages", func() { Expect(breaches(inlined)).To(BeEmpty()) })
	It("finish what is begun", func() { Expect(breaches(unfinished)).To(BeEmpty()) })

	DescribeTable("would be missed", func(r rule, path, text string) { finds(r, path, text) },
		Entry("short files", rule(length), "modules/x/x.js", strings.Repeat("\n", longestFile+1)),
		Entry("the time in a rule", rule(clocks), "modules/agenda/x.go", "package x\n\nvar now = time.Now\n"),
		Entry("the time in a module called like the clock", rule(clocks), "modules/clock/x.go", "package x\n\nvar d = time.Since(t)\n"),
		Entry("a setting read aside", rule(environment), "modules/agenda/x.go", "package x\n\nvar s = os.Getenv(\"X\")\n"),
		Entry("a sleep", rule(sleeps), "modules/agenda/x_test.go", "package x\n\nfunc f() { time.Sleep(1) }\n"),
		Entry("an init", rule(initialisers), "modules/agenda/x.go", "package x\n\nfunc init() {}\n"),
		Entry("a style", rule(inlined), "views/x.templ", `<div style="top: 1px">`),
		Entry("a style from Go", rule(inlined), "views/x.templ", `<div style={ s }>`),
		Entry("a style among attributes", rule(inlined), "views/x.templ", `templ.Attributes{"style": s}`),
		Entry("a style block", rule(inlined), "views/x.templ", `<style>`),
		Entry("a script", rule(inlined), "views/x.templ", `<script>alert(1)</script>`),
		Entry("a script with a type", rule(inlined), "views/x.templ", `<script type="module">alert(1)</script>`),
		Entry("a handler", rule(inlined), "views/x.templ", `<a onclick="f()">`),
		Entry("a handler of htmx", rule(inlined), "views/x.templ", `<a hx-on:click="f()">`),
		Entry("a script of templ", rule(inlined), "views/x.templ", `script f() {`),
	)

	It("would let a page load its script", func() {
		allows(inlined, "views/x.templ", `<script src={ static.Asset("app.js") } defer></script>`)
	})
})
