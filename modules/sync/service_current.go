//go:build !js

package sync

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// present is the state of objects as they are now, and which others each needs beside it.
type present struct {
	states map[ref]offline.Change
	needs  map[ref][]ref
}

// current reads objects, and what must not be missing beside them.
func (s *Service) current(ctx context.Context, w offline.Window, wanted map[string][]uuid.UUID) (*present, error) {
	p := &present{states: map[ref]offline.Change{}, needs: map[ref][]ref{}}
	beside := map[string][]uuid.UUID{}
	for _, e := range s.Entities {
		ids := wanted[e.Name()]
		if len(ids) == 0 {
			continue
		}
		found, err := s.read(ctx, w, e, ids, p)
		if err != nil {
			return nil, err
		}
		if err := p.companions(ctx, e, found, beside); err != nil {
			return nil, err
		}
	}
	for _, e := range s.Entities {
		ids := slices.DeleteFunc(beside[e.Name()], func(id uuid.UUID) bool {
			_, known := p.states[ref{e.Name(), id}]
			return known
		})
		if len(ids) == 0 {
			continue
		}
		if _, err := s.read(ctx, w, e, ids, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (s *Service) read(ctx context.Context, w offline.Window, e Entity, ids []uuid.UUID, into *present) ([]offline.Change, error) {
	found, err := e.Current(ctx, w, ids)
	if err != nil {
		return nil, fmt.Errorf("read what is kept of %s: %w", e.Name(), err)
	}
	for _, c := range found {
		into.states[ref{c.Entity, c.ID}] = c
	}
	return found, nil
}

// companions notes, for each change, what it needs beside it.
func (p *present) companions(ctx context.Context, e Entity, found []offline.Change, beside map[string][]uuid.UUID) error {
	with, ok := e.(Companions)
	if !ok || len(found) == 0 {
		return nil
	}
	needed, err := with.With(ctx, found)
	if err != nil {
		return fmt.Errorf("ask what %s needs beside it: %w", e.Name(), err)
	}
	for _, c := range found {
		for _, need := range needed[c.ID] {
			id, err := uuid.Parse(need.ID)
			if err != nil {
				return fmt.Errorf("ask what %s needs beside it: %w", e.Name(), err)
			}
			p.needs[ref{c.Entity, c.ID}] = append(p.needs[ref{c.Entity, c.ID}], ref{need.Kind, id})
			if !slices.Contains(beside[need.Kind], id) {
				beside[need.Kind] = append(beside[need.Kind], id)
			}
		}
	}
	return nil
}

// unit is an object behind what it needs; one that is not to be held is removed.
func (p *present) unit(entity string, id uuid.UUID) []offline.Change {
	c, ok := p.states[ref{entity, id}]
	if !ok {
		return []offline.Change{{Entity: entity, ID: id, Removed: true}}
	}
	var unit []offline.Change
	for _, need := range p.needs[ref{entity, id}] {
		if beside, ok := p.states[need]; ok {
			unit = append(unit, beside)
		}
	}
	return append(unit, c)
}

// units are those of ids that are to be held.
func (p *present) units(entity string, ids []uuid.UUID) (units [][]offline.Change) {
	for _, id := range ids {
		if _, ok := p.states[ref{entity, id}]; ok {
			units = append(units, p.unit(entity, id))
		}
	}
	return units
}
