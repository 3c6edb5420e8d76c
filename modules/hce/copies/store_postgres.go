//go:build !js

package copies

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/hce/archive"
	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// Postgres is the Store over the clinics' database.
type Postgres struct{ db *database.DB }

// NewPostgres opens transactions of its own, as copies are made outside of any.
func NewPostgres(db *database.DB) *Postgres { return &Postgres{db} }

// Within runs f in the transaction of ctx, or in one of the clinic.
func (p *Postgres) Within(ctx context.Context, clinic, user uuid.UUID, f func(ctx context.Context) error) error {
	if database.InSession(ctx) {
		return f(ctx)
	}
	return p.db.InClinic(ctx, database.Scope{ClinicID: clinic, UserID: user, RequestID: "record_copy"}, f)
}

type copyRow struct {
	ID          uuid.UUID
	PatientID   uuid.UUID
	RequestedBy uuid.UUID
	Purpose     Purpose
	Detail      string
	State       State
	Step        string
	Done        int
	Total       int
	PDFObject   string `gorm:"column:pdf_object"`
	PDFKey      []byte `gorm:"column:pdf_key"`
	PDFSize     int64  `gorm:"column:pdf_size"`
	PDFSHA256   []byte `gorm:"column:pdf_sha256"`
	ZIPObject   string `gorm:"column:zip_object"`
	ZIPKey      []byte `gorm:"column:zip_key"`
	ZIPSize     int64  `gorm:"column:zip_size"`
	ZIPSHA256   []byte `gorm:"column:zip_sha256"`
	RequestedAt time.Time
	EndedAt     *time.Time
	ExpiresAt   *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

func (copyRow) TableName() string { return "record_copies" }

func (r copyRow) copy() Copy {
	c := Copy{
		ID: r.ID, PatientID: r.PatientID, RequestedBy: r.RequestedBy, Purpose: r.Purpose, Detail: r.Detail, State: r.State, Step: r.Step, Done: r.Done,
		Total: r.Total, PDF: Document{r.PDFObject, r.PDFKey, r.PDFSize, r.PDFSHA256}, ZIP: Document{r.ZIPObject, r.ZIPKey, r.ZIPSize, r.ZIPSHA256},
		RequestedAt: r.RequestedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
	if r.EndedAt != nil {
		c.EndedAt = r.EndedAt.UTC()
	}
	if r.ExpiresAt != nil {
		c.ExpiresAt = r.ExpiresAt.UTC()
	}
	return c
}

// Add keeps a new copy; where one is being made, or has the id, it is found.
func (p *Postgres) Add(ctx context.Context, c Copy) (kept Copy, fresh bool, err error) {
	row := copyRow{
		ID: c.ID, PatientID: c.PatientID, RequestedBy: c.RequestedBy, Purpose: c.Purpose, Detail: c.Detail, State: c.State, Step: c.Step,
		RequestedAt: c.RequestedAt, CreatedAt: c.RequestedAt, UpdatedAt: c.RequestedAt,
	}
	err = database.Savepoint(ctx, func(ctx context.Context) error { return database.From(ctx).Create(&row).Error })
	switch {
	case database.Violates(err, "record_copies_one"):
		kept, err = p.one(ctx, "patient_id = ? and requested_by = ? and state = ?", c.PatientID, c.RequestedBy, Waiting)
		return kept, false, err
	case database.Violates(err, "record_copies_pkey"):
		kept, err = p.Copy(ctx, c.ID)
		if err == nil && (kept.RequestedBy != c.RequestedBy || kept.PatientID != c.PatientID) {
			err = fault.Conflicted("id_reused", "Con este formulario ya se pidió otra copia. Vuelva a abrir la página.")
		}
		return kept, false, err
	case err != nil:
		return c, false, fmt.Errorf("keep a request for a copy: %w", err)
	}
	return c, true, nil
}

func (*Postgres) one(ctx context.Context, where string, args ...any) (Copy, error) {
	var row copyRow
	err := database.From(ctx).Where(where, args...).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Copy{}, fault.ErrNotFound
	}
	if err != nil {
		return Copy{}, fmt.Errorf("read a copy: %w", err)
	}
	return row.copy(), nil
}

// Copy finds one of the clinic.
func (p *Postgres) Copy(ctx context.Context, id uuid.UUID) (Copy, error) {
	return p.one(ctx, "id = ?", id)
}

// shownCopies is how many a page shows.
const shownCopies = 20

// Of lists those that somebody asked for, the latest first.
func (*Postgres) Of(ctx context.Context, by uuid.UUID, family []uuid.UUID) ([]Copy, error) {
	query := database.From(ctx).Where("requested_by = ? and patient_id in ?", by, family)
	return found(query.Order("requested_at desc, id desc").Limit(shownCopies))
}

func found(query *gorm.DB) ([]Copy, error) {
	var rows []copyRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list copies: %w", err)
	}
	list := make([]Copy, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.copy())
	}
	return list, nil
}

