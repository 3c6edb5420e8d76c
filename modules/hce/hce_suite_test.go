//go:build !js

package hce_test

import (
	"context"
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/hce"
	"hampi/modules/hce/form"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/fault"
)

func TestHCE(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Clinical record")
}

var cluster *dbtest.Cluster

var _ = BeforeSuite(func() { cluster = dbtest.Start() })

// now is Tuesday 24 November 2026, 9:00 in Lima.
var now = time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// clinic is Norte: Dra. Salas has an appointment with Ana today, Dr. Rojas none with anybody.
type clinic struct {
	*dbtest.World
	dbtest.Clinic
	Salas, Rojas dbtest.Person
	Ana          uuid.UUID
	Visit        uuid.UUID // Ana's appointment with Dra. Salas

	moment   time.Time
	agenda   *agendaOfSpec
	proofs   *proofsOfSpec
	keys     *keysOfSpec
	breaches []hce.EmergencyAccess // what the administration was told
	record   *hce.Service
}

func norte() *clinic {
	GinkgoHelper()
	c := &clinic{World: cluster.World(), moment: now}
	c.Clinic = c.World.Norte
	c.Salas, c.Rojas = c.doctor("Rosa Salas", "12345"), c.doctor("Juan Rojas", "54321")
	c.Ana = newID()
	c.exec(`insert into patients (clinic_id, id, record_number, first_name, last_name, sort_key, document_type, sex, birth_date)
		values ($1, $2, '000001', 'Ana', 'Quispe', 'quispe ana', 'NONE', 'F', '1990-03-02')`, c.ID, c.Ana)
	c.Visit = c.appointment(c.Salas)
	c.agenda = &agendaOfSpec{clinic: c, states: map[uuid.UUID]string{}}
	c.proofs, c.keys = &proofsOfSpec{code: "123456"}, &keysOfSpec{byUser: map[uuid.UUID]ed25519.PrivateKey{}, now: c.now}
	people := patients.New(patients.NewPostgres(c.Vault, clock.System), patients.Neighbours{Care: c.agenda}, c.now)
	c.record = hce.New(hce.NewPostgres(), hce.Neighbours{
		Patients: people, Colleagues: accounts.Colleagues{}, Visits: c.agenda, Keys: c.keys, Public: c.keys, Proofs: c.proofs, Reads: hce.ReadLog{}, Events: c,
	}, c.now)
	return c
}

func (c *clinic) now() time.Time { return c.moment }

// EmergencyOpened hears what the administration is told.
func (c *clinic) EmergencyOpened(_ context.Context, a hce.EmergencyAccess) error {
	c.breaches = append(c.breaches, a)
	return nil
}

func (c *clinic) doctor(name, number string) dbtest.Person {
	GinkgoHelper()
	p := c.AddPerson(c.World.Norte, name, "doctor")
	c.exec("update users set title = 'Dr.', college = 'CMP', college_number = $1 where id = $2", number, p.User)
	c.exec("update memberships set specialty = 'medicina_general' where id = $1", p.Membership)
	return p
}

// appointment is Ana's with somebody, now.
func (c *clinic) appointment(with dbtest.Person) uuid.UUID {
	GinkgoHelper()
	service, id := newID(), newID()
	c.exec(`insert into services (clinic_id, id, name, name_key, duration_min, price) values ($1, $2, 'Consulta ' || $3, $3, 20, 50)`, c.ID, service, service.String())
	c.exec(`insert into appointments (clinic_id, id, patient_id, doctor_id, service_id, site_id, start_time, end_time, status)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 'scheduled')`, c.ID, id, c.Ana, with.Membership, service, c.Site, now, now.Add(20*time.Minute))
	return id
}

// stranger is Luz, who comes to nobody.
func (c *clinic) stranger() uuid.UUID {
	GinkgoHelper()
	id := newID()
	c.exec(`insert into patients (clinic_id, id, record_number, first_name, last_name, sort_key, document_type, sex, birth_date)
		values ($1, $2, '000002', 'Luz', 'Flores', 'flores luz', 'NONE', 'F', '1988-01-02')`, c.ID, id)
	return id
}

func (c *clinic) exec(sql string, args ...any) {
	GinkgoHelper()
	_, err := c.Admin.Exec(context.Background(), sql, args...)
	Expect(err).NotTo(HaveOccurred())
}

// as is a context of that person, rolled back after the spec.
func (c *clinic) as(p dbtest.Person, roles ...accounts.Role) context.Context {
	GinkgoHelper()
	who := c.Identity("doctor")
	who.UserID, who.MembershipID, who.Permissions, who.Roles = p.User, p.Membership, accounts.PermissionsOf(roles), nil
	for _, r := range roles {
		who.Roles = append(who.Roles, string(r))
	}
	scope := c.Scope("doctor")
	scope.UserID = p.User
	ctx, session := c.DB.Begin(access.With(context.Background(), who), scope)
	DeferCleanup(session.Rollback)
	return ctx
}

// agendaOfSpec is an agenda that allows only what the real one does: what is over is not begun again.
type agendaOfSpec struct {
	*clinic
	states map[uuid.UUID]string
}

