package journeys_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// seen is what the navigation of somebody offers.
type seen struct {
	home         string
	side, bottom []string // at a desk; on a phone, with ＋ as "Nuevo"
	create       []string // behind ＋ and N
	refused      []string // addresses that exist for others
}

var _ = Describe("what each role sees", func() {
	everybody := map[string]seen{
		"triaje@demo.pe": {
			home: "/hoy", side: []string{"Hoy", "Agenda", "Pacientes"}, bottom: []string{"Hoy", "Pacientes", "Nuevo", "Agenda", "Más"}, create: []string{"Cita", "Paciente"},
			refused: []string{"/agenda/bloqueos/nuevo", "/pacientes/importar", "/pacientes/exportar", "/configuracion/clinica", "/configuracion/personas", "/auditoria", "/plataforma/clinicas"},
		},
		"caja@demo.pe": {
			home: "/caja", side: []string{"Caja", "Comprobantes", "Pacientes", "Agenda"}, bottom: []string{"Caja", "Pacientes", "Nuevo", "Comprobantes", "Más"}, create: []string{"Cobro"},
			refused: []string{"/citas/nueva", "/pacientes/nuevo", "/pacientes/importar", "/configuracion/servicios", "/auditoria", "/plataforma/clinicas"},
		},
	}
	for email, sees := range everybody {
		It("is for "+email+" their own navigation and nothing else", func() {
			desk := Desk()
			signIn(desk, email)
			desk.At(sees.home)
			Expect(desk.Texts("nav[aria-label=Secciones] a")).To(Equal(sees.side))
			desk.Clean("inicio-" + email[:4])
			for _, address := range sees.refused {
				desk.Refused(404)
				desk.Go(address)
				desk.Heading("Esta página no existe")
				Expect(desk.Texts("nav[aria-label=Secciones] a")).To(Or(BeEmpty(), Equal(sees.side)), address)
			}
			desk.Clean("no-existe-" + email[:4])

			phone := Phone()
			signIn(phone, email)
			Expect(phone.Texts(".pie-movil > *")).To(Equal(sees.bottom))
			phone.Clean("inicio-" + email[:4])
			phone.PressOn(".pie-movil button", "Más")
			Expect(phone.Texts("#menu-mas > a[href^='/configuracion'], #menu-mas > a[href^='/auditoria']")).To(BeEmpty())
			phone.Clean("mas-" + email[:4])
			if len(sees.create) > 0 {
				phone.Go(sees.home)
				phone.Press(".pie-movil .central")
				phone.See("#menu-nuevo", "Nuevo")
				Expect(phone.Texts("#menu-nuevo a")).To(Equal(sees.create))
				phone.Clean("nuevo-" + email[:4])
			}
		})
	}
})
