package agenda

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Patients is what the agenda asks of whoever keeps the people.
type Patients interface {
	// NamesByID returns the name to show ("Huamán Ponce, Edith") for each known id; unknown ids are left out.
	NamesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
	// Family is every entry of the person behind id, itself included.
	Family(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error)
}

// Colleagues is what the agenda asks of whoever keeps the people who work here.
type Colleagues interface {
	// Everybody is all of the clinic, also those who left: their names stand in what they did.
	Everybody(ctx context.Context) ([]accounts.Member, error)
	// Sites are all of the clinic, also closed ones.
	Sites(ctx context.Context) ([]accounts.Site, error)
	// Clinic is the clinic itself: its name stands on paper.
	Clinic(ctx context.Context) (accounts.Clinic, error)
}

// Catalog is what the agenda asks of whoever keeps what is offered, and where.
type Catalog interface {
	Services(ctx context.Context, f catalog.Filter) ([]catalog.Service, error)
	ServicesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]catalog.Service, error)
	DoctorsOf(ctx context.Context, service uuid.UUID) ([]uuid.UUID, error)
	AllResources(ctx context.Context) ([]catalog.Resource, error)
}

// Service is the agenda in the words of the clinic.
type Service struct {
	store      Store
	patients   Patients
	colleagues Colleagues
	catalog    Catalog
	now        clock.Now
	zones      *zones
}

// New joins the agenda with its neighbours.
func New(store Store, patients Patients, colleagues Colleagues, catalog Catalog, now clock.Now) *Service {
	return &Service{store, patients, colleagues, catalog, now, newZones()}
}

// Booking is what the desk fills in. ID is made by the form, so that a retry after a lost answer finds its row instead
// of booking twice. What is zero is inferred: end from the service, site and room from the working hours.
type Booking struct {
	ID         uuid.UUID
	PatientID  uuid.UUID
	DoctorID   uuid.UUID
	ServiceID  uuid.UUID
	SiteID     uuid.UUID
	ResourceID *uuid.UUID
	StartTime  time.Time
	EndTime    time.Time
	Notes      string
	Overbooked bool // sobreturno: beside whatever is there
	Arrived    bool // the patient stands at the desk

	met bool // the patient was looked up for it just now
}

// Book promises a place in the professional's day to a patient; created is false when this very booking was kept before.
//
// It is refused as invalid when something is missing or unknown, and with a TakenError when the hour is taken or not
// worked: two desks may book at once, so the store decides, not a look before. Other content under a known id is a
// conflict.
func (s *Service) Book(ctx context.Context, b Booking) (a Appointment, created bool, err error) {
	who := access.Who(ctx)
	if !who.Can(accounts.AgendaBook) || b.Overbooked && !who.Can(accounts.AgendaOverbook) {
		return a, false, fault.ErrForbidden
	}
	return s.book(ctx, b.tidy())
}

func (s *Service) book(ctx context.Context, b Booking) (a Appointment, created bool, err error) {
	if kept, err := s.repeated(ctx, b); err != nil || kept != nil {
		return deref(kept), false, err
	}
	d, err := s.desk(ctx, b)
	if err != nil {
		return a, false, err
	}
	a = d.appointment(b, access.Who(ctx), s.now())
	a, err = s.place(ctx, d, a)
	if isSameID(err) {
		kept, err := s.repeated(ctx, b) // the same form, sent twice at once
		return deref(kept), false, err
	}
	return a, err == nil, err
}

func deref(a *Appointment) Appointment {
	if a == nil {
		return Appointment{}
	}
	return *a
}

// repeated finds the row of a booking that was sent before; nil when it is new.
func (s *Service) repeated(ctx context.Context, b Booking) (*Appointment, error) {
	kept, err := s.store.Appointment(ctx, b.ID)
	if fault.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if kept.BookedAs != b.fingerprint() {
		return nil, ErrSameID
	}
	return &kept, nil
}

// place keeps a new appointment.
func (s *Service) place(ctx context.Context, d desk, a Appointment) (Appointment, error) {
	event := Event{ID: newID(), AppointmentID: a.ID, At: a.CreatedAt, ByID: a.BookedBy, What: Booked, ToStatus: a.Status}
	return s.settle(ctx, d, a, func(a Appointment) (Appointment, error) { return a, s.store.Add(ctx, a, event) })
}

// settle writes, in another room or chair when somebody takes the first choice meanwhile; an hour that went to
// somebody else is refused with a TakenError.
func (s *Service) settle(ctx context.Context, d desk, a Appointment, write func(Appointment) (Appointment, error)) (Appointment, error) {
	for choices := d.resources; ; choices = choices[1:] {
		saved, err := write(a)
		if isResourceTaken(err) && len(choices) > 0 {
			a.ResourceID = &choices[0]
			continue
		}
		if isDoctorTaken(err) || isResourceTaken(err) {
			return a, s.taken(ctx, a, d.service, err)
		}
		return saved, err
	}
}

