package agenda

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// TodayList is today as a list, for phones: of one professional or of a site.
type TodayList struct {
	Date    Date
	Now     time.Time
	Zone    *time.Location
	Changes int64
	AsOf    time.Time // until when other people's work is known; zero while connected
	Holiday string
	Current []Card // in attention
	Waiting []Card // longest first
	Next    []Card // still expected, by start
	Done    []Card // attended
	Missed  []Card // no-shows and cancelled ones
	Totals  Totals
}

// TodayList reads today's appointments of the professionals of v, at its site; v.Date is ignored.
func (s *Service) TodayList(ctx context.Context, v View) (TodayList, error) {
	zone, today := s.Zone(ctx), s.Today(ctx)
	start, end := bounds(today, today, zone)
	l := TodayList{Date: today, Now: s.Now(ctx), Zone: zone, AsOf: s.AsOf(ctx)}
	var err error
	if l.Changes, err = s.store.Changes(ctx); err != nil {
		return l, err
	}
	list, err := s.store.Between(ctx, Range{From: start, To: end, Doctors: v.Doctors, Site: v.Site})
	if err != nil {
		return l, err
	}
	w, err := s.wordsFor(ctx, list, start)
	if err != nil {
		return l, err
	}
	l.Totals = total(list)
	l.Holiday = holidayOn(today)
	l.sort(w.cards(list, l.Now))
	return l, nil
}

func (l *TodayList) sort(cards []Card) {
	for _, c := range cards {
		switch {
		case c.Status == InProgress:
			l.Current = append(l.Current, c)
		case c.InWaitingRoom():
			continue
		case c.Status.Pending():
			l.Next = append(l.Next, c)
		case c.Status == Completed:
			l.Done = append(l.Done, c)
		default:
			l.Missed = append(l.Missed, c)
		}
	}
	l.Waiting = waiting(cards)
}

// WaitingRoom is who came today and waits at a site (zero: anywhere), longest first.
func (s *Service) WaitingRoom(ctx context.Context, site uuid.UUID) ([]Card, error) {
	l, err := s.TodayList(ctx, View{Site: site})
	return l.Waiting, err
}

// DayLoad is one day of a month: how much of what is worked is promised.
type DayLoad struct {
	Date   Date
	Closed string // the holiday
	Count  int    // appointments, without no-shows and cancelled ones
	Minutes
}

// Month adds up every day of the month of v.Date.
func (s *Service) Month(ctx context.Context, v View) ([]DayLoad, error) {
	day := s.orToday(ctx, v.Date)
	from := Date{day.Year, day.Month, 1}
	to := from.Add(31)
	for to.Month != from.Month {
		to = to.Add(-1)
	}
	zone := s.Zone(ctx)
	start, end := bounds(from, to, zone)
	loads, err := s.store.Loads(ctx, Range{From: start, To: end, Doctors: v.Doctors, Site: v.Site}, zone)
	if err != nil {
		return nil, err
	}
	hours, err := s.hours(ctx, from, to, v.Doctors)
	if err != nil {
		return nil, err
	}
	doctors, err := s.Professionals(ctx)
	if err != nil {
		return nil, err
	}
	var days []DayLoad
	for d := from; !to.Before(d); d = d.Add(1) {
		days = append(days, dayLoad(d, v, hours, loads, doctors))
	}
	return days, nil
}

func dayLoad(d Date, v View, hours Hours, loads []Load, doctors []accounts.Member) DayLoad {
	day := DayLoad{Date: d, Closed: hours.Closed(d)}
	for _, l := range loads {
		if l.Date == d {
			day.Count += l.Count
			day.Promised += l.Minutes
		}
	}
	for _, m := range doctors {
		if len(v.Doctors) > 0 && !slices.Contains(v.Doctors, m.ID) {
			continue
		}
		for _, o := range hours.Open(m.ID, d, d) {
			if v.Site == uuid.Nil || o.SiteID == v.Site {
				day.Worked += int(o.End.Sub(o.Start) / time.Minute)
			}
		}
	}
	return day
}

// NeedsReschedule lists what lost its place while a device was offline.
func (s *Service) NeedsReschedule(ctx context.Context) ([]Card, error) {
	list, err := s.store.Displaced(ctx)
	if err != nil {
		return nil, err
	}
	return s.named(ctx, list)
}

func (s *Service) named(ctx context.Context, list []Appointment) ([]Card, error) {
	w, err := s.wordsFor(ctx, list, s.now())
	if err != nil {
		return nil, err
	}
	return w.cards(list, s.Now(ctx)), nil
}

// Card is one appointment with its words.
func (s *Service) Card(ctx context.Context, id uuid.UUID) (Card, error) {
	a, err := s.Appointment(ctx, id)
	if err != nil {
		return Card{}, err
	}
	w, err := s.wordsFor(ctx, []Appointment{a}, a.StartTime)
	return w.card(a, s.Now(ctx)), err
}