// change sets columns of a copy that is in a state; false when it is not.
func change(ctx context.Context, id uuid.UUID, state State, columns map[string]any) (bool, error) {
	result := database.From(ctx).Model(&copyRow{}).Where("id = ? and state = ?", id, state).Updates(columns)
	if result.Error != nil {
		return false, fmt.Errorf("change a copy: %w", result.Error)
	}
	return result.RowsAffected > 0, nil
}

// Tell notes how far one has come.
func (*Postgres) Tell(ctx context.Context, id uuid.UUID, step string, done, total int, at time.Time) error {
	_, err := change(ctx, id, Waiting, map[string]any{"step": step, "done": done, "total": total, "updated_at": at})
	return err
}

// Finish keeps what was made, once.
func (*Postgres) Finish(ctx context.Context, c Copy) (bool, error) {
	return change(ctx, c.ID, Waiting, map[string]any{
		"state": Done, "step": "", "done": 0, "total": 0, "ended_at": c.EndedAt, "expires_at": c.ExpiresAt, "updated_at": c.EndedAt,
		"pdf_object": c.PDF.Object, "pdf_key": c.PDF.SealedKey, "pdf_size": c.PDF.Size, "pdf_sha256": c.PDF.SHA256,
		"zip_object": c.ZIP.Object, "zip_key": c.ZIP.SealedKey, "zip_size": c.ZIP.Size, "zip_sha256": c.ZIP.SHA256,
	})
}

// Fail gives one up.
func (*Postgres) Fail(ctx context.Context, id uuid.UUID, at time.Time) error {
	_, err := change(ctx, id, Waiting, map[string]any{"state": Failed, "step": "", "ended_at": at, "updated_at": at})
	return err
}

// Over lists what has expired.
func (*Postgres) Over(ctx context.Context, at time.Time) ([]Copy, error) {
	return found(database.From(ctx).Where("state = ? and expires_at <= ?", Done, at).Order("expires_at, id"))
}

// Forget notes that nothing is left of one but its row.
func (*Postgres) Forget(ctx context.Context, id uuid.UUID, at time.Time) error {
	_, err := change(ctx, id, Done, map[string]any{
		"state": Expired, "pdf_object": "", "pdf_key": nil, "zip_object": "", "zip_key": nil, "updated_at": at,
	})
	return err
}

// Named is files.Rows: what of the store a copy names.
func (p *Postgres) Named(ctx context.Context, clinic uuid.UUID, objects []string) (map[string]bool, bool, error) {
	const query = "select pdf_object from record_copies where pdf_object in @objects union all select zip_object from record_copies where zip_object in @objects"
	return archive.NamedBy(ctx, p.db, clinic, query, objects)
}

// Reencrypters are what of copies is under a clinic's keys: the small key of each document.
func Reencrypters(db *database.DB) pii.Reencrypters {
	return pii.Reencrypters{Clinic: []pii.Reencrypter{
		pii.Columns{Table: "record_copies", Names: []string{"pdf_key", "zip_key"}, Execute: pii.Within(db)},
	}}
}
