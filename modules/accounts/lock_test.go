package accounts_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("a log-in at a browser", func() {
	var app *signInApp
	var b *browser

	BeforeEach(func() {
		app = newSignInApp()
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		b = app.signedIn("recepcion@norte.pe")
	})

	It("locks after the clinic's minutes without activity; polls do not count", func() {
		app.exec("update clinics set lock_after_minutes = 10 where id = $1", app.Norte.ID)
		for range 3 {
			app.clock.Pass(9 * time.Minute)
			Expect(b.get("/dentro").Status).To(Equal(200))
		}
		for range 5 {
			app.clock.Pass(2 * time.Minute)
			b.get("/dentro", "X-Vivo", "1")
		}
		app.clock.Pass(time.Second)
		page := b.get("/dentro")
		Expect(page.Status).To(Equal(303))
		Expect(page.Header.Get("Location")).To(Equal("/bloqueo?volver=%2Fdentro"))
		fragment := b.get("/dentro", "HX-Request", "true")
		Expect(fragment.Status).To(Equal(423))
		Expect(fragment.Header.Get("HX-Trigger")).To(Equal("bloquear"))
		Expect(fragment.Body).To(BeEmpty())
	})

	It("keeps a busy log-in open in a clinic that locks after one minute", func() {
		app.exec("update clinics set lock_after_minutes = 1 where id = $1", app.Norte.ID)
		for range 10 {
			app.clock.Pass(50 * time.Second)
			Expect(b.get("/dentro").Status).To(Equal(200))
		}
	})

	It("locks at once, and opens for the password of the same person alone", func() {
		Expect(b.request("PUT", "/bloqueo", nil).Status).To(Equal(204))
		Expect(b.get("/dentro").Status).To(Equal(303))
		Expect(b.post("/bloqueo/actividad").Status).To(Equal(303))
		form := b.get("/bloqueo", "HX-Request", "true")
		Expect(form.Body).To(And(ContainSubstring("receptionist de Clínica Norte"), ContainSubstring("current-password"), Not(ContainSubstring("<html"))))
		wrong := b.swap("/bloqueo", "password", "otra cosa distinta")
		Expect(wrong.Status).To(Equal(422))
		Expect(wrong.Body).To(ContainSubstring("La contraseña no coincide."))
		open := b.swap("/bloqueo", "password", goodPassword)
		Expect(open.Status).To(Equal(204))
		Expect(open.Header.Get("HX-Trigger")).To(Equal("desbloqueado"))
		Expect(b.get("/dentro").Status).To(Equal(200))
		Expect(b.post("/bloqueo/actividad").Status).To(Equal(204))
	})

	It("unlocks a page of its own and leads back", func() {
		Expect(b.post("/bloqueo/ahora").Header.Get("Location")).To(Equal("/bloqueo"))
		Expect(b.get("/bloqueo?volver=/agenda").Body).To(ContainSubstring(`value="/agenda"`))
		Expect(b.post("/bloqueo", "password", goodPassword, "volver", "/agenda").Header.Get("Location")).To(Equal("/agenda"))
	})

	It("delays guesses at the locked screen", func() {
		b.request("PUT", "/bloqueo", nil)
		for range 5 {
			b.swap("/bloqueo", "password", "otra cosa distinta")
		}
		Expect(b.swap("/bloqueo", "password", goodPassword).Body).To(ContainSubstring("Espere 30 segundos"))
		app.clock.Pass(30 * time.Second)
		Expect(b.swap("/bloqueo", "password", goodPassword).Status).To(Equal(204))
	})

	It("ends after an hour without activity, also while locked", func() {
		app.clock.Pass(59 * time.Minute)
		Expect(b.get("/dentro").Header.Get("Location")).To(HavePrefix("/bloqueo"))
		app.clock.Pass(2 * time.Minute)
		Expect(b.get("/dentro").Header.Get("Location")).To(HavePrefix("/ingresar"))
		Expect(app.count("select count(*) from logins where end_reason = 'idle'")).To(Equal(1))
	})

	It("ends after twelve hours of work", func() {
		for range 12 * 6 {
			app.clock.Pass(10 * time.Minute)
			b.get("/dentro")
		}
		Expect(b.get("/dentro").Header.Get("Location")).To(HavePrefix("/ingresar"))
	})

	It("ends with Salir, and the session is worth nothing afterwards", func() {
		kept := b.cookie("sid")
		Expect(b.post("/salir").Header.Get("Location")).To(Equal("/ingresar"))
		Expect(b.get("/dentro").Status).To(Equal(303))
		Expect(app.browser().get("/dentro", "Cookie", "sid="+kept).Status).To(Equal(303))
	})

	DescribeTable("ends at once when the person may not come in any more", func(change string) {
		Expect(b.get("/dentro").Status).To(Equal(200))
		app.exec(change)
		Expect(b.get("/dentro").Header.Get("Location")).To(HavePrefix("/ingresar"))
	},
		Entry("disabled", "update users set disabled_at = now()"),
		Entry("left the clinic", "update memberships set active = false"),
		Entry("the clinic is suspended", "update clinics set suspended_at = now()"),
		Entry("became an administrator without a second factor", "update memberships set roles = '{receptionist,clinic_admin}'"),
		Entry("the log-in was ended", "update logins set ended_at = now()"),
	)

	It("lets a person be at five browsers; the sixth ends the oldest", func() {
		var all []*browser
		for range 5 {
			app.clock.Pass(time.Second)
			all = append(all, app.signedIn("recepcion@norte.pe"))
		}
		Expect(b.get("/dentro").Status).To(Equal(303))
		for _, other := range all {
			Expect(other.get("/dentro").Status).To(Equal(200))
		}
	})

	It("ends the former log-in when somebody else signs in at the same browser", func() {
		app.give(app.Norte.People["cashier"].User, "caja@norte.pe", "")
		b.request("PUT", "/bloqueo", nil)
		Expect(b.get("/ingresar").Header.Get("Location")).To(Equal("/bloqueo"))
		Expect(b.get("/ingresar?otra=si").Status).To(Equal(200))
		b.swap("/ingresar", "email", "caja@norte.pe", "password", goodPassword)
		Expect(b.get("/dentro").Body).To(ContainSubstring("cashier"))
		Expect(app.count("select count(*) from logins where end_reason = 'replaced'")).To(Equal(1))
	})

	It("changes between the clinics of a person, under a new session id, and says so", func() {
		app.exec("insert into memberships (clinic_id, id, user_id, roles, site_id) values ($1, $2, $3, '{cashier}', $4)",
			app.Sur.ID, app.Sur.Site, app.Norte.People["receptionist"].User, app.Sur.Site)
		before := b.cookie("sid")
		answer := b.post("/clinica?membership=" + app.Sur.Site.String())
		Expect(answer.Header.Get("Location")).To(Equal("/"))
		Expect(b.cookie("sid")).NotTo(Equal(before))
		Expect(b.get("/dentro").Body).To(ContainSubstring(app.Sur.ID.String()))
		Expect(app.signedIn("recepcion@norte.pe").get("/dentro").Body).To(ContainSubstring(app.Sur.ID.String()), "the last used clinic")
		Expect(b.post("/clinica", "membership", app.Sur.People["doctor"].Membership.String()).Status).To(Equal(404), "somebody else's")
		Expect(b.post("/clinica").Status).To(Equal(404), "the platform is for its own people")
	})

	It("changes the site inside the clinic and keeps the page", func() {
		app.exec("insert into sites (clinic_id, id, name) values ($1, gen_random_uuid(), 'Puente')", app.Norte.ID)
		var puente string
		Expect(app.Admin.QueryRow(GinkgoT().Context(), "select id::text from sites where name = 'Puente'").Scan(&puente)).To(Succeed())
		answer := b.request("POST", "/sede?site="+puente, formOf(), "Referer", app.url+"/agenda?fecha=2026-11-24")
		Expect(answer.Header.Get("Location")).To(Equal("/agenda?fecha=2026-11-24"))
		Expect(b.get("/dentro").Body).To(HaveSuffix(puente))
		Expect(b.request("POST", "/sede?site="+puente, formOf(), "Referer", "https://example.com/x").Header.Get("Location")).To(Equal("/"))
		Expect(b.post("/sede", "site", app.Sur.Site.String()).Status).To(Equal(404))
	})
})
