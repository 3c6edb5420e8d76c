package patients

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
	"hampi/views"
)

// DeviceKind is what a device must know of patients to keep them: their search index follows them, and what waits is
// told in words. store is the one that the register reads on the same device; places name the districts.
func DeviceKind(store *Offline, places Places) offline.Kind {
	return offline.Kind{Entity: Entity, Stored: store.index.stored, Words: func(ctx context.Context, op offline.Operation) (title, detail string) {
		return store.words(ctx, op, places)
	}}
}

// words tell an operation: "Paciente nuevo: Jara Ortega, Camila", "Celular de Rojas Tello, Marco".
func (s *Offline) words(ctx context.Context, op offline.Operation, places Places) (title, detail string) {
	var fields Fields
	if json.Unmarshal(op.Data, &fields) != nil {
		return "Datos de un paciente", ""
	}
	d := fields.legible()
	if op.Action == offline.Create {
		return "Paciente nuevo: " + d.FullName(), joinKnown(d.Document.Label(), views.Phone(d.Phone))
	}
	groups := fields.Groups()
	values := make([]string, 0, len(groups))
	for _, g := range groups {
		values = append(values, valueText(d, g, places))
	}
	return groupWords(groups) + " de " + s.nameOf(ctx, op.LocalID), joinKnown(values...)
}

// legible are the fields as demographics, for people to read; a birth date that is no day stays out.
func (f Fields) legible() Demographics {
	d, err := f.Over(Demographics{}, time.Time{})
	if err != nil {
		f.BirthDate = nil
		d, _ = f.Over(Demographics{}, time.Time{}) // nothing else is refused
	}
	return d
}

func (s *Offline) nameOf(ctx context.Context, id uuid.UUID) string {
	names, err := s.Names(ctx, []uuid.UUID{id})
	if name := names[id]; err == nil && name != "" {
		return name
	}
	return "un paciente"
}

// groupWords names what changed: "Celular", "Celular y correo".
func groupWords(groups []Group) string {
	labels := make([]string, 0, len(groups))
	for _, g := range groups {
		labels = append(labels, strings.ToLower(g.Label()))
	}
	if len(labels) == 0 {
		return "Datos"
	}
	text := strings.Join(labels, ", ")
	if n := len(labels); n > 1 {
		text = strings.Join(labels[:n-1], ", ") + and(labels[n-1]) + labels[n-1]
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// and is the word before the last of a list.
func and(next string) string {
	if strings.HasPrefix(next, "i") {
		return " e "
	}
	return " y "
}

// valueText writes a group's value for people.
func valueText(d Demographics, g Group, places Places) string {
	switch g {
	case Names:
		return d.FullName()
	case Identity:
		return d.Document.Label()
	case BirthAndSex:
		return joinKnown(birthText(d.BirthDate), d.Sex.Label())
	case Telephone:
		return views.Phone(d.Phone)
	case Mail:
		return d.Email
	case Home:
		return joinKnown(d.Address.Text, districtName(d.Address.Ubigeo, places))
	case Responsible:
		return joinKnown(guardianLine(d.Guardian), d.Guardian.Document)
	case InsuranceOf:
		return joinKnown(d.Insurance.Insurer, d.Insurance.Number)
	}
	return strings.Join(d.Tags, ", ")
}
