//go:build !js

package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/patients"
	"hampi/modules/platform/database"
)

// batch is how many rows one transaction writes (the change feed numbers them at commit).
const batch = 200

// addPatients registers those whom the clinic does not have.
func (s seeder) addPatients(ctx context.Context, c clinic) error {
	people := c.register()
	var there map[uuid.UUID]bool
	err := s.within(ctx, c, func(ctx context.Context) (err error) {
		there, err = existing(ctx, "patients", idsOf(people, func(p patients.Patient) uuid.UUID { return p.ID }))
		return err
	})
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(people, func(p patients.Patient) bool { return there[p.ID] })
	for part := range slices.Chunk(missing, batch) {
		if err := s.within(ctx, c, func(ctx context.Context) error { return s.registerAll(ctx, c, part) }); err != nil {
			return err
		}
	}
	return nil
}

func (s seeder) registerAll(ctx context.Context, c clinic, people []patients.Patient) error {
	if _, err := s.patients.Add(ctx, people); err != nil {
		return err
	}
	for _, p := range people {
		known := c.clinical(p)
		for _, a := range known.Allergies {
			if err := s.patients.AddAllergy(ctx, a); err != nil {
				return err
			}
		}
		for _, x := range known.Conditions {
			if err := s.patients.AddCondition(ctx, x); err != nil {
				return err
			}
		}
		if known.BloodType != "" {
			if err := s.patients.SaveBloodType(ctx, p.ID, known.BloodType, 0, p.CreatedAt); err != nil {
				return err
			}
		}
	}
	return nil
}

func idsOf[T any](rows []T, id func(T) uuid.UUID) []uuid.UUID {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}

// existing tells which ids a table of the clinic has.
func existing(ctx context.Context, table string, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	there := map[uuid.UUID]bool{}
	if len(ids) == 0 {
		return there, nil
	}
	rows, err := database.From(ctx).Raw("select id from "+table+" where id in ?", ids).Rows()
	if err != nil {
		return nil, fmt.Errorf("see what is in %s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("see what is in %s: %w", table, err)
		}
		there[id] = true
	}
	return there, rows.Err()
}
