package offline

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
)

// Entry is an operation in the queue with what became of it.
type Entry struct {
	N     int64      `json:"-"`
	State QueueState `json:"-"`
	Operation
	Format  int     `json:"format"`          // of the version that wrote it: a newer one understands the two before
	Sent    bool    `json:"sent,omitempty"`  // at least once: its words are fixed from then on
	Tries   int     `json:"tries,omitempty"` // answers that asked to send it again later
	Redo    bool    `json:"redo,omitempty"`  // it was done once, and goes again to a server that may have forgotten it
	Result  *Result `json:"result,omitempty"`
	Settled string  `json:"settled,omitempty"` // when it was answered, RFC 3339
}

// Format is how this version writes operations.
const Format = 1

// Result is the server's answer to one operation, as the wire has it.
type Result struct {
	LocalID  uuid.UUID `json:"local_id"`
	ServerID uuid.UUID `json:"server_id"`
	Status   Status    `json:"status"`
	Code     string    `json:"code,omitempty"`
	Field    string    `json:"field,omitempty"`
	Message  string    `json:"message,omitempty"`
	// Retry: it waits for something else; the same operation may be sent again.
	Retry bool `json:"retryable,omitempty"`
}

func entryOf(q Queued) (Entry, error) {
	e := Entry{N: q.N, State: q.State}
	if err := json.Unmarshal(q.Value, &e); err != nil {
		return e, fmt.Errorf("read operation %d of the queue: %w", q.N, err)
	}
	return e, nil
}

func (e Entry) queued() (Queued, error) {
	value, err := json.Marshal(e)
	if err != nil {
		return Queued{}, fmt.Errorf("write operation %s into the queue: %w", e.OpID, err)
	}
	return Queued{N: e.N, State: e.State, Value: value}, nil
}

// Entries lists the queue in those states, oldest first.
func (d *Device) Entries(ctx context.Context, states ...QueueState) ([]Entry, error) {
	queued, err := d.kv.Queue(ctx, states...)
	if err != nil {
		return nil, fmt.Errorf("read the queue: %w", err)
	}
	entries := make([]Entry, 0, len(queued))
	for _, q := range queued {
		e, err := entryOf(q)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}
