package agenda

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// PartOfDay narrows free hours.
type PartOfDay string

const (
	AnyPart   PartOfDay = ""
	Morning   PartOfDay = "manana" // begins before 12:00
	Afternoon PartOfDay = "tarde"  // begins at 12:00 or later
)

func (p PartOfDay) holds(t time.Time, zone *time.Location) bool {
	switch p {
	case Morning:
		return t.In(zone).Hour() < 12
	case Afternoon:
		return t.In(zone).Hour() >= 12
	}
	return true
}

// Search asks for free hours.
type Search struct {
	ServiceID uuid.UUID
	DoctorID  uuid.UUID // zero: whoever offers the service
	SiteID    uuid.UUID // zero: everywhere
	From, To  Date      // both included; at most 92 days
	Part      PartOfDay
	Duration  time.Duration // zero: the service's
}

// maxSearch keeps a question answerable in time.
const maxSearch = 92

// FreeSlots lists free hours that do not overlap one another, by time; none before now.
func (s *Service) FreeSlots(ctx context.Context, q Search) ([]Slot, error) {
	problems := fault.Problems{}
	if q.From.IsZero() {
		problems.Add("from", "Falta desde qué día.")
	}
	if q.To.IsZero() {
		problems.Add("to", "Falta hasta qué día.")
	}
	if q.To.Before(q.From) {
		problems.Add("to", "El último día es anterior al primero.")
	}
	if q.From.Days(q.To) >= maxSearch {
		problems.Add("to", "Se busca en 92 días como máximo.")
	}
	service, doctors, err := s.searched(ctx, q, problems)
	if err != nil {
		return nil, err
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	duration := q.Duration
	if duration <= 0 {
		duration = service.Duration()
	}
	slots, err := s.free(ctx, freeQuery{
		service: service, duration: duration, doctors: doctors, from: q.From, to: q.To, earliest: s.now(), site: q.SiteID, part: q.Part,
	})
	return slots, err
}

// NextFree is the first n free hours from a day on, two weeks ahead.
func (s *Service) NextFree(ctx context.Context, q Search, n int) ([]Slot, error) {
	if q.From.IsZero() {
		q.From = s.Today(ctx)
	}
	if q.To.IsZero() {
		q.To = q.From.Add(searchDays)
	}
	slots, err := s.FreeSlots(ctx, q)
	return firstOf(slots, n), err
}

func (s *Service) searched(ctx context.Context, q Search, problems fault.Problems) (catalog.Service, []uuid.UUID, error) {
	service, err := s.serviceFor(ctx, q.ServiceID, q.DoctorID, problems)
	if err != nil || len(problems) > 0 {
		return service, nil, err
	}
	if q.DoctorID != uuid.Nil {
		return service, []uuid.UUID{q.DoctorID}, s.checkDoctor(ctx, q.DoctorID, problems)
	}
	doctors, err := s.doctorsFor(ctx, q.ServiceID)
	return service, doctors, err
}

// doctorsFor are the professionals who offer a service and still work here.
func (s *Service) doctorsFor(ctx context.Context, service uuid.UUID) ([]uuid.UUID, error) {
	all, err := s.Professionals(ctx)
	if err != nil || service == uuid.Nil {
		return nil, err
	}
	offering, err := s.catalog.DoctorsOf(ctx, service)
	if err != nil {
		return nil, err
	}
	var doctors []uuid.UUID
	for _, m := range all {
		if len(offering) == 0 || slices.Contains(offering, m.ID) {
			doctors = append(doctors, m.ID)
		}
	}
	return doctors, nil
}

// freeQuery is a search whose words are known.
type freeQuery struct {
	service  catalog.Service
	duration time.Duration
	doctors  []uuid.UUID
	from, to Date
	earliest time.Time
	site     uuid.UUID
	part     PartOfDay
}

func (s *Service) free(ctx context.Context, q freeQuery) ([]Slot, error) {
	if len(q.doctors) == 0 {
		return nil, nil
	}
	zone := s.Zone(ctx)
	hours, err := s.hours(ctx, q.from, q.to, q.doctors)
	if err != nil {
		return nil, err
	}
	resources, err := s.resourcesFor(ctx, q.service)
	if err != nil {
		return nil, err
	}
	var open []Open
	for _, doctor := range q.doctors {
		open = append(open, hours.Open(doctor, q.from, q.to)...)
	}
	if q.site != uuid.Nil {
		open = slices.DeleteFunc(open, func(o Open) bool { return o.SiteID != q.site })
	}
	start, end := bounds(q.from, q.to, zone)
	busy, err := s.store.Busy(ctx, Span{start, end}, q.doctors, roomsOf(open, resources), uuid.Nil)
	if err != nil {
		return nil, err
	}
	slots := Free(open, busy, Need{
		Duration: q.duration, Step: stepFor(q.duration), Resources: resources, Window: Span{later(start, q.earliest), end},
	})
	slots = slices.DeleteFunc(slots, func(slot Slot) bool { return !q.part.holds(slot.StartTime, zone) })
	return Apart(slots), nil
}

// roomsOf lists the rooms and chairs that freeResource may look at: those of the hours or, where hours have none,
// those of their site. Two weeks of a whole clinic's rooms are thousands of rows.
func roomsOf(open []Open, bySite map[uuid.UUID][]uuid.UUID) []uuid.UUID {
	wanted := map[uuid.UUID]bool{}
	for _, o := range open {
		if o.ResourceID != nil {
			wanted[*o.ResourceID] = true
			continue
		}
		for _, id := range bySite[o.SiteID] {
			wanted[id] = true
		}
	}
	return slices.Collect(maps.Keys(wanted))
}

// WalkIn is somebody at the desk who has no appointment.
type WalkIn struct {
	ID        uuid.UUID // as of a Booking
	PatientID uuid.UUID
	ServiceID uuid.UUID
	DoctorID  uuid.UUID // zero: the professional with the nearest free hour
	Notes     string
}

// WalkIn books somebody at the desk for now, already in the waiting room: with the professional whose free hour is
// nearest, at that hour when it begins within the quarter of an hour; else as a sobreturno from now on.
func (s *Service) WalkIn(ctx context.Context, w WalkIn) (a Appointment, created bool, err error) {
	if !access.Who(ctx).Can(accounts.AgendaBook) {
		return a, false, fault.ErrForbidden
	}
	if w.ID != uuid.Nil {
		kept, err := s.store.Appointment(ctx, w.ID)
		if err == nil && kept.PatientID == w.PatientID && kept.ServiceID == w.ServiceID {
			return kept, false, nil // the same form again; its hour has moved on since
		}
		if err == nil {
			return a, false, ErrSameID
		}
		if !fault.IsNotFound(err) {
			return a, false, err
		}
	}
	b, err := s.seat(ctx, w)
	if err != nil {
		return a, false, err
	}
	mayOverbook := access.Who(ctx).Can(accounts.AgendaOverbook)
	if b.Overbooked && !mayOverbook {
		return a, false, fault.ConflictAt("doctor_id", "Hoy no queda una hora libre. Reserve para otro día, o pida un sobreturno en recepción.")
	}
	a, created, err = s.Book(ctx, b)
	if fault.KindOf(err) == fault.Conflict && !b.Overbooked && mayOverbook && !isSameID(err) {
		b.Overbooked = true // the nearest hour went to somebody else meanwhile; the patient is here all the same
		return s.Book(ctx, b)
	}
	return a, created, err
}

// soon is how near a free hour must be to be "now".
const soon = 15 * time.Minute

// seat finds the hour of a walk-in.
func (s *Service) seat(ctx context.Context, w WalkIn) (Booking, error) {
	b := Booking{ID: w.ID, PatientID: w.PatientID, DoctorID: w.DoctorID, ServiceID: w.ServiceID, Notes: w.Notes, Arrived: true}
	today := s.Today(ctx)
	near, err := s.NextFree(ctx, Search{ServiceID: w.ServiceID, DoctorID: w.DoctorID, SiteID: access.Who(ctx).SiteID, From: today, To: today}, 1)
	if err != nil {
		return b, err
	}
	now := s.now().Truncate(5 * time.Minute)
	if len(near) > 0 && near[0].StartTime.Sub(now) <= soon {
		b.DoctorID, b.SiteID, b.ResourceID = near[0].DoctorID, near[0].SiteID, near[0].ResourceID
		b.StartTime, b.EndTime = near[0].StartTime, near[0].EndTime
		return b, nil
	}
	b.StartTime, b.Overbooked = now, true
	if len(near) > 0 {
		b.DoctorID = near[0].DoctorID
	}
	if b.DoctorID == uuid.Nil {
		if b.DoctorID, err = s.anyDoctor(ctx, w.ServiceID); err != nil {
			return b, err
		}
	}
	return b, nil
}

// anyDoctor is somebody who offers the service when nobody has a free hour today: whoever works today comes first.
func (s *Service) anyDoctor(ctx context.Context, service uuid.UUID) (uuid.UUID, error) {
	doctors, err := s.doctorsFor(ctx, service)
	if err != nil || len(doctors) == 0 {
		return uuid.Nil, err
	}
	today := s.Today(ctx)
	hours, err := s.hours(ctx, today, today, doctors)
	if err != nil {
		return uuid.Nil, err
	}
	for _, d := range doctors {
		if len(hours.Open(d, today, today)) > 0 {
			return d, nil
		}
	}
	return doctors[0], nil
}
