package offline

import "context"

// Row is one record of the device. Value is sealed before it reaches the disk; Kind, ID, Key and Group lie there in
// clear, so they hold ids and moments and nothing that tells of a person.
type Row struct {
	Kind  string
	ID    string
	Key   string // its order within the kind, such as the start of an appointment
	Group string // what it belongs to, such as the patient of an appointment
	Value []byte
}

// Ref names a row.
type Ref struct{ Kind, ID string }

// QueueState says where a queued operation stands. It lies on the disk in clear: a locked device can count.
type QueueState string

// The states of a queued operation.
const (
	Pending   QueueState = "pending"
	InFlight  QueueState = "inflight"  // sent at least once; whether it arrived is not known
	Done      QueueState = "done"      // kept for 14 days, should the server forget it (a backup restored)
	Attention QueueState = "attention" // refused or in conflict: a person must look
)

// Queued is an operation in the queue. Value is sealed on the disk.
type Queued struct {
	N     int64 // its place, given by the store when it is 0
	State QueueState
	Value []byte
}

// Batch is written whole or not at all.
type Batch struct {
	Put     []Row
	Delete  []Ref
	Queue   []Queued          // N 0 is added, any other replaces
	Unqueue []int64           // places to forget
	Meta    map[string]string // in clear: cursor, clock offset
	Strict  bool              // what a person entered must be on the disk before the answer
}

// KV is the device's store: IndexedDB in the browser, memory in tests.
type KV interface {
	// Get reads the rows of those ids, in no order; unknown ones are left out.
	Get(ctx context.Context, kind string, ids ...string) ([]Row, error)
	// ByKey lists rows with from <= Key < to, by Key and ID.
	ByKey(ctx context.Context, kind, from, to string) ([]Row, error)
	// ByGroup lists the rows of a group, by Key and ID.
	ByGroup(ctx context.Context, kind, group string) ([]Row, error)
	// Count is how many rows there are of a kind; no value is opened for it.
	Count(ctx context.Context, kind string) (int, error)
	// Queue lists the queued operations in those states, by N.
	Queue(ctx context.Context, states ...QueueState) ([]Queued, error)
	// Meta reads a setting; "" when there is none.
	Meta(ctx context.Context, name string) (string, error)
	Commit(ctx context.Context, b Batch) error
}

// Last is behind every key.
const Last = "\uffff"