// desk is what stands around a booking once its words are known: the service and where it can be done.
type desk struct {
	service   catalog.Service
	place     Place
	resources []uuid.UUID // rooms or chairs that would do as well as the one in place, when nobody asked for one
}

// desk checks a booking and infers what it leaves open.
func (s *Service) desk(ctx context.Context, b Booking) (desk, error) {
	zone := s.Zone(ctx)
	problems := fault.Problems{}
	service, err := s.serviceFor(ctx, b.ServiceID, b.DoctorID, problems)
	if err != nil {
		return desk{}, err
	}
	if b.EndTime.IsZero() {
		b.EndTime = b.StartTime.Add(service.Duration())
	}
	if err := s.checkPeople(ctx, b, problems); err != nil {
		return desk{}, err
	}
	checkTimes(problems, b.StartTime, b.EndTime, zone)
	s.checkDay(problems, b.StartTime, zone)
	if len([]rune(b.Notes)) > maxNotes {
		problems.Add("notes", "La nota es demasiado larga: 2,000 letras como máximo.")
	}
	if err := problems.Err(); err != nil {
		return desk{}, err
	}
	return s.furnish(ctx, b, service, nil)
}

// yearsAhead is how far an appointment may be booked: further is a slip of the hand.
const yearsAhead = 2

// checkDay refuses a day that is over, and one so far ahead that nobody means it.
func (s *Service) checkDay(problems fault.Problems, start time.Time, zone *time.Location) {
	switch {
	case start.IsZero():
	case DateOf(start, zone).Before(DateOf(s.now(), zone)):
		problems.Add("start_time", "Esa fecha ya pasó.")
	case start.After(s.now().AddDate(yearsAhead, 0, 0)):
		problems.Add("start_time", "Esa fecha está a más de dos años. ¿Es el año correcto?")
	}
}

func (s *Service) checkPeople(ctx context.Context, b Booking, problems fault.Problems) error {
	switch {
	case b.PatientID == uuid.Nil:
		problems.Add("patient_id", "Falta el paciente.")
	case !b.met:
		names, err := s.patients.NamesByID(ctx, []uuid.UUID{b.PatientID})
		if err != nil {
			return err
		}
		if _, known := names[b.PatientID]; !known {
			problems.Add("patient_id", "No se encuentra a ese paciente.")
		}
	}
	return s.checkDoctor(ctx, b.DoctorID, problems)
}

func (s *Service) checkDoctor(ctx context.Context, id uuid.UUID, problems fault.Problems) error {
	if id == uuid.Nil {
		problems.Add("doctor_id", "Falta el profesional.")
		return nil
	}
	doctors, err := s.Professionals(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(doctors, func(m accounts.Member) bool { return m.ID == id }) {
		problems.Add("doctor_id", "No se encuentra a ese profesional.")
	}
	return nil
}

// serviceFor finds a service that is offered, and by this professional.
func (s *Service) serviceFor(ctx context.Context, id, doctor uuid.UUID, problems fault.Problems) (catalog.Service, error) {
	if id == uuid.Nil {
		problems.Add("service_id", "Falta el servicio.")
		return catalog.Service{}, nil
	}
	known, err := s.catalog.ServicesByID(ctx, []uuid.UUID{id})
	if err != nil {
		return catalog.Service{}, err
	}
	service, there := known[id]
	if !there || !service.Active {
		problems.Add("service_id", "No se encuentra ese servicio.")
		return service, nil
	}
	doctors, err := s.catalog.DoctorsOf(ctx, id)
	if err != nil {
		return service, err
	}
	if doctor != uuid.Nil && len(doctors) > 0 && !slices.Contains(doctors, doctor) {
		problems.Add("doctor_id", "Este profesional no ofrece "+service.Name+".")
	}
	return service, nil
}

// appointment is the row that a checked booking becomes.
func (d desk) appointment(b Booking, who access.Identity, now time.Time) Appointment {
	a := Appointment{
		ID: b.ID, Version: 1, PatientID: b.PatientID, ServiceID: b.ServiceID, Status: Scheduled, Notes: b.Notes,
		BookedAs: b.fingerprint(), FieldClock: Clock{}, CreatedAt: now, UpdatedAt: now,
	}.at(d.place)
	if who.MembershipID != uuid.Nil {
		a.BookedBy = &who.MembershipID
	}
	if b.Arrived {
		a.ArrivedAt = &now
	}
	return a
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
