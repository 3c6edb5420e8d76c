package patients

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/access"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// Service is what the clinic does with its register of patients.
type Service struct {
	store      Store
	neighbours Neighbours
	now        clock.Now
}

// New needs where patients are kept, what the other modules lend, and the time.
func New(store Store, neighbours Neighbours, now clock.Now) *Service {
	return &Service{store: store, neighbours: neighbours, now: now}
}

// Registration is what the desk fills in. ID is made by the form, so a retry after a lost answer finds its row.
type Registration struct {
	ID           uuid.UUID
	RecordNumber string // "" takes the next one; lists from files bring their own
	Sure         bool   // doubts were read: register all the same
	Demographics
}

// Doubtful asks to look twice before registering: unusual data, or somebody of the same name and birth date.
type Doubtful struct {
	Doubts  []string
	Similar []Patient
}

func (d *Doubtful) Error() string { return "somebody should look twice before registering" }

// Unwrap makes it a refusal of the form as a whole.
func (d *Doubtful) Unwrap() error {
	return fault.InvalidField("", "Revise los avisos y confirme para registrar.")
}

// Taken refuses a document that somebody has, and says who.
type Taken struct{ By Patient }

func (t *Taken) Error() string { return "the document is somebody else's" }

// Unwrap puts the sentence at the document.
func (t *Taken) Unwrap() error {
	return fault.ConflictAt("document_number", "Ya está en el registro con ese documento: "+t.By.FullName()+".")
}

// Register adds a person to the clinic's register.
//
// It is refused as invalid when the form has problems, with Taken when the document is somebody's, with Doubtful
// unless r.Sure, and with ErrIDTaken when the id holds other content. Registering the same again finds the row:
// created is false then.
func (s *Service) Register(ctx context.Context, r Registration) (p Patient, created bool, err error) {
	r.Tidy()
	if err := s.problems(ctx, &r.Demographics).Err(); err != nil {
		return Patient{}, false, err
	}
	if known, err := s.store.Patient(ctx, r.ID); !fault.IsNotFound(err) {
		if err == nil && !known.registeredAs(r) {
			err = ErrIDTaken
		}
		return known, false, err
	}
	if err := s.lookTwice(ctx, r); err != nil {
		return Patient{}, false, err
	}
	added, err := s.store.Add(ctx, []Patient{s.newPatient(ctx, r)})
	if errors.Is(err, ErrDocumentTaken) {
		return Patient{}, false, s.taken(ctx, r.Document)
	}
	if err != nil {
		return Patient{}, false, fmt.Errorf("register patient: %w", err)
	}
	return added[0], true, nil
}

// problems are those of the rules, and of what the neighbours know.
func (s *Service) problems(ctx context.Context, d *Demographics) fault.Problems {
	problems := d.Problems(s.today(ctx))
	d.unknownDistrict(problems, s.neighbours.Places)
	return problems
}

// registeredAs reports whether p was registered by r: what nobody edited since then still reads the same.
func (p Patient) registeredAs(r Registration) bool {
	for _, g := range Groups() {
		if p.Clock[g].Version <= 1 && p.digest(g) != r.digest(g) {
			return false
		}
	}
	return true
}

func (s *Service) lookTwice(ctx context.Context, r Registration) error {
	if r.Sure {
		return nil
	}
	similar, err := s.similar(ctx, r.Demographics)
	if err != nil {
		return err
	}
	doubts := r.Doubts(s.today(ctx))
	if len(doubts)+len(similar) == 0 {
		return nil
	}
	if taken := s.taken(ctx, r.Document); taken != ErrDocumentTaken { //nolint:errorlint // the bare value means that nobody was found
		return taken // certainty comes before doubt
	}
	return &Doubtful{Doubts: doubts, Similar: similar}
}

func (s *Service) similar(ctx context.Context, d Demographics) ([]Patient, error) {
	if d.BirthDate.IsZero() {
		return nil, nil
	}
	return s.store.Similar(ctx, d)
}

