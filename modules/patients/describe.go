package patients

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/offline"
	"hampi/views"
)

// Describer tells of a patient's data where two versions of it are compared, or where it was refused.
func (s *Service) Describer() offline.Describer {
	return offline.Describer{Entity: "patient", Icon: icon, Title: s.titleOf, Fields: s.describe, Correct: correct}
}

func icon(op offline.Operation) string {
	if op.Action == offline.Create {
		return "user-plus"
	}
	return "user"
}

// titleOf says what an operation did, and to whom.
func (s *Service) titleOf(ctx context.Context, op offline.Operation) (string, error) {
	var fields Fields
	if !op.Legible(&fields) {
		return "Datos de un paciente", nil
	}
	if op.Action == offline.Create {
		return "Paciente nuevo: " + fields.legible().FullName(), nil
	}
	names, err := s.NamesByID(ctx, []uuid.UUID{op.LocalID})
	return groupWords(fields.Groups()) + " de " + cmp.Or(names[op.LocalID], "un paciente"), err
}

// The groups that people read together.
const (
	personGroup    = "person"
	contactGroup   = "contact"
	insuranceGroup = "insurance"
)

func (s *Service) describe(_ context.Context, data json.RawMessage) ([]offline.Field, error) {
	var f Fields
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read a patient's data: %w", err)
	}
	var list described
	list.add(personGroup, "Nombres", f.FirstName, plain, "first_name")
	list.add(personGroup, "Apellido paterno", f.LastName, plain, "last_name")
	list.add(personGroup, "Apellido materno", f.SecondLastName, plain, "second_last_name")
	list.document(f)
	list.add(personGroup, "Sexo", f.Sex, func(v string) string { return Sex(v).Label() }, "sex")
	list.add(personGroup, "Nacimiento", f.BirthDate, writtenDay, "birth_date")
	list.add(contactGroup, "Celular", f.Phone, views.Phone, "phone")
	list.add(contactGroup, "Correo", f.Email, plain, "email")
	list.add(contactGroup, "Dirección", f.Address, plain, "address")
	list.add(contactGroup, "Distrito", f.Ubigeo, func(v string) string { return districtName(v, s.neighbours.Places) }, "ubigeo")
	if f.Guardian != nil {
		written := f.Guardian.written()
		list.add(contactGroup, "Avisar a", &written, plain, "guardian")
	}
	if f.Insurance != nil {
		written := strings.TrimSpace(f.Insurance.Insurer + " " + f.Insurance.Number)
		list.add(insuranceGroup, "Seguro", &written, plain, "insurance")
	}
	if f.Tags != nil {
		written := strings.Join(*f.Tags, ", ")
		list.add(insuranceGroup, "Etiquetas", &written, plain, "tags")
	}
	return list, nil
}

type described []offline.Field

func (d *described) add(group, label string, value *string, write func(string) string, names ...string) {
	if value == nil {
		return
	}
	written := ""
	if *value != "" {
		written = write(*value)
	}
	*d = append(*d, offline.Field{Group: group, Label: label, Value: written, Names: names})
}

func (d *described) document(f Fields) {
	if f.DocumentNumber == nil && f.DocumentType == nil {
		return
	}
	var doc Document
	set((*string)(&doc.Type), f.DocumentType)
	set(&doc.Number, f.DocumentNumber)
	label := doc.Label()
	d.add(personGroup, "Documento", &label, plain, "document_type", "document_number")
}

func plain(value string) string { return value }

// writtenDay writes 1988-01-24 as 24/01/1988; what is no day stays as it was typed.
func writtenDay(value string) string {
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return value
	}
	return views.Day(day)
}

// districtName is "Amarilis, Huánuco"; the code itself where nobody knows it.
func districtName(ubigeo string, places Places) string {
	if ubigeo == "" || places == nil {
		return ubigeo
	}
	place, ok := places.ByCode(ubigeo)
	if !ok {
		return ubigeo
	}
	return place.Label()
}

// written is a guardian in one line: "Tello Cruz, Nelly (madre), 962 555 087".
func (g Guardian) written() string {
	text := g.Name
	if g.Relationship != "" {
		text += " (" + g.Relationship + ")"
	}
	if g.Phone != "" {
		text = strings.TrimPrefix(text+", "+views.Phone(g.Phone), ", ")
	}
	return text
}

// correct leads to the patient's data, or to the form of a new patient with what was typed.
func correct(op offline.Operation) offline.Correction {
	if op.Action != offline.Create {
		return offline.Correction{Address: pathOf(op.LocalID, "datos"), Needs: accounts.PatientsWrite}
	}
	return offline.Correction{Address: "/pacientes/nuevo", Typed: typedOf(op), Needs: accounts.PatientsWrite}
}

// typedOf is what a registration held, as its form sends it. The id stays: appointments wait for that one.
func typedOf(op offline.Operation) url.Values {
	var f Fields
	if json.Unmarshal(op.Data, &f) != nil {
		return url.Values{"id": {op.LocalID.String()}, "first_name": {""}} // an empty form is better than none
	}
	d, err := f.Over(Demographics{}, time.Time{})
	if err != nil {
		d.BirthDate = time.Time{}
	}
	form := formOf(d)
	return url.Values{
		"id": {op.LocalID.String()}, "document_type": {form.DocumentType}, "document_number": {form.DocumentNumber}, "first_name": {form.FirstName},
		"last_name": {form.LastName}, "second_last_name": {form.SecondLastName}, "sex": {form.Sex}, "birth_date": {form.BirthDate},
		"phone": {form.Phone}, "email": {form.Email}, "address": {form.Address}, "ubigeo": {form.Ubigeo},
		"guardian.name": {form.GuardianName}, "guardian.relationship": {form.GuardianRelation},
		"guardian.document_number": {form.GuardianDocument}, "guardian.phone": {form.GuardianPhone},
		"insurance.insurer": {form.Insurer}, "insurance.number": {form.InsuranceNumber}, "tags": {form.Tags},
	}
}
