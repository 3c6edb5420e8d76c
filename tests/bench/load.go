//go:build !js

package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/demo"
	"hampi/modules/platform/textfold"
)

// fill loads the data unless they are there. The rows are written past triggers and foreign keys, by the server's
// superuser; the change feed is written behind them. The audit is not: nothing that is measured reads it.
func (h *house) fill(ctx context.Context, again bool) error {
	var mark string
	const find = "select coalesce(shobj_description(oid, 'pg_database'), '') from pg_database where datname = current_database()"
	if err := h.admin.QueryRow(ctx, find).Scan(&mark); err != nil || mark == loaded && !again {
		return err
	}
	began := time.Now()
	all := clinics()
	steps := []struct {
		name string
		do   func(context.Context, []*clinic) error
	}{
		{"clinics, people, services", h.loadClinics}, {"patients", h.loadPatients}, {"appointments", h.loadAppointments}, {"change feed", h.loadFeed},
	}
	for _, s := range steps {
		at := time.Now()
		if err := s.do(ctx, all); err != nil {
			return fmt.Errorf("load %s: %w", s.name, err)
		}
		say("loaded %-26s %6.1f s", s.name, time.Since(at).Seconds())
	}
	if _, err := h.admin.Exec(ctx, "vacuum analyze"); err != nil {
		return fmt.Errorf("analyze: %w", err)
	}
	say("loaded everything in %.0f s", time.Since(began).Seconds())
	_, err := h.admin.Exec(ctx, "comment on database "+databaseName+" is '"+loaded+"'")
	return err
}

// past runs f in a transaction that no trigger and no foreign key watches.
func (h *house) past(ctx context.Context, f func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, h.admin, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "set local session_replication_role = replica; set local synchronous_commit = off"); err != nil {
			return err
		}
		return f(tx)
	})
}

func copyRows(ctx context.Context, tx pgx.Tx, tables ...rows) error {
	for _, t := range tables {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.table}, t.columns, pgx.CopyFromRows(t.values)); err != nil {
			return fmt.Errorf("copy into %s: %w", t.table, err)
		}
	}
	return nil
}

