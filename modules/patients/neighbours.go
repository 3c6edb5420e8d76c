package patients

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hampi/modules/catalog"
	"hampi/views"
)

// Neighbours is what other modules lend to the register; the roof fills it. A part left nil is not offered on screen.
type Neighbours struct {
	Appointments Appointments
	Care         Care
	WalkIns      WalkIns
	People       People
	Places       Places
	Codes        Codes     // nil: codes are kept as they are typed
	Medicines    Medicines // nil: substances are kept as they are typed
	Tabs         []Tab
	Alarms       Alarms // nil: nobody tells of any
	Attend       bool   // attentions are written, at /atenciones
}

// Alarms is what the register asks of the clinical record for the head of a person's page.
type Alarms interface {
	// Alarms are what nobody may leave unread of a person, in words, for who may see them.
	Alarms(ctx context.Context, family []uuid.UUID) ([]string, error)
}

// Visit is an appointment as the patient's page tells it.
type Visit struct {
	ID      uuid.UUID
	Start   time.Time // UTC
	Service string
	Doctor  string
	Site    string
	State   views.State
}

// Appointments is what the register asks of the agenda.
type Appointments interface {
	// NextByPatient tells when the next appointment of each patient begins that has one, in UTC.
	NextByPatient(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]time.Time, error)
	// VisitsOf lists the coming appointments of a family, soonest first, and the latest past ones, latest first.
	VisitsOf(ctx context.Context, family []uuid.UUID) (coming, past []Visit, err error)
}

// Care says whose patients somebody's are (DESIGN §4).
type Care interface {
	// Cares reports whether the patient is the doctor's own; doctor is a membership.
	Cares(ctx context.Context, doctor, patient uuid.UUID) (bool, error)
	// ArrivedToday reports whether the patient has arrived today at the site.
	ArrivedToday(ctx context.Context, patient, site uuid.UUID) (bool, error)
}

// WalkIns lets somebody just registered wait for a professional at once.
type WalkIns interface {
	// Offer says what a walk-in would get now: the service last offered and the professional with the nearest free
	// hour; ok is false when nobody attends today.
	Offer(ctx context.Context) (offer WalkInOffer, ok bool, err error)
	// WalkIn books the patient for now and marks the arrival. id is the appointment's, made by the form.
	WalkIn(ctx context.Context, id, patient, service, doctor uuid.UUID) error
}

// WalkInOffer fills the two choices of the walk-in form.
type WalkInOffer struct {
	Services, Doctors []views.Option // values are ids
	Service, Doctor   string         // what stands filled in
}

// People names those who work here.
type People interface {
	// NamesByUser returns a name for each known user of the clinic.
	NamesByUser(ctx context.Context, users []uuid.UUID) (map[uuid.UUID]string, error)
}

// Places knows the districts of Peru.
type Places interface {
	ByCode(ubigeo string) (catalog.Place, bool)
	Search(query string, limit int) []catalog.Place
}

// Codes is the table of diagnoses.
type Codes interface {
	// CIE10 is the table in force.
	CIE10(ctx context.Context) (*catalog.CIE10, error)
}

// Medicines is the table of medicines.
type Medicines interface {
	// Find is the presentation of an id; false for an id that does not exist.
	Find(id string) (catalog.Medicine, bool)
}

// Tab is a section of the patient's page that another module draws at /pacientes/{id}/<Path>.
type Tab struct {
	Path  string // "citas"
	Label string // "Citas"
	Order int    // Resumen is 0, Datos 1000
	// For tells whether the person behind ctx may open it for this patient; nil is everybody.
	For func(ctx context.Context, p Patient) bool
	// Count is work to do in it, and whether it is late; nil shows no figure.
	Count func(ctx context.Context, family []uuid.UUID) (n int, late bool, err error)
	Away  bool // only the server has it: a device names it and says so
}
