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
	sent, err := readSent(op)
	if err != nil {
		return offline.Outcome{}, err
	}
	switch {
	case op.Action == offline.Create:
		return s.register(ctx, op, sent.Fields)
	case op.Action == offline.Update && sent.decides():
		return s.decide(ctx, op, sent)
	case op.Action == offline.Update:
		return s.edit(ctx, op, sent.Fields)
	}
	return offline.Outcome{}, fault.InvalidField("action", "A un paciente se lo registra o se lo corrige; no hay otra acción.")
}

// readSent refuses what it does not know: a field that would be lost silently. A decision's own fields are known only
// where one is carried out.
func readSent(op offline.Received) (sent, error) {
	var said sent
	var into any = &said
	if !op.Decides {
		into = &said.Fields
	}
	decoder := json.NewDecoder(bytes.NewReader(op.Data))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil && !decoder.More() {
		return said, nil
	}
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return said, fault.InvalidField(wrong.Field, "Ese dato no tiene la forma que se espera.")
	case err != nil && strings.Contains(err.Error(), "unknown field"):
		_, name, _ := strings.Cut(err.Error(), "unknown field ")
		return said, fault.InvalidField(strings.Trim(name, `"`), "Un paciente no tiene ese dato.")
	}
	return said, fault.InvalidField("data", "Los datos de la operación no se pueden leer.")
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
	added, err := s.add(ctx, op, r)
	if errors.Is(err, ErrDocumentTaken) {
		return s.meet(ctx, op, r.Demographics)
	}
	if err != nil {
		return offline.Outcome{}, err
	}
	warnings, err := s.service.Warnings(ctx, added)
	return offline.Outcome{Status: offline.Created, Version: 1, Title: strings.Join(warnings, " ")}, err
}

// add keeps a new entry as it was written at the device.
func (s *Sync) add(ctx context.Context, op offline.Received, r Registration) (Patient, error) {
	p := s.service.newPatient(ctx, r)
	p.CreatedAt = op.At
	for _, g := range Groups() {
		p.Clock[g] = stampOf(ctx, op, 1)
	}
	added, err := s.store.Add(ctx, []Patient{p})
	if err != nil {
		return p, fmt.Errorf("register patient: %w", err)
	}
	return added[0], nil
}

// registeredBefore answers a registration whose id is known: as itself, as somebody who was here already, or as
// another person.
func registeredBefore(known Patient, r Registration) (offline.Outcome, error) {
	switch {
	case known.ID != r.ID:
		return offline.Outcome{Status: offline.Merged, ServerID: known.Active(), Version: known.Version}, nil
	case known.registeredAs(r), known.registeredAs(r.undocumented()):
		return offline.Outcome{Status: offline.Duplicate, Version: known.Version}, nil
	}
	return offline.Outcome{}, ErrIDTaken
}

func stampOf(ctx context.Context, op offline.Received, version int64) Stamp {
	return Stamp{At: op.At, Device: op.Device, Op: op.OpID.String(), By: access.Who(ctx).UserID, Version: version}
}

// meet lets a registration lead to the person who has the document already: what was typed joins what is kept. Where
// the names are so different that it may be somebody else, it stands beside, and a person decides.
func (s *Sync) meet(ctx context.Context, op offline.Received, typed Demographics) (offline.Outcome, error) {
	ids, err := s.store.ByDocument(ctx, []Document{typed.Document})
	if err != nil {
		return offline.Outcome{}, err
	}
	if len(ids) == 0 {
		return offline.Outcome{}, ErrDocumentTaken
	}
	kept, err := s.locked(ctx, ids[0])
	if err != nil {
		return offline.Outcome{}, err
	}
	if !alike(kept.Demographics, typed) {
		return s.beside(ctx, op, kept, typed)
	}
	if err := s.store.AddAlias(ctx, op.LocalID, ids[0]); err != nil {
		return offline.Outcome{}, err
	}
	c := contest{current: kept, op: op, stamp: stampOf(ctx, op, kept.Version+1), registering: true}
	if err := s.settle(ctx, &c, typed, typed.filled()); err != nil {
		return offline.Outcome{}, err
	}
	return c.outcome(offline.Merged, typed, "")
}

// locked is the entry that answers for the person behind id.
func (s *Sync) locked(ctx context.Context, id uuid.UUID) (Patient, error) {
	return s.store.LockedActive(ctx, id)
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
		if err := op.SeenAt(current.Version); err != nil {
			return offline.Outcome{}, err
		}
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
