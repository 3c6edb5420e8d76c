package patients

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Group is what changes together: whoever writes one of its fields has seen the others.
type Group string

// The field groups of a patient, in the order of the form.
const (
	Names       Group = "names"
	Identity    Group = "document"
	BirthAndSex Group = "birth_sex"
	Telephone   Group = "phone"
	Mail        Group = "email"
	Home        Group = "address"
	Responsible Group = "guardian"
	InsuranceOf Group = "insurance"
	TagsOf      Group = "tags"
)

// Groups lists all field groups.
func Groups() []Group {
	return []Group{Names, Identity, BirthAndSex, Telephone, Mail, Home, Responsible, InsuranceOf, TagsOf}
}

// Label is the group in words: "Cambió: dirección".
func (g Group) Label() string {
	switch g {
	case Names:
		return "Nombres y apellidos"
	case Identity:
		return "Documento"
	case BirthAndSex:
		return "Nacimiento y sexo"
	case Telephone:
		return "Celular"
	case Mail:
		return "Correo"
	case Home:
		return "Dirección"
	case Responsible:
		return "Apoderado"
	case InsuranceOf:
		return "Seguro"
	case TagsOf:
		return "Etiquetas"
	}
	return string(g)
}

// Stamp says when, on which device and by which operation a group was written; By and Version tell people about it
// and take no part in deciding.
type Stamp struct {
	At      time.Time `json:"at"`
	Device  string    `json:"device,omitempty"`
	Op      string    `json:"op,omitempty"`
	By      uuid.UUID `json:"by,omitzero"`
	Version int64     `json:"version,omitempty"` // of the patient, from which the group reads so
}

// Clock holds the last stamp of each group; a group never written has the zero stamp.
type Clock map[Group]Stamp

// State is what a replica knows of one patient.
type State struct {
	Demographics
	Clock Clock
}

// Merge is the last writer of each group. It gives the same answer in whatever order and however often states meet:
// stamps are compared as (time, device, operation), and even equal stamps over different values fall the same way.
func Merge(a, b State) State {
	merged := State{Demographics: a.Demographics, Clock: Clock{}}
	for _, g := range Groups() {
		winner := a
		if later(b, a, g) {
			winner = b
		}
		merged.take(g, winner.Demographics)
		if stamp := winner.Clock[g]; !stamp.never() {
			merged.Clock[g] = stamp
		}
	}
	return merged
}

// later reports whether b's writing of g stands against a's.
func later(b, a State, g Group) bool {
	if order := b.Clock[g].compare(a.Clock[g]); order != 0 {
		return order > 0
	}
	if x, y := b.digest(g), a.digest(g); x != y {
		return x > y
	}
	return tie(b.Clock[g], a.Clock[g])
}

// never is the stamp of what nobody wrote.
func (s Stamp) never() bool {
	return s.At.IsZero() && s.Device == "" && s.Op == "" && s.By == uuid.Nil && s.Version == 0
}

// compare orders stamps by what decides.
func (s Stamp) compare(other Stamp) int {
	switch {
	case !s.At.Equal(other.At):
		return s.At.Compare(other.At)
	case s.Device != other.Device:
		return order(s.Device, other.Device)
	}
	return order(s.Op, other.Op)
}

// tie orders stamps that decide alike by the rest, so that the clock too is the same everywhere.
func tie(b, a Stamp) bool {
	if b.Version != a.Version {
		return b.Version > a.Version
	}
	return b.By.String() > a.By.String()
}

func order(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// take copies the fields of one group.
func (d *Demographics) take(g Group, from Demographics) {
	switch g {
	case Names:
		d.FirstName, d.LastName, d.SecondLastName = from.FirstName, from.LastName, from.SecondLastName
	case Identity:
		d.Document = from.Document
	case BirthAndSex:
		d.BirthDate, d.Sex = from.BirthDate, from.Sex
	case Telephone:
		d.Phone = from.Phone
	case Mail:
		d.Email = from.Email
	case Home:
		d.Address = from.Address
	case Responsible:
		d.Guardian = from.Guardian
	case InsuranceOf:
		d.Insurance = from.Insurance
	case TagsOf:
		d.Tags = from.Tags
	}
}

// digest is the canonical text of a group's value: equal exactly when the values are.
func (d Demographics) digest(g Group) string {
	var value any
	switch g {
	case Names:
		value = []string{d.FirstName, d.LastName, d.SecondLastName}
	case Identity:
		value = []string{string(d.Document.Type), d.Document.Number}
	case BirthAndSex:
		value = []string{dayText(d.BirthDate), string(d.Sex)}
	case Telephone:
		value = d.Phone
	case Mail:
		value = d.Email
	case Home:
		value = []string{d.Address.Text, d.Address.Ubigeo}
	case Responsible:
		value = d.Guardian
	case InsuranceOf:
		value = []string{d.Insurance.Insurer, d.Insurance.Number}
	case TagsOf:
		value = append([]string{}, d.Tags...)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "" // strings always have a JSON text
	}
	return string(text)
}

// dayText writes a birth date as machines read it; "" for none.
func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
