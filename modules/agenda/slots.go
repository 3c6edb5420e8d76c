package agenda

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/sorting"
)

// Span is a stretch of time, its end not included.
type Span struct{ Start, End time.Time }

func (s Span) overlaps(t Span) bool { return s.Start.Before(t.End) && t.Start.Before(s.End) }
func (s Span) holds(t Span) bool    { return !t.Start.Before(s.Start) && !t.End.After(s.End) }

// Open is a stretch in which a professional works at a site.
type Open struct {
	Span
	DoctorID   uuid.UUID
	SiteID     uuid.UUID
	ResourceID *uuid.UUID // the room or chair of these hours; nil takes any
}

// Hours are all that decides when people work.
type Hours struct {
	Schedules  []Schedule
	Exceptions []Exception
	Holidays   map[Date]string // closed for everybody without extra hours
	Zone       *time.Location
}

// Closed names why the clinic does not open on d; empty when it does.
func (h Hours) Closed(d Date) string { return h.Holidays[d] }

// Open lists when doctor works from the day from to the day to (both included), sorted and without overlaps.
// Weekly hours lose holidays, absences, blocks and closed days; extra hours lose only blocks and absences.
func (h Hours) Open(doctor uuid.UUID, from, to Date) []Open {
	var open []Open
	for d := from; !to.Before(d); d = d.Add(1) {
		open = append(open, h.openOn(doctor, d)...)
	}
	sorting.By(open, func(a, b Open) int { return a.Start.Compare(b.Start) })
	return apart(open)
}

func (h Hours) openOn(doctor uuid.UUID, d Date) []Open {
	var open []Open
	if _, holiday := h.Holidays[d]; !holiday {
		for _, s := range h.Schedules {
			if s.DoctorID != doctor || !s.holdsOn(d) {
				continue
			}
			o := Open{DoctorID: doctor, SiteID: s.SiteID, ResourceID: s.ResourceID}
			o.Start, o.End = d.At(s.FromMinute, h.Zone), d.At(s.ToMinute, h.Zone)
			open = append(open, h.without(o, false)...)
		}
	}
	start, end := bounds(d, d, h.Zone)
	for _, e := range h.Exceptions {
		if e.Kind != ExtraKind || !e.concerns(doctor, siteOf(e)) || e.StartTime.Before(start) || !e.StartTime.Before(end) {
			continue
		}
		o := Open{Span: Span{e.StartTime, e.EndTime}, DoctorID: doctor, SiteID: siteOf(e), ResourceID: e.ResourceID}
		open = append(open, h.without(o, true)...)
	}
	return open
}

func siteOf(e Exception) uuid.UUID {
	if e.SiteID == nil {
		return uuid.Nil
	}
	return *e.SiteID
}

// without cuts out of o what exceptions take from it. Extra hours are a decision for that very day, so that a closed
// day does not take them away.
func (h Hours) without(o Open, extra bool) []Open {
	left := []Open{o}
	for _, e := range h.Exceptions {
		if !e.closes() || !e.concerns(o.DoctorID, o.SiteID) || extra && e.Kind == ClosedKind {
			continue
		}
		var next []Open
		for _, piece := range left {
			next = append(next, cut(piece, Span{e.StartTime, e.EndTime})...)
		}
		left = next
	}
	return left
}

func cut(o Open, hole Span) []Open {
	if !o.End.After(o.Start) {
		return nil
	}
	if !o.overlaps(hole) {
		return []Open{o}
	}
	var pieces []Open
	if o.Start.Before(hole.Start) {
		before := o
		before.End = hole.Start
		pieces = append(pieces, before)
	}
	if hole.End.Before(o.End) {
		after := o
		after.Start = hole.End
		pieces = append(pieces, after)
	}
	return pieces
}

