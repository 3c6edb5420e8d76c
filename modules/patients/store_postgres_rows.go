//go:build !js

package patients

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/database"
	"hampi/modules/platform/pii"
)

// patientRow is a row of patients: what identifies is ciphertext.
type patientRow struct {
	ID              uuid.UUID
	RecordNumber    string
	FirstName       string
	LastName        string
	SecondLastName  string
	SortKey         string
	Sex             Sex
	BirthDate       *time.Time
	DocumentType    DocumentType
	DocumentNumber  []byte
	Phone           []byte
	Email           []byte
	Address         []byte
	Ubigeo          string
	Guardian        []byte
	Insurer         string
	InsuranceNumber []byte
	Tags            []string `gorm:"serializer:json"`
	MergedInto      *uuid.UUID
	FieldClock      Clock `gorm:"serializer:json"`
	RegisteredSite  *uuid.UUID
	RegisteredBy    *uuid.UUID
	Version         int64
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

func (patientRow) TableName() string { return "patients" }

// columnsOf are the columns that a change of these groups writes.
func columnsOf(groups []Group) []string {
	columns := []string{"version", "updated_at", "field_clock"}
	for _, g := range groups {
		switch g {
		case Names:
			columns = append(columns, "first_name", "last_name", "second_last_name", "sort_key")
		case Identity:
			columns = append(columns, "document_type", "document_number")
		case BirthAndSex:
			columns = append(columns, "birth_date", "sex")
		case Telephone:
			columns = append(columns, "phone")
		case Mail:
			columns = append(columns, "email")
		case Home:
			columns = append(columns, "address", "ubigeo")
		case Responsible:
			columns = append(columns, "guardian")
		case InsuranceOf:
			columns = append(columns, "insurer", "insurance_number")
		case TagsOf:
			columns = append(columns, "tags")
		}
	}
	return columns
}

func seal(keys *pii.Keys, p Patient) (patientRow, error) {
	row := patientRow{ID: p.ID, RecordNumber: p.RecordNumber, FirstName: p.FirstName, LastName: p.LastName,
		SecondLastName: p.SecondLastName, SortKey: p.SortKey(), Sex: p.Sex, DocumentType: p.Document.Type,
		Ubigeo: p.Address.Ubigeo, Insurer: p.Insurance.Insurer, Tags: p.Tags, FieldClock: p.Clock,
		MergedInto: optional(p.MergedInto), RegisteredSite: optional(p.RegisteredSite), RegisteredBy: optional(p.RegisteredBy),
		Version: p.Version, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
	if !p.BirthDate.IsZero() {
		row.BirthDate = &p.BirthDate
	}
	if row.Tags == nil {
		row.Tags = []string{}
	}
	err := errors.Join(
		encrypt(keys, p.ID, "document_number", p.Document.Number, &row.DocumentNumber),
		encrypt(keys, p.ID, "phone", p.Phone, &row.Phone),
		encrypt(keys, p.ID, "email", p.Email, &row.Email),
		encrypt(keys, p.ID, "address", p.Address.Text, &row.Address),
		encrypt(keys, p.ID, "insurance_number", p.Insurance.Number, &row.InsuranceNumber),
	)
	if p.Guardian != (Guardian{}) && err == nil {
		row.Guardian, err = keys.Seal(p.Guardian, placeOf(keys, p.ID, "guardian"))
	}
	return row, err
}

func encrypt(keys *pii.Keys, id uuid.UUID, column, plain string, into *[]byte) (err error) {
	*into, err = keys.EncryptOptional(plain, placeOf(keys, id, column))
	return err
}

func placeOf(keys *pii.Keys, id uuid.UUID, column string) pii.Place {
	return pii.Place{Clinic: keys.Clinic(), Table: "patients", Column: column, Row: id}
}

func (s *Postgres) open(ctx context.Context, rows []patientRow) ([]Patient, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	people := make([]Patient, len(rows))
	for i, row := range rows {
		if people[i], err = openRow(keys, row); err != nil {
			return nil, fmt.Errorf("read patient %s: %w", row.ID, err)
		}
	}
	return people, nil
}

func openRow(keys *pii.Keys, row patientRow) (Patient, error) {
	p := Patient{ID: row.ID, Version: row.Version, RecordNumber: row.RecordNumber, Clock: row.FieldClock,
		MergedInto: orNil(row.MergedInto), RegisteredSite: orNil(row.RegisteredSite), RegisteredBy: orNil(row.RegisteredBy),
		CreatedAt: row.CreatedAt.UTC(), UpdatedAt: row.UpdatedAt.UTC()}
	p.Demographics = Demographics{FirstName: row.FirstName, LastName: row.LastName, SecondLastName: row.SecondLastName,
		Document: Document{Type: row.DocumentType}, Sex: row.Sex, Address: Address{Ubigeo: row.Ubigeo},
		Insurance: Insurance{Insurer: row.Insurer}, Tags: row.Tags}
	if row.BirthDate != nil {
		p.BirthDate = DateOf(*row.BirthDate)
	}
	err := errors.Join(
		decrypt(keys, row.ID, "document_number", row.DocumentNumber, &p.Document.Number),
		decrypt(keys, row.ID, "phone", row.Phone, &p.Phone),
		decrypt(keys, row.ID, "email", row.Email, &p.Email),
		decrypt(keys, row.ID, "address", row.Address, &p.Address.Text),
		decrypt(keys, row.ID, "insurance_number", row.InsuranceNumber, &p.Insurance.Number),
	)
	if row.Guardian != nil && err == nil {
		err = keys.Open(row.Guardian, placeOf(keys, row.ID, "guardian"), &p.Guardian)
	}
	return p, err
}

func decrypt(keys *pii.Keys, id uuid.UUID, column string, cipher []byte, into *string) (err error) {
	*into, err = keys.DecryptOptional(cipher, placeOf(keys, id, column))
	return err
}

func optional(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// insertAll writes rows with one statement; none writes nothing.
func insertAll[T any](ctx context.Context, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	return database.From(ctx).Create(&rows).Error
}
