package hce

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce/form"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// What triage answers when it is not theirs, or somebody was first.
var (
	ErrNotArrived error = &fault.Fault{Kind: fault.Forbidden, Code: "not_arrived", Message: "El triaje se abre cuando el paciente llegó hoy a esta sede."}
	ErrTakenSince       = fault.Conflicted("stale", "Alguien anotó mientras tanto. Compare con lo anotado y guarde otra vez.")
	errTriageOver       = fault.Conflicted("closed", "La atención ya terminó: lo anotado en triaje se puede leer y no se cambia.")
)

// Triage reads what was taken of the patient of an appointment, and writes down that it was read.
//
// It is for an assistant of the site where the patient arrived today, and for the professional of the appointment.
// Everybody else is refused with fault.ErrForbidden, an assistant too early, too late or elsewhere with ErrNotArrived.
func (s *Service) Triage(ctx context.Context, appointment uuid.UUID) (TriageSheet, error) {
	t, err := s.triage(ctx, appointment)
	if err != nil {
		return t, err
	}
	return t, s.Reads.Read(ctx, t.Patient.ID, "triaje")
}

func (s *Service) triage(ctx context.Context, appointment uuid.UUID) (t TriageSheet, err error) {
	if !access.Who(ctx).Can(accounts.HCETriage) {
		return t, fault.ErrForbidden
	}
	if t.Visit, err = s.Visits.Visit(ctx, appointment); err != nil {
		return t, err
	}
	if err = s.mayTriage(ctx, t.Visit); err != nil {
		return t, err
	}
	if t.Frame, err = s.Patients.Frame(ctx, t.Visit.PatientID, triageTab); err != nil {
		return t, err
	}
	t.Patient = t.Frame.Patient
	if t.Context, err = s.contextOf(ctx, t.Patient, s.now(), t.Visit.SiteID); err != nil {
		return t, err
	}
	if t.Template, err = s.triageTemplate(ctx); err != nil {
		return t, err
	}
	t.Encounter, err = s.store.EncounterOf(ctx, t.Visit.ID)
	if fault.IsNotFound(err) {
		t.Encounter, err = Encounter{}, nil
	}
	if err != nil || t.Encounter.ID == uuid.Nil {
		return t, err
	}
	if t.Taken, err = s.takenIn(ctx, t.Encounter.ID); err != nil {
		return t, err
	}
	t.Values = form.Trusted(t.Template, form.Compute(t.Template, filled(t.Template, triaged(t.Taken)), t.Context), t.Context)
	return t, nil
}

// takenIn is all that was taken in triage in an attention.
func (s *Service) takenIn(ctx context.Context, encounter uuid.UUID) ([]Observed, error) {
	list, err := s.store.ObservedIn(ctx, []uuid.UUID{encounter})
	return slices.DeleteFunc(list, func(o Observed) bool { return o.Category != Triage }), err
}

// mayTriage lets in an assistant of the site where the patient of the visit arrived today, and the visit's professional.
func (s *Service) mayTriage(ctx context.Context, v Visit) error {
	return s.mayTriageAt(ctx, v, s.now())
}

// mayTriageAt is mayTriage at a moment: what was taken without connection arrives later.
func (s *Service) mayTriageAt(ctx context.Context, v Visit, at time.Time) error {
	who := access.Who(ctx)
	switch {
	case !who.Can(accounts.HCETriage):
		return fault.ErrForbidden
	case who.Can(accounts.HCEWrite) && v.DoctorID == who.MembershipID:
		return nil
	case !who.Has(string(accounts.Assistant)):
		return fault.ErrForbidden
	case !v.Arrived || !s.sameDay(ctx, v.Start, at) || who.SiteID != uuid.Nil && v.SiteID != who.SiteID:
		return ErrNotArrived
	}
	return nil
}

// sameDay reports whether two moments are of one day in the clinic's zone.
func (s *Service) sameDay(ctx context.Context, a, b time.Time) bool {
	zone := s.Zone(ctx)
	return a.In(zone).Format(time.DateOnly) == b.In(zone).Format(time.DateOnly)
}

// triageTemplate is the clinic's edition of what triage asks, or the shipped one.
func (s *Service) triageTemplate(ctx context.Context) (form.Template, error) {
	all, err := s.AllTemplates(ctx)
	if err != nil {
		return form.Template{}, err
	}
	i := slices.IndexFunc(all, func(o Offered) bool { return o.ID == TriageTemplate })
	if i < 0 {
		return form.Template{}, fault.ErrNotFound
	}
	return all[i].Template, nil
}

