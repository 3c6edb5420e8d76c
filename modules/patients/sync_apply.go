//go:build !js

package patients

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// Apply carries out what a device did: a registration, or an edit of some of a patient's groups.
//
// Of each group the last writer wins, by (time, device, operation); what the writer had seen, or wrote on the same
// device before, never stands against a later writing. What did not win is told as lost.
func (s *Sync) Apply(ctx context.Context, op offline.Received) (offline.Outcome, error) {
	fields, err := readFields(op.Data)
	if err != nil {
		return offline.Outcome{}, err
	}
	switch op.Action {
	case offline.Create:
		return s.register(ctx, op, fields)
	case offline.Update:
		return s.edit(ctx, op, fields)
	}
	return offline.Outcome{}, fault.InvalidField("action", "A un paciente se lo registra o se lo corrige; no hay otra acción.")
}

// readFields refuses what it does not know: a field that would be lost silently.
func readFields(data json.RawMessage) (Fields, error) {
	var fields Fields
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&fields)
	if err == nil && !decoder.More() {
		return fields, nil
	}
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return fields, fault.InvalidField(wrong.Field, "Ese dato no tiene la forma que se espera.")
	case err != nil && strings.Contains(err.Error(), "unknown field"):
		_, name, _ := strings.Cut(err.Error(), "unknown field ")
		return fields, fault.InvalidField(strings.Trim(name, `"`), "Un paciente no tiene ese dato.")
	}
	return fields, fault.InvalidField("data", "Los datos de la operación no se pueden leer.")
}

// register adds somebody by the rules of Service.Register. Doubts stop nobody: the person at the device was sure.
// Somebody whose document is known is that person, for ever.
func (s *Sync) register(ctx context.Context, op offline.Received, fields Fields) (offline.Outcome, error) {
	if !access.Who(ctx).Can(accounts.PatientsWrite) {
		return offline.Outcome{}, fault.ErrForbidden
	}
	d, err := fields.Over(Demographics{}, s.service.today(ctx))
	if err != nil {
		return offline.Outcome{}, err
	}
	r := Registration{ID: op.LocalID, Sure: true, Demographics: d}
	r.Tidy()
	if err := s.service.problems(ctx, &r.Demographics).Err(); err != nil {
		return offline.Outcome{}, err
	}
	if known, err := s.store.Patient(ctx, op.LocalID); !fault.IsNotFound(err) {
		if err != nil {
			return offline.Outcome{}, err
		}
		return registeredBefore(known, r)
	}
	p := s.service.newPatient(ctx, r)
	p.CreatedAt = op.At
	for _, g := range Groups() {
		p.Clock[g] = stampOf(ctx, op, 1)
	}
	added, err := s.store.Add(ctx, []Patient{p})
	if errors.Is(err, ErrDocumentTaken) {
		return s.meet(ctx, op, r.Demographics)
	}
	if err != nil {
		return offline.Outcome{}, fmt.Errorf("register patient: %w", err)
	}
	warnings, err := s.service.Warnings(ctx, added[0])
	return offline.Outcome{Status: offline.Created, Version: 1, Title: strings.Join(warnings, " ")}, err
}

// registeredBefore answers a registration whose id is known: as itself, as somebody who was here already, or as
// another person.
func registeredBefore(known Patient, r Registration) (offline.Outcome, error) {
	switch {
	case known.ID != r.ID:
		return offline.Outcome{Status: offline.Merged, ServerID: known.Active(), Version: known.Version}, nil
	case known.registeredAs(r):
		return offline.Outcome{Status: offline.Duplicate, Version: known.Version}, nil
	}
	return offline.Outcome{}, ErrIDTaken
}

func stampOf(ctx context.Context, op offline.Received, version int64) Stamp {
	return Stamp{At: op.At, Device: op.Device, Op: op.OpID.String(), By: access.Who(ctx).UserID, Version: version}
}

