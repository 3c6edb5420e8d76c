package patients

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/textfold"
)

// Join is what an administrator asks: the entry From steps back, Into answers for the person.
type Join struct {
	ID      uuid.UUID // made by the form
	From    uuid.UUID
	Into    uuid.UUID
	Surname string // of the entry that stays, typed: joining is not for a slip of the mouse
	Reason  string
}

// Refusals of joining.
var (
	errSamePerson = fault.Conflicted("joined", "Estas dos fichas ya son la misma persona.")
	errNotActive  = fault.Conflicted("joined", "Una de las fichas ya está unida a otra. Abra la que responde por la persona.")
)

// Join makes two entries one person. Nothing is moved or lost: both keep what they hold, everything is read under
// both ids, and Undo takes it back.
//
// It is refused for whoever may not merge, when the typed surname is not that of the entry that stays, and when the
// two are one person already.
func (s *Service) Join(ctx context.Context, j Join) error {
	if !access.Who(ctx).Can(accounts.PatientsMerge) {
		return fault.ErrForbidden
	}
	from, into, err := s.lockedPair(ctx, j.From, j.Into)
	if err != nil {
		return err
	}
	if err := j.problems(into).Err(); err != nil {
		return err
	}
	if from.Active() == into.Active() {
		return errSamePerson
	}
	if from.MergedInto != uuid.Nil || into.MergedInto != uuid.Nil {
		return errNotActive
	}
	return s.join(ctx, Joining{ID: j.ID, From: from.ID, Into: into.ID, Reason: oneSpace(j.Reason), By: access.Who(ctx).UserID, At: s.now()})
}

// join writes a joining down and lets the family answer by it.
func (s *Service) join(ctx context.Context, j Joining) error {
	family, err := s.store.Family(ctx, j.From)
	if err != nil {
		return err
	}
	if err := s.store.AddMerge(ctx, j); err != nil {
		return err
	}
	return s.pointFamily(ctx, append(family, j.Into))
}

func (j Join) problems(into Patient) fault.Problems {
	problems := fault.Problems{}
	if strings.Join(textfold.Words(j.Surname), " ") != strings.Join(textfold.Words(into.LastName), " ") {
		problems.Add("surname", "Escriba el apellido paterno de la ficha que queda: "+into.LastName+".")
	}
	problems.Add("reason", tooLong(j.Reason, 200))
	return problems
}

// lockedPair locks in the order of the ids, so that two joinings at once wait and do not stop each other.
func (s *Service) lockedPair(ctx context.Context, a, b uuid.UUID) (first, second Patient, err error) {
	if a == b {
		return first, second, errSamePerson
	}
	low, high := a, b
	if low.String() > high.String() {
		low, high = high, low
	}
	lower, err := s.store.Locked(ctx, low)
	if err != nil {
		return first, second, err
	}
	higher, err := s.store.Locked(ctx, high)
	if low == a {
		return lower, higher, err
	}
	return higher, lower, err
}

// Undo takes a joining back: every entry answers again as if it had not been.
func (s *Service) Undo(ctx context.Context, id, joining uuid.UUID, patient uuid.UUID) error {
	if !access.Who(ctx).Can(accounts.PatientsMerge) {
		return fault.ErrForbidden
	}
	family, err := s.store.Family(ctx, patient)
	if err != nil {
		return err
	}
	all, err := s.store.Merges(ctx, family)
	if err != nil {
		return err
	}
	for _, j := range all {
		if j.ID == joining && j.Undoes == uuid.Nil {
			undoing := Joining{ID: id, From: j.From, Into: j.Into, Undoes: j.ID, By: access.Who(ctx).UserID, At: s.now()}
			if err := s.store.AddMerge(ctx, undoing); err != nil {
				return err
			}
			return s.pointFamily(ctx, family)
		}
	}
	return fault.ErrNotFound
}

// pointFamily sets, for everybody concerned, which entry answers by what stands now.
func (s *Service) pointFamily(ctx context.Context, ids []uuid.UUID) error {
	all, err := s.store.Merges(ctx, ids)
	if err != nil {
		return err
	}
	concerned := append([]uuid.UUID(nil), ids...)
	for _, j := range all {
		concerned = append(concerned, j.From, j.Into)
	}
	return s.store.PointTo(ctx, Answers(concerned, all), s.now())
}

// Joined are the joinings that stand in a person's family, for those who may undo them.
func (s *Service) Joined(ctx context.Context, family []uuid.UUID) ([]Joining, error) {
	if len(family) < 2 {
		return nil, nil
	}
	all, err := s.store.Merges(ctx, family)
	return Standing(all), err
}

// Suspects are other entries that may be the same person: same name and birth date.
func (s *Service) Suspects(ctx context.Context, p Patient) ([]Patient, error) {
	similar, err := s.similar(ctx, p.Demographics)
	var others []Patient
	for _, other := range similar {
		if other.Active() != p.Active() {
			others = append(others, other)
		}
	}
	return others, err
}
