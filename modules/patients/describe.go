package patients

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"hampi/modules/platform/offline"
)

// Describer tells of a patient's data where two versions of it are compared, or where it was refused.
func (s *Service) Describer() offline.Describer {
	return offline.Describer{Entity: Entity, Icon: iconOf, Fields: s.describe, Correct: correct}
}

func iconOf(op offline.Operation) string {
	if op.Action == offline.Create {
		return "user-plus"
	}
	return "users"
}

// describe names each group that data holds.
func (s *Service) describe(_ context.Context, data json.RawMessage) ([]offline.Field, error) {
	var fields Fields
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf("read a patient's data: %w", err)
	}
	d := fields.legible()
	var list []offline.Field
	for _, g := range fields.Groups() {
		list = append(list, offline.Field{Group: string(g), Label: g.Label(), Value: routes{s}.groupText(d, g)})
	}
	return list, nil
}

// correct leads to the form again: of somebody new filled in, under the id that what was booked for them carries.
func correct(op offline.Operation) offline.Correction {
	var fields Fields
	if op.Action != offline.Create || json.Unmarshal(op.Data, &fields) != nil {
		return offline.Correction{Address: pathOf(op.LocalID, "datos")}
	}
	f := formOf(fields.legible())
	return offline.Correction{Address: "/pacientes/nuevo", Typed: url.Values{
		"id": {op.LocalID.String()}, "document_type": {f.DocumentType}, "document_number": {f.DocumentNumber},
		"first_name": {f.FirstName}, "last_name": {f.LastName}, "second_last_name": {f.SecondLastName}, "sex": {f.Sex},
		"birth_date": {f.BirthDate}, "phone": {f.Phone}, "email": {f.Email}, "address": {f.Address}, "ubigeo": {f.Ubigeo},
		"guardian.name": {f.GuardianName}, "guardian.relationship": {f.GuardianRelation}, "guardian.document_number": {f.GuardianDocument},
		"guardian.phone": {f.GuardianPhone}, "insurance.insurer": {f.Insurer}, "insurance.number": {f.InsuranceNumber}, "tags": {f.Tags},
	}}
}
