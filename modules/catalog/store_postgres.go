//go:build !js

package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Postgres keeps the catalogue in the clinic's transaction. A refused write is undone alone, so that the form can
// still be drawn from what is stored.
type Postgres struct{}

// NewPostgres is the catalogue's store on the server.
func NewPostgres() Postgres { return Postgres{} }

type serviceRow struct {
	ID           uuid.UUID
	Name         string
	NameKey      string
	Specialty    string
	DurationMin  int
	Price        decimal.Decimal
	ResourceKind ResourceKind
	SunatUnit    string
	IGVCode      string `gorm:"column:igv_code"`
	Active       bool
	Version      int64
	UpdatedAt    time.Time
}

func (serviceRow) TableName() string { return "services" }

type serviceDoctorRow struct{ ID, ServiceID, MembershipID uuid.UUID }

func (serviceDoctorRow) TableName() string { return "service_doctors" }

func (p Postgres) Services(ctx context.Context) ([]Service, error) {
	return database.Once(ctx, []string{"services", "service_doctors"}, func() ([]Service, error) { return p.services(ctx, database.From(ctx)) })
}

func (p Postgres) Service(ctx context.Context, id uuid.UUID) (Service, error) {
	found, err := p.services(ctx, database.From(ctx).Where("id = ?", id))
	if err != nil {
		return Service{}, err
	}
	if len(found) == 0 {
		return Service{}, fault.ErrNotFound
	}
	return found[0], nil
}

func (Postgres) services(ctx context.Context, query *gorm.DB) ([]Service, error) {
	var rows []serviceRow
	if err := query.Order("name_key, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read services: %w", err)
	}
	ids := make([]uuid.UUID, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	doctors, err := doctorsByService(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Service, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.service(doctors[r.ID]))
	}
	return list, nil
}

func doctorsByService(ctx context.Context, services []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	byService := map[uuid.UUID][]uuid.UUID{}
	if len(services) == 0 {
		return byService, nil
	}
	query := database.From(ctx).Order("membership_id")
	if len(services) == 1 {
		query = query.Where("service_id = ?", services[0])
	}
	var rows []serviceDoctorRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read who offers services: %w", err)
	}
	for _, r := range rows {
		byService[r.ServiceID] = append(byService[r.ServiceID], r.MembershipID)
	}
	return byService, nil
}

func (r serviceRow) service(doctors []uuid.UUID) Service {
	return Service{
		ID: r.ID, Name: r.Name, Specialty: r.Specialty, DurationMin: r.DurationMin, Price: r.Price, Resource: r.ResourceKind,
		Doctors: doctors, SunatUnit: r.SunatUnit, IGVCode: r.IGVCode, Active: r.Active, Version: r.Version,
	}
}

func rowOf(s Service) serviceRow {
	return serviceRow{
		ID: s.ID, Name: s.Name, NameKey: nameKey(s.Name), Specialty: s.Specialty, DurationMin: s.DurationMin, Price: s.Price,
		ResourceKind: s.Resource, SunatUnit: s.SunatUnit, IGVCode: s.IGVCode, Active: s.Active, Version: s.Version,
	}
}

func (Postgres) AddService(ctx context.Context, s Service) error {
	return serviceRefusal(database.Savepoint(ctx, func(ctx context.Context) error {
		row := rowOf(s)
		if err := database.From(ctx).Create(&row).Error; err != nil {
			return err
		}
		return setDoctors(ctx, s)
	}))
}

func (Postgres) ChangeService(ctx context.Context, s Service) error {
	return serviceRefusal(database.Savepoint(ctx, func(ctx context.Context) error {
		row := rowOf(s)
		row.Version++
		changed := database.From(ctx).Model(&serviceRow{}).Where("id = ? and version = ?", s.ID, s.Version).
			Select("name", "name_key", "specialty", "duration_min", "price", "igv_code", "resource_kind", "version", "updated_at").Updates(&row)
		if changed.Error != nil {
			return changed.Error
		}
		if changed.RowsAffected == 0 {
			return staleOrGone(ctx, "services", s.ID)
		}
		return setDoctors(ctx, s)
	}))
}

// setDoctors makes the professionals of a service be those it names.
func setDoctors(ctx context.Context, s Service) error {
	others := database.From(ctx).Where("service_id = ?", s.ID)
	if len(s.Doctors) > 0 {
		others = others.Where("membership_id not in ?", s.Doctors)
	}
	if err := others.Delete(&serviceDoctorRow{}).Error; err != nil {
		return fmt.Errorf("take professionals off a service: %w", err)
	}
	const insert = `insert into service_doctors (id, service_id, membership_id) values (?, ?, ?)
		on conflict on constraint service_doctors_once do nothing`
	for _, doctor := range s.Doctors {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("make an id: %w", err)
		}
		if err := database.From(ctx).Exec(insert, id, s.ID, doctor).Error; err != nil {
			return err
		}
	}
	return nil
}

func (Postgres) OfferService(ctx context.Context, id uuid.UUID, active bool) error {
	return setActive(ctx, "services", id, active)
}

// setActive switches a row on or off and counts its version up, unless it already stands so.
func setActive(ctx context.Context, table string, id uuid.UUID, active bool) error {
	changed := database.From(ctx).Table(table).Where("id = ? and active <> ?", id, active).
		Updates(map[string]any{"active": active, "version": gorm.Expr("version + 1"), "updated_at": gorm.Expr("now()")})
	if changed.Error != nil {
		return fmt.Errorf("switch a row of %s: %w", table, changed.Error)
	}
	if changed.RowsAffected > 0 {
		return nil
	}
	if err := staleOrGone(ctx, table, id); !errors.Is(err, ErrStale) {
		return err
	}
	return nil
}

// staleOrGone says why a row was not changed: it has another state than expected, or it is not there.
func staleOrGone(ctx context.Context, table string, id uuid.UUID) error {
	var there int64
	if err := database.From(ctx).Table(table).Where("id = ?", id).Count(&there).Error; err != nil {
		return fmt.Errorf("look for a row of %s: %w", table, err)
	}
	if there == 0 {
		return fault.ErrNotFound
	}
	return ErrStale
}

func (Postgres) LastChange(ctx context.Context, id uuid.UUID) (Change, error) {
	const query = `select coalesce(u.name, '') as by, a.at from audit_log a left join users u on u.id = a.user_id
		where a.entity in ('services', 'resources') and a.entity_id = ? order by a.at desc, a.id desc limit 1`
	var found []Change
	if err := database.From(ctx).Raw(query, id).Scan(&found).Error; err != nil {
		return Change{}, fmt.Errorf("read who changed something last: %w", err)
	}
	if len(found) == 0 {
		return Change{}, nil
	}
	return found[0], nil
}

func serviceRefusal(err error) error {
	switch {
	case database.Violates(err, "services_name"):
		return ErrServiceName
	case database.Violates(err, "service_doctors_membership"):
		return ErrUnknownDoctor
	}
	return err
}
