package hce

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hampi/modules/catalog"
	"hampi/modules/hce/prescribing"
	"hampi/modules/platform/fault"
)

// Prescribed is a line of a prescription, with the reason for going on despite what speaks against it.
type Prescribed struct {
	prescribing.Item
	Reason string `json:"reason,omitempty"`
}

// itemsOf are the lines as the rules take them.
func itemsOf(list []Prescribed) []prescribing.Item {
	items := make([]prescribing.Item, len(list))
	for i, p := range list {
		items[i] = p.Item
	}
	return items
}

// PrescriptionContent is what a record of type prescription holds. Diagnoses are the note's, as the receta prints them.
type PrescriptionContent struct {
	Number    int64               `json:"number,omitempty"` // of the clinic's series; none while a device holds it
	Items     []Prescribed        `json:"items"`
	Diagnoses []Diagnosis         `json:"diagnoses,omitempty"`
	Checked   prescribing.Checked `json:"checked"`
	ExpiresOn string              `json:"expires_on"` // last day it holds, 2006-01-02
}

// Medication is a medicine as it was prescribed: one line of a signed prescription.
type Medication struct {
	ID          uuid.UUID
	PatientID   uuid.UUID
	EncounterID uuid.UUID
	RecordID    uuid.UUID // the prescription
	Place       int       // in it, from 0
	Item        prescribing.Item
	Checked     prescribing.Checked // contraindications_checked, of this line
	By          uuid.UUID           // membership
	At          time.Time
	EndsOn      time.Time // last day of taking it
	Stopped     *Stop
}

// ActiveOn reports whether it is taken on a day: not stopped, not run out.
func (m Medication) ActiveOn(day time.Time) bool {
	return m.Stopped == nil && !dateOf(m.EndsOn).Before(dateOf(day))
}

// Taking is how a medicine stands on a day.
type Taking string

// The states of a medicine: taken, over, or ended before its time.
const (
	TakingActive    Taking = "active"
	TakingCompleted Taking = "completed"
	TakingStopped   Taking = "stopped"
)

// On is how it stands on a day.
func (m Medication) On(day time.Time) Taking {
	switch {
	case m.Stopped != nil:
		return TakingStopped
	case m.ActiveOn(day):
		return TakingActive
	}
	return TakingCompleted
}

// dateOf leaves the day of a moment, so that days of different zones compare by their date.
func dateOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// medicationsIn are the lines of a prescription as medicines. Their ids follow from the prescription, so that a device and
// the server call them the same.
func medicationsIn(r Record) ([]Medication, error) {
	var content PrescriptionContent
	if err := json.Unmarshal(r.Content, &content); err != nil {
		return nil, fault.InvalidField("content", "La receta no se entiende.")
	}
	day := r.WrittenAt
	if expires, err := time.Parse(time.DateOnly, content.ExpiresOn); err == nil {
		day = expires.AddDate(0, 0, -prescribing.ExpiryDays) // the clinic's day, which the zone of the time may not be
	}
	var list []Medication
	for i, item := range itemsOf(content.Items) {
		list = append(list, Medication{
			ID: uuid.NewSHA1(r.ID, []byte{byte(i)}), PatientID: r.PatientID, EncounterID: r.EncounterID, RecordID: r.ID, Place: i, Item: item,
			Checked: content.Checked.Of(i), By: r.Author.MembershipID, At: r.WrittenAt, EndsOn: item.EndsOn(day),
		})
	}
	return list, nil
}

// Stop ends a medicine before its time.
type Stop struct {
	ID        uuid.UUID
	RequestID uuid.UUID
	By        uuid.UUID // membership
	Reason    string
	At        time.Time
}

// ErrStoppedOnce refuses to stop what was stopped.
var ErrStoppedOnce = fault.Conflicted("stopped", "Este medicamento ya estaba suspendido.")

// Medications is the part of the store that keeps what was prescribed.
type Medications interface {
	AddMedications(ctx context.Context, list []Medication) error
	// MedicationsOf are the latest of a person, the newest prescription first, its lines in their order; those of an
	// annulled prescription are left out.
	MedicationsOf(ctx context.Context, family []uuid.UUID, limit int) ([]Medication, error)
	// Medication finds one; fault.ErrNotFound when there is none.
	Medication(ctx context.Context, id uuid.UUID) (Medication, error)
	// AddStop keeps the end of one. ErrStoppedOnce leaves the transaction usable.
	AddStop(ctx context.Context, s Stop) error
	// FavouriteOf is how a professional gives a presentation; fault.ErrNotFound without a favourite.
	FavouriteOf(ctx context.Context, owner uuid.UUID, medicine string) (prescribing.Item, error)
	// SaveFavourite keeps how a professional gives a medicine, in place of how they did.
	SaveFavourite(ctx context.Context, owner uuid.UUID, item prescribing.Item) error
	// Favourites are a professional's, in their order; those that were taken out are left out.
	Favourites(ctx context.Context, owner uuid.UUID) ([]Favourite, error)
	// NameFavourite calls one otherwise. errFavouriteNamed when another is called so; fault.ErrNotFound for somebody else's.
	NameFavourite(ctx context.Context, owner, id uuid.UUID, name string) error
	// OrderFavourites puts them in that order.
	OrderFavourites(ctx context.Context, owner uuid.UUID, ids []uuid.UUID) error
	// RemoveFavourite takes one out of sight, or brings it back; fault.ErrNotFound for somebody else's.
	RemoveFavourite(ctx context.Context, owner, id uuid.UUID, removed bool) error
}

// DiagnosisTable is the table of diagnoses.
type DiagnosisTable interface {
	// CIE10 is the table in force.
	CIE10(ctx context.Context) (*catalog.CIE10, error)
}

// MedicineTable is the table of medicines.
type MedicineTable interface {
	// Find is the presentation of an id; false for an id that does not exist.
	Find(id string) (catalog.Medicine, bool)
}
