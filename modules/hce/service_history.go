package hce

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce/form"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/sorting"
	"hampi/views"
)

// HistoryRows is how many documents the history opens with, and how many more "Ver más" brings.
const HistoryRows = 10

// Filter narrows the history.
type Filter struct {
	Type     RecordType // "" is all
	Author   uuid.UUID  // zero: anybody
	Year     int        // 0: any
	Code     string     // a CIE-10 code or its beginning
	Text     string
	Before   time.Time // keyset
	BeforeID uuid.UUID
}

// Empty reports whether nothing is left out.
func (f Filter) Empty() bool {
	return f.Type == "" && f.Author == uuid.Nil && f.Year == 0 && f.Code == "" && f.Text == ""
}

// Entry is a document of the history with what was added to it.
type Entry struct {
	Record
	Encounter Encounter
	Lines     []form.Line // what it says, by the template it was written with
	Words     string      // what an addendum or annulment says
	Amending  []Entry     // addenda and annulments, oldest first
	Sent      []Sent      // of a prescription: when it went to its patient, and where
	Broken    bool        // a signature under it does not stand: somebody changed it
	Away      bool        // a device shows it: what the server alone makes of it is not offered
}

// Annulled is the entry that took this one out of force; nil while it stands.
func (e Entry) Annulled() *Entry {
	i := slices.IndexFunc(e.Amending, func(a Entry) bool { return a.Type == Annulment })
	if i < 0 {
		return nil
	}
	return &e.Amending[i]
}

// History lists what is written of a person, latest first; more tells whether it goes on. The reading is written down.
func (s *Service) History(ctx context.Context, patient uuid.UUID, f Filter) (look Look, list []Entry, more bool, err error) {
	if look, err = s.Open(ctx, patient); err != nil {
		return look, nil, false, err
	}
	records, err := s.store.RecordsOf(ctx, f.in(look.Family))
	if err != nil {
		return look, nil, false, err
	}
	more = len(records) > HistoryRows
	if err = s.Reads.Read(ctx, look.Patient(), s.page(ctx, records[:min(len(records), HistoryRows)])); err != nil {
		return look, nil, false, err
	}
	list, err = s.entries(ctx, records[:min(len(records), HistoryRows)])
	return look, list, more, err
}

func (f Filter) in(family []uuid.UUID) RecordRange {
	types := []RecordType{Note, Prescription}
	if f.Type != "" {
		types = []RecordType{f.Type}
	}
	return RecordRange{
		Patients: family, Types: types, Author: f.Author, Year: f.Year, Code: dotted(f.Code), Text: f.Text,
		Before: f.Before, BeforeID: f.BeforeID, Limit: HistoryRows + 1,
	}
}

// dotted is a CIE-10 code, or its beginning, as it is kept: "k040" is K04.0.
func dotted(typed string) string {
	code := strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(typed), ".", ""))
	if len(code) > 3 {
		code = code[:3] + "." + code[3:]
	}
	return code
}

// entries completes records with their attention, their words and what was added to them.
func (s *Service) entries(ctx context.Context, records []Record) ([]Entry, error) {
	var ids, visits []uuid.UUID
	for _, r := range records {
		ids, visits = append(ids, r.ID), append(visits, r.EncounterID)
	}
	encounters, err := s.store.EncountersByID(ctx, visits)
	if err != nil {
		return nil, err
	}
	amending, err := s.store.Amending(ctx, ids)
	if err != nil {
		return nil, err
	}
	sent, err := s.store.SentOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	keys, err := s.publicKeys(ctx, records, amending)
	if err != nil {
		return nil, err
	}
	list := make([]Entry, 0, len(records))
	read := s.reader(ctx)
	for _, r := range records {
		e, err := read(r)
		if err != nil {
			return nil, err
		}
		e.Encounter, e.Away = encounters[r.EncounterID], s.Away()
		e.Broken = s.broken(ctx, r, keys)
		for _, a := range amending {
			if *a.AmendsID != r.ID {
				continue
			}
			added, err := read(a)
			if err != nil {
				return nil, err
			}
			added.Broken = s.broken(ctx, a, keys)
			e.Amending = append(e.Amending, added)
		}
		for _, x := range sent {
			if x.RecordID == r.ID {
				e.Sent = append(e.Sent, x)
			}
		}
		list = append(list, e)
	}
	return list, nil
}

// publicKeys are the keys that documents name; none where nobody checks signatures, as on a device.
func (s *Service) publicKeys(ctx context.Context, lists ...[]Record) (map[uuid.UUID]PublicKey, error) {
	var ids []uuid.UUID
	for _, r := range slices.Concat(lists...) {
		for _, g := range r.Signatures {
			if !slices.Contains(ids, g.KeyID) {
				ids = append(ids, g.KeyID)
			}
		}
	}
	if s.Public == nil || len(ids) == 0 {
		return nil, nil
	}
	return s.Public.Public(ctx, ids)
}

