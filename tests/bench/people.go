//go:build !js

package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/demo"
	"hampi/modules/patients"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/textfold"
)

// rows are what is copied into one table.
type rows struct {
	table   string
	columns []string
	values  [][]any
}

// sealedPeople are patients as the register keeps them: ciphertext, blind indexes and words beside the rows.
type sealedPeople struct{ documents, people, words, contacts, tags rows }

func newSealedPeople() sealedPeople {
	return sealedPeople{
		documents: rows{table: "patient_documents", columns: []string{"clinic_id", "type", "key_id", "bidx", "patient_id"}},
		people: rows{table: "patients", columns: []string{"clinic_id", "id", "record_number", "first_name", "last_name", "second_last_name",
			"sort_key", "sex", "birth_date", "document_type", "document_number", "phone", "email", "address", "ubigeo", "guardian", "insurer",
			"insurance_number", "tags", "field_clock", "registered_site", "registered_by", "created_at", "updated_at"}},
		words:    rows{table: "patient_words", columns: []string{"clinic_id", "word", "patient_id"}},
		contacts: rows{table: "patient_contacts", columns: []string{"clinic_id", "kind", "key_id", "bidx", "patient_id"}},
		tags:     rows{table: "patient_tags", columns: []string{"clinic_id", "tag", "patient_id"}},
	}
}

func (s sealedPeople) tables() []rows {
	return []rows{s.documents, s.people, s.words, s.contacts, s.tags}
}

// somebody is the nth patient of a clinic.
func (c *clinic) somebody(inventor demo.Inventor, n int) patients.Patient {
	r := c.dice("patient " + fmt.Sprint(n))
	d := inventor.Somebody(r)
	if r.IntN(10) < 3 { // the long tail: thousands of surnames that few have
		d.LastName = rareSurname(r)
	}
	if r.IntN(10) < 2 {
		d.SecondLastName = rareSurname(r)
	}
	d.Document = patients.Document{Type: patients.DNI, Number: fmt.Sprintf("%08d", 10_000_000+n*7)}
	d.Phone = fmt.Sprintf("+519%08d", r.IntN(100_000_000))
	d.Tidy()
	at := moment.AddDate(-3, 0, 0).Add(time.Duration(n) * (3 * 365 * 24 * time.Hour) / time.Duration(c.patients)).UTC()
	by := c.staff[len(c.staff)-2].user
	p := patients.Patient{
		ID: c.patientID(n), Version: 1, RecordNumber: patients.TidyRecordNumber(fmt.Sprint(n + 1)), Demographics: d, Clock: patients.Clock{},
		RegisteredSite: c.sites[0], RegisteredBy: by, CreatedAt: at, UpdatedAt: at,
	}
	for _, g := range patients.Groups() {
		p.Clock[g] = patients.Stamp{At: at, By: by, Version: 1}
	}
	return p
}

// patientID needs nothing but the number, so that appointments find it.
func (c *clinic) patientID(n int) uuid.UUID {
	r := c.dice("patient id " + fmt.Sprint(n))
	at := moment.AddDate(-3, 0, 0).Add(time.Duration(n) * (3 * 365 * 24 * time.Hour) / time.Duration(c.patients))
	return idAt(at, r.Uint64(), r.Uint64())
}

func rareSurname(r *rand.Rand) string {
	onsets := []string{"ca", "hua", "ma", "chu", "pa", "ti", "ya", "qui", "sa", "lla", "ri", "co", "an", "be", "fo", "gui", "ñau", "tri", "es", "ur"}
	middles := []string{"ri", "lla", "man", "cha", "to", "pa", "sti", "ra", "mbo", "lqui", "ne", "yo"}
	ends := []string{"no", "ri", "llo", "pa", "za", "mi", "ca", "res", "ya", "ta", "ncho", "da"}
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	name := pick(onsets) + pick(middles) + pick(ends)
	return strings.ToUpper(string([]rune(name)[:1])) + string([]rune(name)[1:])
}

// seal adds a patient's rows as the register would write them.
func (s *sealedPeople) seal(keys *pii.Keys, p patients.Patient) error {
	clinic := keys.Clinic()
	var failed error
	sealed := func(column, plain string) []byte {
		cipher, err := keys.EncryptOptional(plain, pii.Place{Clinic: clinic, Table: "patients", Column: column, Row: p.ID})
		if err != nil {
			failed = err
		}
		return cipher
	}
	var guardian []byte
	if p.Guardian != (patients.Guardian{}) {
		var err error
		if guardian, err = keys.Seal(p.Guardian, pii.Place{Clinic: clinic, Table: "patients", Column: "guardian", Row: p.ID}); err != nil {
			return err
		}
	}
	tags, clock := p.Tags, p.Clock
	if tags == nil {
		tags = []string{}
	}
	tagsJSON, err := json.Marshal(tags)
	if err != nil {
		return fmt.Errorf("write tags: %w", err)
	}
	clockJSON, err := json.Marshal(clock)
	if err != nil {
		return fmt.Errorf("write the field clock: %w", err)
	}
	s.people.values = append(s.people.values, []any{clinic, p.ID, p.RecordNumber, p.FirstName, p.LastName, p.SecondLastName, p.SortKey(),
		string(p.Sex), p.BirthDate, string(p.Document.Type), sealed("document_number", p.Document.Number), sealed("phone", p.Phone),
		sealed("email", p.Email), sealed("address", p.Address.Text), p.Address.Ubigeo, guardian, p.Insurance.Insurer,
		sealed("insurance_number", p.Insurance.Number), tagsJSON, clockJSON, p.RegisteredSite, p.RegisteredBy, p.CreatedAt, p.UpdatedAt})
	s.index(keys, p)
	return failed
}

func (s *sealedPeople) index(keys *pii.Keys, p patients.Patient) {
	clinic := keys.Clinic()
	for _, i := range keys.Indexes("document", p.Document.Number) {
		s.documents.values = append(s.documents.values, []any{clinic, string(p.Document.Type), int64(i.KeyID), i.Value, p.ID})
	}
	for kind, value := range map[string]string{"phone": p.Phone, "email": p.Email} {
		if value == "" {
			continue
		}
		for _, i := range keys.Indexes(kind, value) {
			s.contacts.values = append(s.contacts.values, []any{clinic, kind, int64(i.KeyID), i.Value, p.ID})
		}
	}
	for _, word := range p.Words() {
		s.words.values = append(s.words.values, []any{clinic, word, p.ID})
	}
	for _, tag := range p.Tags {
		s.tags.values = append(s.tags.values, []any{clinic, textfold.Fold(tag), p.ID})
	}
}
