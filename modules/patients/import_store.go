//go:build !js

package patients

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// importState is where a list from a file stands.
type importState string

const (
	importUploaded  importState = "uploaded"
	importRunning   importState = "running"
	importDone      importState = "done"
	importDiscarded importState = "discarded"
)

// importRow is one list from a file.
type importRow struct {
	ID        uuid.UUID
	State     importState
	Head      []byte
	Mapping   Mapping `gorm:"serializer:json"`
	Rows      int
	Added     int
	Known     int
	Refused   int
	By        uuid.UUID
	SiteID    *uuid.UUID
	StartedAt *time.Time
	EndedAt   *time.Time
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (importRow) TableName() string { return "patient_imports" }

func (r importRow) done() int { return r.Added + r.Known + r.Refused }

// importHead is what is sealed of a list itself.
type importHead struct {
	File string   `json:"file"`
	Head []string `json:"head"`
}

// batchRow is some rows of a list, taken over together.
type batchRow struct {
	ID        uuid.UUID
	ImportID  uuid.UUID
	No        int
	Content   []byte
	Report    []byte
	DoneAt    *time.Time
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (batchRow) TableName() string { return "patient_import_batches" }

// listedRow is a row of the file; Line is its line there, from 2.
type listedRow struct {
	Line  int      `json:"line"`
	Cells []string `json:"cells"`
}

// reportRow is a row that was not taken over, and why.
type reportRow struct {
	listedRow
	Known   bool   `json:"known,omitempty"` // somebody has the document already
	Reasons string `json:"reasons"`
}

func importPlace(keys *pii.Keys, id uuid.UUID) pii.Place {
	return pii.Place{Clinic: keys.Clinic(), Table: "patient_imports", Column: "head", Row: id}
}

func batchPlace(keys *pii.Keys, id uuid.UUID, column string) pii.Place {
	return pii.Place{Clinic: keys.Clinic(), Table: "patient_import_batches", Column: column, Row: id}
}

// addImport keeps an uploaded list, sealed, in batches.
func (s *Postgres) addImport(ctx context.Context, row importRow, head importHead, batches [][]listedRow) error {
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	if row.Head, err = keys.Seal(head, importPlace(keys, row.ID)); err != nil {
		return err
	}
	if err := database.From(ctx).Create(&row).Error; err != nil {
		return fmt.Errorf("keep the list: %w", err)
	}
	for no, rows := range batches {
		batch := batchRow{ID: uuid.Must(uuid.NewV7()), ImportID: row.ID, No: no, Version: 1, CreatedAt: row.CreatedAt, UpdatedAt: row.CreatedAt}
		if batch.Content, err = keys.Seal(rows, batchPlace(keys, batch.ID, "content")); err != nil {
			return err
		}
		if err := database.From(ctx).Create(&batch).Error; err != nil {
			return fmt.Errorf("keep the list's rows: %w", err)
		}
	}
	return nil
}

func (s *Postgres) importOf(ctx context.Context, id uuid.UUID) (importRow, importHead, error) {
	var row importRow
	var head importHead
	err := database.From(ctx).Where("id = ? and state <> ?", id, importDiscarded).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, head, fault.ErrNotFound
	}
	if err != nil {
		return row, head, fmt.Errorf("read the list: %w", err)
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return row, head, err
	}
	return row, head, keys.Open(row.Head, importPlace(keys, row.ID), &head)
}

// imports are the latest lists, newest first.
func (s *Postgres) imports(ctx context.Context) ([]importRow, error) {
	var rows []importRow
	err := database.From(ctx).Where("state <> ?", importDiscarded).Order("id desc").Limit(10).Find(&rows).Error
	return rows, err
}

// firstRows are the list's first rows, for the preview; none once they are taken over.
func (s *Postgres) firstRows(ctx context.Context, id uuid.UUID) ([]listedRow, error) {
	var batch batchRow
	err := database.From(ctx).Where("import_id = ? and no = 0 and content is not null", id).Take(&batch).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the first rows: %w", err)
	}
	return s.rowsOf(ctx, batch)
}

func (s *Postgres) rowsOf(ctx context.Context, batch batchRow) ([]listedRow, error) {
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	var rows []listedRow
	return rows, keys.Open(batch.Content, batchPlace(keys, batch.ID, "content"), &rows)
}

