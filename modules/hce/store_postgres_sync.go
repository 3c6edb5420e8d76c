//go:build !js

package hce

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/offline"
)

// heldFor are the entries of the people whose records a device of whoever asks holds, in the order of their ids.
func (s RecordSync) heldFor(ctx context.Context, from, to time.Time) ([]uuid.UUID, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCERead) {
		return nil, nil
	}
	people, err := s.own.PatientsOf(ctx, who.MembershipID, from, to)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	var all []uuid.UUID
	for _, id := range people {
		family, err := s.record.Patients.Family(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, family...)
	}
	slices.SortFunc(all, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(all), nil
}

// days are those around today: the window's own end is further away.
func days(w offline.Window) (from, to time.Time) {
	return w.To.AddDate(0, 0, -offline.DaysAhead-1-daysHeld), w.To.AddDate(0, 0, daysHeld-offline.DaysAhead)
}

// Current reads those of ids that belong to people whose records the device may hold.
func (s RecordSync) Current(ctx context.Context, w offline.Window, ids []uuid.UUID) ([]offline.Change, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	from, to := days(w)
	people, err := s.heldFor(ctx, from, to)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	list, err := s.store.records(ctx, recordColumns+"where id = any(?::uuid[]) and patient_id = any(?::uuid[])", database.IDs(ids), database.IDs(people))
	if err != nil {
		return nil, err
	}
	return s.changes(ctx, list)
}

// Page lists the last records of each person, person by person; a place is the last person's id.
func (s RecordSync) Page(ctx context.Context, w offline.Window, after string, limit int) ([]offline.Change, string, error) {
	from, to := days(w)
	people, err := s.heldFor(ctx, from, to)
	if err != nil || len(people) == 0 {
		return nil, "", err
	}
	if after != "" {
		last, err := uuid.Parse(after)
		if err != nil {
			return nil, "", fmt.Errorf("read the place %q among the records: %w", after, err)
		}
		people = slices.DeleteFunc(people, func(id uuid.UUID) bool { return bytes.Compare(id[:], last[:]) <= 0 })
	}
	next := ""
	if n := max(1, limit/recordsHeld); len(people) > n {
		people = people[:n]
		next = people[n-1].String()
	}
	list, err := s.lastOf(ctx, people)
	if err != nil {
		return nil, "", err
	}
	page, err := s.changes(ctx, list)
	return page, next, err
}

// lastOf are the last records of each person.
func (s RecordSync) lastOf(ctx context.Context, people []uuid.UUID) ([]Record, error) {
	const query = `select r.body, r.content_hash, r.received_at from unnest(?::uuid[]) p (id)
		cross join lateral (select body, content_hash, received_at, written_at, id from medical_records m where m.patient_id = p.id
		order by written_at desc, id desc limit ?) r`
	return s.store.records(ctx, query, database.IDs(people), recordsHeld)
}

// Count is how many records Page lists.
func (s RecordSync) Count(ctx context.Context, w offline.Window) (int, error) {
	from, to := days(w)
	people, err := s.heldFor(ctx, from, to)
	if err != nil || len(people) == 0 {
		return 0, err
	}
	var n int
	const query = `select coalesce(sum(least(x.n, ?)), 0) from (select count(*) n from medical_records where patient_id = any(?::uuid[]) group by patient_id) x`
	err = database.From(ctx).Raw(query, recordsHeld, database.IDs(people)).Row().Scan(&n)
	return n, explain("count records for a device", err)
}

// Entering lists the records of people whose appointment enters the days that a device holds.
func (s RecordSync) Entering(ctx context.Context, w offline.Window, from, to time.Time) ([]uuid.UUID, error) {
	shift := daysHeld - offline.DaysAhead
	people, err := s.heldFor(ctx, from.AddDate(0, 0, shift), to.AddDate(0, 0, shift))
	if err != nil || len(people) == 0 {
		return nil, err
	}
	list, err := s.lastOf(ctx, people)
	ids := make([]uuid.UUID, 0, len(list))
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// Beside names the records that must come with patients whose appointment a device has just learnt of.
func (s RecordSync) Beside(ctx context.Context, patients []uuid.UUID) (map[uuid.UUID][]offline.Ref, error) {
	if !access.Who(ctx).Can(accounts.HCERead) {
		return nil, nil
	}
	list, err := s.lastOf(ctx, patients)
	beside := map[uuid.UUID][]offline.Ref{}
	for _, r := range list {
		beside[r.PatientID] = append(beside[r.PatientID], offline.Ref{Kind: recordEntity, ID: r.ID.String()})
	}
	return beside, err
}

func (s RecordSync) changes(ctx context.Context, list []Record) ([]offline.Change, error) {
	var visits []uuid.UUID
	for _, r := range list {
		visits = append(visits, r.EncounterID)
	}
	encounters, err := s.store.EncountersByID(ctx, visits)
	if err != nil {
		return nil, err
	}
	return offline.Changes(recordEntity, list, func(r Record) (uuid.UUID, int64, any) {
		return r.ID, int64(1 + len(r.Signatures)), recordDataOf(r, encounters[r.EncounterID])
	})
}

// SyncTemplates offers the clinic's own templates to devices, which only read them.
func SyncTemplates() offline.Reference {
	return offline.Reference{Entity: templateEntity, Needs: accounts.HCETriage, All: func(ctx context.Context) ([]offline.Change, error) {
		list, err := Postgres{}.TemplateRevisions(ctx)
		if err != nil {
			return nil, err
		}
		return offline.Changes(templateEntity, list, func(r TemplateRevision) (uuid.UUID, int64, any) {
			return r.ID, 1, templateData{Slug: r.Slug, Revision: r.Revision, Retired: r.Retired, Body: r.Body}
		})
	}}
}
