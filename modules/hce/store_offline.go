package hce

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// Offline keeps the record on the device of the current unit: the last records of the doctor's own patients, and what
// is written here until it is sent. Nothing is signed on a device, and nothing is opened in an emergency.
type Offline struct {
	me func(ctx context.Context) (Author, error) // who writes on this device
}

// NewOffline is the record's store on a device.
func NewOffline(colleagues Colleagues) Offline {
	return Offline{me: func(ctx context.Context) (Author, error) {
		everybody, err := colleagues.Everybody(ctx)
		for _, m := range everybody {
			if m.ID == access.Who(ctx).MembershipID {
				return authorOf(m), nil
			}
		}
		return Author{MembershipID: access.Who(ctx).MembershipID}, err
	}}
}

var _ Store = Offline{}

// The attentions that began here, or went on here when the line went: one row for all of them, for they are few.
const (
	encountersKind = "hce_encounters"
	onlyRow        = "all"
)

// How long a device goes on with an attention that nobody ended, and remembers one at all.
const (
	goesOn     = 16 * hour
	remembered = 14 * 24 * hour
)

func readLocal[T any](ctx context.Context, kind string) ([]T, error) {
	var list []T
	value, err := offline.From(ctx).Index(ctx, kind, onlyRow)
	if err != nil || value == nil {
		return nil, err
	}
	if err := json.Unmarshal(value, &list); err != nil {
		return nil, fmt.Errorf("read %s of this device: %w", kind, err)
	}
	return list, nil
}

func keepLocal[T any](ctx context.Context, kind string, list []T) error {
	value, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("write %s of this device: %w", kind, err)
	}
	offline.From(ctx).KeepIndex(kind, onlyRow, value)
	return nil
}

func (o Offline) Encounter(ctx context.Context, id uuid.UUID) (Encounter, error) {
	return o.findEncounter(ctx, func(e Encounter) bool { return e.ID == id })
}

// LockEncounter is Encounter: a unit that writes has the device to itself.
func (o Offline) LockEncounter(ctx context.Context, id uuid.UUID) (Encounter, error) {
	return o.Encounter(ctx, id)
}

func (o Offline) EncounterOf(ctx context.Context, appointment uuid.UUID) (Encounter, error) {
	return o.findEncounter(ctx, func(e Encounter) bool { return e.AppointmentID != nil && *e.AppointmentID == appointment })
}

// findEncounter looks among those begun here, then among those that records, triage and drafts brought.
func (o Offline) findEncounter(ctx context.Context, wanted func(Encounter) bool) (Encounter, error) {
	all, err := o.encounters(ctx)
	if err != nil {
		return Encounter{}, err
	}
	i := slices.IndexFunc(all, wanted)
	if i < 0 {
		return Encounter{}, fault.ErrNotFound
	}
	return all[i], nil
}

// encounters are those begun here, then those that records, triage and drafts brought.
func (o Offline) encounters(ctx context.Context) ([]Encounter, error) {
	local, err := readLocal[Encounter](ctx, encountersKind)
	if err != nil {
		return nil, err
	}
	brought, err := offline.Once(ctx, "hce_brought", func() (list []Encounter, err error) {
		objects, err := offline.From(ctx).All(ctx, recordEntity)
		for _, object := range objects {
			r, in, err := recordOf(object, Author{})
			if err != nil {
				return nil, err
			}
			list = append(list, in.encounter(r.PatientID))
		}
		if err != nil {
			return nil, err
		}
		taken, _, err := o.takenHere(ctx)
		if err != nil {
			return nil, err
		}
		for _, d := range taken {
			list = append(list, d.Encounter.encounter(d.PatientID))
		}
		drafts, err := offline.From(ctx).All(ctx, draftEntity)
		for _, object := range drafts {
			d, _, err := draftIn(object)
			if err != nil {
				return nil, err
			}
			list = append(list, d.Encounter.encounter(d.PatientID))
		}
		return list, err
	})
	for i, e := range local {
		if at := slices.IndexFunc(brought, func(b Encounter) bool { return b.ID == e.ID && b.Closed() }); at >= 0 && !e.Closed() {
			local[i].EndedAt = brought[at].EndedAt // it was ended elsewhere
		}
	}
	return append(local, brought...), err
}

func (o Offline) AddEncounter(ctx context.Context, e Encounter) error {
	local, err := readLocal[Encounter](ctx, encountersKind)
	if err != nil {
		return err
	}
	same := func(x Encounter) bool {
		return x.ID == e.ID || e.AppointmentID != nil && x.AppointmentID != nil && *x.AppointmentID == *e.AppointmentID
	}
	if slices.ContainsFunc(local, same) {
		return ErrSameID
	}
	local = slices.DeleteFunc(local, func(x Encounter) bool { return e.CreatedAt.Sub(x.At()) > remembered })
	return keepLocal(ctx, encountersKind, append(local, e))
}

func (o Offline) SaveEncounter(ctx context.Context, e Encounter) (Encounter, error) {
	local, err := readLocal[Encounter](ctx, encountersKind)
	if err != nil {
		return e, err
	}
	e.Version++
	i := slices.IndexFunc(local, func(x Encounter) bool { return x.ID == e.ID })
	if i < 0 {
		local = append(local, e)
	} else {
		local[i] = e
	}
	return e, keepLocal(ctx, encountersKind, local)
}

func (o Offline) EncountersByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Encounter, error) {
	byID := map[uuid.UUID]Encounter{}
	all, err := o.encounters(ctx)
	for _, e := range slices.Backward(all) { // what is known here wins over what a record brought
		if slices.Contains(ids, e.ID) {
			byID[e.ID] = e
		}
	}
	return byID, err
}

// OpenEncounters are those of today: one that was left open before may have been ended elsewhere.
func (o Offline) OpenEncounters(ctx context.Context, doctor uuid.UUID) ([]Encounter, error) {
	now, err := offline.From(ctx).Device().Now(ctx)
	if err != nil {
		return nil, err
	}
	all, err := o.encounters(ctx)
	return slices.DeleteFunc(all, func(e Encounter) bool {
		return e.DoctorID != doctor || !e.Begun() || e.Closed() || now.Sub(e.At()) > goesOn
	}), err
}
