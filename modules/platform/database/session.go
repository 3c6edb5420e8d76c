//go:build !js

package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Scope is whose transaction it is: row-level security reads the clinic, audit the rest.
type Scope struct {
	ClinicID  uuid.UUID
	UserID    uuid.UUID
	RequestID string
	IP        string
}

// Session is one clinic's transaction, opened at the first From and ended by whoever made the session.
type Session struct {
	db    *DB
	scope Scope
	ctx   context.Context

	mu    sync.Mutex
	tx    *gorm.DB
	after []func()

	bold   bool // savepoints are none: see Boldly
	spoilt bool // one of them should have taken its work back: nothing of the transaction may last

	inside   int // savepoints around the running work
	standing int // savepoints that the transaction holds: those, and behind them such whose work is done

	reading sync.Mutex
	read    map[string]kept // lists that Once has read
}

type sessionKey struct{}

// ErrNoSession is returned by every query made outside a clinic's transaction.
var ErrNoSession = errors.New("a query was made outside a clinic's transaction")

// ErrSpoilt is returned where a bold transaction would have to take back a part of its work.
var ErrSpoilt = errors.New("a part of a bold transaction failed")

// Begin returns a context whose From opens a transaction for scope. The caller commits or rolls back the session.
func (db *DB) Begin(ctx context.Context, scope Scope) (context.Context, *Session) {
	s := &Session{db: db, scope: scope}
	s.ctx = context.WithValue(ctx, sessionKey{}, s)
	return s.ctx, s
}

// From is the current clinic's transaction. Without one every query fails with ErrNoSession.
func From(ctx context.Context) *gorm.DB {
	s, ok := ctx.Value(sessionKey{}).(*Session)
	if !ok {
		return refused(ErrNoSession)
	}
	tx, err := s.open()
	if err != nil {
		return refused(err)
	}
	return tx.WithContext(ctx)
}

// ScopeOf tells whose transaction ctx carries; the zero Scope without one.
func ScopeOf(ctx context.Context) Scope {
	if s, ok := ctx.Value(sessionKey{}).(*Session); ok {
		return s.scope
	}
	return Scope{}
}

// InSession reports whether ctx carries a clinic's transaction.
func InSession(ctx context.Context) bool {
	_, ok := ctx.Value(sessionKey{}).(*Session)
	return ok
}

// AfterCommit runs f once the transaction of ctx is committed, and never when it is rolled back.
func AfterCommit(ctx context.Context, f func()) {
	if s, ok := ctx.Value(sessionKey{}).(*Session); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.after = append(s.after, f)
	}
}

func refused(err error) *gorm.DB {
	tx, openErr := Gorm(noTransaction{})
	if openErr != nil {
		panic(openErr) // the library refused a configuration that never changes
	}
	_ = tx.AddError(err)
	return tx
}

func (s *Session) open() (*gorm.DB, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tx != nil {
		return s.tx, nil
	}
	tx, err := beginAs(s.ctx, s.db.app, s.scope)
	if err != nil {
		return nil, err
	}
	s.tx, s.standing = tx, 0
	return tx, nil
}

func beginAs(ctx context.Context, db *gorm.DB, scope Scope) (*gorm.DB, error) {
	tx := db.WithContext(ctx).Begin()
	if tx.Error != nil {
		return nil, fmt.Errorf("begin a transaction: %w", tx.Error)
	}
	const settings = `select set_config('app.clinic_id', ?, true), set_config('app.user_id', ?, true),
		set_config('app.request_id', ?, true), set_config('app.ip', ?, true)`
	if err := tx.Exec(settings, idOrEmpty(scope.ClinicID), idOrEmpty(scope.UserID), scope.RequestID, scope.IP).Error; err != nil {
		tx.Rollback()
		return nil, fmt.Errorf("tell the transaction whose it is: %w", err)
	}
	return tx, nil
}

