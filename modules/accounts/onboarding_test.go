package accounts_test

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/fault"
)

// servicesStep is what another module would offer: it is done once somebody sent "listo".
type servicesStep struct{ done bool }

func (*servicesStep) Slug() string  { return "servicios" }
func (*servicesStep) Title() string { return "Servicios y precios" }
func (*servicesStep) Body(context.Context) (templ.Component, error) {
	return saying("aquí los servicios"), nil
}
func (s *servicesStep) Save(c echo.Context) error {
	if c.FormValue("respuesta") != "listo" {
		return &accounts.Redraw{Status: http.StatusUnprocessableEntity, Body: saying("aquí lo que escribió: " + c.FormValue("respuesta"))}
	}
	s.done = true
	return nil
}
func (s *servicesStep) Done(context.Context) (bool, error) { return s.done, nil }

func saying(words string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, words)
		return err
	})
}

var signUpFields = []string{"clinica", "Clínica Los Sauces", "ruc", "20131312955", "nombre", "Marta Quispe", "correo", "marta@sauces.pe", "password", goodPassword}

// with replaces one value of name-value pairs.
func with(pairs []string, name, value string) []string {
	changed := append([]string(nil), pairs...)
	for i := 0; i < len(changed); i += 2 {
		if changed[i] == name {
			changed[i+1] = value
		}
	}
	return changed
}

