package hce

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// ErrNotYours refuses a professional the record of somebody who is no patient of theirs: it opens in an emergency.
var ErrNotYours error = &fault.Fault{Kind: fault.Forbidden, Code: "not_yours", Message: "Esta historia es de otro profesional."}

// Look is a record that may be read: whose, and whether by the emergency door alone.
type Look struct {
	Family    []uuid.UUID // the answering entry first
	Emergency *EmergencyAccess
}

// Patient is the entry that answers for the person.
func (l Look) Patient() uuid.UUID { return l.Family[0] }

// Open opens the record of a person to whoever asks: to a doctor of own patients, or within an emergency access
// (DESIGN §4). Others are refused with fault.ErrForbidden, a doctor who does not attend the person with ErrNotYours.
func (s *Service) Open(ctx context.Context, patient uuid.UUID) (Look, error) {
	if !access.Who(ctx).Can(accounts.HCERead) {
		return Look{}, fault.ErrForbidden
	}
	family, err := s.Patients.Family(ctx, patient)
	if err != nil {
		return Look{}, err
	}
	if len(family) == 0 {
		return Look{}, fault.ErrNotFound
	}
	look := Look{Family: family}
	own, err := s.own(ctx, family)
	if own || err != nil {
		return look, err
	}
	emergency, err := s.store.EmergencyOf(ctx, access.Who(ctx).MembershipID, family, s.now())
	switch {
	case fault.IsNotFound(err):
		return Look{}, ErrNotYours
	case err != nil:
		return Look{}, err
	}
	look.Emergency = &emergency
	return look, nil
}

// own reports whether the person is a patient of whoever asks.
func (s *Service) own(ctx context.Context, family []uuid.UUID) (bool, error) {
	doctor := access.Who(ctx).MembershipID
	attended, err := s.store.Attended(ctx, doctor, family)
	if attended || err != nil {
		return attended, err
	}
	for _, id := range family {
		cares, err := s.Visits.Cares(ctx, doctor, id)
		if err != nil {
			return false, err
		}
		if cares {
			return true, s.tellOwnBooking(ctx, family)
		}
	}
	return false, nil
}

// ownBookingReason is what the administration reads of a record that opened by such an appointment alone.
const ownBookingReason = "Cita que se dio a sí mismo"

// tellOwnBooking tells the administration, once, that what others wrote of somebody opened to whoever asks by nothing but
// an appointment that they made themselves.
func (s *Service) tellOwnBooking(ctx context.Context, family []uuid.UUID) error {
	doctor := access.Who(ctx).MembershipID
	written, err := s.store.OthersWrote(ctx, doctor, family)
	if err != nil || !written {
		return err
	}
	visit, err := s.Visits.OwnBooking(ctx, doctor, family[0])
	if fault.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.now()
	a := EmergencyAccess{
		ID: newID(), PatientID: family[0], DoctorID: doctor, Reason: ownBookingReason, OpenedAt: now, ClosesAt: now.Add(EmergencyHours * hour),
		AppointmentID: &visit,
	}
	added, err := s.store.AddOwnBooking(ctx, a)
	if err != nil || !added {
		return err
	}
	return s.Events.EmergencyOpened(ctx, a)
}

// Knows are those of the entries whose records the professional may hold without an appointment: of people of whom they
// wrote a document, or who were assigned to them. What an emergency opened is not among them.
func (s *Service) Knows(ctx context.Context, doctor uuid.UUID, patients []uuid.UUID) ([]uuid.UUID, error) {
	known, err := s.store.AttendedOf(ctx, doctor, patients)
	if err != nil {
		return nil, err
	}
	for _, id := range patients {
		if slices.Contains(known, id) {
			continue
		}
		family, err := s.Patients.Family(ctx, id)
		if err != nil {
			return nil, err
		}
		if len(family) < 2 {
			continue
		}
		attended, err := s.store.Attended(ctx, doctor, family)
		if err != nil {
			return nil, err
		}
		if attended {
			known = append(known, id)
		}
	}
	return known, nil
}

