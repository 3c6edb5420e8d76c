package agenda

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/patients"
	"hampi/views"
)

// ForPatients answers what the register of patients asks of the agenda (patients.Appointments, Care and WalkIns).
type ForPatients struct{ *Service }

var (
	_ patients.Appointments = ForPatients{}
	_ patients.Care         = ForPatients{}
	_ patients.WalkIns      = ForPatients{}
)

// NextByPatient tells when the next appointment of each patient begins that has one.
func (f ForPatients) NextByPatient(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]time.Time, error) {
	return f.store.NextOf(ctx, ids, f.now())
}

// pastVisits is how many past appointments a summary shows.
const pastVisits = 10

// VisitsOf lists the coming appointments of a family, soonest first, and the latest past ones, latest first.
func (f ForPatients) VisitsOf(ctx context.Context, family []uuid.UUID) (coming, past []patients.Visit, err error) {
	start, _ := bounds(f.Today(ctx), f.Today(ctx), f.Zone(ctx))
	ahead, err := f.store.OfPatient(ctx, PatientRange{Patients: family, Before: start, OnlyComing: true, Limit: PatientsCount})
	if err != nil {
		return nil, nil, err
	}
	behind, err := f.store.OfPatient(ctx, PatientRange{Patients: family, Before: f.now(), Limit: pastVisits + len(ahead)})
	if err != nil {
		return nil, nil, err
	}
	cards, err := f.placed(ctx, append(ahead, behind...))
	for i, c := range cards {
		switch {
		case i < len(ahead):
			coming = append(coming, c.visit())
		case len(past) < pastVisits && !(c.Status.Pending() && !c.StartTime.Before(start)):
			past = append(past, c.visit())
		}
	}
	return coming, past, err
}

// placed names service, professional and site, whoever the patient is.
func (f ForPatients) placed(ctx context.Context, list []Appointment) ([]Card, error) {
	if len(list) == 0 {
		return nil, nil
	}
	w := newWords()
	_, services := idsOf(list)
	var err error
	if w.services, err = f.catalog.ServicesByID(ctx, services); err != nil {
		return nil, err
	}
	err = f.readPlaces(ctx, &w, nil)
	return w.cards(list, f.now()), err
}

func (c Card) visit() patients.Visit {
	v := patients.Visit{ID: c.ID, Start: c.StartTime, Service: c.Service, Doctor: c.Doctor, Site: c.Site, State: views.State(c.Status)}
	switch {
	case c.NeedsReschedule && c.Status.Pending():
		v.State = views.Clash
	case c.InWaitingRoom():
		v.State = views.Arrived
	}
	return v
}

// PatientsOf are the people with an appointment in [from, to) that was not cancelled: with one professional (a
// membership), or with anybody (uuid.Nil).
func (f ForPatients) PatientsOf(ctx context.Context, doctor uuid.UUID, from, to time.Time) ([]uuid.UUID, error) {
	return f.store.PatientsOf(ctx, doctor, from, to)
}

// Offer says what a walk-in would get now: the service last offered and the professional with the nearest free hour.
func (f ForPatients) Offer(ctx context.Context) (offer patients.WalkInOffer, ok bool, err error) {
	doctors, err := f.Professionals(ctx)
	if err != nil || len(doctors) == 0 {
		return offer, false, err
	}
	services, err := f.catalog.Services(ctx, catalog.Filter{})
	if err != nil || len(services) == 0 {
		return offer, false, err
	}
	last, err := f.LastOffered(ctx)
	if err != nil {
		return offer, false, err
	}
	service := services[0].ID
	for _, s := range services {
		offer.Services = append(offer.Services, views.Option{Value: s.ID.String(), Label: s.Name})
		if s.ID == last.ServiceID {
			service = s.ID
		}
	}
	nearest, err := f.nearest(ctx, service)
	if err != nil || nearest == uuid.Nil {
		return offer, false, err
	}
	offer.Service, offer.Doctor = service.String(), nearest.String()
	offer.Doctors = options(doctors)
	return offer, true, nil
}

func options(doctors []accounts.Member) []views.Option {
	var list []views.Option
	for _, m := range doctors {
		list = append(list, views.Option{Value: m.ID.String(), Label: m.DisplayName()})
	}
	return list
}

// nearest is the professional whose free hour for the service comes first today, else one who works today at all.
func (f ForPatients) nearest(ctx context.Context, service uuid.UUID) (uuid.UUID, error) {
	today := f.Today(ctx)
	near, err := f.NextFree(ctx, Search{ServiceID: service, From: today, To: today}, 1)
	if err != nil {
		return uuid.Nil, err
	}
	if len(near) > 0 {
		return near[0].DoctorID, nil
	}
	return f.anyDoctor(ctx, service)
}

// WalkIn books the patient for now and marks the arrival.
func (f ForPatients) WalkIn(ctx context.Context, id, patient, service, doctor uuid.UUID) error {
	_, _, err := f.Service.WalkIn(ctx, WalkIn{ID: id, PatientID: patient, ServiceID: service, DoctorID: doctor})
	return err
}
