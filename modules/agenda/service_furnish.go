package agenda

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// furnish finds where a checked booking can be: the site of the working hours, their room or chair or a free one of
// the kind that the service needs. What moves (current) stays at its site and in its room where that is possible.
// Hours that somebody closed are refused unless it is a sobreturno.
func (s *Service) furnish(ctx context.Context, b Booking, service catalog.Service, current *Appointment) (desk, error) {
	zone, span := s.Zone(ctx), Span{b.StartTime, b.EndTime}
	day := DateOf(b.StartTime, zone)
	hours, err := s.hours(ctx, day, day, []uuid.UUID{b.DoctorID})
	if err != nil {
		return desk{}, err
	}
	worked, found := workedAt(hours.Open(b.DoctorID, day, day), span, b.SiteID)
	d := desk{service: service, place: Place{
		DoctorID: b.DoctorID, SiteID: b.SiteID, ResourceID: b.ResourceID, StartTime: b.StartTime, EndTime: b.EndTime, Overbooked: b.Overbooked,
	}}
	if d.place.SiteID == uuid.Nil {
		if d.place.SiteID, err = s.siteFor(ctx, worked.SiteID, hours.Schedules, day, b.DoctorID, current); err != nil {
			return d, err
		}
	}
	if err := s.refuseClosed(ctx, hours, d); err != nil {
		return d, err
	}
	if d.place.ResourceID != nil {
		return d, s.checkResource(ctx, *d.place.ResourceID, d.place.SiteID)
	}
	if found && worked.ResourceID != nil {
		d.place.ResourceID = worked.ResourceID
		return d, nil
	}
	return d, s.chooseResource(ctx, &d, current)
}

// workedAt finds the working stretch that holds the span, at the asked site if one was asked for.
func workedAt(open []Open, span Span, site uuid.UUID) (Open, bool) {
	for _, o := range open {
		if o.holds(span) && (site == uuid.Nil || o.SiteID == site) {
			return o, true
		}
	}
	return Open{}, false
}

// siteFor guesses the site: of the hours, else where the appointment was, else of that weekday, else where the person
// books, else where the professional usually works.
func (s *Service) siteFor(
	ctx context.Context, worked uuid.UUID, weekly []Schedule, day Date, doctor uuid.UUID, current *Appointment,
) (uuid.UUID, error) {
	guess := worked
	if current != nil {
		guess = cmp.Or(guess, current.SiteID)
	}
	for _, w := range weekly {
		if w.DoctorID == doctor && w.holdsOn(day) {
			guess = cmp.Or(guess, w.SiteID)
		}
	}
	guess = cmp.Or(guess, access.Who(ctx).SiteID)
	if guess != uuid.Nil {
		return guess, nil
	}
	doctors, err := s.Professionals(ctx)
	if err != nil {
		return guess, err
	}
	if i := slices.IndexFunc(doctors, func(m accounts.Member) bool { return m.ID == doctor }); i >= 0 {
		guess = doctors[i].SiteID
	}
	if guess != uuid.Nil {
		return guess, nil
	}
	sites, err := s.Sites(ctx)
	if err != nil || len(sites) == 0 {
		return guess, cmp.Or(err, fault.InvalidField("site_id", "Falta la sede."))
	}
	return sites[0].ID, nil
}

// refuseClosed refuses hours that an absence, a block or a closed day takes away.
func (s *Service) refuseClosed(ctx context.Context, hours Hours, d desk) error {
	if d.place.Overbooked {
		return nil
	}
	span := Span{d.place.StartTime, d.place.EndTime}
	for _, e := range hours.Exceptions {
		if !e.closes() || !e.concerns(d.place.DoctorID, d.place.SiteID) || !span.overlaps(Span{e.StartTime, e.EndTime}) {
			continue
		}
		if e.Kind == ClosedKind && inExtra(hours, d.place) {
			continue
		}
		sentence := "A las " + views.Clock(d.place.StartTime.In(hours.Zone)) + " no se atiende: " + e.Label() + "."
		return s.refusal(ctx, "start_time", e.Label(), sentence, d.place, d.service)
	}
	return nil
}

// inExtra reports whether the place lies in hours opened for that very day.
func inExtra(hours Hours, p Place) bool {
	return slices.ContainsFunc(hours.Exceptions, func(e Exception) bool {
		return e.Kind == ExtraKind && e.concerns(p.DoctorID, p.SiteID) && Span{e.StartTime, e.EndTime}.holds(Span{p.StartTime, p.EndTime})
	})
}

func (s *Service) checkResource(ctx context.Context, id, site uuid.UUID) error {
	resources, err := s.catalog.AllResources(ctx)
	if err != nil {
		return err
	}
	for _, r := range resources {
		if r.ID == id && r.Active && r.SiteID == site {
			return nil
		}
	}
	return fault.InvalidField("resource_id", "Ese consultorio o sillón no está en la sede.")
}

