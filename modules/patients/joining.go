package patients

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/sorting"
)

// Joining says that two entries are one person, or, with Undoes, that an earlier joining was a mistake.
// It is written once and never changed.
type Joining struct {
	ID     uuid.UUID
	From   uuid.UUID // the entry that steps back
	Into   uuid.UUID // the entry that answers from then on
	Undoes uuid.UUID // the joining taken back; uuid.Nil for a joining
	Reason string
	By     uuid.UUID
	At     time.Time
}

// Standing are the joinings that nobody has undone, in the order in which they were made.
func Standing(all []Joining) []Joining {
	undone := map[uuid.UUID]bool{}
	for _, j := range all {
		undone[j.Undoes] = true
	}
	var standing []Joining
	for _, j := range all {
		if j.Undoes == uuid.Nil && !undone[j.ID] {
			standing = append(standing, j)
		}
	}
	sorting.By(standing, func(a, b Joining) int { return a.At.Compare(b.At) })
	return standing
}

// Answers tells, for each of ids, which entry answers for it by what stands; uuid.Nil where it answers itself.
func Answers(ids []uuid.UUID, all []Joining) map[uuid.UUID]uuid.UUID {
	into := map[uuid.UUID]uuid.UUID{}
	for _, j := range Standing(all) {
		into[j.From] = j.Into
	}
	answers := map[uuid.UUID]uuid.UUID{}
	for _, id := range ids {
		last := id
		for range len(into) { // never longer than there are joinings
			next, ok := into[last]
			if !ok {
				break
			}
			last = next
		}
		answers[id] = uuid.Nil
		if last != id {
			answers[id] = last
		}
	}
	return answers
}
