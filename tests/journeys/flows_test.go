package journeys_test

import (
	"fmt"
	"time"

	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// flow drives one row of the table of flows by hand and holds it to its keys and taps; the time is told, not judged.
func flow(w *Window, name string, keys, taps int, drive func(h *Hand)) {
	GinkgoHelper()
	hand := &Hand{w: w}
	start := time.Now()
	drive(hand)
	AddReportEntry(name, fmt.Sprintf("%d of %d keys, %d of %d taps, %.1f s", hand.Keys, keys, hand.Taps, taps, time.Since(start).Seconds()), ReportEntryVisibilityAlways)
	Expect(hand.Keys).To(BeNumerically("<=", keys), name+": keys")
	Expect(hand.Taps).To(BeNumerically("<=", taps), name+": taps")
}

// agendaOf opens the agenda of a day of the professional who attends at any hour.
func agendaOf(w *Window, day string) {
	GinkgoHelper()
	w.Go("/agenda?fecha=" + day + "&prof=" + w.program.alwaysThere())
	w.See("#agenda-hoja", "libre")
}

// now is the time in the clinic's zone.
func (p *Program) now() time.Time { return time.Now().In(p.zone.here) }

// inDays is a date from the clinic's today as addresses write it.
func (w *Window) inDays(n int) string { return w.program.now().AddDate(0, 0, n).Format(time.DateOnly) }

// typedQuiet is a quiet hour n days from today as people type it, weekday and hour: "mar 21". The hour is none that
// could be the day of the month.
func (w *Window) typedQuiet(n int) string {
	day := w.program.now().AddDate(0, 0, n)
	hour := w.program.zone.quiet
	if day.Day() == hour {
		hour++
	}
	return fmt.Sprintf("%s %d", [...]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"}[day.Weekday()], hour)
}

var _ = Describe("the desk's flows", Ordered, ContinueOnFailure, func() {
	var w *Window
	const villanueva = "Villanueva Ríos, Karina" // one of the demonstration

	BeforeEach(func() {
		alwaysThere()
		w = Desk()
		signIn(w, "recepcion@demo.pe")
	})

	It("books a returning patient", func() {
		other := somebody{freshDNI(), "Otilia", "Antes", "Citada", "240188", "Femenino", freshPhone()}
		registerPatient(w, other)
		bookToday(w, other) // whose service and professional are offered next
		w.Go("/agenda")
		w.Settled()
		flow(w, "book a returning patient", 16, 0, func(h *Hand) {
			h.Type("r")
			w.find("[name=paciente_texto]", "")
			h.Type("vill k")
			w.See("#c-paciente-lista [role=option]", villanueva)
			h.Type(kb.Enter)
			h.Type(kb.Enter) // the service last offered
			h.Type(w.typedQuiet(3))
			w.See("#hora-eco", "Se entiende")
			h.Type(kb.Enter)
			w.Gone("#reservar")
		})
		w.cardOf(villanueva)
		w.Clean("flujo-reserva")
	})

	It("books from a free hour", func() {
		agendaOf(w, w.inDays(4))
		flow(w, "book from a free hour", 8, 1, func(h *Hand) {
			h.Tap("#agenda-hoja .hueco", "libre")
			w.find("[name=paciente_texto]", "")
			h.Type("vill k")
			w.See("#c-paciente-lista [role=option]", villanueva)
			h.Type(kb.Enter)
			h.Type(kb.Enter)
			w.Gone("#reservar")
		})
		w.cardOf(villanueva)
	})

	It("takes in a walk-in who is new", func() {
		w.Go("/agenda")
		w.Settled()
		dni := freshDNI()
		flow(w, "walk-in", 75, 0, func(h *Hand) {
			h.Type("/")
			w.find("#buscador-q", "")
			h.Type(dni)
			w.See("#buscador-lista [data-fila]", "Registrar con DNI "+dni)
			w.Turn(func() { h.Type(kb.Enter) })
			w.Heading("Registrar paciente")
			Expect(w.Focused()).To(Equal("c-first_name"))
			h.Type("Ana Luz" + kb.Tab)
			h.Type("Tineo" + kb.Tab)
			h.Type("Asto" + kb.Tab)
			h.Type("240188" + kb.Tab)
			h.Type(kb.Tab + " " + kb.Tab) // the calendar's button, then the first of two
			h.Type("912555014")
			w.Turn(func() { h.CtrlEnter() })
		})
		w.See("body", "Tineo Asto, Ana Luz")
		w.See("body", "En sala")
		w.Clean("flujo-llegada-nueva")
	})

	It("checks in who arrives", func() {
		luz := somebody{freshDNI(), "Luzmila", "Checkin", "Primero", "240188", "Femenino", freshPhone()}
		registerPatient(w, luz)
		bookToday(w, luz)
		agendaOf(w, w.inDays(0))
		card := w.cardOf(luz.listed())
		flow(w, "check in by mouse", 3, 2, func(h *Hand) {
			h.Tap(card, "")
			h.Tap("#agenda-panel button", "Llegó")
			w.See("#agenda-panel", "En sala")
		})
		w.Clean("flujo-llegada")
		w.PressOn("#agenda-panel button", "Deshacer")
		w.See("#agenda-panel", "Agendada")
		agendaOf(w, w.inDays(0))
		Eval[bool](w, `(document.querySelector(`+quoted(card)+`).focus(), true)`) // the arrows lead there from any card
		flow(w, "check in by key", 3, 2, func(h *Hand) {
			h.Type("l")
			w.See("#agenda-panel", luz.listed())
		})
	})

	It("finds a free hour", func() {
		w.Go("/agenda")
		w.Settled()
		flow(w, "find a free hour", 8, 0, func(h *Hand) {
			h.Type("b")
			w.find("[name=servicio_texto]", "")
			h.Type("cons")
			w.See("#c-servicio-lista [role=option]", "Cons")
			h.Type(kb.Enter)
			w.See("[data-hora-libre]", ":")
			h.Type(kb.ArrowDown)
			h.Type(kb.Enter)
			w.See("#dialogo h2", "Reservar cita")
		})
		Expect(w.Value("[name=hora]")).NotTo(BeEmpty())
		w.Clean("flujo-hora-libre")
	})

	It("moves an appointment, and back", func() {
		luz := somebody{freshDNI(), "Mercedes", "Movediza", "Segunda", "240188", "Femenino", freshPhone()}
		registerPatient(w, luz)
		agendaOf(w, w.inDays(5))
		w.PressOn("#agenda-hoja .hueco", "libre")
		w.Fill("[name=paciente_texto]", "movediza merc")
		w.PressOn("#c-paciente-lista [role=option]", luz.listed())
		w.PressOn("button[type=submit]", "Reservar")
		card := w.cardOf(luz.listed())
		w.Gone("#reservar")
		flow(w, "move an appointment", 9, 1, func(h *Hand) {
			h.Tap(card, "")
			w.See("#agenda-panel", luz.listed())
			h.Type("m")
			w.Settled()
			h.Type(w.typedQuiet(6))
			h.Type(kb.Enter)
			w.See("#avisos", "Movida")
		})
		w.Clean("flujo-mover")
		w.PressOn("#avisos button", "Deshacer")
		Eventually(w.Where).WithTimeout(pageLimit).Should(ContainSubstring(w.inDays(5)))
		w.cardOf(luz.listed())
	})
})
