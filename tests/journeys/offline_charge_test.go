package journeys_test

import (
	"strings"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("money without internet", func() {
	It("is taken with a preliminary receipt that becomes a boleta by itself when the server is back", func() {
		program := StartDemo()
		device := NewDevice(program)
		w := device.Desk()
		signInByHand(w, "recepcion@demo.pe")
		rita := somebody{freshDNI(), "Rita", "Cobrada", "Sinlinea", "240188", "Femenino", freshPhone()}
		registerPatient(w, rita)
		person := w.Where()
		w.upToDate()

		program.Stop()
		w.Go("/caja")
		w.See(".franja", "Sin conexión")
		w.Fill("[name=apertura]", "50")
		w.Follow("button", "Abrir caja")
		w.See("section h3", "Conteo de efectivo")
		w.See("[data-red]", "1 por enviar")
		w.Clean("caja-sin-conexion")
		w.PressOn(".lado-persona", "")
		w.PressOn("#menu-persona a", "Salir")
		w.See("#dialogo", "¿Salir con la caja de")

		w.Go("/cobros/nuevo?paciente=" + person[len("/pacientes/"):])
		w.Heading("Cobrar")
		w.Fill("[name=anadir_texto]", "con")
		w.Press("#c-anadir-lista [role=option]")
		w.See(".cobro-linea", "S/")
		w.Fill("[name=linea_precio]", "120")
		w.Keys(kb.Enter)
		w.See("#cobro .total", "S/ 120.00")
		w.See("#cobro", "se hará boleta sola al volver la conexión")
		w.Keys("y")
		w.Settled()
		w.Keys("50" + kb.Enter)
		w.Keys("e")
		Eventually(func() string { return w.Value("#pago_cash") }).WithTimeout(pageLimit).Should(Equal("70.00"))
		w.Keys("100")
		w.See("[data-cambio]", "S/ 30.00")
		w.Clean("cobro-sin-conexion")
		w.Follow("button", "Cobrar y dar recibo")
		w.Heading("Recibo R")
		receipt := w.Where()
		number := w.Texts("h1")[0][len("Recibo "):]
		w.See("main", "se hará boleta sola")
		w.Clean("recibo-sin-conexion")
		w.Go(receipt + "/imprimir")
		w.See("main", number)
		w.See("main", "No es comprobante de pago")
		w.Shot("recibo-80mm")
		w.Go("/recibos")
		w.See("main", number)
		w.Go("/sincronizacion")
		w.See("main", "Recibo "+number)
		w.See("[data-red]", "2 por enviar")

		program.Start()
		signInByHand(w, "recepcion@demo.pe")
		w.upToDate()
		w.Go("/comprobantes")
		Eventually(func() []string {
			w.Go("/comprobantes")
			return w.Texts("#comprobantes tr")
		}).WithTimeout(prepareLimit).Should(ContainElement(And(ContainSubstring(rita.listed()), ContainSubstring("Aceptada"), ContainSubstring("S/ 120.00"))))
		rows := 0
		for _, row := range w.Texts("#comprobantes tr") {
			if strings.Contains(row, rita.listed()) {
				rows++
			}
		}
		Expect(rows).To(Equal(1), "once, however often it was sent")
		w.Go(receipt)
		w.See("main", "Comprobante B001-")
		w.Clean("recibo")
		w.Go("/caja")
		Expect(w.Texts("main table:has(caption) tbody tr")).To(ContainElement(And(ContainSubstring(rita.listed()), ContainSubstring("B001-"), ContainSubstring("S/ 70.00"))))
		w.See("main", "Cobros")
		for name, n := range map[string]string{"100.00": "1", "20.00": "1"} {
			w.Fill("[name='piezas."+name+"']", n)
		}
		w.Follow("button", "Comparar")
		w.See("dd", "cuadra")
	})
})