func (a *agendaOfSpec) Visit(ctx context.Context, id uuid.UUID) (hce.Visit, error) {
	var v hce.Visit
	row := database.From(ctx).Raw("select id, patient_id, doctor_id, site_id, start_time, arrived_at is not null, status = 'completed', booked_by is not distinct from doctor_id from appointments where id = ?", id).Row()
	if row.Scan(&v.ID, &v.PatientID, &v.DoctorID, &v.SiteID, &v.Start, &v.Arrived, &v.Over, &v.Own) != nil {
		return v, fault.ErrNotFound
	}
	return v, nil
}

func (a *agendaOfSpec) Begin(_ context.Context, id uuid.UUID) error {
	if a.states[id] == "completed" {
		return fault.Conflicted("illegal_transition", "La cita ya se atendió.")
	}
	a.states[id] = "in_progress"
	return nil
}

func (a *agendaOfSpec) Complete(_ context.Context, id uuid.UUID) error {
	if a.states[id] == "" {
		return fault.Conflicted("illegal_transition", "La cita no está en atención.")
	}
	a.states[id] = "completed"
	return nil
}

func (a *agendaOfSpec) Cares(ctx context.Context, doctor, patient uuid.UUID) (bool, error) {
	var yes bool
	err := database.From(ctx).Raw(`select exists (select 1 from appointments where doctor_id = ? and patient_id = ? and status <> 'cancelled'
		and (booked_by is distinct from doctor_id or arrived_at is not null))`, doctor, patient).Row().Scan(&yes)
	return yes, err
}

func (a *agendaOfSpec) OwnBooking(ctx context.Context, doctor, patient uuid.UUID) (uuid.UUID, error) {
	var id uuid.UUID
	row := database.From(ctx).Raw(`select id from appointments where doctor_id = ? and patient_id = ? and booked_by = doctor_id and arrived_at is not null
		and not exists (select 1 from appointments o where o.doctor_id = ? and o.patient_id = ? and o.booked_by is distinct from o.doctor_id)`, doctor, patient, doctor, patient).Row()
	if row.Scan(&id) != nil {
		return id, fault.ErrNotFound
	}
	return id, nil
}

func (a *agendaOfSpec) ArrivedToday(ctx context.Context, patient, site uuid.UUID) (bool, error) {
	var yes bool
	err := database.From(ctx).Raw("select exists (select 1 from appointments where patient_id = ? and site_id = ? and arrived_at is not null)", patient, site).Row().Scan(&yes)
	return yes, err
}

func (a *agendaOfSpec) ArrivedVisit(ctx context.Context, patient, site uuid.UUID) (uuid.UUID, error) {
	var id uuid.UUID
	row := database.From(ctx).Raw("select id from appointments where patient_id = ? and site_id = ? and arrived_at is not null", patient, site).Row()
	if row.Scan(&id) != nil {
		return id, fault.ErrNotFound
	}
	return id, nil
}

func (a *agendaOfSpec) ComingOf(ctx context.Context, family []uuid.UUID) (list []patients.Visit, err error) {
	err = database.From(ctx).Raw("select id, start_time as start from appointments where patient_id in ? and status = 'scheduled' order by start_time", family).Scan(&list).Error
	return list, err
}

func (a *agendaOfSpec) TodayWith(ctx context.Context, patient, doctor uuid.UUID) (uuid.UUID, error) {
	var id uuid.UUID
	row := database.From(ctx).Raw("select id from appointments where patient_id = ? and doctor_id = ? order by start_time", patient, doctor).Row()
	if row.Scan(&id) != nil || a.states[id] == "completed" {
		return id, fault.ErrNotFound
	}
	return id, nil
}

// proofsOfSpec accepts one code, and asks for it every time until it was given.
type proofsOfSpec struct {
	code  string
	fresh bool
}

func (p *proofsOfSpec) Fresh(context.Context) (bool, error) { return p.fresh, nil }

func (p *proofsOfSpec) Prove(_ context.Context, proof hce.Proof) error {
	if proof.Code != p.code {
		return fault.InvalidField("code", "El código no coincide.")
	}
	p.fresh = true
	return nil
}

// keysOfSpec signs with one key for each user.
type keysOfSpec struct {
	byUser map[uuid.UUID]ed25519.PrivateKey
	now    func() time.Time
}

func (k *keysOfSpec) Sign(_ context.Context, user uuid.UUID, message []byte) (uuid.UUID, []byte, error) {
	if k.byUser[user] == nil {
		_, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			return uuid.Nil, nil, err
		}
		k.byUser[user] = private
	}
	return user, ed25519.Sign(k.byUser[user], message), nil
}

func (k *keysOfSpec) Public(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]hce.PublicKey, error) {
	found := map[uuid.UUID]hce.PublicKey{}
	for _, id := range ids {
		if key := k.byUser[id]; key != nil {
			found[id] = hce.PublicKey{ID: id, UserID: id, Key: key.Public().(ed25519.PublicKey), ValidFrom: k.now().Add(-time.Hour)}
		}
	}
	return found, nil
}

// written is a note that may be signed.
func written() hce.DraftBody {
	return hce.DraftBody{
		Values: form.Values{
			"motivo": form.OfText("Dolor de garganta"), "relato": form.OfText("Desde hace tres días, con fiebre."), "pa": form.OfPressure(118, 76),
			"fc": form.OfText("82"), "temp": form.OfText("38.2"),
		},
		Diagnoses: []hce.Diagnosis{{Code: "J02.9", Title: "Faringitis aguda, no especificada", Kind: hce.Presumptive}},
	}
}
