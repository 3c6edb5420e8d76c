package accounts_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// deviceOf is the device of somebody of Norte after its first download, in the context of a reading request.
func deviceOf(world *dbtest.World, role string) context.Context {
	GinkgoHelper()
	ctx := world.RolledBack(world.Norte, role, accounts.CatalogRead)
	device := offline.NewDevice(offline.NewMemory(), accounts.DeviceKinds(), clock.At(time.Now()))
	unitCtx, unit := device.Begin(ctx, uuid.Nil)
	for _, c := range downloaded(ctx) {
		Expect(unit.Keep(unitCtx, offline.Object{Entity: c.Entity, ID: c.ID.String(), Version: c.Version, Base: c.Data})).To(Succeed())
	}
	profile, err := accounts.ProfileOf(context.Background(), world.DB, access.Who(ctx))
	Expect(err).NotTo(HaveOccurred())
	_, data, err := profile.Packed()
	Expect(err).NotTo(HaveOccurred())
	keepProfile(unit, data)
	Expect(unit.Commit(unitCtx)).To(Succeed())
	return device.Read(ctx)
}

// keepProfile keeps a profile as the answer of the synchronisation brought it.
func keepProfile(unit *offline.Unit, data json.RawMessage) {
	unit.KeepIndex("profile", "profile", []byte(`{"hash":"x","data":`+string(data)+`}`))
}

// downloaded is what a new device of the person behind ctx gets, in pages of three.
func downloaded(ctx context.Context) (changes []offline.Change) {
	GinkgoHelper()
	for _, entity := range (accounts.Colleagues{}).SyncEntities() {
		for after, more := "", true; more; more = after != "" {
			page, next, err := entity.Page(ctx, offline.Window{}, after, 3)
			Expect(err).NotTo(HaveOccurred())
			changes, after = append(changes, page...), next
		}
	}
	return changes
}

var _ = Describe("the clinic and its people on a device", Ordered, func() {
	var world *dbtest.World
	var left dbtest.Person

	BeforeAll(func() {
		world = cluster.World()
		ctx := context.Background()
		for _, command := range []string{
			"insert into sites (clinic_id, id, name, address, ubigeo, phone, active) values ($1, gen_random_uuid(), 'Anexo', 'Jr. Dos de Mayo 1', '100101', '062 512345', false)",
			"insert into sites (clinic_id, id, name) values ($1, gen_random_uuid(), 'Álamos')",
			"update clinics set legal_name = 'Norte S.A.C.', ruc = '20123456789', phone = '062 511111', specialties = '{odontologia,pediatria}', onboarded_at = now() where id = $1",
		} {
			_, err := world.Admin.Exec(ctx, command, world.Norte.ID)
			Expect(err).NotTo(HaveOccurred())
		}
		world.AddPerson(world.Norte, "Ávila, Rosa", "doctor", "cashier")
		world.AddPerson(world.Norte, "acosta, Luis", "doctor")
		left = world.AddPerson(world.Norte, "Zamora, Ana", "doctor")
		for _, command := range []string{
			"update memberships set active = false, site_id = null, specialty = 'odontologia' where user_id = $1",
			"update users set title = 'Dra.', college = 'COP', college_number = '31582', email = 'secreto', password_hash = 'secreto' where id = $1",
		} {
			_, err := world.Admin.Exec(ctx, command, left.User)
			Expect(err).NotTo(HaveOccurred())
		}
	})

	DescribeTable("answers as the server does", func(online, local func(ctx context.Context) (any, error)) {
		server := world.RolledBack(world.Norte, "receptionist", accounts.CatalogRead)
		wanted, err := online(server)
		Expect(err).NotTo(HaveOccurred())
		Expect(wanted).NotTo(BeZero())
		found, err := local(deviceOf(world, "receptionist"))
		Expect(err).NotTo(HaveOccurred())
		Expect(asJSON(found)).To(Equal(asJSON(wanted)))
	},
		Entry("everybody, those who left last",
			func(ctx context.Context) (any, error) { return accounts.Colleagues{}.Everybody(ctx) },
			func(ctx context.Context) (any, error) { return accounts.ColleaguesOffline{}.Everybody(ctx) }),
		Entry("with whom appointments may be made",
			func(ctx context.Context) (any, error) { return accounts.Colleagues{}.Doctors(ctx) },
			func(ctx context.Context) (any, error) { return accounts.ColleaguesOffline{}.Doctors(ctx) }),
		Entry("sites",
			func(ctx context.Context) (any, error) { return accounts.Colleagues{}.Sites(ctx) },
			func(ctx context.Context) (any, error) { return accounts.ColleaguesOffline{}.Sites(ctx) }),
		Entry("the clinic",
			func(ctx context.Context) (any, error) { return accounts.Colleagues{}.Clinic(ctx) },
			func(ctx context.Context) (any, error) { return accounts.ColleaguesOffline{}.Clinic(ctx) }),
		Entry("names by user, strangers left out",
			func(ctx context.Context) (any, error) {
				return accounts.Colleagues{}.NamesByUser(ctx, []uuid.UUID{left.User, world.Sur.People["doctor"].User, world.Norte.People["cashier"].User})
			},
			func(ctx context.Context) (any, error) {
				return accounts.ColleaguesOffline{}.NamesByUser(ctx, []uuid.UUID{left.User, world.Sur.People["doctor"].User, world.Norte.People["cashier"].User})
			}),
	)

	It("holds of people what stands beside their work, and nothing by which to reach or to be them", func() {
		changes := downloaded(world.RolledBack(world.Norte, "cashier", accounts.CatalogRead))
		Expect(changes).To(HaveLen(8 + 3))
		keys := map[string][]string{}
		for _, c := range changes {
			Expect(string(c.Data)).NotTo(ContainSubstring("secreto"))
			var fields map[string]any
			Expect(json.Unmarshal(c.Data, &fields)).To(Succeed())
			delete(fields, "site_id") // missing where somebody works anywhere
			keys[c.Entity] = slices.Sorted(maps.Keys(fields))
		}
		Expect(keys).To(Equal(map[string][]string{
			"doctor": {"active", "college", "college_number", "name", "roles", "specialty", "title", "user_id"},
			"site":   {"active", "address", "name", "phone", "ubigeo"},
		}))
	})

	It("gives nothing to whoever may not see the clinic, and nothing of another", func() {
		Expect(downloaded(world.RolledBack(world.Norte, "cashier"))).To(BeEmpty())
		foreign := downloaded(world.RolledBack(world.Sur, "cashier", accounts.CatalogRead))
		Expect(foreign).To(HaveLen(5 + 1))
		for _, c := range foreign {
			Expect(string(c.Data)).NotTo(ContainSubstring("Norte"))
		}
	})

	It("is not changed by a device", func() {
		for _, entity := range (accounts.Colleagues{}).SyncEntities() {
			_, err := entity.Apply(world.RolledBack(world.Norte, "clinic_admin", accounts.CatalogRead), offline.Received{})
			Expect(err).To(MatchError(offline.ErrReadOnly))
		}
	})

	It("hears of a person who changes their own name or title", func() {
		staff := accounts.NewStaff(world.DB, world.Vault, nil, nil, clock.System)
		doctor := world.Norte.People["doctor"]
		fed := func() (times int) {
			GinkgoHelper()
			const query = "select count(*) from change_log where entity = 'doctor' and entity_id = $1"
			Expect(world.Admin.QueryRow(context.Background(), query, doctor.Membership).Scan(&times)).To(Succeed())
			return times
		}
		before := fed()
		ctx := access.With(context.Background(), world.Norte.Identity("doctor"))
		Expect(staff.ChangeProfile(ctx, accounts.Profile{Name: "Rosa Malpartida", Title: "Dra."}, false)).To(Succeed())
		Expect(fed()).To(Equal(before + 1))
		var audited int
		const query = "select count(*) from audit_log where entity = 'memberships' and entity_id = $1 and action = 'update'"
		Expect(world.Admin.QueryRow(context.Background(), query, doctor.Membership).Scan(&audited)).To(Succeed())
		Expect(audited).To(BeZero(), "nobody changed what the clinic decides")
	})
})

