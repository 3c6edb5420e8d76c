package views_test

import (
	"context"
	"regexp"
	"strings"

	"github.com/a-h/templ"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/views"
)

func draw(c templ.Component) string {
	var out strings.Builder
	Expect(c.Render(context.Background(), &out)).To(Succeed())
	return out.String()
}

var _ = Describe("A field", func() {
	name := views.Field{Name: "dni", Label: "DNI", Help: "Ocho dígitos"}

	It("is explained by its help", func() {
		html := draw(views.TextField(name))
		Expect(html).To(ContainSubstring(`aria-describedby="c-dni-nota"`))
		Expect(html).To(ContainSubstring(`id="c-dni-nota">Ocho dígitos`))
		Expect(html).NotTo(ContainSubstring("aria-invalid"))
	})

	It("keeps what was typed and says its problem in place of the help", func() {
		html := draw(views.TextField(name.With(`123"<`, map[string]string{"dni": "El DNI tiene 8 dígitos; aquí hay 3."})))
		Expect(html).To(ContainSubstring(`value="123&#34;&lt;"`))
		Expect(html).To(ContainSubstring(`aria-invalid="true"`))
		Expect(html).To(ContainSubstring("El DNI tiene 8 dígitos"))
		Expect(html).NotTo(ContainSubstring("Ocho dígitos"))
	})

	It("marks only the optional ones", func() {
		Expect(draw(views.TextField(name))).To(And(ContainSubstring(`aria-required="true"`), Not(ContainSubstring("(opcional)"))))
		name.Optional = true
		Expect(draw(views.TextField(name))).To(And(ContainSubstring("(opcional)"), Not(ContainSubstring("aria-required"))))
	})

	It("offers select options in their groups, the value chosen", func() {
		html := draw(views.SelectField(views.Field{Name: "p", Label: "Profesional", Value: "2",
			Options: []views.Option{{Value: "1", Label: "Uno", Group: "A"}, {Value: "2", Label: "Dos", Group: "B"}}}))
		Expect(html).To(MatchRegexp(`<optgroup label="B">\s*<option value="2" selected`))
	})

	It("asks for a day of birth as its caller says, each attribute once", func() {
		html := draw(views.DateField(views.Field{Name: "nacimiento", Label: "Nacimiento", Attrs: templ.Attributes{"data-fecha": "nacimiento"}}))
		Expect(strings.Count(html, "data-fecha=")).To(Equal(1))
		Expect(html).To(ContainSubstring(`data-fecha="nacimiento"`))
		Expect(draw(views.DateField(views.Field{Name: "desde", Label: "Desde"}))).To(ContainSubstring(`data-fecha=""`))
	})

	It("counts the problems of a form and says the one of no field", func() {
		Expect(draw(views.FormErrors(nil))).To(BeEmpty())
		html := draw(views.FormErrors(map[string]string{"dni": "x", "": "Algo de todos."}))
		Expect(html).To(And(ContainSubstring("Hay 2 datos por corregir."), ContainSubstring("Algo de todos.")))
	})
})