var _ = Describe("opening a clinic", func() {
	var app *staffApp
	var services *servicesStep
	BeforeEach(func() {
		services = &servicesStep{}
		app = newStaffApp(accounts.OnboardingParts{Services: services})
	})

	DescribeTable("keeps what was typed and says what is missing", func(field, value, words string) {
		b := app.browser()
		answer := b.post("/empezar", with(signUpFields, field, value)...)
		Expect(answer.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(answer.Body).To(ContainSubstring(words))
		Expect(answer.Body).To(ContainSubstring(`aria-invalid="true"`))
		if field != "nombre" {
			Expect(answer.Body).To(ContainSubstring("Marta Quispe"))
		}
		Expect(answer.Body).NotTo(ContainSubstring(goodPassword))
		Expect(app.count("select count(*) from signups")).To(BeZero())
	},
		Entry("no clinic", "clinica", " ", "Falta el nombre de la clínica."),
		Entry("a wrong RUC", "ruc", "20131312954", "último dígito"),
		Entry("no name", "nombre", "", "Falta su nombre."),
		Entry("no e-mail", "correo", "marta", "nombre@dominio.pe"),
		Entry("a short password", "password", "corta", "12 caracteres"),
		Entry("a password of the clinic's name", "password", "clinica los sauces 2026", "No use el nombre"),
		Entry("a name too long", "clinica", strings.Repeat("x", 121), "Caben 120 letras"),
	)

	It("answers the same for an e-mail that has an account, and explains by letter", func() {
		app.give(app.Norte.People["doctor"].User, "conocida@norte.pe", "")
		unknown := app.browser().post("/empezar", with(signUpFields, "correo", "nueva@norte.pe")...)
		known := app.browser().post("/empezar", with(signUpFields, "correo", "conocida@norte.pe")...)
		Expect(known.Status).To(Equal(unknown.Status))
		Expect(strings.ReplaceAll(known.Body, "conocida@norte.pe", "X")).To(Equal(strings.ReplaceAll(unknown.Body, "nueva@norte.pe", "X")))
		Expect(app.link("nueva@norte.pe", 1)).To(HavePrefix("/empezar/confirmar/"))
		Expect(app.link("conocida@norte.pe", 1)).To(Equal("/empezar"))
	})

	It("writes three letters an hour to one address and no more, with the same answer", func() {
		for range 5 {
			Expect(app.browser().post("/empezar", signUpFields...).Status).To(Equal(http.StatusOK))
		}
		Expect(app.count("select count(*) from signups")).To(Equal(3))
		Expect(app.count("select count(*) from signups where position('marta'::bytea in content) > 0")).To(BeZero())
	})

	It("goes from the letter through the second factor to a prepared clinic", func() {
		b := app.browser()
		Expect(b.post("/empezar", signUpFields...).Status).To(Equal(http.StatusOK))
		link := app.link("marta@sauces.pe", 1)
		Expect(b.get(link).Body).To(ContainSubstring("Clínica Los Sauces"))
		Expect(b.get(link).Status).To(Equal(http.StatusOK), "looking opens nothing")

		wrong := b.post(link, "password", "otra frase cualquiera")
		Expect(wrong.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(app.count("select count(*) from clinics where name = 'Clínica Los Sauces'")).To(BeZero())

		enrol := b.post(link, "password", goodPassword)
		Expect(enrol.Body).To(ContainSubstring("Proteja su cuenta"))
		Expect(b.get("/empezar/sede").Status).To(Equal(http.StatusSeeOther), "nothing opens before the second factor")
		Expect(b.get(link).Status).To(Equal(http.StatusNotFound), "a link opens once")
		Expect(b.post(link, "password", goodPassword).Status).To(Equal(http.StatusNotFound))

		done := b.post("/ingresar/registro", "code", accounts.CodeAt(secretOn(enrol.Body), app.clock.Now()))
		Expect(done.Body).To(ContainSubstring("Códigos de recuperación"))
		Expect(b.get("/empezar").Header.Get("Location")).To(Equal("/empezar/sede"))

		site := b.get("/empezar/sede")
		Expect(site.Body).To(ContainSubstring("¿Qué se atiende?"))
		id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(site.Body)[1]
		refused := b.post("/empezar/sede", "id", id, "nombre", "", "direccion", "Jr. Dos de Mayo 100")
		Expect(refused.Status).To(Equal(http.StatusUnprocessableEntity))
		Expect(refused.Body).To(And(ContainSubstring("Falta el nombre de la sede."), ContainSubstring("al menos una especialidad"), ContainSubstring("Jr. Dos de Mayo 100")))
		stored := b.post("/empezar/sede", "id", id, "nombre", "Principal", "especialidades", "odontologia")
		Expect(stored.Header.Get("Location")).To(Equal("/empezar/profesionales"))

		Expect(b.get("/empezar").Header.Get("Location")).To(Equal("/empezar/profesionales"), "taken up where it was left")
		Expect(b.post("/empezar/yo", "nombre", "Marta Quispe", "titulo", "Dra.", "colegio", "COP", "especialidad", "odontologia").Body).
			To(ContainSubstring("Falta el número de colegiatura."))
		Expect(b.post("/empezar/yo", "nombre", "Marta Quispe", "titulo", "Dra.", "colegio", "COP", "colegiatura", "31582", "especialidad", "odontologia").Status).
			To(Equal(http.StatusSeeOther))
		Expect(b.get("/empezar/profesionales").Body).To(And(ContainSubstring("Dra. Marta Quispe"), Not(ContainSubstring("Yo también atiendo"))))

		Expect(b.get("/empezar").Header.Get("Location")).To(Equal("/empezar/servicios"))
		last := b.get("/empezar/servicios").Body
		Expect(last).To(And(ContainSubstring("aquí los servicios"), ContainSubstring("Dejar para después"), ContainSubstring("Falta: servicios con su precio.")))
		Expect(last).NotTo(ContainSubstring("Terminar<"), "nothing but the step's own form ends it, so that nothing typed is dropped")
		Expect(b.post("/empezar/servicios", "respuesta", "no").Body).To(ContainSubstring("aquí lo que escribió: no"))
		Expect(b.post("/empezar/servicios", "respuesta", "listo").Header.Get("Location")).To(Equal("/empezar/listo"))
		Expect(b.post("/empezar/listo").Header.Get("Location")).To(Equal("/empezar/listo"))
		Expect(b.get("/empezar/listo").Body).To(ContainSubstring("Registrar al primer paciente"))
		Expect(app.count("select count(*) from clinics where name = 'Clínica Los Sauces' and onboarded_at is not null and slug = 'clinica-los-sauces'")).To(Equal(1))
		Expect(b.get("/empezar").Body).To(ContainSubstring("Abrir otra clínica"))
		Expect(b.get("/empezar/nada").Status).To(Equal(http.StatusNotFound))
	})

	It("says at the end what was skipped, and where it is added", func() {
		b := app.admin()
		_, err := app.Admin.Exec(context.Background(), "update memberships set roles = '{clinic_admin}' where clinic_id = $1 and 'doctor' = any(roles)", app.Norte.ID)
		Expect(err).NotTo(HaveOccurred())
		Expect(b.post("/empezar/servicios", "respuesta", "listo").Header.Get("Location")).To(Equal("/empezar/listo"), "saved, and the end says the rest")
		ready := b.get("/empezar/listo").Body
		Expect(ready).To(And(ContainSubstring("Casi listo"), ContainSubstring(`href="/empezar/profesionales">Profesionales con su horario`)))
		Expect(ready).NotTo(ContainSubstring("Servicios con su precio"))
		Expect(app.count("select count(*) from clinics where id = $1 and onboarded_at is not null", app.Norte.ID)).To(BeZero())
		Expect(ready).To(ContainSubstring("Dar por terminada la preparación"))
		b.post("/empezar/listo")
		Expect(b.get("/empezar/listo").Body).To(And(ContainSubstring("Profesionales con su horario"), Not(ContainSubstring("Dar por terminada"))))
	})

	It("opens no clinic by a link that is too old", func() {
		b := app.browser()
		b.post("/empezar", signUpFields...)
		link := app.link("marta@sauces.pe", 1)
		app.clock.Pass(accounts.SignUpLife)
		Expect(b.get(link).Status).To(Equal(http.StatusNotFound))
		Expect(b.post(link, "password", goodPassword).Status).To(Equal(http.StatusNotFound))
		app.clock.Pass(8 * 24 * time.Hour)
		b.post("/empezar", with(signUpFields, "correo", "otra@sauces.pe")...)
		Expect(app.count("select count(*) from signups")).To(Equal(1), "what is old is forgotten")
	})

	It("gives every clinic of one name an address of its own, and one account to two letters of one e-mail", func() {
		app.browser().post("/empezar", signUpFields...)
		app.browser().post("/empezar", signUpFields...)
		first, second := app.link("marta@sauces.pe", 1), app.link("marta@sauces.pe", 2)
		Expect(app.browser().post(first, "password", goodPassword).Status).To(Equal(http.StatusOK))
		late := app.browser().post(second, "password", goodPassword)
		Expect(late.Header.Get("Location")).To(HavePrefix("/ingresar"))
		Expect(app.count("select count(*) from clinics where name = 'Clínica Los Sauces'")).To(Equal(1))

		app.browser().post("/empezar", with(signUpFields, "correo", "otra@sauces.pe")...)
		Expect(app.browser().post(app.link("otra@sauces.pe", 1), "password", goodPassword).Status).To(Equal(http.StatusOK))
		Expect(app.count("select count(*) from clinics where slug = 'clinica-los-sauces-2'")).To(Equal(1))
	})

	It("opens a second clinic for somebody who is signed in, once for a form sent twice", func() {
		cashier := app.Norte.People["cashier"]
		app.give(cashier.User, "caja@norte.pe", "")
		Expect(app.browser().post("/empezar/otra-clinica", "id", uuid.NewString(), "clinica", "Otra", "ruc", "20131312955").Header.Get("Location")).
			To(HavePrefix("/ingresar"))
		b := app.signedIn("caja@norte.pe")
		Expect(b.get("/empezar").Body).To(ContainSubstring("Abrir otra clínica"))
		id := uuid.NewString()
		Expect(b.post("/empezar/otra-clinica", "id", id, "clinica", "Otra", "ruc", "1").Body).To(ContainSubstring("11 dígitos"))
		for range 2 {
			Expect(b.post("/empezar/otra-clinica", "id", id, "clinica", "Otra", "ruc", "20131312955").Body).To(ContainSubstring("Otra está abierta"))
		}
		Expect(app.count("select count(*) from clinics where name = 'Otra'")).To(Equal(1))
		Expect(app.count("select count(*) from memberships where user_id = $1 and roles = '{clinic_admin}'", cashier.User)).To(Equal(1))
		Expect(b.post("/empezar/otra-clinica", "id", app.Sur.ID.String(), "clinica", "Sur", "ruc", "20131312955").Status).To(Equal(http.StatusNotFound))
	})

	It("lets nobody without the right to the steps, and super admins to no clinic", func() {
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		b := app.signedIn("recepcion@norte.pe")
		for _, path := range []string{"/empezar/sede", "/empezar/listo", "/configuracion/personas"} {
			Expect(b.get(path).Status).To(Equal(http.StatusNotFound), path)
		}
	})
})

var _ = Describe("a form of a section of the clinic", Ordered, func() {
	var w *staffWorld
	house := accounts.House{}
	BeforeAll(func() { w = newStaffWorld() })

	clinic := func(ctx context.Context) accounts.Clinic {
		GinkgoHelper()
		c, err := house.Clinic(ctx)
		Expect(err).NotTo(HaveOccurred())
		return c
	}

	It("is not disturbed by another section, and is told of a change of its own", func() {
		var data, look accounts.Seen
		Expect(w.norte(func(ctx context.Context) error {
			data, look = accounts.SeenOf(clinic(ctx), accounts.DataSection), accounts.SeenOf(clinic(ctx), accounts.LookSection)
			return nil
		})).To(Succeed())
		first := accounts.ClinicData{Name: "Clínica Norte", RUC: "20131312955", Phone: "062 51 0000"}
		Expect(w.norte(func(ctx context.Context) error { return house.SaveData(ctx, data, first) })).To(Succeed())
		Expect(w.norte(func(ctx context.Context) error { return house.SaveLook(ctx, look, "molle") })).To(Succeed())
		second := accounts.ClinicData{Name: "Clínica Norte S.A.C.", RUC: "20131312955"}
		Expect(w.norte(func(ctx context.Context) error { return house.SaveData(ctx, data, second) })).To(MatchError(accounts.ErrClinicChanged))
		Expect(w.norte(func(ctx context.Context) error {
			Expect(clinic(ctx).Phone).To(Equal("062 51 0000"))
			Expect(clinic(ctx).Accent).To(Equal("molle"))
			return nil
		})).To(Succeed())
		Expect(w.Committed(w.Sur, "clinic_admin", func(ctx context.Context) error {
			Expect(clinic(ctx).Accent).To(Equal("agua"))
			return nil
		})).To(Succeed())
	})

	DescribeTable("refuses what is not in its lists", func(save func(ctx context.Context) error, field string) {
		problems, ok := fault.Fields(w.norte(save))
		Expect(ok).To(BeTrue())
		Expect(problems).To(HaveKey(field))
	},
		Entry("a blue", func(ctx context.Context) error { return house.SaveLook(ctx, accounts.Seen{}, "azul") }, "acento"),
		Entry("a zone", func(ctx context.Context) error { return house.SaveZone(ctx, accounts.Seen{}, "America/Nowhere") }, "zona"),
		Entry("never locking", func(ctx context.Context) error { return house.SaveLock(ctx, accounts.Seen{}, 0) }, "minutos"),
		Entry("an hour and more", func(ctx context.Context) error { return house.SaveLock(ctx, accounts.Seen{}, 61) }, "minutos"),
		Entry("no picture", func(ctx context.Context) error { return house.SaveLogo(ctx, nil) }, "logo"),
		Entry("a page named png", func(ctx context.Context) error { return house.SaveLogo(ctx, []byte("<html><script>alert(1)</script>")) }, "logo"),
		Entry("an svg", func(ctx context.Context) error {
			return house.SaveLogo(ctx, []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`))
		}, "logo"),
		Entry("a broken png", func(ctx context.Context) error { return house.SaveLogo(ctx, []byte("\x89PNG\r\n\x1a\n....")) }, "logo"),
		Entry("half a megabyte and more", func(ctx context.Context) error { return house.SaveLogo(ctx, make([]byte, accounts.LogoMaxBytes+1)) }, "logo"),
	)

	It("keeps one open site, and the names of sites apart", func() {
		Expect(w.norte(func(ctx context.Context) error { return house.CloseSite(ctx, w.Norte.Site) })).To(MatchError(accounts.ErrLastSite))
		other := accounts.Site{ID: uuid.Must(uuid.NewV7()), Name: " Centro "}
		Expect(w.norte(func(ctx context.Context) error { return house.AddSite(ctx, other) })).To(MatchError(accounts.ErrSiteName))
		other.Name = "Sur"
		Expect(w.norte(func(ctx context.Context) error { return house.AddSite(ctx, other) })).To(Succeed())
		Expect(w.norte(func(ctx context.Context) error { return house.CloseSite(ctx, w.Norte.Site) })).To(Succeed())
		Expect(w.norte(func(ctx context.Context) error { return house.ReopenSite(ctx, w.Norte.Site) })).To(Succeed())
		stale := accounts.Site{ID: w.Norte.Site, Name: "Central", Version: 1}
		Expect(w.norte(func(ctx context.Context) error { return house.ChangeSite(ctx, stale) })).To(MatchError(accounts.ErrSiteChanged))
		for name, do := range map[string]func(ctx context.Context) error{
			"change": func(ctx context.Context) error {
				return house.ChangeSite(ctx, accounts.Site{ID: w.Sur.Site, Name: "Mía", Version: 1})
			},
			"close":  func(ctx context.Context) error { return house.CloseSite(ctx, w.Sur.Site) },
			"reopen": func(ctx context.Context) error { return house.ReopenSite(ctx, w.Sur.Site) },
		} {
			Expect(w.norte(do)).To(MatchError(fault.ErrNotFound), name)
		}
	})
})
