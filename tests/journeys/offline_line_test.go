package journeys_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	readPatience = 2 * time.Second         // until a silent server counts as absent
	drawing      = 3 * time.Second         // what a loaded processor may add to start the app and draw its page
	atOnce       = 1500 * time.Millisecond // less than a silent server would cost
)

// took is how long something lasted.
func took(do func()) time.Duration {
	began := time.Now()
	do()
	return time.Since(began)
}

// drawnHere tells whether the device itself drew the page that the window shows.
func (w *Window) drawnHere() bool {
	GinkgoHelper()
	return Eval[bool](w, `document.querySelector(".de-este-equipo") !== null`)
}

// foundOnServer is how many patients of a name somebody finds who is at the server.
func foundOnServer(name string) int {
	GinkgoHelper()
	w := Desk()
	signIn(w, "admin@demo.pe")
	return Eval[int](w, `fetch("/api/v1/patients?q=`+name+`").then((r) => r.json()).then((found) => found.items.length)`)
}

var _ = Describe("a line that fails", func() {
	It("in the middle of a registration leaves one patient, not two", func() {
		line := NewLine(demo)
		w := NewDevice(line.through(demo)).Desk()
		signInByHand(w, "triaje@demo.pe")
		w.upToDate()
		register := func(who somebody, cut bool) {
			w.Go("/pacientes/nuevo")
			fillPatient(w, who)
			line.LoseAnswer("/pacientes", cut)
			w.Follow("button[type=submit]", "Registrar")
			w.See("h2", who.listed())
		}
		again := somebody{freshDNI(), "Otra Vez", "Repreguntada", "Sola", "240188", "Femenino", freshPhone()}
		register(again, false)
		Expect(line.Arrived("/pacientes")).To(Equal(2), "the browser itself asks again on a connection that ends without an answer")
		Expect(foundOnServer(again.Paternal)).To(Equal(1))

		once := somebody{freshDNI(), "Una Vez", "Cortadaenmedio", "Sola", "240188", "Femenino", freshPhone()}
		register(once, true)
		Expect(line.Arrived("/pacientes")).To(Equal(3))
		Expect(foundOnServer(once.Paternal)).To(Equal(1), "it was carried out")
		Expect(w.drawnHere()).To(BeTrue())
		w.See("[data-red]", "1 por enviar")
		sent := line.Arrived("/api/v1/sync")
		line.Mend()
		w.upToDate()
		Expect(line.Arrived("/api/v1/sync")).To(BeNumerically(">", sent))
		Expect(line.Arrived("/pacientes")).To(Equal(3))
		Expect(foundOnServer(once.Paternal)).To(Equal(1), "the same operation came again")
		w.Go("/sincronizacion")
		w.See("[data-red]", "En línea")
		Expect(w.worker()).To(And(HaveField("Conflicts", 0), HaveField("Attention", 0)))
	})

	It("turns to the device when the server is silent, not when it is slow, and back by itself", func() {
		line := NewLine(demo)
		w := NewDevice(line.through(demo)).Desk()
		signInByHand(w, "duena@demo.pe")
		w.upToDate()
		w.Go("/pacientes")

		line.Slow()
		for _, page := range []string{"/agenda", "/pacientes"} {
			Expect(took(func() { w.Go(page) })).To(BeNumerically(">=", slowness))
			Expect(w.drawnHere()).To(BeFalse(), "slow is not away")
		}
		Expect(w.worker().Online).To(BeTrue())

		line.Silent()
		Expect(took(func() { w.Go("/agenda") })).To(And(BeNumerically(">=", readPatience), BeNumerically("<", readPatience+drawing)))
		Expect(w.drawnHere()).To(BeTrue())
		w.See("[data-red]", "Sin conexión")
		Expect(took(func() { w.Go("/pacientes") })).To(BeNumerically("<", atOnce))
		Expect(w.drawnHere()).To(BeTrue())

		line.Works()
		Eval[bool](w, `document.same = true`)
		Eventually(func() string {
			_ = evalOr(w, `fetch("/pacientes", {headers: {"HX-Request": "true"}}).then((r) => r.ok)`, false) // as any work does
			return w.Text("[data-red]")
		}).WithTimeout(pageLimit).WithPolling(pollOften).Should(ContainSubstring("En línea"))
		Expect(Eval[bool](w, `document.same === true`)).To(BeTrue(), "without a new page")
		w.Go("/agenda")
		Expect(w.drawnHere()).To(BeFalse())
	})
})

// trap is another site, with a form that posts at the program what fields say.
func trap(action string, fields [][2]string) *httptest.Server {
	var form strings.Builder
	fmt.Fprintf(&form, `<!doctype html><title>otro sitio</title><form method="post" action="%s">`, html.EscapeString(action))
	for _, f := range fields {
		fmt.Fprintf(&form, `<input type="hidden" name="%s" value="%s">`, html.EscapeString(f[0]), html.EscapeString(f[1]))
	}
	form.WriteString(`<button>Gane un premio</button></form>`)
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(form.String()))
	}))
}

var _ = Describe("another site's form", func() {
	It("registers nobody, with the worker installed and its person signed in, on the line and without", func() {
		line := NewLine(demo)
		device := NewDevice(line.through(demo))
		w := device.Desk()
		signInByHand(w, "obstetra@demo.pe")
		w.upToDate()
		w.Go("/pacientes/nuevo")
		forged := somebody{freshDNI(), "Falsa", "Forjadadesdefuera", "Ajena", "240188", "Femenino", freshPhone()}
		fillPatient(w, forged)
		fields := Eval[[][2]string](w, `[...new FormData(document.querySelector("form:has([name=document_number])"))].filter(([, v]) => typeof v === "string")`)
		elsewhere := trap(line.URL+"/pacientes", fields)
		DeferCleanup(elsewhere.Close)

		other := device.Desk()
		for _, site := range []string{elsewhere.URL, strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)} {
			arrived := line.Arrived("/pacientes")
			other.Go(site)
			other.Refused(http.StatusForbidden)
			other.Follow("button", "Gane un premio")
			Expect(Eval[string](other, `document.body.innerText`)).To(ContainSubstring("otro sitio"), site)
			Expect(line.Arrived("/pacientes")).To(Equal(arrived+1), "it was the server that refused")
		}
		Expect(foundOnServer(forged.Paternal)).To(BeZero())
		other.Go(elsewhere.URL)
		line.Cut()
		other.PressOn("button", "Gane un premio")
		Eventually(func() string { return evalOr(other, `location.href`, "") }).WithTimeout(pageLimit).Should(HavePrefix("chrome-error:"))
		Expect(w.worker().Pending).To(BeZero(), "the device takes nothing from there either")

		line.Mend()
		w.Follow("button[type=submit]", "Registrar")
		w.See("h2", forged.listed())
		w.upToDate()
		Expect(foundOnServer(forged.Paternal)).To(Equal(1), "from its own page the same form does")
	})
})
