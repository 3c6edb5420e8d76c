package hce

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"hampi/modules/hce/observation"
)

// Category says where a value comes from.
type Category string

// The categories. What triage took is a vital sign of its own category: the professional's correction stands beside it.
const (
	Vital  Category = "vital"
	Lab    Category = "lab"
	Triage Category = "triage"
)

// Observed is a value as it was taken, with the range it was judged by. Its correction is another one that names it.
type Observed struct {
	ID          uuid.UUID
	PatientID   uuid.UUID
	EncounterID *uuid.UUID
	RecordID    *uuid.UUID
	OrderID     *uuid.UUID
	Code        string // LOINC
	Category    Category
	Value       decimal.NullDecimal
	ValueText   string
	Unit        string // UCUM
	RefLow      decimal.NullDecimal
	RefHigh     decimal.NullDecimal
	RefText     string // the range as it was judged, in words
	Flag        observation.Flag
	Critical    bool
	Source      string // the laboratory, or the apparatus
	TakenAt     time.Time
	TakenBy     uuid.UUID // membership
	CorrectsID  *uuid.UUID
	KeptAt      time.Time // when it was written here; zero for a new one: now

	AcknowledgedBy *uuid.UUID // membership; of a critical value
	AcknowledgedAt *time.Time
	Action         string // what was done about it
}

// value is the figure or the words, as the rules take it.
func (o Observed) value() observation.Value {
	return observation.Value{Number: o.Value, Text: o.ValueText}
}

// Words is the value as it is printed, with its unit.
func (o Observed) Words() string {
	kind, known := observation.KindOf(o.Code)
	switch {
	case known:
		return kind.Words(o.value())
	case o.Value.Valid:
		return strings.TrimSpace(o.Value.Decimal.String() + " " + o.Unit)
	}
	return o.ValueText
}

// ObservedRange picks values of a person, latest first.
type ObservedRange struct {
	Patients   []uuid.UUID
	Codes      []string // none: all
	Categories []Category
	Since      time.Time
	Limit      int
}

// Observations is the part of the store that keeps measured values.
type Observations interface {
	AddObserved(ctx context.Context, list []Observed) error
	// ObservedIn are the values of attentions, in the order in which they were taken.
	ObservedIn(ctx context.Context, encounters []uuid.UUID) ([]Observed, error)
	// ObservedOf lists values of a person, latest first.
	ObservedOf(ctx context.Context, r ObservedRange) ([]Observed, error)
}

// standing leaves out the values that a later one corrects.
func standing(list []Observed) []Observed {
	corrected := map[uuid.UUID]bool{}
	for _, o := range list {
		if o.CorrectsID != nil {
			corrected[*o.CorrectsID] = true
		}
	}
	var kept []Observed
	for _, o := range list {
		if !corrected[o.ID] {
			kept = append(kept, o)
		}
	}
	return kept
}