var _ = Describe("The shell", func() {
	shell := views.Shell{Title: "Agenda", LockMinutes: 15, SearchURL: "/pacientes/buscar",
		Nav:       []views.NavItem{{Label: "Agenda", Href: "/agenda", Icon: "calendar-days", Current: true}, {Label: "Auditoría", Href: "/auditoria", Icon: "shield-check", Count: 2, Late: true}},
		BottomNav: []views.NavItem{{Label: "Hoy", Href: "/agenda", Icon: "calendar-days"}},
		Person:    views.Person{Name: "Yesenia <Rojas>"}, Clinic: views.Clinic{Name: "Norte"}}

	It("carries no inline style, script or handler, which the content policy would refuse", func() {
		shell.QuickCreate = []views.NavItem{{Label: "Cita", Href: "/citas/nueva", Key: "r", Dialog: true}}
		html := draw(views.AppShell(shell)) + draw(views.HelpPage(true)) + draw(views.PublicShell(views.Public{}))
		Expect(html).NotTo(MatchRegexp(`\sstyle=`))
		Expect(html).NotTo(MatchRegexp(`\son[a-z]+=|hx-on`))
		for _, script := range regexp.MustCompile(`(?s)<script([^>]*)>(.*?)</script>`).FindAllStringSubmatch(html, -1) {
			Expect(script[1]).To(ContainSubstring("src="))
			Expect(script[2]).To(BeEmpty())
		}
	})

	It("names the page once, and leads to its content", func() {
		html := draw(views.AppShell(shell))
		Expect(html).To(ContainSubstring("<title>Agenda · Hampi</title>"))
		Expect(strings.Count(html, "<h1")).To(Equal(2), "one on the page, one in the spare lock, which is a template")
		Expect(html).To(ContainSubstring(`href="#contenido"`))
		Expect(html).To(ContainSubstring("Yesenia &lt;Rojas&gt;"))
	})

	It("draws nothing that does not exist", func() {
		shell.QuickCreate, shell.SearchURL, shell.LockMinutes = nil, "", 0
		html := draw(views.AppShell(shell))
		for _, absent := range []string{"menu-nuevo", `id="buscador"`, "data-bloquear", "data-bloqueo-min", "hampi-sw"} {
			Expect(html).NotTo(ContainSubstring(absent))
		}
	})

	It("drops the phone's bar and folds the sidebar in focus mode", func() {
		shell.Focus = true
		html := draw(views.AppShell(shell))
		Expect(html).To(ContainSubstring(`data-riel="foco"`))
		Expect(html).NotTo(ContainSubstring("pie-movil"))
	})

	It("draws the person's look from the start", func() {
		html := draw(views.Document(views.Head{Look: views.Look{Theme: "oscuro", Density: "comoda", Accent: "molle", Shortcuts: "no", Rail: true}}))
		for _, part := range []string{`class="dark"`, `data-densidad="comoda"`, `data-acento="molle"`, `data-atajos="no"`, `data-riel="si"`} {
			Expect(html).To(ContainSubstring(part))
		}
	})
})

var _ = Describe("The connection", func() {
	clinic := views.Shell{Title: "Agenda", SearchURL: "/pacientes/buscar"}

	It("has its badge on every page, quiet until the script knows better, and a key of its own", func() {
		html := draw(views.AppShell(clinic))
		Expect(html).To(MatchRegexp(`<a class="estado-red" href="/sincronizacion" data-red data-e="linea" data-key="g s"`))
		Expect(html).To(ContainSubstring(`<span class="red-estado" data-red-estado>En línea</span>`))
		Expect(strings.Count(html, "data-red-version data-actualizar hidden")).To(Equal(2), "in the menu at the desk and under Más")
	})

	It("keeps the strip's place empty, so that what fills it is announced", func() {
		html := draw(views.AppShell(clinic))
		Expect(html).To(ContainSubstring(`<div class="franja-lugar" data-red-franja></div>`))
		Expect(html).To(ContainSubstring("Puede ver la agenda y los pacientes de este equipo."))
		clinic.QuickCreate = []views.NavItem{{Label: "Cita", Href: "/citas/nueva"}}
		Expect(draw(views.AppShell(clinic))).To(ContainSubstring("Puede reservar, mover y recibir pacientes; se envía solo cuando vuelva.</span>"))
		Expect(html).To(MatchRegexp(`(?s)Ingrese para enviar <span data-red-cambios></span>.*<a class="franja-ver" href="/ingresar" data-red-ingresar>`))
	})

	It("says when the device drew the page from what it keeps", func() {
		Expect(draw(views.AppShell(clinic))).NotTo(ContainSubstring("Datos de este equipo"))
		clinic.DeviceData = "9:41"
		Expect(draw(views.AppShell(clinic))).To(ContainSubstring("Datos de este equipo, 9:41"))
	})

	It("is no matter for people of the platform", func() {
		html := draw(views.AppShell(views.Shell{Title: "Clínicas", NoSync: true}))
		Expect(html).NotTo(Or(ContainSubstring("data-red"), ContainSubstring("franja-sin")))
	})
})

var _ = Describe("States of an appointment", func() {
	It("are said in word, icon and colour, each its own", func() {
		seen := map[string]bool{}
		for _, s := range views.States() {
			html := draw(views.Pill(s, ""))
			Expect(html).To(ContainSubstring(s.Label()))
			Expect(seen).NotTo(HaveKey(s.Icon()))
			Expect(seen).NotTo(HaveKey(s.Data()))
			seen[s.Icon()], seen[s.Data()] = true, true
		}
	})
})
