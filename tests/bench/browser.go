//go:build !js

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

const (
	coldTarget       = 500 * time.Millisecond
	unlockTarget     = 400 * time.Millisecond
	warmTarget       = 30 * time.Millisecond
	deviceFindTarget = 10 * time.Millisecond

	browserLimit = 10 * time.Minute
	pageLimit    = 60 * time.Second
	coldStarts   = 9
	warmPages    = 40
	slowed       = 4 // the processor is held to this part of its speed
)

// measureBrowser prepares a browser with a clinic's patients, stops the server, and times what the browser answers
// alone; then the same with the processor held to a quarter.
func measureBrowser(ctx context.Context, to io.Writer, o options) (err error) {
	path := chromium()
	if path == "" || o.missing() {
		fmt.Fprintln(to, "Without connection: not measured without Chromium and the built program (make build browser).")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, browserLimit)
	defer cancel()
	b, err := openBrowser(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	rows, err := b.carry(ctx, o)
	if err != nil {
		return fmt.Errorf("prepare a browser: %w", err)
	}
	fmt.Fprintf(to, "\nA browser without the server, %d rows in its store, ms%s:\n", rows, busyness())
	whole, err := b.figures()
	if err != nil {
		return err
	}
	quarter, err := b.slowed(ctx, b.figures)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tp50\tp95\tquarter p50\tp95\t\t")
	for i, f := range whole {
		held := "–\t–"
		if len(quarter) > i {
			held = ms(quarter[i].took.at(0.5)) + "\t" + ms(quarter[i].took.at(0.95))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", f.name, ms(f.took.at(0.5)), ms(f.took.at(0.95)), held, verdict(f.took.at(0.5), f.target))
	}
	return t.Flush()
}

func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
	if _, err := os.Stat(mac); err == nil {
		return mac
	}
	return ""
}

// browser is a Chromium with a profile of its own and one tab.
type browser struct {
	tab     context.Context
	profile string
	address string
	ends    []func()
}

func openBrowser(ctx context.Context, path string) (*browser, error) {
	profile, err := os.MkdirTemp("", "hampi-bench-")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.WindowSize(1366, 768), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Headless, chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "es-PE"))
	allocator, endAllocator := chromedp.NewExecAllocator(ctx, options...)
	tab, endTab := chromedp.NewContext(allocator)
	b := &browser{tab: tab, profile: profile, ends: []func(){endTab, endAllocator}}
	if err := chromedp.Do(tab); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), b.close())
	}
	return b, nil
}

func (b *browser) close() error {
	_ = chromedp.Cancel(b.tab) // whether it ends well or is ended: the profile goes
	for _, end := range b.ends {
		end()
	}
	return os.RemoveAll(b.profile)
}

func (b *browser) open(path string) error {
	ctx, cancel := context.WithTimeout(b.tab, pageLimit)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(b.address+path)); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	return nil
}

// asked runs an expression in the page and reads what its promise gives.
func asked[T any](b *browser, script string) (T, error) {
	ctx, cancel := context.WithTimeout(b.tab, pageLimit)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		return value, fmt.Errorf("run %.80q in the page: %w", script, err)
	}
	return value, nil
}

