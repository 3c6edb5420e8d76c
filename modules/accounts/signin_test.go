package accounts_test

import (
	"html"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
)

var _ = Describe("signing in", func() {
	var app *signInApp

	BeforeEach(func() {
		app = newSignInApp()
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		app.give(app.Norte.People["doctor"].User, "doctora@norte.pe", knownSecret)
	})

	It("shows one page with e-mail and password", func() {
		page := app.browser().get("/ingresar?volver=/agenda")
		Expect(page.Status).To(Equal(200))
		Expect(page.Body).To(And(ContainSubstring(`autocomplete="username"`), ContainSubstring(`autocomplete="current-password"`),
			ContainSubstring(`value="/agenda"`), ContainSubstring("<!doctype html>")))
	})

	It("lets a receptionist in with the password and leads where she wanted to go", func() {
		b := app.browser()
		Expect(b.get("/agenda").Header.Get("Location")).To(Equal("/ingresar?volver=%2Fagenda"))
		answer := b.post("/ingresar", "email", " Recepcion@Norte.pe ", "password", goodPassword, "volver", "/agenda")
		Expect(answer.Status).To(Equal(303))
		Expect(answer.Header.Get("Location")).To(Equal("/agenda"))
		Expect(b.get("/agenda").Body).To(ContainSubstring(app.Norte.ID.String() + " " + app.Norte.Site.String()))
	})

	DescribeTable("stays on this site", func(wish, place string) {
		Expect(app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword, "volver", wish).Header.Get("HX-Redirect")).To(Equal(place))
	},
		Entry("a page", "/agenda?fecha=2026-11-24", "/agenda?fecha=2026-11-24"), Entry("nothing", "", "/"),
		Entry("another site", "https://example.com/", "/"), Entry("another host", "//example.com", "/"),
		Entry("a backslash", `/\example.com`, "/"), Entry("a line break", "/a\r\nX: y", "/"), Entry("a tab", "/\t/example.com", "/"))

	It("says the same for a wrong password and an unknown person", func() {
		wrong := app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", "otra cosa distinta")
		unknown := app.browser().swap("/ingresar", "email", "recepcion@norte.pe.x", "password", "otra cosa distinta")
		Expect(wrong.Status).To(Equal(422))
		Expect(wrong.Body).To(ContainSubstring("El correo y la contraseña no coinciden."))
		Expect(strings.ReplaceAll(unknown.Body, "norte.pe.x", "norte.pe")).To(Equal(wrong.Body))
	})

	It("asks a doctor for a code in the same document, and opens nothing before it", func() {
		b := app.browser()
		step := b.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
		Expect(step.Status).To(Equal(200))
		Expect(step.Body).To(And(HavePrefix(`<div id="ingreso"`), ContainSubstring(`autocomplete="one-time-code"`)))
		Expect(b.get("/dentro").Status).To(Equal(303))
		Expect(b.get("/ingresar/codigo").Header.Get("Location")).To(Equal("/ingresar"))
		Expect(b.swap("/ingresar/codigo", "code", "000 000").Body).To(ContainSubstring("El código no coincide"))
		code := app.code()
		Expect(b.swap("/ingresar/codigo", "code", code[:3]+" "+code[3:]).Header.Get("HX-Redirect")).To(Equal("/"))
		Expect(b.get("/dentro").Status).To(Equal(200))
	})

	It("answers a plain form by the page with the next step", func() {
		Expect(app.browser().post("/ingresar", "email", "doctora@norte.pe", "password", goodPassword).Body).To(
			And(ContainSubstring("<!doctype html>"), ContainSubstring(`autocomplete="one-time-code"`)))
	})

	It("takes a code only from who gave the password, and only for ten minutes", func() {
		b := app.browser()
		Expect(b.swap("/ingresar/codigo", "code", app.code()).Header.Get("HX-Redirect")).To(Equal("/ingresar"))
		b.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
		app.clock.Pass(11 * time.Minute)
		Expect(b.swap("/ingresar/codigo", "code", app.code()).Header.Get("HX-Redirect")).To(Equal("/ingresar"))
	})

	It("gives the session a new id at the password and at the code", func() {
		b := app.browser()
		b.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
		half := b.cookie("sid")
		b.swap("/ingresar/codigo", "code", app.code())
		whole := b.cookie("sid")
		Expect(half).NotTo(BeEmpty())
		Expect(whole).NotTo(Or(BeEmpty(), Equal(half)))
		Expect(app.count("select count(*) from sessions where token = $1", whole)).To(BeZero(), "the token is kept hashed")
	})

	It("does not go on with a session that somebody else chose", func() {
		stranger := app.browser()
		stranger.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
		planted := stranger.cookie("sid")
		victim := app.browser()
		victim.request("POST", "/ingresar", formOf("email", "recepcion@norte.pe", "password", goodPassword), "HX-Request", "true", "Cookie", "sid="+planted)
		Expect(victim.get("/dentro").Status).To(Equal(200))
		Expect(victim.cookie("sid")).NotTo(Equal(planted))
		Expect(stranger.get("/dentro").Status).To(Equal(303))
	})

	It("shows a new key to each who begins to enrol, so that one seen by a stranger is worth nothing", func() {
		app.give(app.Norte.People["clinic_admin"].User, "admin@norte.pe", "")
		stranger := secretShown(app.browser().swap("/ingresar", "email", "admin@norte.pe", "password", goodPassword).Body)
		b := app.browser()
		own := secretShown(b.swap("/ingresar", "email", "admin@norte.pe", "password", goodPassword).Body)
		Expect(own).NotTo(Equal(stranger))
		Expect(b.swap("/ingresar/registro", "code", accounts.CodeAt(stranger, app.clock.Now())).Status).To(Equal(422))
		Expect(codesShown(b.swap("/ingresar/registro", "code", accounts.CodeAt(own, app.clock.Now())).Body)).To(HaveLen(10))
	})

	It("makes an administrator enrol a second factor first, and shows ten recovery codes once", func() {
		app.give(app.Norte.People["clinic_admin"].User, "admin@norte.pe", "")
		b := app.browser()
		step := b.swap("/ingresar", "email", "admin@norte.pe", "password", goodPassword)
		Expect(step.Body).To(ContainSubstring("data:image/png;base64,"))
		Expect(b.get("/dentro").Status).To(Equal(303))
		secret := secretShown(step.Body)
		Expect(secret).To(HaveLen(32))
		again := b.swap("/ingresar/registro", "code", "123456")
		Expect(again.Status).To(Equal(422))
		Expect(secretShown(again.Body)).To(Equal(secret))
		done := b.swap("/ingresar/registro", "code", accounts.CodeAt(secret, app.clock.Now()))
		Expect(codesShown(done.Body)).To(HaveLen(10))
		Expect(b.get("/dentro").Status).To(Equal(200))

		b = app.browser()
		Expect(b.swap("/ingresar", "email", "admin@norte.pe", "password", goodPassword).Body).To(ContainSubstring(`action="/ingresar/codigo"`))
		recovery := codesShown(done.Body)[3]
		Expect(b.swap("/ingresar/codigo", "recuperacion", strings.ToLower(recovery)).Header.Get("HX-Redirect")).To(Equal("/"))
		b = app.browser()
		b.swap("/ingresar", "email", "admin@norte.pe", "password", goodPassword)
		Expect(b.swap("/ingresar/codigo", "recuperacion", recovery).Status).To(Equal(422))
	})

	It("leads people of the platform to no clinic, by a second factor", func() {
		user := app.AddPerson(app.Norte, "Soporte", "receptionist").User
		app.exec("delete from memberships where user_id = $1", user)
		app.exec("update users set super_admin = true where id = $1", user)
		app.give(user, "soporte@hampi.pe", "")
		Expect(app.browser().swap("/ingresar", "email", "soporte@hampi.pe", "password", goodPassword).Body).To(ContainSubstring("/ingresar/registro"))
		app.exec("delete from user_emails where user_id = $1", user)
		app.give(user, "soporte@hampi.pe", knownSecret)
		Expect(app.signedIn("soporte@hampi.pe").get("/dentro").Body).To(ContainSubstring("Soporte 00000000-0000-0000-0000-000000000000"))
	})

	It("says clearly that a person has no clinic, or that it is suspended", func() {
		app.exec("update clinics set suspended_at = now() where id = $1", app.Norte.ID)
		Expect(app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Body).To(ContainSubstring("Su clínica está suspendida"))
		app.exec("update memberships set active = false where user_id = $1", app.Norte.People["receptionist"].User)
		Expect(app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Body).To(ContainSubstring("no tiene una clínica activa"))
	})
})

func secretShown(page string) string {
	found := regexp.MustCompile(`(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}`).FindString(html.UnescapeString(page))
	return strings.ReplaceAll(found, " ", "")
}

func codesShown(page string) []string {
	return regexp.MustCompile(`(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}`).FindAllString(page, -1)
}
