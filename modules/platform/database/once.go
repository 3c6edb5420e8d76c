//go:build !js

package database

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// kept is a list that Once has read, and from which tables.
type kept struct {
	list   any
	tables []string
}

// Once reads a list that a request asks for again and again (who works here, what is offered) a single time in the
// clinic's transaction of ctx. The first of the tables it is read from names it. Whatever that transaction writes into
// one of them makes it read again, and so does all that the system's login does on its behalf or that is taken back.
// The lists' elements are shared: callers change none.
func Once[T any](ctx context.Context, tables []string, read func() ([]T, error)) ([]T, error) {
	s, ok := ctx.Value(sessionKey{}).(*Session)
	if !ok {
		return read()
	}
	if list, ok := s.recall(tables[0]).([]T); ok {
		return slices.Clone(list), nil
	}
	list, err := read()
	if err == nil {
		s.remember(kept{list, tables})
	}
	return slices.Clone(list), err
}

func (s *Session) recall(what string) any {
	s.reading.Lock()
	defer s.reading.Unlock()
	return s.read[what].list
}

func (s *Session) remember(k kept) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.read == nil {
		s.read = map[string]kept{}
	}
	s.read[k.tables[0]] = k
}

// forgetWritten drops what was read from a table that a statement wrote into: one that its text names.
func (s *Session) forgetWritten(statement string) {
	s.reading.Lock()
	defer s.reading.Unlock()
	for what, k := range s.read {
		if slices.ContainsFunc(k.tables, func(table string) bool { return strings.Contains(statement, table) }) {
			delete(s.read, what)
		}
	}
}

func (s *Session) forgetAll() {
	s.reading.Lock()
	defer s.reading.Unlock()
	s.read = nil
}

// forgetAll drops what was read in the session of ctx, if there is one.
func forgetAll(ctx context.Context) {
	if s, ok := ctx.Value(sessionKey{}).(*Session); ok {
		s.forgetAll()
	}
}

// forgetAfterWrites makes every write through db drop what its session had read of the same table.
func forgetAfterWrites(db *gorm.DB) error {
	drop := func(tx *gorm.DB) {
		if s, ok := tx.Statement.Context.Value(sessionKey{}).(*Session); ok {
			s.forgetWritten(tx.Statement.SQL.String())
		}
	}
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