// until asks again and again until the page says yes; between two pages it says nothing.
func (b *browser) until(what, script string) error {
	end := time.Now().Add(2 * pageLimit)
	for time.Now().Before(end) && b.tab.Err() == nil {
		if yes, err := asked[bool](b, script); err == nil && yes {
			return nil
		}
		select {
		case <-b.tab.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
	shown, _ := asked[string](b, `location.href + "\n" + document.body.innerText.slice(0, 500)`) // whatever can be had
	return fmt.Errorf("the browser never came so far: %s; it shows %s", what, shown)
}

// worker asks the service worker as pages do (static/js/worker.js).
const worker = `const worker = (type, data = {}) => new Promise((resolve, reject) => {
	const { port1, port2 } = new MessageChannel()
	port1.onmessage = ({ data }) => { port1.close(); data.error ? reject(new Error(data.error.message)) : resolve(data.value) }
	navigator.serviceWorker.controller.postMessage({ ...data, type }, [port2])
});`

// carry signs in at the running program, lets everything arrive, and stops the program. It tells how many rows the
// browser keeps.
func (b *browser) carry(ctx context.Context, o options) (rows int, err error) {
	program, err := startProgram(ctx, o)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, program.stop()) }()
	b.address = program.address
	if err := b.open("/ingresar"); err != nil {
		return 0, err
	}
	reception := clinicOf(carriedClinic).reception()
	email, _ := json.Marshal(reception.email)
	secretWord, _ := json.Marshal(password)
	for _, step := range []struct{ what, script string }{
		{"a service worker", `navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))`},
		{"the form", fmt.Sprintf(`(() => {
			const form = document.querySelector("#ingreso form")
			form.elements.namedItem("email").value = %s
			form.elements.namedItem("password").value = %s
			form.requestSubmit()
			return true
		})()`, email, secretWord)},
		{"signed in", `!location.pathname.startsWith("/ingresar") && document.readyState === "complete" && Boolean(navigator.serviceWorker.controller)`},
		{"everything downloaded", `(async () => {` + worker + `
			const state = await worker("sync", { hasty: true })
			return state.key && state.online && !state.more && !state.failed
		})()`},
	} {
		if err := b.until(step.what, step.script); err != nil {
			return 0, err
		}
	}
	rows, err = asked[int](b, `(async () => {`+worker+`
		const { profile } = await worker("state")
		const db = await new Promise((resolve, reject) => {
			const opening = indexedDB.open("hampi-" + profile.replace(".", "-"))
			opening.onsuccess = () => resolve(opening.result)
			opening.onerror = () => reject(opening.error)
		})
		const counting = db.transaction("rows").objectStore("rows").count()
		return new Promise((resolve) => { counting.onsuccess = () => { db.close(); resolve(counting.result) } })
	})()`)
	if err == nil && rows < clinicOf(carriedClinic).patients {
		err = fmt.Errorf("only %d rows came", rows)
	}
	return rows, err
}

// figure is one thing that is timed.
type figure struct {
	name   string
	target time.Duration
	took   times
}

// figures times everything once.
func (b *browser) figures() ([]figure, error) {
	var all []figure
	for _, f := range []struct {
		figure
		time func() (times, error)
	}{
		{figure{name: "stopped worker to first page", target: coldTarget}, b.coldStarts},
		{figure{name: "unlock, key from the password included", target: unlockTarget}, b.unlocks},
		{figure{name: "agenda of a day, warm", target: warmTarget}, func() (times, error) { return b.warm(agendaPage(), "/citas/") }},
		{figure{name: "register of patients, warm", target: warmTarget}, func() (times, error) { return b.warm(registerPage, "/pacientes/") }},
		{figure{name: "search as one types", target: deviceFindTarget}, func() (times, error) { return b.warm(searchPage, "/pacientes/") }},
		{figure{name: "diagnosis as one types", target: deviceCodesTarget}, func() (times, error) { return b.warm(diagnosisPage, "data-valor") }},
	} {
		took, err := f.time()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		slices.Sort(took)
		f.took = took
		all = append(all, f.figure)
	}
	return all, nil
}

// coldStarts navigate with the worker stopped, as after a pause or at a browser's start, until the page stands.
func (b *browser) coldStarts() (times, error) {
	if err := b.open("/agenda"); err != nil { // from here on the worker knows that the server is away
		return nil, err
	}
	var all times
	for range coldStarts {
		if err := b.settle(); err != nil {
			return nil, err
		}
		if _, err := chromedp.Call(b.tab, serviceworker.Enable, cdp.Empty{}); err != nil {
			return nil, fmt.Errorf("reach the service worker: %w", err)
		}
		if _, err := chromedp.Call(b.tab, serviceworker.StopAllWorkers, cdp.Empty{}); err != nil {
			return nil, fmt.Errorf("stop the service worker: %w", err)
		}
		if err := b.open("/agenda"); err != nil {
			return nil, err
		}
		if err := b.until("the page is drawn", `document.readyState === "complete" && performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd > 0`); err != nil {
			return nil, err
		}
		took, err := asked[float64](b, ownPage+`own() ? performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd : -1`)
		if err != nil {
			return nil, err
		}
		if took < 0 {
			return nil, errors.New("the agenda is not drawn without the server")
		}
		all = append(all, inMS(took))
	}
	return all, nil
}

