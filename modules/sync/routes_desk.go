package sync

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/clock"
	"hampi/modules/platform/offline"
)

// Desk is what the page of synchronisation asks of whoever keeps the conflicts: the service, or the device.
type Desk interface {
	// Open lists the conflicts that the person of ctx has to decide, oldest first.
	Open(ctx context.Context) ([]Conflict, error)
	// Resolve decides one: Mine, Theirs, ByField or a place in its Choices. It tells the decision that stands: the first.
	Resolve(ctx context.Context, id uuid.UUID, v Verdict) (Decision, error)
}

// People names those who work here.
type People interface {
	// NamesByUser returns a name for each known user of the clinic.
	NamesByUser(ctx context.Context, users []uuid.UUID) (map[uuid.UUID]string, error)
}

// PageParts is what the page asks of whoever builds it.
type PageParts struct {
	Describers []offline.Describer
	People     People // nil names nobody but the person who looks
	Now        clock.Now
}

// DeviceDesk is the Desk of a device, which knows besides what waits to be sent, what was, and what was refused.
type DeviceDesk interface {
	Desk
	Queue(ctx context.Context) (Queue, error)
	// Discard gives up an operation that was refused, by its id.
	Discard(ctx context.Context, op uuid.UUID) error
	// Corrected lets go of one that was refused and that somebody has done anew in another way.
	Corrected(ctx context.Context, op uuid.UUID) error
	// Again sends one that was refused once more.
	Again(ctx context.Context, op uuid.UUID) error
	// Facts tell of the device itself.
	Facts(ctx context.Context) (Facts, error)
}

// CorrectsField is the field of a form, and the part of a page's address, that names the refused operation which is
// being put right. Whoever carries the form out lets go of that one.
const CorrectsField = "corrige"

// Queue is what a device did and where it stands, each oldest first but Sent, which begins with the latest.
type Queue struct {
	Waiting []Item
	Refused []Item
	Sent    []Item
}

// Item is an operation in words.
type Item struct {
	Op       uuid.UUID
	Title    string
	Detail   string
	Icon     string
	Noun     [2]string // "nota", "notas"; empty where such are not counted
	At       time.Time // when it was done; of a sent one, when it was answered
	InFlight bool      // it has been sent, the answer is not here
	Result   offline.Result
	Decides  bool            // it decides a conflict
	Open     bool            // of a sent one: somebody must still decide what came of it
	Typed    []offline.Field // of a refused one: what was written
	Correct  offline.Correction
	Barred   bool // whoever looks may do it no more
}

// Facts are what the page says of the device.
type Facts struct {
	Name    string
	Kept    []string  // "5,120 pacientes", "1,204 citas"
	Contact time.Time // when the clinic was last heard of; zero when never
}
