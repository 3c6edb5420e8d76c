package hce

import (
	"time"

	"github.com/google/uuid"

	"hampi/modules/hce/form"
)

// Draft is what somebody is writing: no record yet. It has the id that the record will have.
type Draft struct {
	ID              uuid.UUID
	EncounterID     uuid.UUID
	PatientID       uuid.UUID
	AuthorID        uuid.UUID // membership
	TemplateID      string
	TemplateVersion int
	Body            DraftBody
	Holder          string // the window that writes; another one reads
	HeldAt          time.Time
	Version         int64
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// DraftBody is what was written so far.
type DraftBody struct {
	Values    form.Values  `json:"values"`
	Diagnoses []Diagnosis  `json:"diagnoses,omitempty"`
	Items     []Prescribed `json:"items,omitempty"`
}

// holdMinutes is how long a window that says nothing keeps its draft from another one.
const holdMinutes = 2

// Empty reports whether nothing of a note was written.
func (b DraftBody) Empty(t form.Template) bool {
	return form.Empty(t, b.Values) && len(b.Diagnoses) == 0 && len(b.Items) == 0
}

// HeldByOther reports whether another window than holder is writing the draft.
func (d Draft) HeldByOther(holder string, now time.Time) bool {
	return d.Holder != "" && d.Holder != holder && now.Sub(d.HeldAt) < holdMinutes*time.Minute
}

// Values are the answers of a note, handed on to modules above, which do not reach past this one's door.
type Values = form.Values

// TextValue is an answer in words, an option or a decimal.
func TextValue(text string) form.Value { return form.OfText(text) }

// TruthValue is a yes or a no.
func TruthValue(yes bool) form.Value { return form.OfTruth(yes) }

// PressureValue is a blood pressure in mmHg.
func PressureValue(systolic, diastolic int) form.Value { return form.OfPressure(systolic, diastolic) }
