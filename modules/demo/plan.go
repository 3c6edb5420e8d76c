//go:build !js

package demo

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"hampi/modules/agenda"
	"hampi/modules/patients"
)

// fate is how an appointment ends.
type fate int

const (
	attends fate = iota
	misses
	cancels
)

// visit is an appointment from its booking to its end; what of it has happened depends on the moment (lived).
type visit struct {
	appointment agenda.Appointment
	fate        fate
	confirms    bool
	booked      time.Time
	confirmed   time.Time
	cancelled   time.Time
	arrived     time.Time
	started     time.Time
	ended       time.Time
	reason      string
}

// planner lays out days, the same way whenever it is asked.
type planner struct {
	clinic clinic
	people []patients.Patient
	zone   *time.Location
}

// day is everything planned for a date.
type day struct {
	date    agenda.Date
	blocks  []agenda.Exception
	extra   []agenda.Exception // hours of a campaign
	visits  []visit
	squeeze *visit // a sobreturno beside another visit
	lost    *visit // one that wants the hour of another
}

// plan lays out a date. A closed one has visits only if it is worked as a campaign.
func (p planner) plan(d agenda.Date, worksClosed bool) day {
	out := day{date: d}
	if isClosed(d) && !worksClosed {
		return out
	}
	seen := map[uuid.UUID]bool{} // nobody comes twice a day
	for _, r := range p.clinic.rounds {
		worked := r.on(d.Weekday())
		if isClosed(d) {
			worked = campaignHours()
			for i, s := range worked {
				out.extra = append(out.extra, p.exception(d, r, agenda.ExtraKind, s, campaign, i))
			}
		}
		blocks := r.blocks(d.Weekday(), worked)
		for i, b := range blocks {
			out.blocks = append(out.blocks, p.exception(d, r, agenda.BlockKind, b, b.reason, i))
		}
		for _, s := range worked {
			out.visits = append(out.visits, p.fill(d, r, s, blocks, seen)...)
		}
	}
	out.squeeze, out.lost = p.besides(out, "squeeze", seen), p.besides(out, "lost", seen)
	return out
}

func (p planner) exception(d agenda.Date, r round, kind agenda.ExceptionKind, s stretch, reason string, n int) agenda.Exception {
	doctor, site := p.clinic.member(r.email), p.clinic.site(r.site)
	e := agenda.Exception{
		ID:   idOf(d.At(0, p.zone).AddDate(0, 0, -30), p.clinic.Slug, string(kind), d.String(), r.email, fmt.Sprint(n)),
		Kind: kind, DoctorID: &doctor, StartTime: d.At(s.from, p.zone).UTC(), EndTime: d.At(s.to, p.zone).UTC(), Reason: reason,
	}
	if kind == agenda.ExtraKind {
		room := p.clinic.room(r.site, r.room)
		e.SiteID, e.ResourceID = &site, &room
	}
	return e
}

// fill gives a stretch to patients one after the other, with some hours left free.
func (p planner) fill(d agenda.Date, r round, s stretch, blocks []stretch, seen map[uuid.UUID]bool) []visit {
	rnd := dice(p.clinic.Slug, d.String(), r.email, fmt.Sprint(s.from))
	var visits []visit
	for at := s.from; at < s.to; {
		if b, taken := blockAt(at, blocks); taken {
			at = b.to
			continue
		}
		o := chooseOffer(rnd, r.offers)
		minutes := minutesOf(o.service)
		next := stretch{at, at + minutes, ""}
		if rnd.Float64() > r.full || next.to > s.to || meets(next, blocks) {
			at += 20
			continue
		}
		if patient, found := p.somebodyFor(rnd, o, d, seen); found {
			visits = append(visits, p.visit(rnd, d, r, next, o.service, patient))
		}
		at = next.to
	}
	return visits
}

func blockAt(minute int, blocks []stretch) (stretch, bool) {
	for _, b := range blocks {
		if b.from <= minute && minute < b.to {
			return b, true
		}
	}
	return stretch{}, false
}

func chooseOffer(r *rand.Rand, offers []offer) offer {
	total := 0
	for _, o := range offers {
		total += o.weight
	}
	at := r.IntN(total)
	for _, o := range offers {
		if at -= o.weight; at < 0 {
			return o
		}
	}
	return offers[0]
}

