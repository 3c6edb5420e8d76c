package agenda

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// longest is how long before a span an appointment that reaches into it may begin.
const longest = 24 * time.Hour

// within reads the appointments that begin in [from, to), by start and id.
func (o Offline) within(ctx context.Context, from, to time.Time) ([]Appointment, error) {
	if !from.Before(to) {
		return nil, nil
	}
	// Keys are whole seconds: the range is widened to them, then judged exactly.
	objects, err := offline.From(ctx).ByKey(ctx, appointmentEntity, keyOf(from), keyOf(to.Add(time.Second)))
	if err != nil {
		return nil, err
	}
	list, err := o.readAll(ctx, objects)
	list = slices.DeleteFunc(list, func(a Appointment) bool { return a.StartTime.Before(from) || !a.StartTime.Before(to) })
	sorting.By(list, byStart)
	return list, err
}

func byStart(a, b Appointment) int {
	return cmp.Or(a.StartTime.Compare(b.StartTime), bytes.Compare(a.ID[:], b.ID[:]))
}

func (o Offline) Between(ctx context.Context, r Range) ([]Appointment, error) {
	list, err := o.within(ctx, r.From, r.To)
	list = slices.DeleteFunc(list, func(a Appointment) bool { return !r.picks(a) })
	if r.Limit > 0 && len(list) > r.Limit {
		list = list[:r.Limit]
	}
	return list, err
}

func (r Range) picks(a Appointment) bool {
	return (len(r.Doctors) == 0 || slices.Contains(r.Doctors, a.DoctorID)) && (r.Site == uuid.Nil || a.SiteID == r.Site) &&
		(r.After == uuid.Nil || a.StartTime.After(r.From) || bytes.Compare(a.ID[:], r.After[:]) > 0)
}

// occupying reads what takes time in the span, apart from one appointment.
func (o Offline) occupying(ctx context.Context, span Span, except uuid.UUID) ([]Appointment, error) {
	list, err := o.within(ctx, span.Start.Add(-longest), span.End)
	return slices.DeleteFunc(list, func(a Appointment) bool {
		return a.ID == except || !a.Occupies() || !a.EndTime.After(span.Start)
	}), err
}

func (o Offline) Busy(ctx context.Context, span Span, doctors, rooms []uuid.UUID, except uuid.UUID) ([]Busy, error) {
	list, err := o.occupying(ctx, span, except)
	var busy []Busy
	for _, a := range list {
		if slices.Contains(doctors, a.DoctorID) || a.ResourceID != nil && slices.Contains(rooms, *a.ResourceID) {
			busy = append(busy, Busy{Span: Span{a.StartTime, a.EndTime}, DoctorID: a.DoctorID, ResourceID: a.ResourceID})
		}
	}
	return busy, err
}

func (o Offline) Clash(ctx context.Context, p Place, except uuid.UUID) (Appointment, error) {
	list, err := o.occupying(ctx, Span{p.StartTime, p.EndTime}, except)
	if err != nil {
		return Appointment{}, err
	}
	if i := slices.IndexFunc(list, func(a Appointment) bool { return a.DoctorID == p.DoctorID }); i >= 0 {
		return list[i], nil
	}
	if i := slices.IndexFunc(list, func(a Appointment) bool { return p.ResourceID != nil && sameID(a.ResourceID, p.ResourceID) }); i >= 0 {
		return list[i], nil
	}
	return Appointment{}, fault.ErrNotFound
}

func (o Offline) Loads(ctx context.Context, r Range, zone *time.Location) ([]Load, error) {
	list, err := o.Between(ctx, r)
	var loads []Load
	for _, a := range list {
		if a.Status == Cancelled || a.Status == NoShow {
			continue
		}
		day := DateOf(a.StartTime, zone)
		i := slices.IndexFunc(loads, func(l Load) bool { return l.Date == day && l.DoctorID == a.DoctorID })
		if i < 0 {
			i = len(loads)
			loads = append(loads, Load{Date: day, DoctorID: a.DoctorID})
		}
		loads[i].Count++
		loads[i].Minutes += int(a.Duration() / time.Minute)
	}
	sorting.By(loads, func(a, b Load) int {
		return cmp.Or(cmp.Compare(a.Date.String(), b.Date.String()), bytes.Compare(a.DoctorID[:], b.DoctorID[:]))
	})
	return loads, err
}

