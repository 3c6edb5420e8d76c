package hce

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

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

// The rows that stay on the device: attentions and drafts, one row each for all of them, for they are few.
const (
	encountersKind = "hce_encounters"
	draftsKind     = "hce_drafts"
	onlyRow        = "all"
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

// findEncounter looks among those begun here, then among those that records brought.
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

// encounters are those begun here, then those that records brought.
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
		return list, err
	})
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

func (o Offline) OpenEncounters(ctx context.Context, doctor uuid.UUID) ([]Encounter, error) {
	local, err := readLocal[Encounter](ctx, encountersKind)
	return slices.DeleteFunc(local, func(e Encounter) bool { return e.DoctorID != doctor || !e.Begun() || e.Closed() }), err
}

func (o Offline) Draft(ctx context.Context, encounter, author uuid.UUID) (Draft, error) {
	local, err := readLocal[Draft](ctx, draftsKind)
	if err != nil {
		return Draft{}, err
	}
	i := slices.IndexFunc(local, func(d Draft) bool { return d.EncounterID == encounter && d.AuthorID == author })
	if i < 0 {
		return Draft{}, fault.ErrNotFound
	}
	return local[i], nil
}

func (o Offline) SaveDraft(ctx context.Context, d Draft) (Draft, error) {
	local, err := readLocal[Draft](ctx, draftsKind)
	if err != nil {
		return d, err
	}
	i := slices.IndexFunc(local, func(x Draft) bool { return x.EncounterID == d.EncounterID && x.AuthorID == d.AuthorID })
	if i >= 0 && local[i].Version != d.Version || i < 0 && d.Version != 0 {
		return d, ErrStaleDraft
	}
	d.Version++
	if i < 0 {
		local = append(local, d)
	} else {
		local[i] = d
	}
	return d, keepLocal(ctx, draftsKind, local)
}

func (o Offline) HoldDraft(ctx context.Context, id uuid.UUID, holder string, at time.Time) error {
	local, err := readLocal[Draft](ctx, draftsKind)
	if err != nil {
		return err
	}
	for i := range local {
		if local[i].ID == id {
			local[i].Holder, local[i].HeldAt = holder, at
		}
	}
	return keepLocal(ctx, draftsKind, local)
}

func (o Offline) DropDraft(ctx context.Context, id uuid.UUID) error {
	local, err := readLocal[Draft](ctx, draftsKind)
	if err != nil {
		return err
	}
	return keepLocal(ctx, draftsKind, slices.DeleteFunc(local, func(d Draft) bool { return d.ID == id }))
}

func (o Offline) DraftsBy(ctx context.Context, author uuid.UUID) ([]Draft, error) {
	local, err := readLocal[Draft](ctx, draftsKind)
	local = slices.DeleteFunc(local, func(d Draft) bool { return d.AuthorID != author })
	slices.SortFunc(local, func(a, b Draft) int {
		return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return local, err
}