// Cares reports whether the professional of the membership attends the patient by what the record knows: a document of
// theirs, an assignment, an emergency access that is open now. It is the record's share of patients.Care.
func (s *Service) Cares(ctx context.Context, doctor, patient uuid.UUID) (bool, error) {
	family := []uuid.UUID{patient}
	attended, err := s.store.Attended(ctx, doctor, family)
	if attended || err != nil {
		return attended, err
	}
	_, err = s.store.EmergencyOf(ctx, doctor, family, s.now())
	if fault.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

const (
	shortReason = 10  // letters of the reason for an emergency
	longReason  = 500 // letters
)

// BreakGlass opens a record in an emergency, for EmergencyHours: with a reason, written down, and told to the
// administration. The same id again changes nothing; own patients need none.
func (s *Service) BreakGlass(ctx context.Context, id, patient uuid.UUID, reason string) error {
	who := access.Who(ctx)
	if !who.Can(accounts.HCERead) {
		return fault.ErrForbidden
	}
	reason = strings.TrimSpace(reason)
	switch n := len([]rune(reason)); {
	case n < shortReason:
		return fault.InvalidField("reason", "Falta el motivo, con al menos 10 letras: queda escrito y lo lee la administración.")
	case n > longReason:
		return fault.InvalidField("reason", "El motivo es demasiado largo: 500 letras como máximo.")
	}
	look, err := s.Open(ctx, patient)
	if err == nil && (look.Emergency == nil || look.Emergency.ID == id) {
		return nil
	}
	if err != nil && fault.KindOf(err) != fault.Forbidden {
		return err
	}
	person, err := s.Patients.Active(ctx, patient)
	if err != nil {
		return err
	}
	now := s.now()
	a := EmergencyAccess{
		ID: id, PatientID: person.ID, DoctorID: who.MembershipID, Reason: reason,
		OpenedAt: now, ClosesAt: now.Add(EmergencyHours * hour),
	}
	if err := s.store.AddEmergency(ctx, a); err != nil {
		return fmt.Errorf("open a record in an emergency: %w", err)
	}
	return s.Events.EmergencyOpened(ctx, a)
}

// CountEmergencies is how many emergency accesses nobody of the administration has looked at, for who looks after them.
func (s *Service) CountEmergencies(ctx context.Context) (n int, late bool, err error) {
	if !access.Who(ctx).Can(accounts.HCEEmergencies) {
		return 0, false, nil
	}
	n, err = s.store.CountUnreviewed(ctx)
	return n, n > 0, err
}

// Emergencies lists who opened whose record in an emergency, latest first: for the administration, without content.
func (s *Service) Emergencies(ctx context.Context, limit int) ([]EmergencyAccess, error) {
	if !access.Who(ctx).Can(accounts.HCEEmergencies) {
		return nil, fault.ErrForbidden
	}
	return s.store.Emergencies(ctx, s.now().Add(hour), limit)
}

// ReviewEmergency notes that an administrator has looked at an emergency access.
func (s *Service) ReviewEmergency(ctx context.Context, id uuid.UUID, note string) error {
	who := access.Who(ctx)
	if !who.Can(accounts.HCEEmergencies) {
		return fault.ErrForbidden
	}
	if len([]rune(note)) > longReason {
		return fault.InvalidField("note", "La nota es demasiado larga: 500 letras como máximo.")
	}
	return s.store.ReviewEmergency(ctx, id, newID(), who.MembershipID, strings.TrimSpace(note), s.now())
}

// Assign gives a patient to a professional, who may then read the record.
func (s *Service) Assign(ctx context.Context, a Assignment) error {
	who := access.Who(ctx)
	if !who.Can(accounts.HCEEmergencies) {
		return fault.ErrForbidden
	}
	person, err := s.Patients.Active(ctx, a.PatientID)
	if err != nil {
		return err
	}
	doctor, err := s.member(ctx, a.DoctorID)
	if err != nil || !doctor.Active || !doctor.IsDoctor() {
		return fault.InvalidField("doctor_id", "No se encuentra a ese profesional.")
	}
	a.PatientID, a.By, a.At, a.Reason = person.ID, who.MembershipID, s.now(), strings.TrimSpace(a.Reason)
	return s.store.AddAssignment(ctx, a)
}
