package hce

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/hce/form"
	"hampi/modules/hce/observation"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Written is an attention as it is read: its documents with what was added to them.
type Written struct {
	Encounter Encounter
	Frame     patients.Frame
	Look      Look
	Entries   []Entry
}

// Encounter is an attention of a patient whose record whoever asks may read.
func (s *Service) Encounter(ctx context.Context, id uuid.UUID) (Encounter, Look, error) {
	if !access.Who(ctx).Can(accounts.HCERead) {
		return Encounter{}, Look{}, fault.ErrForbidden
	}
	e, err := s.store.Encounter(ctx, id)
	if err != nil {
		return e, Look{}, err
	}
	look, err := s.Open(ctx, e.PatientID)
	return e, look, err
}

// Written opens an attention for reading, and writes the reading down.
func (s *Service) Written(ctx context.Context, e Encounter, look Look) (Written, error) {
	w := Written{Encounter: e, Look: look}
	var err error
	if w.Frame, err = s.Patients.Frame(ctx, look.Patient(), ""); err != nil {
		return w, err
	}
	records, err := s.store.RecordsIn(ctx, []uuid.UUID{e.ID})
	if err != nil {
		return w, err
	}
	records = slices.DeleteFunc(records, func(r Record) bool { return r.AmendsID != nil })
	if w.Entries, err = s.entries(ctx, records); err != nil {
		return w, err
	}
	return w, s.Reads.Read(ctx, look.Patient(), "atención"+s.ofDay(ctx, e.At()))
}

// beforeShown is how many notes stand beside the one that is written.
const beforeShown = 6

// Before are the latest notes of a person, for whoever attends them.
func (s *Service) Before(ctx context.Context, look Look) ([]Entry, error) {
	records, err := s.store.RecordsOf(ctx, RecordRange{Patients: look.Family, Types: []RecordType{Note}, Limit: beforeShown})
	if err != nil {
		return nil, err
	}
	return s.entries(ctx, records)
}

// pressuresShown is how many figures of the blood pressure the curve is drawn of, both of each taking.
const pressuresShown = 12

// PressureTrend is how the blood pressure of a person went, its latest takings.
func (s *Service) PressureTrend(ctx context.Context, look Look, p patients.Patient) (observation.Trend, error) {
	now := s.Now(ctx)
	subject := subjectOf(p, form.Context{Today: now}) // a pressure goes by no altitude
	t := observation.Trend{Title: "Presión arterial", Unit: "mmHg", Today: now}
	for _, line := range []struct{ code, name string }{{observation.Systolic, "Sistólica"}, {observation.Diastolic, "Diastólica"}} {
		list, err := s.store.ObservedOf(ctx, ObservedRange{Patients: look.Family, Codes: []string{line.code}, Limit: pressuresShown / 2})
		if err != nil {
			return t, err
		}
		r := observation.RangeOf(line.code, subject)
		series := observation.Series{Name: line.name, Band: observation.BandOf(r)}
		for _, o := range standing(list) {
			if o.Value.Valid {
				series.Points = append(series.Points, observation.Point{At: o.TakenAt, Value: o.Value.Decimal})
			}
		}
		t.Source = r.Source
		t.Series = append(t.Series, series)
	}
	return t, nil
}

// Diagnose is a code of the table as it would be noted of the patient: repeated when it was definitive before, else
// presumptive.
func (s *Service) Diagnose(ctx context.Context, a Attention, code string) (Diagnosis, error) {
	d := Diagnosis{Code: code, Kind: Presumptive}
	if s.Codes != nil {
		table, err := s.Codes.CIE10(ctx)
		if err != nil {
			return d, err
		}
		found, err := table.Check("diagnosticos", catalog.Noted{Code: code, Sex: catalog.Sex(a.Patient.Sex)})
		if err != nil {
			return d, err
		}
		d.Code, d.Title = found.Code, found.Title
	}
	past, err := s.store.DiagnosesOf(ctx, a.Look.Family)
	if slices.ContainsFunc(past, func(p PastDiagnosis) bool { return p.Code == d.Code && p.Kind != Presumptive }) {
		d.Kind = Repeated
	}
	return d, err
}

// codeTable is the table of diagnoses in force; nil where there is none, as on a device that could not fetch it: what was
// written is kept without it.
func (s *Service) codeTable(ctx context.Context) (*catalog.CIE10, error) {
	if s.Codes == nil {
		return nil, nil
	}
	table, err := s.Codes.CIE10(ctx)
	if err != nil && s.Away() {
		return nil, nil
	}
	return table, err
}