// Appointment is one appointment; fault.ErrNotFound for an id that is not this clinic's.
func (s *Service) Appointment(ctx context.Context, id uuid.UUID) (Appointment, error) {
	return s.store.Appointment(ctx, id)
}

// Line is one thing that happened to an appointment, and who did it ("" for nobody of the clinic).
type Line struct {
	Event
	Who string
}

// History is what happened to an appointment, oldest first.
func (s *Service) History(ctx context.Context, id uuid.UUID) ([]Line, error) {
	if _, err := s.store.Appointment(ctx, id); err != nil {
		return nil, err
	}
	events, err := s.store.History(ctx, id)
	if err != nil {
		return nil, err
	}
	everybody, err := s.colleagues.Everybody(ctx)
	if err != nil {
		return nil, err
	}
	names := map[uuid.UUID]string{}
	for _, m := range everybody {
		names[m.ID] = m.Name
	}
	lines := make([]Line, len(events))
	for i, e := range events {
		lines[i] = Line{Event: e}
		if e.ByID != nil {
			lines[i].Who = names[*e.ByID]
		}
	}
	return lines, nil
}

// Changes is the clinic's current change number, read from one row: what polls compare.
func (s *Service) Changes(ctx context.Context) (int64, error) { return s.store.Changes(ctx) }

// Query picks appointments for programs.
type Query struct {
	From, To Date // both included
	Doctors  []uuid.UUID
	Site     uuid.UUID
	After    time.Time // keyset: the start of the last one seen
	AfterID  uuid.UUID
	Limit    int
}

// List reads appointments by start; more tells whether others follow.
func (s *Service) List(ctx context.Context, q Query) (list []Appointment, more bool, err error) {
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
	if err := problems.Err(); err != nil {
		return nil, false, err
	}
	start, end := bounds(q.From, q.To, s.Zone(ctx))
	r := Range{From: later(start, q.After), To: end, Doctors: q.Doctors, Site: q.Site, After: q.AfterID, Limit: q.Limit + 1}
	list, err = s.store.Between(ctx, r)
	if err == nil && len(list) > q.Limit {
		return list[:q.Limit], true, nil
	}
	return list, false, err
}

// PatientsCount is how many past appointments a patient's page shows at a time.
const PatientsCount = 20

// ForPatient reads a page of a person's appointments, latest first; before is the last one seen (zero: from the
// latest). family are all entries of the person.
func (s *Service) ForPatient(ctx context.Context, family []uuid.UUID, before time.Time, beforeID uuid.UUID) (cards []Card, more bool, err error) {
	list, err := s.store.OfPatient(ctx, PatientRange{Patients: family, Before: before, BeforeID: beforeID, Limit: PatientsCount + 1})
	if err != nil {
		return nil, false, err
	}
	if more = len(list) > PatientsCount; more {
		list = list[:PatientsCount]
	}
	cards, err = s.named(ctx, list)
	return cards, more, err
}

// How many appointments stand beside one of the same person.
const (
	aroundComing = 3
	aroundPast   = 5
)

// Around lists the same person's other appointments: the next ones, soonest first, and the latest past ones.
func (s *Service) Around(ctx context.Context, a Appointment) (coming, past []Card, err error) {
	family, err := s.patients.Family(ctx, a.PatientID)
	if err != nil {
		return nil, nil, err
	}
	cards, _, err := s.ForPatient(ctx, family, time.Time{}, uuid.Nil)
	for _, c := range cards {
		switch {
		case c.ID == a.ID:
		case c.Status.Pending() && c.StartTime.After(s.now()):
			coming = append([]Card{c}, coming...)
		case len(past) < aroundPast:
			past = append(past, c)
		}
	}
	return coming[:min(len(coming), aroundComing)], past, err
}

// LastVisit is when the patient last came before today; ok is false for somebody new.
func (s *Service) LastVisit(ctx context.Context, patient uuid.UUID) (start time.Time, ok bool, err error) {
	family, err := s.patients.Family(ctx, patient)
	if err != nil {
		return start, false, err
	}
	today, _ := bounds(s.Today(ctx), s.Today(ctx), s.Zone(ctx))
	list, err := s.store.OfPatient(ctx, PatientRange{Patients: family, Before: today, Limit: PatientsCount})
	i := slices.IndexFunc(list, func(a Appointment) bool { return a.Status != Cancelled && a.Status != NoShow })
	if err != nil || i < 0 {
		return start, false, err
	}
	return list[i].StartTime, true, nil
}

