package journeys_test

import (
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// comesToday registers somebody and books them for today with the professional who attends at any hour; it gives the
// patient's page and the card in the agenda.
func comesToday(desk *Window, who somebody) (page, card string) {
	GinkgoHelper()
	registerPatient(desk, who)
	page = desk.Where()
	desk.Go("/citas/nueva?paciente=" + strings.TrimPrefix(page, "/pacientes/") + "&prof=" + desk.program.alwaysThere())
	chooseService(desk, "Consulta y diagnóstico")
	desk.Press("#hora-eco [data-hora]")
	desk.See("#hora-eco", "Se entiende")
	desk.Follow("button[type=submit]", "Reservar")
	return page, desk.cardOf(who.listed())
}

// attendFrom begins the attention of a card of today's agenda.
func attendFrom(w *Window, card string) {
	GinkgoHelper()
	agendaOf(w, w.inDays(0))
	w.Press(card)
	w.See("#agenda-panel", "Atender")
	w.Turn(func() { w.PressOn("#agenda-panel button", "Atender") })
	Eventually(w.Where).WithTimeout(pageLimit).Should(HavePrefix("/atenciones/"))
}

var _ = Describe("attending without internet", func() {
	It("writes, warns, prescribes, prints and closes on the device, and is signed when it has arrived", func() {
		program := StartDemo()
		program.zone = withHoursLeft(time.Now())
		desk := Desk()
		desk.program = program
		program.alwaysThere()
		signIn(desk, "recepcion@demo.pe")
		begun := somebody{freshDNI(), "Inés", "Amediasnota", "Quedó", "240188", "Femenino", freshPhone()}
		whole := somebody{freshDNI(), "Jorge", "Todosinlinea", "Atendido", "11031981", "Masculino", freshPhone()}
		_, begunCard := comesToday(desk, begun)
		page, card := comesToday(desk, whole)

		w := NewDevice(program).Desk()
		signInByHand(w, "ortodoncia@demo.pe")
		w.Go(page + "/alertas")
		w.Fill("[name=medicine_texto]", "Penicilina")
		w.Turn(func() { w.PressOn("button[type=submit]", "Añadir alergia") })
		w.See("#alertas-clinicas", "Penicilina")
		attendFrom(w, begunCard)
		halfWritten := w.Where()
		w.Fill("[name='f.motivo']", "Se le salió un bracket")
		w.Keys(kb.Tab)
		w.See(".atencion-estado", "Borrador guardado")
		w.upToDate()

		program.Stop() // in the middle of a note
		w.Fill("[name='f.relato']", "Ayer, al comer pan duro.")
		w.Keys(kb.Tab)
		Eventually(func() int { return w.worker().Pending }).WithTimeout(pageLimit).Should(Equal(1))
		w.Go(halfWritten)
		w.See(".atencion", "se firma al conectar")
		Expect(w.Value("[name='f.motivo']")).To(Equal("Se le salió un bracket"))
		Expect(w.Value("[name='f.relato']")).To(Equal("Ayer, al comer pan duro."))

		attendFrom(w, card)
		attention := w.Where()
		w.See(".paciente-barra", "Alergia: Penicilina")
		w.Fill("[name='f.motivo']", "Dolor de muela")
		w.Fill("[name='f.relato']", "Desde hace dos días.")
		w.Keys("5", chromedp.ModifierAlt)
		w.Keys("caries denti")
		w.See("#c-codigo-lista [role=option]", "Caries de la dentina")
		w.Keys(kb.Enter)
		w.See("#diagnosticos li", "K02.1")
		w.Keys("gingivitis aguda")
		w.See("#c-codigo-lista [role=option]", "Gingivitis aguda")
		w.Keys(kb.Enter)
		w.See("#diagnosticos", "K05.0")
		w.Keys("6", chromedp.ModifierAlt)
		w.Keys("amox 500")
		w.See("#c-medicamento-lista [role=option]", "Amoxicilina")
		w.Keys(kb.Enter)
		w.See("#tratamiento .rx-alto", "Penicilina")
		w.Clean("sin-conexion-atencion")
		w.Fill("[name='rx.0.dose']", "1")
		w.Choose("[name='rx.0.frequency']", "cada")
		w.Fill("[name='rx.0.number']", "8")
		w.Fill("[name='rx.0.duration']", "7")
		w.Keys(kb.Tab)
		w.Keys(kb.Enter, chromedp.ModifierCtrl)
		w.See("#tratamiento", "Escriba el motivo")
		w.Fill("[name='rx.0.reason']", "Tolera amoxicilina según su alergólogo.")
		w.Keys(kb.Tab)
		w.Keys(kb.Enter, chromedp.ModifierCtrl)
		w.See("dialog", "¿Cerrar la atención de")
		w.See("dialog", "Firmar requiere conexión")
		w.Turn(func() { w.Keys(kb.Enter, chromedp.ModifierCtrl) })
		w.See("main", "Sin firma")
		w.See("main", "Por enviar")
		w.Clean("sin-conexion-atendida")
		w.Go(Eval[string](w, `document.querySelector("a[href^='/recetas/']").getAttribute("href")`))
		w.See("body", "Amoxicilina")
		w.See("body", "el QR la verifica cuando se firme")
		w.Clean("sin-conexion-receta")
		w.Go("/por-firmar")
		w.See("main", whole.listed())
		w.See("main", "Firmar requiere conexión")
		w.Clean("sin-conexion-por-firmar")
		agendaOf(w, w.inDays(0))
		w.See(card, "Atendid")

		program.Start()
		signInByHand(w, "ortodoncia@demo.pe")
		w.upToDate()
		Expect(w.worker().Attention).To(BeZero())
		w.Go(halfWritten)
		Expect(w.Value("[name='f.relato']")).To(Equal("Ayer, al comer pan duro."), "the server has what was written without it")
		w.Go("/por-firmar")
		w.See("main", "recibido")
		w.Turn(func() { w.PressOn("button", "Firmar lo marcado") })
		w.See("main", "Todo está firmado")
		w.Go(attention)
		w.See("main", "Firmada")
		w.See("main", "Escrita sin conexión")
		w.Go(Eval[string](w, `document.querySelector("a[href^='/verificar/']").getAttribute("href")`))
		w.See("main", "Documento válido")
		other := Desk()
		other.program = program
		signIn(other, "recepcion@demo.pe")
		agendaOf(other, other.inDays(0))
		other.See(card, "Atendid")
	})
})
