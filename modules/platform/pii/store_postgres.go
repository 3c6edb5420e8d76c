//go:build !js

package pii

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// System runs f in a transaction of the system's login, as database.DB.AsSystem does.
type System func(ctx context.Context, reason string, f func(tx *gorm.DB) error) error

// PostgresKeyStore keeps keysets in the table keysets.
type PostgresKeyStore struct{ system System }

// NewPostgresKeyStore reads and writes through the system's login; no request sees the table.
func NewPostgresKeyStore(system System) *PostgresKeyStore {
	return &PostgresKeyStore{system: system}
}

type keysetRow struct {
	ClinicID uuid.UUID
	AEAD     []byte `gorm:"column:aead"`
	PRF      []byte `gorm:"column:prf"`
	Version  int
}

func (s *PostgresKeyStore) Load(ctx context.Context, clinic uuid.UUID) (Stored, error) {
	var row keysetRow
	err := s.system(ctx, "load the keysets of a clinic", func(tx *gorm.DB) error {
		return tx.Table("keysets").Where("clinic_id = ?", clinic).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Stored{}, ErrNoKeyset
	}
	return Stored{AEAD: row.AEAD, PRF: row.PRF, Version: row.Version}, err
}

func (s *PostgresKeyStore) Create(ctx context.Context, clinic uuid.UUID, stored Stored) error {
	return s.system(ctx, "store the first keysets of a clinic", func(tx *gorm.DB) error {
		return tx.Exec(
			"insert into keysets (clinic_id, aead, prf, version) values (?, ?, ?, ?) on conflict (clinic_id) do nothing",
			clinic, stored.AEAD, stored.PRF, stored.Version,
		).Error
	})
}

func (s *PostgresKeyStore) Replace(ctx context.Context, clinic uuid.UUID, old, new Stored) error {
	return s.system(ctx, "change the keysets of a clinic", func(tx *gorm.DB) error {
		return oneRow(tx.Exec(
			"update keysets set aead = ?, prf = ?, version = ?, updated_at = now() where clinic_id = ? and version = ?",
			new.AEAD, new.PRF, new.Version, clinic, old.Version,
		))
	})
}

func (s *PostgresKeyStore) Clinics(ctx context.Context) ([]uuid.UUID, error) {
	var clinics []uuid.UUID
	err := s.system(ctx, "list who has keysets", func(tx *gorm.DB) error {
		return tx.Table("keysets").Order("clinic_id").Pluck("clinic_id", &clinics).Error
	})
	return clinics, err
}

// PostgresProgressStore keeps rotations in the table key_rotations: the row without a
// module is the rotation, the others are cursors.
type PostgresProgressStore struct{ system System }

// NewPostgresProgressStore reads and writes through the system's login.
func NewPostgresProgressStore(system System) *PostgresProgressStore {
	return &PostgresProgressStore{system: system}
}

type rotationRow struct {
	Stage     Stage
	AfterID   *uuid.UUID
	Done      bool
	UpdatedAt time.Time
}

func (s *PostgresProgressStore) Rotation(ctx context.Context, clinic uuid.UUID) (Rotation, error) {
	row, err := s.row(ctx, clinic, "")
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Rotation{}, ErrNoRotation
	}
	return Rotation{Stage: row.Stage, Since: row.UpdatedAt.UTC()}, err
}

func (s *PostgresProgressStore) Begin(ctx context.Context, clinic uuid.UUID, now time.Time) error {
	return s.system(ctx, "begin to rotate keys", func(tx *gorm.DB) error {
		return tx.Exec(`
			insert into key_rotations (clinic_id, module, stage, updated_at) values (?, '', ?, ?)
			on conflict (clinic_id, module) do update set stage = excluded.stage, updated_at = excluded.updated_at
			where key_rotations.stage = ?`,
			clinic, StageAdding, now, StageDone).Error
	})
}

func (s *PostgresProgressStore) Move(ctx context.Context, clinic uuid.UUID, from, to Stage, now time.Time) error {
	return s.system(ctx, "move a key rotation on", func(tx *gorm.DB) error {
		moved := tx.Exec(
			"update key_rotations set stage = ?, updated_at = ? where clinic_id = ? and module = '' and stage = ?",
			to, now, clinic, from)
		if err := oneRow(moved); err != nil {
			return err
		}
		return tx.Exec("delete from key_rotations where clinic_id = ? and module <> ''", clinic).Error
	})
}

func (s *PostgresProgressStore) Cursor(ctx context.Context, clinic uuid.UUID, name string) (Cursor, error) {
	row, err := s.row(ctx, clinic, name)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Cursor{}, nil
	}
	if err != nil || row.AfterID == nil {
		return Cursor{}, err
	}
	return Cursor{After: *row.AfterID, Done: row.Done}, nil
}

func (s *PostgresProgressStore) SaveCursor(ctx context.Context, clinic uuid.UUID, stage Stage, name string, cursor Cursor) error {
	return s.system(ctx, "remember how far a key rotation is", func(tx *gorm.DB) error {
		// The lock keeps the stage until the cursor is stored: a move would forget it.
		var there []Stage
		err := tx.Raw(
			"select stage from key_rotations where clinic_id = ? and module = '' and stage = ? for update", clinic, stage,
		).Scan(&there).Error
		if err != nil {
			return err
		}
		if len(there) == 0 {
			return ErrStale
		}
		return tx.Exec(`
			insert into key_rotations (clinic_id, module, stage, after_id, done) values (?, ?, ?, ?, ?)
			on conflict (clinic_id, module) do update
			set stage = excluded.stage, after_id = excluded.after_id, done = excluded.done, updated_at = now()`,
			clinic, name, stage, cursor.After, cursor.Done).Error
	})
}

func (s *PostgresProgressStore) row(ctx context.Context, clinic uuid.UUID, name string) (rotationRow, error) {
	var row rotationRow
	err := s.system(ctx, "read how far a key rotation is", func(tx *gorm.DB) error {
		return tx.Table("key_rotations").Where("clinic_id = ? and module = ?", clinic, name).Take(&row).Error
	})
	return row, err
}

// oneRow turns an update that met no row into ErrStale.
func oneRow(result *gorm.DB) error {
	if result.Error != nil {
		return result.Error
	}
	if result.RowsAffected == 0 {
		return ErrStale
	}
	return nil
}
