//go:build !js

package archive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/pii"
)

// Postgres is the Store over the clinics' database.
type Postgres struct{ db *database.DB }

// NewPostgres opens transactions of its own, as files are read and written outside of any.
func NewPostgres(db *database.DB) *Postgres { return &Postgres{db} }

type fileRow struct {
	ID           uuid.UUID
	PatientID    uuid.UUID
	OwnerKind    string
	OwnerID      *uuid.UUID
	Name         string
	ContentType  string
	Size         int64
	SHA256       []byte `gorm:"column:sha256"`
	Width        int
	Height       int
	Object       string
	SealedKey    []byte
	HasThumb     bool
	CreatedBy    uuid.UUID
	CreatedAt    time.Time
	UpdatedAt    time.Time
	HiddenAt     *time.Time
	HiddenBy     *uuid.UUID
	HiddenReason string
}

func (fileRow) TableName() string { return "files" }

func (r fileRow) file() File {
	f := File{
		ID: r.ID, PatientID: r.PatientID, Owner: Owner{Kind: r.OwnerKind}, Name: r.Name, Type: r.ContentType, Size: r.Size, SHA256: r.SHA256,
		Width: r.Width, Height: r.Height, HasThumb: r.HasThumb, AddedBy: r.CreatedBy, AddedAt: r.CreatedAt.UTC(),
	}
	if r.OwnerID != nil {
		f.Owner.ID = *r.OwnerID
	}
	if r.HiddenAt != nil && r.HiddenBy != nil {
		f.Hidden = Hiding{At: r.HiddenAt.UTC(), By: *r.HiddenBy, Reason: r.HiddenReason}
	}
	return f
}

type scopeKey struct{}

// InScope lets Within know whose transaction a request outside of any opens: who, from where, under which request id.
func InScope(ctx context.Context, scope database.Scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope)
}

func scopeOf(ctx context.Context) database.Scope {
	if scope, ok := ctx.Value(scopeKey{}).(database.Scope); ok {
		return scope
	}
	who := access.Who(ctx)
	return database.Scope{ClinicID: who.ClinicID, UserID: who.UserID}
}

// Within runs f in the transaction of ctx, or in one of its own.
func (p *Postgres) Within(ctx context.Context, f func(ctx context.Context) error) error {
	if database.InSession(ctx) {
		return f(ctx)
	}
	return p.db.InClinic(ctx, scopeOf(ctx), f)
}

// Add keeps a file. A taken id leaves the transaction usable.
func (p *Postgres) Add(ctx context.Context, f File, how files.Stored) error {
	row := fileRow{
		ID: f.ID, PatientID: f.PatientID, OwnerKind: f.Owner.Kind, Name: f.Name, ContentType: f.Type, Size: f.Size, SHA256: f.SHA256,
		Width: f.Width, Height: f.Height, Object: how.Object, SealedKey: how.SealedKey, HasThumb: f.HasThumb,
		CreatedBy: f.AddedBy, CreatedAt: f.AddedAt, UpdatedAt: f.AddedAt,
	}
	if f.Owner.ID != uuid.Nil {
		row.OwnerID = &f.Owner.ID
	}
	err := database.Savepoint(ctx, func(ctx context.Context) error { return database.From(ctx).Create(&row).Error })
	switch {
	case database.Violates(err, "files_pkey"):
		return ErrThere
	case database.Violates(err, "files_patient"):
		return fault.ErrNotFound
	}
	return err
}

// File returns a file of the clinic and how to open it.
func (p *Postgres) File(ctx context.Context, id uuid.UUID) (File, files.Ref, error) {
	var row fileRow
	err := database.From(ctx).Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return File{}, files.Ref{}, fault.ErrNotFound
	}
	if err != nil {
		return File{}, files.Ref{}, fmt.Errorf("read a file: %w", err)
	}
	return row.file(), files.Ref{Clinic: database.ScopeOf(ctx).ClinicID, ID: id, Object: row.Object, SealedKey: row.SealedKey}, nil
}

// Files lists what is in sight, newest first.
func (p *Postgres) Files(ctx context.Context, family []uuid.UUID, after uuid.UUID, limit int) ([]File, error) {
	query := database.From(ctx).Where("patient_id in ? and hidden_at is null", family)
	if after != uuid.Nil {
		query = query.Where("(created_at, id) < (select created_at, id from files where id = ?)", after)
	}
	return found(query.Order("created_at desc, id desc").Limit(limit))
}

// FilesOf lists what belongs to a thing, in the order in which it was added.
func (p *Postgres) FilesOf(ctx context.Context, owner Owner) ([]File, error) {
	query := database.From(ctx).Where("owner_kind = ? and owner_id = ? and hidden_at is null", owner.Kind, owner.ID)
	return found(query.Order("created_at, id"))
}

// Hidden lists what was taken out of sight.
func (p *Postgres) Hidden(ctx context.Context, family []uuid.UUID) ([]File, error) {
	return found(database.From(ctx).Where("patient_id in ? and hidden_at is not null", family).Order("hidden_at desc, id"))
}

func found(query *gorm.DB) ([]File, error) {
	var rows []fileRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	list := make([]File, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.file())
	}
	return list, nil
}

// Hide takes a file out of sight, once.
func (p *Postgres) Hide(ctx context.Context, id uuid.UUID, h Hiding) error {
	result := database.From(ctx).Model(&fileRow{}).Where("id = ? and hidden_at is null", id).
		Updates(map[string]any{"hidden_at": h.At, "hidden_by": h.By, "hidden_reason": h.Reason, "version": gorm.Expr("version + 1"), "updated_at": h.At})
	if result.Error != nil {
		return fmt.Errorf("take a file out of sight: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}

// Named is files.Rows: what of the store a row names.
func (p *Postgres) Named(ctx context.Context, clinic uuid.UUID, objects []string) (map[string]bool, bool, error) {
	return NamedBy(ctx, p.db, clinic, "select object from files where object in @objects", objects)
}

// NamedBy answers files.Rows for a table: query gives which of @objects its rows name. A clinic that this database does
// not have is not known.
func NamedBy(ctx context.Context, db *database.DB, clinic uuid.UUID, query string, objects []string) (named map[string]bool, known bool, err error) {
	named = map[string]bool{}
	err = db.InClinic(ctx, database.Scope{ClinicID: clinic, RequestID: "collect_files"}, func(ctx context.Context) error {
		tx := database.From(ctx)
		if err := tx.Raw("select exists (select 1 from clinics where id = ?)", clinic).Scan(&known).Error; err != nil || !known {
			return err
		}
		var there []string
		if err := tx.Raw(query, map[string]any{"objects": objects}).Scan(&there).Error; err != nil {
			return err
		}
		for _, object := range there {
			named[object] = true
		}
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("ask which files have a row: %w", err)
	}
	return named, known, nil
}

// Reencrypters are what of the archive is under a clinic's keys: the small key of each file, never the file.
func Reencrypters(db *database.DB) pii.Reencrypters {
	return pii.Reencrypters{Clinic: []pii.Reencrypter{
		pii.Columns{Table: "files", Names: []string{"sealed_key"}, Execute: pii.Within(db)},
	}}
}
