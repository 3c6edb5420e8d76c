//go:build !js

package hce

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce/archive"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// FilesAccess says who sees and adds photos and documents of the record.
type FilesAccess struct{ record *Service }

var _ archive.Access = FilesAccess{}

// NewFilesAccess asks the record.
func NewFilesAccess(record *Service) FilesAccess { return FilesAccess{record} }

// MayRead lets a professional see what is of a patient whose record opens to them, and an assistant what belongs to the
// attention of somebody who arrived today at their site.
func (a FilesAccess) MayRead(ctx context.Context, patient uuid.UUID, owner archive.Owner) error {
	if access.Who(ctx).Can(accounts.HCERead) {
		_, err := a.record.Open(ctx, patient)
		if err == nil || !access.Who(ctx).Has(string(accounts.Assistant)) || fault.KindOf(err) != fault.Forbidden {
			return err
		}
		if a.triages(ctx, patient, owner) != nil { // the refusal that leads on to the emergency door
			return err
		}
		return nil
	}
	return a.triages(ctx, patient, owner)
}

// MayAdd lets a professional add to the record of a patient, and an assistant to what they may see. An attention must be
// the patient's.
func (a FilesAccess) MayAdd(ctx context.Context, patient uuid.UUID, owner archive.Owner) error {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return a.triages(ctx, patient, owner)
	}
	if err := a.MayRead(ctx, patient, owner); err != nil || owner.Kind != archive.EncounterOwner {
		return err
	}
	_, err := a.encounter(ctx, patient, owner)
	return err
}

// triages lets an assistant to the files of an attention that they may take the triage of.
func (a FilesAccess) triages(ctx context.Context, patient uuid.UUID, owner archive.Owner) error {
	if !access.Who(ctx).Can(accounts.HCETriage) || owner.Kind != archive.EncounterOwner {
		return fault.ErrForbidden
	}
	e, err := a.encounter(ctx, patient, owner)
	if err != nil {
		return err
	}
	if e.AppointmentID == nil {
		return fault.ErrForbidden
	}
	visit, err := a.record.Visits.Visit(ctx, *e.AppointmentID)
	if err != nil {
		return err
	}
	return a.record.mayTriage(ctx, visit)
}

// encounter is the attention that owns a file; fault.ErrNotFound for one of somebody else.
func (a FilesAccess) encounter(ctx context.Context, patient uuid.UUID, owner archive.Owner) (Encounter, error) {
	e, err := a.record.store.Encounter(ctx, owner.ID)
	if err != nil {
		return e, err
	}
	family, err := a.record.Patients.Family(ctx, patient)
	if err != nil {
		return e, err
	}
	if !slices.Contains(family, e.PatientID) {
		return e, fault.ErrNotFound
	}
	return e, nil
}