// apart shortens sorted stretches that begin before the one before them ends (extra hours over weekly ones).
func apart(open []Open) []Open {
	var out []Open
	for _, o := range open {
		if n := len(out); n > 0 && o.Start.Before(out[n-1].End) {
			o.Start = out[n-1].End
		}
		if o.End.After(o.Start) {
			out = append(out, o)
		}
	}
	return out
}

// Busy is time that is taken: of a professional, of a room or chair, or of both.
type Busy struct {
	Span
	DoctorID   uuid.UUID
	ResourceID *uuid.UUID
}

// Slot is a free hour: where and when a booking would fit.
type Slot struct {
	StartTime  time.Time  `json:"start_time"`
	EndTime    time.Time  `json:"end_time"`
	DoctorID   uuid.UUID  `json:"doctor_id"`
	SiteID     uuid.UUID  `json:"site_id"`
	ResourceID *uuid.UUID `json:"resource_id"`
}

func (s Slot) span() Span { return Span{s.StartTime, s.EndTime} }

// Need is what a booking asks of a free hour.
type Need struct {
	Duration time.Duration
	Step     time.Duration // hours begin every so often from the start of a working stretch
	// Resources are the rooms or chairs that would do, by site; nil when the service needs none. The hours' own
	// room or chair comes before them.
	Resources map[uuid.UUID][]uuid.UUID
	Window    Span // no hour begins before its start or ends after its end
}

// Free lists every free hour in the working stretches, in order of time and of the stretches.
func Free(open []Open, busy []Busy, need Need) []Slot {
	if need.Duration <= 0 || need.Step <= 0 {
		return nil
	}
	var slots []Slot
	for _, o := range open {
		for start := o.Start; !start.Add(need.Duration).After(o.End); start = start.Add(need.Step) {
			span := Span{start.UTC(), start.Add(need.Duration).UTC()}
			if !need.Window.holds(span) || doctorBusy(busy, o.DoctorID, span) {
				continue
			}
			resource, ok := freeResource(o, busy, need, span)
			if !ok {
				continue
			}
			slots = append(slots, Slot{StartTime: span.Start, EndTime: span.End, DoctorID: o.DoctorID, SiteID: o.SiteID, ResourceID: resource})
		}
	}
	sorting.By(slots, func(a, b Slot) int { return a.StartTime.Compare(b.StartTime) })
	return slots
}

func doctorBusy(busy []Busy, doctor uuid.UUID, span Span) bool {
	return slices.ContainsFunc(busy, func(b Busy) bool { return b.DoctorID == doctor && b.overlaps(span) })
}

func resourceBusy(busy []Busy, resource uuid.UUID, span Span) bool {
	return slices.ContainsFunc(busy, func(b Busy) bool { return b.ResourceID != nil && *b.ResourceID == resource && b.overlaps(span) })
}

// freeResource picks the room or chair of a free hour; false when one is needed and none is free.
func freeResource(o Open, busy []Busy, need Need, span Span) (*uuid.UUID, bool) {
	if o.ResourceID != nil {
		return o.ResourceID, !resourceBusy(busy, *o.ResourceID, span)
	}
	if need.Resources == nil {
		return nil, true
	}
	for _, id := range need.Resources[o.SiteID] {
		if !resourceBusy(busy, id, span) {
			return &id, true
		}
	}
	return nil, false
}

// Apart keeps free hours that do not overlap one another, the earliest of each professional first: what is shown to
// choose from.
func Apart(slots []Slot) []Slot {
	ends := map[uuid.UUID]time.Time{}
	var out []Slot
	for _, s := range slots {
		if s.StartTime.Before(ends[s.DoctorID]) {
			continue
		}
		ends[s.DoctorID] = s.EndTime
		out = append(out, s)
	}
	return out
}

// stepFor is how finely the free hours of a service are laid out.
func stepFor(duration time.Duration) time.Duration {
	switch {
	case duration%(10*time.Minute) == 0:
		return 10 * time.Minute
	case duration%(15*time.Minute) == 0:
		return 15 * time.Minute
	}
	return 5 * time.Minute
}
