package hce

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Amend adds to a record of whoever asks what should have stood in it. The addendum names what it amends; both are
// shown. It is signed like a note.
func (s *Service) Amend(ctx context.Context, id, amends uuid.UUID, text string, proof Proof) (Record, error) {
	return s.amend(ctx, Record{ID: id, Type: Addendum, AmendsID: &amends}, "texto", text, proof)
}

// Annul takes a signed record of whoever asks out of force, for a reason; it stays readable (hce-norms §1.4).
func (s *Service) Annul(ctx context.Context, id, annuls uuid.UUID, reason string, proof Proof) (Record, error) {
	return s.amend(ctx, Record{ID: id, Type: Annulment, AmendsID: &annuls}, "motivo", reason, proof)
}

// mayAdd refuses to add to somebody else's document, or to one that is out of force.
func mayAdd(to Record, annulled bool, membership uuid.UUID) error {
	switch {
	case to.Author.MembershipID != membership:
		return fault.Conflicted("not_author", "Este documento es de "+to.Author.Name+". Solo quien lo escribió le añade una adenda; lo suyo va en una nota propia.")
	case annulled:
		return fault.Conflicted("annulled", "Este documento está anulado: no lleva adendas ni se anula otra vez.")
	}
	return nil
}

const (
	longAddendum   = 20_000 // letters
	shortAnnulment = 5      // letters of the reason
)

// amendingProblem says what is wrong with what is added: it stays for ever, wherever it comes from.
func amendingProblem(t RecordType, field, text string) error {
	n := len([]rune(strings.TrimSpace(text)))
	switch {
	case n == 0 && t == Addendum:
		return fault.InvalidField(field, "Falta el texto de la adenda.")
	case n == 0:
		return fault.InvalidField(field, "Falta el motivo de la anulación.")
	case n < shortAnnulment && t == Annulment:
		return fault.InvalidField(field, "El motivo es demasiado corto: diga por qué se anula.")
	case n > longAddendum:
		return fault.InvalidField(field, "El texto es demasiado largo: 20,000 letras como máximo.")
	}
	return nil
}

func (s *Service) amend(ctx context.Context, r Record, field, text string, proof Proof) (Record, error) {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return Record{}, fault.ErrForbidden
	}
	text = strings.TrimSpace(text)
	if err := amendingProblem(r.Type, field, text); err != nil {
		return Record{}, err
	}
	before, err := s.store.Record(ctx, *r.AmendsID)
	if err != nil {
		return Record{}, err
	}
	author, _, err := s.author(ctx)
	if err != nil {
		return Record{}, err
	}
	added, err := s.store.Amending(ctx, []uuid.UUID{before.ID})
	if err != nil {
		return Record{}, err
	}
	annulled := slices.ContainsFunc(added, func(a Record) bool { return a.Type == Annulment && a.ID != r.ID })
	if err := mayAdd(before, annulled, author.MembershipID); err != nil {
		return Record{}, err
	}
	if before.Type == Addendum || before.Type == Annulment {
		return Record{}, fault.InvalidField(field, "Una adenda se añade al documento original.")
	}
	if err := s.prove(ctx, proof); err != nil {
		return Record{}, err
	}
	if r.Content, err = jsonOf(map[string]string{field: text}); err != nil {
		return Record{}, err
	}
	r.PatientID, r.EncounterID, r.Author = before.PatientID, before.EncounterID, author
	kept, err := s.keep(ctx, r)
	if err != nil || s.Away() {
		return kept, err
	}
	signed, err := s.sign(ctx, []Record{kept})
	if err != nil {
		return Record{}, err
	}
	return signed[0], nil
}
