//go:build !js

package patients

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
)

// families are entries with those that are one person with them.
type families struct {
	wanted  []uuid.UUID             // the known ones of those asked for, and who answers for them
	answers map[uuid.UUID]uuid.UUID // of everybody concerned: the entry that answers
}

func (f families) everybody() []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(f.answers))
	for id := range f.answers {
		ids = append(ids, id)
	}
	return ids
}

// answeringFor are the answering entries of those marked.
func (f families) answeringFor(marked map[uuid.UUID]bool) map[uuid.UUID]bool {
	near := map[uuid.UUID]bool{}
	for id, active := range f.answers {
		if marked[id] {
			near[active] = true
		}
	}
	return near
}

type joinedRow struct {
	ID         uuid.UUID
	MergedInto *uuid.UUID
}

func (joinedRow) TableName() string { return "patients" }

func (s *Postgres) families(ctx context.Context, ids []uuid.UUID) (families, error) {
	f := families{answers: map[uuid.UUID]uuid.UUID{}}
	var rows []joinedRow
	if err := database.From(ctx).Where("id = any(?::uuid[])", database.IDs(ids)).Find(&rows).Error; err != nil {
		return f, fmt.Errorf("read who answers for patients: %w", err)
	}
	var actives []uuid.UUID
	known := map[uuid.UUID]bool{}
	for _, row := range rows {
		known[row.ID] = true
		f.answers[row.ID] = row.ID
		if active := orNil(row.MergedInto); active != uuid.Nil {
			f.answers[row.ID], f.answers[active] = active, active
		}
	}
	for _, id := range ids {
		if !known[id] {
			continue
		}
		known[id] = false
		f.wanted = append(f.wanted, id)
	}
	for id, active := range f.answers {
		if id == active {
			actives = append(actives, id)
		}
		if _, asked := known[id]; !asked {
			f.wanted = append(f.wanted, id)
		}
	}
	if len(actives) == 0 {
		return f, nil
	}
	rows = nil
	if err := database.From(ctx).Where("merged_into = any(?::uuid[])", database.IDs(actives)).Find(&rows).Error; err != nil {
		return f, fmt.Errorf("read entries joined into patients: %w", err)
	}
	for _, row := range rows {
		f.answers[row.ID] = *row.MergedInto
	}
	return f, nil
}

// heldPatients reads people as a device holds them: those of whole with everything, those of listed with the groups of
// the directory alone.
func (s *Postgres) heldPatients(ctx context.Context, whole, listed []uuid.UUID) (map[uuid.UUID]Patient, error) {
	people, err := s.Patients(ctx, whole)
	if err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]Patient, len(whole)+len(listed))
	for _, p := range people {
		byID[p.ID] = p
	}
	if len(listed) == 0 {
		return byID, nil
	}
	columns := append(columnsOf(DirectoryGroups()), "id", "record_number", "merged_into")
	people, err = s.find(ctx, database.From(ctx).Select(columns).Where("id = any(?::uuid[])", database.IDs(listed)))
	for _, p := range people {
		p.Held = DirectoryGroups()
		byID[p.ID] = p
	}
	return byID, err
}

// lastRegistered lists entries, the last registered first, behind after.
func (s *Postgres) lastRegistered(ctx context.Context, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	if after == uuid.Nil {
		after = uuid.Max
	}
	return s.pluck(ctx, "select id from patients where id < ? order by id desc limit ?", after, limit)
}

func (s *Postgres) count(ctx context.Context) (int, error) {
	var n int
	if err := database.From(ctx).Raw("select count(*) from patients").Row().Scan(&n); err != nil {
		return 0, fmt.Errorf("count patients: %w", err)
	}
	return n, nil
}