// Titled gives diagnoses the titles of the table in force; what it does not know keeps its own.
func (s *Service) Titled(ctx context.Context, list []Diagnosis) ([]Diagnosis, error) {
	if len(list) == 0 {
		return list, nil
	}
	table, err := s.codeTable(ctx)
	if err != nil || table == nil {
		return list, err
	}
	for i, d := range list {
		if code, known := table.Find(d.Code); known {
			list[i].Code, list[i].Title = code.Code, code.Title
		}
	}
	return list, nil
}

// suggested is how many diagnoses a text proposes at most.
const suggested = 4

// SuggestDiagnoses proposes what a text names and the draft does not have yet.
func (s *Service) SuggestDiagnoses(ctx context.Context, a Attention, text string) ([]catalog.Code, error) {
	table, err := s.codeTable(ctx)
	if err != nil || table == nil {
		return nil, err
	}
	prefer := catalog.Preference{Specialty: a.Encounter.Specialty, Sex: catalog.Sex(a.Patient.Sex)}
	found := table.Suggest(text, prefer, suggested+len(a.Draft.Body.Diagnoses))
	noted := Codes(a.Draft.Body.Diagnoses)
	found = slices.DeleteFunc(found, func(c catalog.Code) bool { return slices.Contains(noted, c.Code) || !c.Selectable() })
	return found[:min(suggested, len(found))], nil
}

// ChangeTemplate begins the note anew with another template, as long as nothing but triage's figures stands in it.
func (s *Service) ChangeTemplate(ctx context.Context, in Saving) (Draft, error) {
	a, err := s.attention(ctx, in.EncounterID, in.Holder)
	if err != nil {
		return Draft{}, err
	}
	if !a.Untouched() {
		return Draft{}, fault.Conflicted("written", "La nota ya tiene contenido: la plantilla se cambia solo mientras está vacía.")
	}
	t, err := s.Template(ctx, in.TemplateID, in.Version)
	if err != nil {
		return Draft{}, err
	}
	in.DraftID, in.Seen = a.Draft.ID, a.Draft.Version
	in.Body = DraftBody{Values: filled(t, a.Triaged)}
	return s.SaveDraft(ctx, in)
}

// Untouched reports whether nothing stands in the note but what triage took.
func (a Attention) Untouched() bool {
	if len(a.Draft.Body.Diagnoses)+len(a.Draft.Body.Items) > 0 {
		return false
	}
	taken := filled(a.Template, a.Triaged)
	rest := form.Values{}
	for key, v := range a.Draft.Body.Values {
		if f, ok := a.Template.Field(key); ok && f.Type != form.Computed && !equalValue(v, taken[key]) {
			rest[key] = v
		}
	}
	return form.Empty(a.Template, rest)
}

func equalValue(a, b form.Value) bool {
	return a.Shape == b.Shape && a.Text == b.Text && a.Systolic == b.Systolic && a.Diastolic == b.Diastolic && a.Yes == b.Yes && slices.Equal(a.List, b.List)
}

// Waiting are the records of whoever asks that nobody signed yet, oldest first, with their patients' names.
func (s *Service) Waiting(ctx context.Context) ([]Entry, map[uuid.UUID]string, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCEWrite) {
		return nil, nil, fault.ErrForbidden
	}
	records, err := s.store.Unsigned(ctx, who.MembershipID)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]uuid.UUID, 0, len(records))
	for _, r := range records {
		ids = append(ids, r.PatientID)
	}
	names, err := s.Patients.NamesByID(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	list, err := s.entries(ctx, records)
	return list, names, err
}

// writes reports whether whoever asks attends here.
func (s *Service) writes(ctx context.Context, e Encounter) bool {
	who := access.Who(ctx)
	return who.Can(accounts.HCEWrite) && e.DoctorID == who.MembershipID
}

// lateAfter is how long a document may wait for its signature before its figure turns amber.
const lateAfter = 24 * hour

// CountWaiting is how many documents wait for the signature of whoever asks, and whether one waits too long.
func (s *Service) CountWaiting(ctx context.Context) (n int, late bool, err error) {
	n, since, err := s.store.CountUnsigned(ctx, access.Who(ctx).MembershipID)
	return n, n > 0 && s.now().Sub(since) > lateAfter, err
}
