package journeys_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/chromedp/cdproto/emulation"
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

const pageLimit = 12 * time.Second

// Window is a browser of somebody's own: cookies and storage are shared with no other window. Console errors and
// policy reports are gathered.
type Window struct {
	ctx           context.Context
	width, height int
	touch         bool
	number        int64 // of all windows, in the order in which they were opened
	program       *Program
	mu            sync.Mutex
	problems      []string
	allowed       []int
}

var windows atomic.Int64

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

// startBrowser runs the one Chromium whose windows the specs open; it ends with the suite.
func startBrowser() context.Context {
	GinkgoHelper()
	profile, err := dbtest.Scratch("hampi-profile-")
	Expect(err).NotTo(HaveOccurred())
	ctx, end := runBrowser(profile)
	DeferCleanup(func() {
		end()
		_ = os.RemoveAll(profile)
	})
	return ctx
}

// runBrowser starts Chromium on the profile of a folder; end closes it as a person does, so that all is on the disk.
func runBrowser(profile string) (ctx context.Context, end func()) {
	GinkgoHelper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium()), chromedp.UserDataDir(profile), chromedp.WindowSize(deskWidth, deskHeight),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Headless,
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "es-PE"))
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(allocator)
	Expect(chromedp.Do(ctx)).To(Succeed())
	return ctx, func() {
		_ = chromedp.Cancel(ctx)
		endBrowser()
		endAllocator()
	}
}

// Desk opens a window of a desk with keyboard and mouse.
func Desk() *Window {
	GinkgoHelper()
	return open(deskWidth, deskHeight, false)
}

// Phone opens a window of a phone with a touch screen.
func Phone() *Window {
	GinkgoHelper()
	return open(phoneWidth, phoneHeight, true)
}

// open gives somebody a browser of that size; it closes after the spec.
func open(width, height int, touch bool) *Window {
	GinkgoHelper()
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	w := newWindow(ctx, end, width, height, touch)
	w.program = demo
	return w
}

// newWindow prepares a tab for somebody's hands; end closes it after the spec.
func newWindow(ctx context.Context, end func(), width, height int, touch bool) *Window {
	GinkgoHelper()
	Expect(chromedp.Do(ctx)).To(Succeed())
	w := &Window{ctx: ctx, width: width, height: height, touch: touch, number: windows.Add(1)}
	go w.listen(chromedp.Console(ctx))
	DeferCleanup(func() {
		if CurrentSpecReport().Failed() {
			w.Shot(fmt.Sprintf("falla-%s-%d", strings.Join(strings.FieldsFunc(CurrentSpecReport().LeafNodeText, notLetter), "-"), w.number))
			GinkgoWriter.Println("at", w.Where(), "the console said:", w.problemsSoFar())
		}
		end()
	})
	var how []chromedp.EmulateViewportOption
	if touch {
		how = append(how, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	Expect(err).NotTo(HaveOccurred())
	w.Do(chromedp.EmulateViewport(int64(width), int64(height), how...))
	return w
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

func (w *Window) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil {
			return
		}
		if m.Type != "error" && !m.IsException() {
			continue
		}
		w.mu.Lock()
		w.problems = append(w.problems, m.String()+" "+m.URL)
		w.mu.Unlock()
	}
}

func (w *Window) problemsSoFar() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.problems)
}

// Refused says that the next step is meant to be answered with that status: Chrome writes it to the console.
func (w *Window) Refused(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed = append(w.allowed, status)
}

// Problems are the console errors and policy reports so far but the refusals that were meant; reading forgets them.
func (w *Window) Problems() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := slices.DeleteFunc(w.problems, func(line string) bool {
		return slices.ContainsFunc(w.allowed, func(status int) bool {
			return strings.Contains(line, fmt.Sprintf("the server responded with a status of %d ", status))
		})
	})
	w.problems, w.allowed = nil, nil
	return found
}

// Do runs browser actions, all within the page limit.
func (w *Window) Do(actions ...chromedp.Action[chromedp.Void]) {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(w.ctx, pageLimit)
	defer cancel()
	Expect(chromedp.Do(ctx, actions...)).To(Succeed())
}

// Go opens an address of the demonstration, or a whole one.
func (w *Window) Go(address string) {
	GinkgoHelper()
	if strings.HasPrefix(address, "/") {
		address = w.program.URL + address
	}
	w.Do(chromedp.Navigate(address))
}

// Where is the path and query that the window shows.
func (w *Window) Where() string { return evalOr(w, `location.pathname + location.search`, "") }

// At waits until the window shows an address.
func (w *Window) At(path string) {
	GinkgoHelper()
	Eventually(w.Where).WithTimeout(pageLimit).Should(Equal(path))
}

// Eval runs script in the page, waits for its promise and reads its value.
func Eval[T any](w *Window, script string) T {
	GinkgoHelper()
	value, err := eval[T](w, script)
	Expect(err).NotTo(HaveOccurred(), script)
	return value
}

func eval[T any](w *Window, script string) (T, error) {
	ctx, cancel := context.WithTimeout(w.ctx, pageLimit)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// evalOr is Eval for questions asked again and again: between two pages there is no answer.
func evalOr[T any](w *Window, script string, otherwise T) T {
	value, err := eval[T](w, script)
	if err != nil {
		return otherwise
	}
	return value
}

// Shot keeps a picture of the page in tests/tmp.
func (w *Window) Shot(name string) {
	ctx, cancel := context.WithTimeout(w.ctx, pageLimit)
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