func idOrEmpty(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

// Commit makes the session's work last; a session that asked nothing has nothing to commit.
func (s *Session) Commit() error {
	if s.spoilt {
		s.Rollback()
		return ErrSpoilt
	}
	s.mu.Lock()
	tx, after := s.tx, s.after
	s.tx, s.after = nil, nil
	s.mu.Unlock()
	if tx != nil {
		if err := tx.Commit().Error; err != nil {
			return fmt.Errorf("commit: %w", err)
		}
	}
	for _, f := range after {
		f()
	}
	return nil
}

// Rollback undoes the session's work. It is harmless after Commit.
func (s *Session) Rollback() {
	s.mu.Lock()
	tx := s.tx
	s.tx, s.after = nil, nil
	s.mu.Unlock()
	if tx != nil {
		tx.Rollback()
	}
}

// InClinic runs f in a transaction of its own for scope, and commits it when f returns nil.
func (db *DB) InClinic(ctx context.Context, scope Scope, f func(ctx context.Context) error) error {
	inner, session := db.Begin(ctx, scope)
	return session.around(inner, f)
}

// Boldly is InClinic for work that is likely to go well: the savepoints within it are none, for what needs none taken
// back needs none set. Where one of them fails all the same, so does the whole, and nothing of it lasts: whoever asked
// runs it again by InClinic.
func (db *DB) Boldly(ctx context.Context, scope Scope, f func(ctx context.Context) error) error {
	inner, session := db.Begin(ctx, scope)
	session.bold = true
	return session.around(inner, f)
}

func (s *Session) around(ctx context.Context, f func(ctx context.Context) error) error {
	defer s.Rollback()
	if err := f(ctx); err != nil {
		return err
	}
	return s.Commit()
}

// Savepoint runs f so that its failure undoes only f's work and leaves the transaction usable. One whose work is done
// stands until the next of its depth takes its place, or the transaction ends: releasing it is no trip of its own.
func Savepoint(ctx context.Context, f func(ctx context.Context) error) error {
	tx := From(ctx)
	if tx.Error != nil {
		return tx.Error
	}
	s := ctx.Value(sessionKey{}).(*Session)
	if s.bold {
		return s.whole(ctx, f)
	}
	name := "hampi_" + strconv.Itoa(s.inside+1)
	set := "savepoint " + name
	if s.standing > s.inside {
		set = "release savepoint " + name + "; " + set
	}
	if err := tx.Exec(set).Error; err != nil {
		return fmt.Errorf("set a savepoint: %w", err)
	}
	s.inside++
	s.standing = s.inside
	defer func() { s.inside-- }()
	before := len(s.after)
	err := f(ctx)
	if err == nil {
		return nil
	}
	s.after, s.standing = s.after[:before], s.inside
	s.forgetAll()
	return errors.Join(err, tx.Exec("rollback to savepoint "+name).Error)
}

// whole runs f, whose failure is the transaction's.
func (s *Session) whole(ctx context.Context, f func(ctx context.Context) error) error {
	err := f(ctx)
	if s.spoilt = s.spoilt || err != nil; s.spoilt {
		return errors.Join(err, ErrSpoilt)
	}
	return nil
}

// AsSystem runs f in a transaction of the system's login, which sees the account tables of all clinics and nothing
// clinical. The reason stands in the source for the reader and in the database's log for the engineer.
func (db *DB) AsSystem(ctx context.Context, reason string, f func(tx *gorm.DB) error) error {
	tx, err := beginAs(ctx, db.system, ScopeOf(ctx))
	if err != nil {
		return fmt.Errorf("%s: %w", reason, err)
	}
	defer tx.Rollback()
	defer forgetAll(ctx)
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit().Error; err != nil {
		return fmt.Errorf("%s: commit: %w", reason, err)
	}
	return nil
}

// SQLTx is the transaction of ctx as database/sql knows it, for the job client that inserts in it.
func SQLTx(ctx context.Context) (*sql.Tx, error) {
	tx := From(ctx)
	if tx.Error != nil {
		return nil, tx.Error
	}
	return TxOf(tx)
}

// TxOf is the database/sql transaction under a GORM one.
func TxOf(tx *gorm.DB) (*sql.Tx, error) {
	inner, ok := tx.Statement.ConnPool.(*sql.Tx)
	if !ok {
		return nil, errors.New("the connection carries no transaction")
	}
	return inner, nil
}
