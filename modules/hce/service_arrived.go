package hce

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// arrived is the attention that something written elsewhere belongs to: the one that is known, or a new one.
func (s *Service) arrived(ctx context.Context, in encounterData, patient uuid.UUID) (Encounter, error) {
	who := access.Who(ctx)
	e, err := s.store.Encounter(ctx, in.ID)
	if fault.IsNotFound(err) && in.AppointmentID != nil {
		e, err = s.store.EncounterOf(ctx, *in.AppointmentID)
	}
	switch {
	case err == nil && e.DoctorID != who.MembershipID:
		return e, fault.Conflicted("other_doctor", "Otro profesional atendió esa cita. Lo escrito sigue en este equipo.")
	case err == nil && e.PatientID != patient:
		return e, fault.InvalidField("encounter", "La atención es de otro paciente.")
	case err == nil:
		if !e.Begun() {
			e.StartedAt = &in.StartedAt
			return s.store.SaveEncounter(ctx, e)
		}
		return e, nil
	case !fault.IsNotFound(err):
		return e, err
	}
	return s.brought(ctx, in, patient)
}

// brought keeps an attention that began elsewhere.
func (s *Service) brought(ctx context.Context, in encounterData, patient uuid.UUID) (Encounter, error) {
	who := access.Who(ctx)
	_, m, err := s.author(ctx)
	if err != nil {
		return Encounter{}, err
	}
	e := in.encounter(patient)
	e.DoctorID, e.Specialty, e.EndedAt, e.Version = who.MembershipID, m.Specialty, nil, 1
	if e.SiteID == uuid.Nil {
		e.SiteID = who.SiteID
	}
	if e.AppointmentID == nil {
		_, err := s.Open(ctx, patient)
		if err != nil {
			return e, err
		}
		return e, s.store.AddEncounter(ctx, e)
	}
	visit, err := s.Visits.Visit(ctx, *e.AppointmentID)
	switch {
	case fault.IsNotFound(err):
		return e, &offline.Missing{Entity: "appointment", ID: *e.AppointmentID}
	case err != nil:
		return e, err
	case visit.DoctorID != who.MembershipID:
		return e, fault.Conflicted("other_doctor", "La cita es ahora con otro profesional. Lo escrito sigue en este equipo.")
	}
	if err := s.visiting(ctx, visit, patient); err != nil {
		return e, err
	}
	e.SiteID = visit.SiteID
	return e, s.store.AddEncounter(ctx, e)
}

// visiting refuses to bring something about a patient under an appointment of another one, or under one that the doctor
// made for themselves and the patient has not come to: neither opens a record.
func (s *Service) visiting(ctx context.Context, visit Visit, patient uuid.UUID) error {
	family, err := s.Patients.Family(ctx, visit.PatientID)
	if err != nil {
		return err
	}
	if !slices.Contains(family, patient) {
		return fault.InvalidField("patient_id", "La cita es de otro paciente.")
	}
	if !visit.Own {
		return nil
	}
	_, err = s.Open(ctx, patient)
	return err
}

// Begun is an attention as the page on which it is written says it: what is enough to go on with it where nobody knows it,
// on a device when the line went, and on the server for one that began on a device.
type Begun struct {
	ID            uuid.UUID
	PatientID     uuid.UUID
	AppointmentID *uuid.UUID
	StartedAt     time.Time
}

// Adopt goes on here with an attention of whoever asks that began elsewhere.
func (s *Service) Adopt(ctx context.Context, b Begun) error {
	now := s.now()
	if b.StartedAt.IsZero() || b.StartedAt.After(now) {
		b.StartedAt = now
	}
	person, err := s.Patients.Active(ctx, b.PatientID)
	if err != nil {
		return err
	}
	e, err := s.arrived(ctx, encounterData{ID: b.ID, AppointmentID: b.AppointmentID, StartedAt: b.StartedAt}, person.ID)
	var missing *offline.Missing
	if errors.As(err, &missing) {
		return fault.ErrNotFound
	}
	if err == nil && e.ID != b.ID {
		return errOtherAttention
	}
	return err
}

// errOtherAttention tells that an appointment is being attended under another id: what was written stays where it is.
var errOtherAttention = fault.Conflicted("other_attention", "Esta cita ya se atiende en otra ventana. Lo escrito aquí sigue en pantalla: vuelva a abrir la atención desde Hoy para ver lo guardado.")