// SaveTriage keeps the values of a sheet, as a form sent them, with who asks and now. What was taken before stays: another
// value stands beside the first one as its correction. id is that of a new attention, made by the form, and seen is
// TriageSheet.Last of what the form was drawn over.
//
// It returns the sheet for drawing it again, and is refused as invalid while something is missing or impossible, or
// improbable and not confirmed; with ErrTakenSince when somebody kept a value after seen.
func (s *Service) SaveTriage(ctx context.Context, t TriageSheet, id uuid.UUID, seen string) (TriageSheet, error) {
	if err := s.mayTriage(ctx, t.Visit); err != nil {
		return t, err
	}
	t.Values = form.Compute(t.Template, t.Values, t.Context)
	if t.Over() {
		return t, errTriageOver
	}
	problems, doubts := form.Check(t.Template, t.Values, t.Context)
	for _, d := range doubts {
		problems.Add(d.Name, d.Question)
	}
	if err := problems.Err(); err != nil {
		return t, err
	}
	e, err := s.triageEncounter(ctx, id, t.Visit, s.now())
	if err != nil {
		return t, err
	}
	if t.Taken, err = s.takenIn(ctx, e.ID); err != nil {
		return t, err
	}
	if t.Last() != seen {
		return t, ErrTakenSince
	}
	return t, s.take(ctx, e, t)
}

// triageEncounter is the visit's attention, opened if nobody has, and kept from others until the transaction ends. What is
// taken at a moment after its end is refused.
func (s *Service) triageEncounter(ctx context.Context, id uuid.UUID, v Visit, at time.Time) (Encounter, error) {
	doctor, err := s.member(ctx, v.DoctorID)
	if err != nil {
		return Encounter{}, err
	}
	e, err := s.opened(ctx, Encounter{
		ID: id, PatientID: v.PatientID, DoctorID: v.DoctorID, SiteID: v.SiteID, AppointmentID: &v.ID, Specialty: doctor.Specialty,
	})
	if err != nil {
		return e, fmt.Errorf("open an attention for triage: %w", err)
	}
	if e, err = s.store.LockEncounter(ctx, e.ID); err != nil {
		return e, err
	}
	if e.Closed() && !at.Before(*e.EndedAt) {
		return e, errTriageOver
	}
	if e.TriagedAt != nil {
		return e, nil
	}
	by := access.Who(ctx).MembershipID
	e.TriagedAt, e.TriagedBy, e.UpdatedAt = &at, &by, s.now()
	return s.store.SaveEncounter(ctx, e)
}

// take keeps the values that are new or another than before.
func (s *Service) take(ctx context.Context, e Encounter, t TriageSheet) error {
	answered, err := takings(t.Template, t.Values)
	if err != nil {
		return err
	}
	subject, now, by := t.subject(), s.now(), access.Who(ctx).MembershipID
	var list []Observed
	for _, c := range changes(t.Taken, answered) {
		list = append(list, observed(c.Code, c.Unit, c.Value, subject, Observed{
			ID: newID(), PatientID: e.PatientID, EncounterID: &e.ID, Category: Triage, TakenAt: now, TakenBy: by, CorrectsID: c.corrects,
		}))
	}
	return s.store.AddObserved(ctx, list)
}

// Arrived reports whether an assistant who asks may take the triage of a patient: of one who arrived today at their site.
func (s *Service) Arrived(ctx context.Context, patient uuid.UUID) (bool, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCETriage) || !who.Has(string(accounts.Assistant)) {
		return false, nil
	}
	return s.Visits.ArrivedToday(ctx, patient, who.SiteID)
}

// ArrivedVisit is the appointment for which a patient arrived today at the site of whoever asks: the one that is not over,
// else the last.
func (s *Service) ArrivedVisit(ctx context.Context, patient uuid.UUID) (uuid.UUID, error) {
	arrived, err := s.Arrived(ctx, patient)
	if err != nil {
		return uuid.Nil, err
	}
	if !arrived {
		return uuid.Nil, fault.ErrNotFound
	}
	return s.Visits.ArrivedVisit(ctx, patient, access.Who(ctx).SiteID)
}
