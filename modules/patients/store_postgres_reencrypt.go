//go:build !js

package patients

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
)

// Reencrypters are what of the register is under a clinic's keys.
func Reencrypters(db *database.DB) pii.Reencrypters {
	return pii.Reencrypters{Clinic: []pii.Reencrypter{
		rekeyed{db},
		pii.Columns{Table: "patient_imports", Names: []string{"head"}, Execute: pii.Within(db)},
		pii.Columns{Table: "patient_import_batches", Names: []string{"content", "report"}, Execute: pii.Within(db)},
	}}
}

// rekeyed renews patients: what is encrypted in their rows, and the index rows they are found by.
type rekeyed struct{ db *database.DB }

func (rekeyed) Name() string { return "patients" }

// Reencrypt holds a batch of patients, so that nobody edits them meanwhile, and writes what is not as if written now.
func (r rekeyed) Reencrypt(ctx context.Context, keys *pii.Keys, after uuid.UUID, limit int) (next uuid.UUID, done bool, err error) {
	err = r.db.InClinic(ctx, database.Scope{ClinicID: keys.Clinic(), RequestID: "rotate_keys"}, func(ctx context.Context) error {
		var rows []patientRow
		tx := database.From(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).Where("id > ?", after).Order("id").Limit(limit)
		if err := tx.Find(&rows).Error; err != nil {
			return fmt.Errorf("read a batch of patients: %w", err)
		}
		next, done = after, len(rows) < limit
		for _, row := range rows {
			if err := rekey(ctx, keys, row); err != nil {
				return fmt.Errorf("patient %s: %w", row.ID, err)
			}
			next = row.ID
		}
		return nil
	})
	return next, done, err
}

func rekey(ctx context.Context, keys *pii.Keys, row patientRow) error {
	p, err := openRow(keys, row)
	if err != nil {
		return err
	}
	if err := renewColumns(ctx, keys, row); err != nil {
		return err
	}
	one := []Patient{p}
	known := keys.IndexKeyIDs()
	for _, table := range []string{"patient_documents", "patient_contacts"} {
		if err := database.From(ctx).Exec("delete from "+table+" where patient_id = ? and key_id not in ?", row.ID, known).Error; err != nil {
			return fmt.Errorf("clear old rows of %s: %w", table, err)
		}
	}
	if err := addMissing(ctx, documentRows(keys, one)); err != nil {
		return err
	}
	return addMissing(ctx, contactRows(keys, one))
}

func renewColumns(ctx context.Context, keys *pii.Keys, row patientRow) error {
	changes := map[string]any{}
	for column, cipher := range map[string][]byte{
		"document_number": row.DocumentNumber, "phone": row.Phone, "email": row.Email, "address": row.Address,
		"guardian": row.Guardian, "insurance_number": row.InsuranceNumber,
	} {
		if cipher == nil {
			continue
		}
		renewed, changed, err := keys.Renew(cipher, placeOf(keys, row.ID, column))
		if err != nil {
			return err
		}
		if changed {
			changes[column] = renewed
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return database.From(ctx).Table("patients").Where("id = ?", row.ID).Updates(changes).Error
}

// addMissing adds index rows that are not there yet. A document cannot be somebody else's under one key and this
// person's under another: both were asked when it was written.
func addMissing[T any](ctx context.Context, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	return database.From(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error
}
