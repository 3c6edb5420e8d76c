package sync

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// OnDeviceParts is what the page of a device asks of whoever builds it. Each may be nil.
type OnDeviceParts struct {
	// Name is what the clinic calls the device: "Recepción 2".
	Name func(ctx context.Context) (string, error)
	// Kept says how much the device holds: "5,120 pacientes", "1,204 citas".
	Kept func(ctx context.Context) ([]string, error)
	// Contact is when the clinic was last heard of; zero when never.
	Contact func(ctx context.Context) (time.Time, error)
}

// OnDevice is the desk of a device, in the unit of each request.
type OnDevice struct {
	device *offline.Device
	words  wordBook
	parts  OnDeviceParts
}

// NewOnDevice builds the desk that the app in the browser hands to Routes.
func NewOnDevice(device *offline.Device, describers []offline.Describer, parts OnDeviceParts) *OnDevice {
	return &OnDevice{device: device, words: newWords(describers), parts: parts}
}

var _ DeviceDesk = (*OnDevice)(nil)

// ConflictKind lets a device keep conflicts as it keeps everything else.
func ConflictKind() offline.Kind {
	return offline.Kind{
		Entity: ConflictEntity,
		Place: func(data json.RawMessage) (key, group string, err error) {
			var c Conflict
			if err := json.Unmarshal(data, &c); err != nil {
				return "", "", fmt.Errorf("place a conflict: %w", err)
			}
			if c.Choice != "" { // the service worker, which cannot read it, counts those that have a key
				return "", c.ObjectID.String(), nil
			}
			return c.CreatedAt.UTC().Format(time.RFC3339Nano), c.ObjectID.String(), nil
		},
		Words: func(context.Context, offline.Operation) (title, detail string) { return "Conflicto resuelto", "" },
	}
}

// Open lists those that the device holds and of which nobody has decided, here neither.
func (d *OnDevice) Open(ctx context.Context) ([]Conflict, error) { return undecided(ctx) }

func undecided(ctx context.Context) ([]Conflict, error) {
	objects, err := offline.From(ctx).All(ctx, ConflictEntity)
	if err != nil {
		return nil, err
	}
	var open []Conflict
	for _, o := range objects {
		var c Conflict
		if err := json.Unmarshal(o.Data(), &c); err != nil {
			return nil, fmt.Errorf("read conflict %s of this device: %w", o.ID, err)
		}
		if c.Open() && c.Choice == "" {
			open = append(open, c)
		}
	}
	return open, nil
}

// Resolve queues the decision; the clinic carries it out.
func (d *OnDevice) Resolve(ctx context.Context, id uuid.UUID, v Verdict) (Decision, error) {
	unit := offline.From(ctx)
	object, err := unit.Find(ctx, ConflictEntity, id.String())
	if err != nil {
		return Decision{}, err
	}
	var c Conflict
	if err := json.Unmarshal(object.Data(), &c); err != nil {
		return Decision{}, fmt.Errorf("read conflict %s of this device: %w", id, err)
	}
	if _, ok := c.way(v); !ok {
		return Decision{}, fault.InvalidField("", "Elija una de las opciones.")
	}
	me := access.Who(ctx).UserID
	if c.Choice != "" { // on another page of this device, or by the clinic
		return c.decision(c.Choice, cmp.Or(c.DecidedBy, me), true), nil
	}
	return c.decision(v.Choice, me, false), unit.Change(ctx, ConflictEntity, id, v)
}

// Queue lists the operations of this device in words.
func (d *OnDevice) Queue(ctx context.Context) (Queue, error) {
	entries, err := offline.From(ctx).Entries(ctx, offline.Pending, offline.InFlight, offline.Done, offline.Attention)
	if err != nil {
		return Queue{}, err
	}
	var q Queue
	open, err := undecided(ctx)
	if err != nil {
		return q, err
	}
	for _, e := range entries {
		item, err := d.item(ctx, e)
		if err != nil {
			return q, err
		}
		item.Open = slices.ContainsFunc(open, func(c Conflict) bool { return c.OpID == e.OpID })
		switch e.State {
		case offline.Attention:
			q.Refused = append(q.Refused, item)
		case offline.Done:
			q.Sent = append(q.Sent, item)
		default:
			q.Waiting = append(q.Waiting, item)
		}
	}
	sorting.By(q.Sent, func(a, b Item) int { return b.At.Compare(a.At) })
	return q, nil
}

func (d *OnDevice) item(ctx context.Context, e offline.Entry) (Item, error) {
	item := Item{Op: e.OpID, Decides: e.Entity == ConflictEntity, At: e.Timestamp, InFlight: e.State == offline.InFlight, Icon: "pen-line"}
	if e.Result != nil {
		item.Result = *e.Result
	}
	if kind, ok := d.device.Kind(e.Entity); ok && kind.Words != nil {
		item.Title, item.Detail = kind.Words(ctx, e.Operation)
	}
	item.Title = cmp.Or(item.Title, "Cambio")
	tell, ok := d.words[e.Entity]
	if ok && tell.Icon != nil {
		item.Icon = tell.Icon(e.Operation)
	}
	if ok && tell.Noun != nil {
		item.Noun[0], item.Noun[1] = tell.Noun(e.Operation)
	}
	if at, err := time.Parse(time.RFC3339, e.Settled); err == nil && e.State == offline.Done {
		item.At = at
	}
	if e.State != offline.Attention || !ok {
		return item, nil
	}
	var err error
	item.Correct = correctionOf(tell, e)
	if needed := item.Correct.Needs; needed != "" && !access.Who(ctx).Can(needed) {
		item.Correct, item.Barred = offline.Correction{}, true
	}
	item.Typed, err = tell.Fields(ctx, e.Data)
	return item, err
}

// Discard gives up a refused operation: it leaves the queue and nothing else happens.
func (d *OnDevice) Discard(ctx context.Context, op uuid.UUID) error {
	_, err := offline.From(ctx).Correct(ctx, op)
	return err
}

// idReused is the code by which modules refuse to create what exists with other content.
const idReused = "id_reused"

// correctionOf is where a refused operation is put right; its address says which one that is.
func correctionOf(tell offline.Describer, e offline.Entry) offline.Correction {
	if tell.Correct == nil {
		return offline.Correction{}
	}
	c := tell.Correct(e.Operation)
	if address, err := url.Parse(c.Address); err == nil && c.Address != "" {
		query := address.Query()
		query.Set(CorrectsField, e.OpID.String())
		address.RawQuery = query.Encode()
		c.Address = address.String()
	}
	if e.Result != nil && e.Result.Code == idReused {
		c.Typed.Del("id") // another has it
	}
	return c
}

// Corrected lets go of a refused operation that was done anew.
func (d *OnDevice) Corrected(ctx context.Context, op uuid.UUID) error {
	return offline.From(ctx).Corrected(ctx, op)
}

// Again queues a refused operation as something done now.
func (d *OnDevice) Again(ctx context.Context, op uuid.UUID) error {
	return offline.From(ctx).Again(ctx, op)
}

// Facts are what the parts tell.
func (d *OnDevice) Facts(ctx context.Context) (Facts, error) {
	var f Facts
	var err error
	if d.parts.Name != nil {
		if f.Name, err = d.parts.Name(ctx); err != nil {
			return f, err
		}
	}
	if d.parts.Kept != nil {
		if f.Kept, err = d.parts.Kept(ctx); err != nil {
			return f, err
		}
	}
	if d.parts.Contact != nil {
		f.Contact, err = d.parts.Contact(ctx)
	}
	return f, err
}
