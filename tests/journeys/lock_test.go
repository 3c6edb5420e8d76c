package journeys_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// ahead lets the window's clock be put forward: the pages that it opens from now on believe it.
func ahead(w *Window) {
	GinkgoHelper()
	_, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `{ const now = Date.now; window.ahead = 0; Date.now = () => now() + window.ahead }`,
	})
	Expect(err).NotTo(HaveOccurred())
}

// idle lets that many minutes pass in the window, as a laptop that wakes up finds them passed.
func idle(w *Window, minutes int) {
	GinkgoHelper()
	Eval[bool](w, fmt.Sprintf(`(window.ahead += %d * 60_000, document.dispatchEvent(new Event("visibilitychange")))`, minutes))
}

var _ = Describe("a screen that is left alone", func() {
	It("is locked: what it showed leaves the page and comes back as it was, half-typed", func() {
		w := Desk()
		ahead(w)
		signInByHand(w, "obstetra@demo.pe")
		w.Go("/pacientes/nuevo")
		w.Fill("[name=first_name]", "Nombre a Medias")
		w.Fill("[name=last_name]", "Secreto")
		idle(w, 14)
		Expect(w.Value("[name=last_name]")).To(Equal("Secreto"))
		idle(w, 2)
		w.Heading("Pantalla bloqueada")
		Expect(Eval[string](w, `document.documentElement.outerHTML`)).NotTo(ContainSubstring("Secreto"))
		Expect(Eval[int](w, `document.querySelectorAll("[name=last_name]").length`)).To(BeZero())
		w.Clean("bloqueo")
		w.Refused(423)
		Expect(Eval[int](w, `fetch("/pacientes", {headers: {"HX-Request": "true"}}).then((r) => r.status)`)).To(Equal(423), "the server answers only the unlocking")

		w.Refused(422)
		w.Fill("#c-password", "no es esta clave")
		w.Button("Desbloquear")
		w.See(".error", "contraseña")
		w.Fill("#c-password", demoPassword)
		w.Button("Desbloquear")
		w.Heading("Registrar paciente")
		Expect(w.Value("[name=first_name]")).To(Equal("Nombre a Medias"))
		Expect(w.Value("[name=last_name]")).To(Equal("Secreto"))
		Expect(w.Focused()).To(Equal("c-last_name"))

		w.Keys("\t") // out of the field, so that letters are keys
		w.Go("/hoy")
		w.Keys("gl")
		w.find("#c-password", "")
		w.Go("/pacientes")
		w.Heading("Pantalla bloqueada")
		w.Fill("#c-password", demoPassword)
		w.Follow("button", "Desbloquear")
		w.At("/pacientes")

		w.PressOn(".lado-persona", "")
		w.Clean("menu-persona")
		w.Follow("#menu-persona button", "Salir")
		w.Go("/pacientes")
		w.Heading("Ingresar")
	})

	It("keeps what was typed when the log-in has ended meanwhile", func() {
		w := Desk()
		signInByHand(w, "duena@demo.pe")
		w.Go("/pacientes/nuevo")
		fillPatient(w, somebody{freshDNI(), "Escrito Antes", "Del", "Fin", "240188", "Femenino", freshPhone()})
		_, err := chromedp.Call(w.ctx, network.ClearBrowserCookies, cdp.Empty{})
		Expect(err).NotTo(HaveOccurred())
		w.Refused(401)
		w.PressOn("button[type=submit]", "Registrar")
		w.See("[role=alert]", "sesión terminó")
		Expect(w.Value("[name=first_name]")).To(Equal("Escrito Antes"))
	})

	It("is closed from another of one's devices", func() {
		phone, desk := Phone(), Desk()
		signInByHand(phone, "medico@vecina.pe")
		signInByHand(desk, "medico@vecina.pe")
		desk.Go("/mi-cuenta/dispositivos")
		desk.See("main li", "Este equipo")
		open := func() []string {
			return slices.DeleteFunc(desk.Texts("main .lista > li"), func(line string) bool { return !strings.Contains(line, "ingresó") })
		}
		Expect(open()).To(HaveLen(2))
		desk.Clean("dispositivos")
		desk.Follow("button", "Cerrar sesión")
		Expect(open()).To(HaveLen(1))
		phone.Go("/pacientes")
		phone.Heading("Ingresar")
	})
})
