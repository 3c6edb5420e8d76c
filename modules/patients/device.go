package patients

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Entity is the register's word on the wire and on devices.
const Entity = "patient"

// DirectoryGroups are what a device holds of somebody without an appointment near: enough to find and to recognise.
func DirectoryGroups() []Group { return []Group{Names, Identity, BirthAndSex, Telephone} }

// How much of a patient a device holds, in words for programs. What counts are the fields that are there.
const (
	heldFull      = "full"
	heldDirectory = "directory"
)

// deviceData is a patient as a device holds it. Nothing in it is clinical. A field that is absent is not held: it is
// never read as empty.
type deviceData struct {
	Fields
	ID           uuid.UUID  `json:"id,omitzero"`
	Version      int64      `json:"version,omitempty"`
	RecordNumber string     `json:"record_number,omitempty"`
	MergedInto   uuid.UUID  `json:"merged_into,omitzero"`
	CreatedAt    *time.Time `json:"created_at,omitempty"`
	UpdatedAt    *time.Time `json:"updated_at,omitempty"`
	Held         string     `json:"held,omitempty"`
}

// deviceJSON writes p with those groups alone; nil is all.
func deviceJSON(p Patient, groups []Group) (json.RawMessage, error) {
	data := deviceData{Fields: FieldsOf(p.Demographics), ID: p.ID, Version: p.Version, RecordNumber: p.RecordNumber,
		MergedInto: p.MergedInto, Held: heldFull}
	if groups == nil {
		data.CreatedAt, data.UpdatedAt = &p.CreatedAt, &p.UpdatedAt
	} else {
		data.Fields, data.Held = data.in(groups), heldDirectory
	}
	text, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("write patient %s for a device: %w", p.ID, err)
	}
	return text, nil
}

// in are the fields of those groups alone.
func (f Fields) in(groups []Group) Fields {
	var kept Fields
	for _, g := range groups {
		switch g {
		case Names:
			kept.FirstName, kept.LastName, kept.SecondLastName = f.FirstName, f.LastName, f.SecondLastName
		case Identity:
			kept.DocumentType, kept.DocumentNumber = f.DocumentType, f.DocumentNumber
		case BirthAndSex:
			kept.BirthDate, kept.Sex = f.BirthDate, f.Sex
		case Telephone:
			kept.Phone = f.Phone
		case Mail:
			kept.Email = f.Email
		case Home:
			kept.Address, kept.Ubigeo = f.Address, f.Ubigeo
		case Responsible:
			kept.Guardian = f.Guardian
		case InsuranceOf:
			kept.Insurance = f.Insurance
		case TagsOf:
			kept.Tags = f.Tags
		}
	}
	return kept
}

// patient reads what a device holds; id and version are the object's, for what the server has not seen yet.
func (d deviceData) patient(id uuid.UUID, version int64) (Patient, error) {
	demographics, err := d.Over(Demographics{}, time.Time{})
	if err != nil {
		return Patient{}, err
	}
	p := Patient{ID: id, Version: version, RecordNumber: d.RecordNumber, Demographics: demographics, MergedInto: d.MergedInto,
		CreatedAt: madeAt(id), UpdatedAt: madeAt(id)}
	if d.CreatedAt != nil {
		p.CreatedAt = d.CreatedAt.UTC()
	}
	if d.UpdatedAt != nil {
		p.UpdatedAt = d.UpdatedAt.UTC()
	}
	if held := d.Groups(); len(held) < len(Groups()) {
		p.Held = slices.Clip(held)
	}
	return p, nil
}

// madeAt is when a UUIDv7 was made; the zero time for any other.
func madeAt(id uuid.UUID) time.Time {
	if id.Version() != 7 {
		return time.Time{}
	}
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms).UTC()
}