// broken reports whether a signature under a document does not stand, by the check that anybody may ask for.
func (s *Service) broken(ctx context.Context, r Record, keys map[uuid.UUID]PublicKey) bool {
	return s.Public != nil && slices.ContainsFunc(r.Signatures, func(g Signature) bool {
		return !Check(r, g, keys[g.KeyID], access.Who(ctx).ClinicID).Valid
	})
}

// reader reads records one after the other, each edition of a template once.
func (s *Service) reader(ctx context.Context) func(Record) (Entry, error) {
	type edition struct {
		id      string
		version int
	}
	known := map[edition]form.Template{}
	return func(r Record) (Entry, error) {
		if r.Type != Note {
			return said(r)
		}
		t, there := known[edition{r.TemplateID, r.TemplateVersion}]
		if !there {
			var err error
			t, err = s.Template(ctx, r.TemplateID, r.TemplateVersion)
			if fault.IsNotFound(err) {
				t, err = form.Template{}, nil // what is written is shown all the same, under its keys
			}
			if err != nil {
				return Entry{Record: r}, err
			}
			known[edition{r.TemplateID, r.TemplateVersion}] = t
		}
		var values form.Values
		if err := json.Unmarshal(r.Content, &values); err != nil {
			return Entry{Record: r}, fmt.Errorf("read record %s: %w", r.ID, err)
		}
		return Entry{Record: r, Lines: form.Summary(t, values)}, nil
	}
}

// said is a record that no template belongs to: what it adds or annuls, in words.
func said(r Record) (Entry, error) {
	e := Entry{Record: r}
	if r.Type != Addendum && r.Type != Annulment {
		return e, nil
	}
	var words map[string]string
	if err := json.Unmarshal(r.Content, &words); err != nil {
		return e, fmt.Errorf("read record %s: %w", r.ID, err)
	}
	e.Words = words["texto"] + words["motivo"]
	return e, nil
}

// Entry is one document with what was added to it, for who may read the person's record.
func (s *Service) Entry(ctx context.Context, id uuid.UUID) (Look, Entry, error) {
	r, err := s.store.Record(ctx, id)
	if err != nil {
		return Look{}, Entry{}, err
	}
	look, err := s.Open(ctx, r.PatientID)
	if err != nil {
		return look, Entry{}, err
	}
	if err := s.Reads.Read(ctx, look.Patient(), s.named(ctx, r)); err != nil {
		return look, Entry{}, err
	}
	list, err := s.entries(ctx, []Record{r})
	if err != nil {
		return look, Entry{}, err
	}
	return look, list[0], nil
}

// named is which document was read, without what it says: "receta del 24/11/2026 9:14".
func (s *Service) named(ctx context.Context, r Record) string {
	return strings.ToLower(r.Type.Label()) + s.ofDay(ctx, r.WrittenAt)
}

// page is which part of the history was read: "historia, 10 documentos del 3/2/2026 al 24/11/2026".
func (s *Service) page(ctx context.Context, records []Record) string {
	if len(records) == 0 {
		return "historia"
	}
	day := func(r Record) string { return views.Day(r.WrittenAt.In(s.Zone(ctx))) }
	days := " del " + day(records[len(records)-1])
	if day(records[len(records)-1]) != day(records[0]) {
		days += " al " + day(records[0])
	}
	return "historia, " + views.Plural(len(records), "documento", "documentos") + days
}

func (s *Service) ofDay(ctx context.Context, at time.Time) string {
	return " del " + dayTime(at, s.Zone(ctx))
}

// Problems are the diagnoses that a person has had, the latest first.
func (s *Service) Problems(ctx context.Context, look Look) ([]PastDiagnosis, error) {
	list, err := s.store.DiagnosesOf(ctx, look.Family)
	sorting.By(list, func(a, b PastDiagnosis) int { return b.Last.Compare(a.Last) })
	return list, err
}

// Years are the years in which something was written of a person.
func (s *Service) Years(ctx context.Context, look Look) ([]YearCount, error) {
	return s.store.Years(ctx, look.Family)
}

// Readers lists who has read a person's record, latest first, for who may read it.
func (s *Service) Readers(ctx context.Context, patient uuid.UUID) (Look, []Reader, error) {
	look, err := s.Open(ctx, patient)
	if err != nil {
		return look, nil, err
	}
	list, err := s.Reads.Readers(ctx, look.Family, 100)
	return look, list, err
}
