package journeys_test

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// stopWorkers stops the browser's workers as it does itself with idle ones.
func (w *Window) stopWorkers() {
	GinkgoHelper()
	_, err := chromedp.Call(w.ctx, serviceworker.Enable, cdp.Empty{})
	Expect(err).NotTo(HaveOccurred())
	_, err = chromedp.Call(w.ctx, serviceworker.StopAllWorkers, cdp.Empty{})
	Expect(err).NotTo(HaveOccurred())
}

// asks waits until the window shows nothing but the question for the password.
func (w *Window) asks(secret string) {
	GinkgoHelper()
	w.find("#c-password", "")
	Expect(Eval[string](w, `document.documentElement.outerHTML`)).NotTo(ContainSubstring(secret))
}

// opens types the password where the window asks for it and waits until it shows what.
func (w *Window) opens(selector, what string) {
	GinkgoHelper()
	w.Fill("#c-password", demoPassword)
	w.PressOn("form:has(#c-password) button[type=submit]", "")
	w.See(selector, what)
}

var _ = Describe("the lock of a device", func() {
	It("asks in every tab when it should, and never because the browser stopped the worker", func() {
		line := NewLine(demo)
		device := NewDevice(line.through(demo))
		w := device.Desk()
		ahead(w)
		signInByHand(w, "doctor@demo.pe")
		who := somebody{freshDNI(), "Cerrada", "Bajollavedoble", "Llave", "240188", "Femenino", freshPhone()}
		registerPatient(w, who)
		page := w.Where()
		w.upToDate()
		second := device.Desk()
		second.Go(page)
		shows := func(some ...*Window) {
			GinkgoHelper()
			for _, tab := range some {
				tab.See("h2", who.listed())
			}
		}
		shows(w, second)

		By("being locked on the line")
		w.Keys("gl")
		w.asks(who.Paternal)
		second.asks(who.Paternal)
		Expect(w.worker().Key).To(BeFalse())
		second.opens("h2", who.listed())
		shows(w)

		By("having its worker stopped")
		second.upToDate()
		line.Cut()
		w.Go("/pacientes")
		for _, again := range []func(){
			func() { w.Go(page) },
			func() { Eval[bool](w, `setTimeout(() => location.reload()) > 0`) },
			func() { w.Go("/agenda"); w.stopWorkers(); Eval[bool](w, `setTimeout(() => history.back()) > 0`) },
			func() { second.Go(page) },
			func() { third := device.Desk(); third.Go(page); shows(third) },
		} {
			w.stopWorkers()
			again()
			w.At(page)
			shows(w)
			Expect(w.drawnHere()).To(BeTrue())
		}
		shows(second)
		Expect(w.worker().Key).To(BeTrue())

		By("being left alone without a line")
		idle(w, 16)
		w.asks(who.Paternal)
		second.asks(who.Paternal)
		Expect(w.worker().Key).To(BeFalse())
		w.stopWorkers()
		fresh := device.Desk()
		fresh.Go(page)
		fresh.asks(who.Paternal)
		second.Go(page)
		second.asks(who.Paternal)
		second.opens("h2", who.listed())
		Expect(second.drawnHere()).To(BeTrue())
	})
})
