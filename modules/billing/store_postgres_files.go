//go:build !js

package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
)

type fileRow struct {
	ID          uuid.UUID
	InvoiceID   uuid.UUID
	Kind        FileKind
	Attempts    int
	NextAt      time.Time
	Reason      string
	Object      string
	SealedKey   []byte
	ContentType string
	Size        int64
	SHA256      []byte `gorm:"column:sha256"`
	KeptAt      *time.Time
}

const filesQuery = "select id, invoice_id, kind, attempts, next_at, reason, object, sealed_key, content_type, size, sha256, kept_at from invoice_files "

func (l *Ledger) files(ctx context.Context, where string, args ...any) ([]DocumentFile, error) {
	var rows []fileRow
	if err := database.From(ctx).Raw(filesQuery+where, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the files of a document: %w", err)
	}
	list := make([]DocumentFile, len(rows))
	for i, r := range rows {
		list[i] = DocumentFile{
			ID: r.ID, InvoiceID: r.InvoiceID, Kind: r.Kind, Attempts: r.Attempts, NextAt: r.NextAt, Reason: r.Reason, Object: r.Object, SealedKey: r.SealedKey,
			Type: r.ContentType, Size: r.Size, SHA256: r.SHA256, KeptAt: r.KeptAt,
		}
	}
	return list, nil
}

// Files are the files of a document: none before it was accepted.
func (l *Ledger) Files(ctx context.Context, invoice uuid.UUID) ([]DocumentFile, error) {
	return l.files(ctx, "where invoice_id = ? order by array_position(array['pdf', 'xml', 'cdr'], kind)", invoice)
}

// expectFiles notes that the files of a document are waited for.
func (l *Ledger) expectFiles(ctx context.Context, invoice uuid.UUID, from time.Time) error {
	const insert = `insert into invoice_files (id, invoice_id, kind, next_at) values (?, ?, 'pdf', ?), (?, ?, 'xml', ?), (?, ?, 'cdr', ?)
		on conflict (clinic_id, invoice_id, kind) do nothing`
	var args []any
	for range FileKinds() {
		args = append(args, uuid.Must(uuid.NewV7()), invoice, from)
	}
	return explain("wait for the files of a document", database.From(ctx).Exec(insert, args...).Error)
}

// hurryFiles has what is still waited for asked for now, from the beginning.
func (l *Ledger) hurryFiles(ctx context.Context, invoice uuid.UUID, now time.Time) error {
	const update = "update invoice_files set next_at = ?, attempts = 0, updated_at = now() where invoice_id = ? and kept_at is null"
	return explain("ask for the files of a document again", database.From(ctx).Exec(update, now, invoice).Error)
}

// keepFile notes where a file lies; false when another was faster.
func (l *Ledger) keepFile(ctx context.Context, f DocumentFile) (bool, error) {
	const update = `update invoice_files set object = ?, sealed_key = ?, content_type = ?, size = ?, sha256 = ?, kept_at = ?, reason = '', attempts = attempts + 1,
		version = version + 1, updated_at = now() where id = ? and kept_at is null`
	done := database.From(ctx).Exec(update, f.Object, f.SealedKey, f.Type, f.Size, f.SHA256, f.KeptAt, f.ID)
	return done.RowsAffected > 0, explain("keep a file of a document", done.Error)
}

// postponeFile notes why a file is not there, and when it is asked for again.
func (l *Ledger) postponeFile(ctx context.Context, f DocumentFile, next time.Time, reason string) error {
	const update = "update invoice_files set next_at = ?, reason = ?, attempts = attempts + 1, version = version + 1, updated_at = now() where id = ? and kept_at is null"
	return explain("ask for a file later", database.From(ctx).Exec(update, next, reason, f.ID).Error)
}

// filePlace is where the key of a file belongs.
func filePlace(ctx context.Context, id uuid.UUID) pii.Place {
	return sealedAt(ctx, "invoice_files", "sealed_key", id)
}

// FileRows knows which of the stored files are a document's.
type FileRows struct{ db *database.DB }

// NewFileRows asks in transactions of its own.
func NewFileRows(db *database.DB) FileRows { return FileRows{db} }

// Named is files.Rows.
func (r FileRows) Named(ctx context.Context, clinic uuid.UUID, objects []string) (named map[string]bool, known bool, err error) {
	named = map[string]bool{}
	err = r.db.InClinic(ctx, database.Scope{ClinicID: clinic, RequestID: "collect_files"}, func(ctx context.Context) error {
		tx := database.From(ctx)
		if err := tx.Raw("select exists (select 1 from clinics where id = ?)", clinic).Scan(&known).Error; err != nil || !known {
			return err
		}
		var there []string
		if err := tx.Raw("select object from invoice_files where object in ? and kept_at is not null", objects).Scan(&there).Error; err != nil {
			return err
		}
		for _, object := range there {
			named[object] = true
		}
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("ask which files of documents have a row: %w", err)
	}
	return named, known, nil
}
