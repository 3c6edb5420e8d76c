package journeys_test

import (
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// arrives registers somebody who comes today and leads to their detail on the agenda, where they are charged.
func arrives(w *Window, who somebody) {
	GinkgoHelper()
	_, card := comesToday(w, who)
	w.Press(card)
	w.PressOn("#agenda-panel button", "Llegó")
	w.See("#agenda-panel", "En sala")
	w.find("#acto-cobrar", "")
}

// charging taps Cobrar and waits for the cart.
func charging(w *Window, h *Hand) {
	GinkgoHelper()
	w.Turn(func() { h.Tap("#acto-cobrar", "") })
	w.Heading("Cobrar")
	w.See(".cobro-linea", "S/")
}

var _ = Describe("the cash desk's flows", func() {
	It("charges in two ways, charges exact cash, reminds at leaving, and closes the register", func() {
		alwaysThere()
		w := Desk()
		signIn(w, "recepcion@demo.pe")
		w.Go("/caja")
		w.Fill("[name=apertura]", "100")
		w.Follow("button", "Abrir caja")
		w.See("section h3", "Conteo de efectivo")

		arrives(w, somebody{freshDNI(), "Matilde", "Mixta", "Pagos", "240188", "Femenino", freshPhone()})
		flow(w, "charge mixed payment", 12, 1, func(h *Hand) {
			charging(w, h)
			h.Type("y")
			Eventually(w.Focused).WithTimeout(pageLimit).Should(Equal("pago_yape"))
			h.Type("50" + kb.Enter)
			h.Type("e")
			Eventually(w.Focused).WithTimeout(pageLimit).Should(Equal("recibido"))
			h.Type("100")
			w.Turn(func() { h.CtrlEnter() })
			w.Heading("Boleta B001-")
		})
		w.See("main", "Yape")
		w.See("main", "Efectivo")

		arrives(w, somebody{freshDNI(), "Efraín", "Exacto", "Pagos", "240188", "Masculino", freshPhone()})
		flow(w, "boleta, exact cash", 3, 1, func(h *Hand) {
			charging(w, h)
			h.Type("e")
			Eventually(func() string { return w.Value("#pago_cash") }).WithTimeout(pageLimit).ShouldNot(BeEmpty())
			w.Turn(func() { h.CtrlEnter() })
			w.Heading("Boleta B001-")
		})
		w.See(".chip", "Aceptada")

		w.PressOn(".lado-persona", "")
		w.PressOn("#menu-persona a", "Salir")
		w.See("#dialogo", "¿Salir con la caja de")
		w.Clean("caja-salir")
		w.Follow("#dialogo a", "Ir a la caja")
		w.Heading("Caja")
		flow(w, "close caja", 35, 2, func(h *Hand) {
			h.Tap("[name='piezas.200.00']", "")
			for _, pieces := range []string{"0", "1", "1", "0", "2", "3", "4", "5", "6", "7", "8"} {
				h.Type(pieces + kb.Tab)
			}
			Expect(w.Texts("[data-contado]")).To(ConsistOf(ContainSubstring("S/ 2")))
			w.Turn(func() { h.Type(kb.Enter) }) // on Comparar, where Tab led
			Eventually(w.Focused).WithTimeout(pageLimit).Should(Equal("c-motivo"))
			h.Type("sobra")
			w.Turn(func() { h.CtrlEnter() })
			w.See("main", "Cerrada por")
		})
	})
})
