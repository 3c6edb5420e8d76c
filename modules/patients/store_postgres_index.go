//go:build !js

package patients

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/textfold"
)

// Fields of the blind index: the same digits as a phone and as a document differ.
const (
	documentIndex = "document"
	phoneIndex    = "phone"
	emailIndex    = "email"
)

type documentRow struct {
	Type      DocumentType
	KeyID     int64
	Bidx      []byte
	PatientID uuid.UUID
}

func (documentRow) TableName() string { return "patient_documents" }

type contactRow struct {
	Kind      string
	KeyID     int64
	Bidx      []byte
	PatientID uuid.UUID
}

func (contactRow) TableName() string { return "patient_contacts" }

type tagRow struct {
	Tag       string
	PatientID uuid.UUID
}

func (tagRow) TableName() string { return "patient_tags" }

type wordRow struct {
	Word      string
	PatientID uuid.UUID
}

func (wordRow) TableName() string { return "patient_words" }

type vocabularyRow struct{ Word string }

func (vocabularyRow) TableName() string { return "patient_vocabulary" }

// documentRows are in the order of the key, so that two batches that want the same ones wait and never deadlock.
func documentRows(keys *pii.Keys, people []Patient) []documentRow {
	var rows []documentRow
	for _, p := range people {
		if p.Document.Number == "" {
			continue
		}
		for _, index := range keys.Indexes(documentIndex, p.Document.Number) {
			rows = append(rows, documentRow{p.Document.Type, int64(index.KeyID), index.Value, p.ID})
		}
	}
	slices.SortFunc(rows, func(a, b documentRow) int { return slices.Compare(a.Bidx, b.Bidx) })
	return rows
}

func contactRows(keys *pii.Keys, people []Patient) []contactRow {
	var rows []contactRow
	for _, p := range people {
		for kind, value := range map[string]string{phoneIndex: p.Phone, emailIndex: p.Email} {
			if value == "" {
				continue
			}
			for _, index := range keys.Indexes(kind, value) {
				rows = append(rows, contactRow{kind, int64(index.KeyID), index.Value, p.ID})
			}
		}
	}
	return rows
}

func tagRows(people []Patient) []tagRow {
	var rows []tagRow
	for _, p := range people {
		for _, tag := range p.Tags {
			rows = append(rows, tagRow{textfold.Fold(tag), p.ID})
		}
	}
	return rows
}

// insertWords makes people findable by their names. Words come last and sorted: see Add about waiting in one order.
func insertWords(ctx context.Context, people []Patient) error {
	var rows []wordRow
	distinct := map[string]bool{}
	for _, p := range people {
		for _, word := range p.Words() {
			rows = append(rows, wordRow{word, p.ID})
			distinct[word] = true
		}
	}
	if err := insertAll(ctx, rows); err != nil {
		return err
	}
	vocabulary := make([]vocabularyRow, 0, len(distinct))
	for word := range distinct {
		vocabulary = append(vocabulary, vocabularyRow{word})
	}
	if len(vocabulary) == 0 {
		return nil
	}
	slices.SortFunc(vocabulary, func(a, b vocabularyRow) int { return slices.Compare([]byte(a.Word), []byte(b.Word)) })
	return database.From(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&vocabulary).Error
}

// reindex makes the index tables say what p now says in the groups that changed.
func reindex(ctx context.Context, keys *pii.Keys, p Patient, changed []Group) error {
	one := []Patient{p}
	if slices.Contains(changed, Identity) {
		if err := replaceRows(ctx, "patient_documents", p.ID, documentRows(keys, one)); err != nil {
			return err
		}
	}
	if slices.Contains(changed, Telephone) || slices.Contains(changed, Mail) {
		if err := replaceRows(ctx, "patient_contacts", p.ID, contactRows(keys, one)); err != nil {
			return err
		}
	}
	if slices.Contains(changed, TagsOf) {
		if err := replaceRows(ctx, "patient_tags", p.ID, tagRows(one)); err != nil {
			return err
		}
	}
	if !slices.Contains(changed, Names) {
		return nil
	}
	if err := replaceRows(ctx, "patient_words", p.ID, []wordRow(nil)); err != nil {
		return err
	}
	return insertWords(ctx, one)
}

func replaceRows[T any](ctx context.Context, table string, patient uuid.UUID, rows []T) error {
	if err := database.From(ctx).Exec("delete from "+table+" where patient_id = ?", patient).Error; err != nil {
		return fmt.Errorf("clear %s: %w", table, err)
	}
	return insertAll(ctx, rows)
}
