//go:build !js

package patients

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
	"hampi/modules/platform/textfold"
)

// contest is an operation against what is kept of a patient.
type contest struct {
	current     Patient
	op          offline.Received
	stamp       Stamp
	seen        int64 // the version of current that the writer saw; 0 is not known
	registering bool  // the operation registered somebody who was here already

	won     []Group // written anew, though some read as before
	changed []Group // of them, those that read differently now
	lost    []Group // what was typed differs from what is kept, and is older
}

// merge decides every group by Merge, the rule that all replicas share, and tells the next state.
func (c *contest) merge(typed Demographics, groups []Group) Patient {
	kept := State{Demographics: c.current.Demographics, Clock: Clock{}}
	mine := State{Demographics: typed, Clock: Clock{}}
	for _, g := range Groups() {
		kept.Clock[g], mine.Clock[g] = c.current.Clock[g], c.current.Clock[g]
	}
	for _, g := range groups {
		if c.registering && c.untold(g) {
			kept.Clock[g] = Stamp{}
		}
		mine.Clock[g] = c.stampFor(kept.Clock[g])
	}
	for _, g := range Groups() {
		if !slices.Contains(groups, g) {
			mine.take(g, kept.Demographics)
		}
	}
	merged := Merge(kept, mine)
	for _, g := range groups {
		differs := typed.digest(g) != c.current.digest(g)
		switch {
		case !differs && c.current.Clock[g].Op == c.stamp.Op: // it was this operation
		case merged.Clock[g] == mine.Clock[g]:
			c.won = append(c.won, g)
			if differs {
				c.changed = append(c.changed, g)
			}
		case differs:
			c.lost = append(c.lost, g)
		}
	}
	next := c.current
	next.Demographics, next.Clock = merged.Demographics, merged.Clock
	return next
}

// stampFor is the operation's stamp, just behind the kept one where the operation is known to come later than it: its
// writer had seen what is kept, or wrote it on the same device before.
func (c *contest) stampFor(kept Stamp) Stamp {
	mine := c.stamp
	saw := c.seen > 0 && kept.Version <= c.seen
	// A device tells milliseconds; within one, its writings are in the order in which they came.
	own := c.op.Device != "" && kept.Device == c.op.Device && kept.Op != mine.Op &&
		!mine.At.Before(kept.At.Truncate(time.Millisecond))
	if (saw || own) && !kept.never() && mine.compare(kept) <= 0 {
		mine.At = kept.At.Add(time.Microsecond)
	}
	return mine
}

// untold reports whether a group has stood empty since the person was registered: nobody said that there is none.
func (c *contest) untold(g Group) bool {
	return c.current.Clock[g].Version <= 1 && !slices.Contains(c.current.filled(), g)
}

// outcome tells what became of the operation, with the whole patient where something was lost.
func (c *contest) outcome(status offline.Status, typed Demographics, title string) (offline.Outcome, error) {
	out := offline.Outcome{Status: status, Version: c.current.Version, Title: title, ServerID: c.current.ID}
	if c.current.ID == c.op.LocalID {
		out.ServerID = uuid.Nil
	}
	if len(c.lost) == 0 && status != offline.Conflict {
		return out, nil
	}
	for _, g := range c.lost {
		if stamp := c.current.Clock[g]; stamp.At.After(out.NowAt) {
			out.NowBy, out.NowAt = stamp.By, stamp.At
		}
	}
	var err error
	if out.Now, err = deviceJSON(c.current, nil); err != nil {
		return out, err
	}
	out.Lost, err = c.lostOf(typed)
	return out, err
}

// lostOf is what the operation wrote of the groups that lost; the rest of such a group was not its writing.
func (c *contest) lostOf(typed Demographics) (json.RawMessage, error) {
	var lost, sent map[string]json.RawMessage
	all, err := json.Marshal(FieldsOf(typed).in(c.lost))
	if err == nil {
		err = errors.Join(json.Unmarshal(all, &lost), json.Unmarshal(c.op.Data, &sent))
	}
	if err != nil {
		return nil, fmt.Errorf("tell what was lost: %w", err)
	}
	maps.DeleteFunc(lost, func(field string, _ json.RawMessage) bool { return sent[field] == nil })
	return json.Marshal(lost)
}

// filled are the groups in which something stands. A registration's empty group says nothing: nobody asked.
func (d Demographics) filled() []Group {
	var empty Demographics
	return slices.DeleteFunc(Groups(), func(g Group) bool {
		if g == Identity {
			return d.Document.Number == ""
		}
		return d.digest(g) == empty.digest(g)
	})
}

// differing are those of groups that read differently.
func differing(a, b Demographics, groups []Group) []Group {
	return slices.DeleteFunc(slices.Clone(groups), func(g Group) bool { return a.digest(g) == b.digest(g) })
}

// alike reports whether two entries of one document can be one person: every word of the shorter name stands in the
// longer one, or, for those born on the same known day, a given name and a surname do (who married, whose second
// surname was not asked). Slips of the fingers are forgiven, but not to people of different birth dates; people of
// different sex are two.
func alike(a, b Demographics) bool {
	if a.Sex != "" && b.Sex != "" && a.Sex != b.Sex {
		return false
	}
	bornKnown := !a.BirthDate.IsZero() && !b.BirthDate.IsZero()
	bornAlike := bornKnown && a.BirthDate.Equal(b.BirthDate)
	forgiving := !bornKnown || bornAlike
	long, short := nameWords(a.FullName()), nameWords(b.FullName())
	if len(short) > len(long) {
		long, short = short, long
	}
	if len(short) > 0 && countNear(short, long, forgiving) == len(short) {
		return true
	}
	surnames := countNear(nameWords(a.LastName+" "+a.SecondLastName), nameWords(b.LastName+" "+b.SecondLastName), true)
	return bornAlike && surnames > 0 && countNear(nameWords(a.FirstName), nameWords(b.FirstName), true) > 0
}

// nameWords are a name's words, folded, without the particles that some write and some do not.
func nameWords(name string) []string {
	return slices.DeleteFunc(textfold.Words(name), func(word string) bool {
		return slices.Contains([]string{"de", "del", "la", "las", "los", "y", "vda"}, word)
	})
}

// countNear is how many of words stand in others; forgiving, up to slips of the fingers.
func countNear(words, others []string, forgiving bool) int {
	n := 0
	for _, word := range words {
		most := 0
		if forgiving {
			most = Slips(len([]rune(word)))
		}
		if slices.ContainsFunc(others, func(other string) bool { return textfold.Distance(word, other, most) <= most }) {
			n++
		}
	}
	return n
}
