//go:build !js

package agenda

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Postgres keeps the agenda in the clinic's transaction. No query names the clinic: row-level security does.
type Postgres struct{}

// NewPostgres is the server's store.
func NewPostgres() Postgres { return Postgres{} }

// TableName tells GORM where appointments are.
func (Appointment) TableName() string { return "appointments" }

// TableName tells GORM where events are.
func (Event) TableName() string { return "appointment_events" }

func (Postgres) Changes(ctx context.Context) (int64, error) {
	var seq int64
	err := database.From(ctx).Raw("select coalesce(max(seq), 0) from change_counters").Row().Scan(&seq)
	return seq, explain("read the change number", err)
}

func (Postgres) Appointment(ctx context.Context, id uuid.UUID) (Appointment, error) {
	var a Appointment
	err := database.From(ctx).Where("id = ?", id).Take(&a).Error
	return utc(a), notFound(err)
}

func (Postgres) Lock(ctx context.Context, id uuid.UUID) (Appointment, error) {
	var a Appointment
	err := database.From(ctx).Raw("select * from appointments where id = ? for no key update", id).Take(&a).Error
	return utc(a), notFound(err)
}

// Add waits for its turn with the professional (and the room or chair): two inserts that exclude each other would
// otherwise wait for one another until one is killed.
func (p Postgres) Add(ctx context.Context, a Appointment, e Event) error {
	return p.inTurn(ctx, a, func(ctx context.Context) error {
		return database.Together(ctx, func(tx *gorm.DB) *gorm.DB { return tx.Create(&a) }, e.write).Error
	})
}

func (p Postgres) Save(ctx context.Context, a Appointment, e Event) (Appointment, error) {
	seen := a.Version
	a.Version++
	a.UpdatedAt = e.At
	err := p.inTurn(ctx, a, func(ctx context.Context) error {
		update := database.Together(ctx, func(tx *gorm.DB) *gorm.DB {
			return tx.Model(&Appointment{}).Where("id = ? and version = ?", a.ID, seen).
				Select("*").Omit("id", "created_at", "booked_as").Updates(&a)
		}, e.write)
		if update.Error == nil && update.RowsAffected == 0 { // its event is taken back with this
			return fault.Conflicted("stale", "Alguien más cambió esta cita. Vuelva a abrirla.")
		}
		return update.Error
	})
	return a, err
}

func (e Event) write(tx *gorm.DB) *gorm.DB { return tx.Create(&e) }

// inTurn runs a write that may lose an hour to somebody else, so that losing leaves the transaction usable.
func (Postgres) inTurn(ctx context.Context, a Appointment, write func(context.Context) error) error {
	turns := []uuid.UUID{a.DoctorID}
	if a.ResourceID != nil {
		turns = append(turns, *a.ResourceID)
	}
	if a.Occupies() {
		if err := turn(ctx, database.IDs(turns)); err != nil {
			return explain("wait for the professional's agenda", err)
		}
	}
	return refusedBy(database.Savepoint(ctx, write))
}

// turn waits until nobody else writes into these agendas. A transaction that has its turn keeps it.
func turn(ctx context.Context, ids string) error {
	_, err := database.Once(ctx, []string{"turn with " + ids}, func() ([]bool, error) {
		const wait = "select pg_advisory_xact_lock(hashtextextended(id::text, 5)) from unnest(?::uuid[]) id" // one after the other
		return nil, database.From(ctx).Exec(wait, ids).Error
	})
	return err
}

// refusedBy turns what a constraint refused into the house's words.
func refusedBy(err error) error {
	for constraint, refusal := range map[string]error{
		"appointments_doctor_free":   ErrDoctorTaken,
		"appointments_resource_free": ErrResourceTaken,
		"appointments_pkey":          ErrSameID,
		"appointments_forward":       fault.InvalidField("end_time", "El fin debe ser después del inicio."),
		"appointments_patient":       fault.InvalidField("patient_id", "No se encuentra a ese paciente."),
		"appointments_doctor":        fault.InvalidField("doctor_id", "No se encuentra a ese profesional."),
		"appointments_service":       fault.InvalidField("service_id", "No se encuentra ese servicio."),
		"appointments_site":          fault.InvalidField("site_id", "No se encuentra esa sede."),
		"appointments_resource":      fault.InvalidField("resource_id", "No se encuentra ese consultorio o sillón."),
	} {
		if database.Violates(err, constraint) {
			return refusal
		}
	}
	if fault.KindOf(err) != fault.Unexpected {
		return err
	}
	return explain("keep the appointment", err)
}

func (Postgres) LastChange(ctx context.Context, id uuid.UUID) (*Event, error) {
	var e Event
	err := database.From(ctx).Raw(`
		select e.* from appointment_events e
		 where e.appointment_id = ? and e.what in ('status', 'arrived')
		   and not exists (select 1 from appointment_events u where u.appointment_id = e.appointment_id and u.undoes = e.id)
		 order by e.at desc, e.id desc limit 1`, id).Take(&e).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return &e, explain("read what happened last", err)
}

func (Postgres) History(ctx context.Context, id uuid.UUID) ([]Event, error) {
	var events []Event
	err := database.From(ctx).Where("appointment_id = ?", id).Order("at, id").Find(&events).Error
	return events, explain("read the history", err)
}

func utc(a Appointment) Appointment {
	a.StartTime, a.EndTime, a.CreatedAt, a.UpdatedAt = a.StartTime.UTC(), a.EndTime.UTC(), a.CreatedAt.UTC(), a.UpdatedAt.UTC()
	if a.ArrivedAt != nil {
		at := a.ArrivedAt.UTC()
		a.ArrivedAt = &at
	}
	return a
}

func allUTC(list []Appointment) []Appointment {
	for i := range list {
		list[i] = utc(list[i])
	}
	return list
}

func notFound(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return fault.ErrNotFound
	}
	return explain("read the appointment", err)
}

func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
