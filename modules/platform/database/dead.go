//go:build !js

package database

import (
	"context"
	"database/sql"
)

// noTransaction stands under the GORM handle that From returns outside a clinic's transaction: it answers nothing.
type noTransaction struct{}

func (noTransaction) PrepareContext(context.Context, string) (*sql.Stmt, error) {
	return nil, ErrNoSession
}

func (noTransaction) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, ErrNoSession
}

func (noTransaction) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, ErrNoSession
}

func (noTransaction) QueryRowContext(context.Context, string, ...any) *sql.Row { return nil }