// opened reads the appointments that outlines lead to, in their order.
func (o Offline) opened(ctx context.Context, picked []outline) ([]Appointment, error) {
	if len(picked) == 0 {
		return nil, nil
	}
	ids := make([]string, len(picked))
	for i, one := range picked {
		ids[i] = one.ID.String()
	}
	objects, err := offline.From(ctx).FindAll(ctx, appointmentEntity, ids)
	if err != nil {
		return nil, err
	}
	list, err := o.readAll(ctx, objects)
	sorting.By(list, byStart)
	return list, err
}

func (o Offline) Displaced(ctx context.Context) ([]Appointment, error) {
	all, err := outlines(ctx)
	if err != nil {
		return nil, err
	}
	var displaced []outline
	for _, one := range all {
		if one.Lost && one.Status.Pending() {
			displaced = append(displaced, one)
		}
	}
	return o.opened(ctx, displaced)
}

// ofPeople reads the appointments of some patients, by start and id.
func (o Offline) ofPeople(ctx context.Context, patients []uuid.UUID) ([]Appointment, error) {
	var list []Appointment
	for _, id := range patients {
		objects, err := offline.From(ctx).ByGroup(ctx, appointmentEntity, id.String())
		if err != nil {
			return nil, err
		}
		some, err := o.readAll(ctx, objects)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	sorting.By(list, byStart)
	return list, nil
}

func (o Offline) OfPatient(ctx context.Context, r PatientRange) ([]Appointment, error) {
	list, err := o.ofPeople(ctx, r.Patients)
	if !r.OnlyComing {
		slices.Reverse(list)
	}
	list = slices.DeleteFunc(list, func(a Appointment) bool { return !r.picks(a) })
	if r.Limit > 0 && len(list) > r.Limit {
		list = list[:r.Limit]
	}
	return list, err
}

func (r PatientRange) picks(a Appointment) bool {
	if r.OnlyComing {
		return a.Status.Pending() && !a.StartTime.Before(r.Before)
	}
	return r.Before.IsZero() || a.StartTime.Before(r.Before) || a.StartTime.Equal(r.Before) && bytes.Compare(a.ID[:], r.BeforeID[:]) < 0
}

// NextOf opens no appointment: it is asked with every letter that somebody types into the search.
func (Offline) NextOf(ctx context.Context, patients []uuid.UUID, from time.Time) (map[uuid.UUID]time.Time, error) {
	all, err := outlines(ctx)
	if err != nil {
		return nil, err
	}
	first, _ := slices.BinarySearchFunc(all, from, func(one outline, from time.Time) int { return one.Start.Compare(from) })
	wanted, next := setOf(patients), map[uuid.UUID]time.Time{}
	for _, one := range all[first:] {
		if wanted[one.Patient] && one.Status.Pending() {
			next[one.Patient] = one.Start
			delete(wanted, one.Patient)
		}
	}
	return next, nil
}

func (Offline) Visited(ctx context.Context, patients []uuid.UUID, before time.Time) (map[uuid.UUID]bool, error) {
	all, err := outlines(ctx)
	wanted, visited := setOf(patients), map[uuid.UUID]bool{}
	for _, one := range all {
		if wanted[one.Patient] && one.Status == Completed && one.Start.Before(before) {
			visited[one.Patient] = true
		}
	}
	return visited, err
}

func setOf(ids []uuid.UUID) map[uuid.UUID]bool {
	set := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

func (o Offline) Ties(ctx context.Context, doctor uuid.UUID, patients []uuid.UUID, before time.Time) (map[uuid.UUID]Tie, error) {
	list, err := o.ofPeople(ctx, patients)
	return tiesOf(list, doctor, before), err
}

// PatientsOf looks among the appointments of those days that this device holds.
func (o Offline) PatientsOf(ctx context.Context, doctor uuid.UUID, from, to time.Time) ([]uuid.UUID, error) {
	list, err := o.Between(ctx, Range{From: from, To: to})
	var people []uuid.UUID
	for _, a := range list {
		if a.Status != Cancelled && (doctor == uuid.Nil || a.DoctorID == doctor) && !slices.Contains(people, a.PatientID) {
			people = append(people, a.PatientID)
		}
	}
	return people, err
}

// LastBookedBy is what this membership booked last on this device.
func (o Offline) LastBookedBy(ctx context.Context, membership uuid.UUID) (Appointment, error) {
	value, err := offline.From(ctx).Index(ctx, lastBookedKind, membership.String())
	if err != nil {
		return Appointment{}, err
	}
	id, err := uuid.Parse(string(value))
	if err != nil {
		return Appointment{}, fault.ErrNotFound // nothing yet
	}
	return o.Appointment(ctx, id)
}
