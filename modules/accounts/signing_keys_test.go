package accounts_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// sign is a page that asks for a proof where it needs one, in the middle of a clinic's transaction.
func (app *signInApp) sign(c echo.Context) error {
	ctx := c.Request().Context()
	if err := database.From(ctx).Exec("select 1").Error; err != nil {
		return err
	}
	fresh, err := app.signIn.FreshProof(ctx)
	if err != nil {
		return err
	}
	if !fresh {
		for range 2 { // as after a lost race
			if err := app.signIn.ProveAgain(ctx, c.FormValue("code"), c.FormValue("password")); err != nil {
				return err
			}
		}
	}
	return c.NoContent(http.StatusNoContent)
}

var _ = Describe("showing again who one is", func() {
	It("is asked for five minutes after the last proof, takes a code once or the password, and counts attempts of undone requests", func() {
		app := newSignInApp()
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		app.give(app.Norte.People["doctor"].User, "doctora@norte.pe", knownSecret)
		b := app.signedIn("doctora@norte.pe")
		events := func(kind string) int { return app.count("select count(*) from security_events where kind = $1", kind) }
		tries := func() int {
			return app.count("select coalesce(sum(failures), 0) from login_attempts where subject not like 'address:%'")
		}

		app.clock.Pass(5 * time.Minute)
		Expect(b.post("/firma").Status).To(Equal(204), "signing in was a proof")
		app.clock.Pass(time.Second)
		Expect(b.post("/firma").Body).To(ContainSubstring("Escriba el código de 6 dígitos o su contraseña."))
		Expect(b.post("/firma", "code", "000000").Body).To(ContainSubstring("El código no coincide o ya se usó."))
		Expect([]int{tries(), events(accounts.EventCodeWrong)}).To(Equal([]int{1, 1}))
		code := app.code()
		Expect(b.post("/firma", "code", " "+code[:3]+" "+code[3:]).Status).To(Equal(204))
		Expect([]int{tries(), events(accounts.EventProven)}).To(Equal([]int{0, 1}))
		app.clock.Pass(5 * time.Minute)
		Expect(b.post("/firma").Status).To(Equal(204), "the code was a proof")

		forget := func() { app.exec("update logins set proven_at = null, created_at = created_at - interval '1 hour'") }
		app.clock.Pass(time.Minute)
		code = app.code()
		Expect(b.post("/firma", "code", code).Status).To(Equal(204))
		forget()
		Expect(b.post("/firma", "code", code).Body).To(ContainSubstring("ya se usó"), "once")
		Expect(b.post("/firma", "password", "otra cosa distinta").Body).To(ContainSubstring("La contraseña no coincide."))
		Expect(b.post("/firma", "password", goodPassword).Status).To(Equal(204))
		forget()
		for range 5 {
			b.post("/firma", "code", "000000")
		}
		app.clock.Pass(30 * time.Second)
		Expect(b.post("/firma", "code", app.code()).Body).To(ContainSubstring("Demasiados intentos."))

		desk := app.signedIn("recepcion@norte.pe")
		forget()
		Expect(desk.post("/firma", "code", "123456").Body).To(ContainSubstring("Su cuenta no tiene códigos. Escriba su contraseña."))
		Expect(desk.post("/firma", "password", goodPassword).Status).To(Equal(204))
	})
})

var _ = Describe("letting somebody else's act pass", func() {
	It("takes the code or the password of one who may, here, and nobody else's", func() {
		app := newSignInApp()
		desk, boss := app.Norte.People["receptionist"], app.Norte.People["clinic_admin"]
		app.give(desk.User, "recepcion@norte.pe", "")
		app.give(boss.User, "jefa@norte.pe", knownSecret)
		app.give(app.Sur.People["clinic_admin"].User, "jefa@sur.pe", knownSecret)
		ctx := access.With(context.Background(), app.Norte.Identity("receptionist"))
		ask := func(member uuid.UUID, code, password string) string {
			problems, _ := fault.Fields(app.signIn.Authorise(ctx, member, accounts.BillingOverride, code, password))
			return strings.Join(slices.Collect(maps.Values(problems)), "")
		}
		for _, member := range []uuid.UUID{{}, desk.Membership, app.Norte.People["doctor"].Membership, app.Sur.People["clinic_admin"].Membership, uuid.New()} {
			Expect(ask(member, "", goodPassword)).To(Equal("Elija quién autoriza."))
		}
		Expect(ask(boss.Membership, "", "")).To(ContainSubstring("Escriba el código"))
		Expect(ask(boss.Membership, "", "otra cosa distinta")).To(ContainSubstring("La contraseña no coincide."))
		Expect(ask(boss.Membership, "000000", "")).To(ContainSubstring("ya se usó"))
		Expect(app.count("select count(*) from security_events where kind = $1", accounts.EventAuthorised)).To(BeZero())
		code := app.code()
		Expect(ask(boss.Membership, code, "")).To(BeEmpty())
		Expect(ask(boss.Membership, code, "")).To(ContainSubstring("ya se usó"), "once")
		Expect(ask(boss.Membership, "", goodPassword)).To(BeEmpty())
		Expect(app.count("select count(*) from security_events where kind = $1 and user_id = $2", accounts.EventAuthorised, boss.User)).To(Equal(2))
		app.exec("update memberships set active = false where id = $1", boss.Membership)
		Expect(ask(boss.Membership, "", goodPassword)).To(Equal("Elija quién autoriza."))
	})
})

