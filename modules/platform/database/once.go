//go:build !js

package database

import (
	"context"
	"slices"

	"gorm.io/gorm"
)

// Once reads a list that a request asks for again and again (who works here, what is offered) a single time in the
// clinic's transaction of ctx. Whatever that transaction writes, or the system's login on its behalf, makes it read
// again. The lists' elements are shared: callers change none.
func Once[T any](ctx context.Context, what string, read func() ([]T, error)) ([]T, error) {
	s, ok := ctx.Value(sessionKey{}).(*Session)
	if !ok {
		return read()
	}
	if kept, ok := s.recall(what).([]T); ok {
		return slices.Clone(kept), nil
	}
	list, err := read()
	if err == nil {
		s.remember(what, list)
	}
	return slices.Clone(list), err
}

func (s *Session) recall(what string) any {
	s.reading.Lock()
	defer s.reading.Unlock()
	return s.read[what]
}

func (s *Session) remember(what string, list any) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.read == nil {
		s.read = map[string]any{}
	}
	s.read[what] = list
}

// forget drops what was read, because something was written or taken back.
func forget(ctx context.Context) {
	if s, ok := ctx.Value(sessionKey{}).(*Session); ok {
		s.reading.Lock()
		defer s.reading.Unlock()
		s.read = nil
	}
}

// forgetAfterWrites makes every write through db drop what its session had read.
func forgetAfterWrites(db *gorm.DB) error {
	drop := func(tx *gorm.DB) { forget(tx.Statement.Context) }
	for _, register := range []func(string, func(*gorm.DB)) error{
		db.Callback().Create().After("gorm:create").Register, db.Callback().Update().After("gorm:update").Register,
		db.Callback().Delete().After("gorm:delete").Register, db.Callback().Raw().After("gorm:raw").Register,
	} {
		if err := register("hampi:forget", drop); err != nil {
			return err
		}
	}
	return nil
}
