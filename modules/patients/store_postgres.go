//go:build !js

package patients

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hampi/modules/platform/database"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/pii"
)

// Postgres is the Store of the server. The clinic is in the transaction; no query names it.
type Postgres struct {
	vault *pii.Vault
	words *wordCache
}

// NewPostgres keeps patients in the clinic's transaction, what identifies them under the clinic's keys.
func NewPostgres(vault *pii.Vault, now func() time.Time) *Postgres {
	return &Postgres{vault: vault, words: newWordCache(now)}
}

var _ Store = (*Postgres)(nil)

// Whole is true: this is the register.
func (s *Postgres) Whole() bool { return true }

func (s *Postgres) keys(ctx context.Context) (*pii.Keys, error) {
	keys, err := s.vault.Keys(ctx, database.ScopeOf(ctx).ClinicID)
	if err != nil {
		return nil, fmt.Errorf("the clinic's keys: %w", err)
	}
	return keys, nil
}

// Patient follows an alias when no entry has the id itself.
func (s *Postgres) Patient(ctx context.Context, id uuid.UUID) (Patient, error) {
	const itOrAlias = "id = any(array(select ?::uuid union all select patient_id from patient_aliases where id = ?))"
	itself := clause.OrderBy{Expression: clause.Expr{SQL: "id = ? desc", Vars: []any{id}}}
	return s.one(ctx, database.From(ctx).Where(itOrAlias, id, id).Clauses(itself))
}

func (s *Postgres) Locked(ctx context.Context, id uuid.UUID) (Patient, error) {
	return s.one(ctx, locking(ctx).Where("id = ?", id))
}

// LockedActive is Locked of the entry that answers for the person behind id.
func (s *Postgres) LockedActive(ctx context.Context, id uuid.UUID) (Patient, error) {
	p, err := s.one(ctx, locking(ctx).Where("merged_into is null and id = ?", id))
	if !fault.IsNotFound(err) {
		return p, err
	}
	if p, err = s.Patient(ctx, id); err != nil {
		return p, err
	}
	return s.Locked(ctx, p.Active())
}

func locking(ctx context.Context) *gorm.DB {
	return database.From(ctx).Clauses(clause.Locking{Strength: "UPDATE"})
}

func (s *Postgres) one(ctx context.Context, tx *gorm.DB) (Patient, error) {
	var row patientRow
	err := tx.Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Patient{}, fault.ErrNotFound
	}
	if err != nil {
		return Patient{}, fmt.Errorf("read patient: %w", err)
	}
	people, err := s.open(ctx, []patientRow{row})
	if err != nil {
		return Patient{}, err
	}
	return people[0], nil
}

func (s *Postgres) Patients(ctx context.Context, ids []uuid.UUID) ([]Patient, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.find(ctx, database.From(ctx).Where("id = any(?::uuid[])", database.IDs(ids)))
}

// Names opens no ciphertext: a full day shows hundreds of people.
func (s *Postgres) Names(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names := make(map[uuid.UUID]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	var rows []patientRow
	err := database.From(ctx).Select("id", "first_name", "last_name", "second_last_name").Where("id = any(?::uuid[])", database.IDs(ids)).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read patients' names: %w", err)
	}
	for _, row := range rows {
		names[row.ID] = Demographics{FirstName: row.FirstName, LastName: row.LastName, SecondLastName: row.SecondLastName}.FullName()
	}
	return names, nil
}

func (s *Postgres) find(ctx context.Context, tx *gorm.DB) ([]Patient, error) {
	var rows []patientRow
	if err := tx.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read patients: %w", err)
	}
	return s.open(ctx, rows)
}

func (s *Postgres) Page(ctx context.Context, from Cursor, limit int) ([]Patient, error) {
	tx := database.From(ctx).Where("merged_into is null").Limit(limit)
	switch {
	case from.Newest && from.ID != uuid.Nil:
		tx = tx.Where("id < ?", from.ID).Order("id desc")
	case from.Newest:
		tx = tx.Order("id desc")
	default:
		tx = tx.Where("(sort_key, id) > (?, ?)", from.SortKey, from.ID).Order("sort_key, id")
	}
	return s.find(ctx, tx)
}

const (
	sameNameAndBirth = "sort_key = ? and birth_date = ? and merged_into is null"
	similarShown     = 5
)

func (s *Postgres) Similar(ctx context.Context, d Demographics) ([]Patient, error) {
	return s.find(ctx, database.From(ctx).Where(sameNameAndBirth, d.SortKey(), d.BirthDate).Order("id").Limit(similarShown))
}

