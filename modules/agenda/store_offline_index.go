package agenda

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// What a device keeps beside its appointments, so that a page need not open thousands of them.
const (
	outlineKind    = "appointment_outline" // marked: every appointment in a few bytes
	lastBookedKind = "appointment_booked"  // by membership: what it booked last on this device
	changesKind    = "agenda_changes"      // one row: grows with every write and pull
	onlyRow        = "all"
)

// outline is an appointment in a few bytes: enough to tell which ones to open.
type outline struct {
	ID      uuid.UUID
	Patient uuid.UUID
	Start   time.Time
	Status  Status
	Lost    bool // needs_reschedule
}

// outlineSize is the length of one as it is written: two ids, microseconds, flags.
const outlineSize = 16 + 16 + 8 + 1

// lostFlag marks what lost its place; the bits below hold the status.
const lostFlag = 0x80

func outlineOf(object offline.Object) (outline, error) {
	var d struct {
		PatientID       uuid.UUID `json:"patient_id"`
		StartTime       time.Time `json:"start_time"`
		Status          Status    `json:"status"`
		NeedsReschedule bool      `json:"needs_reschedule"`
	}
	if err := json.Unmarshal(object.Data(), &d); err != nil {
		return outline{}, fmt.Errorf("read appointment %s of this device: %w", object.ID, err)
	}
	id, err := uuid.Parse(object.ID)
	return outline{id, d.PatientID, d.StartTime.UTC(), d.Status, d.NeedsReschedule}, err
}

func (o outline) appendTo(b []byte) []byte {
	b = append(b, o.ID[:]...)
	b = append(b, o.Patient[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(o.Start.UnixMicro()))
	flags := byte(max(slices.Index(Statuses(), o.Status), 0))
	if o.Lost {
		flags |= lostFlag
	}
	return append(b, flags)
}

func outlinesIn(value []byte) ([]outline, error) {
	if len(value)%outlineSize != 0 {
		return nil, fmt.Errorf("the outline of the agenda has %d bytes, no multiple of %d", len(value), outlineSize)
	}
	list := make([]outline, 0, len(value)/outlineSize)
	for ; len(value) > 0; value = value[outlineSize:] {
		status := int(value[40] &^ lostFlag)
		if status >= len(Statuses()) {
			return nil, fmt.Errorf("the outline of the agenda has a status %d", status)
		}
		list = append(list, outline{
			ID: uuid.UUID(value[:16]), Patient: uuid.UUID(value[16:32]),
			Start:  time.UnixMicro(int64(binary.BigEndian.Uint64(value[32:40]))).UTC(),
			Status: Statuses()[status], Lost: value[40]&lostFlag != 0,
		})
	}
	return list, nil
}

// outlines are all appointments of the device, by start and id. The list is shared: callers change nothing of it.
func outlines(ctx context.Context) ([]outline, error) {
	return offline.Marked(ctx, outlineKind, outlinesIn)
}

// follow brings the outline and the change number up to date with what changed and what was removed.
func follow(ctx context.Context, u *offline.Unit, changed []offline.Object, removed []string) error {
	list, err := outlines(ctx)
	if err != nil {
		return err
	}
	known := make(map[uuid.UUID]outline, len(list)+len(changed))
	for _, o := range list {
		known[o.ID] = o
	}
	for _, id := range removed {
		if parsed, err := uuid.Parse(id); err == nil {
			delete(known, parsed)
		}
	}
	for _, object := range changed {
		o, err := outlineOf(object)
		if err != nil {
			return err
		}
		known[o.ID] = o
	}
	list = slices.Collect(maps.Values(known))
	sorting.By(list, func(a, b outline) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	next := make([]byte, 0, len(list)*outlineSize)
	for _, o := range list {
		next = o.appendTo(next)
	}
	u.KeepMarked(outlineKind, next)
	return grow(ctx, u)
}

// followAppointments is told what a unit keeps. What left the device takes its notes along.
func followAppointments(ctx context.Context, u *offline.Unit, changed []offline.Object, removed []string) error {
	for _, id := range removed {
		u.Drop(notesKind, id)
	}
	return follow(ctx, u, changed, removed)
}

func followSchedules(ctx context.Context, u *offline.Unit, _ []offline.Object, _ []string) error {
	return grow(ctx, u)
}

// firstChange sets a device's numbers apart from the server's, so that a page drawn by one is drawn again by the other.
const firstChange = int64(1) << 40

// grow raises the change number, once in a unit.
func grow(ctx context.Context, u *offline.Unit) error {
	rows, err := u.Device().KV().Get(ctx, changesKind, onlyRow)
	if err != nil {
		return err
	}
	number := firstChange
	if len(rows) > 0 {
		if number, err = strconv.ParseInt(string(rows[0].Value), 10, 64); err != nil {
			return fmt.Errorf("read the change number of this device: %w", err)
		}
	}
	u.KeepIndex(changesKind, onlyRow, []byte(strconv.FormatInt(number+1, 10)))
	return nil
}

// Changes grows with every write and every pull on this device.
func (Offline) Changes(ctx context.Context) (int64, error) {
	value, err := offline.From(ctx).Index(ctx, changesKind, onlyRow)
	if err != nil || value == nil {
		return firstChange, err
	}
	return strconv.ParseInt(string(value), 10, 64)
}