// Cares reports whether the patient is the professional's own by an appointment that was not cancelled: one that others
// gave, or one that the professional made, once the patient has come on its day.
func (s *Service) Cares(ctx context.Context, doctor, patient uuid.UUID) (bool, error) {
	tie, err := s.Tie(ctx, doctor, patient)
	return tie.Holds(), err
}

// Tie is what joins a professional with a person, under whichever entry.
func (s *Service) Tie(ctx context.Context, doctor, patient uuid.UUID) (Tie, error) {
	family, err := s.patients.Family(ctx, patient)
	if err != nil {
		return Tie{}, err
	}
	ties, err := s.Ties(ctx, doctor, family)
	var tie Tie
	for _, one := range ties {
		tie = tie.and(one)
	}
	return tie, err
}

// Ties are what joins a professional with each of those entries; those that nothing joins are missing.
func (s *Service) Ties(ctx context.Context, doctor uuid.UUID, patients []uuid.UUID) (map[uuid.UUID]Tie, error) {
	_, tomorrow := bounds(s.Today(ctx), s.Today(ctx), s.Zone(ctx))
	return s.store.Ties(ctx, doctor, patients, tomorrow)
}

// ArrivedToday reports whether the patient came today, to this site (zero: to any).
func (s *Service) ArrivedToday(ctx context.Context, patient, site uuid.UUID) (bool, error) {
	_, err := s.ArrivedVisit(ctx, patient, site)
	if fault.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// ofToday are a person's appointments of today, the latest first.
func (s *Service) ofToday(ctx context.Context, patient uuid.UUID) ([]Appointment, error) {
	family, err := s.patients.Family(ctx, patient)
	if err != nil {
		return nil, err
	}
	start, end := bounds(s.Today(ctx), s.Today(ctx), s.Zone(ctx))
	list, err := s.store.OfPatient(ctx, PatientRange{Patients: family, Before: end, Limit: PatientsCount})
	return slices.DeleteFunc(list, func(a Appointment) bool { return a.StartTime.Before(start) || !a.StartTime.Before(end) }), err
}

// ArrivedVisit is the appointment for which the patient came today, to this site (zero: to any): one that is not over,
// else the latest; fault.ErrNotFound for who did not come.
func (s *Service) ArrivedVisit(ctx context.Context, patient, site uuid.UUID) (uuid.UUID, error) {
	list, err := s.ofToday(ctx, patient)
	if err != nil {
		return uuid.Nil, err
	}
	list = slices.DeleteFunc(list, func(a Appointment) bool {
		here := a.ArrivedAt != nil && a.Status != Cancelled && a.Status != NoShow
		return !here || site != uuid.Nil && a.SiteID != site
	})
	if len(list) == 0 {
		return uuid.Nil, fault.ErrNotFound
	}
	going := slices.IndexFunc(list, func(a Appointment) bool { return a.Status.Pending() || a.Status == InProgress })
	return list[max(going, 0)].ID, nil
}

// TodayWith is the patient's appointment of today with a doctor (a membership): the one in attention, else the first that
// is not over; fault.ErrNotFound without one.
func (s *Service) TodayWith(ctx context.Context, patient, doctor uuid.UUID) (uuid.UUID, error) {
	list, err := s.ofToday(ctx, patient)
	if err != nil {
		return uuid.Nil, err
	}
	list = slices.DeleteFunc(list, func(a Appointment) bool {
		return a.DoctorID != doctor || !a.Status.Pending() && a.Status != InProgress
	})
	if len(list) == 0 {
		return uuid.Nil, fault.ErrNotFound
	}
	slices.Reverse(list) // they came latest first
	going := slices.IndexFunc(list, func(a Appointment) bool { return a.Status == InProgress })
	return list[max(going, 0)].ID, nil
}

// Offer is what stands filled in when somebody books: the service this person offered last, and with whom.
type Offer struct{ ServiceID, DoctorID uuid.UUID }

// LastOffered is what the asking person booked last; zero when nothing.
func (s *Service) LastOffered(ctx context.Context) (Offer, error) {
	last, err := s.store.LastBookedBy(ctx, access.Who(ctx).MembershipID)
	if fault.IsNotFound(err) {
		return Offer{}, nil
	}
	return Offer{ServiceID: last.ServiceID, DoctorID: last.DoctorID}, err
}

// LastOf is the service and professional of a patient's latest appointment; zero when there is none.
func (s *Service) LastOf(ctx context.Context, patient uuid.UUID) (Offer, error) {
	family, err := s.patients.Family(ctx, patient)
	if err != nil {
		return Offer{}, err
	}
	list, err := s.store.OfPatient(ctx, PatientRange{Patients: family, Limit: 1})
	if err != nil || len(list) == 0 {
		return Offer{}, err
	}
	return Offer{ServiceID: list[0].ServiceID, DoctorID: list[0].DoctorID}, nil
}
