package journeys_test

import (
	"context"
	"encoding/json"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

// The two sizes every page is seen at.
const (
	deskWidth, deskHeight   = 1366, 768
	phoneWidth, phoneHeight = 390, 844
)

const pageLimit = 20 * time.Second

// Browser is one Chromium window with a profile of its own. Console errors and policy reports are gathered.
type Browser struct {
	ctx      context.Context
	mu       sync.Mutex
	problems []string
}

func chromium() string {
	GinkgoHelper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	for _, path := range []string{"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	Fail("Chrome or Chromium is missing: install one (Debian: apt-get install chromium) and run again")
	return ""
}

// Open starts a browser window of that size; it closes after the spec (or container).
func Open(width, height int) *Browser {
	GinkgoHelper()
	profile, err := os.MkdirTemp("", "hampi-profile-")
	Expect(err).NotTo(HaveOccurred())
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium()), chromedp.UserDataDir(profile), chromedp.WindowSize(width, height),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Headless,
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "es-PE"),
		chromedp.Flag("disable-dev-shm-usage", true))
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(allocator)
	b := &Browser{ctx: ctx}
	Expect(chromedp.Do(ctx)).To(Succeed())
	go b.listen(chromedp.Console(ctx))
	DeferCleanup(func() {
		_ = chromedp.Cancel(ctx)
		endBrowser()
		endAllocator()
		_ = os.RemoveAll(profile)
	})
	b.Do(chromedp.EmulateViewport(int64(width), int64(height)))
	return b
}

func (b *Browser) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil {
			return
		}
		if m.Type != "error" && !m.IsException() {
			continue
		}
		b.mu.Lock()
		b.problems = append(b.problems, m.String())
		b.mu.Unlock()
	}
}

// Problems are the console errors and policy reports so far; reading forgets them.
func (b *Browser) Problems() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := b.problems
	b.problems = nil
	return found
}

// Do runs browser actions, all within the page limit.
func (b *Browser) Do(actions ...chromedp.Action[chromedp.Void]) {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(b.ctx, pageLimit)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Shot("falla")
		Fail(err.Error() + "\nproblems: " + strings.Join(b.Problems(), "\n"))
	}
}

// Go opens an address of the program.
func (b *Browser) Go(address string) {
	GinkgoHelper()
	b.Do(chromedp.Navigate(address))
}

// Eval runs script in the page, waits for its promise and reads its value.
func Eval[T any](b *Browser, script string) T {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(b.ctx, pageLimit)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	Expect(err).NotTo(HaveOccurred(), script)
	return value
}

// Text is what the first element of selector says now, "" without one.
func (b *Browser) Text(selector string) string {
	quoted, _ := json.Marshal(selector)
	ctx, cancel := context.WithTimeout(b.ctx, pageLimit)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(document.querySelector(`+string(quoted)+`)?.innerText ?? "")`))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(text)
}

// See waits until an element of selector says text.
func (b *Browser) See(selector, text string) {
	GinkgoHelper()
	Eventually(func() string { return b.Text(selector) }).WithTimeout(pageLimit).Should(ContainSubstring(text),
		func() string { b.Shot("no-se-ve"); return "in " + selector })
}

// Fill replaces what a field holds.
func (b *Browser) Fill(selector, text string) {
	GinkgoHelper()
	field := chromedp.CSS(selector)
	b.Do(chromedp.WaitVisible(field), chromedp.SetValue(field, ""), chromedp.SendKeys(field, text))
}

// Click presses an element with the mouse.
func (b *Browser) Click(selector string) {
	GinkgoHelper()
	b.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Keys types on the keyboard, wherever the focus is.
func (b *Browser) Keys(keys string) {
	GinkgoHelper()
	b.Do(chromedp.KeyEvent(keys))
}

// Shot keeps a picture of the page in tests/tmp.
func (b *Browser) Shot(name string) {
	ctx, cancel := context.WithTimeout(b.ctx, pageLimit)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return
	}
	dir := filepath.Join(dbtest.Root(), "tests", "tmp")
	if err := os.MkdirAll(dir, 0o755); err == nil {
		_ = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
}

// Axe reports the page's violations of WCAG 2.2 AA, one line each.
func (b *Browser) Axe() []string {
	GinkgoHelper()
	script, err := os.ReadFile(filepath.Join(dbtest.Root(), "static", "node_modules", "axe-core", "axe.min.js"))
	Expect(err).NotTo(HaveOccurred())
	Eval[chromedp.Void](b, string(script)+";void 0")
	return Eval[[]string](b, `axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa"]}).then(r =>
		r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " — " + (n.any[0]||n.all[0]||n.none[0]||{}).message)))`)
}

// Clean expects a page without a console error, a policy report, an axe violation or sideways scrolling.
func (b *Browser) Clean(name string) {
	GinkgoHelper()
	b.Shot(name)
	Expect(b.Axe()).To(BeEmpty(), name)
	Expect(b.Problems()).To(BeEmpty(), name)
	overflow := Eval[bool](b, `document.documentElement.scrollWidth > document.documentElement.clientWidth`)
	Expect(overflow).To(BeFalse(), name+" scrolls sideways")
}

// Fails opens an address that cannot be reached and returns the browser's own error.
func (b *Browser) Fails(address string) string {
	ctx, cancel := context.WithTimeout(b.ctx, pageLimit)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		return err.Error()
	}
	return ""
}
