package agenda

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/catalog"
	"hampi/views"
)

// standing says how a wished hour stands before anybody books it: what the desk reads while typing. Only booking
// decides.
type standing int

const (
	isFree standing = iota
	isTaken
	isOutside // of the working hours: possible, but somebody should look twice
	isClosed
)

func (w standing) words() string {
	switch w {
	case isTaken:
		return "Ya está tomada."
	case isOutside:
		return "Fuera del horario."
	case isClosed:
		return "No se atiende."
	}
	return "Libre."
}

// standingOf looks how an hour of a professional stands, apart from the appointment that moves.
func (s *Service) standingOf(ctx context.Context, doctor uuid.UUID, span Span, moving uuid.UUID) (standing, error) {
	day := DateOf(span.Start, s.Zone(ctx))
	busy, err := s.store.Busy(ctx, span, []uuid.UUID{doctor}, nil, moving)
	if err != nil {
		return isFree, err
	}
	if doctorBusy(busy, doctor, span) {
		return isTaken, nil
	}
	hours, err := s.hours(ctx, day, day, []uuid.UUID{doctor})
	if err != nil {
		return isFree, err
	}
	open := hours.Open(doctor, day, day)
	if slices.ContainsFunc(open, func(o Open) bool { return o.holds(span) }) {
		return isFree, nil
	}
	if hours.Closed(day) != "" {
		return isClosed, nil
	}
	for _, e := range hours.Exceptions {
		if e.closes() && (e.DoctorID == nil || *e.DoctorID == doctor) && span.overlaps(Span{e.StartTime, e.EndTime}) {
			return isClosed, nil
		}
	}
	return isOutside, nil
}

// echoOf writes an hour out in words with how it stands.
func (s *Service) echoOf(ctx context.Context, doctor uuid.UUID, start time.Time, length time.Duration, moving uuid.UUID) (understood, error) {
	zone := s.Zone(ctx)
	e := understood{Words: views.LongDayInText(start.In(zone), s.Now(ctx)) + ", " + views.Clock(start.In(zone))}
	if length > 0 {
		e.Words += " a " + views.Clock(start.Add(length).In(zone))
	}
	if doctor == uuid.Nil || length <= 0 {
		return e, nil
	}
	how, err := s.standingOf(ctx, doctor, Span{start, start.Add(length)}, moving)
	e.Free, e.Good = how.words(), how == isFree
	return e, err
}

// Exception is one stretch that differs from the weekly hours; fault.ErrNotFound for an id that is not this clinic's.
func (s *Service) Exception(ctx context.Context, id uuid.UUID) (Exception, error) {
	return s.store.Exception(ctx, id)
}

// Resources are the rooms, chairs and machines of the clinic, retired ones included.
func (s *Service) Resources(ctx context.Context) ([]catalog.Resource, error) {
	return s.catalog.AllResources(ctx)
}

// ClinicName is what the clinic is called.
func (s *Service) ClinicName(ctx context.Context) (string, error) {
	c, err := s.colleagues.Clinic(ctx)
	return c.Name, err
}
