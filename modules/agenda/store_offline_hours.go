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

// timetable is one schedule of a device: a weekly stretch or an exception.
type timetable struct {
	Weekly    *Schedule
	Exception *Exception
}

// timetables are all schedules that the device holds.
func timetables(ctx context.Context) (weekly []Schedule, exceptions []Exception, err error) {
	list, err := offline.Once(ctx, scheduleEntity, func() ([]timetable, error) {
		return offline.List(ctx, scheduleEntity, func(id uuid.UUID, version int64, d scheduleData) (timetable, error) {
			if d.Kind == exceptionData {
				e := d.exception(id, version)
				return timetable{Exception: &e}, nil
			}
			s := d.schedule(id, version)
			return timetable{Weekly: &s}, nil
		})
	})
	for _, one := range list {
		if one.Weekly != nil {
			weekly = append(weekly, *one.Weekly)
		} else {
			exceptions = append(exceptions, *one.Exception)
		}
	}
	sorting.By(exceptions, func(a, b Exception) int {
		return cmp.Or(a.StartTime.Compare(b.StartTime), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return weekly, exceptions, err
}

func (Offline) Hours(ctx context.Context, from, to Date, zone *time.Location, doctors []uuid.UUID) (Hours, error) {
	weekly, exceptions, err := timetables(ctx)
	start, end := bounds(from, to, zone)
	days := from.Days(to) + 1
	hours := Hours{
		Schedules: slices.DeleteFunc(weekly, func(s Schedule) bool {
			ahead := (int(s.Weekday) - int(from.Weekday()) + 7) % 7
			return ahead >= days || to.Before(s.ValidFrom) || !s.ValidUntil.IsZero() && s.ValidUntil.Before(from) ||
				len(doctors) > 0 && !slices.Contains(doctors, s.DoctorID)
		}),
		Exceptions: slices.DeleteFunc(exceptions, func(e Exception) bool {
			return !(Span{start, end}).overlaps(Span{e.StartTime, e.EndTime}) ||
				len(doctors) > 0 && e.DoctorID != nil && !slices.Contains(doctors, *e.DoctorID)
		}),
	}
	sorting.By(hours.Schedules, func(a, b Schedule) int {
		return cmp.Or(cmp.Compare(a.FromMinute, b.FromMinute), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return hours, err
}

func (Offline) Schedule(ctx context.Context, id uuid.UUID) (Schedule, error) {
	weekly, _, err := timetables(ctx)
	if err != nil {
		return Schedule{}, err
	}
	i := slices.IndexFunc(weekly, func(s Schedule) bool { return s.ID == id })
	if i < 0 {
		return Schedule{}, fault.ErrNotFound
	}
	return weekly[i], nil
}

func (Offline) Schedules(ctx context.Context, doctor uuid.UUID) ([]Schedule, error) {
	weekly, _, err := timetables(ctx)
	weekly = slices.DeleteFunc(weekly, func(s Schedule) bool { return s.DoctorID != doctor })
	sorting.By(weekly, func(a, b Schedule) int {
		return cmp.Or(cmp.Compare((a.Weekday+6)%7, (b.Weekday+6)%7), cmp.Compare(a.FromMinute, b.FromMinute),
			cmp.Compare(a.ValidFrom.String(), b.ValidFrom.String()), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return weekly, err
}

func (Offline) Exception(ctx context.Context, id uuid.UUID) (Exception, error) {
	_, exceptions, err := timetables(ctx)
	if err != nil {
		return Exception{}, err
	}
	i := slices.IndexFunc(exceptions, func(e Exception) bool { return e.ID == id })
	if i < 0 {
		return Exception{}, fault.ErrNotFound
	}
	return exceptions[i], nil
}

func (Offline) Exceptions(ctx context.Context, from time.Time, doctor *uuid.UUID) ([]Exception, error) {
	_, exceptions, err := timetables(ctx)
	return slices.DeleteFunc(exceptions, func(e Exception) bool {
		return !e.EndTime.After(from) || doctor != nil && e.DoctorID != nil && *e.DoctorID != *doctor
	}), err
}

func (Offline) HoldSchedules(context.Context, uuid.UUID) error { return offline.ErrNeedsConnection }

func (Offline) AddSchedule(context.Context, Schedule) error { return offline.ErrNeedsConnection }

func (Offline) SaveSchedule(context.Context, Schedule) error { return offline.ErrNeedsConnection }

func (Offline) RemoveSchedule(context.Context, uuid.UUID) error { return offline.ErrNeedsConnection }

func (Offline) AddException(context.Context, Exception) error { return offline.ErrNeedsConnection }

func (Offline) RemoveException(context.Context, uuid.UUID) error { return offline.ErrNeedsConnection }
