package journeys_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// nameOf makes a picture's name of an address.
func nameOf(address string) string {
	name, _, _ := strings.Cut(strings.Trim(address, "/"), "?")
	return strings.ReplaceAll(name, "/", "-")
}

var _ = Describe("every page", func() {
	// The pages of the clinic by who sees them; what needs a row is seen on the way of the other journeys.
	pages := map[string][]string{
		"admin@demo.pe": {"/agenda", "/agenda?vista=semana", "/agenda?vista=mes", "/pacientes", "/pacientes/nuevo", "/auditoria", "/mi-cuenta", "/mi-cuenta/dispositivos",
			"/configuracion", "/configuracion/clinica", "/configuracion/sedes", "/configuracion/sedes/nueva", "/configuracion/servicios", "/configuracion/servicios/nuevo",
			"/configuracion/servicios/sugeridos", "/configuracion/consultorios", "/configuracion/consultorios/nuevo", "/configuracion/horarios", "/configuracion/personas", "/configuracion/personas/invitar", "/configuracion/seguridad", "/configuracion/catalogos",
			"/configuracion/plantillas", "/configuracion/plantillas/odontologia", "/configuracion/recetas", "/ayuda"},
		"doctor@demo.pe": {"/hoy", "/agenda", "/mi-cuenta/colegiatura", "/configuracion/favoritas"},
	}
	for email, addresses := range pages {
		for name, open := range map[string]func() *Window{"a desk": Desk, "a phone": Phone} {
			It("is clean for "+email+" at "+name, func() {
				w := open()
				signIn(w, email)
				for _, address := range addresses {
					w.Go(address)
					w.Clean(nameOf(address))
				}
				w.Go(addresses[0])
				w.CleanInDark(nameOf(addresses[0]))
			})
		}
	}

	It("puts each day of a month under its weekday", func() {
		w := Desk()
		signIn(w, "recepcion@demo.pe")
		for _, month := range []string{"2026-11-10", "2026-02-10", "2027-05-10"} {
			w.Go("/agenda?vista=mes&fecha=" + month)
			w.See(".agenda-fecha", "15")
			under := Eval[map[string]string](w, `Object.fromEntries([...document.querySelectorAll(".agenda-fecha")].map((day) => {
				const x = day.getBoundingClientRect().left
				const heads = [...document.querySelectorAll(".agenda-mes-dia")].sort((a, b) => Math.abs(a.getBoundingClientRect().left - x) - Math.abs(b.getBoundingClientRect().left - x))
				return [day.id.replace("dia-", ""), heads[0].textContent]
			}))`)
			Expect(len(under)).To(BeNumerically(">=", 28))
			for date, weekday := range under {
				day, err := time.Parse(time.DateOnly, date)
				Expect(err).NotTo(HaveOccurred())
				Expect(weekday).To(Equal([...]string{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"}[day.Weekday()]), date)
			}
		}
	})
})
