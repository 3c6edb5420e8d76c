package journeys_test

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // zones exist on any machine

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// zone is one that a clinic may choose.
type zone struct {
	label string
	here  *time.Location
	quiet int // an hour, and the next, at which the demonstration has booked nobody: night in Lima
}

var (
	lima     = zone{"Perú (Lima)", located("America/Lima"), 21}
	saoPaulo = zone{"Brasil (São Paulo)", located("America/Sao_Paulo"), 22}
)

func located(name string) *time.Location {
	here, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // tzdata lies in the program of the specs
	}
	return here
}

// withHoursLeft is the zone in which the journeys that book today find hours enough: that of Peru, and late in its
// evening one where the next day has begun.
func withHoursLeft(now time.Time) zone {
	if now.In(lima.here).Hour() < 22 {
		return lima
	}
	return saoPaulo
}

// alwaysThere is the membership of ortodoncia@demo.pe, who from now on attends at any hour of any day, so
// that the journeys find free hours whenever they run.
func alwaysThere() string {
	GinkgoHelper()
	return demo.alwaysThere()
}

func (p *Program) alwaysThere() string {
	GinkgoHelper()
	if p.always != "" {
		return p.always
	}
	w := Desk()
	w.program = p
	signIn(w, "admin@demo.pe")
	if p.zone != lima {
		w.Go("/configuracion/clinica")
		w.Choose("[name=zona]", p.zone.label)
		w.PressOn("form:has([name=zona]) button[type=submit]", "Guardar")
		w.Settled()
	}
	w.Go("/configuracion/horarios")
	w.Clean("configuracion-horarios")
	w.Follow("a", "Espinoza")
	path := w.Where()
	w.Follow("a", "Centro")
	for day := range 7 {
		w.Fill(fmt.Sprintf("[name=dia%d]", day+1), "0-24")
	}
	w.Clean("configuracion-horario")
	w.Follow("button[type=submit]", "Guardar")
	w.See("a[href='"+path+"']", "lun–dom")
	p.always = path[strings.LastIndex(path, "/")+1:]
	Expect(p.always).To(HaveLen(36))
	return p.always
}

// bookToday books somebody, whose page the window shows, with him for the next free hour of a consultation, and ends
// at the card in the agenda.
func bookToday(w *Window, who somebody) {
	GinkgoHelper()
	id := strings.TrimPrefix(w.Where(), "/pacientes/")
	w.Go("/citas/nueva?paciente=" + id + "&prof=" + alwaysThere())
	chooseService(w, "Consulta y diagnóstico")
	w.Press("#hora-eco [data-hora]")
	w.See("#hora-eco", "Se entiende")
	w.Follow("button[type=submit]", "Reservar")
	w.cardOf(who.listed())
}
