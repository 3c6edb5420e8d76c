package agenda

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/sorting"
)

// View asks for a grid.
type View struct {
	Date    Date        // zero: today
	Site    uuid.UUID   // zero: every site
	Doctors []uuid.UUID // none: everybody who works or has appointments then
}

// Day is one day with a column for each professional.
func (s *Service) Day(ctx context.Context, v View) (Grid, error) {
	v.Date = s.orToday(ctx, v.Date)
	return s.grid(ctx, v, v.Date, v.Date)
}

// Week is Monday to Sunday with a column for each professional and day; ask it for one professional to draw days.
func (s *Service) Week(ctx context.Context, v View) (Grid, error) {
	monday := s.orToday(ctx, v.Date).Monday()
	return s.grid(ctx, v, monday, monday.Add(6))
}

func (s *Service) orToday(ctx context.Context, d Date) Date {
	if d.IsZero() {
		return s.Today(ctx)
	}
	return d
}

func (s *Service) grid(ctx context.Context, v View, from, to Date) (Grid, error) {
	zone := s.Zone(ctx)
	start, end := bounds(from, to, zone)
	changes, err := s.store.Changes(ctx) // first: what comes later is drawn again rather than missed
	if err != nil {
		return Grid{}, err
	}
	list, err := s.store.Between(ctx, Range{From: start, To: end, Doctors: v.Doctors, Site: v.Site})
	if err != nil {
		return Grid{}, err
	}
	hours, err := s.hours(ctx, from, to, v.Doctors)
	if err != nil {
		return Grid{}, err
	}
	w, err := s.wordsFor(ctx, list, start)
	if err != nil {
		return Grid{}, err
	}
	g := Grid{From: from, To: to, Today: s.Today(ctx), Now: s.Now(ctx), Zone: zone, AsOf: s.AsOf(ctx), Changes: changes, Totals: total(list)}
	g.Doctors, g.Sites = attending(w.everybody), receiving(w.allSites)
	cards := w.cards(list, g.Now)
	g.Columns = columns(v, g, hours, cards, w)
	g.Waiting = waiting(cards)
	return g, nil
}

// columns are those asked for; else of everybody who works in those days or has an appointment then.
func columns(v View, g Grid, hours Hours, cards []Card, w words) []Column {
	var all []Column
	for _, m := range shown(v, g, cards, w) {
		var days []Column
		busy := len(v.Doctors) > 0
		for d := g.From; !g.To.Before(d); d = d.Add(1) {
			c := column(m, d, v.Site, hours, cards)
			busy = busy || len(c.Open) > 0 || len(c.Cards) > 0
			days = append(days, c)
		}
		if busy {
			all = append(all, days...)
		}
	}
	return all
}

// shown are the professionals in their order, then those who left but still have appointments.
func shown(v View, g Grid, cards []Card, w words) []accounts.Member {
	var list []accounts.Member
	for _, m := range g.Doctors {
		if len(v.Doctors) == 0 || slices.Contains(v.Doctors, m.ID) {
			list = append(list, m)
		}
	}
	for _, c := range cards {
		known := slices.ContainsFunc(list, func(m accounts.Member) bool { return m.ID == c.DoctorID })
		if m, ok := w.members[c.DoctorID]; ok && !known {
			list = append(list, m)
		}
	}
	return list
}

func column(m accounts.Member, d Date, site uuid.UUID, hours Hours, cards []Card) Column {
	c := Column{Doctor: m, Date: d, Closed: hours.Closed(d)}
	for _, o := range hours.Open(m.ID, d, d) {
		if site == uuid.Nil || o.SiteID == site {
			c.Open = append(c.Open, o)
			c.Worked += int(o.End.Sub(o.Start) / time.Minute)
		}
	}
	start, end := bounds(d, d, hours.Zone)
	for _, e := range hours.Exceptions {
		if e.closes() && e.concerns(m.ID, site) && (Span{start, end}).overlaps(Span{e.StartTime, e.EndTime}) {
			c.Blocks = append(c.Blocks, e)
		}
	}
	for _, card := range cards {
		if card.DoctorID == m.ID && DateOf(card.StartTime, hours.Zone) == d {
			c.Cards = append(c.Cards, card)
			if card.Status != Cancelled && card.Status != NoShow {
				c.Promised += int(card.Duration() / time.Minute)
			}
		}
	}
	return c
}

func waiting(cards []Card) []Card {
	room := slices.DeleteFunc(slices.Clone(cards), func(c Card) bool { return !c.InWaitingRoom() })
	sorting.By(room, func(a, b Card) int { return a.ArrivedAt.Compare(*b.ArrivedAt) })
	return room
}

// wordsFor reads the names behind appointments; since is when a first visit is judged from.
func (s *Service) wordsFor(ctx context.Context, list []Appointment, since time.Time) (words, error) {
	w := newWords()
	patients, services := idsOf(list)
	var err error
	if w.patients, err = s.patients.NamesByID(ctx, patients); err != nil {
		return w, err
	}
	if w.services, err = s.catalog.ServicesByID(ctx, services); err != nil {
		return w, err
	}
	if w.visited, err = s.store.Visited(ctx, patients, since); err != nil {
		return w, err
	}
	return w, s.readPlaces(ctx, &w, list)
}

func (s *Service) readPlaces(ctx context.Context, w *words, list []Appointment) error {
	var err error
	if w.everybody, err = s.colleagues.Everybody(ctx); err != nil {
		return err
	}
	for _, m := range w.everybody {
		w.members[m.ID] = m
	}
	if w.allSites, err = s.colleagues.Sites(ctx); err != nil {
		return err
	}
	for _, site := range w.allSites {
		w.sites[site.ID] = site
	}
	if !slices.ContainsFunc(list, func(a Appointment) bool { return a.ResourceID != nil }) {
		return nil
	}
	resources, err := s.catalog.AllResources(ctx)
	for _, r := range resources {
		w.resources[r.ID] = r
	}
	return err
}

// idsOf lists each patient and each service once.
func idsOf(list []Appointment) (patients, services []uuid.UUID) {
	seen := map[uuid.UUID]bool{}
	for _, a := range list {
		if !seen[a.PatientID] {
			seen[a.PatientID] = true
			patients = append(patients, a.PatientID)
		}
		if !seen[a.ServiceID] {
			seen[a.ServiceID] = true
			services = append(services, a.ServiceID)
		}
	}
	return patients, services
}
