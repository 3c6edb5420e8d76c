//go:build !js

package agenda_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
)

func TestAgenda(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Agenda")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

// now is Tuesday 24 November 2026, 9:00 in Lima.
var now = time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// at is a clock time of that Tuesday in Lima.
func at(hour, minute int) time.Time { return time.Date(2026, 11, 24, hour+5, minute, 0, 0, time.UTC) }

// clinic is Norte with its people by name: Dra. Salas works Tuesdays 8:00–13:00 in the first chair, Dr. Rojas without
// fixed hours; Ana and Luz are patients.
type clinic struct {
	*dbtest.World
	dbtest.Clinic
	Salas, Rojas, Desk dbtest.Person
	Ana, Luz           uuid.UUID
	Cleaning, Talk     uuid.UUID // 30 minutes in a chair; 20 minutes anywhere
	Chair1, Chair2     uuid.UUID
	Foreign            foreign
	moment             time.Time
	charges            unpaid
}

// unpaid is a desk where the visits named wait to be charged.
type unpaid map[uuid.UUID]string

func (u unpaid) Uncharged(_ context.Context, list []agenda.Appointment) (map[uuid.UUID]string, error) {
	prices := map[uuid.UUID]string{}
	for _, a := range list {
		if price, waits := u[a.ID]; waits {
			prices[a.ID] = price
		}
	}
	return prices, nil
}

// foreign are Sur's.
type foreign struct{ Patient, Service, Doctor, Site uuid.UUID }

func norte() *clinic {
	GinkgoHelper()
	w := cluster.World()
	c := &clinic{World: w, Clinic: w.Norte, moment: now, charges: unpaid{}}
	c.Salas = w.AddPerson(w.Norte, "Rosa Salas", "doctor")
	c.Rojas = w.AddPerson(w.Norte, "Juan Rojas", "doctor")
	c.Desk = w.AddPerson(w.Norte, "Ana Loarte", "receptionist")
	c.Ana, c.Luz = c.patient("Quispe", "Ana"), c.patient("Huamán", "Luz")
	c.Cleaning, c.Talk = c.service(w.Norte, "Profilaxis", 30, "sillon"), c.service(w.Norte, "Consulta", 20, "")
	c.Chair1, c.Chair2 = c.chair("Sillón 1"), c.chair("Sillón 2")
	c.exec(`insert into schedules (clinic_id, id, doctor_id, site_id, weekday, from_minute, to_minute, valid_from)
		values ($1, $2, $3, $4, 2, 480, 780, '2026-01-01')`, c.ID, newID(), c.Salas.Membership, c.Site)
	c.Foreign = foreign{Patient: newID(), Service: c.service(w.Sur, "Ajena", 30, ""), Doctor: w.Sur.People["doctor"].Membership, Site: w.Sur.Site}
	c.addPatient(w.Sur, c.Foreign.Patient, "Ajena", "Persona")
	return c
}

func (c *clinic) exec(sql string, args ...any) {
	GinkgoHelper()
	_, err := c.Admin.Exec(context.Background(), sql, args...)
	Expect(err).NotTo(HaveOccurred())
}

func (c *clinic) patient(surname, name string) uuid.UUID {
	GinkgoHelper()
	id := newID()
	c.addPatient(c.Clinic, id, surname, name)
	return id
}

func (c *clinic) addPatient(of dbtest.Clinic, id uuid.UUID, surname, name string) {
	GinkgoHelper()
	c.exec(`insert into patients (clinic_id, id, record_number, first_name, last_name, sort_key, document_type)
		values ($1, $2, $3, $4, $5, $5, 'NONE')`, of.ID, id, id.String(), name, surname)
}

func (c *clinic) service(of dbtest.Clinic, name string, minutes int, resource string) uuid.UUID {
	GinkgoHelper()
	id := newID()
	c.exec(`insert into services (clinic_id, id, name, name_key, duration_min, price, resource_kind)
		values ($1, $2, $3, $3, $4, 50, $5)`, of.ID, id, name, minutes, resource)
	return id
}

func (c *clinic) chair(name string) uuid.UUID {
	GinkgoHelper()
	id := newID()
	c.exec(`insert into resources (clinic_id, id, site_id, name, name_key, kind) values ($1, $2, $3, $4, $4, 'sillon')`, c.ID, id, c.Site, name)
	return id
}

// agenda is the service as the roof builds it, at the clinic's moment.
func (c *clinic) agenda() *agenda.Service {
	people := patients.New(patients.NewPostgres(c.Vault, clock.System), patients.Neighbours{}, clock.At(c.moment))
	offer := catalog.New(catalog.Postgres{}, accounts.Colleagues{})
	return agenda.New(agenda.NewPostgres(), people, accounts.Colleagues{}, offer, func() time.Time { return c.moment })
}

// as is a context of that person, rolled back after the spec.
func (c *clinic) as(p dbtest.Person, roles ...accounts.Role) context.Context {
	GinkgoHelper()
	ctx, session := c.DB.Begin(c.identified(p, roles...), c.scope(p))
	DeferCleanup(session.Rollback)
	return ctx
}

// committed runs f as that person and commits it.
func (c *clinic) committed(p dbtest.Person, f func(ctx context.Context) error, roles ...accounts.Role) error {
	return c.DB.InClinic(c.identified(p, roles...), c.scope(p), f)
}

func (c *clinic) identified(p dbtest.Person, roles ...accounts.Role) context.Context {
	who := c.Identity("receptionist")
	who.UserID, who.MembershipID, who.Permissions = p.User, p.Membership, accounts.PermissionsOf(roles)
	who.Roles = nil
	for _, r := range roles {
		who.Roles = append(who.Roles, string(r))
	}
	return access.With(context.Background(), who)
}

func (c *clinic) atDesk() context.Context {
	GinkgoHelper()
	return c.as(c.Desk, accounts.Receptionist)
}

// booking is a talk of Ana with Dra. Salas at a clock time.
func (c *clinic) booking(start time.Time) agenda.Booking {
	return agenda.Booking{ID: newID(), PatientID: c.Ana, DoctorID: c.Salas.Membership, ServiceID: c.Talk, StartTime: start}
}
