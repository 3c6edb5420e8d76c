package accounts_test

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
)

var _ = Describe("one's own account", func() {
	var app *signInApp
	var b *browser

	BeforeEach(func() {
		app = newSignInApp()
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		app.give(app.Norte.People["doctor"].User, "doctora@norte.pe", knownSecret)
	})

	// fresh is a code that was not used yet.
	fresh := func() string { app.clock.Pass(30 * time.Second); return app.code() }

	It("changes the name and the keys", func() {
		b = app.signedIn("recepcion@norte.pe")
		Expect(b.post("/mi-cuenta/nombre", "nombre", " ").Status).To(Equal(422))
		Expect(b.post("/mi-cuenta/nombre", "nombre", "  Lucía   Vargas ").Status).To(Equal(303))
		Expect(b.get("/dentro").Body).To(ContainSubstring("Lucía Vargas"))
		b.post("/mi-cuenta/atajos", "atajos", "no")
		Expect(b.cookie("atajos")).To(Equal("no"))
		Expect(app.count("select count(*) from users where not shortcuts")).To(Equal(1))
	})

	It("changes the password for who knows the current one, and ends the other log-ins", func() {
		other := app.signedIn("recepcion@norte.pe")
		b = app.signedIn("recepcion@norte.pe")
		before := b.cookie("sid")
		Expect(b.post("/mi-cuenta/clave", "actual", "otra cosa distinta", "password", "cuatro perros bajo la mesa").Body).To(ContainSubstring("La contraseña no coincide."))
		Expect(b.post("/mi-cuenta/clave", "actual", goodPassword, "password", "receptionist 123").Body).To(ContainSubstring("nombre de la clínica"))
		Expect(b.post("/mi-cuenta/clave", "actual", goodPassword, "password", "cuatro perros bajo la mesa").Status).To(Equal(303))
		Expect(b.get("/dentro").Status).To(Equal(200))
		Expect(b.cookie("sid")).NotTo(Equal(before))
		Expect(other.get("/dentro").Status).To(Equal(303))
		Expect(app.count("select count(*) from river_job where kind = 'accounts_changed'")).To(Equal(1))
		Expect(app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", "cuatro perros bajo la mesa").Header.Get("HX-Redirect")).To(Equal("/"))
	})

	It("adds a second factor to an account that needs none", func() {
		b = app.signedIn("recepcion@norte.pe")
		Expect(b.post("/mi-cuenta/segundo-paso/codigo", "code", "123456").Body).To(ContainSubstring("Empiece otra vez"))
		Expect(b.post("/mi-cuenta/segundo-paso", "actual", "otra cosa distinta").Status).To(Equal(422))
		secret := secretShown(b.post("/mi-cuenta/segundo-paso", "actual", goodPassword).Body)
		Expect(codesShown(b.post("/mi-cuenta/segundo-paso/codigo", "code", accounts.CodeAt(secret, app.clock.Now())).Body)).To(HaveLen(10))
		Expect(app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Body).To(ContainSubstring("one-time-code"))
	})

	It("replaces the application for password and code, and keeps the old one until the new is confirmed", func() {
		b = app.signedIn("doctora@norte.pe")
		Expect(b.post("/mi-cuenta/segundo-paso", "actual", goodPassword).Status).To(Equal(422), "without a code")
		secret := secretShown(b.post("/mi-cuenta/segundo-paso", "actual", goodPassword, "code", fresh()).Body)
		Expect(secret).NotTo(Or(BeEmpty(), Equal(knownSecret)))
		app.signedIn("doctora@norte.pe") // by the old one
		Expect(b.post("/mi-cuenta/segundo-paso/codigo", "code", fresh()).Status).To(Equal(422), "a code of the old one")
		Expect(codesShown(b.post("/mi-cuenta/segundo-paso/codigo", "code", accounts.CodeAt(secret, app.clock.Now())).Body)).To(HaveLen(10))
		app.clock.Pass(time.Minute)
		device := app.browser()
		device.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
		Expect(device.swap("/ingresar/codigo", "code", app.code()).Status).To(Equal(422))
		Expect(device.swap("/ingresar/codigo", "code", accounts.CodeAt(secret, app.clock.Now())).Header.Get("HX-Redirect")).To(Equal("/"))
	})

	It("renews recovery codes, ends the former ones, and warns when three are left", func() {
		b = app.signedIn("doctora@norte.pe")
		first := codesShown(b.post("/mi-cuenta/recuperacion", "actual", goodPassword, "code", fresh()).Body)
		second := codesShown(b.post("/mi-cuenta/recuperacion", "actual", goodPassword, "code", first[0]).Body)
		Expect(second).To(HaveLen(10))
		device := app.browser()
		device.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
		Expect(device.swap("/ingresar/codigo", "recuperacion", first[1]).Status).To(Equal(422))
		app.exec("update recovery_codes set used_at = now() where id in (select id from recovery_codes order by id desc limit 6)")
		Expect(device.swap("/ingresar/codigo", "recuperacion", second[0]).Header.Get("HX-Redirect")).To(Equal("/"))
		Expect(device.get("/mi-cuenta").Body).To(And(ContainSubstring("Le quedan 3 códigos sin usar."), ContainSubstring("triangle-alert")))
		Expect(app.count("select count(*) from recovery_codes where hash like '$argon2id$%'")).To(Equal(10))
	})

	It("keeps keys for codes unreadable in the database", func() {
		app.give(app.Norte.People["clinic_admin"].User, "admin@norte.pe", "")
		page := app.browser().swap("/ingresar", "email", "admin@norte.pe", "password", goodPassword)
		secret := secretShown(page.Body)
		var dump string
		Expect(app.Admin.QueryRow(context.Background(), "select string_agg(users::text || encode(coalesce(totp_pending, totp_secret, ''), 'escape'), ' ') from users").Scan(&dump)).To(Succeed())
		Expect(dump).NotTo(Or(ContainSubstring(secret), ContainSubstring(knownSecret), ContainSubstring("norte.pe")))
	})

	Context("at several devices", func() {
		var other *browser

		BeforeEach(func() {
			other = app.signedIn("recepcion@norte.pe")
			b = app.signedIn("recepcion@norte.pe")
		})

		ids := func() []string {
			var found []string
			rows, err := app.Admin.Query(context.Background(), "select id::text from logins order by created_at, id")
			Expect(err).NotTo(HaveOccurred())
			for rows.Next() {
				var id string
				Expect(rows.Scan(&id)).To(Succeed())
				found = append(found, id)
			}
			return found
		}

		It("lists them and marks this one", func() {
			page := b.get("/mi-cuenta/dispositivos", "User-Agent", "x").Body
			Expect(strings.Count(page, "Desde 127.0.0.1")).To(Equal(2))
			Expect(strings.Count(page, "Este equipo")).To(Equal(1))
			for _, page := range []string{page, b.get("/mi-cuenta").Body} { // one word for them everywhere
				Expect(page).To(And(MatchRegexp(`>[^<]*equipo`), Not(MatchRegexp(`(?i)>[^<]*dispositivo`))))
			}
		})

		It("revokes one, and nobody else's", func() {
			stranger := app.signedIn("doctora@norte.pe")
			Expect(stranger.post("/mi-cuenta/dispositivos/" + ids()[0] + "/cerrar").Status).To(Equal(404))
			Expect(other.get("/dentro").Status).To(Equal(200))
			Expect(b.post("/mi-cuenta/dispositivos/" + ids()[0] + "/cerrar").Status).To(Equal(303))
			Expect(other.get("/dentro").Status).To(Equal(303))
			Expect(b.get("/dentro").Status).To(Equal(200))
		})

		It("revokes all others at once", func() {
			third := app.signedIn("recepcion@norte.pe")
			Expect(b.post("/mi-cuenta/dispositivos/cerrar").Status).To(Equal(303))
			Expect([]int{other.get("/dentro").Status, third.get("/dentro").Status, b.get("/dentro").Status}).To(Equal([]int{303, 303, 200}))
		})
	})
})
