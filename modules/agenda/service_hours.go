package agenda

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Blocked are hours taken away, and the appointments that stood in them: somebody has to move those.
type Blocked struct {
	Exception Exception
	Inside    []Card
}

// Block keeps hours that differ from the weekly ones: a block or an absence of a professional, extra hours, or (for
// who keeps the schedules) days on which the clinic is closed. It moves no appointment. The same again finds its row.
func (s *Service) Block(ctx context.Context, e Exception) (Blocked, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.AgendaBlock) || e.Kind == ClosedKind && !who.Can(accounts.SettingsSchedules) {
		return Blocked{}, fault.ErrForbidden
	}
	if e.ID == uuid.Nil {
		e.ID = newID()
	}
	e.Version, e.Reason = 1, strings.TrimSpace(e.Reason)
	e.StartTime, e.EndTime = instant(e.StartTime), instant(e.EndTime)
	problems := e.problems(s.Zone(ctx))
	if e.DoctorID != nil {
		if err := s.checkDoctor(ctx, *e.DoctorID, problems); err != nil {
			return Blocked{}, err
		}
	}
	if err := problems.Err(); err != nil {
		return Blocked{}, err
	}
	if err := s.keepException(ctx, e); err != nil {
		return Blocked{}, err
	}
	inside, err := s.inside(ctx, e)
	return Blocked{Exception: e, Inside: inside}, err
}

func (s *Service) keepException(ctx context.Context, e Exception) error {
	err := s.store.AddException(ctx, e)
	if !isSameID(err) {
		return err
	}
	kept, err := s.store.Exception(ctx, e.ID)
	if err == nil && (kept.Kind != e.Kind || kept.Reason != e.Reason || !kept.StartTime.Equal(e.StartTime) || !kept.EndTime.Equal(e.EndTime) ||
		!sameID(kept.DoctorID, e.DoctorID) || !sameID(kept.SiteID, e.SiteID) || !sameID(kept.ResourceID, e.ResourceID)) {
		return ErrSameID
	}
	return err
}

// inside lists the pending appointments that lie in hours taken away.
func (s *Service) inside(ctx context.Context, e Exception) ([]Card, error) {
	if !e.closes() {
		return nil, nil
	}
	r := Range{From: e.StartTime.Add(-maxLength), To: e.EndTime}
	if e.DoctorID != nil {
		r.Doctors = []uuid.UUID{*e.DoctorID}
	}
	list, err := s.store.Between(ctx, r)
	if err != nil {
		return nil, err
	}
	var within []Appointment
	for _, a := range list {
		if a.Status.Pending() && e.concerns(a.DoctorID, a.SiteID) && a.EndTime.After(e.StartTime) {
			within = append(within, a)
		}
	}
	return s.named(ctx, within)
}

// Unblock takes an exception away and returns it, so that Deshacer can Block it again.
func (s *Service) Unblock(ctx context.Context, id uuid.UUID) (Exception, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.AgendaBlock) {
		return Exception{}, fault.ErrForbidden
	}
	e, err := s.store.Exception(ctx, id)
	if err != nil {
		return e, err
	}
	if e.Kind == ClosedKind && !who.Can(accounts.SettingsSchedules) {
		return e, fault.ErrForbidden
	}
	return e, s.store.RemoveException(ctx, id)
}

// Exceptions lists what is still to come, earliest first; of one professional (with what holds for everybody) or all.
func (s *Service) Exceptions(ctx context.Context, doctor *uuid.UUID) ([]Exception, error) {
	start, _ := bounds(s.Today(ctx), s.Today(ctx), s.Zone(ctx))
	return s.store.Exceptions(ctx, start, doctor)
}

// Schedules are a professional's weekly hours, Monday first.
func (s *Service) Schedules(ctx context.Context, doctor uuid.UUID) ([]Schedule, error) {
	return s.store.Schedules(ctx, doctor)
}

// HoldSchedules lets one person at a time replace a professional's weekly hours; it lasts until the transaction ends.
func (s *Service) HoldSchedules(ctx context.Context, doctor uuid.UUID) error {
	return s.store.HoldSchedules(ctx, doctor)
}

// AddSchedule keeps a weekly stretch. It is refused as a conflict when the professional already works then. The same
// again finds its row.
func (s *Service) AddSchedule(ctx context.Context, w Schedule) (Schedule, error) {
	if w.ID == uuid.Nil {
		w.ID = newID()
	}
	w, err := s.checkSchedule(ctx, w)
	if err != nil {
		return w, err
	}
	w.Version = 1
	if kept, err := s.store.Schedule(ctx, w.ID); err == nil {
		if !sameStretch(kept, w) {
			return kept, ErrSameID
		}
		return kept, nil
	}
	return w, s.store.AddSchedule(ctx, w)
}

// ChangeSchedule changes a weekly stretch that was seen at w.Version.
func (s *Service) ChangeSchedule(ctx context.Context, w Schedule) (Schedule, error) {
	w, err := s.checkSchedule(ctx, w)
	if err != nil {
		return w, err
	}
	if _, err := s.store.Schedule(ctx, w.ID); err != nil {
		return w, err
	}
	if err := s.store.SaveSchedule(ctx, w); err != nil {
		return w, err
	}
	w.Version++
	return w, nil
}

// RemoveSchedule takes a weekly stretch away; appointments stay where they are.
func (s *Service) RemoveSchedule(ctx context.Context, id uuid.UUID) error {
	if !access.Who(ctx).Can(accounts.SettingsSchedules) {
		return fault.ErrForbidden
	}
	return s.store.RemoveSchedule(ctx, id)
}

func (s *Service) checkSchedule(ctx context.Context, w Schedule) (Schedule, error) {
	if !access.Who(ctx).Can(accounts.SettingsSchedules) {
		return w, fault.ErrForbidden
	}
	if w.ValidFrom.IsZero() {
		w.ValidFrom = s.Today(ctx)
	}
	problems := w.problems()
	if w.DoctorID != uuid.Nil {
		if err := s.checkDoctor(ctx, w.DoctorID, problems); err != nil {
			return w, err
		}
	}
	return w, problems.Err()
}

func sameStretch(a, b Schedule) bool {
	same := sameID(a.ResourceID, b.ResourceID)
	a.ResourceID, b.ResourceID, a.Version, b.Version = nil, nil, 0, 0
	return same && a == b
}
