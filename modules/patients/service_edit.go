package patients

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Edit is what somebody changed of a patient, beginning from the version they saw.
type Edit struct {
	ID      uuid.UUID
	Seen    int64 // the version of the page or answer it began from
	Groups  []Group
	Op      string // operation id, "" if the client gave none
	Choices map[Group]Choice
	Chosen  int64 // the version that the choices were made against
	Demographics
}

// Choice is what a person decides about a group that two people changed.
type Choice string

// The choices.
const (
	Theirs Choice = "guardado" // what the other person saved stays
	Mine   Choice = "mio"      // what was typed here replaces it
)

// Edited is a saved edit, with what others had changed in the meantime.
type Edited struct {
	Patient Patient
	Saved   []Group
	Others  []Change
}

// Change is a group that somebody else wrote after the version an edit began from.
type Change struct {
	Group Group
	By    string // name, "" if unknown
	At    time.Time
}

// Clash refuses an edit of groups that somebody else changed meanwhile: a person chooses.
type Clash struct {
	Current Patient
	Changes []Change
}

func (c *Clash) Error() string { return "somebody else changed the same data meanwhile" }

// Unwrap makes it a conflict at the first field of each group.
func (c *Clash) Unwrap() error {
	problems := fault.Problems{}
	for _, change := range c.Changes {
		problems.Add(fieldOf(change.Group), "Otra persona cambió este dato mientras tanto.")
	}
	return &fault.Fault{Kind: fault.Conflict, Code: "stale", Fields: problems,
		Message: "Otra persona cambió los mismos datos mientras tanto. Compare y elija."}
}

// fieldOf is the first wire field of a group.
func fieldOf(g Group) string {
	switch g {
	case Names:
		return "first_name"
	case Identity:
		return "document_number"
	case BirthAndSex:
		return "birth_date"
	}
	return string(g)
}

// BillingGroups are what whoever charges may correct: what a receipt needs, and no more.
func BillingGroups() []Group { return []Group{Identity, Home, Mail, InsuranceOf} }

// Edit saves what somebody changed. Groups that nobody else touched since e.Seen are merged with what others saved;
// for a group that others did change it is refused with Clash until e.Choices decides.
//
// It is refused as forbidden for groups that the role may not write, as invalid when there are problems or the version
// seen never was (nobody could tell what it overwrites), and with Taken when the document is somebody's.
func (s *Service) Edit(ctx context.Context, e Edit) (Edited, error) {
	if err := mayEdit(ctx, e.Groups); err != nil {
		return Edited{}, err
	}
	current, err := s.store.Locked(ctx, e.ID)
	if err != nil {
		return Edited{}, err
	}
	if e.Seen > current.Version && s.store.Whole() { // a device may be behind what its person saw
		return Edited{}, fault.InvalidField("version", "Esa versión no existe todavía: la guardada es la "+itoa(int(current.Version))+".")
	}
	typed := current.Demographics
	for _, g := range e.Groups {
		typed.take(g, e.Demographics)
	}
	typed.Tidy()
	if err := only(e.Groups, s.problems(ctx, &typed)).Err(); err != nil {
		return Edited{}, err
	}
	changed, clashes := e.weigh(current, typed)
	if len(clashes) > 0 {
		changes, err := s.changes(ctx, current, clashes)
		return Edited{}, errors.Join(err, &Clash{Current: current, Changes: changes})
	}
	edited := Edited{Saved: changed}
	if edited.Others, err = s.changes(ctx, current, newerByOthers(current, e.Seen, changed, access.Who(ctx).UserID)); err != nil {
		return Edited{}, err
	}
	edited.Patient, err = s.save(ctx, current, typed, changed, e.Op)
	return edited, err
}

func mayEdit(ctx context.Context, groups []Group) error {
	who := access.Who(ctx)
	if who.Can(accounts.PatientsWrite) {
		return nil
	}
	for _, g := range groups {
		if !who.Can(accounts.PatientsBilling) || !slices.Contains(BillingGroups(), g) {
			return fault.ErrForbidden
		}
	}
	return nil
}

// only leaves out problems of groups that are not being edited: what is old must not stop what is new.
func only(groups []Group, all fault.Problems) fault.Problems {
	problems := fault.Problems{}
	for field, sentence := range all {
		if slices.Contains(groups, groupOf(field)) {
			problems[field] = sentence
		}
	}
	return problems
}

// weigh tells which groups are to be written, and which ones wait for somebody to choose.
func (e Edit) weigh(current Patient, typed Demographics) (changed, clashes []Group) {
	for _, g := range e.Groups {
		if current.Holds(g) && typed.digest(g) == current.digest(g) {
			continue
		}
		touched := current.Clock[g].Version > e.Seen
		decided := current.Clock[g].Version <= e.Chosen
		switch {
		case !touched, decided && e.Choices[g] == Mine:
			changed = append(changed, g)
		case !decided || e.Choices[g] != Theirs:
			clashes = append(clashes, g)
		}
	}
	return changed, clashes
}

// newerByOthers are the groups written since seen by somebody else than the one who asks: a page saved part by part
// has newer parts of its own.
func newerByOthers(p Patient, seen int64, except []Group, me uuid.UUID) []Group {
	var newer []Group
	for _, g := range Groups() {
		if p.Clock[g].Version > seen && p.Clock[g].By != me && !slices.Contains(except, g) {
			newer = append(newer, g)
		}
	}
	return newer
}

// changes names who last wrote each group.
func (s *Service) changes(ctx context.Context, p Patient, groups []Group) ([]Change, error) {
	var users []uuid.UUID
	for _, g := range groups {
		users = append(users, p.Clock[g].By)
	}
	names, err := s.peopleNames(ctx, users)
	if err != nil {
		return nil, err
	}
	changes := make([]Change, 0, len(groups))
	for _, g := range groups {
		stamp := p.Clock[g]
		changes = append(changes, Change{Group: g, By: names[stamp.By], At: s.local(ctx, stamp.At)})
	}
	return changes, nil
}

func (s *Service) peopleNames(ctx context.Context, users []uuid.UUID) (map[uuid.UUID]string, error) {
	if s.neighbours.People == nil || len(users) == 0 {
		return nil, nil
	}
	return s.neighbours.People.NamesByUser(ctx, users)
}

// save merges what was typed into the current state by the rule that also joins what devices send, and keeps it.
func (s *Service) save(ctx context.Context, current Patient, typed Demographics, changed []Group, op string) (Patient, error) {
	if len(changed) == 0 {
		return current, nil
	}
	mine := State{Demographics: typed, Clock: Clock{}}
	for g, stamp := range current.Clock {
		mine.Clock[g] = stamp
	}
	for _, g := range changed {
		mine.Clock[g] = Stamp{At: s.after(current.Clock[g].At), Op: op, By: access.Who(ctx).UserID, Version: current.Version + 1}
	}
	merged := Merge(State{Demographics: current.Demographics, Clock: current.Clock}, mine)
	next := current
	next.Demographics, next.Clock = merged.Demographics, merged.Clock
	next.Version, next.UpdatedAt = current.Version+1, s.now()
	err := s.store.Save(ctx, next, changed)
	if errors.Is(err, ErrDocumentTaken) {
		return Patient{}, s.taken(ctx, next.Document)
	}
	if err != nil {
		return Patient{}, fmt.Errorf("save patient: %w", err)
	}
	return next, nil
}

// after is now, or just behind a stamp of a fast clock: somebody who has seen a value and changes it comes later.
func (s *Service) after(stamp time.Time) time.Time {
	if now := s.now(); now.After(stamp) {
		return now
	}
	return stamp.Add(time.Microsecond)
}
