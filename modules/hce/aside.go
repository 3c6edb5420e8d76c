package hce

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce/form"
	"hampi/modules/hce/prescribing"
)

// Aside is what a window wrote of a note that went on in another one, on the same device or on another. It stands beside
// the note, never in its place, until its author has taken it over or lets it go.
type Aside struct {
	ID              uuid.UUID
	EncounterID     uuid.UUID
	PatientID       uuid.UUID
	AuthorID        uuid.UUID // membership
	TemplateID      string
	TemplateVersion int
	Body            DraftBody
	Holder          string // the window that wrote it
	WrittenAt       time.Time
	DismissedAt     *time.Time
	Version         int64
}

// Beside is an aside as its author reads it: what of it the note does not say.
type Beside struct {
	Aside
	Parts []Part
}

// Part is one thing that a note says.
type Part struct {
	Key   string // of its field; "" for what is none
	Label string
	Value string
	Prose bool // words, of which a longer text may say the same and more
}

// wholeSentence is the number of letters from which prose is found again wherever it was copied to; what is shorter
// stands in its own field or is missing.
const wholeSentence = 12

// saidIn takes apart what was written.
func saidIn(t form.Template, b DraftBody) []Part {
	var parts []Part
	for _, l := range form.Summary(t, b.Values) {
		f, known := t.Field(l.Key)
		if l.Computed {
			continue
		}
		prose := known && (f.Type == form.Text || f.Type == form.Long)
		parts = append(parts, Part{Key: l.Key, Label: l.Label, Value: joined(" ", l.Value, l.Unit), Prose: prose})
		if l.Action != "" {
			parts = append(parts, Part{Key: l.Key + ".accion", Label: l.Label, Value: l.Action})
		}
	}
	for _, d := range b.Diagnoses {
		parts = append(parts, Part{Label: "Diagnóstico", Value: joined(" ", d.Code, d.Title)})
	}
	for _, p := range b.Items {
		parts = append(parts, Part{Label: "Tratamiento", Value: joined(", ", p.Name(), prescribing.Sig(p.Item))})
		if p.Reason != "" {
			parts = append(parts, Part{Label: "Motivo para recetar " + p.Name(), Value: p.Reason})
		}
	}
	return parts
}

// missing are the parts that others do not say.
func missing(parts, others []Part) []Part {
	return slices.DeleteFunc(slices.Clone(parts), func(p Part) bool {
		return slices.ContainsFunc(others, p.saidBy)
	})
}

func (p Part) saidBy(other Part) bool {
	value, there := spaced(p.Value), spaced(other.Value)
	same := p.Key == other.Key
	if p.Prose && other.Prose && (same || len([]rune(value)) >= wholeSentence) {
		return strings.Contains(there, value)
	}
	return same && value == there
}

// spaced leaves out how words were set apart.
func spaced(text string) string { return strings.Join(strings.Fields(text), " ") }