var _ = Describe("a key to sign with", func() {
	It("is one for each person, seen by the clinics of that person, and ends once", func() {
		app := newSignInApp()
		doctor, stranger := app.Norte.People["doctor"].User, app.Sur.People["doctor"].User
		app.give(doctor, "doctora@norte.pe", knownSecret)
		keys := accounts.NewSigningKeys(app.DB, app.Vault, app.clock.Now)
		ctx := access.With(context.Background(), app.Norte.Identity("doctor"))
		text := []byte("lo que se firma")

		var both sync.WaitGroup
		ids, signatures := make([]uuid.UUID, 6), make([][]byte, 6)
		for i := range ids {
			both.Go(func() {
				defer GinkgoRecover()
				var err error
				ids[i], signatures[i], err = keys.Sign(ctx, doctor, text)
				Expect(err).NotTo(HaveOccurred())
			})
		}
		both.Wait()
		Expect(ids).To(HaveEach(ids[0]), "two first signatures at once use one key")
		Expect(app.count("select count(*) from security_events where kind = $1 and user_id = $2", accounts.EventSigningKeyMade, doctor)).To(Equal(1))
		Expect(errors.Is(second(keys.Sign(ctx, stranger, text)), fault.ErrForbidden)).To(BeTrue())

		public := func() accounts.SigningKey {
			GinkgoHelper()
			found, err := keys.Public(app.RolledBack(app.Norte, "receptionist"), []uuid.UUID{ids[0], uuid.New()})
			Expect(err).NotTo(HaveOccurred())
			Expect(found).To(HaveLen(1))
			return found[ids[0]]
		}
		known := public()
		Expect(known.UserID).To(Equal(doctor))
		Expect(known.ValidFrom).To(BeTemporally("<", app.clock.Now()))
		Expect(known.RevokedAt).To(BeNil())
		for _, signature := range signatures {
			Expect(ed25519.Verify(known.PublicKey, text, signature)).To(BeTrue())
		}
		Expect(keys.Public(app.RolledBack(app.Sur, "doctor"), ids[:1])).To(BeEmpty(), "another clinic's")

		clinics, err := pgxpool.New(ctx, app.Logins.App)
		Expect(err).NotTo(HaveOccurred())
		defer clinics.Close()
		for _, forbidden := range []string{"select sealed_key from signing_keys", "update signing_keys set revoked_at = now()", "delete from signing_keys"} {
			_, err = clinics.Exec(ctx, forbidden)
			Expect(err).To(MatchError(ContainSubstring("permission denied")), forbidden)
		}
		change := func(sql string) error {
			_, err := app.Admin.Exec(ctx, sql)
			return err
		}
		Expect(change("update signing_keys set valid_from = valid_from - interval '1 day'")).To(MatchError(ContainSubstring("never changed")))
		Expect(change("delete from signing_keys")).To(MatchError(ContainSubstring("never changed")))

		b := app.signedIn("doctora@norte.pe")
		Expect(b.get("/mi-cuenta").Body).To(ContainSubstring("Firma con su llave desde el"))
		app.clock.Pass(30 * time.Second)
		Expect(b.post("/mi-cuenta/firma/revocar", "actual", goodPassword, "code", "000000").Status).To(Equal(422))
		Expect(public().RevokedAt).To(BeNil())
		Expect(b.post("/mi-cuenta/firma/revocar", "actual", goodPassword, "code", app.code()).Status).To(Equal(303))
		Expect(*public().RevokedAt).To(BeTemporally("==", app.clock.Now()))
		Expect(app.count("select count(*) from security_events where kind = $1 and user_id = $2 and ip <> ''", accounts.EventSigningKeyRevoked, doctor)).To(Equal(1))
		Expect(b.get("/mi-cuenta").Body).NotTo(ContainSubstring("Firma con su llave"))
		Expect(keys.Revoke(ctx, doctor)).To(MatchError(fault.ErrNotFound))
		Expect(change("update signing_keys set revoked_at = null")).To(MatchError(ContainSubstring("never changed")))

		next, _, err := keys.Sign(ctx, doctor, text)
		Expect(err).NotTo(HaveOccurred())
		Expect(next).NotTo(Equal(ids[0]), "a new one at the next signature")
	})
})

func second(_ uuid.UUID, _ []byte, err error) error { return err }