// Warnings are the doubts about a person just registered by a program, which cannot be asked to look twice.
func (s *Service) Warnings(ctx context.Context, p Patient) ([]string, error) {
	warnings := p.Doubts(s.today(ctx))
	if p.BirthDate.IsZero() {
		return warnings, nil
	}
	records, err := s.store.Namesakes(ctx, p.Demographics, p.ID)
	for _, number := range records {
		warnings = append(warnings, "Mismo nombre y fecha de nacimiento que la historia "+Patient{RecordNumber: number}.Record()+".")
	}
	return warnings, err
}

// taken says whose document it is; ErrDocumentTaken alone when that person cannot be found.
func (s *Service) taken(ctx context.Context, d Document) error {
	if d.Type == None {
		return ErrDocumentTaken
	}
	ids, err := s.store.ByDocument(ctx, []Document{d})
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return ErrDocumentTaken
	}
	by, err := s.Active(ctx, ids[0])
	if err != nil {
		return err
	}
	return &Taken{By: by}
}

func (s *Service) newPatient(ctx context.Context, r Registration) Patient {
	who := access.Who(ctx)
	now := s.now()
	p := Patient{ID: r.ID, Version: 1, RecordNumber: TidyRecordNumber(r.RecordNumber), Demographics: r.Demographics,
		Clock: Clock{}, RegisteredSite: who.SiteID, RegisteredBy: who.UserID, CreatedAt: now, UpdatedAt: now}
	for _, g := range Groups() {
		p.Clock[g] = Stamp{At: now, By: who.UserID, Version: 1}
	}
	return p
}

// Patient is the entry with that id, wherever it leads; fault.ErrNotFound when there is none.
func (s *Service) Patient(ctx context.Context, id uuid.UUID) (Patient, error) {
	return s.store.Patient(ctx, id)
}

// Active is the entry that answers for the person behind id.
func (s *Service) Active(ctx context.Context, id uuid.UUID) (Patient, error) {
	p, err := s.store.Patient(ctx, id)
	if err != nil || p.MergedInto == uuid.Nil {
		return p, err
	}
	return s.store.Patient(ctx, p.MergedInto)
}

// ByID are the known patients of ids; unknown ids are left out.
func (s *Service) ByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Patient, error) {
	people, err := s.store.Patients(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]Patient, len(people))
	for _, p := range people {
		byID[p.ID] = p
	}
	return byID, nil
}

// NamesByID returns a name to show for each known id; unknown ids are left out.
func (s *Service) NamesByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return s.store.Names(ctx, ids)
}

// Family is the ids of all entries of the person behind id, the one that answers first. Histories are read by it.
func (s *Service) Family(ctx context.Context, id uuid.UUID) ([]uuid.UUID, error) {
	return s.store.Family(ctx, id)
}

// Page lists the register from a place on; more tells whether it goes on.
func (s *Service) Page(ctx context.Context, from Cursor, limit int) (people []Patient, more bool, err error) {
	people, err = s.store.Page(ctx, from, limit+1)
	if err != nil {
		return nil, false, err
	}
	more = len(people) > limit
	return people[:min(limit, len(people))], more, nil
}

// today is the calendar day in the clinic's zone.
func (s *Service) today(ctx context.Context) time.Time { return DateOf(s.local(ctx, s.now())) }

// local shows a moment in the clinic's zone; Lima when the zone is unknown.
func (s *Service) local(ctx context.Context, t time.Time) time.Time { return t.In(s.zone(ctx)) }

// zone is the clinic's.
func (s *Service) zone(ctx context.Context) *time.Location {
	zone, err := time.LoadLocation(access.Who(ctx).TimeZone)
	if err != nil || access.Who(ctx).TimeZone == "" {
		return time.FixedZone("America/Lima", -5*60*60)
	}
	return zone
}
