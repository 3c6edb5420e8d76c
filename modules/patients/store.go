package patients

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// Store keeps patients. Every method works inside the transaction of ctx, which names the clinic; an id of another
// clinic is not found. Reads follow the aliases that merged devices left behind.
type Store interface {
	// Whole reports whether this is the clinic's register itself. A device keeps a copy of a part: it may be behind,
	// gives no record numbers, joins nobody, and holds clinical things of few; what is asked beyond that is ErrNotHeld.
	Whole() bool
	// Patient is the entry with that id, or fault.ErrNotFound.
	Patient(ctx context.Context, id uuid.UUID) (Patient, error)
	// Locked is Patient, and nobody else changes the entry before this transaction ends.
	Locked(ctx context.Context, id uuid.UUID) (Patient, error)
	// Patients are the known ones of ids, in no order.
	Patients(ctx context.Context, ids []uuid.UUID) ([]Patient, error)
	// Names gives the name to show for each known id: lists of many people ask for no more.
	Names(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
	// Add keeps new patients, all or none, and gives a record number to those without.
	// It refuses with ErrDocumentTaken, ErrRecordTaken or ErrIDTaken and leaves the transaction usable.
	Add(ctx context.Context, people []Patient) ([]Patient, error)
	// Save keeps the groups of p that changed, under p.Version. It refuses with ErrDocumentTaken and with ErrStale if
	// the kept version is not the one before.
	Save(ctx context.Context, p Patient, changed []Group) error

	// Family is the id of the entry that answers for the person and of all entries joined into it.
	Family(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error)
	// Similar are entries of the same name and birth date, joined ones left out.
	Similar(ctx context.Context, d Demographics) ([]Patient, error)
	// Namesakes are the record numbers of those, but for one entry.
	Namesakes(ctx context.Context, d Demographics, but uuid.UUID) ([]string, error)
	// Page lists entries that are not joined into another.
	Page(ctx context.Context, from Cursor, limit int) ([]Patient, error)

	Finder
	ClinicalStore
	MergeStore
}

// Finder is what searching asks of storage.
type Finder interface {
	// ByDocument finds whose document it is, of any type that the number could be.
	ByDocument(ctx context.Context, documents []Document) ([]uuid.UUID, error)
	// ByPhone finds everybody who is reached at that number (E.164).
	ByPhone(ctx context.Context, phone string) ([]uuid.UUID, error)
	// ByRecordNumber finds the entry with that record number.
	ByRecordNumber(ctx context.Context, number string) ([]uuid.UUID, error)
	// ByNameStart lists, in the order of the alphabet, entries whose SortKey begins so.
	ByNameStart(ctx context.Context, start string, limit int) ([]Candidate, error)
	// ByWords finds entries that have a name word for each term.
	ByWords(ctx context.Context, terms []Term, limit int) ([]Candidate, error)
	// Vocabulary is every different word of the clinic's names; it may be some seconds old.
	Vocabulary(ctx context.Context) ([]string, error)
}

// Cursor is the place in a list after which to go on; the zero Cursor is its beginning.
type Cursor struct {
	Newest  bool // the last registered first, instead of the alphabet
	SortKey string
	ID      uuid.UUID
}

// CursorAfter goes on behind p.
func CursorAfter(p Patient, newest bool) Cursor {
	return Cursor{Newest: newest, SortKey: p.SortKey(), ID: p.ID}
}

// Refusals of a store.
var (
	ErrNotHeld       = fault.NotNow("Requiere conexión: estos datos no se guardan en este equipo.")
	ErrDocumentTaken = fault.ConflictAt("document_number", "Ese documento ya es de otra persona.")
	ErrRecordTaken   = fault.ConflictAt("record_number", "Ese número de historia ya es de otra persona.")
	ErrIDTaken       = fault.Conflicted("id_reused", "Ya hay otro paciente guardado con ese identificador.")
	ErrStale         = fault.Conflicted("stale", "Otra persona guardó cambios mientras tanto.")
)

// ClinicalStore keeps what doctors and assistants alone see.
type ClinicalStore interface {
	// Clinical is what is known of the family's entries, retired items included; ErrNotHeld where a device was not given
	// all of it.
	Clinical(ctx context.Context, family []uuid.UUID) (Clinical, error)
	// AddAllergy and AddCondition keep a new item; the same id again changes nothing.
	AddAllergy(ctx context.Context, a Allergy) error
	AddCondition(ctx context.Context, c Condition) error
	// Retire takes an item out of use for ever. It refuses with fault.ErrNotFound what is not there or already retired.
	Retire(ctx context.Context, kind ItemKind, family []uuid.UUID, item uuid.UUID, r Retirement) error
	// PatientOfItem is the entry under which an item was noted; fault.ErrNotFound for an unknown one.
	PatientOfItem(ctx context.Context, kind ItemKind, item uuid.UUID) (uuid.UUID, error)
	// SaveBloodType keeps it under version+1; it refuses with ErrStale when the kept version is another (0: none yet).
	SaveBloodType(ctx context.Context, patient uuid.UUID, bloodType string, version int64, at time.Time) error
}

// MergeStore keeps which entries are one person.
type MergeStore interface {
	// Merges are all joinings, undone ones too, of any of the entries and of those reached through them.
	Merges(ctx context.Context, ids []uuid.UUID) ([]Joining, error)
	// AddMerge writes a joining or its undoing down; ErrUndone when it was undone already.
	AddMerge(ctx context.Context, j Joining) error
	// PointTo sets which entry answers for each id (uuid.Nil: itself) and raises its version.
	PointTo(ctx context.Context, answers map[uuid.UUID]uuid.UUID, at time.Time) error
	// AddAlias lets an id that a device made lead to the patient.
	AddAlias(ctx context.Context, alias, patient uuid.UUID) error
}

// ErrUndone refuses to undo the same joining twice.
var ErrUndone = fault.Conflicted("undone", "Esa unión ya se deshizo.")