// meet lets a registration lead to the person who has the document already. What was typed joins what is kept, unless
// the names are so different that it may be somebody else: a person decides then, and the appointments made for the
// new entry stand with the one that has the document.
func (s *Sync) meet(ctx context.Context, op offline.Received, typed Demographics) (offline.Outcome, error) {
	ids, err := s.store.ByDocument(ctx, []Document{typed.Document})
	if err != nil {
		return offline.Outcome{}, err
	}
	if len(ids) == 0 {
		return offline.Outcome{}, ErrDocumentTaken
	}
	if err := s.store.AddAlias(ctx, op.LocalID, ids[0]); err != nil {
		return offline.Outcome{}, err
	}
	kept, err := s.locked(ctx, ids[0])
	if err != nil {
		return offline.Outcome{}, err
	}
	filled := typed.filled()
	if !alike(kept.Demographics, typed) {
		c := contest{current: kept, op: op}
		c.lost = differing(kept.Demographics, typed, filled)
		title := typed.Document.Label() + " ya es de " + kept.FullName() + ", y aquí se registró con él a " + typed.FullName() + "."
		return c.outcome(offline.Conflict, typed, title)
	}
	c := contest{current: kept, op: op, stamp: stampOf(ctx, op, kept.Version+1), registering: true}
	if err := s.settle(ctx, &c, typed, filled); err != nil {
		return offline.Outcome{}, err
	}
	return c.outcome(offline.Merged, typed, "")
}

// locked is the entry that answers for the person behind id.
func (s *Sync) locked(ctx context.Context, id uuid.UUID) (Patient, error) {
	p, err := s.store.Patient(ctx, id)
	if err != nil {
		return p, err
	}
	return s.store.Locked(ctx, p.Active())
}

// edit writes the groups of an operation by the rules of Service.Edit.
func (s *Sync) edit(ctx context.Context, op offline.Received, fields Fields) (offline.Outcome, error) {
	groups := fields.Groups()
	if err := mayEdit(ctx, groups); err != nil {
		return offline.Outcome{}, err
	}
	current, err := s.locked(ctx, op.LocalID)
	if fault.IsNotFound(err) {
		return offline.Outcome{}, &offline.Missing{Entity: Entity, ID: op.LocalID}
	}
	if err != nil {
		return offline.Outcome{}, err
	}
	typed, err := fields.Over(current.Demographics, s.service.today(ctx))
	if err != nil {
		return offline.Outcome{}, err
	}
	typed.Tidy()
	if err := only(groups, s.service.problems(ctx, &typed)).Err(); err != nil {
		return offline.Outcome{}, err
	}
	c := contest{current: current, op: op, stamp: stampOf(ctx, op, current.Version+1)}
	if current.ID == op.LocalID {
		c.seen = op.BaseVersion // an alias and a joined entry count their own versions
	}
	if err := s.settle(ctx, &c, typed, groups); err != nil {
		return offline.Outcome{}, err
	}
	switch {
	case len(c.lost) > 0:
		return c.outcome(offline.Superseded, typed, groupWords(c.lost)+" de "+c.current.FullName()+": otra persona lo cambió después.")
	case len(c.changed) == 0:
		return c.outcome(offline.Duplicate, typed, "")
	}
	return c.outcome(offline.Updated, typed, "")
}

// settle merges what was typed into what is kept and keeps the result.
func (s *Sync) settle(ctx context.Context, c *contest, typed Demographics, groups []Group) error {
	next := c.merge(typed, groups)
	if len(c.won) == 0 {
		return nil
	}
	next.Version, next.UpdatedAt = c.current.Version+1, s.service.now()
	err := s.store.Save(ctx, next, c.won)
	if errors.Is(err, ErrDocumentTaken) {
		return s.service.taken(ctx, next.Document)
	}
	if err != nil {
		return fmt.Errorf("save patient: %w", err)
	}
	c.current = next
	return nil
}

// With names the entry that answers for one joined into it: a device must find it.
func (*Sync) With(changes []offline.Change) (map[string][]uuid.UUID, error) {
	var actives []uuid.UUID
	for _, change := range changes {
		if !bytes.Contains(change.Data, []byte(`"merged_into"`)) {
			continue
		}
		var data deviceData
		if err := json.Unmarshal(change.Data, &data); err != nil {
			return nil, fmt.Errorf("read patient %s: %w", change.ID, err)
		}
		actives = append(actives, data.MergedInto)
	}
	if len(actives) == 0 {
		return nil, nil
	}
	return map[string][]uuid.UUID{Entity: actives}, nil
}
