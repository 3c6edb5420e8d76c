//go:build !js

package pii

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Stage is what a rotation does next.
type Stage string

// The stages, in their order. A process may use keys that it read KeysLifetime ago, so
// whatever relies on all processes knowing the last change first waits.
const (
	// StageAdding adds a key to both keysets: from then on, what must be unique is
	// indexed under the old and the new key.
	StageAdding Stage = "adding"
	// StagePromoting waits, then makes the new key the one that encrypts.
	StagePromoting Stage = "promoting"
	// StageReencrypting waits, then writes everything stored before under the new key too.
	StageReencrypting Stage = "reencrypting"
	// StageDisabling takes the old key out of use; it can still be brought back.
	StageDisabling Stage = "disabling"
	// StageSweeping waits, then goes through everything once more with the new key alone:
	// removes old index rows and proves that nothing needs the old key.
	StageSweeping Stage = "sweeping"
	// StageDeleting waits the grace period, then forgets the old key for ever.
	StageDeleting Stage = "deleting"
	// StageDone is the end.
	StageDone Stage = "done"
	// StageRestoring brings the old key back, because the sweep found something under it.
	StageRestoring Stage = "restoring"
)

// Rotation is where a clinic's rotation stands, and since when.
type Rotation struct {
	Stage Stage
	Since time.Time
}

// Cursor is how far a reencrypter has come in the present stage: every row up to After is done.
type Cursor struct {
	After uuid.UUID
	Done  bool
}

// ProgressStore remembers rotations, so that they go on after a crash.
type ProgressStore interface {
	// Rotation returns where the clinic's rotation stands, or ErrNoRotation.
	Rotation(ctx context.Context, clinic uuid.UUID) (Rotation, error)
	// Begin starts a rotation at StageAdding. One that is not done yet goes on unchanged.
	Begin(ctx context.Context, clinic uuid.UUID, now time.Time) error
	// Move goes from one stage to the next and forgets all cursors, or returns ErrStale
	// if the rotation is no longer at from.
	Move(ctx context.Context, clinic uuid.UUID, from, to Stage, now time.Time) error
	// Cursor returns how far the named reencrypter has come; the zero Cursor before its first batch.
	Cursor(ctx context.Context, clinic uuid.UUID, name string) (Cursor, error)
	// SaveCursor remembers it, or returns ErrStale if the rotation is no longer at stage.
	SaveCursor(ctx context.Context, clinic uuid.UUID, stage Stage, name string, cursor Cursor) error
}

// Reencrypter is what a module offers for each table that holds encrypted values or
// blind indexes. There must be one for every such table: what none reaches is lost
// when the old key is deleted.
type Reencrypter interface {
	// Name tells it apart from the others, as "patients.documents"; it is stored.
	Name() string
	// Reencrypt takes up to limit rows of the clinic of the keys, in the order of their
	// ids, behind after, and leaves them as if written now: every value as keys.Renew
	// says, and index rows exactly those of keys.Indexes: missing ones added, those of
	// other keys deleted. It commits before it returns. next is the last id it did;
	// done says that none was left. A batch may be done twice.
	Reencrypt(ctx context.Context, keys *Keys, after uuid.UUID, limit int) (next uuid.UUID, done bool, err error)
}
