//go:build !js

package sync

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/offline"
)

// Author is whose transaction it is.
type Author struct {
	Clinic, User  uuid.UUID
	RequestID, IP string
}

// Arrival is an operation as it lies in the server's queue.
type Arrival struct {
	offline.Operation        // with its op_id
	Hash              []byte // SHA-256 of what it says: the same op_id with another is not the same operation
	UserID            uuid.UUID
	Device            string
	ReceivedAt        time.Time
	Tries             int
	// WaitsFor is what must arrive first; nil when nothing is known to be missing.
	WaitsFor *offline.Missing
}

// Answer is what became of an operation id, kept for as long as it may be repeated.
type Answer struct {
	OpID   uuid.UUID
	UserID uuid.UUID
	Hash   []byte
	Form   bool // a form, or a call of the API, carried this id; Result and Disagreement are empty then
	Entity string
	Action string
	Object uuid.UUID
	Result offline.Result
	// Disagreement is what the answer told beside the result; nil for none.
	Disagreement *Disagreement
}

// Touched is an object that the log of changes names, with its last number there.
type Touched struct {
	Entity string
	ID     uuid.UUID
	Seq    int64
}

// Extent is how far the log of changes reaches.
type Extent struct {
	Epoch uuid.UUID
	Last  int64 // the number of the last change; 0 before the first
	First int64 // of the oldest that is kept; Last+1 when none is
}

// Store keeps what synchronisation itself needs. Every method but Transact works in the transaction of ctx and sees
// the author's clinic alone.
type Store interface {
	// Transact runs f in a transaction of its own and commits it when f returns nil. When it lost a race against
	// another transaction, f is run again, up to three times in all.
	Transact(ctx context.Context, a Author, f func(ctx context.Context) error) error
	// Attempt is Transact for work that is likely to go well: where a Savepoint within it fails, so does the whole, and
	// nothing of it stands. In return a Savepoint costs nothing.
	Attempt(ctx context.Context, a Author, f func(ctx context.Context) error) error
	// Savepoint runs f so that its failure undoes f's work alone.
	Savepoint(ctx context.Context, f func(ctx context.Context) error) error
	// Lasting reports whether an operation that failed with err would fail again; false for a database that is
	// away or busy, or a race that was lost, which ends the whole transaction.
	Lasting(err error) bool

	// Enqueue adds the arrivals whose op_id neither the queue nor the answers have.
	Enqueue(ctx context.Context, arrivals []Arrival) error
	// Lock waits until nobody else carries any of these operations out, and keeps them for this transaction.
	Lock(ctx context.Context, ops []uuid.UUID) error
	// Queued are those of ops that lie in the queue.
	Queued(ctx context.Context, ops []uuid.UUID) (map[uuid.UUID]Arrival, error)
	// Answers are those of ops that were answered.
	Answers(ctx context.Context, ops []uuid.UUID) (map[uuid.UUID]Answer, error)
	// Settle keeps answers, and takes operations out of the queue.
	Settle(ctx context.Context, answers []Answer, gone []uuid.UUID) error
	// Postpone leaves an operation in the queue: waiting for something or, with nil, counted as tried in vain.
	Postpone(ctx context.Context, op uuid.UUID, missing *offline.Missing) error
	// Due lists operations of user in the queue that arrived before a moment: what waits for nothing first, then the
	// least tried, then the oldest.
	Due(ctx context.Context, user uuid.UUID, before time.Time, limit int) ([]Arrival, error)
	// WaitingFor lists the operations in the queue that wait for one of these objects, oldest first.
	WaitingFor(ctx context.Context, objects []uuid.UUID) ([]Arrival, error)
	// Backlog tells who has operations in the queue that arrived before a moment, and since when the oldest lies there.
	Backlog(ctx context.Context, before time.Time) (users []uuid.UUID, oldest time.Time, err error)
	// RefusedCreate reports whether the creation of an object was refused for good.
	RefusedCreate(ctx context.Context, entity string, object uuid.UUID) (bool, error)
	// Person is who a user is in this clinic now; fault.ErrNotFound when they work here no more.
	Person(ctx context.Context, user uuid.UUID) (access.Identity, error)

	// Extent tells how far the log reaches now.
	Extent(ctx context.Context) (Extent, error)
	// Touched lists the objects changed after one number and up to another, by their last number, at most limit.
	Touched(ctx context.Context, after, upTo int64, limit int) ([]Touched, error)
	// Sign gives the marks of a text under every active key of the clinic, the present one first.
	Sign(ctx context.Context, text string) ([][]byte, error)

	// AddConflict keeps a new conflict.
	AddConflict(ctx context.Context, c Conflict) error
	// Conflicts reads those of ids, decided or not.
	Conflicts(ctx context.Context, ids []uuid.UUID) ([]Conflict, error)
	// OpenConflicts lists the undecided ones of a user (zero: of everybody) with an id after one, by id.
	OpenConflicts(ctx context.Context, user, after uuid.UUID, limit int) ([]Conflict, error)
	// CountConflicts counts the undecided ones of a user (zero: of everybody).
	CountConflicts(ctx context.Context, user uuid.UUID) (int, error)
	// LockConflict reads one and keeps others from deciding it; fault.ErrNotFound when there is none.
	LockConflict(ctx context.Context, id uuid.UUID) (Conflict, error)
	// Decide writes down what was chosen.
	Decide(ctx context.Context, id uuid.UUID, choice string, by uuid.UUID, at time.Time) error
}
