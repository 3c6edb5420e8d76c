package journeys_test

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

var axe = sync.OnceValues(func() ([]byte, error) {
	return os.ReadFile(filepath.Join(dbtest.Root(), "static", "node_modules", "axe-core", "axe.min.js"))
})

// Axe reports the page's violations of WCAG 2.2 AA, one line each.
func (w *Window) Axe() []string {
	GinkgoHelper()
	script, err := axe()
	Expect(err).NotTo(HaveOccurred())
	if !Eval[bool](w, `"axe" in window`) {
		Eval[chromedp.Void](w, string(script)+";void 0")
	}
	return Eval[[]string](w, `axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa"], resultTypes: ["violations"]}).then(r =>
		r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " — " + (n.any[0]||n.all[0]||n.none[0]||{}).message)))`)
}

const settled = `document.readyState === "complete" && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling") &&
	document.getAnimations().every(a => a.playState !== "running" || a.effect?.getComputedTiming().iterations === Infinity)`

// Settled waits until the page has drawn what it asked for.
func (w *Window) Settled() {
	GinkgoHelper()
	Eventually(func() bool { return evalOr(w, settled, false) }).WithTimeout(pageLimit).Should(BeTrue(), "the page never comes to rest")
}

// Clean expects a page without a console error, a policy report, an axe violation or sideways scrolling, and keeps
// its picture under name and width.
func (w *Window) Clean(name string) {
	GinkgoHelper()
	w.looks(name)
	Expect(w.Problems()).To(BeEmpty(), "the console at "+name)
}

// looks is Clean without the console, which names what a cut line did not bring.
func (w *Window) looks(name string) {
	GinkgoHelper()
	w.Settled()
	w.Shot(name + "-" + strconv.Itoa(w.width))
	Expect(w.Axe()).To(BeEmpty(), "axe at "+name)
	wide := Eval[int](w, `Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)`)
	Expect(wide).To(BeNumerically("<=", w.width), name+" scrolls sideways")
}

// CleanInDark is Clean for the page in the dark theme, as a device that is dark shows it.
func (w *Window) CleanInDark(name string) {
	GinkgoHelper()
	w.inDark(func() { w.Clean(name + "-oscuro") })
}

// looksInDark is looks for the page in the dark theme.
func (w *Window) looksInDark(name string) {
	GinkgoHelper()
	w.inDark(func() { w.looks(name + "-oscuro") })
}

func (w *Window) inDark(check func()) {
	GinkgoHelper()
	prefers := func(scheme string) {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}
		_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		Expect(err).NotTo(HaveOccurred())
	}
	prefers("dark")
	dark := func() bool { return evalOr(w, `document.documentElement.classList.contains("dark")`, false) }
	Eventually(dark).WithTimeout(pageLimit).Should(BeTrue(), "the theme does not follow the device")
	check()
	prefers("light")
	Eventually(dark).WithTimeout(pageLimit).Should(BeFalse())
}
