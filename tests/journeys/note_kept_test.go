package journeys_test

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	story  = "[name='f.relato']"
	beside = "section[aria-label='Texto que no está en la nota']"
)

// takesOver lets this window go on with a note, and writes in it.
func takesOver(w *Window, attention, selector, text string) {
	GinkgoHelper()
	w.Go(attention)
	w.Turn(func() { w.PressOn("[data-otra-ventana] button", "Escribir aquí") })
	w.Gone("[data-otra-ventana]")
	writes(w, selector, text)
}

// writes fills a field of a note and waits until its next edition is kept.
func writes(w *Window, selector, text string) {
	GinkgoHelper()
	before := w.edition()
	w.Fill(selector, text)
	w.Keys(kb.Tab)
	Eventually(w.edition).WithTimeout(pageLimit).ShouldNot(Equal(before))
}

// edition is which one of the draft the window has.
func (w *Window) edition() string {
	return evalOr(w, `document.querySelector("#estado-borrador [name=version]").value`, "")
}

var _ = Describe("a note that goes on in another window", func() {
	It("loses no word of either window, with the server, without it, nor when the log-in ends", func() {
		program := StartDemo()
		device := NewDevice(program)
		one := device.Desk()
		signInByHand(one, "doctor@demo.pe")
		one.Go(mayAttend(one))
		one.Follow("button", "Atender")
		attention := one.Where()
		one.Fill("[name='f.motivo']", "Tos")
		writes(one, story, "Desde ayer por la noche")
		one.upToDate()

		two := Phone()
		two.program = program
		signInByHand(two, "doctor@demo.pe")
		takesOver(two, attention, "[name='f.motivo']", "Tos y fiebre")

		By("typing on in the window that lost it")
		one.Fill(story, "Desde ayer por la noche, con silbido")
		one.See(beside, "con silbido")
		one.See("[data-otra-ventana]", "Se está escribiendo en otra ventana")
		Expect(one.Value("[name='f.motivo']")).To(Equal("Tos y fiebre"))
		Expect(Eval[bool](one, `document.querySelector("[data-filas]").disabled`)).To(BeTrue())
		Expect(one.Texts("#firmar-boton")).To(BeEmpty())
		one.Keys("r")
		Expect(one.Texts("dialog[open]")).To(BeEmpty())
		one.Clean("nota-perdida")
		one.CleanInDark("nota-perdida")
		one.Go(attention)
		one.See(beside, "con silbido")
		one.Turn(func() { one.PressOn("[data-otra-ventana] button", "Escribir aquí") })
		before := one.edition()
		one.PressOn(beside+" button", "Añadir a la nota")
		Eventually(one.edition).WithTimeout(pageLimit).ShouldNot(Equal(before))
		one.Go(attention)
		Expect(one.Value(story)).To(ContainSubstring("con silbido"))
		Expect(one.Texts(beside)).To(BeEmpty())

		By("the log-in that ends")
		_, err := chromedp.Call(one.ctx, network.ClearBrowserCookies, cdp.Empty{})
		Expect(err).NotTo(HaveOccurred())
		one.Refused(401) // what only the server proposes
		writes(one, story, "Con silbido, peor al acostarse")
		one.See("[data-red-franja]", "Ingrese")
		signInByHand(one, "doctor@demo.pe")
		one.upToDate()
		one.Go(attention)
		Expect(one.Value(story)).To(Equal("Con silbido, peor al acostarse"))

		By("the server that goes after the other window took it")
		takesOver(two, attention, "[name='f.motivo']", "Tos, fiebre y silbido")
		program.Kill()
		one.Fill(story, "Con silbido, peor al acostarse y al correr")
		one.Keys(kb.Tab)
		Eventually(func() int { return one.worker().Pending }).WithTimeout(pageLimit).Should(Equal(1))
		device.Reopen()
		one = device.Desk()
		one.Go(attention)
		one.unlock()
		Eventually(func() string { return one.Value(story) }).WithTimeout(pageLimit).Should(Equal("Con silbido, peor al acostarse y al correr"), "the browser was closed without connection")
		program.Start()
		signInByHand(one, "doctor@demo.pe")
		one.upToDate()
		Expect(one.worker().Attention).To(BeZero())
		one.Go(attention)
		Expect(one.Value("[name='f.motivo']")).To(Equal("Tos, fiebre y silbido"))
		one.See(beside, "y al correr")
		one.PressOn(beside+" summary", "Quitar")
		one.PressOn(beside+" button", "Quitar este texto")
		one.Gone(beside)

		By("a window that is closed in the middle of a word")
		one.Turn(func() { one.PressOn("[data-otra-ventana] button", "Escribir aquí") })
		one.Fill(story, "Última pala")
		one.Go("/hoy")
		one.Go(attention)
		Expect(one.Value(story)).To(Equal("Última pala"))

		By("signing while a saving is on its way")
		one.Fill(story, "Última palabra")
		one.Keys(kb.Tab)
		one.Keys(kb.Enter, chromedp.ModifierCtrl)
		one.See("[data-errores]", "") // it was looked at: no diagnosis yet
	})
})
