package agenda

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Act is a wish to bring an appointment to another state.
type Act struct {
	ID     uuid.UUID
	To     Step
	Reason string // of a cancellation
}

// Transition brings an appointment to another state, as the table of transitions allows; a state that already holds
// is success and changes nothing. Before is how it was.
//
// It is refused as a conflict when there is no such step from where it stands, as forbidden when the step belongs to
// other roles, as invalid when a cancellation has no reason, and with a TakenError when an appointment that comes
// back finds its hour taken.
func (s *Service) Transition(ctx context.Context, act Act) (Saved, error) {
	act.Reason = strings.TrimSpace(act.Reason)
	if len([]rune(act.Reason)) > maxReason {
		return Saved{}, fault.InvalidField("reason", "El motivo es demasiado largo: 300 letras como máximo.")
	}
	current, err := s.store.Lock(ctx, act.ID)
	if err != nil {
		return Saved{}, err
	}
	last, err := s.store.LastChange(ctx, act.ID)
	if err != nil {
		return Saved{}, err
	}
	return s.carryOut(ctx, current, last, change{
		To: act.To, Reason: act.Reason, At: s.now(), Offline: s.Away(), Last: last, Zone: s.Zone(ctx), May: access.Who(ctx).Can,
	})
}

// carryOut applies a change and keeps it with what happened.
func (s *Service) carryOut(ctx context.Context, current Appointment, last *Event, c change) (Saved, error) {
	next, err := apply(current, c)
	if err != nil {
		return Saved{}, err
	}
	if !differs(StatusGroup, current, next) {
		return Saved{Appointment: current, Before: current}, nil
	}
	event := s.event(ctx, current, Changed, c.At)
	event.ToStatus = next.Status
	if c.To == Arrival {
		event.What = Arrived
	}
	if row, _ := find(current.Status, c.To); row.Undoes {
		event.What, event.Undoes = Undone, &last.ID
	}
	next = next.stamped(StatusGroup, Stamp{At: c.At, Device: c.Device, Op: cmp.Or(c.Op, event.ID), By: access.Who(ctx).UserID})
	d, err := s.reviseService(ctx, current, Revision{}, nil, nil)
	if err != nil {
		return Saved{}, err
	}
	saved, err := s.settle(ctx, d, next, func(a Appointment) (Appointment, error) { return s.store.Save(ctx, a, event) })
	return Saved{Appointment: saved, Before: current, Changed: []Group{StatusGroup}}, err
}

// Arrive notes that the patient is in the waiting room.
func (s *Service) Arrive(ctx context.Context, id uuid.UUID) (Saved, error) {
	return s.Transition(ctx, Act{ID: id, To: Arrival})
}

// Confirm notes that the patient will come.
func (s *Service) Confirm(ctx context.Context, id uuid.UUID) (Saved, error) {
	return s.Transition(ctx, Act{ID: id, To: step(Confirmed)})
}

// Start begins the attention.
func (s *Service) Start(ctx context.Context, id uuid.UUID) (Saved, error) {
	return s.Transition(ctx, Act{ID: id, To: step(InProgress)})
}

// Complete ends the attention.
func (s *Service) Complete(ctx context.Context, id uuid.UUID) (Saved, error) {
	return s.Transition(ctx, Act{ID: id, To: step(Completed)})
}

// NoShow notes that the patient did not come; the hour is free again.
func (s *Service) NoShow(ctx context.Context, id uuid.UUID) (Saved, error) {
	return s.Transition(ctx, Act{ID: id, To: step(NoShow)})
}

// Cancel takes the promise back; the hour is free again.
func (s *Service) Cancel(ctx context.Context, id uuid.UUID, reason string) (Saved, error) {
	return s.Transition(ctx, Act{ID: id, To: step(Cancelled), Reason: reason})
}

// Undo takes back the last arrival, no-show or cancellation, on the day it was made and if the hour is still free.
func (s *Service) Undo(ctx context.Context, id uuid.UUID) (Saved, error) {
	if s.Away() {
		return Saved{}, fault.Conflicted("needs_connection", "Deshacer requiere conexión. Hágalo cuando vuelva la internet.")
	}
	last, err := s.undoable(ctx, id)
	if err != nil {
		return Saved{}, err
	}
	if last == nil {
		return Saved{}, fault.Conflicted("nothing_to_undo", "No hay nada que deshacer en esta cita.")
	}
	to := step(last.FromStatus)
	if last.What == Arrived {
		to = NoArrival
	}
	return s.Transition(ctx, Act{ID: id, To: to})
}

// undoable is what Undo would take back; nil when there is nothing of the kind.
func (s *Service) undoable(ctx context.Context, id uuid.UUID) (*Event, error) {
	if _, err := s.store.Lock(ctx, id); err != nil {
		return nil, err
	}
	last, err := s.store.LastChange(ctx, id)
	if err != nil || last == nil {
		return nil, err
	}
	if last.What == Changed && last.ToStatus != NoShow && last.ToStatus != Cancelled {
		return nil, nil
	}
	return last, nil
}