// setImport moves a list from one of the states to the next; fault.ErrNotFound when it is in none of them.
func (s *Postgres) setImport(ctx context.Context, id uuid.UUID, from []importState, changes map[string]any) error {
	changes["version"] = gorm.Expr("version + 1")
	result := database.From(ctx).Model(&importRow{}).Where("id = ? and state in ?", id, from).Updates(changes)
	if result.Error != nil {
		return fmt.Errorf("move the list on: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return fault.ErrNotFound
	}
	return nil
}

// nextBatch holds a batch that nobody has taken over or is taking over; false when none is left.
func (s *Postgres) nextBatch(ctx context.Context, id uuid.UUID) (batchRow, bool, error) {
	var found []batchRow
	err := database.From(ctx).Raw(`select * from patient_import_batches where import_id = ? and done_at is null
		order by no limit 1 for update skip locked`, id).Scan(&found).Error
	if err != nil {
		return batchRow{}, false, fmt.Errorf("take the next batch: %w", err)
	}
	if len(found) == 0 {
		return batchRow{}, false, nil
	}
	return found[0], true, nil
}

// closeBatch writes what became of a batch; its rows are forgotten, what was not taken over stays in the report.
func (s *Postgres) closeBatch(ctx context.Context, batch batchRow, added int, report []reportRow, now time.Time) error {
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	sealed, err := keys.Seal(report, batchPlace(keys, batch.ID, "report"))
	if err != nil {
		return err
	}
	known := 0
	for _, r := range report {
		if r.Known {
			known++
		}
	}
	tx := database.From(ctx)
	err = tx.Model(&batchRow{}).Where("id = ?", batch.ID).
		Updates(map[string]any{"content": nil, "report": sealed, "done_at": now, "updated_at": now, "version": 2}).Error
	if err != nil {
		return fmt.Errorf("close the batch: %w", err)
	}
	const count = `update patient_imports set added = added + ?, known = known + ?, refused = refused + ?, version = version + 1, updated_at = ? where id = ?`
	if err := tx.Exec(count, added, known, len(report)-known, now, batch.ImportID).Error; err != nil {
		return fmt.Errorf("count the batch: %w", err)
	}
	return nil
}

// endImport closes a list whose batches are all done.
func (s *Postgres) endImport(ctx context.Context, id uuid.UUID, now time.Time) error {
	const end = `update patient_imports i set state = 'done', ended_at = ?, updated_at = ?, version = version + 1
		where id = ? and state = 'running' and not exists (select 1 from patient_import_batches b where b.import_id = i.id and b.done_at is null)`
	return database.From(ctx).Exec(end, now, now, id).Error
}

// report lists every row that was not taken over, in the order of the file.
func (s *Postgres) report(ctx context.Context, id uuid.UUID) ([]reportRow, error) {
	var batches []batchRow
	if err := database.From(ctx).Where("import_id = ? and report is not null", id).Order("no").Find(&batches).Error; err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	var all []reportRow
	for _, b := range batches {
		var part []reportRow
		if err := keys.Open(b.Report, batchPlace(keys, b.ID, "report"), &part); err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// forgetRows drops what a discarded list brought.
func (s *Postgres) forgetRows(ctx context.Context, id uuid.UUID) error {
	return database.From(ctx).Exec("update patient_import_batches set content = null, report = null where import_id = ?", id).Error
}

// takenDocuments tells which of the people's documents somebody has already. It asks for one at a time: the plan of
// one look-up stays good while a list fills an empty register.
func (s *Postgres) takenDocuments(ctx context.Context, people []Patient) (map[Document]bool, error) {
	taken := map[Document]bool{}
	for _, p := range people {
		if p.Document.Type == None {
			continue
		}
		owners, err := s.ByDocument(ctx, []Document{p.Document})
		if err != nil {
			return nil, err
		}
		taken[p.Document] = len(owners) > 0
	}
	return taken, nil
}

// jsonOf is a mapping as its column keeps it.
func jsonOf(m Mapping) string {
	text, err := json.Marshal(m)
	if err != nil {
		return "{}" // a map of figures always has a JSON text
	}
	return string(text)
}
