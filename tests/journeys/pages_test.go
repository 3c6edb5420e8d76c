package journeys_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
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
			"/configuracion/servicios/sugeridos", "/configuracion/consultorios", "/configuracion/consultorios/nuevo", "/configuracion/horarios", "/configuracion/personas", "/configuracion/personas/invitar", "/configuracion/seguridad", "/ayuda"},
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
			})
		}
	}
})