func (h *house) loadClinics(ctx context.Context, all []*clinic) error {
	hasher, err := accounts.NewPasswordHasher(accounts.PasswordParams())
	if err != nil {
		return err
	}
	hash, err := hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := h.addAccounts(ctx, all, hash); err != nil {
		return err
	}
	return h.past(ctx, func(tx pgx.Tx) error {
		for _, c := range all {
			if err := addClinic(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) addAccounts(ctx context.Context, all []*clinic, hash string) error {
	keys, err := h.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	return h.db.AsSystem(ctx, "give invented people accounts", func(tx *gorm.DB) error {
		for _, c := range all {
			for _, p := range c.staff {
				profile := accounts.Profile{Name: p.name}
				if p.role == "doctor" {
					profile.Title, profile.College, profile.CollegeNumber = "Dr.", "CMP", "10001"
				}
				u := accounts.NewUser{ID: p.user, Profile: profile, Email: p.email, PasswordHash: hash, Now: moment.AddDate(-3, 0, 0)}
				if err := accounts.CreateUser(tx, keys, u); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func addClinic(ctx context.Context, tx pgx.Tx, c *clinic) error {
	since := moment.AddDate(-3, 0, 0)
	var batch pgx.Batch
	batch.Queue("insert into clinics (id, slug, name, ruc, specialties, onboarded_at) values ($1, $2, $3, '20990000108', '{odontologia,oftalmologia}', $4)",
		c.id, c.slug, "Clínica "+c.slug, since)
	for i, name := range []string{"Centro", "Norte"} {
		batch.Queue("insert into sites (clinic_id, id, name, address) values ($1, $2, $3, 'Jr. Dos de Mayo 100')", c.id, c.sites[i], name)
	}
	for _, p := range c.staff {
		batch.Queue("insert into memberships (clinic_id, id, user_id, roles, specialty, site_id) values ($1, $2, $3, array[$4], 'odontologia', $5)",
			c.id, p.member, p.user, p.role, p.site)
	}
	for i, s := range catalog.Suggested("odontologia", "oftalmologia") {
		batch.Queue(`insert into services (clinic_id, id, name, name_key, specialty, duration_min, price, resource_kind) values ($1, $2, $3, $4, $5, $6, $7, 'consultorio')`,
			c.id, c.services[i], s.Name, textfold.Fold(s.Name), s.Specialty, s.Minutes, s.Price().String())
	}
	for i, p := range c.doctors() {
		room := "Consultorio " + fmt.Sprint(i+1)
		batch.Queue("insert into resources (clinic_id, id, site_id, name, name_key, kind) values ($1, $2, $3, $4, $5, 'consultorio')",
			c.id, p.room, p.site, room, textfold.Fold(room))
		for weekday := 1; weekday <= 6; weekday++ {
			for _, part := range [][2]int{{8 * 60, 13 * 60}, {14 * 60, 19 * 60}} {
				batch.Queue(`insert into schedules (clinic_id, id, doctor_id, site_id, weekday, from_minute, to_minute, resource_id, valid_from)
					values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, c.id, c.named("hours", p.name, fmt.Sprint(weekday, part[0])), p.member, p.site,
					weekday, part[0], part[1], p.room, since)
			}
		}
	}
	return tx.SendBatch(ctx, &batch).Close()
}

// inParallel does each piece of work once, with as many hands as there are processors; the first failure is returned.
func inParallel[T any](ctx context.Context, work []T, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(len(work), 2*runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(work) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(ctx, work[i]); err != nil {
					cancel(err)
				}
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return ctx.Err()
}

// piece is a part of a clinic's patients.
type piece struct {
	*clinic
	from, to int
}

func (h *house) loadPatients(ctx context.Context, all []*clinic) error {
	const most = 4000
	var pieces []piece
	for _, c := range all {
		for from := 0; from < c.patients; from += most {
			pieces = append(pieces, piece{c, from, min(from+most, c.patients)})
		}
	}
	inventor := demo.NewInventor()
	if err := inParallel(ctx, pieces, func(ctx context.Context, p piece) error { return h.loadPiece(ctx, inventor, p) }); err != nil {
		return err
	}
	return h.past(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into patient_vocabulary select distinct clinic_id, word from patient_words;
			insert into patient_counters select clinic_id, count(*) from patients group by 1`)
		return err
	})
}

func (h *house) loadPiece(ctx context.Context, inventor demo.Inventor, p piece) error {
	keys, err := h.vault.Keys(ctx, p.id)
	if err != nil {
		return err
	}
	sealed := newSealedPeople()
	for n := p.from; n < p.to; n++ {
		if err := sealed.seal(keys, p.somebody(inventor, n)); err != nil {
			return err
		}
	}
	return h.past(ctx, func(tx pgx.Tx) error { return copyRows(ctx, tx, sealed.tables()...) })
}

func (h *house) loadAppointments(ctx context.Context, all []*clinic) error {
	return inParallel(ctx, all, func(ctx context.Context, c *clinic) error {
		citas, events, err := c.appointments()
		if err != nil {
			return err
		}
		return h.past(ctx, func(tx pgx.Tx) error { return copyRows(ctx, tx, citas, events) })
	})
}

// loadFeed numbers what was written, clinic by clinic, as commits would have.
func (h *house) loadFeed(ctx context.Context, _ []*clinic) error {
	return h.past(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into change_log (clinic_id, seq, entity, entity_id, kind, at)
			select clinic_id, row_number() over (partition by clinic_id order by created_at), entity, id, 'created', created_at
			  from (select clinic_id, created_at, 'patient' as entity, id from patients
			        union all select clinic_id, created_at, 'appointment', id from appointments) written;
			insert into change_counters select clinic_id, max(seq) from change_log group by 1`)
		return err
	})
}
