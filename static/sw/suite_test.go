// Package sw tries the service worker in a real browser, with a stand-in for the app.
package sw_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestServiceWorker(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Service worker")
}

const (
	stepLimit = 20 * time.Second
	pollEvery = 50 * time.Millisecond
)

var built string // the folder of the trial's files

var _ = BeforeSuite(func() {
	built = GinkgoT().TempDir()
	node, err := exec.LookPath("node")
	if err != nil {
		Skip("Node is not on the path")
	}
	for _, sources := range []string{"*.js", "testdata/*", "../js/*.js", "../build-worker.mjs"} { // read here, so that a cached result knows when one changed
		files, err := filepath.Glob(sources)
		Expect(err).NotTo(HaveOccurred())
		for _, file := range files {
			_, err := os.ReadFile(file)
			Expect(err).NotTo(HaveOccurred())
		}
	}
	output, err := exec.Command(node, "testdata/build.mjs", built).CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(output))
})

// Browser is one person's browser: a profile of its own.
type Browser struct{ ctx context.Context }

func openBrowser(folder string) (Browser, func()) {
	GinkgoHelper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium()), chromedp.UserDataDir(folder), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Headless,
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-component-update", true))
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(allocator)
	Expect(chromedp.Do(ctx)).To(Succeed())
	return Browser{ctx}, func() {
		_ = chromedp.Cancel(ctx)
		endBrowser()
		endAllocator()
	}
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

// Tab is one tab.
type Tab struct{ ctx context.Context }

func (b Browser) first() Tab { return Tab(b) }

func (b Browser) tab() Tab {
	GinkgoHelper()
	ctx, end := chromedp.NewContext(b.ctx)
	Expect(chromedp.Do(ctx)).To(Succeed())
	DeferCleanup(func() { end() })
	return Tab{ctx}
}

func (t Tab) open(address string) {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(t.ctx, stepLimit)
	defer cancel()
	Expect(chromedp.Do(ctx, chromedp.Navigate(address))).To(Succeed())
}

func evaluate[T any](t Tab, script string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, stepLimit)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

func eval[T any](t Tab, script string) T {
	GinkgoHelper()
	value, err := evaluate[T](t, script)
	Expect(err).NotTo(HaveOccurred(), script)
	return value
}

// text is what an element of that id says; "" while there is none.
func (t Tab) text(id string) func() string {
	return func() string {
		value, err := evaluate[string](t, fmt.Sprintf(`document.getElementById(%q)?.textContent ?? ''`, id))
		if err != nil {
			return ""
		}
		return value
	}
}

// shows waits for an element with that text.
func (t Tab) shows(id, words string) {
	GinkgoHelper()
	Eventually(t.text(id)).WithTimeout(stepLimit).WithPolling(pollEvery).Should(Equal(words))
}

// taken waits until the worker controls the tab, with its helpers ready.
func (t Tab) taken() {
	GinkgoHelper()
	Eventually(func() bool {
		ok, err := evaluate[bool](t, `Boolean(navigator.serviceWorker.controller && window.trial)`)
		return err == nil && ok
	}).WithTimeout(stepLimit).WithPolling(pollEvery).Should(BeTrue())
}

// stopWorkers stops every worker as the browser does with idle ones.
func (t Tab) stopWorkers() {
	GinkgoHelper()
	_, err := chromedp.Call(t.ctx, serviceworker.Enable, cdp.Empty{})
	Expect(err).NotTo(HaveOccurred())
	_, err = chromedp.Call(t.ctx, serviceworker.StopAllWorkers, cdp.Empty{})
	Expect(err).NotTo(HaveOccurred())
}
