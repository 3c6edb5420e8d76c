package journeys_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// workerState is how the service worker says the device stands (static/js/worker.js).
type workerState struct {
	Online    bool `json:"online"`
	Pending   int  `json:"pending"`
	Attention int  `json:"attention"`
	Conflicts int  `json:"conflicts"`
	Sending   bool `json:"sending"`
	More      bool `json:"more"`
	Key       bool `json:"key"`
}

const askState = `new Promise((ok) => {
	const worker = navigator.serviceWorker.controller
	if (!worker) return ok("{}")
	const { port1, port2 } = new MessageChannel()
	port1.onmessage = ({ data }) => ok(JSON.stringify(data.value ?? {}))
	setTimeout(ok, 10000, "{}")
	worker.postMessage({ type: %q }, [port2])
})`

// worker asks the service worker of the window; the zero state when there is none.
func (w *Window) worker() workerState {
	var s workerState
	_ = json.Unmarshal([]byte(evalOr(w, fmt.Sprintf(askState, "state"), "{}")), &s)
	return s
}

// upToDate waits until nothing of the device waits for the server, and nothing of the server's for the device.
func (w *Window) upToDate() {
	GinkgoHelper()
	Eventually(func() bool {
		_ = evalOr(w, fmt.Sprintf(askState, "sync"), "")
		s := w.worker()
		return s.Key && s.Online && s.Pending == 0 && !s.Sending && !s.More
	}).WithTimeout(prepareLimit).WithPolling(pollOften).Should(BeTrue(), func() string { return fmt.Sprintf("the device is not up to date: %+v", w.worker()) })
}

const (
	prepareLimit = 60 * time.Second
	pollOften    = 200 * time.Millisecond
)

// unlock types the password of an offline start.
func (w *Window) unlock() {
	GinkgoHelper()
	w.See("#ingreso", "Sin conexión: se abre lo guardado en este equipo.")
	w.Fill("#c-password", demoPassword)
	w.Follow("button[type=submit]", "Abrir")
}

// bookInDays books somebody with a professional's next free hour n days on and gives the card.
func bookInDays(w *Window, who somebody, words string, n int) string {
	GinkgoHelper()
	agendaOf(w, w.inDays(n))
	w.PressOn("#agenda-hoja .hueco", "libre")
	w.Fill("[name=paciente_texto]", words)
	w.PressOn("#c-paciente-lista [role=option]", who.listed())
	w.PressOn("button[type=submit]", "Reservar")
	card := w.cardOf(who.listed())
	w.Gone("#reservar")
	return card
}

var _ = Describe("without internet", func() {
	It("works from the start of the browser on, and sends everything when the server is back", func() {
		program := StartDemo()
		device := NewDevice(program)
		w := device.Desk()
		signInByHand(w, "recepcion@demo.pe")
		mercedes := somebody{freshDNI(), "Mercedes", "Conocida", "Deantes", "240188", "Femenino", freshPhone()}
		registerPatient(w, mercedes)
		card := bookInDays(w, mercedes, "conocida merc", 5)
		w.Go("/agenda")
		w.upToDate()

		program.Stop()
		device.Close()
		device.Reopen()
		w = device.Desk()
		w.Go("/agenda")
		w.Shot("sin-conexion-abrir")
		w.unlock()
		w.Heading("Agenda")
		w.See("[data-red]", "Sin conexión")
		w.See(".franja", "Sin conexión")
		w.Shot("sin-conexion-agenda")

		look(w, "conocida mercedes")
		w.See("#buscador-lista [data-fila]", mercedes.listed())
		stopLooking(w)
		luz := somebody{freshDNI(), "Luz Apagada", "Sinlinea", "Rojas", "11031981", "Femenino", freshPhone()}
		registerPatient(w, luz)
		w.Shot("sin-conexion-paciente")
		newCard := bookInDays(w, luz, "sinlinea luz", 6)
		w.See("[data-red]", "2 por enviar")
		agendaOf(w, w.inDays(5))
		w.Press(card)
		w.See("#agenda-panel", mercedes.listed())
		w.Keys("m")
		w.Settled()
		w.Keys(w.typedQuiet(6))
		w.Keys(kb.Enter)
		w.See("[data-red]", "3 por enviar")
		w.Go("/sincronizacion")
		w.See("main", luz.listed())
		w.Shot("sin-conexion-sincronizacion")

		program.Start()
		signInByHand(w, "recepcion@demo.pe")
		w.upToDate()
		w.Go("/sincronizacion")
		w.See("[data-red]", "En línea")
		w.Clean("sincronizacion-enviado")
		other := Desk()
		other.program = program
		signInByHand(other, "admin@demo.pe")
		agendaOf(other, other.inDays(6))
		other.See(newCard, luz.listed())
		look(other, luz.Document)
		Eventually(func() []string { return other.Texts("#buscador-lista [data-fila]") }).WithTimeout(pageLimit).Should(HaveLen(1))
		stopLooking(other)
		other.Go("/agenda?fecha=" + other.inDays(6))
		Expect(other.Texts("#agenda .cita[data-cita]")).To(ContainElement(ContainSubstring(luz.listed())))
	})

	It("shows both versions when two people changed the same, and does what is chosen", func() {
		program := StartDemo()
		device := NewDevice(program)
		w := device.Desk()
		signInByHand(w, "recepcion@demo.pe")
		rosa := somebody{freshDNI(), "Rosa", "Dosveces", "Cambiada", "240188", "Femenino", freshPhone()}
		registerPatient(w, rosa)
		page := w.Where()
		w.upToDate()
		program.Stop()
		w.Go(page + "/datos")
		w.Fill("[name=phone]", "955111222")
		w.PressOn("#seccion-contacto button[type=submit], form:has([name=phone]) button[type=submit]", "Guardar")
		w.See("[data-red]", "1 por enviar")
		device.Close()
		program.Start()

		other := Desk()
		other.program = program
		signInByHand(other, "admin@demo.pe")
		other.Go(page + "/datos")
		other.Fill("[name=phone]", "955333444")
		other.PressOn("form:has([name=phone]) button[type=submit]", "Guardar")
		other.Settled()

		device.Reopen()
		w = device.Desk()
		signInByHand(w, "recepcion@demo.pe")
		w.upToDate()
		Eventually(func() int { return w.worker().Conflicts }).WithTimeout(pageLimit).Should(Equal(1))
		w.Go("/sincronizacion")
		w.See("main", rosa.listed())
		w.See("main", "955 111 222")
		w.See("main", "955 333 444")
		w.Clean("sincronizacion-conflicto")
		w.PressOn("button", "Dejar lo de este equipo")
		Eventually(func() int { return w.worker().Conflicts }).WithTimeout(pageLimit).Should(BeZero())
		w.upToDate()
		w.Go(page + "/datos")
		Eventually(func() string { return w.Value("[name=phone]") }).WithTimeout(pageLimit).Should(ContainSubstring("955"))
		Expect(digits(w.Value("[name=phone]"))).To(HaveSuffix("955111222"))
	})
})

func digits(text string) string {
	var found []rune
	for _, r := range text {
		if _, err := strconv.Atoi(string(r)); err == nil {
			found = append(found, r)
		}
	}
	return string(found)
}
