//go:build !js

package patients

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// sent is what an update says of a patient: fields or, where somebody decides about a document that two entries were
// registered with, what they are. Either SameAs or ApartFrom names the other entry. Of two persons, a document among
// the fields is this one's and not the other's.
type sent struct {
	Fields
	SameAs        uuid.UUID `json:"same_as"`        // both are one person: this entry joins that one
	ApartFrom     uuid.UUID `json:"apart_from"`     // they are two persons
	OtherDocument string    `json:"other_document"` // of two: what the one without the document has, as typed; "" is none
}

func (s sent) decides() bool { return s.SameAs != uuid.Nil || s.ApartFrom != uuid.Nil }

// undocumented is the registration without its document.
func (r Registration) undocumented() Registration {
	r.Document = Document{Type: None}
	return r
}

// beside keeps somebody registered with a document that is another person's, by the names, as an entry of its own
// without it: what is booked for the one is never the other's. A person decides whose the document is, or that both
// are one person.
func (s *Sync) beside(ctx context.Context, op offline.Received, kept Patient, typed Demographics) (offline.Outcome, error) {
	r := Registration{ID: op.LocalID, Sure: true, Demographics: typed}
	if _, err := s.add(ctx, op, r.undocumented()); err != nil {
		return offline.Outcome{}, err
	}
	c := contest{current: kept, op: op, lost: differing(kept.Demographics, typed, typed.filled())}
	title := typed.Document.Label() + " ya es de " + kept.FullName() + ", y aquí se registró con él a " + typed.FullName() + "."
	out, err := c.outcome(offline.Conflict, typed, title)
	if err != nil {
		return out, err
	}
	out.ServerID, out.Version = uuid.Nil, 1
	out.Choices, err = documentChoices(kept, typed, out.Lost)
	return out, err
}

// documentChoices are the ways out of a document with two names: whose it is or, as the answers to every conflict,
// that both are one person, who reads as was written or as is kept.
func documentChoices(kept Patient, typed Demographics, lost json.RawMessage) ([]offline.Choice, error) {
	same, err := overlaid(lost, map[string]any{"same_as": kept.ID})
	if err != nil {
		return nil, err
	}
	document := typed.Document
	var choices []offline.Choice
	add := func(c offline.Choice, data map[string]any) {
		if text, failed := json.Marshal(data); c.Data == nil {
			c.Data, err = text, errors.Join(err, failed)
		}
		choices = append(choices, c)
	}
	add(offline.Choice{Label: "El " + document.Label() + " es de " + typed.FullName(), Ask: "Otro documento de " + kept.FullName() + " (opcional)", Field: "other_document"},
		map[string]any{"apart_from": kept.ID, "document_type": document.Type, "document_number": document.Number})
	add(offline.Choice{Label: "El " + document.Label() + " es de " + kept.FullName(), Ask: "Otro documento de " + typed.FullName() + " (opcional)", Field: "other_document"},
		map[string]any{"apart_from": kept.ID})
	add(offline.Choice{Name: "mine", Label: "Es la misma persona: dejar lo escrito", Data: same}, nil)
	add(offline.Choice{Name: "theirs", Label: "Es la misma persona: dejar lo guardado"}, map[string]any{"same_as": kept.ID})
	return choices, err
}

// overlaid is a JSON object with more fields.
func overlaid(object json.RawMessage, more map[string]any) (json.RawMessage, error) {
	all := map[string]any{}
	if err := json.Unmarshal(object, &all); err != nil {
		return nil, fmt.Errorf("read what was lost: %w", err)
	}
	maps.Copy(all, more)
	return json.Marshal(all)
}

// decide carries out what somebody decided about two entries that were registered with one document.
func (s *Sync) decide(ctx context.Context, op offline.Received, said sent) (offline.Outcome, error) {
	if !access.Who(ctx).Can(accounts.PatientsWrite) {
		return offline.Outcome{}, fault.ErrForbidden
	}
	if said.ApartFrom != uuid.Nil {
		return s.keepApart(ctx, op, said)
	}
	if err := s.joinInto(ctx, op.LocalID, said.SameAs); err != nil {
		return offline.Outcome{}, err
	}
	if len(said.Groups()) == 0 {
		return offline.Outcome{Status: offline.Updated}, nil
	}
	return s.edit(ctx, op, said.Fields)
}