// Namesakes opens no ciphertext: it is asked with every registration that a device sends.
func (s *Postgres) Namesakes(ctx context.Context, d Demographics, but uuid.UUID) ([]string, error) {
	var records []string
	err := database.From(ctx).Model(&patientRow{}).Where(sameNameAndBirth+" and id <> ?", d.SortKey(), d.BirthDate, but).
		Order("id").Limit(similarShown).Pluck("record_number", &records).Error
	if err != nil {
		return nil, fmt.Errorf("look for namesakes: %w", err)
	}
	return records, nil
}

func (s *Postgres) Family(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	p, err := s.Patient(ctx, id)
	if err != nil {
		return nil, err
	}
	family := []uuid.UUID{p.Active()}
	var joined []uuid.UUID
	if err := database.From(ctx).Model(&patientRow{}).Where("merged_into = ?", p.Active()).Order("id").Pluck("id", &joined).Error; err != nil {
		return nil, fmt.Errorf("read the family of ids: %w", err)
	}
	return append(family, joined...), nil
}

// Add writes documents before it takes numbers and people after both: registrations of one clinic then wait for each
// other in one order, whatever their batch.
func (s *Postgres) Add(ctx context.Context, people []Patient) ([]Patient, error) {
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	people = slices.Clone(people)
	err = database.Savepoint(ctx, func(ctx context.Context) error { return s.add(ctx, keys, people) })
	switch {
	case err == nil:
		s.relearn(ctx)
		return people, nil
	case database.Violates(err, "patient_documents_once"):
		return nil, ErrDocumentTaken
	case database.Violates(err, "patients_record_number"):
		return nil, ErrRecordTaken
	case database.Violates(err, "patients_pkey"):
		return nil, ErrIDTaken
	}
	return nil, fmt.Errorf("add patients: %w", err)
}

func (s *Postgres) add(ctx context.Context, keys *pii.Keys, people []Patient) error {
	if err := insertAll(ctx, documentRows(keys, people)); err != nil {
		return err
	}
	if err := numberPeople(ctx, people); err != nil {
		return err
	}
	rows := make([]patientRow, len(people))
	for i, p := range people {
		row, err := seal(keys, p)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	if err := insertAll(ctx, rows); err != nil {
		return err
	}
	return errors.Join(insertAll(ctx, tagRows(people)), insertFindable(ctx, people, contactRows(keys, people)))
}

// numberPeople gives the next record numbers to those who bring none, and keeps the counter ahead of the others'.
func numberPeople(ctx context.Context, people []Patient) error {
	missing, highest := 0, int64(0)
	for _, p := range people {
		if p.RecordNumber == "" {
			missing++
		}
		highest = max(highest, numberOf(p.RecordNumber))
	}
	const take = `insert into patient_counters as c (last) values (greatest(?::bigint, 0) + ?)
		on conflict (clinic_id) do update set last = greatest(c.last, ?) + ? returning last`
	var last int64
	if err := database.From(ctx).Raw(take, highest, missing, highest, missing).Row().Scan(&last); err != nil {
		return fmt.Errorf("take record numbers: %w", err)
	}
	next := last - int64(missing) + 1
	for i := range people {
		if people[i].RecordNumber == "" {
			people[i].RecordNumber = TidyRecordNumber(fmt.Sprint(next))
			next++
		}
	}
	return nil
}

// numberOf is the figure that a record number is; 0 for one of letters or longer than any we give.
func numberOf(record string) int64 {
	if !digitsOnly(record) || len(record) > 9 {
		return 0
	}
	var n int64
	for _, r := range record {
		n = n*10 + int64(r-'0')
	}
	return n
}

func (s *Postgres) Save(ctx context.Context, p Patient, changed []Group) error {
	keys, err := s.keys(ctx)
	if err != nil {
		return err
	}
	row, err := seal(keys, p)
	if err != nil {
		return err
	}
	err = database.Savepoint(ctx, func(ctx context.Context) error { return s.save(ctx, keys, p, row, changed) })
	if database.Violates(err, "patient_documents_once") {
		return ErrDocumentTaken
	}
	if err == nil && slices.Contains(changed, Names) {
		s.relearn(ctx)
	}
	return err
}

// relearn lets searches of this process see the words of the names now being kept, once they are committed.
func (s *Postgres) relearn(ctx context.Context) {
	clinic := database.ScopeOf(ctx).ClinicID
	database.AfterCommit(ctx, func() { s.words.forget(clinic) })
}

func (s *Postgres) save(ctx context.Context, keys *pii.Keys, p Patient, row patientRow, changed []Group) error {
	result := database.From(ctx).Model(&patientRow{}).Where("id = ? and version = ?", p.ID, p.Version-1).
		Select(columnsOf(changed)).Updates(&row)
	if result.Error != nil {
		return fmt.Errorf("save patient: %w", result.Error)
	}
	if result.RowsAffected == 0 {
		return ErrStale
	}
	return reindex(ctx, keys, p, changed)
}
