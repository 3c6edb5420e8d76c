package accounts_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"hampi/modules/accounts"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

// staffWorld is a database with the people's service over it and a queue that remembers.
type staffWorld struct {
	*dbtest.World
	staff  *accounts.Staff
	hasher *accounts.PasswordHasher
	queue  *rememberedJobs
	now    time.Time
}

func newStaffWorld() *staffWorld {
	GinkgoHelper()
	w := &staffWorld{World: cluster.World(), queue: &rememberedJobs{}, now: time.Now().UTC().Truncate(time.Microsecond)}
	var err error
	w.hasher, err = accounts.NewPasswordHasher(fastHash())
	Expect(err).NotTo(HaveOccurred())
	w.staff = w.staffAt(w.now)
	return w
}

func (w *staffWorld) staffAt(t time.Time) *accounts.Staff {
	return accounts.NewStaff(w.DB, w.Vault, w.hasher, w.queue, clock.At(t))
}

func (w *staffWorld) norte(f func(ctx context.Context) error) error {
	return w.Committed(w.Norte, "clinic_admin", f)
}

// newPerson adds somebody with an e-mail and no clinic.
func (w *staffWorld) newPerson(name, email string) uuid.UUID {
	GinkgoHelper()
	ctx := context.Background()
	keys, err := w.Vault.Keys(ctx, uuid.Nil)
	Expect(err).NotTo(HaveOccurred())
	u := accounts.NewUser{ID: uuid.Must(uuid.NewV7()), Profile: accounts.Profile{Name: name}, Email: email, Now: w.now}
	Expect(w.DB.AsSystem(ctx, "add a person for a spec", func(tx *gorm.DB) error { return accounts.CreateUser(tx, keys, u) })).To(Succeed())
	return u.ID
}

// rememberedJobs keeps what would be queued.
type rememberedJobs struct {
	mu   sync.Mutex
	jobs []river.JobArgs
}

func (r *rememberedJobs) Insert(_ context.Context, args river.JobArgs, _ *river.InsertOpts) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.jobs = append(r.jobs, args)
	return nil
}

func (r *rememberedJobs) InsertTx(_ *gorm.DB, args river.JobArgs, opts *river.InsertOpts) error {
	return r.Insert(context.Background(), args, opts)
}

