package journeys_test

import (
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// anyPatient is the page of somebody of the register.
func anyPatient(w *Window) string {
	GinkgoHelper()
	w.Go("/pacientes")
	var path string
	Eventually(func() string {
		path = evalOr(w, `[...document.querySelectorAll("a[href^='/pacientes/']")].map((a) => a.getAttribute("href")).find((h) => /^\/pacientes\/[0-9a-f-]{36}$/.test(h)) ?? ""`, "")
		return path
	}).WithTimeout(pageLimit).Should(HavePrefix("/pacientes/"))
	return path
}

var _ = Describe("money at the desk", func() {
	It("is charged half in cash and half by Yape, reaches SUNAT by itself, is taken back, and the register is closed", func() {
		w := Desk()
		signIn(w, "caja@demo.pe")
		w.Go("/caja")
		w.Clean("caja-abrir")
		w.Fill("[name=apertura]", "150")
		w.Follow("button", "Abrir caja")
		w.See("section h3", "Conteo de efectivo")

		w.Go(anyPatient(w))
		w.Follow("a", "Cobrar")
		w.Heading("Cobrar")
		w.Clean("cobro-vacio")
		w.Fill("[name=anadir_texto]", "con")
		w.Press("#c-anadir-lista [role=option]")
		w.See(".cobro-linea", "S/")
		w.Fill("[name=linea_precio]", "120")
		w.Keys(kb.Enter)
		w.See("#cobro .total", "S/ 120.00")
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