// chooseResource picks a free room or chair of the kind that the service needs; the others that would do come after it.
func (s *Service) chooseResource(ctx context.Context, d *desk, current *Appointment) error {
	byReach, err := s.resourcesFor(ctx, d.service)
	if err != nil {
		return err
	}
	fitting := byReach[d.place.SiteID]
	if len(fitting) == 0 {
		return nil // the site keeps no such rooms: nothing to take
	}
	span := Span{d.place.StartTime, d.place.EndTime}
	busy, err := s.store.Busy(ctx, span, []uuid.UUID{d.place.DoctorID}, fitting, idOrNone(current))
	if err != nil {
		return err
	}
	free := slices.DeleteFunc(slices.Clone(fitting), func(id uuid.UUID) bool { return resourceBusy(busy, id, span) })
	if current != nil && current.ResourceID != nil && slices.Contains(free, *current.ResourceID) {
		d.place.ResourceID, d.resources = current.ResourceID, free
		return nil
	}
	switch {
	case len(free) > 0:
		d.place.ResourceID, d.resources = &free[0], free[1:]
		return nil
	case d.place.Overbooked:
		d.place.ResourceID = &fitting[0]
		return nil
	case doctorBusy(busy, d.place.DoctorID, span):
		return nil // the store refuses the hour itself, and says who has it
	}
	sentence := "A las " + views.Clock(d.place.StartTime.In(s.Zone(ctx))) + " no hay " + lower(d.service.Resource.Label()) + " libre."
	return s.refusal(ctx, "start_time", "", sentence, d.place, d.service)
}

func idOrNone(a *Appointment) uuid.UUID {
	if a == nil {
		return uuid.Nil
	}
	return a.ID
}

func lower(label string) string {
	letters := []rune(label)
	if len(letters) == 0 {
		return label
	}
	return string(append([]rune{toLower(letters[0])}, letters[1:]...))
}

func toLower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}

// resourcesFor lists by site the rooms or chairs that a service may be done in; nil when it needs none.
func (s *Service) resourcesFor(ctx context.Context, service catalog.Service) (map[uuid.UUID][]uuid.UUID, error) {
	if service.Resource == catalog.NoResource {
		return nil, nil
	}
	resources, err := s.catalog.AllResources(ctx)
	if err != nil {
		return nil, err
	}
	fitting := map[uuid.UUID][]uuid.UUID{}
	for _, r := range resources {
		if r.Active && r.Kind == service.Resource {
			fitting[r.SiteID] = append(fitting[r.SiteID], r.ID)
		}
	}
	return fitting, nil
}

// hours reads who works when, with the holidays.
func (s *Service) hours(ctx context.Context, from, to Date, doctors []uuid.UUID) (Hours, error) {
	zone := s.Zone(ctx)
	hours, err := s.store.Hours(ctx, from, to, zone, doctors)
	if err != nil {
		return hours, err
	}
	hours.Zone, hours.Holidays = zone, map[Date]string{}
	for d := from; !to.Before(d); d = d.Add(1) {
		if name := holidayOn(d); name != "" {
			hours.Holidays[d] = name
		}
	}
	return hours, nil
}

// holidayOn names the holiday that d is; empty for working days.
func holidayOn(d Date) string {
	holiday, _ := catalog.HolidayOn(d.In(time.UTC))
	return holiday.Name
}

// Professionals are those whom patients can be booked with.
func (s *Service) Professionals(ctx context.Context) ([]accounts.Member, error) {
	everybody, err := s.colleagues.Everybody(ctx)
	return attending(everybody), err
}

func attending(everybody []accounts.Member) []accounts.Member {
	var doctors []accounts.Member
	for _, m := range everybody {
		if m.Active && m.IsDoctor() {
			doctors = append(doctors, m)
		}
	}
	return doctors
}

// Sites are those that receive patients.
func (s *Service) Sites(ctx context.Context) ([]accounts.Site, error) {
	sites, err := s.colleagues.Sites(ctx)
	return receiving(sites), err
}

func receiving(sites []accounts.Site) []accounts.Site {
	return slices.DeleteFunc(slices.Clone(sites), func(site accounts.Site) bool { return !site.Active })
}

// after lists what is free from an asked place on: with the same professional, today and the two weeks that follow.
func (s *Service) after(ctx context.Context, asked Place, service catalog.Service) ([]Slot, error) {
	zone := s.Zone(ctx)
	from := DateOf(asked.StartTime, zone)
	earliest := asked.StartTime
	if now := s.now(); earliest.Before(now) {
		earliest = now
	}
	slots, err := s.free(ctx, freeQuery{
		service: service, duration: asked.EndTime.Sub(asked.StartTime), doctors: []uuid.UUID{asked.DoctorID},
		from: from, to: from.Add(searchDays), earliest: earliest,
	})
	return firstOf(slots, freeOffered), err
}

// searchDays is how far ahead free hours are looked for when nobody says how far.
const searchDays = 14

func firstOf(slots []Slot, n int) []Slot {
	if len(slots) > n {
		return slots[:n]
	}
	return slots
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