// joinInto makes the entry one person with the other, as Service.Join does for an administrator; nothing to do when
// they are one already.
func (s *Sync) joinInto(ctx context.Context, id, other uuid.UUID) error {
	from, into, err := s.pair(ctx, id, other)
	if errors.Is(err, errSamePerson) {
		return nil
	}
	if err != nil {
		return err
	}
	joining, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return s.service.join(ctx, Joining{ID: joining, From: from.ID, Into: into.ID, Reason: "Se registró dos veces con el mismo documento.",
		By: access.Who(ctx).UserID, At: s.service.now()})
}

// pair locks the entries that answer for two; errSamePerson when one answers for both.
func (s *Sync) pair(ctx context.Context, id, other uuid.UUID) (mine, theirs Patient, err error) {
	if mine, err = s.service.Active(ctx, id); err != nil {
		return mine, theirs, err
	}
	if theirs, err = s.service.Active(ctx, other); err != nil {
		return mine, theirs, err
	}
	return s.service.lockedPair(ctx, mine.ID, theirs.ID)
}

// keepApart leaves both as persons. The document goes to the one whose it is, the other has the one that was typed, or
// none.
func (s *Sync) keepApart(ctx context.Context, op offline.Received, said sent) (offline.Outcome, error) {
	other, problem := typedDocument(said.OtherDocument)
	if problem != "" {
		return offline.Outcome{}, wrongDocument(problem)
	}
	mine, theirs, err := s.pair(ctx, op.LocalID, said.ApartFrom)
	if errors.Is(err, errSamePerson) {
		return offline.Outcome{}, errDecidedOtherwise
	}
	if err != nil {
		return offline.Outcome{}, err
	}
	contested, given := said.document()
	if given && other == contested {
		return offline.Outcome{}, wrongDocument("Ese es el documento en duda. Escriba otro, o deje vacío.")
	}
	switch {
	case !given && other.Type == None: // it has none, or somebody gave it its own meanwhile
	case !given:
		err = s.document(ctx, op, mine, other)
	case theirs.Document == contested || other.Type != None:
		if err = s.document(ctx, op, theirs, other); err == nil {
			err = s.document(ctx, op, mine, contested)
		}
	default: // the other was corrected meanwhile
		err = s.document(ctx, op, mine, contested)
	}
	return offline.Outcome{Status: offline.Updated}, err
}

// wrongDocument refuses what was typed for the one of two persons without the document. It is a sentence of its own,
// for the card that asked has no place beside its field.
func wrongDocument(problem string) error {
	return &fault.Fault{Kind: fault.Invalid, Code: "invalid_document", Message: problem, Fields: fault.Problems{"other_document": problem}}
}

// document is the one among the fields.
func (f Fields) document() (d Document, given bool) {
	if f.DocumentType == nil || f.DocumentNumber == nil {
		return d, false
	}
	return Document{Type: DocumentType(*f.DocumentType), Number: *f.DocumentNumber}, true
}

// errDecidedOtherwise refuses to part what an administrator joined meanwhile.
var errDecidedOtherwise = fault.Conflicted("joined", "Estas dos fichas se unieron mientras tanto. Si son dos personas, deshaga la unión en la ficha.")

// document gives an entry a document.
func (s *Sync) document(ctx context.Context, op offline.Received, p Patient, d Document) error {
	typed := p.Demographics
	typed.Document = d
	c := contest{current: p, op: op, stamp: stampOf(ctx, op, p.Version+1), seen: p.Version}
	return s.settle(ctx, &c, typed, []Group{Identity})
}

// typedDocument reads a document out of one field: "45210987", "CE 001234567", "Pasaporte AB1234"; none for nothing.
func typedDocument(text string) (d Document, problem string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Document{Type: None}, ""
	}
	word, number, two := strings.Cut(text, " ")
	for _, kind := range DocumentTypes() {
		if two && (strings.EqualFold(word, string(kind)) || strings.EqualFold(word, kind.Label())) {
			return ParseDocument(kind, number)
		}
	}
	return ParseDocument(DNI, text)
}
