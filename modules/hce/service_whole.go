//go:build !js

package hce

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
)

// Whole is everything of a person's record, oldest first: what a copy of it holds.
type Whole struct {
	Person      patients.Patient
	Family      []uuid.UUID
	Clinic      accounts.Clinic
	Clinical    patients.Clinical // in force
	Attentions  []WholeAttention
	Records     []Record // every one, with its signatures
	Observed    []Observed
	Orders      []Order
	Medications []Medication
	Names       map[uuid.UUID]string // who works or worked here, by membership
	Zone        *time.Location
}

// WholeAttention is an attention with what was written in it.
type WholeAttention struct {
	Encounter
	Entries []Entry
}

// ErrCopyInEmergency refuses a copy to whoever sees a record for a few hours only.
var ErrCopyInEmergency = fault.Conflicted("emergency", "Esta historia se abrió en una emergencia. La copia la pide un profesional que atiende al paciente.")

// OpenWhole opens the record of a person to whoever may hand it on: a doctor of own patients, never by the emergency door.
func (s *Service) OpenWhole(ctx context.Context, patient uuid.UUID) (Look, error) {
	look, err := s.Open(ctx, patient)
	if err == nil && look.Emergency != nil {
		return Look{}, ErrCopyInEmergency
	}
	return look, err
}

// mostMedicines is beyond what anybody is prescribed in a life.
const mostMedicines = 100_000

// Whole reads everything of a person's record, in the name of who may hand it on.
func (s *Service) Whole(ctx context.Context, patient uuid.UUID) (Whole, error) {
	look, err := s.OpenWhole(ctx, patient)
	if err != nil {
		return Whole{}, err
	}
	w := Whole{Family: look.Family, Names: map[uuid.UUID]string{}}
	for _, read := range []func(context.Context, *Whole) error{s.wholePerson, s.wholeRecords, s.wholeMeasured} {
		if err := read(ctx, &w); err != nil {
			return w, fmt.Errorf("read a whole record: %w", err)
		}
	}
	return w, nil
}

func (s *Service) wholePerson(ctx context.Context, w *Whole) error {
	frame, err := s.Patients.Frame(ctx, w.Family[0], historyTab)
	if err != nil {
		return err
	}
	w.Person = frame.Patient
	if frame.Clinical != nil {
		w.Clinical = *frame.Clinical
	}
	if w.Clinic, err = s.Colleagues.Clinic(ctx); err != nil {
		return err
	}
	w.Zone = w.Clinic.Zone()
	everybody, err := s.Colleagues.Everybody(ctx)
	for _, m := range everybody {
		w.Names[m.ID] = m.DisplayName()
	}
	return err
}

func (s *Service) wholeMeasured(ctx context.Context, w *Whole) error {
	var err error
	if w.Observed, err = s.store.ObservedOf(ctx, ObservedRange{Patients: w.Family}); err != nil {
		return err
	}
	slices.Reverse(w.Observed)
	if w.Orders, err = s.store.OrdersOf(ctx, w.Family); err != nil {
		return err
	}
	slices.Reverse(w.Orders)
	w.Medications, err = s.store.MedicationsOf(ctx, w.Family, mostMedicines)
	slices.Reverse(w.Medications)
	return err
}

// wholeRecords reads what is written, each addendum and annulment with what it is about.
func (s *Service) wholeRecords(ctx context.Context, w *Whole) error {
	records, err := s.store.RecordsOf(ctx, RecordRange{Patients: w.Family})
	if err != nil {
		return err
	}
	slices.Reverse(records)
	w.Records = records
	entries, order, err := s.attached(ctx, records)
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, id := range order {
		ids = append(ids, entries[id].EncounterID)
	}
	encounters, err := s.store.EncountersByID(ctx, ids)
	if err != nil {
		return err
	}
	at := map[uuid.UUID]int{}
	for _, id := range order {
		e := *entries[id]
		e.Encounter = encounters[e.EncounterID]
		i, there := at[e.EncounterID]
		if !there {
			i = len(w.Attentions)
			at[e.EncounterID] = i
			w.Attentions = append(w.Attentions, WholeAttention{Encounter: e.Encounter})
		}
		w.Attentions[i].Entries = append(w.Attentions[i].Entries, e)
	}
	return nil
}

// attached reads records, oldest first: those that stand alone, in their order, each with everything that was said of it
// since, also of what was said.
func (s *Service) attached(ctx context.Context, records []Record) (entries map[uuid.UUID]*Entry, order []uuid.UUID, err error) {
	entries = map[uuid.UUID]*Entry{}
	about := map[uuid.UUID]uuid.UUID{}
	read := s.reader(ctx)
	for _, r := range records {
		e, err := read(r)
		if err != nil {
			return nil, nil, err
		}
		root := r.ID
		if r.AmendsID != nil {
			root = about[*r.AmendsID]
		}
		about[r.ID] = root
		if first := entries[root]; first != nil && root != r.ID {
			first.Amending = append(first.Amending, e)
			continue
		}
		entries[r.ID] = &e
		order = append(order, r.ID)
	}
	return entries, order, nil
}

// MedicineLine is a medicine of a prescription in words.
type MedicineLine struct {
	Name, Sig, Instructions string
	Overridden              []string // warnings that it was prescribed in spite of, each with its reason
}

// MedicineLines are the medicines of a prescription in words.
func (e Entry) MedicineLines() []MedicineLine {
	var list []MedicineLine
	for _, l := range e.lines() {
		list = append(list, MedicineLine(l))
	}
	return list
}

// Label is what was measured, in words.
func (o Observed) Label() string { return kindOf(o.Code).Name }
