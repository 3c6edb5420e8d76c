package journeys_test

import (
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// newsLimit is within what time a change made elsewhere is seen.
const newsLimit = 5 * time.Second

var _ = Describe("two people at once", func() {
	It("shows within five seconds what somebody else changed", func() {
		desk, other := Desk(), Desk()
		signIn(desk, "recepcion@demo.pe")
		signIn(other, "admin@demo.pe")
		who := somebody{freshDNI(), "Berta", "Novedad", "Ajena", "240188", "Femenino", freshPhone()}
		registerPatient(other, who)
		agendaOf(desk, desk.inDays(0))
		bookToday(other, who)
		began := time.Now()
		card := desk.cardOf(who.listed())
		Expect(time.Since(began)).To(BeNumerically("<", newsLimit), "a booking")
		agendaOf(other, other.inDays(0))
		other.Press(card)
		other.PressOn("#agenda-panel button", "Llegó")
		other.See("#agenda-panel", "En sala")
		Eventually(func() string { return desk.Text(card) }).WithTimeout(newsLimit).Should(ContainSubstring("En sala"))
		desk.See("#agenda-panel", who.listed())
		desk.Clean("agenda-novedad")
	})

	It("gives an hour to one of two, and tells the other who has it and what is free", func() {
		one, two := Desk(), Desk()
		signIn(one, "recepcion@demo.pe")
		signIn(two, "triaje@demo.pe")
		for w, who := range map[*Window]somebody{
			one: {freshDNI(), "Primera", "Carrera", "Una", "240188", "Femenino", freshPhone()},
			two: {freshDNI(), "Segunda", "Carrera", "Dos", "240188", "Femenino", freshPhone()},
		} {
			registerPatient(w, who)
			id := w.Where()[len("/pacientes/"):]
			w.Go("/agenda?fecha=" + w.inDays(7))
			w.Go("/citas/nueva?paciente=" + id + "&prof=" + alwaysThere())
			chooseService(w, "Consulta y diagnóstico")
			w.Fill("[name=hora]", w.typedQuiet(8))
			w.See("#hora-eco", "Libre")
			w.Refused(409)
		}
		var both sync.WaitGroup
		for _, w := range []*Window{one, two} {
			both.Go(func() { defer GinkgoRecover(); w.PressOn("button[type=submit]", "Reservar") })
		}
		both.Wait()
		lost := func() []*Window {
			var told []*Window
			for _, w := range []*Window{one, two} {
				if w.Text("#hora-eco .error") != "" {
					told = append(told, w)
				}
			}
			return told
		}
		Eventually(lost).WithTimeout(pageLimit).Should(HaveLen(1))
		loser := lost()[0]
		winner, name := one, "Yesenia Rojas"
		if loser == one {
			winner, name = two, "Lizbeth Condezo"
		}
		Eventually(winner.Where).WithTimeout(pageLimit).Should(HavePrefix("/agenda?cita="))
		loser.See("#hora-eco .error", name+" tomó las")
		loser.See("#hora-eco .error", "Libres:")
		loser.Clean("reserva-tomada")
		loser.Press("#hora-eco [data-hora]")
		loser.See("#hora-eco", "Libre.")
		loser.Follow("button[type=submit]", "Reservar")
		Expect(loser.Where()).To(HavePrefix("/agenda?cita="))
	})
})
