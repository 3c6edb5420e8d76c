package agenda

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/catalog"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/views"
)

// TakenError refuses an hour that somebody else has or that is not worked, and says what is free instead.
// It is a fault of kind conflict at the field it concerns.
type TakenError struct {
	By    string // who booked it, or why it is not worked; may be empty
	Asked Place
	Free  []Slot // up to three
	fault error
}

func (e *TakenError) Error() string { return e.fault.Error() }
func (e *TakenError) Unwrap() error { return e.fault }

// freeOffered is how many other hours a refusal names.
const freeOffered = 3

// justNow is how long ago "hace un momento" was.
const justNow = 10 * time.Minute

// taken is the refusal of an hour that the store gave to somebody else.
func (s *Service) taken(ctx context.Context, a Appointment, service catalog.Service, cause error) error {
	clash, err := s.store.Clash(ctx, a.Place(), a.ID)
	if err != nil && !fault.IsNotFound(err) {
		return err
	}
	by, err := s.bookerName(ctx, clash.BookedBy)
	if err != nil {
		return err
	}
	zone := s.Zone(ctx)
	field, thing := "start_time", s.hoursOf(clash, a, zone)
	if isResourceTaken(cause) {
		field = "resource_id"
		if thing, err = s.resourceName(ctx, a.ResourceID); err != nil {
			return err
		}
	}
	sentence := takenBy(by, thing, s.now().Sub(clash.CreatedAt) < justNow, access.Who(ctx).MembershipID, clash.BookedBy)
	return s.refusal(ctx, field, by, sentence, a.Place(), service)
}

func (s *Service) hoursOf(clash, asked Appointment, zone *time.Location) string {
	if clash.ID == uuid.Nil || clash.StartTime.Equal(asked.StartTime) {
		return "las " + views.Clock(asked.StartTime.In(zone))
	}
	return "de " + views.Clock(clash.StartTime.In(zone)) + " a " + views.Clock(clash.EndTime.In(zone))
}

func takenBy(by, thing string, recent bool, me uuid.UUID, booker *uuid.UUID) string {
	switch {
	case booker != nil && *booker == me && me != uuid.Nil:
		return "Usted ya reservó " + thing + "."
	case by == "":
		return "A esa hora ya hay otra cita."
	case recent:
		return by + " tomó " + thing + " hace un momento."
	}
	return by + " ya reservó " + thing + "."
}

// refusal joins a sentence with what is free from that hour on.
func (s *Service) refusal(ctx context.Context, field, by, sentence string, asked Place, service catalog.Service) error {
	free, err := s.after(ctx, asked, service)
	if err != nil {
		return err
	}
	if len(free) > 0 {
		sentence += " Libres: " + s.hoursText(ctx, free, asked.StartTime) + "."
	}
	return &TakenError{By: by, Asked: asked, Free: free, fault: fault.ConflictAt(field, sentence)}
}

// hoursText writes free hours for a sentence: "10:50, 11:20, mar 1 dic 9:00".
func (s *Service) hoursText(ctx context.Context, free []Slot, asked time.Time) string {
	zone := s.Zone(ctx)
	words := make([]string, len(free))
	for i, slot := range free {
		words[i] = views.Clock(slot.StartTime.In(zone))
		if DateOf(slot.StartTime, zone) != DateOf(asked, zone) {
			words[i] = views.ShortDayTime(slot.StartTime.In(zone), s.Now(ctx))
		}
	}
	return strings.Join(words, ", ")
}

func (s *Service) bookerName(ctx context.Context, id *uuid.UUID) (string, error) {
	if id == nil {
		return "", nil
	}
	members, err := s.colleagues.Everybody(ctx)
	if err != nil {
		return "", err
	}
	for _, m := range members {
		if m.ID == *id {
			return m.Name, nil
		}
	}
	return "", nil
}

func (s *Service) resourceName(ctx context.Context, id *uuid.UUID) (string, error) {
	resources, err := s.catalog.AllResources(ctx)
	if err != nil {
		return "", err
	}
	for _, r := range resources {
		if id != nil && r.ID == *id {
			return r.Name, nil
		}
	}
	return "el consultorio", nil
}
