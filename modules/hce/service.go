package hce

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

const hour = time.Hour

// Service is the clinical record in the words of the clinic.
type Service struct {
	Neighbours
	store Store
	now   clock.Now
}

// New joins the record with its neighbours.
func New(store Store, neighbours Neighbours, now clock.Now) *Service {
	return &Service{neighbours, store, now}
}

// Away reports whether a device answers: nothing is signed here.
func (s *Service) Away() bool { return s.Keys == nil }

// Zone is the clinic's time zone.
func (s *Service) Zone(ctx context.Context) *time.Location {
	zone, err := time.LoadLocation(access.Who(ctx).TimeZone)
	if err != nil || access.Who(ctx).TimeZone == "" {
		return time.FixedZone("America/Lima", -5*60*60)
	}
	return zone
}

// Now is the present moment in the clinic's zone.
func (s *Service) Now(ctx context.Context) time.Time { return s.now().In(s.Zone(ctx)) }

// member is somebody who works, or worked, here.
func (s *Service) member(ctx context.Context, id uuid.UUID) (accounts.Member, error) {
	all, err := s.Colleagues.Everybody(ctx)
	if err != nil {
		return accounts.Member{}, err
	}
	i := slices.IndexFunc(all, func(m accounts.Member) bool { return m.ID == id })
	if i < 0 {
		return accounts.Member{}, fault.ErrNotFound
	}
	return all[i], nil
}

// author is whoever asks, as records print them. Whoever has no college number writes nothing in a record (NTS 139).
func (s *Service) author(ctx context.Context) (Author, accounts.Member, error) {
	m, err := s.member(ctx, access.Who(ctx).MembershipID)
	if err != nil {
		return Author{}, m, err
	}
	if m.CollegeNumber == "" {
		return Author{}, m, fault.Conflicted("no_license", "Falta su número de colegiatura. Complételo en Mi cuenta antes de atender.")
	}
	return authorOf(m), m, nil
}

func authorOf(m accounts.Member) Author {
	a := Author{MembershipID: m.ID, Name: m.DisplayName(), Profession: m.SpecialtyLabel(), College: m.College, CollegeNumber: m.CollegeNumber}
	if c, ok := accounts.CollegeOf(m.College); ok {
		a.College = c.Short
	}
	return a
}

// Attend begins an attention: of an appointment of whoever asks, or of a patient of theirs (appointment uuid.Nil), who
// then has an appointment with them today, or came without one. The attention that is already there goes on. id is the
// new one's, made by the form.
//
// It is refused with ErrNotYours for somebody else's patient, and as a conflict for an appointment with a colleague.
func (s *Service) Attend(ctx context.Context, id, appointment, patient uuid.UUID) (Encounter, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCEWrite) {
		return Encounter{}, fault.ErrForbidden
	}
	_, m, err := s.author(ctx)
	if err != nil {
		return Encounter{}, err
	}
	e := Encounter{ID: id, PatientID: patient, DoctorID: who.MembershipID, SiteID: who.SiteID, Specialty: m.Specialty}
	if appointment == uuid.Nil {
		appointment, err = s.Visits.TodayWith(ctx, patient, who.MembershipID)
		if fault.IsNotFound(err) {
			return s.attendWalkIn(ctx, e)
		}
		if err != nil {
			return Encounter{}, err
		}
		if going, open, err := s.goingWalkIn(ctx, e); err != nil || open {
			return going, err
		}
	}
	visit, err := s.Visits.Visit(ctx, appointment)
	if err != nil {
		return Encounter{}, err
	}
	if visit.DoctorID != who.MembershipID {
		return Encounter{}, fault.Conflicted("other_doctor", "La cita es con otro profesional. Muévala a su agenda para atenderla.")
	}
	e.PatientID, e.SiteID, e.AppointmentID = visit.PatientID, visit.SiteID, &visit.ID
	kept, err := s.begun(ctx, e)
	if err != nil {
		return Encounter{}, err
	}
	if kept.Closed() {
		return kept, nil
	}
	if err := s.Visits.Begin(ctx, visit.ID); err != nil || !visit.Own {
		return kept, err
	}
	if _, err := s.Open(ctx, visit.PatientID); err != nil {
		return Encounter{}, err
	}
	return kept, nil
}

func (s *Service) attendWalkIn(ctx context.Context, e Encounter) (Encounter, error) {
	look, err := s.Open(ctx, e.PatientID)
	if err != nil {
		return Encounter{}, err
	}
	e.PatientID = look.Patient()
	if e.SiteID == uuid.Nil {
		sites, err := s.Colleagues.Sites(ctx)
		if err != nil {
			return Encounter{}, err
		}
		if len(sites) == 0 {
			return Encounter{}, fault.Conflicted("no_site", "La clínica no tiene sedes.")
		}
		e.SiteID = sites[0].ID
	}
	if going, open, err := s.goingWalkIn(ctx, e); err != nil || open {
		return going, err
	}
	return s.begun(ctx, e)
}

// goingWalkIn is the attention without an appointment that the professional of e has open with its patient.
func (s *Service) goingWalkIn(ctx context.Context, e Encounter) (Encounter, bool, error) {
	open, err := s.store.OpenEncounters(ctx, e.DoctorID)
	i := slices.IndexFunc(open, func(going Encounter) bool { return going.PatientID == e.PatientID && going.AppointmentID == nil })
	if err != nil || i < 0 {
		return Encounter{}, false, err
	}
	return open[i], true, nil
}

// begun keeps a new attention, or begins the one that triage opened.
func (s *Service) begun(ctx context.Context, e Encounter) (Encounter, error) {
	kept, err := s.opened(ctx, e)
	if err != nil || kept.Begun() {
		return kept, err
	}
	now := s.now()
	kept.StartedAt, kept.DoctorID, kept.Specialty = &now, e.DoctorID, e.Specialty
	return s.store.SaveEncounter(ctx, kept)
}

// opened is the attention of the appointment, kept now if it is the first time.
func (s *Service) opened(ctx context.Context, e Encounter) (Encounter, error) {
	find := func() (Encounter, error) {
		if e.AppointmentID != nil {
			return s.store.EncounterOf(ctx, *e.AppointmentID)
		}
		return s.store.Encounter(ctx, e.ID)
	}
	kept, err := find()
	if err == nil && e.AppointmentID == nil && (kept.PatientID != e.PatientID || kept.DoctorID != e.DoctorID) {
		return Encounter{}, ErrSameID
	}
	if !fault.IsNotFound(err) {
		return kept, err
	}
	e.CreatedAt, e.UpdatedAt, e.Version = s.now(), s.now(), 1
	if err := s.store.AddEncounter(ctx, e); err != nil {
		if errors.Is(err, ErrSameID) { // two windows at once: the first one's stands
			return find()
		}
		return Encounter{}, err
	}
	return e, nil
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
