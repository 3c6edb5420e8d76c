//go:build !js

package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/accounts"
	"hampi/modules/agenda"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// Deps is what the demonstration is written with.
type Deps struct {
	DB    *database.DB
	Vault *pii.Vault
	Now   clock.Now
}

// seeder writes the demonstration through the modules' own stores, so that it is what their services would have kept.
type seeder struct {
	Deps
	catalog  *catalog.Catalog
	patients *patients.Postgres
	agenda   agenda.Postgres
}

// Fill makes the invented clinics, or adds what is missing: on a later day the appointments of the days that have
// come into sight, and an end for those that have passed. What people did to it since stays. It is the caller's to
// run it in a demonstration only; it refuses a database that holds other clinics and none of these.
func Fill(ctx context.Context, d Deps) error {
	s := seeder{Deps: d, patients: patients.NewPostgres(d.Vault, d.Now)}
	s.catalog = catalog.New(catalog.NewPostgres(), accounts.Colleagues{})
	return s.alone(ctx, func() error {
		if err := s.refuseRealClinics(ctx); err != nil {
			return err
		}
		for _, c := range clinics() {
			if err := s.fill(ctx, c); err != nil {
				return fmt.Errorf("fill %s: %w", c.Name, err)
			}
		}
		return nil
	})
}

// alone lets one process fill at a time; a second one waits and then finds nothing to do.
func (s seeder) alone(ctx context.Context, f func() error) (err error) {
	const key, patience = 20250106, "60s"
	conn, err := s.DB.SystemPool().Acquire(ctx)
	if err != nil {
		return fmt.Errorf("wait for another demonstration: %w", err)
	}
	own := conn.Hijack() // closed below: its limits are not the pool's
	defer func() { err = errors.Join(err, own.Close(context.WithoutCancel(ctx))) }()
	for _, command := range []string{"set lock_timeout = '" + patience + "'", "set statement_timeout = 0", fmt.Sprintf("select pg_advisory_lock(%d)", key)} {
		if _, err := own.Exec(ctx, command); err != nil {
			return fmt.Errorf("wait for another demonstration: %w", err)
		}
	}
	return f()
}

func (s seeder) refuseRealClinics(ctx context.Context) error {
	var demos, others int
	err := s.DB.AsSystem(ctx, "see whether demonstration clinics may be made here", func(tx *gorm.DB) error {
		return tx.Raw("select count(*) filter (where demo), count(*) filter (where not demo) from clinics").Row().Scan(&demos, &others)
	})
	if err == nil && demos == 0 && others > 0 {
		err = errors.New("this database holds clinics already; a demonstration needs a database of its own")
	}
	return err
}

func (s seeder) fill(ctx context.Context, c clinic) error {
	if err := s.addClinic(ctx, c); err != nil {
		return err
	}
	if err := s.addAccounts(ctx, c); err != nil {
		return err
	}
	if err := s.within(ctx, c, func(ctx context.Context) error { return s.furnish(ctx, c) }); err != nil {
		return err
	}
	if err := s.within(ctx, c, func(ctx context.Context) error { return s.addBilling(ctx, c) }); err != nil {
		return err
	}
	if err := s.within(ctx, c, func(ctx context.Context) error { return s.addPrices(ctx, c) }); err != nil {
		return err
	}
	if err := s.addPatients(ctx, c); err != nil {
		return err
	}
	if err := s.addDays(ctx, c); err != nil {
		return err
	}
	if err := s.addNotes(ctx, c); err != nil {
		return err
	}
	return s.addMoney(ctx, c)
}

// within works in the clinic as the person who books there.
func (s seeder) within(ctx context.Context, c clinic, f func(ctx context.Context) error) error {
	user := userOf(c.books)
	ctx = access.With(ctx, access.Identity{UserID: user, ClinicID: c.ID, MembershipID: c.member(c.books), TimeZone: c.TimeZone})
	return s.DB.InClinic(ctx, database.Scope{ClinicID: c.ID, UserID: user, RequestID: "demo"}, f)
}

func (s seeder) addClinic(ctx context.Context, c clinic) error {
	return s.DB.AsSystem(ctx, "open an invented clinic", func(tx *gorm.DB) error {
		return tx.Exec(`insert into clinics (id, slug, name, legal_name, ruc, phone, time_zone, accent, specialties, onboarded_at, demo, created_at, updated_at)
			values (?, ?, ?, ?, ?, ?, ?, ?, string_to_array(?, ','), ?, true, ?, ?) on conflict (id) do nothing`,
			c.ID, c.Slug, c.Name, c.LegalName, c.RUC, c.Phone, c.TimeZone, c.Accent, strings.Join(c.Specialties, ","), founded, founded, founded).Error
	})
}

