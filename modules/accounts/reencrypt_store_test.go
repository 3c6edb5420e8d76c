package accounts_test

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"gorm.io/gorm"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/pii"
)

var _ = Describe("rotating the keys of accounts", Ordered, func() {
	var (
		ctx     = context.Background()
		world   *dbtest.World
		clock   *stoppedClock
		vault   *pii.Vault
		rotator *pii.Rotator
		person  uuid.UUID
	)
	const email = "salas@example.pe"

	BeforeAll(func() {
		world = cluster.World()
		clock = &stoppedClock{at: time.Date(2026, 11, 2, 13, 0, 0, 0, time.UTC)}
		master, err := pii.NewMaster([]byte(strings.Repeat("m", pii.MasterKeySize)))
		Expect(err).NotTo(HaveOccurred())
		vault = pii.NewVault(master, pii.NewPostgresKeyStore(world.DB.AsSystem), clock.Now)
		rotator, err = pii.NewRotator(vault, pii.NewPostgresProgressStore(world.DB.AsSystem), accounts.Reencrypters(world.DB),
			pii.Pace{Settle: 3 * time.Minute, Grace: time.Hour, Batch: 2})
		Expect(err).NotTo(HaveOccurred())
	})

	keysOf := func(clinic uuid.UUID) *pii.Keys {
		GinkgoHelper()
		keys, err := vault.Fresh(ctx, clinic)
		Expect(err).NotTo(HaveOccurred())
		return keys
	}

	create := func(id uuid.UUID, email string) error {
		return world.DB.AsSystem(ctx, "add a person in a spec", func(tx *gorm.DB) error {
			return accounts.CreateUser(tx, keysOf(uuid.Nil), accounts.NewUser{ID: id, Profile: accounts.Profile{Name: "Rosa Salas"}, Email: email, Now: clock.Now()})
		})
	}

	exec := func(sql string, args ...any) {
		GinkgoHelper()
		_, err := world.Admin.Exec(ctx, sql, args...)
		Expect(err).NotTo(HaveOccurred())
	}

	find := func() uuid.UUID {
		GinkgoHelper()
		var found uuid.UUID
		Expect(world.DB.AsSystem(ctx, "find a person in a spec", func(tx *gorm.DB) (err error) {
			found, err = accounts.FindUser(tx, keysOf(uuid.Nil), email)
			return err
		})).To(Succeed())
		return found
	}

	open := func(column string) string {
		GinkgoHelper()
		var cipher []byte
		Expect(world.Admin.QueryRow(ctx, "select "+column+" from users where id = $1", person).Scan(&cipher)).To(Succeed())
		plain, err := keysOf(uuid.Nil).Decrypt(cipher, pii.Place{Table: "users", Column: column, Row: person})
		Expect(err).NotTo(HaveOccurred())
		return plain
	}

	// invite stores an open invitation as it was written under the keys given.
	invite := func(keys *pii.Keys, email string) uuid.UUID {
		GinkgoHelper()
		id := uuid.Must(uuid.NewV7())
		cipher, err := keys.Encrypt(email, pii.Place{Clinic: world.Norte.ID, Table: "invitations", Column: "email", Row: id})
		Expect(err).NotTo(HaveOccurred())
		index := keys.Index("email", email)
		exec(`insert into invitations (clinic_id, id, email, email_key, email_bidx, name, roles, invited_by, expires_at)
			values ($1, $2, $3, $4, $5, 'Ana', '{doctor}', $6, now())`,
			world.Norte.ID, id, cipher, int64(index.KeyID), index.Value, world.Norte.People["clinic_admin"].Membership)
		return id
	}

	// rotate goes on to the end, and calls at at each wait.
	rotate := func(clinic uuid.UUID, at func(pii.Stage)) {
		GinkgoHelper()
		Expect(rotator.Start(ctx, clinic)).To(Succeed())
		for {
			progress, err := rotator.Run(ctx, clinic)
			Expect(err).NotTo(HaveOccurred())
			if progress.Done() {
				return
			}
			at(progress.Stage)
			clock.Pass(progress.Wait)
		}
	}

	It("keeps people, their log-in and their second factor at every stage", func() {
		person = uuid.Must(uuid.NewV7())
		Expect(create(person, email)).To(Succeed())
		for range 4 {
			Expect(create(uuid.Must(uuid.NewV7()), uuid.NewString()+"@example.pe")).To(Succeed())
		}
		for column, secret := range map[string]string{"totp_secret": "ONE", "totp_pending": "TWO"} {
			cipher, err := keysOf(uuid.Nil).Encrypt(secret, pii.Place{Table: "users", Column: column, Row: person})
			Expect(err).NotTo(HaveOccurred())
			exec("update users set "+column+" = $1 where id = $2", cipher, person)
		}
		old := keysOf(uuid.Nil).IndexKeyIDs()[0]
		signing := accounts.NewSigningKeys(world.DB, vault, clock.Now)
		signs := func() uuid.UUID {
			key, _, err := signing.Sign(access.With(ctx, access.Identity{UserID: person}), person, []byte("nota"))
			Expect(err).NotTo(HaveOccurred())
			return key
		}
		key := signs()

		check := func(pii.Stage) {
			Expect(signs()).To(Equal(key))
			Expect(find()).To(Equal(person))
			Expect([]string{open("email"), open("totp_secret"), open("totp_pending")}).To(Equal([]string{email, "ONE", "TWO"}))
			Expect(create(uuid.Must(uuid.NewV7()), " SALAS@example.pe")).To(MatchError(accounts.ErrEmailTaken))
		}
		rotate(uuid.Nil, check)
		check(pii.StageDone)
		Expect(keysOf(uuid.Nil).IndexKeyIDs()).To(And(HaveLen(1), Not(ContainElement(old))))
		var rows, keys int
		Expect(world.Admin.QueryRow(ctx, "select count(*), count(distinct key_id) from user_emails").Scan(&rows, &keys)).To(Succeed())
		Expect([]int{rows, keys}).To(Equal([]int{5, 1}))
	})

	It("keeps invitations, and one open for each e-mail", func() {
		first := keysOf(world.Norte.ID)
		once, again := invite(first, "ana@example.pe"), uuid.Nil
		other := invite(first, "luz@example.pe")
		rotate(world.Norte.ID, func(stage pii.Stage) {
			if stage == pii.StageReencrypting { // the new key is primary, the old row not written again yet
				again = invite(keysOf(world.Norte.ID), "ana@example.pe")
			}
		})
		Expect(again).NotTo(Equal(uuid.Nil))

		keys := keysOf(world.Norte.ID)
		for id, want := range map[uuid.UUID]string{once: "ana@example.pe", again: "ana@example.pe", other: "luz@example.pe"} {
			var cipher []byte
			var key int64
			var revoked bool
			Expect(world.Admin.QueryRow(ctx, "select email, email_key, revoked_at is not null from invitations where id = $1", id).Scan(&cipher, &key, &revoked)).To(Succeed())
			Expect(keys.Decrypt(cipher, pii.Place{Clinic: world.Norte.ID, Table: "invitations", Column: "email", Row: id})).To(Equal(want))
			Expect(key).To(BeEquivalentTo(keys.IndexKeyIDs()[0]))
			Expect(revoked).To(Equal(id == once))
		}
	})
})
