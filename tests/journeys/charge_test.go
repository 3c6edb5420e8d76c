package journeys_test

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// attended is somebody who came today and whose note the doctor signed: the name as lists say it.
func attended() string {
	GinkgoHelper()
	desk := Desk()
	signIn(desk, "recepcion@demo.pe")
	who := somebody{freshDNI(), "Abel", "Despuésdecaja", "Atendido", "240188", "Masculino", freshPhone()}
	_, card := comesToday(desk, who)
	doctor := Desk()
	signInByHand(doctor, "ortodoncia@demo.pe")
	attendFrom(doctor, card)
	doctor.Fill("[name='f.motivo']", "Control")
	doctor.Keys("5", chromedp.ModifierAlt)
	doctor.Keys("caries denti")
	doctor.See("#c-codigo-lista [role=option]", "Caries de la dentina")
	doctor.Keys(kb.Enter)
	doctor.See("#diagnosticos li", "K02.1")
	doctor.Keys(kb.Enter, chromedp.ModifierCtrl)
	doctor.See("dialog", "¿Firmar y cerrar la atención de")
	doctor.Turn(func() { doctor.Keys(kb.Enter, chromedp.ModifierCtrl) })
	doctor.See("main", "Firmada")
	return who.listed()
}

var _ = Describe("money at the desk", func() {
	It("is charged after an attention, half in cash and half by Yape, reaches SUNAT by itself, is taken back, and the register is closed", func() {
		name := attended()
		w := Desk()
		signIn(w, "caja@demo.pe")
		w.Go("/caja")
		w.Clean("caja-abrir")
		w.Fill("[name=apertura]", "150")
		w.Follow("button", "Abrir caja")
		w.See("section h3", "Conteo de efectivo")

		w.Go("/cobros/nuevo")
		w.Heading("Cobrar")
		w.Clean("cobro-vacio")
		w.Go("/agenda")
		w.See("#agenda-panel", "Por cobrar")
		Eval[bool](w, `(() => { for (const rest of document.querySelectorAll("#agenda-panel details")) rest.open = true; return true })()`)
		w.Follow("#agenda-panel a[aria-label='Cobrar a "+name+"']", "")
		w.Heading("Cobrar")
		w.See(".cobro-linea", "S/")
		whole := func(selector string) {
			w.Press(selector)
			Eval[bool](w, `(() => { document.activeElement.select(); return true })()`)
		}
		whole("[name=linea_cantidad]")
		w.Keys("3" + kb.Tab + "120" + kb.Tab)
		w.See("#cobro .total", "S/ 360.00")
		w.Press("#cobro details summary")
		whole("#c-documento")
		w.Keys("45871236" + kb.Tab + "Ñahui Quispe")
		whole("[name=linea_cantidad]")
		w.Keys("1" + kb.Enter)
		w.See("#cobro .total", "S/ 120.00")
		Expect(w.Value("#c-nombre")).To(Equal("Ñahui Quispe"), "what is typed while the cart is drawn again stays")
		Expect(w.Value("#pago_plin")).To(BeEmpty())
		w.Keys("y")
		Eventually(w.Focused).WithTimeout(pageLimit).Should(Equal("pago_yape"))
		Expect(w.Value("#pago_yape")).To(Equal("120.00"), "the rest fills the first way")
		w.Keys("60" + kb.Enter)
		w.Fill("[name=operacion_yape]", "00481273"+kb.Enter)
		w.Keys("e")
		Eventually(func() string { return w.Value("#pago_cash") }).WithTimeout(pageLimit).Should(Equal("60.00"))
		w.Keys("100")
		w.See("[data-cambio]", "S/ 40.00")
		w.Clean("cobro")
		w.CleanInDark("cobro")
		w.Follow("button", "Cobrar y emitir boleta")
		w.Heading("Boleta B001-")
		boleta := w.Where()
		w.See(".chip", "Aceptada")
		w.Clean("comprobante")
		Expect(Eval[string](w, `(async () => (await (await fetch(location.pathname + "/pdf")).text()).slice(0, 5))()`)).To(Equal("%PDF-"))
		w.Go("/agenda")
		w.See("#agenda-panel", "En sala")
		Expect(w.Text("#agenda-panel")).NotTo(ContainSubstring(name), "it was charged")
		w.Go("/comprobantes")
		w.Clean("comprobantes")

		admin := Desk()
		signIn(admin, "admin@demo.pe")
		admin.Go(boleta)
		admin.Choose("#nota-razon", "Anulación de la operación")
		admin.Fill("#nota-motivo", "el paciente no se atendió")
		admin.Clean("comprobante-admin")
		admin.Follow("button", "Emitir nota de crédito")
		admin.Heading("Nota de crédito BC01-")
		admin.See(".chip", "Aceptada")

		w.Go("/caja")
		for name, n := range map[string]string{"100.00": "2", "10.00": "1"} {
			w.Fill("[name='piezas."+name+"']", n)
		}
		w.See("[data-contado]", "S/ 210.00")
		w.Clean("caja")
		w.Follow("button", "Comparar")
		w.See("dd", "cuadra")
		w.Tick("Yape")
		w.Clean("caja-cerrar")
		w.Follow("button", "Cerrar caja")
		w.See("main", "Cerrada por")
		w.Clean("caja-reporte")

		admin.Go("/configuracion/sunat")
		admin.Follow("button", "Probar conexión")
		admin.See("#conexion", "La conexión funciona")
		admin.Clean("sunat")

		phone := Phone()
		signIn(phone, "caja@demo.pe")
		for name, address := range map[string]string{"caja-abrir": "/caja", "comprobantes": "/comprobantes", "comprobante": boleta} {
			phone.Go(address)
			phone.Clean(name)
		}
	})
})