// ownPage tells whether the page is drawn with its content, not the lock in its place.
const ownPage = `const own = () => Boolean(document.querySelector("#contenido")) && !document.querySelector("form[data-desbloqueo]");`

// settle waits until the page has taken the key over: the next worker gets it from there.
func (b *browser) settle() error {
	_, err := asked[bool](b, `(async () => {`+worker+`
		await worker("hello")
		await new Promise((resolve) => setTimeout(resolve, 300))
		return true
	})()`)
	return err
}

func inMS(took float64) time.Duration { return time.Duration(took * float64(time.Millisecond)) }

// unlocks lock the page and time from the password to the page that is back.
func (b *browser) unlocks() (times, error) {
	word, err := json.Marshal(password)
	if err != nil {
		return nil, err
	}
	var all times
	for range coldStarts {
		if err := b.settle(); err != nil {
			return nil, err
		}
		if _, err := asked[bool](b, `(async () => {`+worker+`await worker("lock"); return true})()`); err != nil {
			return nil, err
		}
		if err := b.until("the lock's form", `document.querySelector("form[data-desbloqueo]")?.elements.namedItem("perfil").value > ""`); err != nil {
			return nil, err
		}
		took, err := asked[float64](b, fmt.Sprintf(`new Promise((resolve, reject) => {
			const form = document.querySelector("form[data-desbloqueo]")
			form.elements.namedItem("password").value = %s
			const began = performance.now()
			document.addEventListener("desbloqueado", () => resolve(performance.now() - began), { once: true })
			setTimeout(() => reject(new Error(document.body.innerText)), 30_000)
			form.requestSubmit()
		})`, word))
		if err != nil {
			return nil, err
		}
		all = append(all, inMS(took))
	}
	return all, nil
}

// agendaPage asks for a day on which the clinic works.
func agendaPage() string {
	tomorrow := time.Now().In(lima).AddDate(0, 0, 1).Format(time.DateOnly)
	open := days()
	i := slices.IndexFunc(open, func(d time.Time) bool { return d.Format(time.DateOnly) >= tomorrow })
	return fmt.Sprintf(`["/agenda?fecha=%s", { headers: { "HX-Request": "true" } }]`, open[max(i, 0)].Format(time.DateOnly))
}

// What is asked for again and again: an expression over n that gives the arguments of fetch.
const (
	registerPage = `["/pacientes", { headers: { "HX-Request": "true" } }]`
	searchPage   = `["/pacientes/buscar", { method: "POST", body: new URLSearchParams({ q: ["qui", "hua ma", "rojas", "flores", "ped", "1000"][n % 6] }),
		headers: { "HX-Request": "true", "X-Vivo": "1" } }]`
	diagnosisPage = `["/diagnosticos/buscar", { method: "POST", headers: { "HX-Request": "true" },
		body: new URLSearchParams({ q: ["caries", "muela pic", "hta", "conjuntibitis alerjica", "periodontitis cron", "k02"][n % 6] }) }]`
)

// warm asks the worker for a page that holds something again and again, as the page itself sees it.
func (b *browser) warm(question, something string) (times, error) {
	found, err := asked[[]float64](b, fmt.Sprintf(`(async () => {
		const took = []
		for (let n = 0; n < %d; n++) {
			const began = performance.now()
			const answer = await fetch(...%s)
			const text = await answer.text()
			const now = performance.now()
			if (answer.status !== 200 || !answer.headers.has("X-Hampi-Equipo") || !text.includes("%s")) throw new Error("answered with " + answer.status)
			if (n >= 5) took.push(now - began)
		}
		return took
	})()`, warmPages+5, question, something))
	var all times
	for _, t := range found {
		all = append(all, inMS(t))
	}
	return all, err
}