// addAccounts gives everybody who has none an account with the common password and the common key for codes.
func (s seeder) addAccounts(ctx context.Context, c clinic) error {
	keys, err := s.Vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	var missing []person
	err = s.DB.AsSystem(ctx, "see which invented people have an account", func(tx *gorm.DB) error {
		for _, p := range c.people {
			_, err := accounts.FindUser(tx, keys, p.email)
			if fault.IsNotFound(err) {
				missing = append(missing, p)
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	hash, err := commonHash(ctx)
	if err != nil {
		return err
	}
	return s.DB.AsSystem(ctx, "give invented people accounts", func(tx *gorm.DB) error {
		for _, p := range missing {
			if err := addAccount(tx, keys, p, hash); err != nil {
				return fmt.Errorf("add %s: %w", p.email, err)
			}
		}
		return nil
	})
}

// commonHash is one for all: the password is printed at every start.
func commonHash(ctx context.Context) (string, error) {
	hasher, err := accounts.NewPasswordHasher(accounts.PasswordParams())
	if err != nil {
		return "", err
	}
	return hasher.Hash(ctx, Password)
}

func addAccount(tx *gorm.DB, keys *pii.Keys, p person, hash string) error {
	id := userOf(p.email)
	err := accounts.CreateUser(tx, keys, accounts.NewUser{ID: id, Profile: p.Profile, Email: p.email, PasswordHash: hash, Now: founded})
	if err != nil {
		return err
	}
	secret, err := keys.Encrypt(Secret, pii.Place{Table: "users", Column: "totp_secret", Row: id})
	if err != nil {
		return err
	}
	return tx.Exec("update users set totp_secret = ?, totp_confirmed_at = ? where id = ?", secret, founded, id).Error
}

// furnish adds sites, memberships, rooms, services and weekly hours that the clinic lacks.
func (s seeder) furnish(ctx context.Context, c clinic) error {
	tx := database.From(ctx)
	for _, site := range c.sites {
		err := tx.Exec(`insert into sites (id, name, address, ubigeo, phone, altitude_m) values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
			site.ID, site.Name, site.Address, site.Ubigeo, site.Phone, site.Altitude).Error
		if err != nil {
			return fmt.Errorf("add a site: %w", err)
		}
	}
	for _, p := range c.people {
		var roles []string
		for _, r := range p.roles {
			roles = append(roles, string(r))
		}
		err := tx.Exec(`insert into memberships (id, user_id, roles, specialty, site_id) values (?, ?, string_to_array(?, ','), ?, nullif(?, ?)::uuid) on conflict do nothing`,
			c.member(p.email), userOf(p.email), strings.Join(roles, ","), p.specialty, c.site(p.site).String(), uuid.Nil.String()).Error
		if err != nil {
			return fmt.Errorf("let %s work there: %w", p.email, err)
		}
	}
	if err := s.offer(ctx, c); err != nil {
		return err
	}
	return s.schedule(ctx, c)
}

// offer adds rooms and services to a clinic that has none of its own.
func (s seeder) offer(ctx context.Context, c clinic) error {
	rooms, err := s.catalog.AllResources(ctx)
	if err != nil || len(rooms) > 0 {
		return err
	}
	for _, r := range c.rooms {
		if _, err := s.catalog.AddResource(ctx, r); err != nil {
			return err
		}
	}
	for _, suggestion := range catalog.Suggested(c.Specialties...) {
		if _, err := s.catalog.AddService(ctx, c.serviceOf(suggestion)); err != nil {
			return err
		}
	}
	return nil
}

// serviceOf is a suggestion taken over: teeth need a chair, orthodontics their specialist.
func (c clinic) serviceOf(s catalog.Suggestion) catalog.Service {
	out := catalog.Service{
		ID: c.service(s.Name), Name: s.Name, Specialty: s.Specialty, DurationMin: s.Minutes, Price: s.Price(), Resource: catalog.Room,
	}
	if s.Specialty == "odontologia" {
		out.Resource = catalog.Chair
	}
	if strings.HasPrefix(s.Name, "Ortodoncia") {
		out.Doctors = []uuid.UUID{c.member("ortodoncia@demo.pe")}
	}
	return out
}

// schedule gives weekly hours to professionals who have none.
func (s seeder) schedule(ctx context.Context, c clinic) error {
	for _, r := range c.rounds {
		doctor, room := c.member(r.email), c.room(r.site, r.room)
		own, err := s.agenda.Schedules(ctx, doctor)
		if err != nil {
			return err
		}
		if len(own) > 0 {
			continue
		}
		for weekday := time.Sunday; weekday <= time.Saturday; weekday++ {
			for _, worked := range r.on(weekday) {
				err := s.agenda.AddSchedule(ctx, agenda.Schedule{
					ID: idOf(founded, c.Slug, "hours", r.email, weekday.String(), fmt.Sprint(worked.from)), DoctorID: doctor, SiteID: c.site(r.site), Weekday: weekday,
					FromMinute: worked.from, ToMinute: worked.to, ResourceID: &room, ValidFrom: agenda.DateOf(founded, time.UTC),
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}
