package accounts_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
)

// keptHere stands for the module that knows devices.
type keptHere []accounts.KeptDevice

func (k keptHere) Mine(context.Context) ([]accounts.KeptDevice, error) { return k, nil }

var _ = Describe("a browser that keeps data", func() {
	var app *signInApp
	var b *browser
	BeforeEach(func() {
		app = newSignInApp()
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		b = app.signedIn("recepcion@norte.pe")
	})

	login := func() (id uuid.UUID) {
		Expect(app.Admin.QueryRow(context.Background(), "select id from logins order by created_at desc limit 1").Scan(&id)).To(Succeed())
		return id
	}

	It("is known to have shown who works there by signing in, and again by the password at the lock", func() {
		began := app.clock.Now()
		proofs, err := app.signIn.ProofsOf(context.Background(), login())
		Expect(err).NotTo(HaveOccurred())
		Expect(proofs.SignedIn).To(BeTemporally("==", began))
		Expect(proofs.Last).To(BeTemporally("==", began))

		app.clock.Pass(5 * time.Minute)
		b.request("PUT", "/bloqueo", nil)
		Expect(b.swap("/bloqueo", "password", "otra cosa distinta").Status).To(Equal(422))
		proofs, err = app.signIn.ProofsOf(context.Background(), login())
		Expect(err).NotTo(HaveOccurred())
		Expect(proofs.Last).To(BeTemporally("==", began), "a wrong password shows nothing")
		Expect(b.swap("/bloqueo", "password", goodPassword).Status).To(Equal(204))
		proofs, err = app.signIn.ProofsOf(context.Background(), login())
		Expect(err).NotTo(HaveOccurred())
		Expect(proofs.SignedIn).To(BeTemporally("==", began))
		Expect(proofs.Last).To(BeTemporally("==", app.clock.Now()))

		b.post("/salir")
		Expect(app.signIn.ProofsOf(context.Background(), login())).To(BeZero())
	})

	It("unlocks a page of its own by a step that leads back, with the name of what it keeps", func() {
		b.request("PUT", "/bloqueo", nil)
		profile := app.Norte.ID.String() + "." + app.Norte.People["receptionist"].User.String()
		Expect(b.get("/bloqueo?volver=%2Fagenda").Body).To(And(ContainSubstring(`data-perfil="`+profile+`"`), ContainSubstring(`name="sola"`)))
		wrong := b.swap("/bloqueo", "password", "otra cosa distinta", "sola", "true", "volver", "/agenda")
		Expect(wrong.Status).To(Equal(422))
		Expect(wrong.Body).To(And(ContainSubstring(`id="bloqueo"`), Not(ContainSubstring("<main")), ContainSubstring(`name="sola"`)))
		open := b.swap("/bloqueo", "password", goodPassword, "sola", "true", "volver", "/agenda")
		Expect(open.Header.Get("HX-Redirect")).To(Equal("/agenda"))
		b.request("PUT", "/bloqueo", nil)
		Expect(b.post("/bloqueo", "password", goodPassword, "sola", "true", "volver", "/agenda").Header.Get("Location")).To(Equal("/agenda"), "without script")
	})

	It("is emptied by leaving alone, and only when the page asks for it", func() {
		const clear = "Clear-Site-Data"
		Expect(b.request("PUT", "/bloqueo", nil).Header.Get(clear)).To(BeEmpty())
		Expect(app.browser().get("/dentro").Header.Get(clear)).To(BeEmpty())
		Expect(b.post("/salir").Header.Get(clear)).To(BeEmpty(), "somebody else may keep unsent work here")
		b = app.signedIn("recepcion@norte.pe")
		Expect(b.post("/salir", "vaciar", "si").Header.Get(clear)).To(Equal(`"cache", "storage"`))
	})

	It("may be a borrowed one", func() {
		Expect(app.browser().get("/ingresar").Body).To(And(ContainSubstring("Es un equipo prestado"), ContainSubstring(`content="/sw.js"`)))
		again := app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", "otra cosa distinta", "prestado", "si")
		Expect(again.Status).To(Equal(422))
		Expect(again.Body).To(MatchRegexp(`name="prestado"[^>]*checked`))
	})

	It("is listed under Mis equipos beside the log-ins", func() {
		Expect(b.get("/mi-cuenta/dispositivos").Body).NotTo(ContainSubstring("sin conexión"))
		app.signIn.ShowKept(keptHere{{Number: 3, Name: "Chrome en Windows", Seen: app.clock.Now()}, {Number: 2, Name: "Firefox", Seen: app.clock.Now(), Revoked: true}})
		Expect(b.get("/mi-cuenta/dispositivos").Body).To(And(
			ContainSubstring("Equipo 3 · Chrome en Windows"), ContainSubstring("Equipo 2 · Firefox"), ContainSubstring("Retirado")))
	})
})
