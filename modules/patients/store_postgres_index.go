//go:build !js

package patients

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

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

// insertFindable makes people findable by their names and these contacts, in one trip. Words that the clinic has not
// met come sorted: see Add about waiting in one order.
func insertFindable(ctx context.Context, people []Patient, contacts []contactRow) error {
	var words, named, learned []string
	for _, p := range people {
		for _, word := range p.Words() {
			words, named = append(words, word), append(named, p.ID.String())
		}
	}
	learned = slices.Compact(slices.Sorted(slices.Values(words)))
	const query = `
		with named as (insert into patient_words (word, patient_id) select * from unnest(?::text[], ?::uuid[])),
		     learned as (insert into patient_vocabulary (word) select * from unnest(?::text[]) on conflict do nothing)
		insert into patient_contacts (kind, key_id, bidx, patient_id) ` + contactsOf
	values := append([]any{database.Texts(words), database.Texts(named), database.Texts(learned)}, contactValues(contacts)...)
	if err := database.From(ctx).Exec(query, values...).Error; err != nil {
		return fmt.Errorf("make patients findable: %w", err)
	}
	return nil
}

// contactsOf are rows of contacts, of contactValues.
const contactsOf = `select kind, key_id, decode(bidx, 'hex') as bidx, patient_id
	from unnest(?::text[], ?::bigint[], ?::text[], ?::uuid[]) as c (kind, key_id, bidx, patient_id)`

func contactValues(rows []contactRow) []any {
	var kinds, ids, marks, people []string
	for _, r := range rows {
		kinds, ids = append(kinds, r.Kind), append(ids, strconv.FormatInt(r.KeyID, 10))
		marks, people = append(marks, hex.EncodeToString(r.Bidx)), append(people, r.PatientID.String())
	}
	return []any{database.Texts(kinds), database.Texts(ids), database.Texts(marks), database.Texts(people)}
}

// replaceContacts leaves what stands as it is, in one trip.
func replaceContacts(ctx context.Context, keys *pii.Keys, p Patient) error {
	const query = `
		with contacts as (` + contactsOf + `),
		     gone as (delete from patient_contacts where patient_id = ? and (kind, key_id, bidx) not in (select kind, key_id, bidx from contacts))
		insert into patient_contacts (kind, key_id, bidx, patient_id) select * from contacts on conflict do nothing`
	if err := database.From(ctx).Exec(query, append(contactValues(contactRows(keys, []Patient{p})), p.ID)...).Error; err != nil {
		return fmt.Errorf("change how a patient is reached: %w", err)
	}
	return nil
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
		if err := replaceContacts(ctx, keys, p); err != nil {
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
	return insertFindable(ctx, one, nil)
}

func replaceRows[T any](ctx context.Context, table string, patient uuid.UUID, rows []T) error {
	if err := database.From(ctx).Exec("delete from "+table+" where patient_id = ?", patient).Error; err != nil {
		return fmt.Errorf("clear %s: %w", table, err)
	}
	return insertAll(ctx, rows)
}