var _ = Describe("an account's e-mail", Ordered, func() {
	var w *staffWorld
	BeforeAll(func() { w = newStaffWorld() })

	It("is found however it is written, and never stands readable in the database", func() {
		id := w.newPerson("Ana", " Ana.Loarte@Correo.PE ")
		keys, err := w.Vault.Keys(context.Background(), uuid.Nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(w.DB.AsSystem(context.Background(), "find", func(tx *gorm.DB) error {
			found, err := accounts.FindUser(tx, keys, "ANA.loarte@correo.pe")
			Expect(found).To(Equal(id))
			return err
		})).To(Succeed())
		var plain int
		Expect(w.Admin.QueryRow(context.Background(), "select count(*) from users where position('loarte'::bytea in email) > 0").Scan(&plain)).To(Succeed())
		Expect(plain).To(BeZero())
		Expect(w.DB.AsSystem(context.Background(), "find nobody", func(tx *gorm.DB) error {
			_, err := accounts.FindUser(tx, keys, "nadie@correo.pe")
			return err
		})).To(MatchError(fault.ErrNotFound))
	})

	It("belongs to one of many who come with it at once", func() {
		ctx := context.Background()
		keys, err := w.Vault.Keys(ctx, uuid.Nil)
		Expect(err).NotTo(HaveOccurred())
		results := make(chan error, 8)
		start := make(chan struct{})
		for range cap(results) {
			go func() {
				<-start
				u := accounts.NewUser{ID: uuid.Must(uuid.NewV7()), Profile: accounts.Profile{Name: "Luz"}, Email: "luz@correo.pe", Now: w.now}
				results <- w.DB.AsSystem(ctx, "race", func(tx *gorm.DB) error { return accounts.CreateUser(tx, keys, u) })
			}()
		}
		close(start)
		won := 0
		for range cap(results) {
			if err := <-results; err == nil {
				won++
			} else {
				Expect(err).To(MatchError(accounts.ErrEmailTaken))
			}
		}
		Expect(won).To(Equal(1))
		var people int
		Expect(w.Admin.QueryRow(ctx, "select count(*) from users where name = 'Luz'").Scan(&people)).To(Succeed())
		Expect(people).To(Equal(1))
	})
})

var _ = Describe("a clinic's people", func() {
	var w *staffWorld
	BeforeEach(func() { w = newStaffWorld() })

	It("are listed with title, specialty and site, and another clinic's are not there", func() {
		ctx := w.RolledBack(w.Norte, "receptionist")
		doctors, err := accounts.Colleagues{}.Doctors(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(doctors).To(HaveLen(1))
		Expect(doctors[0].ID).To(Equal(w.Norte.People["doctor"].Membership))
		Expect(doctors[0].SiteID).To(Equal(w.Norte.Site))

		foreign := w.Sur.People["doctor"].Membership
		_, err = accounts.Colleagues{}.Member(ctx, foreign)
		Expect(err).To(MatchError(fault.ErrNotFound))
		named, err := accounts.Colleagues{}.Members(ctx, []uuid.UUID{foreign, doctors[0].ID})
		Expect(err).NotTo(HaveOccurred())
		Expect(named).To(HaveLen(1))
		Expect(named).To(HaveKey(doctors[0].ID))
		_, err = accounts.Colleagues{}.Site(ctx, w.Sur.Site)
		Expect(err).To(MatchError(fault.ErrNotFound))
	})

	It("of another clinic cannot be changed, deactivated or logged out", func() {
		foreign := w.Sur.People["cashier"].Membership
		work := accounts.Work{Roles: []accounts.Role{accounts.ClinicAdmin}}
		for name, do := range map[string]func(ctx context.Context) error{
			"change":     func(ctx context.Context) error { return w.staff.ChangeWork(ctx, foreign, 1, work) },
			"deactivate": func(ctx context.Context) error { return w.staff.Deactivate(ctx, foreign) },
			"reactivate": func(ctx context.Context) error { return w.staff.Reactivate(ctx, foreign) },
			"log out":    func(ctx context.Context) error { return w.staff.EndLoginsOf(ctx, foreign) },
		} {
			Expect(w.norte(do)).To(MatchError(fault.ErrNotFound), name)
		}
	})

	It("get a set of roles, and the list of sites is the clinic's own", func() {
		id := w.Norte.People["cashier"].Membership
		work := accounts.Work{Roles: []accounts.Role{accounts.Cashier, accounts.Receptionist}, SiteID: w.Norte.Site}
		Expect(w.norte(func(ctx context.Context) error { return w.staff.ChangeWork(ctx, id, 1, work) })).To(Succeed())
		m, err := w.staff.Member(w.RolledBack(w.Norte, "clinic_admin"), id)
		Expect(err).NotTo(HaveOccurred())
		Expect(m.Roles).To(ConsistOf(accounts.Cashier, accounts.Receptionist))

		work.SiteID = w.Sur.Site
		err = w.norte(func(ctx context.Context) error { return w.staff.ChangeWork(ctx, id, m.Version, work) })
		problems, _ := fault.Fields(err)
		Expect(problems).To(HaveKey("sede"))
	})

	It("are not overwritten by a form that is out of date", func() {
		id := w.Norte.People["cashier"].Membership
		change := func(version int64, role accounts.Role) error {
			return w.norte(func(ctx context.Context) error {
				return w.staff.ChangeWork(ctx, id, version, accounts.Work{Roles: []accounts.Role{role}})
			})
		}
		Expect(change(1, accounts.Receptionist)).To(Succeed())
		Expect(change(1, accounts.Assistant)).To(MatchError(accounts.ErrPersonChanged))
	})

	It("sign in again when a role comes to need a second factor, and only then", func() {
		receptionist := w.Norte.People["receptionist"]
		first := w.login(receptionist, w.Norte)
		change := func(version int64, roles ...accounts.Role) {
			GinkgoHelper()
			Expect(w.norte(func(ctx context.Context) error {
				return w.staff.ChangeWork(ctx, receptionist.Membership, version, accounts.Work{Roles: roles, Specialty: "odontologia"})
			})).To(Succeed())
		}
		change(1, accounts.Receptionist, accounts.Cashier)
		Expect(w.ended(first)).To(BeFalse())
		change(2, accounts.Receptionist, accounts.Doctor)
		Expect(w.ended(first)).To(BeTrue())
	})

	It("lose their log-ins in this clinic alone when they are deactivated", func() {
		doctor := w.Norte.People["doctor"]
		here := w.login(doctor, w.Norte)
		there := w.login(dbtest.Person{User: doctor.User}, w.Sur)
		Expect(w.norte(func(ctx context.Context) error { return w.staff.Deactivate(ctx, doctor.Membership) })).To(Succeed())
		Expect(w.ended(here)).To(BeTrue())
		Expect(w.ended(there)).To(BeFalse())
		doctors, err := w.staff.Doctors(w.RolledBack(w.Norte, "receptionist"))
		Expect(err).NotTo(HaveOccurred())
		Expect(doctors).To(BeEmpty())
		Expect(w.norte(func(ctx context.Context) error { return w.staff.Reactivate(ctx, doctor.Membership) })).To(Succeed())
		m, err := w.staff.Member(w.RolledBack(w.Norte, "clinic_admin"), doctor.Membership)
		Expect(err).NotTo(HaveOccurred())
		Expect(m.Active).To(BeTrue())
	})

	It("show and end the log-ins of their own clinic only", func() {
		mine, foreign := w.login(w.Norte.People["doctor"], w.Norte), w.login(w.Sur.People["doctor"], w.Sur)
		Expect(w.norte(func(ctx context.Context) error {
			open, err := w.staff.OpenLogins(ctx)
			Expect(open).To(HaveLen(1))
			Expect(open[0].ID).To(Equal(mine))
			Expect(w.staff.EndLogin(ctx, foreign)).To(MatchError(fault.ErrNotFound))
			Expect(w.staff.EndLogin(ctx, mine)).To(Succeed())
			return err
		})).To(Succeed())
		Expect(w.ended(mine)).To(BeTrue())
		Expect(w.ended(foreign)).To(BeFalse())
	})

	It("keep their last administrator", func() {
		admin := w.Norte.People["clinic_admin"].Membership
		Expect(w.norte(func(ctx context.Context) error { return w.staff.Deactivate(ctx, admin) })).To(MatchError(accounts.ErrLastAdmin))
		Expect(w.norte(func(ctx context.Context) error {
			return w.staff.ChangeWork(ctx, admin, 1, accounts.Work{Roles: []accounts.Role{accounts.Cashier}})
		})).To(MatchError(accounts.ErrLastAdmin))
	})

	It("keep one administrator when two take the role from each other at once", func() {
		for range 5 {
			second := w.AddPerson(w.Norte, "Segunda", "clinic_admin")
			first := w.currentAdmin(second.Membership)
			errs := make(chan error, 2)
			start := make(chan struct{})
			for _, id := range []uuid.UUID{first, second.Membership} {
				go func() {
					<-start
					errs <- w.norte(func(ctx context.Context) error { return w.staff.Deactivate(ctx, id) })
				}()
			}
			close(start)
			failures := errors.Join(<-errs, <-errs)
			Expect(failures).To(MatchError(accounts.ErrLastAdmin))
			Expect(w.admins()).To(Equal(1))
		}
	})
})

func (w *staffWorld) admins() (n int) {
	GinkgoHelper()
	Expect(w.Admin.QueryRow(context.Background(),
		"select count(*) from memberships where clinic_id = $1 and active and 'clinic_admin' = any(roles)", w.Norte.ID).Scan(&n)).To(Succeed())
	return n
}

func (w *staffWorld) currentAdmin(except uuid.UUID) (id uuid.UUID) {
	GinkgoHelper()
	Expect(w.Admin.QueryRow(context.Background(),
		"select id from memberships where clinic_id = $1 and active and 'clinic_admin' = any(roles) and id <> $2", w.Norte.ID, except).Scan(&id)).To(Succeed())
	return id
}

// login writes down an open log-in of a browser; somebody without a membership there gets one.
func (w *staffWorld) login(p dbtest.Person, clinic dbtest.Clinic) uuid.UUID {
	GinkgoHelper()
	ctx, id := context.Background(), uuid.Must(uuid.NewV7())
	if p.Membership == uuid.Nil {
		p.Membership = uuid.Must(uuid.NewV7())
		_, err := w.Admin.Exec(ctx, "insert into memberships (clinic_id, id, user_id, roles) values ($1, $2, $3, '{cashier}')", clinic.ID, p.Membership, p.User)
		Expect(err).NotTo(HaveOccurred())
	}
	_, err := w.Admin.Exec(ctx, `insert into logins (id, user_id, clinic_id, membership_id, kind, ends_at, last_seen_at)
		values ($1, $2, $3, $4, 'browser', $5, $6)`, id, p.User, clinic.ID, p.Membership, w.now.Add(time.Hour), w.now)
	Expect(err).NotTo(HaveOccurred())
	return id
}

func (w *staffWorld) ended(login uuid.UUID) (ended bool) {
	GinkgoHelper()
	Expect(w.Admin.QueryRow(context.Background(), "select ended_at is not null from logins where id = $1", login).Scan(&ended)).To(Succeed())
	return ended
}
