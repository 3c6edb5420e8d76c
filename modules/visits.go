package modules

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/hce"
	"hampi/modules/patients"
	"hampi/modules/platform/fault"
)

// visits answers what the clinical record asks of the agenda.
type visits struct{ agenda.ForPatients }

var _ hce.Visits = visits{}

// Visit is one appointment.
func (v visits) Visit(ctx context.Context, id uuid.UUID) (hce.Visit, error) {
	card, err := v.Card(ctx, id)
	if err != nil {
		return hce.Visit{}, err
	}
	return hce.Visit{
		ID: card.ID, PatientID: card.PatientID, DoctorID: card.DoctorID, SiteID: card.SiteID, Start: card.StartTime,
		Arrived: card.ArrivedAt != nil, Own: card.OwnBooking(), Over: !card.Status.Pending() && card.Status != agenda.InProgress, Service: card.Service,
	}, nil
}

// OwnBooking is the appointment that a doctor made, by which alone the patient is theirs.
func (v visits) OwnBooking(ctx context.Context, doctor, patient uuid.UUID) (uuid.UUID, error) {
	tie, err := v.Tie(ctx, doctor, patient)
	if err == nil && (tie.Given || tie.Own == uuid.Nil) {
		err = fault.ErrNotFound
	}
	return tie.Own, err
}

// Begin brings the appointment into attention.
func (v visits) Begin(ctx context.Context, id uuid.UUID) error {
	_, err := v.Start(ctx, id)
	return err
}

// Complete ends the attention.
func (v visits) Complete(ctx context.Context, id uuid.UUID) error {
	_, err := v.Service.Complete(ctx, id)
	return err
}

// ComingOf are the person's appointments of today and later that nobody has begun, soonest first.
func (v visits) ComingOf(ctx context.Context, family []uuid.UUID) ([]patients.Visit, error) {
	coming, _, err := v.VisitsOf(ctx, family)
	return coming, err
}

// alarms tells the register of critical values that nobody has reviewed.
type alarms struct{ record func() *hce.Service }

var _ patients.Alarms = alarms{}

// Alarms are those of a person in words, for who reads records.
func (a alarms) Alarms(ctx context.Context, family []uuid.UUID) ([]string, error) {
	return a.record().Alarms(ctx, family)
}

// care says whose patients somebody's are: by the agenda, or by the record (an attention, an assignment, an emergency).
type care struct {
	agenda *agenda.ForPatients
	record func() *hce.Service
}

var _ patients.Care = care{}

// Cares reports whether the patient is the doctor's own.
func (c care) Cares(ctx context.Context, doctor, patient uuid.UUID) (bool, error) {
	cares, err := c.agenda.Cares(ctx, doctor, patient)
	if cares || err != nil {
		return cares, err
	}
	return c.record().Cares(ctx, doctor, patient)
}

// ArrivedToday reports whether the patient has arrived today at the site.
func (c care) ArrivedToday(ctx context.Context, patient, site uuid.UUID) (bool, error) {
	return c.agenda.ArrivedToday(ctx, patient, site)
}

// attentions leads from an appointment to the note that is written of it.
type attentions struct{ record *hce.Service }

var _ agenda.Attentions = attentions{}

// Attend begins the attention of an appointment, or goes on with it.
func (a attentions) Attend(ctx context.Context, appointment uuid.UUID) (string, error) {
	e, err := a.record.Attend(ctx, uuid.Must(uuid.NewV7()), appointment, uuid.Nil)
	return "/atenciones/" + e.ID.String(), err
}