var _ = Describe("the profile of a device", Ordered, func() {
	var world *dbtest.World
	var who access.Identity

	BeforeAll(func() {
		world = cluster.World()
		who = world.Norte.Identity("receptionist", accounts.PatientsRead, accounts.AgendaRead)
		who.Permissions[accounts.AuditRead] = false
		who.LoginID = uuid.New()
	})

	profile := func() accounts.DeviceProfile {
		GinkgoHelper()
		p, err := accounts.ProfileOf(context.Background(), world.DB, who)
		Expect(err).NotTo(HaveOccurred())
		return p
	}

	It("lets the app on the device know who asks, with what the server allowed and no more", func() {
		_, data, err := profile().Packed()
		Expect(err).NotTo(HaveOccurred())
		device := offline.NewDevice(offline.NewMemory(), nil, clock.At(time.Now()))
		ctx, unit := device.Begin(context.Background(), uuid.Nil)
		keepProfile(unit, data)
		Expect(unit.Commit(ctx)).To(Succeed())

		stored, err := accounts.StoredProfile(device.Read(context.Background()))
		Expect(err).NotTo(HaveOccurred())
		wanted := who
		wanted.LoginID = uuid.Nil
		wanted.Permissions = map[access.Permission]bool{accounts.PatientsRead: true, accounts.AgendaRead: true}
		Expect(stored.Identity()).To(Equal(wanted))
		around, err := accounts.Around(context.Background(), world.DB, who)
		Expect(err).NotTo(HaveOccurred())
		Expect(asJSON(stored.Around)).To(Equal(asJSON(around)))
		Expect(stored.Clinic.Name).To(Equal("Clínica Norte"))
	})

	It("has another hash only when something in it is another", func() {
		first, _, err := profile().Packed()
		Expect(err).NotTo(HaveOccurred())
		again, _, err := profile().Packed()
		Expect(err).NotTo(HaveOccurred())
		Expect(again).To(Equal(first))
		_, err = world.Admin.Exec(context.Background(), "update clinics set accent = 'molle' where id = $1", world.Norte.ID)
		Expect(err).NotTo(HaveOccurred())
		changed, _, err := profile().Packed()
		Expect(err).NotTo(HaveOccurred())
		Expect(changed).NotTo(Equal(first))
	})

	It("is refused, and no empty person, on a device that knows nobody", func() {
		device := offline.NewDevice(offline.NewMemory(), nil, clock.At(time.Now()))
		_, err := accounts.StoredProfile(device.Read(context.Background()))
		Expect(err).To(MatchError(accounts.ErrNoProfile))
		Expect(fault.KindOf(err)).To(Equal(fault.Unavailable))
	})
})

func asJSON(value any) string {
	GinkgoHelper()
	text, err := json.Marshal(value)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}
