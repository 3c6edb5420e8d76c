//go:build !js

package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
)

// Colleagues answers what other modules ask about the clinic of the current transaction: who works here, and where.
type Colleagues struct{}

const memberQuery = `select m.id, m.user_id, u.name, u.title, u.college, u.college_number, m.specialty,
	array_to_string(m.roles, ',') as roles, m.site_id, m.active, m.version
	from memberships m join users u on u.id = m.user_id `

type memberRow struct {
	ID, UserID                          uuid.UUID
	Name, Title, College, CollegeNumber string
	Specialty, Roles                    string
	SiteID                              *uuid.UUID
	Active                              bool
	Version                             int64
}

func (r memberRow) member() Member {
	m := Member{
		ID: r.ID, UserID: r.UserID, Name: r.Name, Title: r.Title, College: r.College, CollegeNumber: r.CollegeNumber,
		Specialty: r.Specialty, Roles: ParseRoles(strings.Split(r.Roles, ",")), Active: r.Active, Version: r.Version,
	}
	if r.SiteID != nil {
		m.SiteID = *r.SiteID
	}
	return m
}

func members(ctx context.Context, rest string, args ...any) ([]Member, error) {
	var rows []memberRow
	if err := database.From(ctx).Raw(memberQuery+rest, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read who works here: %w", err)
	}
	found := make([]Member, 0, len(rows))
	for _, row := range rows {
		found = append(found, row.member())
	}
	return found, nil
}

// Members gives the people of these memberships by id, also those who left; unknown ids are left out.
func (Colleagues) Members(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Member, error) {
	byID := map[uuid.UUID]Member{}
	if len(ids) == 0 {
		return byID, nil
	}
	found, err := members(ctx, "where m.id in ?", ids)
	for _, m := range found {
		byID[m.ID] = m
	}
	return byID, err
}

// Everybody lists all people of the clinic, those who left last.
func (Colleagues) Everybody(ctx context.Context) ([]Member, error) {
	return database.Once(ctx, []string{"memberships", "users"}, func() ([]Member, error) { return members(ctx, "order by m.active desc, u.name, m.id") })
}

// Doctors lists those with whom appointments may be made, by name.
func (c Colleagues) Doctors(ctx context.Context) ([]Member, error) {
	all, err := c.Everybody(ctx)
	return slices.DeleteFunc(all, func(m Member) bool { return !m.Active || !m.IsDoctor() }), err
}

// Member is one person of the clinic.
func (Colleagues) Member(ctx context.Context, id uuid.UUID) (Member, error) {
	found, err := members(ctx, "where m.id = ?", id)
	if err == nil && len(found) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return Member{}, err
	}
	return found[0], nil
}

type siteRow struct {
	ID                           uuid.UUID
	Name, Address, Ubigeo, Phone string
	Altitude                     *int `gorm:"column:altitude_m"`
	Active                       bool
	Version                      int64
}

func (siteRow) TableName() string { return "sites" }

// Sites lists all sites of the clinic, open ones first, by name.
func (Colleagues) Sites(ctx context.Context) ([]Site, error) {
	return database.Once(ctx, []string{"sites"}, func() ([]Site, error) { return readSites(ctx) })
}

func readSites(ctx context.Context) ([]Site, error) {
	var rows []siteRow
	if err := database.From(ctx).Order("active desc, name, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the sites: %w", err)
	}
	sites := make([]Site, 0, len(rows))
	for _, row := range rows {
		sites = append(sites, Site(row))
	}
	return sites, nil
}

// Site is one site of the clinic.
func (Colleagues) Site(ctx context.Context, id uuid.UUID) (Site, error) {
	var row siteRow
	err := database.From(ctx).Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Site{}, fault.ErrNotFound
	}
	if err != nil {
		return Site{}, fmt.Errorf("read a site: %w", err)
	}
	return Site(row), nil
}

const clinicQuery = `select id, slug, name, legal_name, ruc, phone, time_zone, accent, array_to_string(specialties, ',') as specialties,
	logo_type <> '' as has_logo, lock_after_minutes, offline_start, suspended_at, onboarded_at, version from clinics where id = ?`

type clinicRow struct {
	ID                                                  uuid.UUID
	Slug, Name, LegalName, Ruc, Phone, TimeZone, Accent string
	Specialties                                         string
	HasLogo                                             bool
	LockAfterMinutes                                    int
	OfflineStart                                        bool
	SuspendedAt, OnboardedAt                            *time.Time
	Version                                             int64
}

func (r clinicRow) clinic() Clinic {
	c := Clinic{
		ID: r.ID, Slug: r.Slug, Name: r.Name, LegalName: r.LegalName, RUC: r.Ruc, Phone: r.Phone, TimeZone: r.TimeZone, Accent: r.Accent,
		HasLogo: r.HasLogo, LockMinutes: r.LockAfterMinutes, OfflineStart: r.OfflineStart, SuspendedAt: r.SuspendedAt, OnboardedAt: r.OnboardedAt, Version: r.Version,
	}
	if r.Specialties != "" {
		c.Specialties = strings.Split(r.Specialties, ",")
	}
	return c
}

// Clinic is the clinic of the current transaction.
func (Colleagues) Clinic(ctx context.Context) (Clinic, error) {
	return clinicIn(database.From(ctx), database.ScopeOf(ctx).ClinicID, "")
}

// clinicIn reads one clinic; lock is empty or " for update".
func clinicIn(tx *gorm.DB, id uuid.UUID, lock string) (Clinic, error) {
	var rows []clinicRow
	if err := tx.Raw(clinicQuery+lock, id).Scan(&rows).Error; err != nil {
		return Clinic{}, fmt.Errorf("read the clinic: %w", err)
	}
	if len(rows) == 0 {
		return Clinic{}, fault.ErrNotFound
	}
	return rows[0].clinic(), nil
}
