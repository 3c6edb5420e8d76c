//go:build !js

package hce

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/observation"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

type recordsIn struct {
	OfPatient
	Type   string    `query:"type" enum:"note,addendum,prescription,annulment" doc:"Sin ella, todas las clases"`
	Year   int       `query:"year" minimum:"1900" maximum:"2200" doc:"Año en que se escribió"`
	Code   string    `query:"code" maxLength:"10" doc:"Código CIE-10, o su comienzo"`
	Before time.Time `query:"before" doc:"Solo lo escrito antes; con cursor no cuenta"`
}

func (h api) records(ctx context.Context, in *recordsIn) (*apiPage[recordJSON], error) {
	patient, before, beforeID, err := in.read()
	if err != nil {
		return nil, err
	}
	if before.IsZero() {
		before = in.Before
	}
	filter := Filter{Type: RecordType(in.Type), Year: in.Year, Code: in.Code, Before: before, BeforeID: beforeID}
	list, more, err := h.service.Records(ctx, patient, filter, in.Limit)
	if err != nil {
		return nil, err
	}
	p := &apiPage[recordJSON]{}
	p.Body.Items = []recordJSON{}
	for _, r := range list {
		p.Body.Items = append(p.Body.Items, recordAsJSON(r))
	}
	if more {
		last := list[len(list)-1]
		p.Body.Next = cursorAt(last.WrittenAt, last.ID)
	}
	return p, nil
}

func (h api) record(ctx context.Context, in *oneIn) (*recordOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	_, e, err := h.service.Entry(ctx, id)
	return &recordOut{Status: http.StatusOK, Body: recordAsJSON(e.Record)}, err
}

func (h api) write(ctx context.Context, in *writeIn) (*recordOut, error) {
	w, err := in.writing()
	if err != nil {
		return nil, err
	}
	note, created, err := h.service.Write(ctx, w)
	return &recordOut{Status: statusOf(created), Body: recordAsJSON(note)}, inMembers(err)
}

func (h api) sign(ctx context.Context, in *signIn) (*recordOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	signed, err := h.service.Sign(ctx, []uuid.UUID{id}, in.Body.proof())
	if err != nil {
		return nil, inMembers(err)
	}
	return &recordOut{Status: http.StatusOK, Body: recordAsJSON(signed[0])}, nil
}

func (h api) amend(ctx context.Context, in *amendIn) (*recordOut, error) {
	amends, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	id, err := web.OwnID(in.Body.ID)
	if err != nil {
		return nil, err
	}
	added, created, err := h.service.AmendOnce(ctx, id, amends, in.Body.Text, in.Body.proof())
	return &recordOut{Status: statusOf(created), Body: recordAsJSON(added)}, inMembers(err)
}

// verificationJSON says whether the signatures of a record stand.
type verificationJSON struct {
	RecordID    uuid.UUID       `json:"record_id" format:"uuid"`
	ContentHash string          `json:"content_hash" doc:"SHA-256 del documento en su forma canónica (RFC 8785), en hexadecimal"`
	Signed      bool            `json:"signed" doc:"Lo firmó quien lo escribió"`
	Valid       bool            `json:"valid" doc:"Tiene firmas y todas se comprueban"`
	Signatures  []signatureJSON `json:"signatures" nullable:"false"`
}

// signatureJSON is a signature in an answer.
type signatureJSON struct {
	Signer   Author    `json:"signer"`
	Method   string    `json:"method"`
	Code     string    `json:"code" doc:"De la página pública /verificar/{code}"`
	SignedAt time.Time `json:"signed_at"`
	Valid    bool      `json:"valid"`
	Reason   string    `json:"reason" doc:"Por qué no vale; vacío si vale"`
}

type verificationOut struct{ Body verificationJSON }

func (h api) verify(ctx context.Context, in *oneIn) (*verificationOut, error) {
	id, err := web.AddressedID(in.ID)
	if err != nil {
		return nil, err
	}
	_, e, err := h.service.Entry(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := h.verifier.OfRecord(ctx, id)
	if err != nil {
		return nil, err
	}
	v := verificationJSON{RecordID: id, ContentHash: hex.EncodeToString(e.Hash), Signed: e.Signed(), Valid: len(all) > 0, Signatures: []signatureJSON{}}
	for _, c := range all {
		v.Valid = v.Valid && c.Valid
		v.Signatures = append(v.Signatures, signatureJSON{
			Signer: c.Signer, Method: c.Method, Code: c.Code, SignedAt: c.SignedAt, Valid: c.Valid, Reason: c.Reason,
		})
	}
	return &verificationOut{v}, nil
}

type observationsIn struct {
	OfPatient
	Code string `query:"code" maxLength:"20" doc:"Código LOINC"`
}

func (h api) observations(ctx context.Context, in *observationsIn) (*apiPage[observationJSON], error) {
	patient, before, beforeID, err := in.read()
	if err != nil {
		return nil, err
	}
	look, err := h.service.seen(ctx, patient, "resultados")
	if err != nil {
		return nil, err
	}
	list, err := h.lists.ObservedBefore(ctx, look.Family, in.Code, before, beforeID, in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := &apiPage[observationJSON]{}
	p.Body.Items = []observationJSON{}
	for i, o := range list {
		if i == in.Limit {
			p.Body.Next = cursorAt(list[i-1].TakenAt, list[i-1].ID)
			break
		}
		p.Body.Items = append(p.Body.Items, observationAsJSON(o))
	}
	return p, nil
}

func (h api) measure(ctx context.Context, in *measureIn) (*observationOut, error) {
	id, err := web.OwnID(in.Body.ID)
	if err != nil {
		return nil, err
	}
	value := observation.Value{Text: in.Body.ValueText}
	if in.Body.Value != "" {
		number, ok := readFigure(in.Body.Value)
		if !ok {
			return nil, fault.InvalidField("value", "Se espera un número en un texto, como \"36.5\".")
		}
		value.Number = decimal.NewNullDecimal(number)
	}
	o, created, err := h.service.Measure(ctx, Measured{
		ID: id, PatientID: in.Body.PatientID, EncounterID: in.Body.EncounterID, Code: in.Body.Code, Value: value, Unit: in.Body.Unit,
		Source: in.Body.Source, TakenAt: in.Body.TakenAt, Confirmed: in.Body.Confirmed,
	})
	return &observationOut{Status: statusOf(created), Body: observationAsJSON(o)}, err
}

// readFigure reads a decimal number of at most 12 signs; a sign before it is for what the rules refuse by name.
func readFigure(text string) (decimal.Decimal, bool) {
	if text[0] != '-' {
		return observation.ReadNumber(text)
	}
	number, ok := observation.ReadNumber(text[1:])
	return number.Neg(), ok
}
