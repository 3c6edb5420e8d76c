//go:build !js

package patients_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/pii/piitest"
)

var _ = Describe("rotating a clinic's keys", func() {
	It("loses no patient, finds all of them, and lets no document in twice, at every stage", func() {
		world := cluster.World()
		at := now
		clock := func() time.Time { return at }
		keys := piitest.NewKeyStore()
		master, err := pii.NewMaster(make([]byte, pii.MasterKeySize))
		Expect(err).NotTo(HaveOccurred())
		world.Vault = pii.NewVault(master, keys, clock)
		d := newDesk(world, patients.Neighbours{}).as(world.Norte, accounts.Receptionist)
		p := registered(d, world.Norte, edith())
		joined := named("Ana", "Rojas", "")
		registered(d, world.Norte, joined)

		rotator, err := pii.NewRotator(world.Vault, piitest.NewProgressStore(), patients.Reencrypters(world.DB), pii.Pace{Batch: 1})
		Expect(err).NotTo(HaveOccurred())
		ctx := context.Background()
		Expect(rotator.Start(ctx, world.Norte.ID)).To(Succeed())
		for done := false; !done; {
			progress, err := rotator.Run(ctx, world.Norte.ID)
			Expect(err).NotTo(HaveOccurred())
			at, done = at.Add(progress.Wait), progress.Done()
			checkFound(world, d, p)
		}
		By("F14: what a job rewrites is no later writing: whoever edits on a device loses nothing to it")
		write := roleIn(world, accounts.Receptionist)
		store := patients.NewPostgres(world.Vault, clock)
		far := patients.NewSync(patients.New(store, patients.Neighbours{}, clock), store, visits{})
		edit := change(p.ID, "b", 1, `{"phone":"+51911111111"}`)
		edit.BaseVersion = p.Version
		Expect(far.Apply(write, edit)).To(And(HaveField("Status", offline.Updated), HaveField("Version", p.Version+1)))
		var keysInUse int
		Expect(world.Admin.QueryRow(ctx, "select count(distinct key_id) from (select key_id from patient_documents union select key_id from patient_contacts) k").Scan(&keysInUse)).To(Succeed())
		Expect(keysInUse).To(Equal(1))
	})
})

func checkFound(world *dbtest.World, d *desk, p patients.Patient) {
	GinkgoHelper()
	ctx := world.RolledBack(world.Norte, "receptionist")
	read, err := d.service.Patient(ctx, p.ID)
	Expect(err).NotTo(HaveOccurred())
	Expect(read.Demographics).To(Equal(p.Demographics))
	for _, q := range []string{"99012345", "962555014"} {
		found, err := d.service.Search(ctx, q, 12)
		Expect(err).NotTo(HaveOccurred())
		Expect(found.Patients).To(HaveLen(1), q)
	}
	again := edith()
	again.FirstName = "Rosa"
	_, _, err = d.service.Register(ctx, again)
	var taken *patients.Taken
	Expect(errors.As(err, &taken)).To(BeTrue())
}
