//go:build !js

package sync

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// wakings is how often in a row one arrival may set free the next: a chain longer than that goes on in the job.
const wakings = 10

// wake tries again what waited for the objects that were just decided about, and writes what became of it into
// outcomes. What others' operations waited for, the job takes up: it acts in their names.
func (s *Service) wake(ctx context.Context, a Author, outcomes []done) error {
	decided := objectsOf(outcomes)
	for range wakings {
		if len(decided) == 0 {
			return nil
		}
		woken, err := s.woken(ctx, a, decided)
		if err != nil || len(woken) == 0 {
			return err
		}
		var again []done
		for part := range slices.Chunk(woken, perTransaction) {
			found, err := s.chunk(ctx, a, part, map[uuid.UUID]bool{})
			if err != nil {
				return err
			}
			again = append(again, found...)
		}
		replace(outcomes, again)
		decided = objectsOf(again)
	}
	return nil
}

// objectsOf are the objects that operations of this run decided about, under both their ids.
func objectsOf(outcomes []done) (ids []uuid.UUID) {
	for _, o := range outcomes {
		if o.fresh {
			ids = append(ids, o.Object)
			if o.Result.ServerID != o.Object {
				ids = append(ids, o.Result.ServerID)
			}
		}
	}
	return ids
}

func replace(outcomes, again []done) {
	for _, o := range again {
		for i := range outcomes {
			if outcomes[i].OpID == o.OpID && outcomes[i].Result.Retry {
				outcomes[i].Answer = o.Answer
			}
		}
	}
}

// woken lists the author's operations that wait for one of these objects.
func (s *Service) woken(ctx context.Context, a Author, objects []uuid.UUID) (own []Arrival, err error) {
	err = s.Store.Transact(ctx, a, func(ctx context.Context) error {
		waiting, err := s.Store.WaitingFor(ctx, objects)
		if err != nil {
			return err
		}
		own = slices.DeleteFunc(slices.Clone(waiting), func(w Arrival) bool { return w.UserID != a.User })
		if len(own) < len(waiting) && s.Jobs != nil {
			return s.Jobs.Finish(ctx, a.Clinic, s.Now())
		}
		return nil
	})
	return own, err
}

// oneTurn is how many operations of one person a job takes up at once.
const oneTurn = 500

// Finish carries out what lies in a clinic's queue since before a moment: what a crash interrupted, what waited, what
// failed. It acts in the name of whoever sent each operation, with what that person may do now.
func (s *Service) Finish(ctx context.Context, clinic uuid.UUID, request string, before time.Time) error {
	nobody := Author{Clinic: clinic, RequestID: request}
	var users []uuid.UUID
	err := s.Store.Transact(ctx, nobody, func(ctx context.Context) error {
		found, oldest, err := s.Store.Backlog(ctx, before)
		if users = found; err == nil && len(found) > 0 {
			s.Metrics.QueueAge(s.Now().Sub(oldest))
		}
		return err
	})
	if err != nil {
		return err
	}
	var failures []error
	for _, user := range users {
		failures = append(failures, s.finishFor(ctx, Author{Clinic: clinic, User: user, RequestID: request}, before))
	}
	return errors.Join(failures...)
}

func (s *Service) finishFor(ctx context.Context, a Author, before time.Time) error {
	var due []Arrival
	var who access.Identity
	err := s.Store.Transact(ctx, a, func(ctx context.Context) (err error) {
		if who, err = s.Store.Person(ctx, a.User); fault.IsNotFound(err) {
			who, err = access.Identity{UserID: a.User, ClinicID: a.Clinic, TimeZone: "UTC"}, nil // gone since: may nothing
		}
		if err != nil {
			return err
		}
		due, err = s.Store.Due(ctx, a.User, before, oneTurn)
		return err
	})
	if err != nil || len(due) == 0 {
		return err
	}
	_, err = s.carry(access.With(ctx, who), a, due)
	return err
}

// count tells the operators what came in.
func (s *Service) count(outcomes []done) {
	for _, o := range outcomes {
		result := string(o.Result.Status)
		if o.Result.Status == offline.Rejected {
			result += ":" + o.Result.Code
		}
		entity := o.Entity
		if _, ok := s.byName[entity]; !ok {
			entity = "unknown"
		}
		s.Metrics.Operation(entity, result)
		if o.fresh && o.Disagreement != nil {
			s.Metrics.Conflict(entity, string(o.Result.Status))
		}
	}
}
