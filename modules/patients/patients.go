// Package patients keeps the people a clinic cares for: who they are, how to reach them, who answers for them.
//
// It finds them by any piece of a name, document or phone, keeps two people who edit one patient from losing each
// other's work, and joins entries that turn out to be one person. Allergies, chronic conditions and blood type are
// kept here too, apart: they are clinical and open to doctors and assistants alone.
package patients

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/textfold"
	"hampi/views"
)

// Patient is one entry of the clinic's register.
// An entry joined into another keeps its row and its id; MergedInto then says which one answers for the person.
type Patient struct {
	ID           uuid.UUID
	Version      int64
	RecordNumber string
	Demographics
	Held           []Group // the groups that are known here; nil is all. What is absent is never read as empty.
	Clock          Clock
	MergedInto     uuid.UUID
	RegisteredSite uuid.UUID
	RegisteredBy   uuid.UUID
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Demographics is what the clinic's staff knows of a person; nothing in it is clinical.
type Demographics struct {
	FirstName      string
	LastName       string
	SecondLastName string
	Document       Document
	Sex            Sex
	BirthDate      time.Time // midnight UTC; the zero time is unknown
	Phone          string    // E.164
	Email          string
	Address        Address
	Guardian       Guardian
	Insurance      Insurance
	Tags           []string
}

// Sex is as the identity document says.
type Sex string

// The sexes that documents in Peru know; "" is not asked yet.
const (
	Female Sex = "F"
	Male   Sex = "M"
)

// Label is the word for people.
func (s Sex) Label() string {
	switch s {
	case Female:
		return "Femenino"
	case Male:
		return "Masculino"
	}
	return ""
}

// Address is where somebody lives; Ubigeo is the district's INEI code of six digits.
type Address struct{ Text, Ubigeo string }

// Guardian answers for a minor, or is whom to tell.
type Guardian struct {
	Name         string `json:"name,omitempty"`
	Relationship string `json:"relationship,omitempty"`
	Document     string `json:"document_number,omitempty"`
	Phone        string `json:"phone,omitempty"`
}

// Insurance pays for the person's care; without an insurer the person does.
type Insurance struct{ Insurer, Number string }

// FullName is how lists and headers write it: "Huamán Ponce, Edith Maribel".
func (d Demographics) FullName() string {
	return views.FullName(d.FirstName, d.LastName, d.SecondLastName)
}

// SortKey puts people in the order of the alphabet, surnames first, whatever the accents.
func (d Demographics) SortKey() string {
	return strings.Join(textfold.Words(d.LastName+" "+d.SecondLastName+" "+d.FirstName), " ")
}

// Words are the different words of the name, folded, by which the person is found.
func (d Demographics) Words() []string {
	seen := map[string]bool{}
	var words []string
	for _, w := range textfold.Words(d.LastName + " " + d.SecondLastName + " " + d.FirstName) {
		if !seen[w] {
			seen[w] = true
			words = append(words, w)
		}
	}
	return words
}

// Minor reports whether the person is known to be under 18 on today.
func (d Demographics) Minor(today time.Time) bool {
	return !d.BirthDate.IsZero() && d.BirthDate.AddDate(adult, 0, 0).After(today)
}

const adult = 18 // years; the Civil Code's majority

// Holds reports whether the group is known here: a device keeps a part of most people alone.
func (p Patient) Holds(g Group) bool { return p.Held == nil || slices.Contains(p.Held, g) }

// Whole reports whether every group is known here.
func (p Patient) Whole() bool { return p.Held == nil }

// ProvisionalRecord stands where a record number will, for somebody whom the clinic has not numbered yet.
const ProvisionalRecord = "en este equipo"

// Record is the record number to show.
func (p Patient) Record() string {
	if p.RecordNumber == "" {
		return ProvisionalRecord
	}
	return p.RecordNumber
}

// Active is the entry that answers for the person: the one joined into, or itself.
func (p Patient) Active() uuid.UUID {
	if p.MergedInto != uuid.Nil {
		return p.MergedInto
	}
	return p.ID
}