func (p planner) somebodyFor(r *rand.Rand, o offer, d agenda.Date, seen map[uuid.UUID]bool) (uuid.UUID, bool) {
	for range 60 {
		someone := p.people[r.IntN(len(p.people))]
		if !seen[someone.ID] && o.suits(someone.Demographics, d.In(time.UTC)) {
			seen[someone.ID] = true
			return someone.ID, true
		}
	}
	return uuid.Nil, false
}

func (p planner) visit(r *rand.Rand, d agenda.Date, by round, s stretch, service string, patient uuid.UUID) visit {
	start, end := d.At(s.from, p.zone).UTC(), d.At(s.to, p.zone).UTC()
	room, reception := p.clinic.room(by.site, by.room), p.clinic.member(p.clinic.books)
	v := visit{appointment: agenda.Appointment{
		ID: p.id(d, by.email, fmt.Sprint(s.from)), PatientID: patient, DoctorID: p.clinic.member(by.email), ServiceID: p.clinic.service(service),
		SiteID: p.clinic.site(by.site), ResourceID: &room, StartTime: start, EndTime: end, Notes: noteFor(r, service), BookedBy: &reception,
	}}
	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	v.booked = start.Add(-minutes(24*60*(1+r.IntN(20)) + r.IntN(300)))
	v.confirms = r.Float64() < 0.72
	v.confirmed = start.Add(-minutes(20*60 + r.IntN(600)))
	v.cancelled = start.Add(-minutes(90 + r.IntN(22*60)))
	v.arrived = start.Add(-minutes(2 + r.IntN(28)))
	v.started = start.Add(minutes(r.IntN(5)))
	v.ended = end.Add(-minutes(r.IntN(4)))
	switch at := r.Float64(); {
	case at < 0.07:
		v.fate = misses
	case at < 0.15:
		v.fate, v.reason = cancels, reasons()[r.IntN(len(reasons()))]
	}
	return v
}

func (p planner) id(d agenda.Date, names ...string) uuid.UUID {
	return idOf(d.At(0, p.zone).AddDate(0, 0, -24), append([]string{p.clinic.Slug, "visit", d.String()}, names...)...)
}

// besides is one more visit at the hour of another, of the first professional or, when it lost its place, of the
// third; nil on days without any.
func (p planner) besides(d day, kind string, seen map[uuid.UUID]bool) *visit {
	which := map[string]int{"squeeze": 0, "lost": 2}[kind]
	if which >= len(p.clinic.rounds) {
		return nil
	}
	by := p.clinic.rounds[which]
	var own []visit
	for _, v := range d.visits {
		if v.appointment.DoctorID == p.clinic.member(by.email) && v.fate == attends {
			own = append(own, v)
		}
	}
	if len(own) < 3 {
		return nil
	}
	r := dice(p.clinic.Slug, kind, d.date.String())
	patient, found := p.somebodyFor(r, by.offers[0], d.date, seen)
	if !found {
		return nil
	}
	beside := own[len(own)-2].appointment.StartTime.In(p.zone)
	from := beside.Hour()*60 + beside.Minute()
	v := p.visit(r, d.date, by, stretch{from, from + minutesOf(by.offers[0].service), ""}, by.offers[0].service, patient)
	v.appointment.ID, v.fate = p.id(d.date, kind), attends
	if kind == "squeeze" {
		v.appointment.Overbooked, v.appointment.Notes = true, "Dolor agudo; se atiende entre citas"
		return &v
	}
	v.appointment.NeedsReschedule, v.appointment.Notes, v.confirms = true, "", false
	v.fate, v.reason, v.cancelled = cancels, "No aceptó otra hora", v.appointment.EndTime
	return &v
}

func reasons() []string {
	return []string{"Viaje", "Enfermedad del paciente", "Reprogramó por trabajo", "No consiguió permiso", "Pidió otra fecha por teléfono"}
}

func noteFor(r *rand.Rand, service string) string {
	notes := []string{"Trae radiografía panorámica", "Llamar al llegar", "Viene de lejos; no mover", "Primera vez en la clínica"}
	if service == "Endodoncia multirradicular" {
		return "Sesión " + fmt.Sprint(1+r.IntN(2)) + " de 3"
	}
	if r.Float64() < 0.12 {
		return notes[r.IntN(len(notes))]
	}
	return ""
}
